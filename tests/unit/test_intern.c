/* Equal texts, equal numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/intern.h"

static void numbers_count_up_in_the_order_of_first_meeting(void **state)
{
    struct nkb_intern table = {0};
    struct nkb_arena arena = NKB_ARENA_INIT;
    const struct nkb_str texts[] = {NKB_STR_LITERAL("b"),        NKB_STR_LITERAL(""),
                                    NKB_STR_LITERAL("a"),        NKB_STR_LITERAL("a\0"),
                                    NKB_STR_LITERAL("a\0b"),     NKB_STR_LITERAL("12345678"),
                                    NKB_STR_LITERAL("123456789")};
    uint32_t number;
    (void)state;
    assert_false(nkb_intern_find(&table, texts[0], &number));
    for (int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < sizeof texts / sizeof *texts; i++) {
            assert_true(nkb_intern_add(&table, &arena, texts[i], &number));
            assert_int_equal(number, i);
            assert_true(nkb_intern_find(&table, texts[i], &number));
            assert_int_equal(number, i);
            assert_true(nkb_str_equal(table.texts[i], texts[i]));
            assert_int_equal(table.texts[i].ptr[texts[i].len], 0);
        }
    assert_int_equal(table.count, 7);
    assert_false(nkb_intern_find(&table, NKB_STR_LITERAL("c"), &number));
    nkb_intern_free(&table);
    nkb_arena_free(&arena);
}

static void many_texts_keep_apart(void **state)
{
    struct nkb_intern table = {0};
    struct nkb_arena arena = NKB_ARENA_INIT;
    char text[32];
    uint32_t number;
    (void)state;
    for (int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < 50000; i++) {
            snprintf(text, sizeof text, "layer_%u/attn", (unsigned)i);
            assert_true(nkb_intern_add(&table, &arena, nkb_str_from(text), &number));
            assert_int_equal(number, i);
        }
    nkb_intern_free(&table);
    nkb_arena_free(&arena);
}

static void no_memory_is_said_and_breaks_nothing(void **state)
{
    struct nkb_intern table = {0};
    struct nkb_arena arena = NKB_ARENA_INIT;
    uint32_t number;
    (void)state;
    arena.limit_bytes = 16;
    assert_true(nkb_intern_add(&table, &arena, NKB_STR_LITERAL("a"), &number));
    assert_false(
        nkb_intern_add(&table, &arena, NKB_STR_LITERAL("a text that is too long"), &number));
    assert_true(nkb_intern_find(&table, NKB_STR_LITERAL("a"), &number));
    assert_int_equal(table.count, 1);
    nkb_intern_free(&table);
    nkb_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_count_up_in_the_order_of_first_meeting),
        cmocka_unit_test(many_texts_keep_apart),
        cmocka_unit_test(no_memory_is_said_and_breaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
