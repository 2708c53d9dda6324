/* What the records of a training log mean: steps, runs, and one value a step. */
#include "figures_case.h"

static void a_step_takes_the_last_value_of_its_global_step(void **state)
{
    struct figures f;
    (void)state;
    /* The bar is drawn twice a step, first with what the step before said. */
    measure(&f,
            BAR("1", "loss=5, global_step=0.000") BAR("2", "loss=5, global_step=0.000")
                BAR("2", "loss=4, global_step=1.000") BAR("3", "loss=4, global_step=1.000")
                    BAR("3", "loss=4, global_step=2.000") BAR("3", "loss=3, global_step=2.000"));
    assert_number(3, number(&f, "steps.count"));
    assert_number(0, number(&f, "steps.first"));
    assert_number(2, number(&f, "steps.last"));
    assert_number(1, number(&f, "runs"));
    assert_number(6, number(&f, "records"));
    assert_losses(&f, "5 4 3");
}

static void a_metric_missing_in_the_last_record_keeps_its_value(void **state)
{
    struct figures f;
    (void)state;
    measure(&f, BAR("1", "loss=5, throughput=2, global_step=0.000")
                    BAR("1", "val_loss=9, global_step=0.000"));
    assert_number(1, number(&f, "steps.count"));
    assert_number(2, number(&f, "throughput.mean"));
    assert_number(9, number(&f, "val_loss.last"));
    assert_losses(&f, "5");
}

static void without_global_step_the_bar_position_is_the_step(void **state)
{
    struct figures f;
    (void)state;
    measure(&f, BAR("7", "loss=5") BAR("7", "loss=4") BAR("8", "loss=4") BAR("9", "loss=3"));
    assert_number(7, number(&f, "steps.first"));
    assert_number(9, number(&f, "steps.last"));
    assert_string_equal(nkb_value_path(f.m, "steps.first")->note->source,
                        "train.log: bar position");
    assert_losses(&f, "4 4 3");

    measure(&f,
            "Epoch 0: 1%|x| 1/2 [00:01<00:02, loss=5]\nEpoch 0: 1%|x| 2/2 [00:01<00:02, loss=4]\n"
            "Epoch 1: 1%|x| 1/2 [00:01<00:02, loss=3]\n");
    assert_number(1, number(&f, "runs"));
    assert_number(2, number(&f, "epochs"));
    assert_string_equal(why(&f, "steps.first"),
                        "the log has no full global_step, and a bar starts anew each epoch");
    assert_losses(&f, "5 4 3");
}

static void a_global_step_of_too_few_digits_leaves_the_step_to_the_bar(void **state)
{
    struct figures f;
    bool warning;
    (void)state;
    measure(&f, BAR("10", "loss=5, global_step=3.1e+4") BAR("11", "loss=4, global_step=3.1e+4")
                    BAR("12", "loss=4, global_step=3.1e+4"));
    assert_number(10, number(&f, "steps.first"));
    assert_number(12, number(&f, "steps.last"));
    assert_number(31000, number(&f, "upstream.steps.first"));
    assert_string_equal(said(&f, 0, &warning),
                        "train.log: global_step has too few digits in 3 of 3 steps; there "
                        "the bar position tells steps apart");
    assert_false(warning);
    assert_losses(&f, "5 4 4");

    /* tqdm prints 1995 … 2004 as 2e+3; each bar is drawn first with the values before. */
    measure(&f, BAR("1", "loss=9, global_step=1994.0") BAR("2", "loss=9, global_step=1994.0")
                    BAR("2", "loss=8, global_step=2e+3") BAR("3", "loss=8, global_step=2e+3")
                        BAR("3", "loss=7, global_step=2e+3") BAR("4", "loss=7, global_step=2e+3")
                            BAR("4", "loss=6, global_step=2005.0")
                                BAR("5", "loss=6, global_step=2005.0"));
    assert_number(1994, number(&f, "steps.first"));
    assert_number(2005, number(&f, "steps.last"));
    assert_losses(&f, "9 8 7 6");

    /* Drawn once a step. */
    measure(&f, BAR("1", "loss=9, global_step=1994.0") BAR("2", "loss=8, global_step=2e+3")
                    BAR("3", "loss=7, global_step=2e+3") BAR("4", "loss=6, global_step=2005.0"));
    assert_losses(&f, "9 8 7 6");

    /* No bar either: what shares the printed step shares the value. */
    measure(&f, "loss=9, global_step=2e+3\nloss=8, global_step=2e+3\nloss=7, global_step=3e+3\n");
    assert_string_equal(why(&f, "steps.last"),
                        "global_step is printed with too few digits, or not in every step");
    assert_losses(&f, "8 7");
}

static void going_backwards_starts_a_run_and_the_last_one_counts(void **state)
{
    struct figures f;
    bool warning;
    (void)state;
    measure(
        &f,
        "[2026-03-04 09:00:00] start\n" BAR("5", "loss=9, global_step=4.000, consumed_samples=5")
            BAR("6",
                "loss=8, global_step=5.000, consumed_samples=6") "[2026-03-04 10:00:00] "
                                                                 "restart\n" BAR("4", "loss=7, "
                                                                                      "global_"
                                                                                      "step=3."
                                                                                      "000, "
                                                                                      "consumed_"
                                                                                      "samples="
                                                                                      "4")
                                                                     BAR("5", "loss=6, "
                                                                              "global_step=4."
                                                                              "000, "
                                                                              "consumed_samples="
                                                                              "5") "[2026-03-04 "
                                                                                   "10:00:30] "
                                                                                   "end\n");
    assert_number(2, number(&f, "runs"));
    assert_number(2, number(&f, "steps.count"));
    assert_number(3, number(&f, "steps.first"));
    assert_number(6.5, number(&f, "loss.mean"));
    assert_number(6, number(&f, "loss.steady.mean"));
    assert_number(1, number(&f, "loss.steady.count"));
    assert_number(4, number(&f, "consumed_samples.first"));
    assert_number(30, number(&f, "duration_s"));
    assert_string_equal(nkb_value_path(f.m, "first_timestamp")->as.string.ptr,
                        "2026-03-04 10:00:00");
    assert_string_equal(nkb_value_path(f.m, "upstream.timestamps.first")->as.string.ptr,
                        "2026-03-04 09:00:00");
    /* Upstream's are of the whole file. */
    assert_number(3, number(&f, "upstream.steps.count"));
    assert_number(4, number(&f, "upstream.steps.first"));
    assert_number(3, number(&f, "upstream.steps.last"));
    assert_number(7.5, number(&f, "upstream.losses.average"));
    assert_string_equal(said(&f, 0, &warning),
                        "train.log: 2 runs in one log; the figures are the last run's, 2 steps");
    assert_true(warning);
    assert_string_equal(why(&f, "throughput.mean"), "the log's last run has no throughput");
    assert_losses(&f, "7 6");

    measure(&f, "LOG Thu Sep 29 22:30:10 2022 - (1, 8) loss : 9\nLOG Thu Sep 29 22:30:11 2022 - "
                "(0, 9) loss : 8\n"
                "LOG Tue Sep 27 20:56:35 2022 - (0, 2) loss : 7\n");
    assert_number(3, number(&f, "runs"));
    assert_losses(&f, "7");

    /* No stamp since the run began. */
    measure(&f, "[2026-03-04 09:00:00] start\n" BAR("2", "loss=9") BAR("1", "loss=8"));
    assert_string_equal(why(&f, "first_timestamp"), "the log's last run has no timestamp");
    assert_string_equal(why(&f, "duration_s"), "the log's last run has no timestamp");
    assert_losses(&f, "8");
    measure(&f, "[2026-03-04 09:00:00] start\n" BAR("2", "loss=9")
                    BAR("1", "loss=8") "[2026-03-04 09:00:09] end\n");
    assert_string_equal(nkb_value_path(f.m, "first_timestamp")->as.string.ptr,
                        "2026-03-04 09:00:09");
    assert_string_equal(why(&f, "duration_s"), "the log has only one point in time");
    assert_losses(&f, "8");
}

static void copies_of_a_step_that_come_late_start_no_run(void **state)
{
    struct figures f;
    bool warning;
    (void)state;
    /* Two processes write into one log. */
    measure(&f, BAR("1", "loss=9, global_step=0.000") BAR("2", "loss=8, global_step=1.000")
                    BAR("1", "loss=9, global_step=0.000") BAR("2", "loss=8, global_step=1.000")
                        BAR("3", "loss=7, global_step=2.000"));
    assert_number(1, number(&f, "runs"));
    assert_losses(&f, "9 8 7");

    /* Named by rank, whole blocks may come late. */
    measure(
        &f,
        "[2]:" BAR("1", "loss=9") "[2]:" BAR("2", "loss=8") "[2]:" BAR("3", "loss=7") "[0]:" BAR(
            "1", "loss=9") "[0]:" BAR("2", "loss=8") "[0]:" BAR("3", "loss=7") BAR("4", "loss=6"));
    assert_number(1, number(&f, "runs"));
    assert_string_equal(said(&f, 0, &warning),
                        "train.log: 3 records of further ranks left out; the figures are rank 2's");
    assert_false(warning);
    assert_losses(&f, "9 8 7 6");
}

static void lines_without_a_step_take_one_value_a_line(void **state)
{
    struct figures f;
    (void)state;
    measure(&f, "step_time: 3.0 s\n" BAR(
                    "1", "loss=9") "step_time: 2.0 s\nloss=100\nstep_time: 2.0 s\n");
    assert_number(7.0 / 3, number(&f, "step_time_s.mean"));
    assert_number(3, number(&f, "step_time_s.count"));
    assert_number(2, number(&f, "step_time_s.steady.count"));
    assert_number(3, number(&f, "upstream.step_times.count"));
    assert_string_equal(nkb_value_path(f.m, "step_time_s.mean")->note->source,
                        "train.log: step_time, 3 lines");
    assert_string_equal(nkb_value_path(f.m, "step_time_s.mean")->note->unit, "s");
    /* A loss on a line of its own is no step's. */
    assert_losses(&f, "9");

    measure(&f, "loss: 3\nloss: 2\n");
    assert_number(0, number(&f, "steps.count"));
    assert_string_equal(why(&f, "steps.first"), "no record names a global_step or a bar position");
    assert_string_equal(why(&f, "epochs"), "the log names no epoch");
    assert_losses(&f, "3 2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_takes_the_last_value_of_its_global_step),
        cmocka_unit_test(a_metric_missing_in_the_last_record_keeps_its_value),
        cmocka_unit_test(without_global_step_the_bar_position_is_the_step),
        cmocka_unit_test(a_global_step_of_too_few_digits_leaves_the_step_to_the_bar),
        cmocka_unit_test(going_backwards_starts_a_run_and_the_last_one_counts),
        cmocka_unit_test(copies_of_a_step_that_come_late_start_no_run),
        cmocka_unit_test(lines_without_a_step_take_one_value_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
