/* A counted loop built in memory, and what its trip count must be. */
#ifndef TESTS_UNIT_LOOP_MAKE_H
#define TESTS_UNIT_LOOP_MAKE_H

#include "hlo_make.h"
#include "tsv.h"

#include "analyze/tripcount.h"

/* while (state.0 <direction> bound) state.0 += step, in a tuple with the bound as element 1. */
struct spec {
    int64_t init, bound, step;
    enum nkb_hlo_direction direction;
    int32_t type;
    bool constant_first, subtract, step_first;
};

struct built {
    struct make m;
    uint32_t body, condition, entry, loop;
};

static inline void build(struct built *b, struct spec spec)
{
    struct make *m = &b->m;
    struct nkb_hlo_shape scalar = make_scalar(spec.type ? spec.type : MAKE_S32);
    *m = MAKE_INIT;

    b->body = make_computation(m, "body");
    uint32_t p = make_parameter(m, b->body, 0, MAKE_TUPLE);
    uint32_t i = make_element(m, b->body, scalar, p, 0);
    uint32_t n = make_element(m, b->body, scalar, p, 1);
    uint32_t step = make_constant(m, b->body, scalar.element_type, spec.step);
    uint32_t next = make_add(m, b->body, spec.subtract ? NKB_HLO_SUBTRACT : NKB_HLO_ADD, scalar, 2,
                             spec.step_first ? step : i, spec.step_first ? i : step);
    make_add(m, b->body, NKB_HLO_TUPLE, MAKE_TUPLE, 2, next, n);

    b->condition = make_computation(m, "condition");
    p = make_parameter(m, b->condition, 0, MAKE_TUPLE);
    i = make_element(m, b->condition, scalar, p, 0);
    uint32_t bound = make_constant(m, b->condition, scalar.element_type, spec.bound);
    make_compare(m, b->condition, spec.constant_first ? bound : i, spec.constant_first ? i : bound,
                 spec.direction);

    b->entry = make_computation(m, "entry");
    uint32_t init = make_constant(m, b->entry, scalar.element_type, spec.init);
    n = make_constant(m, b->entry, scalar.element_type, spec.bound);
    uint32_t state = make_add(m, b->entry, NKB_HLO_TUPLE, MAKE_TUPLE, 2, init, n);
    b->loop = make_add(m, b->entry, NKB_HLO_WHILE, MAKE_TUPLE, 1, state);
    make_calls(m, b->entry, b->loop, 2, b->body, b->condition);
}

static inline struct nkb_trip find(const struct built *b)
{
    const struct nkb_hlo *hlo = &b->m.hlo;
    return nkb_trip_find(hlo, &hlo->computations[b->entry],
                         &hlo->computations[b->entry].instructions[b->loop]);
}

static inline void expect(struct spec spec, int64_t trips)
{
    struct built b;
    build(&b, spec);
    struct nkb_trip trip = find(&b);
    if (trip.how != NKB_TRIP_INFERRED)
        fail_msg("unknown: %s", trip.why);
    assert_int_equal(trip.count, trips);
    assert_null(trip.why);
    nkb_arena_free(&b.m.arena);
}

static inline void expect_built(struct built *b, int64_t trips)
{
    struct nkb_trip trip = find(b);
    if (trip.how != NKB_TRIP_INFERRED)
        fail_msg("unknown: %s", trip.why);
    assert_int_equal(trip.count, trips);
    nkb_arena_free(&b->m.arena);
}

static inline void expect_unknown_built(struct built *b, const char *why)
{
    struct nkb_trip trip = find(b);
    assert_int_equal(trip.how, NKB_TRIP_UNKNOWN);
    assert_int_equal(trip.count, 1);
    assert_string_equal(trip.why, why);
    nkb_arena_free(&b->m.arena);
}

static inline void expect_unknown(struct spec spec, const char *why)
{
    struct built b;
    build(&b, spec);
    expect_unknown_built(&b, why);
}

/* for (i = 0; i < 10; i++) */
static const struct spec ten = {0, 10, 1, NKB_CMP_LT, 0, 0, 0, 0};

#endif
