/* Reading a YAML text in a test and saying what it should give. */
#ifndef NKB_TEST_YAML_CASE_H
#define NKB_TEST_YAML_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/file.h"
#include "input/document.h"

struct fixture {
    struct nkb_arena arena;
    struct nkb_err err;
    struct nkb_value *root;
    struct nkb_buf json;
};

static struct fixture f;

static inline int setup(void **state)
{
    (void)state;
    f = (struct fixture){.arena = NKB_ARENA_INIT, .json = NKB_BUF_INIT};
    return 0;
}

static inline int teardown(void **state)
{
    (void)state;
    nkb_buf_free(&f.json);
    nkb_arena_free(&f.arena);
    return 0;
}

static inline int read_yaml(struct nkb_str text, bool resolve)
{
    f.err.text[0] = '\0';
    return nkb_yaml_read(text, "t.yaml", resolve, &f.arena, &f.root, &f.err);
}

static inline void expect(const char *text, const char *json)
{
    int status = read_yaml(nkb_str_from(text), true);
    if (status != 0)
        fail_msg("%s\n%s", text, f.err.text);
    f.json.len = 0;
    assert_int_equal(nkb_value_to_json(f.root, 0, &f.json, &f.err), 0);
    assert_string_equal(f.json.data, json);
}

static inline void expect_refusal(const char *text, const char *message)
{
    int status = read_yaml(nkb_str_from(text), true);
    if (status != NKB_EINPUT)
        fail_msg("%s\nwas not refused", text);
    assert_string_equal(f.err.text, message);
}

static inline void expect_absent(const char *text, const char *path, const char *why)
{
    assert_int_equal(read_yaml(nkb_str_from(text), true), 0);
    const struct nkb_value *v = nkb_value_path(f.root, path);
    assert_true(nkb_value_is(v, NKB_ABSENT));
    assert_string_equal(v->note->why, why);
}

static inline void repeat(struct nkb_buf *out, const char *text, size_t times)
{
    while (times-- > 0)
        nkb_buf_text(out, text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
