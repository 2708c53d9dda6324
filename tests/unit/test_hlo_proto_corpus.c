/* Every protobuf of the corpus: what upstream takes and refuses, what it counts, and that the size
 * of the window changes nothing. */
#include "tsv.h"

#include <glob.h>
#include <unistd.h>

#include "hlo_print.h"
#include "input/hlo.h"
#include "input/hlo_proto.h"

/* Upstream's count, as simply as it can be said; what is beyond 127 bits is `over`. */
struct count {
    nkb_i128 macs, nki_macs;
    int64_t warnings;
    bool over;
};

static bool listed(const struct nkb_hlo_ints *list, int64_t value)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (list->at[i] == value)
            return true;
    return false;
}

static void times(struct count *count, nkb_i128 *product, int64_t factor)
{
    if (!nkb_i128_mul(*product, factor, product))
        count->over = true;
}

static void count_dot(const struct nkb_hlo_computation *in, const struct nkb_hlo_instruction *dot,
                      struct count *count)
{
    static const struct nkb_hlo_dot none;
    const struct nkb_hlo_dot *numbers = dot->attrs && dot->attrs->dot ? dot->attrs->dot : &none;
    nkb_i128 product = 1;
    bool zero = false;

    if (dot->operand_count < 2 || dot->operands[0] == NKB_HLO_NONE ||
        dot->operands[1] == NKB_HLO_NONE) {
        count->warnings++;
        return;
    }
    const struct nkb_hlo_shape *lhs = in->instructions[dot->operands[0]].shape;
    const struct nkb_hlo_shape *rhs = in->instructions[dot->operands[1]].shape;
    for (uint32_t i = 0; i < lhs->rank; i++)
        zero |= lhs->dims[i] == 0;
    for (uint32_t i = 0; i < rhs->rank; i++)
        zero |= rhs->dims[i] == 0;
    if (zero)
        return;
    for (uint32_t i = 0; i < lhs->rank; i++)
        times(count, &product, lhs->dims[i]);
    for (uint32_t i = 0; i < rhs->rank; i++)
        if (!listed(&numbers->rhs_contracting, i) && !listed(&numbers->rhs_batch, i))
            times(count, &product, rhs->dims[i]);
    count->macs += product;
}

static struct count count_all(const struct nkb_hlo *hlo)
{
    struct count count = {0};

    for (uint32_t i = 0; i < hlo->computation_count; i++) {
        const struct nkb_hlo_computation *c = &hlo->computations[i];
        for (uint32_t j = 0; j < c->instruction_count; j++) {
            const struct nkb_hlo_instruction *in = &c->instructions[j];
            const struct nkb_nki_config *nki = in->attrs ? in->attrs->nki : NULL;
            if (in->opcode == NKB_HLO_DOT)
                count_dot(c, in, &count);
            if (!nki)
                continue;
            count.macs += nki->mac_count;
            count.nki_macs += nki->mac_count;
            count.warnings += nki->status == NKB_NKI_UNREADABLE;
            count.over |= nki->status == NKB_NKI_OVERFLOW;
        }
    }
    return count;
}

static const char *decimal(nkb_i128 value, char out[48])
{
    nkb_u128 size = value < 0 ? -(nkb_u128)value : (nkb_u128)value;
    char *at = out + 47;

    *at = '\0';
    do
        *--at = (char)('0' + (int)(size % 10));
    while (size /= 10);
    if (value < 0)
        *--at = '-';
    return at;
}

static void check_count(const char *path, const struct nkb_hlo *hlo, const char *macs,
                        const char *nki_macs, const char *warnings)
{
    struct count count = count_all(hlo);
    char text[48];

    if (count.over ? strlen(macs) < 39 : strcmp(macs, decimal(count.macs, text)) != 0)
        fail_msg("%s: %s MACs, not %s", path, decimal(count.macs, text), macs);
    if (!count.over && strcmp(nki_macs, decimal(count.nki_macs, text)) != 0)
        fail_msg("%s: %s NKI MACs, not %s", path, decimal(count.nki_macs, text), nki_macs);
    if (strcmp(warnings, decimal(count.warnings, text)) != 0)
        fail_msg("%s: %s warnings, not %s", path, decimal(count.warnings, text), warnings);
}

/* A table's rows: read the file, and where upstream could, compare what it counted. */
static void check_table(const char *base, const char *root, const char *name,
                        const char *columns[5])
{
    struct tsv t = tsv_open(root, name);
    size_t counted = 0;

    while (tsv_next(&t)) {
        char path[1200];
        struct nkb_arena arena = NKB_ARENA_INIT;
        struct nkb_err err = {0};
        struct nkb_hlo hlo;
        snprintf(path, sizeof path, "%s/%s", base, tsv_get(&t, columns[0]));
        int code = nkb_hlo_read_file(path, &arena, &hlo, &err);
        bool theirs = strcmp(tsv_get(&t, columns[1]), "success") == 0;
        bool ours = code == 0 && hlo.form == NKB_FORM_PROTO;
        if (theirs != ours)
            fail_msg("%s: upstream says %s, we %s %s", path, tsv_get(&t, columns[1]),
                     code == 0 ? "read it in form" : "say", code == 0 ? "…" : err.text);
        if (ours) {
            check_count(path, &hlo, tsv_get(&t, columns[2]), tsv_get(&t, columns[3]),
                        tsv_get(&t, columns[4]));
            counted++;
        }
        assert_true((code == 0) == (err.text[0] == '\0'));
        nkb_arena_free(&arena);
    }
    print_message("%s: %zu files, %zu of them counted\n", name, t.rows, counted);
    assert_true(counted > 100);
    tsv_close(&t);
}

static void test_hostile_files_are_taken_and_refused_as_upstream_does(void **state)
{
    const char *columns[] = {"file", "upstream_training", "upstream_hlo_macs", "upstream_nki_macs",
                             "upstream_warnings"};
    char base[1024];

    (void)state;
    snprintf(base, sizeof base, "%s/own/hostile", tsv_root("CORPUS"));
    check_table(base, base, "expected.tsv", columns);
}

static void test_all_files_count_what_upstream_counted(void **state)
{
    const char *columns[] = {"file", "status", "hlo_macs", "nki_macs", "warnings"};
    char base[1024];

    (void)state;
    snprintf(base, sizeof base, "%s/..", tsv_root("CORPUS"));
    check_table(base, tsv_root("GOLDENS"), "mac-counts.tsv", columns);
}

static void check_sizes(const char *base, const char *root, const char *name)
{
    struct tsv t = tsv_open(root, name);

    while (tsv_next(&t)) {
        char path[1200];
        struct nkb_arena arena = NKB_ARENA_INIT;
        struct nkb_err err = {0};
        struct nkb_hlo hlo;
        if (!*tsv_get(&t, "computations"))
            continue;
        snprintf(path, sizeof path, "%s/%s", base, tsv_get(&t, "path"));
        if (nkb_hlo_read_file(path, &arena, &hlo, &err) != 0)
            fail_msg("%s: %s", path, err.text);
        if (hlo.computation_count != tsv_int(&t, "computations") ||
            (int64_t)hlo.instruction_count != tsv_int(&t, "instructions"))
            fail_msg("%s: %u computations, %llu instructions", path, hlo.computation_count,
                     (unsigned long long)hlo.instruction_count);
        nkb_arena_free(&arena);
    }
    tsv_close(&t);
}

static void test_all_files_have_as_many_instructions_as_xla_sees(void **state)
{
    char own[1024];

    (void)state;
    snprintf(own, sizeof own, "%s/own", tsv_root("CORPUS"));
    check_sizes(own, own, "expected.tsv");
    check_sizes(tsv_root("CORPUS"), tsv_root("GOLDENS"), "xla-cost.tsv");
}

/* Printed module, or the message; at least 1 byte. With threads, every run of instructions that is
 * longer than the window is split. */
static void read_print(struct nkb_wire *wire, size_t threads, struct nkb_buf *out)
{
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_err err = {0};
    struct nkb_hlo hlo;

    struct nkb_hlo_build build = {.threads = threads};

    if (nkb_hlo_proto_read(wire, &nkb_hlo_default_limits, &build, &arena, &hlo, &err) == 0)
        print_module(out, &hlo);
    else
        nkb_buf_printf(out, "%s%c", err.text, '\0');
    nkb_hlo_build_free(&build);
    nkb_arena_free(&arena);
}

static void compare_windows(const char *path)
{
    static const size_t windows[] = {NKB_WIRE_HEADER_BYTES, 16, 31, 64, 300, 5000, 300000};
    struct nkb_buf bytes = NKB_BUF_INIT, want = NKB_BUF_INIT;
    struct nkb_wire wire;
    struct nkb_err err;
    int64_t size;
    int fd;

    assert_int_equal(nkb_file_read(path, NULL, 1u << 28, &bytes, &err), 0);
    nkb_wire_from_bytes(&wire, nkb_buf_str(&bytes));
    read_print(&wire, 0, &want);
    assert_int_equal(nkb_file_open(path, NULL, &fd, &size, &err), 0);
    for (size_t i = 0; i < sizeof windows / sizeof windows[0] && size > 0; i++) {
        if (size > 100000 && windows[i] < 300)
            continue; /* a read a field is slow */
        for (size_t threads = 0; threads <= 3; threads += 3) {
            struct nkb_buf have = NKB_BUF_INIT;
            assert_int_equal(nkb_wire_from_file(&wire, fd, (uint64_t)size, windows[i], &err), 0);
            read_print(&wire, threads, &have);
            if (have.len != want.len || memcmp(have.data, want.data, want.len) != 0)
                fail_msg("%s: a window of %zu bytes and %zu threads give\n%.500s\nnot\n%.500s",
                         path, windows[i], threads, have.data, want.data);
            nkb_wire_close(&wire);
            nkb_buf_free(&have);
        }
    }
    close(fd);
    nkb_buf_free(&bytes);
    nkb_buf_free(&want);
}

static void test_window_and_threads_change_nothing(void **state)
{
    static const char *const patterns[] = {
        "%s/own/hostile/*", "%s/own/models/*.pb", "%s/own/neuron/edge/*",
        "%s/own/ops/*.pb",  "%s/public/hlo_pb/*",
    };
    char pattern[1024];

    (void)state;
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        glob_t found;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(pattern, sizeof pattern, patterns[i], tsv_root("CORPUS"));
#pragma GCC diagnostic pop
        if (glob(pattern, 0, NULL, &found) != 0)
            continue;
        for (size_t j = 0; j < found.gl_pathc; j++)
            compare_windows(found.gl_pathv[j]);
        print_message("%s: %zu files\n", pattern, found.gl_pathc);
        globfree(&found);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile_files_are_taken_and_refused_as_upstream_does),
        cmocka_unit_test(test_all_files_count_what_upstream_counted),
        cmocka_unit_test(test_all_files_have_as_many_instructions_as_xla_sees),
        cmocka_unit_test(test_window_and_threads_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
