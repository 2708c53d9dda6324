/* Prompt tables: the forms people write, what is refused, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/file.h"
#include "input/document.h"

static struct nkb_arena arena;
static struct nkb_value *rows;
static struct nkb_err err;

#define COLUMNS "prompt index, context length, sequence length, base latency, base throughput"
#define KEYS "index, context_length, sequence_length, base_latency_ms, base_throughput"
#define HEADER "Prompt ID, Context Length, Sequence Length, Base latency, Base throughput\n"

static int teardown(void **state)
{
    (void)state;
    nkb_arena_free(&arena);
    return 0;
}

static int read_table(struct nkb_str text)
{
    err.text[0] = '\0';
    return nkb_prompts_read(text, "p.csv", &arena, &rows, &err);
}

/* Rows as "0 18 64 12498.0 51.86; …". */
static void expect(const char *text, const char *wanted)
{
    static const char *const names[] = {"index", "context_length", "sequence_length",
                                        "base_latency_ms", "base_throughput"};
    struct nkb_buf out = NKB_BUF_INIT;
    if (read_table(nkb_str_from(text)) != 0)
        fail_msg("%s\n%s", text, err.text);
    for (size_t i = 0; i < rows->as.items.count; i++) {
        const struct nkb_value *row = rows->as.items.at[i].value;
        assert_int_equal(row->as.items.count, 5);
        nkb_buf_text(&out, i ? "; " : "");
        for (size_t j = 0; j < 5; j++) {
            assert_true(nkb_str_is(row->as.items.at[j].key, names[j]));
            assert_int_equal(row->as.items.at[j].value->kind, j < 3 ? NKB_INT : NKB_FLOAT);
            nkb_buf_text(&out, j ? " " : "");
            assert_int_equal(nkb_value_to_json(row->as.items.at[j].value, 0, &out, &err), 0);
        }
    }
    assert_string_equal(out.data, wanted);
    nkb_buf_free(&out);
}

static void test_forms(void **state)
{
    (void)state;
    expect("0,18,64,12498,51.86\n1,126,256,9432.19,70.24\n",
           "0 18 64 12498.0 51.86; 1 126 256 9432.19 70.24");
    expect(HEADER "0,18,64,12498,51.86", "0 18 64 12498.0 51.86");
    expect("\xef\xbb\xbf" HEADER "\r\n0,18,64,12498,51.86\r\n\r\n", "0 18 64 12498.0 51.86");
    expect("3,10,64,13109.39, 49.64\n\t4 , 1,2 ,1e3,.5 \n",
           "3 10 64 13109.39 49.64; 4 1 2 1000.0 0.5");
    expect("7,1,2,3,4\r2,1,2,3,4\r", "7 1 2 3.0 4.0; 2 1 2 3.0 4.0");
    expect("\"0\", \"18\" ,64,\"1.5\",\"2\"\n", "0 18 64 1.5 2.0");
    expect("base_throughput,index,Seq Len,Word Count,\"Base Latency (ms)\"\n5,0,2,3,4",
           "0 3 2 4.0 5.0");
    expect(
        "prompt index,context_length,sequence-length,Baseline latency,Baseline throughput (tok/s)\n"
        "0,1,2,3,4",
        "0 1 2 3.0 4.0");
    expect(
        "{\"prompt_performance_data\": [{\"index\": 0, \"word_count\": 18, \"sequence_length\": 64,"
        " \"baseline_latency_ms\": 6259.94, \"baseline_throughput\": 104, \"prompt\": \"Hello\"}]}",
        "0 18 64 6259.94 104.0");
    expect(" [{\"base_throughput\": 1, \"base_latency_ms\": 2, \"sequence_length\": 3, "
           "\"context_length\": 4, \"index\": 5}]",
           "5 4 3 2.0 1.0");
}

static void test_places(void **state)
{
    (void)state;
    assert_int_equal(read_table(nkb_str_from(HEADER "\n0,18,64, 12498,51.86")), 0);
    const struct nkb_value *row = rows->as.items.at[0].value;
    assert_int_equal(row->line, 3);
    assert_int_equal(nkb_value_get(row, "base_latency_ms")->line, 3);
    assert_int_equal(nkb_value_get(row, "base_latency_ms")->column, 10);
}

static void test_refusals(void **state)
{
    static const char *const cases[][2] = {
        {"", "p.csv: is empty; a prompt table is expected"},
        {HEADER, "p.csv: holds no prompts; one row a prompt is expected"},
        {"[]", "p.csv: holds no prompts; one row a prompt is expected"},
        {"0,1,2,3,4\n\xe9,1,2,3,4",
         "p.csv:2:1: byte 0xe9 at offset 10 is not UTF-8; save the file as UTF-8"},
        {"0,1,2,3,4\n1,1,2,3\n", "p.csv:2: 4 columns; 5 are expected: " COLUMNS},
        {"0,1,2,3,4,\n", "p.csv:1: 6 columns; 5 are expected: " COLUMNS},
        {"0;1;2;3;4\n", "p.csv:1:2: ';' stands between cells; ',' is expected"},
        {"0,1,2,3,4\n1;1;2;3,5;4,5\n", "p.csv:2:2: ';' stands between cells; ',' is expected"},
        {"\"a;b\";1;2;3;4\n", "p.csv:1:6: ';' stands between cells; ',' is expected"},
        {"\"a;b\",1,2,3\n", "p.csv:1: 4 columns; 5 are expected: " COLUMNS},
        {"0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17\n",
         "p.csv:1: 18 columns; 5 are expected: " COLUMNS},
        {"0,1,2,3,4\n\xc3\xa9,1,2,3,4",
         "p.csv:2:1: prompt index is \"\xc3\xa9\"; a whole number is expected"},
        {"0,1,2,3,4\n1,1,2,\"\xc3\xa9\",5,", "p.csv:2: 6 columns; 5 are expected: " COLUMNS},
        {"0,1.5,2,3,4", "p.csv:1:3: context length is \"1.5\"; a whole number is expected"},
        {"0,1,,3,4", "p.csv:1:5: sequence length is empty; a whole number is expected"},
        {"0,1,2, ,4", "p.csv:1:8: base latency is empty; a number is expected"},
        {"0,1,2,3,nan", "p.csv:1:9: base throughput is \"nan\"; a number is expected"},
        {"0,1,2,3,0x1p3", "p.csv:1:9: base throughput is \"0x1p3\"; a number is expected"},
        {"0,-1,2,3,4", "p.csv:1:3: context length is -1; it cannot be negative"},
        {"0,1,2,0,4",
         "p.csv:1:7: base latency is not above 0; a finite number above 0 is expected"},
        {"0,1,2,3,-4",
         "p.csv:1:9: base throughput is not above 0; a finite number above 0 is expected"},
        {"0,1,2,1e999,4",
         "p.csv:1:7: base latency is beyond a double; a finite number above 0 is expected"},
        {"99999999999999999999,1,2,3,4",
         "p.csv:1:1: prompt index is \"99999999999999999999\"; a whole number is expected"},
        {"0,1,2,3,4\n1,1,1,1,1\n\n0,1,2,3,4\n1,2,2,2,2",
         "p.csv:4: prompt index 0 is given in line 1 already; it is given once"},
        {"0,1,2,\"3,4", "p.csv:1:7: a quote is not closed before the next comma or line end"},
        {"0,1,2,\"3\"x,4", "p.csv:1:7: a quote is not closed before the next comma or line end"},
        {"0,\"1\n\",2,3,4", "p.csv:1:3: a quote is not closed before the next comma or line end"},
        {"Index, Latncy, a, b, c\n",
         "p.csv:1:8: no column is called 'Latncy'; the columns are " COLUMNS},
        {"index,id,a,b,c", "p.csv:1:7: 'id' is the prompt index again; the columns are " COLUMNS},
        {HEADER HEADER, "p.csv:2:1: prompt index is \"Prompt ID\"; a whole number is expected"},
        {"{\"x\": 1}", "p.csv: no 'prompt_performance_data'; a list of prompts is expected there"},
        {"{\"prompt_performance_data\": {}}",
         "p.csv: 'prompt_performance_data' is a mapping; a list of prompts is expected"},
        {"{\"prompt_performance_data\": [1]}",
         "p.csv: 'prompt_performance_data[0]': an integer; a mapping is expected"},
        {"{\"prompt_performance_data\": [{\"index\": 0.5}]}",
         "p.csv: 'prompt_performance_data[0].index': prompt index is a number; a whole number is "
         "expected"},
        {"[{\"index\": 0, \"word_count\": \"1\"}]",
         "p.csv: '[0].word_count': context length is a string; a whole number is expected"},
        {"[{\"baseline_latency_ms\": null}]",
         "p.csv: '[0].baseline_latency_ms': base latency is null; a number is expected"},
        {"[{\"baseline_latency_ms\": -1}]", "p.csv: '[0].baseline_latency_ms': base latency is not "
                                            "above 0; a finite number above 0 is "
                                            "expected"},
        {"[{\"index\": 0}]", "p.csv: '[0]': no 'context_length'; a prompt has " KEYS},
        {"[{\"index\": 0, \"context_length\": 1, \"sequence_length\": 1, \"base_latency_ms\": 1}]",
         "p.csv: '[0]': no 'base_throughput'; a prompt has " KEYS},
        {"[{\"word_count\": 1, \"context_length\": 1}]",
         "p.csv: '[0].context_length': context length is given twice, under two names"},
        {"[{\"index\":0,\"word_count\":1,\"sequence_length\":2,\"base_latency\":3,\"base_"
         "throughput\":4},"
         "{\"index\":0,\"word_count\":1,\"sequence_length\":2,\"base_latency\":3,\"base_"
         "throughput\":4}]",
         "p.csv: '[1]': prompt index 0 is given in element 0 already; it is given once"},
        {"{\"prompt_performance_data\": NaN}",
         "p.csv:1:29: 'prompt_performance_data': NaN is no JSON; a number or null is expected"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (read_table(nkb_str_from(cases[i][0])) != NKB_EINPUT)
            fail_msg("%s\nwas not refused", cases[i][0]);
        assert_string_equal(err.text, cases[i][1]);
    }
}

static void test_bytes_of_zero_are_no_end(void **state)
{
    (void)state;
    assert_int_equal(read_table(NKB_STR_LITERAL("\0\0\n\0,1,2,3,4")), NKB_EINPUT);
    assert_string_equal(err.text, "p.csv:1: 1 column; 5 are expected: " COLUMNS);
    assert_int_equal(read_table(NKB_STR_LITERAL("0\0,1,2,3,4")), NKB_EINPUT);
    assert_string_equal(err.text,
                        "p.csv:1:1: prompt index is \"0\\x00\"; a whole number is expected");
}

static void test_row_limit(void **state)
{
    struct nkb_buf text = NKB_BUF_INIT;
    (void)state;
    for (int i = 0; i < 100000; i++)
        nkb_buf_printf(&text, "%d,1,2,3,4\n", i);
    assert_int_equal(read_table(nkb_buf_str(&text)), 0);
    assert_int_equal(rows->as.items.count, 100000);
    nkb_buf_text(&text, "100000,1,2,3,4\n");
    assert_int_equal(read_table(nkb_buf_str(&text)), NKB_EINPUT);
    assert_string_equal(err.text, "p.csv:100001: more than 100000 prompts");
    nkb_buf_free(&text);
}

static void test_size_limit(void **state)
{
    struct nkb_buf text = NKB_BUF_INIT;
    (void)state;
    nkb_buf_text(&text, "0,1,2,3,4\n");
    while (text.len < NKB_PROMPTS_MAX_BYTES)
        nkb_buf_char(&text, '\n');
    assert_int_equal(read_table(nkb_buf_str(&text)), 0);
    nkb_buf_char(&text, '\n');
    assert_int_equal(read_table(nkb_buf_str(&text)), NKB_EINPUT);
    assert_string_equal(err.text,
                        "p.csv: is 4194305 bytes; at most 4194304 are read as a prompt table");
    nkb_buf_free(&text);
}

static void test_corpus(void **state)
{
    static const struct {
        const char *name;
        size_t count, row; /* row and its baseline, as the contest published it */
        double latency_ms, throughput;
    } files[] = {
        {"public/scores/nki-moe_prompt_data_trn2.csv", 5, 0, 12498, 51.86},
        {"public/scores/nki-moe_prompt_data_trn3.csv", 5, 4, 3871.62, 168.39},
        {"public/scores/nki-moe_prompt_data_trn3_early.txt", 5, 3, 13109.39, 49.64},
        {"public/scores/nki-llama_prompt_data_25.txt", 25, 4, 6433.239, 102.60},
        {"public/scores/nki-llama_prompt_data_5_20250226.txt", 5, 2, 6045.47, 110.45},
        {"public/scores/nki-llama_prompt_data_5_20250224.txt", 5, 2, 1445.71, 427.48},
        {"public/scores/nki-llama-dev_prompt_data.json", 5, 4, 1565.42, 468.28},
        {"own/runs/full/prompts.csv", 3, 2, 6120.5, 109.41},
        {"own/runs/trn2/prompts.txt", 2, 1, 2980.77, 214.8},
    };
    const char *corpus = getenv("CORPUS");
    struct nkb_buf text = NKB_BUF_INIT;
    (void)state;
    if (!corpus || !*corpus) {
        print_message("SKIPPED: CORPUS is not set, no published tables read\n");
        skip();
    }
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", corpus, files[i].name);
        text.len = 0;
        if (nkb_file_read(path, NULL, NKB_PROMPTS_MAX_BYTES, &text, &err) != 0) {
            print_message("SKIPPED: %s\n", err.text);
            continue;
        }
        assert_int_equal(read_table(nkb_buf_str(&text)), 0);
        assert_int_equal(rows->as.items.count, files[i].count);
        const struct nkb_value *row = rows->as.items.at[files[i].row].value;
        assert_int_equal(nkb_value_get(row, "index")->as.integer, (int64_t)files[i].row);
        assert_true(nkb_value_get(row, "base_latency_ms")->as.number == files[i].latency_ms);
        assert_true(nkb_value_get(row, "base_throughput")->as.number == files[i].throughput);
    }
    nkb_buf_free(&text);
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_forms),     TEST(test_places),
        TEST(test_refusals),  TEST(test_bytes_of_zero_are_no_end),
        TEST(test_row_limit), TEST(test_size_limit),
        TEST(test_corpus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
