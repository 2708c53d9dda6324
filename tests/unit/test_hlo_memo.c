/* Messages that come again are recalled instead of read: nobody may be able to tell. */
#include "hlo_proto_case.h"

enum { DOTS = 3000, FIELDS = 6, SHAPES = 40 };

static void put_dims(struct nkb_buf *out, uint32_t number, unsigned i)
{
    struct nkb_buf dot = NKB_BUF_INIT;
    put_int(&dot, 1, i % 3);
    put_int(&dot, 2, i % 2);
    put_message(out, number, &dot);
}

static void put_metadata(struct nkb_buf *out, uint32_t number, unsigned i)
{
    struct nkb_buf metadata = NKB_BUF_INIT;
    char name[64];
    if (i % 5 != 0) { /* else one without anything in it */
        snprintf(name, sizeof name, "jit(f)/layer_%u/dot", i % 700);
        put_text(&metadata, 2, name);
        put_text(&metadata, 3, "model.py");
        put_int(&metadata, 4, i % 300);
    }
    put_message(out, number, &metadata);
}

static void put_field(struct nkb_buf *in, unsigned which, unsigned i)
{
    const int64_t dims[] = {i % SHAPES, 1000};
    char name[32];
    switch (which) {
    case 0:
        snprintf(name, sizeof name, "dot.%u", i);
        put_text(in, 1, name);
        break;
    case 1:
        put_text(in, 2, "dot");
        break;
    case 2:
        put_shape(in, 3, 11, dims, 2);
        break;
    case 3:
        put_metadata(in, 7, i);
        break;
    case 4:
        if (i % 11 == 0)
            put_packed(in, 14, dims, 0); /* an empty list */
        put_dims(in, 30, i);
        break;
    default:
        put_int(in, 35, i);
        break;
    }
}

/* order[k]: which field is the k-th of every instruction. */
static struct reading read_dots(const unsigned order[FIELDS])
{
    struct nkb_buf computation = NKB_BUF_INIT, module = NKB_BUF_INIT;
    for (unsigned i = 0; i < DOTS; i++) {
        struct nkb_buf in = NKB_BUF_INIT;
        for (unsigned k = 0; k < FIELDS; k++)
            put_field(&in, order[k], i);
        put_message(&computation, 2, &in);
    }
    put_message(&module, 3, &computation);
    struct reading r = read_within(&module, &nkb_hlo_default_limits);
    assert_int_equal(r.code, 0);
    return r;
}

static void test_the_order_of_fields_changes_nothing(void **state)
{
    static const unsigned orders[][FIELDS] = {
        {5, 4, 3, 2, 1, 0}, {4, 3, 2, 1, 0, 5}, {0, 1, 4, 3, 2, 5},
        {4, 2, 3, 5, 0, 1}, {3, 2, 4, 1, 0, 5},
    };
    struct reading want = read_dots((const unsigned[FIELDS]){0, 1, 2, 3, 4, 5});

    (void)state;
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        struct reading have = read_dots(orders[i]);
        assert_string_equal(have.print.data, want.print.data);
        done(&have);
    }
    done(&want);
}

/* The first piece of a shape is recalled, other messages come, and then the second piece. */
static void test_a_recalled_message_is_merged_with_a_second_one(void **state)
{
    const int64_t more[] = {7};
    struct nkb_buf computation = NKB_BUF_INIT, module = NKB_BUF_INIT;

    (void)state;
    for (unsigned i = 0; i < DOTS; i++) {
        struct nkb_buf in = NKB_BUF_INIT, part = NKB_BUF_INIT;
        for (unsigned k = 0; k < FIELDS; k++)
            put_field(&in, k, i);
        put_packed(&part, 3, more, 1);
        put_message(&in, 3, &part);
        put_int(&part, 3, i % 11);
        put_message(&in, 30, &part);
        put_message(&computation, 2, &in);
    }
    put_message(&module, 3, &computation);
    struct reading r = read_within(&module, &nkb_hlo_default_limits);
    assert_int_equal(r.code, 0);
    for (unsigned i = 0; i < DOTS; i++) {
        const struct nkb_hlo_instruction *in = &r.hlo.computations[0].instructions[i];
        assert_int_equal(in->shape->rank, 3);
        assert_int_equal(in->shape->dims[0], i % SHAPES);
        assert_int_equal(in->shape->dims[1], 1000);
        assert_int_equal(in->shape->dims[2], 7);
        assert_int_equal(in->attrs->dot->lhs_contracting.at[0], i % 3);
        assert_int_equal(in->attrs->dot->rhs_contracting.at[0], i % 2);
        assert_int_equal(in->attrs->dot->lhs_batch.count, 1);
        assert_int_equal(in->attrs->dot->lhs_batch.at[0], i % 11);
    }
    done(&r);
}

/* What only some instructions have is not that of the one before. */
static void test_an_instruction_has_nothing_of_the_one_before(void **state)
{
    struct nkb_buf full = NKB_BUF_INIT, bare = NKB_BUF_INIT, part = NKB_BUF_INIT,
                   computation = NKB_BUF_INIT, module = NKB_BUF_INIT;

    (void)state;
    put_text(&full, 1, "a");
    put_text(&full, 2, "while");
    put_text(&part, 1, "{\"known_trip_count\":{\"n\":\"8\"}}");
    put_message(&full, 99, &part);
    put_int(&full, 14, 3);
    put_int(&full, 50, 6);
    put_metadata(&full, 7, 1);
    put_text(&bare, 1, "b");
    put_text(&bare, 2, "while");
    put_message(&computation, 2, &full);
    put_message(&computation, 2, &bare);
    put_message(&module, 3, &computation);
    struct reading r = read_within(&module, &nkb_hlo_default_limits);
    assert_int_equal(r.code, 0);
    const struct nkb_hlo_instruction *in = r.hlo.computations[0].instructions;
    assert_true(in[0].attrs->has_known_trip_count);
    assert_int_equal(in[0].attrs->known_trip_count, 8);
    assert_int_equal(in[0].attrs->feature_group_count, 6);
    assert_string_equal(in[0].op_name.ptr, "jit(f)/layer_1/dot");
    assert_null(in[1].attrs);
    assert_int_equal(in[1].op_name.len, 0);
    assert_int_equal(in[1].source, NKB_HLO_NO_SOURCE);
    done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_order_of_fields_changes_nothing),
        cmocka_unit_test(test_a_recalled_message_is_merged_with_a_second_one),
        cmocka_unit_test(test_an_instruction_has_nothing_of_the_one_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
