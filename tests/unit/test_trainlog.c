/* What a line of a training log becomes: keys, numbers, places. */
#include "trainlog_case.h"

#include <math.h>

#include "base/num.h"

static void every_key_in_every_spelling(void **state)
{
    static const struct {
        const char *text;
        enum nkb_log_key key;
    } keys[] = {
        {"reduced_train_loss=2.5", NKB_LOG_REDUCED_TRAIN_LOSS},
        {"step_loss : 2.5", NKB_LOG_STEP_LOSS},
        {"loss=2.5", NKB_LOG_LOSS},
        {"'loss': 2.5,", NKB_LOG_LOSS},
        {"{\"loss\": 2.5}", NKB_LOG_LOSS},
        {"val_loss: 2.5", NKB_LOG_VAL_LOSS},
        {"throughput=2.5 seq/s", NKB_LOG_THROUGHPUT},
        {"samples/sec=2.5", NKB_LOG_SAMPLES_PER_SEC},
        {"throughput_peak=2.5", NKB_LOG_THROUGHPUT_PEAK},
        {"thoughput_peak=2.5", NKB_LOG_THROUGHPUT_PEAK},
        {"gradient_norm=2.5", NKB_LOG_GRADIENT_NORM},
        {"grad_norm=2.5", NKB_LOG_GRADIENT_NORM},
        {"parameter_norm=2.5", NKB_LOG_PARAMETER_NORM},
        {"train_step_timing in s=2.5", NKB_LOG_TRAIN_STEP_TIMING},
        {"train_step_timing in s: 2.5", NKB_LOG_TRAIN_STEP_TIMING},
        {"iteration_time=2.5", NKB_LOG_ITERATION_TIME},
        {"step_time: 2.5 s", NKB_LOG_STEP_TIME},
        {"step_time: 2.5s, input wait 0.012 s", NKB_LOG_STEP_TIME},
        {"step_time=2500ms", NKB_LOG_STEP_TIME},
        {"step_time: 2500 ms", NKB_LOG_STEP_TIME},
        {"|loss:2.5|", NKB_LOG_LOSS},
        {"the loss=2.5.", NKB_LOG_LOSS},
    };
    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct log_case c;
        log_text(&c, keys[i].text);
        assert_int_equal(c.count, 1);
        assert_int_equal(c.at[0].mask, 1u << keys[i].key);
        assert_number(2.5, log_get(&c, 0, keys[i].key));
        log_free(&c);
    }
}

static void keys_of_the_place_make_no_record_alone(void **state)
{
    struct log_case c;
    (void)state;
    log_text(&c, "lr: 0.0003\nlearning_rate=1\nglobal_step=3\nconsumed_samples=4\nepoch: 2\n");
    assert_int_equal(c.count, 0);
    assert_int_equal(c.log.unknown_lines, 5);
    log_free(&c);
    log_text(&c, "epoch=2, global_step=3.000, consumed_samples=1.6e+2, lr=1e-4, loss=1");
    assert_number(2, log_get(&c, 0, NKB_LOG_EPOCH));
    assert_number(3, log_get(&c, 0, NKB_LOG_STEP));
    assert_number(160, log_get(&c, 0, NKB_LOG_SAMPLES));
    assert_number(1e-4, log_get(&c, 0, NKB_LOG_LEARNING_RATE));
    log_free(&c);
}

static void a_key_inside_a_word_or_path_is_none(void **state)
{
    static const char *const texts[] = {
        "min_loss=2.5",
        "total_throughput: 2.5",
        "/fsx/run--val_loss=2.80-step=1999-consumed_samples=12800.0.ckpt",
        "saved /fsx/loss=2.5",
        "saved loss=2.5-step=9.ckpt", /* not a number: counted as unreadable, no record */
        "loss=None",
        "loss=<tensor>",
        "loss is 2.5",
        "=2.5",
        "loss=",
        "loss",
        "losses=2.5",
        "loss==2.5",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct log_case c;
        log_text(&c, texts[i]);
        assert_int_equal(c.count, 0);
        assert_int_equal(c.log.unknown_lines, 1);
        log_free(&c);
    }
}

static void numbers_are_read_to_the_last_bit(void **state)
{
    uint64_t seed = 42;
    (void)state;
    for (int i = 0; i < 20000; i++) {
        char number[64], text[160];
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        double v = (double)(int64_t)seed * pow(10, (double)(int)(seed >> 33) / 1e8 - 15);
        nkb_format_fixed(v, "efg"[i % 3], (int)(seed >> 50) % 20, number, sizeof number);
        /* The second time behind what stood there before. */
        snprintf(text, sizeof text, "lr=1, loss=%s\nlr=1, loss=%s", number, number);
        struct log_case c;
        log_text(&c, text);
        double expected = 0;
        assert_true(nkb_parse_double(nkb_str_from(number), false, &expected));
        assert_number(expected, log_get(&c, 0, NKB_LOG_LOSS));
        assert_number(expected, log_get(&c, 1, NKB_LOG_LOSS));
        log_free(&c);
    }
}

static void exponents_nan_and_infinities(void **state)
{
    static const struct {
        const char *text;
        double value;
    } numbers[] = {
        {"2.73e-5", 2.73e-5},
        {"1.16e+6", 1.16e6},
        {"3.1e+4", 31000},
        {"1E3", 1000},
        {"3e-05", 3e-5},
        {"-0.81", -0.81},
        {"+4", 4},
        {".5", 0.5},
        {"5.", 5},
        {"1e22", 1e22},
        {"1e23", 1e23},
        {"1e-400", 0},
        {"inf", INFINITY},
        {"-inf", -INFINITY},
        {"Infinity", INFINITY},
        {"1e400", INFINITY},
        {"123456789012345678", 123456789012345678.0},
    };
    struct log_case c;
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char text[64];
        snprintf(text, sizeof text, "loss=%s]", numbers[i].text);
        log_text(&c, text);
        assert_number(numbers[i].value, log_get(&c, 0, NKB_LOG_LOSS));
        log_free(&c);
    }
    log_text(&c, "loss=nan\nloss=NaN, lr=1");
    assert_true(isnan(log_get(&c, 0, NKB_LOG_LOSS)) && isnan(log_get(&c, 1, NKB_LOG_LOSS)));
    log_free(&c);
}

static void a_value_that_is_no_number_is_counted_and_the_rest_used(void **state)
{
    struct log_case c;
    (void)state;
    log_text(&c,
             "\n\nresuming loss=2.41 from throughput=1.5.2 lr=0.0003\nstep_time: 1,234 s\nloss=2e\n"
             "loss=3, global_step=1e300, epoch=nan");
    assert_int_equal(c.count, 2);
    assert_number(2.41, log_get(&c, 0, NKB_LOG_LOSS));
    assert_number(0.0003, log_get(&c, 0, NKB_LOG_LEARNING_RATE));
    assert_false(nkb_log_has(&c.at[0], NKB_LOG_THROUGHPUT));
    assert_false(nkb_log_has(&c.at[1], NKB_LOG_STEP) || nkb_log_has(&c.at[1], NKB_LOG_EPOCH));
    assert_int_equal(c.log.unreadable_values, 5);
    assert_int_equal(c.log.unreadable_line, 3);
    assert_string_equal(c.log.unreadable_text, "throughput=1.5.2");
    log_free(&c);
    log_text(&c, "step_time: 1,234 s");
    assert_string_equal(c.log.unreadable_text, "step_time: 1,234");
    log_free(&c);
}

static void a_step_knows_the_unit_of_its_last_digit(void **state)
{
    static const struct {
        const char *text;
        double step, unit;
    } steps[] = {{"39.00", 39, 0.01},
                 {"120", 120, 1},
                 {"3.1e+4", 31000, 1000},
                 {"2e+3", 2000, 1000},
                 {"12600.0", 12600, 0.1},
                 {"1.25e2", 125, 1},
                 {"1.5e-9223372036854775808", 0, 1e-16}};
    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        char text[64];
        struct log_case c;
        snprintf(text, sizeof text, "loss=1, global_step=%s", steps[i].text);
        log_text(&c, text);
        assert_number(steps[i].step, log_get(&c, 0, NKB_LOG_STEP));
        assert_true(fabs(log_get(&c, 0, NKB_LOG_STEP_UNIT) / steps[i].unit - 1) < 1e-12);
        log_free(&c);
    }
}

static void bars_of_any_characters(void **state)
{
    static const char *const bars[] = {
        "Epoch 3:  22%|\xe2\x96\x88\xe2\x96\x88\xe2\x96\x8f       | 4499/20101 [22:26:14<77:48:37, "
        "17.95s/it, loss=1]",
        "Epoch 3:   5%|\xc3\xa2\xe2\x80\x93\xc2\x8d | 4499/20101 [02:59<58:44,  0.02it/s, "
        "v_num=8-06, loss=1]",
        "Epoch 3: : 4499it [00:04,  4.36s/it, loss=1]",
        "Epoch 3: : 100%|##########| 4499/4499 [16:26<00:00, v_num=gjbq, loss=1]",
        "[A^MEpoch 3:   0%|          | 4499/20101 [00:42<?, ?it/s, loss=1]dation DataLoader 0: : "
        "51it [00:20, 2.53it/s]",
        "Epoch 3:   0%|          | 4499/? [00:42<?, ?it/s, loss=1]",
        "\x1b[36mEpoch 3:   0%|\x1b[0m    | 4499/20101 [00:42<13:24, 42.33s/it, loss=1]\x1b[0m",
        "(pretrain, pid=4112) Epoch 3:   0%|   | 4499/20101 [00:42<13:24, 42.33s/it, loss=1]",
        "Epoch 3, loss=1:   0%|          | 4499/20101 [00:42<13:24, 42.33s/it]",
        "Training epoch 3, iteration 4499/20101 | loss: 1",
        "LOG Thu Sep 29 22:30:10 2022 - (3, 4499) loss : 1",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bars / sizeof *bars; i++) {
        struct log_case c;
        log_text(&c, bars[i]);
        assert_int_equal(c.count, 1);
        assert_number(3, log_get(&c, 0, NKB_LOG_EPOCH));
        assert_number(4499, log_get(&c, 0, NKB_LOG_POSITION));
        assert_number(1, log_get(&c, 0, NKB_LOG_LOSS));
        log_free(&c);
    }
}

static void what_only_looks_like_a_bar_has_no_position(void **state)
{
    static const char *const texts[] = {
        "[09:15:02] 3/4 loss=1",
        "a/4 [00:42<13:24, loss=1]",
        "3/4 (00:42<13:24, loss=1]",
        "3/4 [0042<13:24, loss=1]",
        "3/4 [00:42 loss=1]",
        "1234567890123456/4 [00:42<1, loss=1]",
        "Validation: 5%|x| 3/4 [00:42<13:24, loss=1]",
        "file a/3/x iteration 3 loss=1",
        "- (1, x) loss=1",
        "Sanity Checking DataLoader 0: 3/4 [00:42<13:24, loss=1]",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct log_case c;
        log_text(&c, texts[i]);
        assert_int_equal(c.count, 1);
        assert_false(nkb_log_has(&c.at[0], NKB_LOG_POSITION));
        log_free(&c);
    }
}

static void several_records_on_a_line(void **state)
{
    struct log_case c;
    (void)state;
    log_text(&c, "Epoch 0: 5%|x| 1/20 [00:01<00:02, 1it/s, loss=5, lr=1]Epoch 1: 9%|x| 2/20 "
                 "[00:01<00:02, loss=4]");
    assert_int_equal(c.count, 2);
    assert_number(0, log_get(&c, 0, NKB_LOG_EPOCH));
    assert_number(1, log_get(&c, 1, NKB_LOG_EPOCH));
    assert_number(2, log_get(&c, 1, NKB_LOG_POSITION));
    assert_number(4, log_get(&c, 1, NKB_LOG_LOSS));
    log_free(&c);

    /* No newline between them at all: a number ends where the next record begins. */
    log_text(
        &c,
        "LOG Thu Sep 29 22:30:10 2022 - (0, 78) step_loss : 9.5LOG Thu Sep 29 22:30:16 2022 - (0, "
        "79) step_loss : 8"
        "\nTraining epoch 0, iteration 1/9 | loss: 4.106Training epoch 0, iteration 2/9 | loss: 4");
    assert_int_equal(c.count, 4);
    assert_number(9.5, log_get(&c, 0, NKB_LOG_STEP_LOSS));
    assert_number(79, log_get(&c, 1, NKB_LOG_POSITION));
    assert_number(4.106, log_get(&c, 2, NKB_LOG_LOSS));
    assert_number(2, log_get(&c, 3, NKB_LOG_POSITION));
    assert_true(log_get(&c, 1, NKB_LOG_TIME_US) - log_get(&c, 0, NKB_LOG_TIME_US) == 6e6);
    log_free(&c);

    log_text(&c, "global_step=1, loss=5 global_step=2, loss=4");
    assert_int_equal(c.count, 2);
    assert_number(1, log_get(&c, 0, NKB_LOG_STEP));
    assert_number(2, log_get(&c, 1, NKB_LOG_STEP));
    log_free(&c);
}

static void what_is_left_of_an_overwritten_bar_is_skipped(void **state)
{
    struct log_case c;
    (void)state;
    log_text(&c, "Epoch 0: 5%|x| 1/20 [00:01<00:02, 1it/s, loss=5]=2.1, loss=4, throughput=9]");
    assert_int_equal(c.count, 1);
    assert_number(5, log_get(&c, 0, NKB_LOG_LOSS));
    assert_false(nkb_log_has(&c.at[0], NKB_LOG_THROUGHPUT));
    log_free(&c);
    log_text(&c, "Epoch 0: 5%|x| 1/20 [00:01<00:02, loss=5]   2025-12-17 04:54:49,774 [INFO] "
                 "step_time: 4 s");
    assert_int_equal(c.count, 2);
    assert_number(4, log_get(&c, 1, NKB_LOG_STEP_TIME));
    assert_false(nkb_log_has(&c.at[0], NKB_LOG_TIME_US));
    log_free(&c);
    /* Brackets inside a bar's. */
    log_text(&c, "Epoch 0: 5%|x| 1/20 [00:01<00:02, v=[1, 2], loss=5]");
    assert_number(5, log_get(&c, 0, NKB_LOG_LOSS));
    log_free(&c);
}

static void ranks(void **state)
{
    struct log_case c;
    (void)state;
    log_text(&c, "[3]:loss=1\n[rank4]: loss=1\n[default5]:loss=1\n[6] loss=1\n[x]:loss=1");
    assert_int_equal(c.count, 5);
    assert_number(3, log_get(&c, 0, NKB_LOG_RANK));
    assert_number(4, log_get(&c, 1, NKB_LOG_RANK));
    assert_number(5, log_get(&c, 2, NKB_LOG_RANK));
    assert_false(nkb_log_has(&c.at[3], NKB_LOG_RANK) || nkb_log_has(&c.at[4], NKB_LOG_RANK));
    log_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_in_every_spelling),
        cmocka_unit_test(keys_of_the_place_make_no_record_alone),
        cmocka_unit_test(a_key_inside_a_word_or_path_is_none),
        cmocka_unit_test(numbers_are_read_to_the_last_bit),
        cmocka_unit_test(exponents_nan_and_infinities),
        cmocka_unit_test(a_value_that_is_no_number_is_counted_and_the_rest_used),
        cmocka_unit_test(a_step_knows_the_unit_of_its_last_digit),
        cmocka_unit_test(bars_of_any_characters),
        cmocka_unit_test(what_only_looks_like_a_bar_has_no_position),
        cmocka_unit_test(several_records_on_a_line),
        cmocka_unit_test(what_is_left_of_an_overwritten_bar_is_skipped),
        cmocka_unit_test(ranks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
