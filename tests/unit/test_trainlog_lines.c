/* A training log as bytes: lines and their limit, timestamps, windows, files. */
#include "trainlog_case.h"

#include <math.h>
#include <unistd.h>

#include "base/buf.h"

static void timestamps(void **state)
{
    static const struct {
        const char *text;
        int64_t us;
    } stamps[] = {
        {"[2026-03-04 09:15:02] x", 1772615702000000},
        {"[2026-03-04 09:15:02,518] x", 1772615702518000},
        {"[2026-03-04 09:15:02.118: I a.py:1] x", 1772615702118000},
        {"2026-03-04T09:15:02.123456789Z x", 1772615702123456},
        {"[NeMo I 2026-03-04 09:15:02 a:1] x", 1772615702000000},
        {"LOG Wed Mar  4 09:15:02 2026 - x", 1772615702000000},
        {"LOG Thu Feb 29 00:00:00 2024 - x", 1709164800000000},
        {"[1969-12-31 23:59:59] x", -1000000},
        {"[2000-03-01 00:00:00] x", 951868800000000},
    };
    static const char *const none[] = {
        "[2026-13-04 09:15:02] x",
        "[2026-00-04 09:15:02] x",
        "[2026-03-32 09:15:02] x",
        "[2026-03-04 24:15:02] x",
        "[2026-03-04 09:60:02] x",
        "[2026-03-04_09:15:02] x",
        "[2026-03-04 09:15:0",
        "2026-03-04",
        "LOG Thu Xxx 29 22:30:10 2022 - x",
        "LOG Thu Sep 32 22:30:10 2022 - x",
        "22:30:10 2022",
        "[0000-01-01 00:00:00]",
    };
    struct log_case c;
    (void)state;
    for (size_t i = 0; i < sizeof stamps / sizeof *stamps; i++) {
        log_text(&c, stamps[i].text);
        assert_true(c.log.has_time);
        assert_int_equal(c.log.first_time_us, stamps[i].us);
        assert_int_equal(c.log.unknown_lines, 0);
        log_free(&c);
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        log_text(&c, none[i]);
        assert_false(c.log.has_time);
        log_free(&c);
    }
}

static void a_timestamp_stands_near_the_start_or_behind_a_bracket(void **state)
{
    struct log_case c;
    (void)state;
    for (int before = 127; before <= 128; before++)
        for (int bracket = 0; bracket <= 1; bracket++) {
            char text[256];
            snprintf(text, sizeof text, "%*s2026-03-04 09:15:02", before, bracket ? "[" : " ");
            log_text(&c, text);
            assert_int_equal(c.log.has_time, before < 128 || bracket);
            log_free(&c);
        }
    /* A line's own stamp is its first. */
    log_text(&c, "[2026-03-04 09:15:02] resumed from [2020-01-01 00:00:00]");
    assert_int_equal(c.log.last_time_us, 1772615702000000);
    log_free(&c);
}

static void lines_end_at_newlines_and_carriage_returns(void **state)
{
    struct log_case c;
    (void)state;
    log_text(&c, "loss=1\rloss=2\r\nloss=3\n\n\rx\n\x1b[A\x1b[K\rloss=4");
    assert_int_equal(c.count, 4);
    assert_int_equal(c.log.lines, 5);
    assert_int_equal(c.log.unknown_lines, 1);
    log_free(&c);
    log_read(&c, NKB_STR_NONE);
    assert_int_equal(c.log.lines, 0);
    log_free(&c);
}

static void escape_sequences_and_nul_hide_nothing(void **state)
{
    struct log_case c;
    (void)state;
    log_text(
        &c, "\x1b]0;title\x07loss=\x1b[1;31m2\x1b[0m.5\n"
            "\x1b]2;title\x1b\\loss=3\n\x1b(Bloss=4\n\x1b]unended loss=5\nloss=6\x1b\nloss=7\x1b[");
    assert_int_equal(c.count, 6);
    assert_number(2.5, log_get(&c, 0, NKB_LOG_LOSS));
    for (size_t i = 1; i < 6; i++)
        assert_number((double)i + 2, log_get(&c, i, NKB_LOG_LOSS));
    log_free(&c);
    log_read(&c, NKB_STR_LITERAL("\0\xff loss=1 \0 lr=2\n"));
    assert_number(1, log_get(&c, 0, NKB_LOG_LOSS));
    assert_number(2, log_get(&c, 0, NKB_LOG_LEARNING_RATE));
    log_free(&c);
}

/* `size` bytes of which the last say loss=1, then " loss=2" and a newline, all spoken of as file
 * bytes. */
static void check_line_limit(size_t size, bool from_file, size_t lead)
{
    char path[] = "/tmp/nkb_trainlog_XXXXXX";
    struct nkb_buf text = NKB_BUF_INIT;
    struct log_case c;
    for (size_t i = 0; i < lead; i++)
        nkb_buf_char(&text, '\n');
    for (size_t i = 0; i < size - strlen("loss=1"); i++)
        nkb_buf_char(&text, ' ');
    nkb_buf_text(&text, "loss=1\nloss=2\n");
    if (from_file) {
        int fd = mkstemp(path);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, text.data, text.len), text.len);
        close(fd);
        log_file(&c, path);
        unlink(path);
    } else {
        log_read(&c, nkb_buf_str(&text));
    }
    bool cut = size > NKB_TRAINLOG_LINE_BYTES;
    assert_int_equal(c.log.cut_lines, cut);
    assert_int_equal(c.count, cut ? 1 : 2);
    assert_int_equal(c.log.lines, 2);
    log_free(&c);
    nkb_buf_free(&text);
}

static void a_line_over_the_limit_is_cut_and_counted(void **state)
{
    const size_t window = 256 * 1024, limit = NKB_TRAINLOG_LINE_BYTES;
    (void)state;
    for (size_t over = 0; over <= 1; over++) {
        /* One past the limit cuts the digit of "loss=1" away. */
        check_line_limit(limit + over, false, 0);
        check_line_limit(limit + over, true, 0);
        check_line_limit(limit + over, true, window - limit / 2);
        check_line_limit(limit + over, true, window - limit);
        check_line_limit(limit + over, true, window - 1);
    }
    check_line_limit(5 * limit, true, window - 1);
    check_line_limit(5 * limit, false, 0);
}

static void windows_do_not_show(void **state)
{
    char path[] = "/tmp/nkb_trainlog_XXXXXX";
    struct nkb_buf text = NKB_BUF_INIT;
    struct log_case from_bytes, from_file;
    (void)state;
    for (int i = 0; i < 20000; i++)
        nkb_buf_printf(&text,
                       "Epoch 0:  5%%|x| %d/20000 [00:01<00:02, loss=%d.5, global_step=%d.0]%s", i,
                       i % 977, i,
                       i % 3 == 0   ? "\r"
                       : i % 3 == 1 ? "\r\n"
                                    : "\n\x1b[A");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text.data, text.len), text.len);
    close(fd);
    log_read(&from_bytes, nkb_buf_str(&text));
    log_file(&from_file, path);
    unlink(path);
    assert_int_equal(from_bytes.count, 20000);
    assert_int_equal(from_file.log.lines, from_bytes.log.lines);

    assert_int_equal(from_file.count, 20000);
    for (size_t i = 0; i < from_bytes.count; i++) {
        const struct nkb_log_record *x = &from_bytes.at[i], *y = &from_file.at[i];
        assert_int_equal(x->mask, y->mask);
        for (int key = 0; key < NKB_LOG_KEY_COUNT; key++)
            if (x->mask >> key & 1)
                assert_memory_equal(&x->value[key], &y->value[key], sizeof(double));
        assert_number((double)i, x->value[NKB_LOG_STEP]);
        assert_number((double)(i % 977) + 0.5, x->value[NKB_LOG_LOSS]);
    }
    log_free(&from_bytes);
    log_free(&from_file);
    nkb_buf_free(&text);
}

/* Whatever the number of records, what is kept of them stays the same. */
static void memory_does_not_grow_with_the_log(void **state)
{
    size_t used[2];
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct nkb_buf text = NKB_BUF_INIT;
        struct log_case c;
        for (int step = 0; step < (i == 0 ? 20000 : 80000); step++)
            nkb_buf_printf(&text, "%d/99999 [00:01<00:02, loss=%d.5, global_step=%d.0]\n", step,
                           step % 977, 10 * step);
        log_read(&c, nkb_buf_str(&text));
        assert_non_null(nkb_log_scan_end(c.scan, &c.log));
        used[i] = c.arena.used_bytes;
        log_free(&c);
        nkb_buf_free(&text);
    }
    assert_int_equal(used[0], used[1]);
}

static void files_that_cannot_be_read_name_the_flag(void **state)
{
    static const struct {
        const char *path, *flag, *text;
    } files[] = {
        {"/nowhere/train.log", "--log-file", "/nowhere/train.log: no such file (--log-file)"},
        {"/tmp", "--log-file", "/tmp: is a directory; a file is expected (--log-file)"},
        {"/dev/null", "--log-file", "/dev/null: is empty; a training log is expected (--log-file)"},
        {"/dev/null", NULL, "/dev/null: is empty; a training log is expected"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct nkb_arena arena = NKB_ARENA_INIT;
        struct nkb_trainlog log;
        struct nkb_err err = {0};
        assert_int_equal(nkb_trainlog_read_file(files[i].path, files[i].flag, log_take, NULL,
                                                &arena, &log, &err),
                         NKB_EINPUT);
        assert_string_equal(err.text, files[i].text);
        nkb_arena_free(&arena);
    }
}

static void running_out_of_memory_is_an_error(void **state)
{
    struct log_case c;
    struct nkb_err err = {0};
    (void)state;
    log_begin(&c);
    c.arena.limit_bytes = c.arena.used_bytes;
    assert_int_equal(nkb_trainlog_read_bytes(
                         nkb_str_from("1/9 [00:01<00:02, loss=1]\n2/9 [00:01<00:02, loss=2]\n"),
                         log_take, &c, &c.arena, &c.log, &err),
                     NKB_EMEMORY);
    log_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timestamps),
        cmocka_unit_test(a_timestamp_stands_near_the_start_or_behind_a_bracket),
        cmocka_unit_test(lines_end_at_newlines_and_carriage_returns),
        cmocka_unit_test(escape_sequences_and_nul_hide_nothing),
        cmocka_unit_test(a_line_over_the_limit_is_cut_and_counted),
        cmocka_unit_test(windows_do_not_show),
        cmocka_unit_test(memory_does_not_grow_with_the_log),
        cmocka_unit_test(files_that_cannot_be_read_name_the_flag),
        cmocka_unit_test(running_out_of_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
