/* The value tree: order, replacement, look-up in small and large objects, metrics and their notes,
 * and JSON compared with what CPython's json.dumps wrote of the same tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>

#include "base/file.h"
#include "base/text.h"
#include "model/value.h"

#define DATA "tests/data/value"

static struct nkb_arena arena;

static int fresh(void **state)
{
    (void)state;
    nkb_arena_free(&arena);
    return 0;
}

static struct nkb_value *int_of(int64_t v)
{
    return nkb_value_int(&arena, v);
}

static void assert_json(const struct nkb_value *v, int indent, const char *want)
{
    struct nkb_buf out = NKB_BUF_INIT;
    struct nkb_err err = {0};
    assert_int_equal(nkb_value_to_json(v, indent, &out, &err), 0);
    assert_string_equal(out.data, want);
    nkb_buf_free(&out);
}

static void assert_json_file(const struct nkb_value *v, int indent, const char *path)
{
    struct nkb_buf want = NKB_BUF_INIT;
    struct nkb_err err = {0};
    if (nkb_file_read(path, NULL, 1 << 20, &want, &err) != 0)
        fail_msg("%s", err.text);
    assert_json(v, indent, want.data);
    nkb_buf_free(&want);
}

static void objects_keep_their_order_and_replace_in_place(void **state)
{
    (void)state;
    struct nkb_value *v = nkb_value_object(&arena);
    nkb_value_put(&arena, v, "z", int_of(1));
    nkb_value_put(&arena, v, "a", int_of(2));
    nkb_value_put(&arena, v, "z", int_of(3));
    assert_json(v, 0, "{\"z\": 3, \"a\": 2}");
}

static void keys_may_hold_nul_and_are_copied(void **state)
{
    (void)state;
    char key[] = "a\0b";
    struct nkb_value *v = nkb_value_object(&arena);
    nkb_value_set(&arena, v, (struct nkb_str){key, 3}, int_of(1));
    nkb_value_set(&arena, v, (struct nkb_str){key, 1}, int_of(2));
    nkb_value_set(&arena, v, NKB_STR_NONE, int_of(4));
    key[0] = 'x';
    assert_json(v, 0, "{\"a\\u0000b\": 1, \"a\": 2, \"\": 4}");
    assert_int_equal(nkb_value_find(v, (struct nkb_str){"a\0b", 3})->as.integer, 1);
}

/* Past 16 keys there is an index, which grows: every key is found at every size, no other is. */
static void every_key_is_found_at_every_size(void **state)
{
    (void)state;
    struct nkb_value *v = nkb_value_object(&arena);
    char key[24];
    for (int n = 0; n < 3000; n++) {
        snprintf(key, sizeof key, "key.%d", n);
        assert_null(nkb_value_get(v, key));
        nkb_value_put(&arena, v, key, int_of(n));
        for (int i = n; i >= 0; i -= 1 + n / 32) {
            snprintf(key, sizeof key, "key.%d", i);
            assert_int_equal(nkb_value_get(v, key)->as.integer, i);
        }
    }
    nkb_value_put(&arena, v, "key.7", int_of(-7));
    assert_int_equal(v->as.items.count, 3000);
    assert_int_equal(v->as.items.at[7].value->as.integer, -7);
    assert_false(nkb_arena_failed(&arena));
}

/* A walk over all keys for each of them would take minutes here. */
static void many_keys_cost_no_square(void **state)
{
    (void)state;
    struct nkb_value *v = nkb_value_object(&arena);
    char key[32];
    enum { KEYS = 200 * 1000 };
    for (int n = 0; n < KEYS; n++) {
        snprintf(key, sizeof key, "%08d", n);
        nkb_value_put(&arena, v, key, int_of(n));
    }
    assert_int_equal(v->as.items.count, KEYS);
    assert_int_equal(nkb_value_get(v, "00199999")->as.integer, 199999);
}

static void paths_go_through_objects_and_arrays(void **state)
{
    (void)state;
    struct nkb_value *root = nkb_value_object(&arena), *list = nkb_value_array(&arena);
    struct nkb_value *inner = nkb_value_object(&arena);
    nkb_value_put(&arena, inner, "path", nkb_value_text(&arena, "graph.hlo"));
    nkb_value_append(&arena, list, int_of(5));
    nkb_value_append(&arena, list, inner);
    nkb_value_put(&arena, root, "modules", list);
    assert_int_equal(nkb_value_path(root, "modules.0")->as.integer, 5);
    assert_string_equal(nkb_value_path(root, "modules.1.path")->as.string.ptr, "graph.hlo");
    assert_ptr_equal(nkb_value_path(root, "modules"), list);
    static const char *const nowhere[] = {"modules.2",   "modules.-1", "modules.x", "modules.1.no",
                                          "modules.0.x", "no",         "",          ".",
                                          "modules."};
    for (size_t i = 0; i < sizeof nowhere / sizeof nowhere[0]; i++)
        assert_null(nkb_value_path(root, nowhere[i]));
    assert_null(nkb_value_path(NULL, "a"));
    assert_null(nkb_value_get(list, "0"));
}

static struct nkb_value *make_item(const void *context, size_t i, struct nkb_arena *in)
{
    struct nkb_value *item = nkb_value_object(in);
    (*(int *)(uintptr_t)context)++;
    nkb_metric_int(in, item, "i", (int64_t)i, "B", "here");
    nkb_metric_absent(in, item, "none", "a reason");
    return item;
}

static void a_list_may_make_its_items(void **state)
{
    struct nkb_arena apart = NKB_ARENA_INIT;
    int made = 0;
    (void)state;
    struct nkb_value *list = nkb_value_made_list(&arena, 3, make_item, &made);
    assert_true(nkb_value_makes_items(list));
    assert_int_equal(list->as.items.count, 3);
    assert_json(list, 0,
                "[{\"i\": 0, \"none\": null}, {\"i\": 1, \"none\": null}, {\"i\": 2, "
                "\"none\": null}]");
    assert_int_equal(made, 3);
    const struct nkb_value *lent = nkb_value_item(list, 1, &apart), *kept = nkb_value_at(list, 1);
    assert_true(lent != kept);
    assert_int_equal(made, 5);
    assert_ptr_equal(nkb_value_at(list, 1), kept);
    assert_ptr_equal(nkb_value_item(list, 1, &apart), kept);
    assert_int_equal(nkb_value_path(list, "2.i")->as.integer, 2);
    assert_int_equal(made, 6);
    struct nkb_value *copy = nkb_value_copy(&arena, lent);
    nkb_arena_free(&apart);
    assert_int_equal(nkb_value_get(copy, "i")->as.integer, 1);
    assert_string_equal(nkb_value_get(copy, "i")->note->source, "here");
    assert_string_equal(nkb_value_get(copy, "none")->note->why, "a reason");
    assert_true(nkb_value_fill(list));
    assert_false(nkb_value_makes_items(list));
    assert_ptr_equal(list->as.items.at[1].value, kept);
    assert_int_equal(made, 7);
    nkb_value_append(&arena, list, nkb_value_int(&arena, 7));
    assert_int_equal(nkb_value_path(list, "3")->as.integer, 7);
}

static void numbers_are_integers_or_floats(void **state)
{
    (void)state;
    double v = 7;
    assert_true(nkb_value_number(int_of(3), &v) && v == 3);
    assert_true(nkb_value_number(nkb_value_float(&arena, 2.5), &v) && v == 2.5);
    assert_false(nkb_value_number(nkb_value_text(&arena, "1"), &v));
    assert_false(nkb_value_number(nkb_value_bool(&arena, true), &v));
    assert_false(nkb_value_number(NULL, &v));
    assert_true(v == 2.5);
}

static void kinds_are_named_with_an_article(void **state)
{
    (void)state;
    static const char *const names[] = {"absent",   "null",     "a boolean", "an integer",
                                        "a number", "a string", "a list",    "a mapping"};
    for (int kind = NKB_ABSENT; kind <= NKB_OBJECT; kind++)
        assert_string_equal(nkb_kind_name((enum nkb_kind)kind), names[kind]);
}

static void metrics_carry_unit_source_or_reason(void **state)
{
    (void)state;
    struct nkb_value *m = nkb_value_object(&arena);
    struct nkb_value *training = nkb_metric_group(&arena, m, "training");
    nkb_metric_float(&arena, training, "mfu_percent", 15.5, "%", "--throughput");
    nkb_metric_int(&arena, training, "steps", 10, NULL, NULL);
    nkb_metric_bool(&arena, training, "ok", true, NULL);
    nkb_metric_text(&arena, training, "name", "nxdt", NULL);
    nkb_metric_string(&arena, training, "shown", NKB_STR_LITERAL("a\0b"), NULL);
    nkb_metric_float(&arena, training, "loss", NAN, NULL, "train.log");
    nkb_metric_absent(&arena, m, "inference", "no such file");
    nkb_value_append(&arena, nkb_metric_list(&arena, m, "files"), int_of(1));

    const struct nkb_value *mfu = nkb_value_path(m, "training.mfu_percent");
    assert_string_equal(mfu->note->unit, "%");
    assert_string_equal(mfu->note->source, "--throughput");
    assert_null(mfu->note->why);
    assert_null(nkb_value_path(m, "training.steps")->note);
    const struct nkb_value *loss = nkb_value_path(m, "training.loss");
    assert_int_equal(loss->kind, NKB_ABSENT);
    assert_string_equal(loss->note->why, "not a finite number");
    assert_string_equal(nkb_value_get(m, "inference")->note->why, "no such file");
    assert_json(
        m, 0,
        "{\"training\": {\"mfu_percent\": 15.5, \"steps\": 10, \"ok\": true, \"name\": \"nxdt\", "
        "\"shown\": \"a\\u0000b\", \"loss\": null}, \"inference\": null, \"files\": [1]}");
}

static void what_memory_did_not_suffice_for_is_passed_over(void **state)
{
    (void)state;
    struct nkb_arena small = NKB_ARENA_INIT;
    small.limit_bytes = 64;
    struct nkb_value *v = nkb_value_object(&small);
    for (int i = 0; i < 4; i++)
        nkb_value_put(&small, v, "key", nkb_value_int(&small, i));
    nkb_metric_absent(&small, v, "why", nkb_arena_printf(&small, "%d", 1));
    nkb_metric_text(&small, NULL, "text", NULL, NULL);
    nkb_value_append(&small, NULL, NULL);
    assert_null(nkb_metric_group(&small, v, "group"));
    assert_true(nkb_arena_failed(&small));
    nkb_arena_free(&small);
}

static struct nkb_value *sample_tree(void)
{
    struct nkb_value *root = nkb_value_object(&arena), *nested = nkb_value_object(&arena);
    struct nkb_value *list = nkb_value_array(&arena), *one = nkb_value_array(&arena);
    struct nkb_value *deep = nkb_value_array(&arena), *order = nkb_value_object(&arena);
    nkb_value_append(&arena, deep, int_of(-1));
    nkb_value_append(&arena, one, deep);
    nkb_value_append(&arena, list, int_of(1));
    nkb_value_append(&arena, list, nkb_value_float(&arena, 2.5));
    nkb_value_append(&arena, list, nkb_value_array(&arena));
    nkb_value_append(&arena, list, nkb_value_object(&arena));
    nkb_value_append(&arena, list, one);
    nkb_value_append(&arena, list, nkb_value_bool(&arena, true));
    nkb_value_append(&arena, list, nkb_value_bool(&arena, false));
    nkb_value_append(&arena, list, nkb_value_new(&arena, NKB_NULL));
    nkb_value_put(&arena, nested, "list", list);
    nkb_value_put(&arena, nested, "", nkb_value_text(&arena, "empty key"));
    nkb_value_put(&arena, order, "z", int_of(1));
    nkb_value_put(&arena, order, "a", int_of(2));
    nkb_value_put(&arena, root, "mode", nkb_value_text(&arena, "combined"));
    nkb_value_put(&arena, root, "nested", nested);
    nkb_value_put(&arena, root, "big", int_of(INT64_MAX));
    nkb_value_put(&arena, root, "small", int_of(INT64_MIN));
    nkb_value_put(&arena, root, "float", nkb_value_float(&arena, 3));
    nkb_value_put(&arena, root, "tiny", nkb_value_float(&arena, 5e-324));
    nkb_value_put(&arena, root, "twice", nkb_value_float(&arena, 1e16));
    nkb_value_put(&arena, root, "text",
                  nkb_value_string(&arena, NKB_STR_LITERAL("a\"\\/\xc3\xa9\xf0\x9f\x8f\x86\0z")));
    nkb_value_put(&arena, root, "order", order);
    return root;
}

static void json_is_python_s_at_every_indent(void **state)
{
    (void)state;
    const struct nkb_value *tree = sample_tree();
    assert_json_file(tree, 0, DATA "/tree_0.json");
    assert_json_file(tree, 1, DATA "/tree_1.json");
    assert_json_file(tree, 2, DATA "/tree_2.json");
    assert_json_file(tree, 4, DATA "/tree_4.json");
}

/* Every character up to U+02FF and the edges of each encoding. */
static void json_text_is_escaped_as_python_escapes_it(void **state)
{
    (void)state;
    static const uint32_t edges[] = {0x7ff,  0x800,  0x2028, 0x2029,  0xd7ff,  0xe000,
                                     0xfeff, 0xfffd, 0xffff, 0x10000, 0x1f3c6, 0x10ffff};
    struct nkb_buf text = NKB_BUF_INIT;
    char bytes[4];
    for (uint32_t c = 0; c < 0x300; c++)
        nkb_buf_append(&text, bytes, nkb_utf8_encode(c, bytes));
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++)
        nkb_buf_append(&text, bytes, nkb_utf8_encode(edges[i], bytes));
    assert_json_file(nkb_value_string(&arena, nkb_buf_str(&text)), 0, DATA "/points.json");
    nkb_buf_free(&text);
}

static void json_text_that_is_no_utf8_gets_the_replacement_character(void **state)
{
    (void)state;
    assert_json(nkb_value_text(&arena, "a\xff\xc3(\xed\xa0\x80z\xe2\x82"), 0,
                "\"a\\ufffd\\ufffd(\\ufffd\\ufffd\\ufffdz\\ufffd\\ufffd\"");
}

static void json_refuses_what_is_not_finite_and_names_the_path(void **state)
{
    (void)state;
    struct nkb_value *root = nkb_value_object(&arena), *list = nkb_value_array(&arena);
    nkb_value_append(&arena, list, int_of(1));
    nkb_value_append(&arena, list, nkb_value_float(&arena, INFINITY));
    nkb_value_put(&arena, root, "log", list);
    struct nkb_buf out = NKB_BUF_INIT;
    struct nkb_err err = {0};
    assert_int_equal(nkb_value_to_json(root, 2, &out, &err), NKB_EINPUT);
    assert_string_equal(err.text, "log: not a finite number; JSON has no such value");
    assert_int_equal(nkb_value_to_json(root, 2, &out, NULL), NKB_EINPUT);
    nkb_buf_free(&out);
}

static struct nkb_value *nest(int depth)
{
    struct nkb_value *v = nkb_value_array(&arena);
    for (int i = 0; i < depth; i++) {
        struct nkb_value *outer = nkb_value_array(&arena);
        nkb_value_append(&arena, outer, v);
        v = outer;
    }
    return v;
}

static void json_nests_600_deep_and_no_deeper(void **state)
{
    (void)state;
    struct nkb_buf out = NKB_BUF_INIT;
    struct nkb_err err = {0};
    assert_int_equal(nkb_value_to_json(nest(600), 0, &out, &err), 0);
    assert_int_equal(out.len, 2 * 601);
    assert_int_equal(nkb_value_to_json(nest(601), 0, &out, &err), NKB_EINPUT);
    assert_string_equal(err.text, "nested deeper than 600");
    nkb_buf_free(&out);
}

static void values_know_their_file_and_a_group_gives_it_to_those_with_a_source(void **state)
{
    (void)state;
    struct nkb_value *group = nkb_value_object(&arena),
                     *below = nkb_metric_group(&arena, group, "steady");
    nkb_metric_int(&arena, group, "count", 3, "steps", "train.log: loss");
    nkb_metric_int(&arena, group, "given", 3, NULL, NULL);
    nkb_metric_float(&arena, below, "mean", 1.5, NULL, "train.log: loss");
    nkb_value_locate(&arena, nkb_value_get(below, "mean"), "other.log", NULL);
    nkb_metric_float(&arena, below, "max", 2.5, NULL, "train.log: loss");
    nkb_value_locate_all(&arena, group, "train.log", "loss");

    const struct nkb_note *count = nkb_value_get(group, "count")->note,
                          *max = nkb_value_get(below, "max")->note;
    assert_string_equal(count->file, "train.log");
    assert_string_equal(count->field, "loss");
    assert_string_equal(count->unit, "steps");
    assert_string_equal(count->source, "train.log: loss");
    assert_string_equal(max->file, "train.log");
    assert_string_equal(nkb_value_get(below, "mean")->note->file, "other.log");
    assert_null(nkb_value_get(below, "mean")->note->field);
    assert_null(nkb_value_get(group, "given")->note);
    nkb_value_locate(&arena, NULL, "x", NULL);
    nkb_value_locate(&arena, group, NULL, "x");
    assert_null(group->note);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(objects_keep_their_order_and_replace_in_place, fresh),
        cmocka_unit_test_teardown(keys_may_hold_nul_and_are_copied, fresh),
        cmocka_unit_test_teardown(every_key_is_found_at_every_size, fresh),
        cmocka_unit_test_teardown(many_keys_cost_no_square, fresh),
        cmocka_unit_test_teardown(paths_go_through_objects_and_arrays, fresh),
        cmocka_unit_test_teardown(a_list_may_make_its_items, fresh),
        cmocka_unit_test_teardown(numbers_are_integers_or_floats, fresh),
        cmocka_unit_test_teardown(kinds_are_named_with_an_article, fresh),
        cmocka_unit_test_teardown(metrics_carry_unit_source_or_reason, fresh),
        cmocka_unit_test_teardown(
            values_know_their_file_and_a_group_gives_it_to_those_with_a_source, fresh),
        cmocka_unit_test_teardown(what_memory_did_not_suffice_for_is_passed_over, fresh),
        cmocka_unit_test_teardown(json_is_python_s_at_every_indent, fresh),
        cmocka_unit_test_teardown(json_text_is_escaped_as_python_escapes_it, fresh),
        cmocka_unit_test_teardown(json_text_that_is_no_utf8_gets_the_replacement_character, fresh),
        cmocka_unit_test_teardown(json_refuses_what_is_not_finite_and_names_the_path, fresh),
        cmocka_unit_test_teardown(json_nests_600_deep_and_no_deeper, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
