/* A line read by what lines before it had alike says what it says alone. */
#include "trainlog_case.h"

#include "base/buf.h"

/* Every dialect, and what a line may be told apart by. */
static const char *const lines[] = {
    "Epoch 0:  22%|\xe2\x96\x88\xe2\x96\x8f   | 4499/20101 [22:26:14<77:48:04, 17.95s/it, v_num=3, "
    "reduced_train_loss=1.250, lr=2.73e-5, global_step=4498.0, consumed_samples=287936.0, "
    "throughput=2.1, gradient_norm=0.5]",
    "Epoch 1:   5%|x| 1/20 [00:01<00:02, loss=5, lr=1]Epoch 1: 9%|x| 2/20 [00:01<00:02, loss=4]",
    "Epoch 0: 5%|x| 1/20 [00:01<00:02, 1it/s, loss=5]=2.1, loss=4, throughput=9]",
    "Epoch 0: 5%|x| 1/20 [00:01<00:02, v=[1, 2], epoch=3, loss=5]",
    "Validation: 5%|x| 3/4 [00:42<13:24, loss=1]",
    "3it [00:04, loss=7, lr=2]",
    "1/9 [00:01] 12/90 [0:01:02<03, global_step=11, loss=3]",
    "Training epoch 7, iteration 120/149 | lr: 1e-4 | global_step: 120 | reduced_train_loss: 4.106",
    "LOG Thu Sep 29 22:30:10 2022 - (0, 78) step_loss : 8.1094 learning_rate : 2.30e-06",
    "- (2, 78) step_loss : 8.1094 learning_rate : 2.30e-06 throughput : 12.5",
    "[2026-03-04 09:15:02,518][INFO] epoch 3, global_step=17, loss=1.5",
    "x2026-13-04 09:15:02 loss=2.5, lr=3",
    "[3]:Epoch 0:  5%| | 7/20 [00:01<00:02, loss=5.5, global_step=6]",
    "(pretraining, pid=4112) {'loss': 2.25, 'learning_rate': 1e-4, 'epoch': 0.75}",
    "loss=1, v_num=0, lr=2, 22:30:10, grad_norm=3, step_time: 30.8 s, val_loss=4",
    "loss = 1, loss = 2, step_loss = nan, lr=-0.5, throughput=1.5.2, global_step=1e3",
    "iteration_time: 30829ms, throughput_peak=2.120, thoughput_peak=2.2, samples/sec=1,234",
    ("loss=1 lr=2 loss=3 lr=4 loss=5 lr=6 loss=7 lr=8 loss=9 lr=10 loss=11 lr=12 loss=13 lr=14 "
     "loss=15 lr=16 loss=17 lr=18 loss=19 lr=20"),
    "loss=1 x:lr=5, v:grad_norm=2",
    "Validation x loss=1 3/4 [00:42<13:24, lr=1]",
    "1/9 [00:01<00:02, v=[1, loss=5], lr=2] 3/9 [00:01<00:02, loss=6]",
    "iteration_time: 30829 ms, loss=1",
    "loss=1, iteration_time: 30829 ms, lr=1",
    "Sep 29 22:30 10 2022 lr=3 loss=2",
    "no training record",
};
enum { LINES = sizeof lines / sizeof *lines };

struct said {
    struct nkb_arena arena;
    struct nkb_trainlog log;
    size_t count;
    struct nkb_log_record at[64];
};

static void keep(void *context, const struct nkb_log_record *record)
{
    struct said *said = context;
    assert_true(said->count < sizeof said->at / sizeof *said->at);
    said->at[said->count++] = *record;
}

static void hear(struct said *said, struct nkb_str text)
{
    said->arena = (struct nkb_arena)NKB_ARENA_INIT;
    said->count = 0;
    assert_int_equal(nkb_trainlog_read_bytes(text, keep, said, &said->arena, &said->log, NULL), 0);
}

/* `line` behind `before` gives the records it gives alone, but for the time, which goes on. */
static void check_behind(const char *before, int times, struct nkb_str line)
{
    struct nkb_buf text = NKB_BUF_INIT;
    struct said alone, first, all;
    for (int i = 0; i < times; i++)
        nkb_buf_printf(&text, "%s\n", before);
    hear(&first, nkb_buf_str(&text));
    nkb_buf_append(&text, line.ptr, line.len);
    hear(&all, nkb_buf_str(&text));
    hear(&alone, line);

    bool same =
        all.count == first.count + alone.count &&
        all.log.unknown_lines == first.log.unknown_lines + alone.log.unknown_lines &&
        all.log.unreadable_values == first.log.unreadable_values + alone.log.unreadable_values;
    for (size_t i = 0; same && i < alone.count; i++) {
        const struct nkb_log_record *x = &alone.at[i], *y = &all.at[first.count + i];
        uint32_t time = first.log.has_time ? (uint32_t)1 << NKB_LOG_TIME_US : 0;
        same = (x->mask | time) == y->mask;
        for (int key = 0; key < NKB_LOG_KEY_COUNT; key++)
            if (x->mask >> key & 1)
                same = same && memcmp(&x->value[key], &y->value[key], sizeof(double)) == 0;
    }
    if (!same)
        fail_msg("%.*s\nbehind\n%s", (int)line.len, line.ptr, before);
    nkb_arena_free(&alone.arena);
    nkb_arena_free(&first.arena);
    nkb_arena_free(&all.arena);
    nkb_buf_free(&text);
}

static void a_line_says_the_same_behind_any_other(void **state)
{
    (void)state;
    for (int i = 0; i < LINES; i++)
        for (int k = 0; k < LINES; k++)
            check_behind(lines[i], 2, nkb_str_from(lines[k]));
}

static void a_line_says_the_same_behind_one_that_differs_in_a_byte(void **state)
{
    static const char others[] = "07x =:],.e";
    char line[512];
    (void)state;
    for (int i = 0; i < LINES; i++) {
        size_t length = strlen(lines[i]);
        assert_true(length < sizeof line);
        for (size_t at = 0; at < length; at++) {
            memcpy(line, lines[i], length + 1);
            for (const char *other = others; *other; other++) {
                line[at] = *other;
                check_behind(lines[i], 1, (struct nkb_str){line, length});
            }
            memmove(line + at, lines[i] + at + 1, length - at); /* the byte is missing */
            check_behind(lines[i], 1, (struct nkb_str){line, length - 1});
            check_behind(lines[i], 1, (struct nkb_str){lines[i], at}); /* and all behind it */
        }
    }
}

/* What a head or a gap may be long, and one more. */
static void layouts_of_any_length(void **state)
{
    char line[512];
    (void)state;
    for (int pad = 0; pad < 300; pad++) {
        for (int digit = 0; digit < 2; digit++) {
            snprintf(line, sizeof line, "%0*d loss=%d.5,%*s lr=%d, v=1", pad, 5 + digit, digit,
                     pad / 5, " ", digit);
            check_behind("0 loss=1.5, lr=3, v=1", 1, nkb_str_from(line));
            check_behind(line, 2, nkb_str_from(line));
        }
        snprintf(line, sizeof line, "%*sloss=1.25", pad, "");
        check_behind(line, 2, nkb_str_from(line));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_says_the_same_behind_any_other),
        cmocka_unit_test(a_line_says_the_same_behind_one_that_differs_in_a_byte),
        cmocka_unit_test(layouts_of_any_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
