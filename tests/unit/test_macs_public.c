/* The public files of facts 6, with loops of 8 to 126 trips and convolutions. */
#include "hlo_file.h"

/* Facts 6: two independent reference counters agreed on these. */
static const struct {
    const char *path;
    int64_t computations, instructions, macs, dot, conv;
    int64_t trips[2]; /* 0: no loop */
} public_files[] = {
    {"hlo_text/hlo_llama31_405b_bf16_16x8.hlo",
     125,
     1814,
     183377923670016,
     12346725305942016,
     0,
     {126, 126}},
    {"hlo_text/hlo_llama31_405b_bf16_64x8.hlo",
     125,
     1814,
     183377923670016,
     12346725305942016,
     0,
     {126, 126}},
    {"hlo_text/hlo_llama31_405b_fp8_16x8.hlo",
     328,
     3991,
     183377923670016,
     12346725305942016,
     0,
     {126, 126}},
    {"hlo_text/hlo_llama31_70b_bf16_16x8.hlo",
     139,
     1875,
     138297946931200,
     4264215330160640,
     0,
     {80, 80}},
    {"hlo_text/hlo_llama31_70b_bf16_32x8.hlo",
     139,
     1875,
     138297946931200,
     4264215330160640,
     0,
     {80, 80}},
    {"hlo_text/hlo_llama31_70b_fp8_16x8.hlo",
     342,
     4052,
     138297946931200,
     4264215330160640,
     0,
     {80, 80}},
    {"hlo_text/hlo_llama31_8b_bf16_1x8.hlo",
     2915,
     31855,
     386083200172032,
     386083200172032,
     0,
     {0, 0}},
    {"hlo_text/hlo_llama31_8b_bf16_2x8.hlo",
     2915,
     31855,
     386083200172032,
     386083200172032,
     0,
     {0, 0}},
    {"hlo_text/hlo_llama3_8b_cp_bf16_1x4.hlo",
     137,
     2325,
     14091838029824,
     117412611489792,
     0,
     {32, 32}},
    {"hlo_text/hlo_mixtral_8x7b_bf16_1x8.hlo",
     3714,
     41881,
     235797999517696,
     235797999517696,
     0,
     {0, 0}},
    {"hlo_text/hlo_mixtral_8x7b_bf16_2x8.hlo",
     4002,
     43714,
     235797999517696,
     235797999517696,
     0,
     {0, 0}},
    {"hlo_text/isolate_hlo_test.hlo", 1, 6, 0, 0, 116214528, {0, 0}},
    {"hlo_text/mobilenet_v2.hlo", 55, 3924, 245760000, 245760000, 85938135552, {0, 0}},
    {"hlo_text/nv_maxtext_1n1g_jit_train_step_before_optimization.hlo",
     87,
     1947,
     15818364551168,
     70175470649344,
     0,
     {8, 8}},
    {"hlo_text/jax-toolbox_example.hlo", 1, 6, 32768, 32768, 0, {0, 0}},
    {"hlo_text/while_with_known_trip_count.hlo", 3, 12, 0, 0, 0, {7, 0}},
    {"hlo_pb/nxd_dummy_hlo_nki_kernel.txt", 4, 29, 48, 48, 0, {0, 0}},
    {"hlo_pb/nxd_dummy_hlo_no_kernel_calls.txt", 2, 19, 32, 32, 0, {0, 0}},
    {"hlo_pb/xla-rs_fn_hlo.txt", 1, 7, 8, 8, 0, {0, 0}},
    {"hlo_pb/tpugraphs_layout_main__.10904.hlo_module.pb", -1, -1, 0, 0, 4776697819136, {-1, -1}},
    {"hlo_pb/tpugraphs_op_1.hlo_module.pb", -1, -1, 0, 0, 2727346176, {-1, -1}},
    {"hlo_pb/tpugraphs_op_2.hlo_module.pb", -1, -1, 0, 0, 131072000, {-1, -1}},
    {"hlo_pb/tpugraphs_op_3.hlo_module.pb", -1, -1, 0, 0, 131072000, {-1, -1}},
    {"hlo_pb/tpugraphs_op_4.hlo_module.pb", -1, -1, 0, 0, 131072000, {-1, -1}},
};

static void public_files_have_the_expected_counts(void **state)
{
    char root[1024];
    (void)state;
    snprintf(root, sizeof root, "%s/public", tsv_root("CORPUS"));
    for (size_t i = 0; i < sizeof public_files / sizeof *public_files; i++) {
        const char *path = public_files[i].path;
        struct file f;
        read_file(&f, root, path);
        if (f.read != 0 || f.analysed != 0)
            fail_msg("%s: %s", path, f.err.text);
        const struct nkb_module *m = &f.module;
        if (!m->has_executed)
            fail_msg("%s: %s", path, m->why_no_executed);
        if (public_files[i].computations >= 0) {
            CHECK(path, "computations", m->computations, public_files[i].computations);
            CHECK(path, "instructions", m->instructions, public_files[i].instructions);
        }
        CHECK(path, "static", m->static_macs.macs, public_files[i].macs);
        CHECK(path, "dot", m->executed.dot_macs, public_files[i].dot);
        CHECK(path, "conv", m->executed.conv_macs, public_files[i].conv);
        CHECK(path, "unknown loops", m->executed.unknown_trip_counts, 0);
        if (public_files[i].trips[0] >= 0) {
            uint32_t loops = public_files[i].trips[1] > 0 ? 2 : public_files[i].trips[0] > 0;
            CHECK(path, "loops", m->loop_count, loops);
            for (uint32_t k = 0; k < loops; k++)
                CHECK(path, "trips", m->loops[k].trip_count, public_files[i].trips[k]);
        }
        close_file(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(public_files_have_the_expected_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
