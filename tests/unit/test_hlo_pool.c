/* What instructions share: found again when it is the same, never when it is not, whatever the
 * table has forgotten meanwhile. And messages recalled by their bytes mean what walking them means.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "hlo_proto_case.h"
#include "input/hlo_pool.h"
#include "input/hlotext.h"

struct pooled {
    struct nkb_arena arena;
    struct nkb_hlo_pool pool;
};

static void pool_new(struct pooled *p)
{
    *p = (struct pooled){.arena = NKB_ARENA_INIT};
    nkb_hlo_pool_open(&p->pool, &p->arena);
}

static void pool_done(struct pooled *p)
{
    nkb_hlo_pool_free(&p->pool);
    nkb_arena_free(&p->arena);
}

static void equal_shapes_are_one(void **state)
{
    struct pooled p;
    int64_t dims[] = {2, 3}, order[] = {1, 0};
    struct nkb_hlo_shape leaf = {.element_type = 11, .rank = 2, .dims = dims, .has_layout = true};
    struct nkb_hlo_shape elements[2] = {leaf, leaf};
    struct nkb_hlo_shape tuple = {
        .element_type = NKB_TYPE_TUPLE, .tuple_count = 2, .tuple = elements};
    (void)state;
    pool_new(&p);
    const struct nkb_hlo_shape *first = nkb_hlo_pool_shape(&p.pool, &leaf);
    const struct nkb_hlo_shape *pair = nkb_hlo_pool_shape(&p.pool, &tuple);
    assert_ptr_equal(nkb_hlo_pool_shape(&p.pool, &leaf), first);
    assert_ptr_equal(nkb_hlo_pool_shape(&p.pool, &tuple), pair);
    assert_ptr_not_equal(first->dims, dims);

    dims[1] = 4; /* what was given need not stay */
    assert_int_equal(first->dims[1], 3);
    assert_int_equal(pair->tuple[1].dims[1], 3);
    assert_ptr_not_equal(nkb_hlo_pool_shape(&p.pool, &leaf), first);
    dims[1] = 3;
    elements[1].dynamic = true;
    assert_ptr_not_equal(nkb_hlo_pool_shape(&p.pool, &tuple), pair);
    leaf.minor_to_major = order;
    leaf.minor_to_major_count = 2;
    assert_ptr_not_equal(nkb_hlo_pool_shape(&p.pool, &leaf), first);
    pool_done(&p);
}

static void what_is_forgotten_is_kept_again(void **state)
{
    enum { TEXTS = 200000 };
    struct pooled p;
    struct nkb_str *kept = test_calloc(TEXTS, sizeof *kept), again;
    char text[32];
    (void)state;
    pool_new(&p);
    for (int i = 0; i < TEXTS; i++) {
        int len = snprintf(text, sizeof text, "layer_%d/mlp", i);
        assert_true(nkb_hlo_pool_text(&p.pool, (struct nkb_str){text, (size_t)len}, &kept[i]));
        assert_true(nkb_hlo_pool_text(&p.pool, (struct nkb_str){text, (size_t)len}, &again));
        assert_ptr_equal(again.ptr, kept[i].ptr);
    }
    for (int i = 0; i < TEXTS; i++) {
        snprintf(text, sizeof text, "layer_%d/mlp", i);
        assert_string_equal(kept[i].ptr, text);
    }
    assert_true(p.pool.slot_count <= 64 * 1024);

    nkb_arena_reset(&p.arena); /* the next module */
    nkb_hlo_pool_open(&p.pool, &p.arena);
    assert_true(nkb_hlo_pool_text(&p.pool, NKB_STR_LITERAL("a\0b"), &again));
    assert_memory_equal(again.ptr, "a\0b", 4);
    test_free(kept);
    pool_done(&p);
}

static void attributes_are_shared_by_what_they_say(void **state)
{
    struct pooled p;
    int64_t one[] = {1}, other[] = {1};
    struct nkb_hlo_dot dot = {.lhs_contracting = {one, 1}};
    struct nkb_hlo_attrs attrs = {.dot = &dot}, more = {.dimensions = {one, 1}};
    (void)state;
    pool_new(&p);
    const struct nkb_hlo_attrs *first = nkb_hlo_pool_attrs(&p.pool, &attrs);
    dot.lhs_contracting.at = other;
    assert_ptr_equal(nkb_hlo_pool_attrs(&p.pool, &attrs), first);
    struct nkb_hlo_attrs *own = nkb_hlo_pool_attrs_own(&p.pool, &attrs);
    assert_ptr_not_equal(own, first);
    assert_ptr_equal(own->dot, first->dot);
    const struct nkb_hlo_attrs *dims = nkb_hlo_pool_attrs(&p.pool, &more);
    assert_ptr_not_equal(dims, first);
    more.dimensions.at = other;
    assert_ptr_equal(nkb_hlo_pool_attrs(&p.pool, &more), dims);
    assert_ptr_equal(nkb_hlo_pool_dimensions(&p.pool, &more), dims);
    more.dimensions.at = one;
    assert_ptr_equal(nkb_hlo_pool_dimensions(&p.pool, &more), dims);
    other[0] = 2;
    more.dimensions.at = other;
    const struct nkb_hlo_attrs *second = nkb_hlo_pool_dimensions(&p.pool, &more);
    assert_ptr_not_equal(second, dims);
    assert_int_equal(second->dimensions.at[0], 2);
    assert_ptr_equal(nkb_hlo_pool_attrs(&p.pool, &more), second);
    pool_done(&p);
}

static void put_dot(struct nkb_buf *in, int64_t lhs, int64_t rhs)
{
    struct nkb_buf dot = NKB_BUF_INIT;
    if (lhs >= 0)
        put_packed(&dot, 1, &lhs, 1);
    if (rhs >= 0)
        put_packed(&dot, 2, &rhs, 1);
    put_message(in, 30, &dot);
}

/* Every message twice, so that the second time it is recalled; then two of a kind in one
 * instruction, which protobuf merges. */
static void messages_recalled_are_merged_as_others(void **state)
{
    const int64_t first[] = {4, 5}, second[] = {6};
    struct nkb_buf computation = NKB_BUF_INIT, module = NKB_BUF_INIT;
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct nkb_buf in = instruction_of("dot");
        put_shape(&in, 3, i < 2 ? 11 : 12, first, 2);
        put_dot(&in, 1, 2);
        if (i == 3) {
            put_shape(&in, 3, 11, second, 1);
            put_dot(&in, 3, -1);
        }
        put_message(&computation, 2, &in);
    }
    put_int(&computation, 5, 1);
    put_message(&module, 3, &computation);
    struct reading r = read_within(&module, &nkb_hlo_default_limits);
    assert_int_equal(r.code, 0);
    const struct nkb_hlo_instruction *read = r.hlo.computations[0].instructions;
    assert_ptr_equal(read[0].shape, read[1].shape);
    assert_ptr_equal(read[0].attrs, read[1].attrs);
    assert_ptr_not_equal(read[1].shape, read[2].shape);
    assert_ptr_equal(read[1].attrs, read[2].attrs);
    assert_int_equal(read[3].shape->element_type, 11);
    assert_int_equal(read[3].shape->rank, 3);
    assert_int_equal(read[3].shape->dims[2], 6);
    assert_int_equal(read[3].attrs->dot->lhs_contracting.count, 2);
    assert_int_equal(read[3].attrs->dot->lhs_contracting.at[1], 3);
    assert_int_equal(read[3].attrs->dot->rhs_contracting.count, 1);
    assert_int_equal(read[2].attrs->dot->lhs_contracting.count, 1);
    done(&r);
}

/* In text they are found by what stands before the blank; but a layout may stand behind it. */
static void text_of_shapes_is_recalled(void **state)
{
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_hlo hlo;
    struct nkb_err err = {0};
    (void)state;
    int code = nkb_hlotext_read(
        nkb_str_from("ENTRY e {\n a = f32[2,3] parameter(0)\n b = f32[2,3] parameter(1)\n"
                     " c = f32[2,3] {0,1} parameter(2)\n d = f32[2,3] parameter(3)\n"
                     " e = f32[2,3]{0,1} parameter(4)\n f = f32[2,3] {0,1} parameter(5)\n}\n"),
        &arena, &hlo, &err);
    assert_int_equal(code, 0);
    const struct nkb_hlo_instruction *read = hlo.computations[0].instructions;
    assert_ptr_equal(read[0].shape, read[1].shape);
    assert_ptr_equal(read[0].shape, read[3].shape);
    assert_int_equal(read[0].shape->minor_to_major[0], 1);
    assert_int_equal(read[2].shape->minor_to_major[0], 0);
    assert_ptr_equal(read[2].shape, read[4].shape);
    assert_ptr_equal(read[2].shape, read[5].shape);
    nkb_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_shapes_are_one),
        cmocka_unit_test(what_is_forgotten_is_kept_again),
        cmocka_unit_test(attributes_are_shared_by_what_they_say),
        cmocka_unit_test(messages_recalled_are_merged_as_others),
        cmocka_unit_test(text_of_shapes_is_recalled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
