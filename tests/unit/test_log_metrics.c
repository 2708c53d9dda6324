/* m.log: which key a figure is of, its unit and source, why it is absent, and what is said of it.
 */
#include "figures_case.h"

static void the_better_key_is_taken_throughout(void **state)
{
    struct figures f;
    (void)state;
    measure(&f, BAR("1", "loss=9") BAR("2", "loss=9, reduced_train_loss=8")
                    BAR("3", "loss=9, step_loss=5"));
    assert_string_equal(nkb_value_path(f.m, "loss.mean")->note->source,
                        "train.log: reduced_train_loss, 1 step");
    assert_losses(&f, "8");
    measure(&f, "reduced_train_loss=4\n" BAR("1", "loss=9"));
    assert_losses(&f, "9");
    measure(&f, BAR("1", "loss=9, samples/sec=14.60, iteration_time=2"));
    assert_string_equal(nkb_value_path(f.m, "throughput.mean")->note->unit, "samples/sec");
    assert_string_equal(nkb_value_path(f.m, "throughput.steady.count")->note->source,
                        "train.log: samples/sec, 1 step");
    assert_string_equal(why(&f, "throughput.steady.mean"), "there is no step after the first");
    assert_number(14.6, number(&f, "upstream.throughput.average"));
    log_free(&f.c);
    measure(&f, BAR("1", "throughput=2"));
    assert_string_equal(nkb_value_path(f.m, "throughput.mean")->note->unit, "seq/s");
    log_free(&f.c);
}

static void nan_and_infinity_are_counted_and_enter_no_mean(void **state)
{
    struct figures f;
    bool warning;
    (void)state;
    measure(&f,
            BAR("1", "loss=nan, lr=1") BAR("2", "loss=4") BAR("3", "loss=-inf") BAR("4", "loss=2"));
    assert_number(3, number(&f, "loss.mean"));
    assert_number(2, number(&f, "loss.count"));
    assert_number(2, number(&f, "loss.nonfinite"));
    assert_number(4, number(&f, "loss.first"));
    assert_number(2, number(&f, "loss.steady.count"));
    assert_number(2, number(&f, "upstream.losses.count"));
    assert_string_equal(
        said(&f, 0, &warning),
        "train.log: loss is nan or infinite in 2 steps; its figures are of the other 2");
    assert_true(warning);
    assert_losses(&f, "4 2");

    measure(&f, BAR("1", "loss=nan"));
    assert_string_equal(why(&f, "loss.mean"), "every value is nan or infinite");
    assert_string_equal(why(&f, "loss.steady.mean"), "every value is nan or infinite");
    assert_string_equal(said(&f, 0, &warning),
                        "train.log: loss is nan or infinite in 1 step; it has no figures");
    assert_losses(&f, "");

    measure(&f, BAR("1", "loss=1e308") BAR("2", "loss=1e308"));
    assert_string_equal(why(&f, "loss.mean"), "not a finite number");
    log_free(&f.c);
}

static void a_log_without_records_says_so(void **state)
{
    struct figures f;
    bool warning;
    (void)state;
    measure(&f, "nothing\nof use\n");
    assert_number(0, number(&f, "records"));
    assert_number(0, number(&f, "runs"));
    assert_number(2, number(&f, "unknown_lines"));
    assert_string_equal(said(&f, 0, &warning),
                        "train.log: no training record was recognised in 2 lines; the log's "
                        "throughput, loss and step figures are absent");
    assert_true(warning);
    assert_string_equal(why(&f, "throughput.mean"), "no training record was recognised in the log");
    assert_string_equal(why(&f, "steps.first"), "no training record was recognised in the log");
    assert_string_equal(why(&f, "epochs"), "no training record was recognised in the log");
    assert_string_equal(why(&f, "first_timestamp"), "the log has no timestamp");
    assert_string_equal(why(&f, "upstream.steps.last"), "the log has no global_step");
    assert_string_equal(why(&f, "consumed_samples.first"), "the log has no consumed_samples");
    log_free(&f.c);
    measure(&f, "loss=1\n");
    assert_string_equal(why(&f, "throughput.mean"), "the log has no throughput");
    log_free(&f.c);
}

static void unreadable_values_and_cut_lines_are_told(void **state)
{
    struct figures f;
    struct nkb_buf text = NKB_BUF_INIT;
    bool warning;
    (void)state;
    measure(&f, "x\nloss=1 throughput=1.5.2\n");
    assert_string_equal(
        said(&f, 0, &warning),
        "train.log:2: 'throughput=1.5.2' is not a number; 1 such value was left out");
    assert_true(warning);
    log_free(&f.c);
    measure(&f, "throughput=1.5.2\nloss=1,5\nloss=1\n");
    assert_string_equal(
        said(&f, 0, &warning),
        "train.log:1: 'throughput=1.5.2' is not a number; 2 such values were left out");
    log_free(&f.c);
    nkb_buf_text(&text, "loss=1 ");
    for (int i = 0; i < NKB_TRAINLOG_LINE_BYTES; i++)
        nkb_buf_char(&text, 'x');
    measure(&f, text.data);
    assert_string_equal(said(&f, 0, &warning),
                        "train.log: 1 line was cut at 65536 bytes; what followed was not read");
    assert_true(warning);
    log_free(&f.c);
    nkb_buf_free(&text);
}

static void timestamps_that_go_backwards_have_no_duration(void **state)
{
    struct figures f;
    (void)state;
    measure(&f, "[2026-03-04 09:00:00] a\n[2026-03-04 08:59:59] b\nloss=1\n");
    assert_string_equal(why(&f, "duration_s"), "the log's last timestamp is before its first");
    assert_string_equal(nkb_value_path(f.m, "last_timestamp")->as.string.ptr,
                        "2026-03-04 08:59:59");
    log_free(&f.c);
    measure(&f, "[1969-12-31 23:59:59.250] a\n[2000-02-29 12:00:00] b\nloss=1\n");
    assert_string_equal(nkb_value_path(f.m, "first_timestamp")->as.string.ptr,
                        "1969-12-31 23:59:59");
    assert_string_equal(nkb_value_path(f.m, "last_timestamp")->as.string.ptr,
                        "2000-02-29 12:00:00");
    assert_number(951825600.75, number(&f, "duration_s"));
    log_free(&f.c);
}

static void a_series_is_thinned_and_the_figures_stay_exact(void **state)
{
    (void)state;
    for (int count = NKB_LOG_SERIES_POINTS - 1; count <= 4 * NKB_LOG_SERIES_POINTS + 1; count++) {
        if (count > NKB_LOG_SERIES_POINTS + 1 && count < 4 * NKB_LOG_SERIES_POINTS)
            continue;
        struct nkb_arena arena = NKB_ARENA_INIT;
        struct nkb_log_stat stat = {0};
        for (int i = 0; i < count; i++)
            nkb_log_stat_add(&arena, &stat, i, i == 0);
        int every = count <= NKB_LOG_SERIES_POINTS ? 1 : count <= 2 * NKB_LOG_SERIES_POINTS ? 2 : 4;
        if (count > 4 * NKB_LOG_SERIES_POINTS)
            every = 8;
        assert_int_equal(stat.series_every, every);
        assert_int_equal(stat.series_count, (count + every - 1) / every);
        for (uint32_t i = 0; i < stat.series_count; i++)
            assert_number((double)i * every, stat.series[i]);
        assert_int_equal(stat.count, count);
        assert_int_equal(stat.steady_count, count - 1);
        assert_number((double)count * (count - 1) / 2, stat.sum);
        nkb_arena_free(&arena);
    }
}

/* What upstream takes stays the number, and is doubted aloud. */
static void a_throughput_without_a_training_step_is_doubted(void **state)
{
    static const char doubt[] =
        "train.log: no training step in it: its throughput lines may be of another kind";
    static const char *const of_training[] = {
        "loss=4", "reduced_train_loss=4", "global_step=1", "gradient_norm=1", "lr=1e-4",
    };
    struct figures f;
    bool warning = false;
    (void)state;
    measure(&f, "throughput: 51.5 tokens/s\n");
    assert_number(51.5, number(&f, "throughput.mean"));
    assert_string_equal(said(&f, 0, &warning), doubt);
    assert_true(warning);
    log_free(&f.c);
    measure(&f, "samples/sec: 3\nstep_time: 2 s\n");
    assert_string_equal(said(&f, 0, &warning), doubt);
    log_free(&f.c);
    for (size_t i = 0; i < sizeof of_training / sizeof *of_training; i++) {
        char text[64];
        snprintf(text, sizeof text, "throughput=2 %s\n", of_training[i]);
        measure(&f, text);
        assert_string_equal(said(&f, 0, &warning), "");
        log_free(&f.c);
    }
    measure(&f, BAR("1", "throughput=2"));
    assert_string_equal(said(&f, 0, &warning), "");
    log_free(&f.c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_better_key_is_taken_throughout),
        cmocka_unit_test(nan_and_infinity_are_counted_and_enter_no_mean),
        cmocka_unit_test(a_log_without_records_says_so),
        cmocka_unit_test(unreadable_values_and_cut_lines_are_told),
        cmocka_unit_test(a_throughput_without_a_training_step_is_doubted),
        cmocka_unit_test(timestamps_that_go_backwards_have_no_duration),
        cmocka_unit_test(a_series_is_thinned_and_the_figures_stay_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
