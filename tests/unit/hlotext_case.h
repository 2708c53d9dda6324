/* What the tests of the HLO text reader share: read a text from memory, find things by name. Each
 * text is read twice, the second time with next to nothing of it in memory. */
#ifndef NKB_TEST_HLOTEXT_CASE_H
#define NKB_TEST_HLOTEXT_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "hlo_print.h"
#include "input/hlotext_reader.h"

enum { CASE_WINDOW_BYTES = 16 };

struct hlotext_case {
    struct nkb_arena arena;
    struct nkb_err err;
    struct nkb_hlo hlo;
};

static inline int case_open(void **state)
{
    struct hlotext_case *c = calloc(1, sizeof *c);
    *state = c;
    return c ? 0 : -1;
}

static inline int case_close(void **state)
{
    struct hlotext_case *c = *state;
    nkb_arena_free(&c->arena);
    free(c);
    return 0;
}

/* Through a window of so many bytes, at first, it must say the same. */
static inline void case_read_again(const struct hlotext_case *c, struct nkb_str text, int rc,
                                   size_t window_bytes)
{
    const struct nkb_hlotext_input input = {.fd = -1, .bytes = text, .window_bytes = window_bytes};
    struct nkb_hlotext reader = {0};
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_err err = {0};
    struct nkb_hlo hlo;
    assert_int_equal(nkb_hlotext_read_with(&reader, &input, &arena, &hlo, &err), rc);
    assert_string_equal(err.text, c->err.text);
    if (rc == 0) {
        struct nkb_buf a = NKB_BUF_INIT, b = NKB_BUF_INIT;
        print_module(&a, &c->hlo);
        print_module(&b, &hlo);
        assert_string_equal(a.data, b.data);
        assert_int_equal(hlo.size_bytes, text.len);
        assert_int_equal(hlo.source_count, c->hlo.source_count);
        for (uint32_t i = 0; i < hlo.source_count; i++) {
            assert_true(nkb_str_equal(hlo.sources[i].file, c->hlo.sources[i].file));
            assert_int_equal(hlo.sources[i].line, c->hlo.sources[i].line);
        }
        nkb_buf_free(&a);
        nkb_buf_free(&b);
    }
    nkb_hlotext_close(&reader);
    nkb_arena_free(&arena);
}

/* The text is handed over in memory of exactly its size and freed at once, so that a sanitizer sees
 * every step past its end and everything kept without a copy. */
static inline int case_read(struct hlotext_case *c, struct nkb_str text)
{
    char *copy = malloc(text.len ? text.len : 1);
    assert_non_null(copy);
    if (text.len)
        memcpy(copy, text.ptr, text.len);
    nkb_arena_reset(&c->arena);
    c->err = (struct nkb_err){0};
    int rc = nkb_hlotext_read((struct nkb_str){copy, text.len}, &c->arena, &c->hlo, &c->err);
    if (c->arena.limit_bytes == 0)
        case_read_again(c, (struct nkb_str){copy, text.len}, rc, CASE_WINDOW_BYTES);
    free(copy);
    return rc;
}

static inline const struct nkb_hlo *case_good(void **state, const char *text)
{
    struct hlotext_case *c = *state;
    if (case_read(c, nkb_str_from(text)) < 0)
        fail_msg("refused: %s\n%s", c->err.text, text);
    return &c->hlo;
}

static inline void case_bad(void **state, const char *text, const char *message)
{
    struct hlotext_case *c = *state;
    int rc = case_read(c, nkb_str_from(text));
    if (rc == 0)
        fail_msg("accepted, not \"%s\":\n%s", message, text);
    assert_int_equal(rc, NKB_EINPUT);
    assert_string_equal(c->err.text, message);
}

/* The instructions given, in one entry computation. */
static inline const struct nkb_hlo_computation *case_body(void **state, const char *instructions)
{
    char text[8192];
    assert_true((size_t)snprintf(text, sizeof text, "HloModule t\n\nENTRY main {\n%s\n}\n",
                                 instructions) < sizeof text);
    const struct nkb_hlo *hlo = case_good(state, text);
    return &hlo->computations[hlo->entry];
}

/* As case_bad; `instructions` begin on line 4. */
static inline void case_bad_body(void **state, const char *instructions, const char *message)
{
    char text[8192];
    assert_true((size_t)snprintf(text, sizeof text, "HloModule t\n\nENTRY main {\n%s\n}\n",
                                 instructions) < sizeof text);
    case_bad(state, text, message);
}

static inline const struct nkb_hlo_instruction *
case_find(const struct nkb_hlo_computation *computation, const char *name)
{
    for (uint32_t i = 0; i < computation->instruction_count; i++)
        if (nkb_str_is(computation->instructions[i].name, name))
            return &computation->instructions[i];
    fail_msg("no instruction '%s'", name);
    return NULL;
}

static inline uint32_t case_position(const struct nkb_hlo *hlo, const char *name)
{
    for (uint32_t i = 0; i < hlo->computation_count; i++)
        if (nkb_str_is(hlo->computations[i].name, name))
            return i;
    fail_msg("no computation '%s'", name);
    return 0;
}

#define assert_text(str, expected)                                                                 \
    do {                                                                                           \
        struct nkb_str assert_text_it = (str);                                                     \
        assert_int_equal(assert_text_it.len, sizeof(expected) - 1);                                \
        assert_memory_equal(assert_text_it.ptr, expected, sizeof(expected));                       \
    } while (0)

/* assert_ints(ints, 2, 3, 5): exactly these. */
#define assert_ints(ints, ...)                                                                     \
    do {                                                                                           \
        const int64_t assert_ints_want[] = {__VA_ARGS__};                                          \
        assert_int_equal((ints).count, sizeof assert_ints_want / sizeof *assert_ints_want);        \
        assert_memory_equal((ints).at, assert_ints_want, sizeof assert_ints_want);                 \
    } while (0)
#define assert_dims(shape, ...)                                                                    \
    assert_ints(((struct nkb_hlo_ints){(shape).dims, (shape).rank}), __VA_ARGS__)
#define assert_order(shape, ...)                                                                   \
    assert_ints(((struct nkb_hlo_ints){(shape).minor_to_major, (shape).minor_to_major_count}),     \
                __VA_ARGS__)

#endif
