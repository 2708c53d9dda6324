/* Source file and line of an instruction, from both forms of a module: given, or by a stack frame.
 */
#include "hlo_proto_case.h"
#include "input/hlotext.h"

static void expect_source(const struct nkb_hlo *hlo, uint32_t computation, uint32_t instruction,
                          const char *file, int line)
{
    uint32_t at = hlo->computations[computation].instructions[instruction].source;
    assert_true(at < hlo->source_count);
    assert_int_equal(at == NKB_HLO_NO_SOURCE, *file == '\0');
    assert_string_equal(hlo->sources[at].file.ptr, file);
    assert_int_equal(hlo->sources[at].line, line);
}

static void put_instruction(struct nkb_buf *computation, const char *file, int64_t line,
                            int64_t frame)
{
    struct nkb_buf in = instruction_of("add"), metadata = NKB_BUF_INIT;
    if (file)
        put_text(&metadata, 3, file);
    if (line)
        put_int(&metadata, 4, line);
    if (frame)
        put_int(&metadata, 15, frame);
    put_message(&in, 7, &metadata);
    put_message(computation, 2, &in);
}

static void put_entry(struct nkb_buf *index, uint32_t list, int64_t first, int64_t third)
{
    struct nkb_buf entry = NKB_BUF_INIT;
    if (first)
        put_int(&entry, 1, first);
    if (third)
        put_int(&entry, 3, third);
    put_message(index, list, &entry);
}

/* Files a.py and b.py; b.py:7 is frame 1, a.py:9 frame 2; frames 3 to 5 lead nowhere. */
static struct nkb_buf index_of_frames(void)
{
    struct nkb_buf index = NKB_BUF_INIT;
    put_text(&index, 1, "a.py");
    put_text(&index, 1, "b.py");
    put_text(&index, 1, "");
    put_text(&index, 2, "main");
    put_entry(&index, 3, 2, 7);
    put_entry(&index, 3, 1, 9);
    put_entry(&index, 3, 4, 1); /* no such file */
    put_entry(&index, 3, 3, 1); /* the empty one */
    for (int64_t i = 1; i <= 5; i++)
        put_entry(&index, 4, i, 0); /* the fifth: no such location */
    return index;
}

static void read_frames(bool index_first, bool wrapped)
{
    struct nkb_buf c = NKB_BUF_INIT, module = NKB_BUF_INIT, index = index_of_frames();

    put_instruction(&c, "a.py", 9, 0);
    put_instruction(&c, NULL, 0, 2);
    put_instruction(&c, NULL, 0, 1);
    put_instruction(&c, "c.py", 1, 1); /* what is given wins */
    put_instruction(&c, NULL, 5, 0);   /* a line of no file */
    put_instruction(&c, "", 5, 1);
    for (int64_t frame = 3; frame <= 6; frame++)
        put_instruction(&c, NULL, 0, frame);
    put_instruction(&c, NULL, 0, -1);
    put_instruction(&c, NULL, 0, INT32_MAX);
    if (index_first)
        put_message(&module, 17, &index);
    put_message(&module, 3, &c);
    if (!index_first)
        put_message(&module, 17, &index);
    if (wrapped) {
        struct nkb_buf inner = module;
        module = NKB_BUF_INIT;
        put_message(&module, 1, &inner);
    }
    struct reading r = read_within(&module, &nkb_hlo_default_limits);
    if (r.code != 0)
        fail_msg("%s", r.err.text);
    expect_source(&r.hlo, 0, 0, "a.py", 9);
    expect_source(&r.hlo, 0, 1, "a.py", 9);
    expect_source(&r.hlo, 0, 2, "b.py", 7);
    expect_source(&r.hlo, 0, 3, "c.py", 1);
    expect_source(&r.hlo, 0, 4, "", 0);
    expect_source(&r.hlo, 0, 5, "b.py", 7);
    for (uint32_t i = 6; i < 12; i++)
        expect_source(&r.hlo, 0, i, "", 0);
    assert_int_equal(r.hlo.source_count, 4); /* each place once, and none */
    done(&r);
}

static void test_protobuf_gives_it_itself_or_by_a_frame(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++)
        read_frames(i & 1, i & 2);
}

static void test_metadata_given_twice_is_merged(void **state)
{
    struct nkb_buf in = instruction_of("add"), metadata = NKB_BUF_INIT;
    (void)state;
    put_text(&metadata, 3, "a.py");
    put_int(&metadata, 4, 3);
    put_message(&in, 7, &metadata);
    put_int(&metadata, 4, 4);
    put_message(&in, 7, &metadata);
    struct nkb_buf module = module_of(&in);
    struct reading r = read_within(&module, &nkb_hlo_default_limits);
    expect_source(&r.hlo, 0, 0, "a.py", 4);
    done(&r);
}

static void test_many_places_keep_apart(void **state)
{
    struct nkb_buf c = NKB_BUF_INIT, module = NKB_BUF_INIT;
    char file[16];
    (void)state;
    for (int i = 0; i < 3000; i++) {
        snprintf(file, sizeof file, "f%d.py", i % 100);
        put_instruction(&c, file, i / 200 + 1, 0);
    }
    put_message(&module, 3, &c);
    struct reading r = read_within(&module, &nkb_hlo_default_limits);
    assert_int_equal(r.hlo.source_count, 1501);
    for (int i = 0; i < 3000; i++) {
        snprintf(file, sizeof file, "f%d.py", i % 100);
        expect_source(&r.hlo, 0, (uint32_t)i, file, i / 200 + 1);
    }
    done(&r);
}

static void test_the_index_has_a_limit(void **state)
{
    struct nkb_hlo_limits limits = nkb_hlo_default_limits;
    (void)state;
    for (int over = 0; over < 2; over++) {
        struct nkb_buf index = index_of_frames(), module = NKB_BUF_INIT;
        limits.frames = (uint64_t)(12 - over);
        put_message(&module, 17, &index);
        struct reading r = read_within(&module, &limits);
        assert_int_equal(r.code, over ? NKB_EINPUT : 0);
        if (over)
            assert_non_null(
                strstr(r.err.text,
                       "more than 11 entries of a stack frame index; a module may have no more"));
        done(&r);
    }
}

static const char frames_text[] =
    "HloModule t\n\nFileNames\n1 \"a{.py\"\n2 \"b.py\"\n\nFunctionNames\n1 \"<lambda>\"\n\n"
    "FileLocations\n1 {file_name_id=1 function_name_id=1 line=3 end_line=4 column=2}\n"
    "2 {file_name_id=2, function_name_id=1, line=8, column=2}\n\n"
    "StackFrames\n1 {file_location_id=1 parent_frame_id=1}\n2 {file_location_id=2}\n\n"
    "ENTRY e {\n"
    "  a = f32[] parameter(0), metadata={op_name=\"x\" stack_frame_id=1}\n"
    "  b = f32[] negate(a), metadata={source_file=\"b.py\" source_line=8}\n"
    "  c = f32[] negate(a), metadata={stack_frame_id=2}\n"
    "  d = f32[] negate(a), metadata={stack_frame_id=2 source_file=\"c\\\".py\" source_line=-1}\n"
    "  e = f32[] negate(a), metadata={stack_frame_id=3}\n"
    "  f = f32[] negate(a), metadata={source_file=b source_line={1}}\n"
    "  ROOT g = f32[] negate(a)\n}\n";

static void test_text_gives_the_same(void **state)
{
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_err err;
    struct nkb_hlo hlo;
    (void)state;
    assert_int_equal(nkb_hlotext_read(nkb_str_from(frames_text), &arena, &hlo, &err), 0);
    expect_source(&hlo, 0, 0, "a{.py", 3);
    expect_source(&hlo, 0, 1, "b.py", 8);
    expect_source(&hlo, 0, 2, "b.py", 8);
    expect_source(&hlo, 0, 3, "c\".py", -1);
    for (uint32_t i = 4; i < 7; i++)
        expect_source(&hlo, 0, i, "", 0);
    assert_int_equal(hlo.source_count, 4);
    nkb_arena_free(&arena);
}

static void test_entries_of_a_text_table_count_up(void **state)
{
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_err err;
    struct nkb_hlo hlo;
    (void)state;
    assert_int_equal(nkb_hlotext_read(NKB_STR_LITERAL("HloModule t\nFileNames\n1 \"a\"\n3 \"b\"\n"),
                                      &arena, &hlo, &err),
                     NKB_EINPUT);
    assert_string_equal(err.text, "line 4: entry 3 of FileNames; 2 is expected here");
    nkb_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_protobuf_gives_it_itself_or_by_a_frame),
        cmocka_unit_test(test_metadata_given_twice_is_merged),
        cmocka_unit_test(test_many_places_keep_apart),
        cmocka_unit_test(test_the_index_has_a_limit),
        cmocka_unit_test(test_text_gives_the_same),
        cmocka_unit_test(test_entries_of_a_text_table_count_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
