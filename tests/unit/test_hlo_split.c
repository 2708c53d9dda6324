/* A run of instructions that is read on several threads comes to what one thread makes of it. */
#include <unistd.h>

#include "hlo_proto_case.h"
#include "input/hlo_split.h"

enum { INSTRUCTIONS = 5000, WINDOW = 4096 };

static void put_metadata(struct nkb_buf *in, unsigned i)
{
    struct nkb_buf metadata = NKB_BUF_INIT;
    char name[64], file[32];
    snprintf(name, sizeof name, "jit(f)/layer_%u/op", i % 70);
    snprintf(file, sizeof file, "model_%u.py", i / 700 % 3);
    put_text(&metadata, 2, name);
    if (i % 4 == 0) {
        put_int(&metadata, 15, 1 + i % 3); /* a stack frame */
    } else {
        put_text(&metadata, 3, file);
        put_int(&metadata, 4, i % 300);
    }
    put_message(in, 7, &metadata);
}

/* Operands from anywhere before, shapes, sources, loops whose trip count stands in a payload. */
static struct nkb_buf instruction(unsigned i)
{
    const int64_t dims[] = {i % 9, 1000}, operands[] = {i / 2 + 1, i > 3 ? i - 3 : 1};
    struct nkb_buf in = NKB_BUF_INIT, part = NKB_BUF_INIT;
    char name[32];
    snprintf(name, sizeof name, "i.%u", i);
    put_text(&in, 1, name);
    put_text(&in, 2, i % 50 == 7 ? "while" : i % 2 ? "add" : "dot");
    put_shape(&in, 3, 11, dims, 2);
    put_metadata(&in, i);
    put_packed(&in, 14, dims, i % 3);
    if (i % 2 == 0) {
        put_int(&part, 1, i % 3);
        put_message(&in, 30, &part);
    }
    put_int(&in, 35, i + 1);
    put_packed(&in, 36, operands, i ? 2 : 0);
    if (i % 50 == 7) {
        put_int(&in, 38, 1);
        put_int(&in, 38, 2);
        put_int(&part, 2, i / 50 % 3);
        put_message(&in, 99, &part);
    }
    return in;
}

enum { COMPUTATIONS = 90 };

struct making {
    unsigned broken;  /* the number of an instruction that is not good; none: INSTRUCTIONS */
    bool interrupted; /* another field stands among the instructions */
};

static struct nkb_buf computation(unsigned id, unsigned count, struct making how)
{
    struct nkb_buf out = NKB_BUF_INIT;
    put_text(&out, 1, id == 1 ? "small" : "main");
    for (unsigned i = 0; i < count; i++) {
        struct nkb_buf in = instruction(i);
        if (i == how.broken)
            put_bytes(&in, 1, "\xff", 1);
        put_message(&out, 2, &in);
        if (how.interrupted && i == count / 2)
            put_int(&out, 5, 77);
    }
    put_int(&out, 5, id);
    put_int(&out, 6, count);
    return out;
}

static struct nkb_buf frames(void)
{
    struct nkb_buf index = NKB_BUF_INIT, part = NKB_BUF_INIT;
    put_text(&index, 1, "frames.py");
    for (int i = 1; i <= 3; i++) {
        put_int(&part, 1, 1);
        put_int(&part, 3, i * 10);
        put_message(&index, 3, &part);
    }
    for (int i = 1; i <= 3; i++) {
        put_int(&part, 1, i);
        put_message(&index, 4, &part);
    }
    return index;
}

static struct nkb_buf module(struct making how)
{
    struct nkb_buf out = NKB_BUF_INIT,
                   part = computation(1, 3, (struct making){INSTRUCTIONS, false});
    put_text(&out, 1, "m");
    put_message(&out, 3, &part);
    part = computation(2, INSTRUCTIONS, how);
    put_message(&out, 3, &part);
    put_int(&out, 6, 2);
    part = frames();
    put_message(&out, 17, &part);
    put_text(&out, 22, "{\"known_trip_count\":{\"n\":\"5\"}}");
    put_text(&out, 22, "{\"known_trip_count\":{\"n\":\"6\"}}");
    return out;
}

/* Of many computations that call each other, one of which may be broken, or of another length. */
struct many {
    unsigned broken;                 /* none: COMPUTATIONS */
    unsigned longest, longest_count; /* which of them, and its instructions; others have a few */
    bool interrupted;                /* another field stands among the computations */
    bool wrapped;                    /* in an HloProto */
};

static struct nkb_buf many_computations(struct many how)
{
    struct nkb_buf out = NKB_BUF_INIT, wrapper = NKB_BUF_INIT, part;
    put_text(&out, 1, "m");
    for (unsigned i = 0; i < COMPUTATIONS; i++) {
        unsigned count = how.longest_count && i == how.longest ? how.longest_count : 20 + i % 30;
        const struct making good = {INSTRUCTIONS, false}, bad = {count / 2, false};
        part = computation(i == 50 ? 7 : i + 1, count, i == how.broken ? bad : good);
        put_message(&out, 3, &part); /* the eighth and the 51st have the same id */
        if (how.interrupted && i == COMPUTATIONS / 3)
            put_int(&out, 6, 2);
    }
    put_int(&out, 6, COMPUTATIONS);
    part = frames();
    put_message(&out, 17, &part);
    put_text(&out, 22, "{\"known_trip_count\":{\"n\":\"5\"}}");
    if (!how.wrapped)
        return out;
    put_message(&wrapper, 1, &out);
    return wrapper;
}

static FILE *file_of(const struct nkb_buf *bytes)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fwrite(bytes->data, 1, bytes->len, file), bytes->len);
    assert_int_equal(fflush(file), 0);
    return file;
}

/* The module, or the message; and with it where each instruction comes from. */
static char *read_on(FILE *file, const struct nkb_hlo_limits *limits, size_t threads,
                     uint64_t split_bytes)
{
    struct nkb_hlo_build build = {.threads = threads, .split_bytes = split_bytes};
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_buf out = NKB_BUF_INIT;
    struct nkb_err err = {0};
    struct nkb_wire wire;
    struct nkb_hlo hlo;
    long size = ftell(file);

    assert_int_equal(nkb_wire_from_file(&wire, fileno(file), (uint64_t)size, WINDOW, &err), 0);
    if (nkb_hlo_proto_read(&wire, limits, &build, &arena, &hlo, &err) != 0) {
        nkb_buf_text(&out, err.text);
    } else {
        print_module(&out, &hlo);
        out.len--; /* its NUL */
        for (uint32_t c = 0; c < hlo.computation_count; c++)
            for (uint32_t i = 0; i < hlo.computations[c].instruction_count; i++)
                nkb_buf_printf(&out, " %u", hlo.computations[c].instructions[i].source);
        for (uint32_t i = 0; i < hlo.source_count; i++)
            nkb_buf_printf(&out, "\n%s:%d", hlo.sources[i].file.ptr, hlo.sources[i].line);
    }
    nkb_wire_close(&wire);
    nkb_hlo_build_free(&build);
    nkb_arena_free(&arena);
    return out.data;
}

static void expect_same(struct nkb_buf bytes, const struct nkb_hlo_limits *limits, const char *part)
{
    FILE *file = file_of(&bytes);
    char *want = read_on(file, limits, 1, 0);
    assert_non_null(strstr(want, part));
    for (size_t threads = 2; threads <= 9; threads++) {
        char *have = read_on(file, limits, threads, 1);
        assert_string_equal(have, want);
        free(have);
    }
    free(want);
    fclose(file);
    nkb_buf_free(&bytes);
}

static void test_threads_make_the_same_module(void **state)
{
    (void)state;
    expect_same(module((struct making){INSTRUCTIONS, false}), &nkb_hlo_default_limits,
                "frames.py:20");
}

static void test_a_run_that_is_interrupted(void **state)
{
    (void)state;
    expect_same(module((struct making){INSTRUCTIONS, true}), &nkb_hlo_default_limits, "#2 main");
}

static void test_a_fault_in_any_part_is_told_as_by_one_thread(void **state)
{
    (void)state;
    for (unsigned i = 100; i < INSTRUCTIONS; i += 1100)
        expect_same(module((struct making){i, false}), &nkb_hlo_default_limits,
                    "field computations.instructions.name: text that is not UTF-8");
}

/* The computation ends behind the tag of its last instruction: what follows may look like the rest
 * of one, and is none. */
static void test_a_header_that_the_end_cuts_off(void **state)
{
    struct nkb_buf out = NKB_BUF_INIT, part = NKB_BUF_INIT, inner = NKB_BUF_INIT;
    (void)state;
    put_int(&part, 5, 1);
    for (unsigned i = 0; i < INSTRUCTIONS; i++) {
        inner = instruction(i);
        put_message(&part, 2, &inner);
    }
    nkb_buf_char(&part, 0x12);
    put_text(&out, 1, "m");
    put_message(&out, 3, &part);
    /* As an instruction: 34 bytes, a name of 32. */
    nkb_buf_append(&out, "\x22\x0a\x20", 3);
    nkb_buf_append(&out, "abcdefghijklmnopqrstuvwxyzabcdef", 32);
    put_int(&out, 6, 1);
    expect_same(out, &nkb_hlo_default_limits,
                "field computations.instructions: a number that is cut off");
}

static void test_a_limit_of_the_module_holds_for_all_parts(void **state)
{
    struct nkb_hlo_limits limits = nkb_hlo_default_limits;

    (void)state;
    limits.instructions = INSTRUCTIONS - 5;
    expect_same(module((struct making){INSTRUCTIONS, false}), &limits, "instructions");
    limits = nkb_hlo_default_limits;
    limits.numbers = INSTRUCTIONS * 2;
    expect_same(module((struct making){INSTRUCTIONS, false}), &limits, "listed numbers");
}

static void test_many_computations_make_the_same_module(void **state)
{
    const struct many how[] = {
        {.broken = COMPUTATIONS},
        {.broken = COMPUTATIONS, .interrupted = true},
        {.broken = COMPUTATIONS, .wrapped = true},
        {.broken = COMPUTATIONS, .longest = 0, .longest_count = 3000},
        {.broken = COMPUTATIONS, .longest = 44, .longest_count = 3000},
        {.broken = COMPUTATIONS, .longest = COMPUTATIONS - 1, .longest_count = 3000},
    };
    (void)state;
    for (size_t i = 0; i < sizeof how / sizeof *how; i++)
        expect_same(many_computations(how[i]), &nkb_hlo_default_limits, "frames.py:20");
}

static void test_a_fault_in_any_computation_is_told_as_by_one_thread(void **state)
{
    struct nkb_hlo_limits limits = nkb_hlo_default_limits;
    (void)state;
    for (unsigned i = 0; i < COMPUTATIONS; i += 22)
        expect_same(many_computations((struct many){.broken = i}), &nkb_hlo_default_limits,
                    "field computations.instructions.name: text that is not UTF-8");
    limits.computations = COMPUTATIONS - 1;
    expect_same(many_computations((struct many){.broken = COMPUTATIONS}), &limits, "computations");
    limits = nkb_hlo_default_limits;
    limits.instructions = 2000;
    expect_same(many_computations((struct many){.broken = COMPUTATIONS}), &limits, "instructions");
}

static void test_computations_are_split_where_they_are_of_a_length(void **state)
{
    /* Alike; one long enough to be split itself; one that is not, though most of the run; and no
     * run that is worth it. */
    const unsigned longest[] = {0, 4000, 4000, 0};
    const bool split[] = {true, false, true, false};
    (void)state;
    for (int i = 0; i < 4; i++) {
        const struct many how = {.broken = COMPUTATIONS, .longest_count = longest[i]};
        struct nkb_buf bytes = many_computations(how);
        struct nkb_arena arena = NKB_ARENA_INIT;
        const uint64_t least[] = {1000, 1000, bytes.len * 3 / 4, bytes.len};
        struct nkb_hlo_build build = {.threads = 3, .split_bytes = least[i]};
        struct nkb_hlo hlo;
        struct nkb_wire wire;
        struct nkb_err err;
        FILE *file = file_of(&bytes);

        assert_int_equal(nkb_wire_from_file(&wire, fileno(file), bytes.len, WINDOW, &err), 0);
        nkb_hlo_build_start(&build, &wire, &nkb_hlo_default_limits, &arena, &hlo);
        struct nkb_hlo_walk walk = {.build = &build, .wire = &wire};
        nkb_wire_skip(&wire, 3); /* its name */
        assert_int_equal(nkb_hlo_split(&walk, NKB_RUN_COMPUTATIONS, bytes.len, 0),
                         split[i] ? NKB_SPLIT_DONE : NKB_SPLIT_NOT);
        assert_int_equal(build.computation_count, split[i] ? COMPUTATIONS : 0);
        nkb_hlo_build_end(&build);
        nkb_wire_close(&wire);
        nkb_hlo_build_free(&build);
        nkb_arena_free(&arena);
        fclose(file);
        nkb_buf_free(&bytes);
    }
}

/* That the parts were read by threads at all is seen by where the cursor stands. */
static void test_a_run_is_split_where_it_is_long(void **state)
{
    struct making how = {INSTRUCTIONS, false};
    struct nkb_buf bytes = computation(2, INSTRUCTIONS, how);
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_hlo_build build = {.threads = 4};
    struct nkb_hlo hlo;
    struct nkb_wire wire;
    struct nkb_err err;
    FILE *file = file_of(&bytes);

    (void)state;
    for (int i = 0; i < 2; i++) {
        build.split_bytes = i ? bytes.len : 1000;
        assert_int_equal(nkb_wire_from_file(&wire, fileno(file), bytes.len, WINDOW, &err), 0);
        nkb_hlo_build_start(&build, &wire, &nkb_hlo_default_limits, &arena, &hlo);
        struct nkb_hlo_walk walk = {.build = &build, .wire = &wire};
        nkb_wire_skip(&wire, 6); /* its name */
        assert_int_equal(nkb_hlo_split(&walk, NKB_RUN_INSTRUCTIONS, bytes.len, 1),
                         i ? NKB_SPLIT_NOT : NKB_SPLIT_DONE);
        assert_int_equal(nkb_wire_offset(&wire), i ? 6 : bytes.len - 5);
        assert_int_equal(build.instruction_count, i ? 0 : INSTRUCTIONS);
        nkb_hlo_build_end(&build);
        nkb_wire_close(&wire);
        build.instruction_count = 0;
    }
    nkb_hlo_build_free(&build);
    nkb_arena_free(&arena);
    fclose(file);
    nkb_buf_free(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads_make_the_same_module),
        cmocka_unit_test(test_a_run_that_is_interrupted),
        cmocka_unit_test(test_a_fault_in_any_part_is_told_as_by_one_thread),
        cmocka_unit_test(test_a_header_that_the_end_cuts_off),
        cmocka_unit_test(test_a_limit_of_the_module_holds_for_all_parts),
        cmocka_unit_test(test_many_computations_make_the_same_module),
        cmocka_unit_test(test_a_fault_in_any_computation_is_told_as_by_one_thread),
        cmocka_unit_test(test_computations_are_split_where_they_are_of_a_length),
        cmocka_unit_test(test_a_run_is_split_where_it_is_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
