/* Blocks of a Lua state: what they hold stays, whichever way they go between the region and malloc.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host/blocks.h"

static bool is_filled(const unsigned char *block, size_t bytes, unsigned char with)
{
    for (size_t i = 0; i < bytes; i++)
        if (block[i] != with)
            return false;
    return true;
}

/* Blocks of many sizes, made, grown, shrunk and given back in no order, each filled with a byte of
 * its own: more than the region holds, so that blocks cross its border in both directions. */
static void test_contents_stay(void **state)
{
    (void)state;
    enum { COUNT = 4000, TURNS = 200000 };
    static unsigned char *block[COUNT];
    static size_t bytes[COUNT];
    struct nkb_blocks blocks = {0};
    uint32_t random = 1;
    for (int turn = 0; turn < TURNS; turn++) {
        random = random * 1664525u + 1013904223u;
        size_t i = (random >> 8) % COUNT;
        size_t new_bytes =
            (random >> 20) % 8 == 0 ? (random >> 4) % 2000 + 1 : (random >> 4) % 300 + 1;
        unsigned char with = (unsigned char)i;
        if (block[i] && (random >> 24) % 3 == 0) {
            nkb_blocks_release(&blocks, block[i], bytes[i]);
            block[i] = NULL;
            continue;
        }
        size_t kept = !block[i] ? 0 : bytes[i] < new_bytes ? bytes[i] : new_bytes;
        block[i] = nkb_blocks_realloc(&blocks, block[i], bytes[i], new_bytes);
        assert_non_null(block[i]);
        assert_int_equal((uintptr_t)block[i] % NKB_BLOCKS_STEP_BYTES, 0);
        assert_true(is_filled(block[i], kept, with));
        memset(block[i], with, new_bytes);
        bytes[i] = new_bytes;
    }
    for (size_t i = 0; i < COUNT; i++)
        if (block[i]) {
            assert_true(is_filled(block[i], bytes[i], (unsigned char)i));
            nkb_blocks_release(&blocks, block[i], bytes[i]);
        }
    nkb_blocks_free(&blocks);
}

static void test_a_block_given_back_serves_the_next(void **state)
{
    (void)state;
    struct nkb_blocks blocks = {0};
    void *first = nkb_blocks_realloc(&blocks, NULL, 0, 40);
    if (!blocks.region) {
        nkb_blocks_release(&blocks, first, 40);
        skip(); /* AddressSanitizer has malloc's alone */
    }
    void *other = nkb_blocks_realloc(&blocks, NULL, 0, 40);
    assert_ptr_not_equal(first, other);
    assert_ptr_equal(nkb_blocks_realloc(&blocks, first, 40, 48), first); /* as large as it is */
    nkb_blocks_release(&blocks, first, 48);
    assert_ptr_equal(nkb_blocks_realloc(&blocks, NULL, 0, 33), first);
    assert_ptr_not_equal(nkb_blocks_realloc(&blocks, NULL, 0, 33), other);
    nkb_blocks_free(&blocks);
}

/* To the last byte of the region, then past it; and sizes at its largest and past that. */
static void test_what_the_region_does_not_hold_is_mallocs(void **state)
{
    (void)state;
    enum { COUNT = NKB_BLOCKS_REGION_BYTES / NKB_BLOCKS_SMALL_BYTES };
    struct nkb_blocks blocks = {0};
    void *large = nkb_blocks_realloc(&blocks, NULL, 0, NKB_BLOCKS_SMALL_BYTES + 1);
    assert_non_null(large);
    assert_int_equal(blocks.used_bytes, 0);
    nkb_blocks_release(&blocks, large, NKB_BLOCKS_SMALL_BYTES + 1);
    void *first = nkb_blocks_realloc(&blocks, NULL, 0, NKB_BLOCKS_SMALL_BYTES);
    if (!blocks.region) {
        nkb_blocks_release(&blocks, first, NKB_BLOCKS_SMALL_BYTES);
        skip();
    }
    for (int i = 1; i < COUNT; i++)
        assert_non_null(nkb_blocks_realloc(&blocks, NULL, 0, NKB_BLOCKS_SMALL_BYTES));
    assert_int_equal(blocks.used_bytes, NKB_BLOCKS_REGION_BYTES);
    void *past = nkb_blocks_realloc(&blocks, NULL, 0, 1);
    assert_non_null(past);
    assert_int_equal(blocks.used_bytes, NKB_BLOCKS_REGION_BYTES);
    nkb_blocks_release(&blocks, past, 1);
    nkb_blocks_free(&blocks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contents_stay),
        cmocka_unit_test(test_a_block_given_back_serves_the_next),
        cmocka_unit_test(test_what_the_region_does_not_hold_is_mallocs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
