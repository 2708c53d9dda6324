/* Tables of runs: the forms people write, what a cell becomes, what is refused, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "input/document.h"
#include "input/matrix_name.h"

static struct nkb_arena arena;
static struct nkb_value *rows;
static struct nkb_err err;

static int teardown(void **state)
{
    (void)state;
    nkb_arena_free(&arena);
    return 0;
}

static int read_table(struct nkb_str text)
{
    err.text[0] = '\0';
    rows = NULL;
    return nkb_matrix_read(text, "m.csv", &arena, &rows, &err);
}

/* The rows as JSON. */
static void expect(const char *text, const char *wanted)
{
    struct nkb_buf out = NKB_BUF_INIT;
    if (read_table(nkb_str_from(text)) != 0)
        fail_msg("%s\n%s", text, err.text);
    assert_int_equal(nkb_value_to_json(rows, 0, &out, &err), 0);
    assert_string_equal(out.data, wanted);
    nkb_buf_free(&out);
}

static void refuse(const char *text, const char *message)
{
    assert_int_equal(read_table(nkb_str_from(text)), NKB_EINPUT);
    assert_string_equal(err.text, message);
    assert_null(rows);
}

static const struct nkb_value *cell(size_t row, const char *name)
{
    return nkb_value_get(rows->as.items.at[row].value, name);
}

static void test_forms(void **state)
{
    (void)state;
    expect("a,b\n1,x\n2,y\n", "[{\"a\": 1, \"b\": \"x\"}, {\"a\": 2, \"b\": \"y\"}]");
    expect("\xef\xbb\xbf"
           "A , B c\r\n 1 , \"x, y\" \r\n\r\n2,\"say \"\"hi\"\"\"",
           "[{\"a\": 1, \"b_c\": \"x, y\"}, {\"a\": 2, \"b_c\": \"say \\\"hi\\\"\"}]");
    expect("a\tb\tc\n1\t\t3\n\t\"x\ty\"\t,\n",
           "[{\"a\": 1, \"b\": null, \"c\": 3}, {\"a\": null, \"b\": \"x\\ty\", \"c\": \",\"}]");
    expect("only\n5\n", "[{\"only\": 5}]");
    expect(" [{\"a\": 1, \"Big Name\": null}, {\"c\": [1, {\"d\": 2}], \"a\": \"1\"}]",
           "[{\"a\": 1, \"big_name\": null, \"c\": null}, "
           "{\"a\": \"1\", \"big_name\": null, \"c\": [1, {\"d\": 2}]}]");
    expect("{\"about\": 1, \"runs\": [{\"a\": 1.5}]}", "[{\"a\": 1.5}]");
}

static void test_cells(void **state)
{
    (void)state;
    expect("a,b,c,d,e,f,g\n9223372036854775807,9223372036854775808.0,1e3,.5,-0,+7,-12\n",
           "[{\"a\": 9223372036854775807, \"b\": 9.223372036854776e+18, \"c\": 1000.0, \"d\": 0.5, "
           "\"e\": 0, \"f\": 7, \"g\": -12}]");
    expect("a\n-9223372036854775808\n", "[{\"a\": -9223372036854775808}]");
    expect("name,\"a;b\"\nx,1;2\n", "[{\"name\": \"x\", \"a_b\": \"1;2\"}]");
    expect("name\ta;b\nx\t1\n", "[{\"name\": \"x\", \"a_b\": 1}]");
    expect("a,b,c,d\nTrue,FALSE,true,yes\n",
           "[{\"a\": true, \"b\": false, \"c\": true, \"d\": \"yes\"}]");
    expect("a,b,c,d,e\n007,00.5,0,0.5,0x10\n",
           "[{\"a\": \"007\", \"b\": \"00.5\", \"c\": 0, \"d\": 0.5, \"e\": \"0x10\"}]");
    expect("a,b,c,d,e\nnan,-inf,1e999,,N/A\n",
           "[{\"a\": null, \"b\": null, \"c\": null, \"d\": null, \"e\": \"N/A\"}]");
    assert_string_equal(cell(0, "a")->note->why, "m.csv:2:1: \"nan\" is no finite number");
    assert_string_equal(cell(0, "c")->note->why, "m.csv:2:10: \"1e999\" is no finite number");
    assert_string_equal(cell(0, "d")->note->why, "m.csv:2:16: an empty cell");
}

static void test_notes(void **state)
{
    (void)state;
    expect("k,Latency (\xc2\xb5s),tokens_per_s\n\xc3\xa9,1.5,2\n",
           "[{\"k\": \"\\u00e9\", \"latency_us\": 1.5, \"tokens_per_s\": 2}]");
    assert_string_equal(cell(0, "latency_us")->note->unit, "us");
    assert_string_equal(cell(0, "latency_us")->note->source, "m.csv: line 2, latency_us");
    assert_string_equal(cell(0, "latency_us")->note->file, "m.csv");
    assert_string_equal(cell(0, "latency_us")->note->field, "line 2, latency_us");
    assert_int_equal(cell(0, "latency_us")->line, 2);
    assert_int_equal(cell(0, "latency_us")->column, 3); /* in characters */
    assert_string_equal(cell(0, "tokens_per_s")->note->unit, "tokens/s");
    assert_null(cell(0, "k")->note->unit);
    expect("[{\"a\": 1}, {\"b_ms\": 2}]",
           "[{\"a\": 1, \"b_ms\": null}, {\"a\": null, \"b_ms\": 2}]");
    assert_string_equal(cell(0, "b_ms")->note->why, "m.csv: '[0]' has no 'b_ms'");
    assert_string_equal(cell(1, "b_ms")->note->source, "m.csv: [1].b_ms");
    expect("{\"runs\": [{\"a\": null}]}", "[{\"a\": null}]");
    assert_string_equal(cell(0, "a")->note->why, "m.csv: 'runs[0].a' is null");
}

static void test_names(void **state)
{
    static const char *const names[][3] = {
        {"Latency (ms)", "latency_ms", "ms"},
        {"latency_ms_p99", "latency_ms_p99", "ms"},
        {"Peak %", "peak_percent", "%"},
        {"peak%of it", "peak_percent_of_it", "%"},
        {"Tokens/s", "tokens_s", "tokens/s"},
        {"tokens per s", "tokens_per_s", "tokens/s"},
        {"watts_per_s", "watts_per_s", NULL},
        {"time s", "time_s", "s"},
        {"s", "s", "s"},
        {"\xce\xbcs", "us", "us"},
        {"  --a--b..c  ", "a_b_c", NULL},
        {"class", "class", NULL},
        {"ref [GiB/s]", "ref_gib_s", "GiB/s"},
        {"", "", NULL},
        {"---", "", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char name[NKB_NAME_BYTES];
        size_t len = nkb_name_write(nkb_str_from(names[i][0]), name);
        assert_string_equal(name, names[i][1]);
        assert_int_equal(len, strlen(names[i][1]));
        const char *unit = nkb_name_unit(name);
        if (names[i][2])
            assert_string_equal(unit ? unit : "none", names[i][2]);
        else
            assert_null(unit);
    }
}

static void test_refusals(void **state)
{
    (void)state;
    refuse("a,b\n1\n", "m.csv:2: 1 cell; the header names 2 columns");
    refuse("a,b\n1,2,3\n", "m.csv:2: 3 cells; the header names 2 columns");
    refuse("a,b\n1,2\n,\n", "m.csv:3: every cell is empty; a row is a run");
    refuse("a;b\n1;2\n", "m.csv:1:2: ';' stands between cells; ',' or a tab is expected");
    refuse("\"a\";\"b\"\n", "m.csv:1:4: ';' stands between cells; ',' or a tab is expected");
    refuse("a,b\n\"1\";2,3\n", "m.csv:2:4: ';' stands between cells; ',' or a tab is expected");
    refuse("name,a;b\nx,1;2\n", "m.csv:1:7: ';' stands between cells; ',' or a tab is expected");
    refuse("a,b\n1,9223372036854775808\n",
           "m.csv:2:3: \"9223372036854775808\" is an integer beyond "
           "63 bits; it cannot be kept exactly");
    refuse("a\n-9223372036854775809\n", "m.csv:2:1: \"-9223372036854775809\" is an integer beyond "
                                        "63 bits; it cannot be kept exactly");
    refuse("a,A\n1,2\n", "m.csv:1:3: 'A' is column 'a' again; a column is named once");
    refuse("a,,b\n",
           "m.csv:1:3: a column is called \"\"; a name of letters and digits is expected");
    refuse("a,12\n", "m.csv:1:3: \"12\" stands where a column's name is expected; the first line "
                     "names the columns");
    refuse("a,b\n1,\"x\n", "m.csv:2:3: a quote is not closed before the next comma or line end");
    refuse("a\tb\n1\t\"x\"y\n", "m.csv:2:3: a quote is not closed before the next tab or line end");
    refuse("a,b\n", "m.csv: holds no runs; a header and one row a run are expected");
    refuse("[]", "m.csv: holds no runs; a header and one row a run are expected");
    refuse("{\"a\": 1}", "m.csv: no 'runs'; a list of runs is expected there");
    refuse("{\"runs\": 1}", "m.csv: 'runs' is an integer; a list of runs is expected");
    refuse("[{\"a\": 1}, 2]", "m.csv: '[1]': an integer; a mapping is expected");
    refuse("[{\"a\": 1, \"A\": 2}]", "m.csv: '[0].A': column 'a' again; a column is named once");
    refuse("{\"runs\": [{\"\": 1}]}",
           "m.csv: 'runs[0]': a column is called \"\"; a name of letters and digits is expected");
    refuse("   \n", "m.csv: is empty; a table of runs is expected");
}

/* A row of n columns: a0,a1,… or 1,1,… */
static void add_line(struct nkb_buf *text, size_t n, bool header)
{
    for (size_t i = 0; i < n; i++)
        nkb_buf_printf(text, header ? "%sa%zu" : "%s1", i ? "," : "", i);
    nkb_buf_text(text, "\n");
}

static int read_made(size_t columns, size_t lines)
{
    struct nkb_buf text = NKB_BUF_INIT;
    add_line(&text, columns, true);
    for (size_t i = 0; i < lines; i++)
        add_line(&text, columns, false);
    assert_false(text.failed);
    int code = read_table(nkb_buf_str(&text));
    nkb_buf_free(&text);
    return code;
}

static void test_limits(void **state)
{
    (void)state;
    assert_int_equal(read_made(256, 1), 0);
    assert_int_equal(read_made(257, 1), NKB_EINPUT);
    assert_string_equal(err.text, "m.csv:1: more than 256 columns");

    assert_int_equal(read_made(1, 100000), 0);
    assert_int_equal(read_made(1, 100001), NKB_EINPUT);
    assert_string_equal(err.text, "m.csv:100002: more than 100000 rows");
    nkb_arena_free(&arena);

    assert_int_equal(read_made(10, 50000), 0);
    assert_int_equal(read_made(10, 50001), NKB_EINPUT);
    assert_string_equal(err.text, "m.csv:50002:1: more than 500000 cells");
    nkb_arena_free(&arena);

    char name[] = "ab34567890123456789012345678901234567890123456789012345678901234,b\n1,2\n";
    assert_int_equal(read_table((struct nkb_str){name + 1, sizeof name - 2}), 0);
    refuse(name, "m.csv:1:1: a column's name has more than 63 letters");
}

/* Cells that no row names are filled in: few bytes could ask for many. */
static void test_filled_cells_are_counted(void **state)
{
    struct nkb_buf text = NKB_BUF_INIT;
    (void)state;
    nkb_buf_text(&text, "[");
    for (size_t i = 0; i < 5000; i++)
        nkb_buf_printf(&text, "%s{\"a%zu\": 1}", i ? "," : "", i % 200);
    nkb_buf_text(&text, "]");
    assert_int_equal(read_table(nkb_buf_str(&text)), NKB_EINPUT);
    assert_string_equal(err.text, "m.csv: '[5000]': more than 500000 cells");
    nkb_buf_free(&text);
}

static void test_size(void **state)
{
    (void)state;
    size_t size = NKB_MATRIX_MAX_BYTES;
    char *bytes = malloc(size + 1);
    assert_non_null(bytes);
    memset(bytes, ' ', size + 1);
    memcpy(bytes, "a\n1\n", 4);
    assert_int_equal(read_table((struct nkb_str){bytes, size}), 0);
    assert_int_equal(read_table((struct nkb_str){bytes, size + 1}), NKB_EINPUT);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_forms, teardown),
        cmocka_unit_test_teardown(test_cells, teardown),
        cmocka_unit_test_teardown(test_notes, teardown),
        cmocka_unit_test_teardown(test_names, teardown),
        cmocka_unit_test_teardown(test_refusals, teardown),
        cmocka_unit_test_teardown(test_limits, teardown),
        cmocka_unit_test_teardown(test_filled_cells_are_counted, teardown),
        cmocka_unit_test_teardown(test_size, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
