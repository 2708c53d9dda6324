/* Texts of the corpus hold as many of each thing as independent counters found in them, and the
 * hostile ones are refused with the right word. */
#include "hlotext_case.h"

#include "base/file.h"

static const char *folder(const char *variable, const char *what)
{
    const char *path = getenv(variable);
    if (path && *path)
        return path;
    print_message("SKIPPED: %s is not set; %s\n", variable, what);
    skip();
    return "";
}

/* -1 when there is no such file. */
static int read_file(struct hlotext_case *c, const char *root, const char *name)
{
    char path[1024];
    struct nkb_buf bytes = NKB_BUF_INIT;
    snprintf(path, sizeof path, "%s/%s", root, name);
    int rc = nkb_file_read(path, NULL, (size_t)1 << 30, &bytes, &c->err) < 0 ? -1 : 0;
    if (rc == 0) {
        assert_true(nkb_hlotext_detect(nkb_buf_str(&bytes)));
        rc = case_read(c, nkb_buf_str(&bytes)) < 0;
    }
    nkb_buf_free(&bytes);
    return rc;
}

static unsigned long count(const struct nkb_hlo *hlo, enum nkb_hlo_opcode opcode)
{
    unsigned long found = 0;
    for (uint32_t i = 0; i < hlo->computation_count; i++)
        for (uint32_t k = 0; k < hlo->computations[i].instruction_count; k++)
            found += hlo->computations[i].instructions[k].opcode == opcode;
    return found;
}

static void public_texts(void **state)
{
    static const struct {
        const char *name;
        unsigned long computations, instructions, dots, convolutions, whiles, calls, conditionals,
            custom_calls;
    } want[] = {
        {"hlo_text/hlo_llama31_405b_bf16_16x8.hlo", 125, 1814, 32, 0, 2, 0, 0, 3},
        {"hlo_text/hlo_llama31_405b_bf16_64x8.hlo", 125, 1814, 32, 0, 2, 0, 0, 3},
        {"hlo_text/hlo_llama31_405b_fp8_16x8.hlo", 328, 3991, 32, 0, 2, 0, 0, 3},
        {"hlo_text/hlo_llama31_70b_bf16_16x8.hlo", 139, 1875, 32, 0, 2, 0, 0, 3},
        {"hlo_text/hlo_llama31_70b_bf16_32x8.hlo", 139, 1875, 32, 0, 2, 0, 0, 3},
        {"hlo_text/hlo_llama31_70b_fp8_16x8.hlo", 342, 4052, 32, 0, 2, 0, 0, 3},
        {"hlo_text/hlo_llama31_8b_bf16_1x8.hlo", 2915, 31855, 677, 0, 0, 0, 0, 64},
        {"hlo_text/hlo_llama31_8b_bf16_2x8.hlo", 2915, 31855, 677, 0, 0, 0, 0, 64},
        {"hlo_text/hlo_llama3_8b_cp_bf16_1x4.hlo", 137, 2325, 35, 0, 2, 0, 9, 12},
        {"hlo_text/hlo_mixtral_8x7b_bf16_1x8.hlo", 3714, 41881, 1221, 0, 0, 0, 0, 160},
        {"hlo_text/hlo_mixtral_8x7b_bf16_2x8.hlo", 4002, 43714, 1221, 0, 0, 0, 0, 160},
        {"hlo_text/isolate_hlo_test.hlo", 1, 6, 0, 1, 0, 0, 0, 0},
        {"hlo_text/mobilenet_v2.hlo", 55, 3924, 2, 156, 0, 0, 0, 0},
        {"hlo_text/nv_maxtext_1n1g_jit_train_step_before_optimization.hlo", 87, 1947, 32, 0, 2, 16,
         0, 39},
        {"hlo_text/jax-toolbox_example.hlo", 1, 6, 1, 0, 0, 0, 0, 0},
        {"hlo_text/while_with_known_trip_count.hlo", 3, 12, 0, 0, 1, 0, 0, 0},
        {"hlo_pb/nxd_dummy_hlo_nki_kernel.txt", 4, 29, 2, 0, 0, 3, 0, 1},
        {"hlo_pb/nxd_dummy_hlo_no_kernel_calls.txt", 2, 19, 2, 0, 0, 0, 0, 0},
        {"hlo_pb/xla-rs_fn_hlo.txt", 1, 7, 1, 0, 0, 0, 0, 0},
    };
    struct hlotext_case *c = *state;
    char root[1024];
    snprintf(root, sizeof root, "%s/public", folder("CORPUS", "public texts are not counted"));
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        int rc = read_file(c, root, want[i].name);
        if (rc < 0) {
            print_message("SKIPPED: no %s/%s\n", root, want[i].name);
            continue;
        }
        if (rc > 0)
            fail_msg("%s: %s", want[i].name, c->err.text);
        assert_int_equal(c->hlo.computation_count, want[i].computations);
        assert_int_equal(c->hlo.instruction_count, want[i].instructions);
        assert_int_equal(count(&c->hlo, NKB_HLO_DOT), want[i].dots);
        assert_int_equal(count(&c->hlo, NKB_HLO_CONVOLUTION), want[i].convolutions);
        assert_int_equal(count(&c->hlo, NKB_HLO_WHILE), want[i].whiles);
        assert_int_equal(count(&c->hlo, NKB_HLO_CALL), want[i].calls);
        assert_int_equal(count(&c->hlo, NKB_HLO_CONDITIONAL), want[i].conditionals);
        assert_int_equal(count(&c->hlo, NKB_HLO_CUSTOM_CALL), want[i].custom_calls);
        assert_int_equal(count(&c->hlo, NKB_HLO_OPCODE_COUNT), 0);
    }
}

static void annotated_trip_count(void **state)
{
    struct hlotext_case *c = *state;
    const char *root = folder("CORPUS", "an annotated loop is not read");
    if (read_file(c, root, "public/hlo_text/while_with_known_trip_count.hlo") != 0)
        skip();
    const struct nkb_hlo_instruction *w = case_find(&c->hlo.computations[c->hlo.entry], "w");
    assert_non_null(w->attrs);
    assert_true(w->attrs->has_known_trip_count);
    assert_int_equal(w->attrs->known_trip_count, 7);
}

/* expected.tsv: path, format, computations, instructions, … */
static void our_texts(void **state)
{
    struct hlotext_case *c = *state;
    char root[1024], path[1100], line[4096], name[512], format[16];
    unsigned long computations, instructions, read = 0;
    snprintf(root, sizeof root, "%s/own", folder("CORPUS", "our own texts are not counted"));
    snprintf(path, sizeof path, "%s/expected.tsv", root);
    FILE *table = fopen(path, "r");
    assert_non_null(table);
    while (fgets(line, sizeof line, table)) {
        if (sscanf(line, "%511s %15s %lu %lu", name, format, &computations, &instructions) != 4 ||
            strcmp(format, "text") != 0)
            continue;
        if (read_file(c, root, name) != 0)
            fail_msg("%s: %s", name, c->err.text);
        assert_int_equal(c->hlo.computation_count, computations);
        assert_int_equal(c->hlo.instruction_count, instructions);
        read++;
    }
    fclose(table);
    assert_true(read >= 15);
}

static void hostile_texts(void **state)
{
    static const struct {
        const char *name, *message; /* NULL: read as the module of one dot */
    } want[] = {
        {"text_crlf_bom.hlo", NULL},
        {"text_no_entry.hlo", NULL},
        {"text_in_pb_name.hlo_module.pb", NULL},
        {"text_truncated.hlo",
         "line 6: the text ends here; expected '=' behind the name of an attribute"},
        {"text_undefined_operand.hlo", "line 6: operand 'zz' is not defined; it must stand above "
                                       "its use in the same computation"},
        {"text_unbalanced_brace.hlo",
         "line 5: found 'parameter(1)' at column 21; expected ',' or '}' in a layout"},
        {"text_stablehlo.hlo",
         "line 1: MLIR text, not HLO; convert it to HLO text or protobuf first"},
    };
    struct hlotext_case *c = *state;
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        int rc = read_file(c, "tests/data/hlotext", want[i].name);
        if (rc < 0)
            fail_msg("%s", c->err.text);
        if (want[i].message) {
            assert_int_equal(rc, 1);
            assert_string_equal(c->err.text, want[i].message);
        } else {
            assert_int_equal(rc, 0);
            assert_int_equal(c->hlo.instruction_count, 3);
            assert_int_equal(c->hlo.entry, 0);
            assert_int_equal(count(&c->hlo, NKB_HLO_DOT), 1);
        }
    }
}

int main(void)
{
#define WITH_CASE(test) cmocka_unit_test_setup_teardown(test, case_open, case_close)
    const struct CMUnitTest tests[] = {
        WITH_CASE(public_texts),
        WITH_CASE(annotated_trip_count),
        WITH_CASE(our_texts),
        WITH_CASE(hostile_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
