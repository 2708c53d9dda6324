/* The loop's state is the value carried from one iteration to the next; a counter is a slot of it,
 * named by a path of tuple indices. A counter that starts at a constant, is changed by a constant
 * in the body and compared with a constant in the condition has an exact trip count: facts 2, "Trip
 * counts", XLA's MatchTrivialLoopTripCount, with steps other than 1 done right. A constant may be
 * arithmetic on constants, and a slot the body hands on unchanged is what it started with. An
 * answer is given only if no value on the way wraps in one iteration and not in another. */
#include "analyze/tripcount.h"

#include "analyze/fold.h"

/* Additions and subtractions of constants followed from one value, negations of a condition. */
enum { MAX_TERMS = 7 };

struct loop {
    struct nkb_tracer body, condition, outside;
    uint32_t body_root, condition_root, init;
    int budget; /* of folding */
};

/* The constant a slot starts as, from outside of the loop. */
static bool start_of(struct loop *loop, const struct nkb_trace_path *slot, nkb_i128 *value)
{
    struct nkb_fold fold = {NULL, NULL, &loop->budget};
    struct nkb_origin init =
        nkb_trace(&loop->outside, (struct nkb_trace_place){0, loop->init, *slot});
    bool had = nkb_fold_origin(&fold, &loop->outside, &init, value);
    loop->outside.frame_count = 1;
    return had;
}

/* What a slot is in every iteration: the body hands it on as it started. */
static bool lasting_value(void *context, const struct nkb_trace_path *slot, nkb_i128 *value)
{
    struct loop *loop = context;
    int frame_count = loop->body.frame_count; /* nothing found below keeps a frame */
    struct nkb_origin next =
        nkb_trace(&loop->body, (struct nkb_trace_place){0, loop->body_root, *slot});
    loop->body.frame_count = frame_count;
    return next.kind == NKB_ORIGIN_STATE && nkb_trace_path_equal(&next.path, slot) &&
           start_of(loop, slot, value);
}

/* The constant a value is in every iteration. */
static bool constant_of(struct loop *loop, struct nkb_tracer *tracer,
                        const struct nkb_origin *origin, nkb_i128 *value)
{
    struct nkb_fold fold = {lasting_value, loop, &loop->budget};
    return nkb_fold_origin(&fold, tracer, origin, value);
}

/* What a sum adds to one of its operands, and what its type can hold. A narrowing adds nothing;
 * what becomes of a value that its type cannot hold is left to the implementation. */
struct term {
    nkb_i128 addend;
    struct nkb_range range;
    bool narrows;
};

/* A value as a slot, or as a constant, and the terms added to it. */
struct linear {
    bool is_constant;
    struct nkb_trace_path slot;
    nkb_i128 constant;
    int term_count;
    struct term terms[MAX_TERMS]; /* the outermost first */
};

/* A linear's value where its slot has a certain one, and how often each of its sums wraps there.
 * Between two slots where all wrap equally often the value runs straight. */
struct point {
    nkb_i128 value;
    nkb_i128 wraps[MAX_TERMS];
    bool lost; /* narrowed to a type that cannot hold it */
};

static struct point point_at(const struct linear *linear, nkb_i128 slot)
{
    struct point point = {.value = slot};
    for (int i = linear->term_count; i-- > 0;) {
        const struct nkb_range *range = &linear->terms[i].range;
        nkb_i128 size = range->high - range->low + 1;
        nkb_i128 above = point.value + linear->terms[i].addend - range->low;
        point.wraps[i] = above >= 0 ? above / size : -((size - 1 - above) / size);
        point.value = above - point.wraps[i] * size + range->low;
        point.lost |= linear->terms[i].narrows && point.wraps[i] != 0;
    }
    return point;
}

static bool straight(const struct linear *linear, nkb_i128 slot, nkb_i128 other_slot)
{
    struct point a = point_at(linear, slot), b = point_at(linear, other_slot);
    for (int i = 0; i < linear->term_count; i++)
        if (a.wraps[i] != b.wraps[i])
            return false;
    return !a.lost && !b.lost;
}

static bool operand_constant(struct loop *loop, struct nkb_tracer *tracer,
                             const struct nkb_origin *sum, uint32_t operand, nkb_i128 *value)
{
    struct nkb_trace_place place = {sum->frame, sum->in->operands[operand], {0}};
    int frame_count = tracer->frame_count;
    struct nkb_origin origin = nkb_trace(tracer, place);
    bool had = constant_of(loop, tracer, &origin, value);
    tracer->frame_count = frame_count;
    return had;
}

/* Is it an integer made one of another type, which may not hold all of its values? */
static bool is_narrowing(const struct nkb_tracer *tracer, const struct nkb_origin *origin)
{
    const struct nkb_hlo_computation *where = tracer->frames[origin->frame].computation;
    struct nkb_range range;
    return origin->in->opcode == NKB_HLO_CONVERT && origin->in->operand_count == 1 &&
           origin->in->operands[0] < where->instruction_count &&
           nkb_range_of_type(where->instructions[origin->in->operands[0]].shape->element_type,
                             &range);
}

/* False unless the origin adds a constant to its `other` operand, or subtracts one from it; to
 * narrow it adds nothing. */
static bool term_of(struct loop *loop, struct nkb_tracer *tracer, const struct nkb_origin *sum,
                    struct term *term, uint32_t *other)
{
    if (sum->kind != NKB_ORIGIN_RESULT ||
        !nkb_range_of_type(sum->in->shape->element_type, &term->range))
        return false;
    *other = 0;
    term->addend = 0;
    term->narrows = is_narrowing(tracer, sum);
    if (sum->in->operand_count != 2)
        return term->narrows;
    if (sum->in->opcode == NKB_HLO_SUBTRACT) {
        bool had = operand_constant(loop, tracer, sum, 1, &term->addend);
        term->addend = had ? -term->addend : 0;
        return had;
    }
    if (sum->in->opcode != NKB_HLO_ADD)
        return false;
    if (operand_constant(loop, tracer, sum, 1, &term->addend))
        return true;
    *other = 1;
    return operand_constant(loop, tracer, sum, 0, &term->addend);
}

static bool linear_of(struct loop *loop, struct nkb_tracer *tracer, struct nkb_trace_place place,
                      struct linear *out)
{
    for (out->term_count = 0;; out->term_count++) {
        struct nkb_origin origin = nkb_trace(tracer, place);
        uint32_t other;
        out->is_constant = constant_of(loop, tracer, &origin, &out->constant);
        if (out->is_constant || origin.kind == NKB_ORIGIN_STATE) {
            out->slot = origin.path;
            return true;
        }
        if (out->term_count == MAX_TERMS ||
            !term_of(loop, tracer, &origin, &out->terms[out->term_count], &other))
            return false;
        place = (struct nkb_trace_place){origin.frame, origin.in->operands[other], {0}};
    }
}

static enum nkb_hlo_direction negate(enum nkb_hlo_direction direction)
{
    static const enum nkb_hlo_direction opposite[] = {
        [NKB_CMP_NONE] = NKB_CMP_NONE, [NKB_CMP_EQ] = NKB_CMP_NE, [NKB_CMP_NE] = NKB_CMP_EQ,
        [NKB_CMP_GE] = NKB_CMP_LT,     [NKB_CMP_GT] = NKB_CMP_LE, [NKB_CMP_LE] = NKB_CMP_GT,
        [NKB_CMP_LT] = NKB_CMP_GE,
    };
    return opposite[direction];
}

static enum nkb_hlo_direction mirror(enum nkb_hlo_direction direction)
{
    static const enum nkb_hlo_direction mirrored[] = {
        [NKB_CMP_NONE] = NKB_CMP_NONE, [NKB_CMP_EQ] = NKB_CMP_EQ, [NKB_CMP_NE] = NKB_CMP_NE,
        [NKB_CMP_GE] = NKB_CMP_LE,     [NKB_CMP_GT] = NKB_CMP_LT, [NKB_CMP_LE] = NKB_CMP_GE,
        [NKB_CMP_LT] = NKB_CMP_GT,
    };
    return mirrored[direction];
}

static bool holds(nkb_i128 a, enum nkb_hlo_direction direction, nkb_i128 b)
{
    switch (direction) {
    case NKB_CMP_EQ:
        return a == b;
    case NKB_CMP_NE:
        return a != b;
    case NKB_CMP_GE:
        return a >= b;
    case NKB_CMP_GT:
        return a > b;
    case NKB_CMP_LE:
        return a <= b;
    case NKB_CMP_LT:
        return a < b;
    case NKB_CMP_NONE:
        break;
    }
    return false;
}

/* Steps from `start`, where the comparison holds, to the first value where it does not. False when
 * the step leads away from the bound or over it. */
static bool count_steps(nkb_i128 start, nkb_i128 step, enum nkb_hlo_direction direction,
                        nkb_i128 bound, nkb_i128 *trips)
{
    nkb_i128 distance = bound - start;
    if (step == 0)
        return false;
    if (direction == NKB_CMP_EQ) {
        *trips = 1;
        return true;
    }
    if (direction == NKB_CMP_NE) {
        *trips = distance / step;
        return distance % step == 0 && *trips > 0;
    }
    if ((direction == NKB_CMP_LT || direction == NKB_CMP_LE) != (step > 0))
        return false;
    if (step < 0) {
        step = -step;
        distance = -distance;
    }
    /* i < bound: ceil(distance / step); i <= bound: floor(distance / step) + 1 */
    bool strict = direction == NKB_CMP_LT || direction == NKB_CMP_GT;
    *trips = strict ? (distance + step - 1) / step : distance / step + 1;
    return true;
}

/* The comparison a loop's condition comes down to, or the constant it is: *compare says which. */
static bool find_comparison(struct loop *loop, struct nkb_origin *compare,
                            enum nkb_hlo_direction *direction)
{
    struct nkb_trace_place place = {0, loop->condition_root, {0}};
    bool negated = false;
    for (int negations = 0; negations <= MAX_TERMS; negations++) {
        *compare = nkb_trace(&loop->condition, place);
        const struct nkb_hlo_instruction *in = compare->in;
        if (compare->kind == NKB_ORIGIN_CONSTANT) {
            compare->value = (compare->value != 0) != negated;
            return true;
        }
        if (compare->kind != NKB_ORIGIN_RESULT || in->operand_count == 0)
            return false;
        if (in->opcode == NKB_HLO_COMPARE && in->operand_count == 2) {
            *direction = in->attrs ? in->attrs->direction : NKB_CMP_NONE;
            if (negated)
                *direction = negate(*direction);
            return *direction != NKB_CMP_NONE;
        }
        if (in->opcode != NKB_HLO_NOT)
            return false;
        negated = !negated;
        place = (struct nkb_trace_place){compare->frame, in->operands[0], {0}};
    }
    return false;
}

/* NULL and *count, or why there is none. */
static const char *infer(struct loop *loop, int64_t *count)
{
    struct nkb_origin compare;
    enum nkb_hlo_direction direction;
    if (!find_comparison(loop, &compare, &direction))
        return "its condition is no comparison";

    if (compare.kind == NKB_ORIGIN_CONSTANT) {
        *count = 0;
        return compare.value ? "its condition never changes" : NULL;
    }
    struct nkb_range compared;
    struct linear counter, bound;
    const uint32_t *operands = compare.in->operands;
    const struct nkb_hlo_computation *where = loop->condition.frames[compare.frame].computation;
    if (operands[0] >= where->instruction_count ||
        !nkb_range_of_type(where->instructions[operands[0]].shape->element_type, &compared))
        return "its condition compares no integers";
    if (!linear_of(loop, &loop->condition,
                   (struct nkb_trace_place){compare.frame, operands[0], {0}}, &counter) ||
        !linear_of(loop, &loop->condition,
                   (struct nkb_trace_place){compare.frame, operands[1], {0}}, &bound))
        return "its condition is not on a counter and a constant";
    if (counter.is_constant) {
        struct linear swapped = counter;
        counter = bound;
        bound = swapped;
        direction = mirror(direction);
    }
    if (!bound.is_constant)
        return "its bound is not constant";

    nkb_i128 slot = counter.is_constant ? counter.constant : 0;
    if (!counter.is_constant && !start_of(loop, &counter.slot, &slot))
        return "its counter does not start at a constant";
    const struct point first = point_at(&counter, slot),
                       bounding = point_at(&bound, bound.constant);
    nkb_i128 start = first.value, end = bounding.value;
    if (first.lost || bounding.lost || !nkb_range_holds(&compared, start) ||
        !nkb_range_holds(&compared, end))
        return "its counter wraps around";
    if (!holds(start, direction, end)) {
        *count = 0;
        return NULL;
    }
    if (counter.is_constant)
        return "its condition never changes";

    struct linear next;
    if (!linear_of(loop, &loop->body, (struct nkb_trace_place){0, loop->body_root, counter.slot},
                   &next) ||
        next.is_constant || !nkb_trace_path_equal(&next.slot, &counter.slot))
        return "its counter does not change by a constant";
    nkb_i128 trips, step = point_at(&next, slot).value - slot;
    if (!count_steps(start, step, direction, end, &trips))
        return "its counter does not run to its bound";
    nkb_i128 last = slot + trips * step; /* which the body no longer sees */
    if (!straight(&counter, slot, last) || !straight(&next, slot, last - step) ||
        !nkb_range_holds(&compared, start + trips * step))
        return "its counter wraps around";
    return nkb_i128_fits(trips, count) ? NULL : "it runs 2^63 times or more";
}

struct nkb_trip nkb_trip_find(const struct nkb_hlo *hlo,
                              const struct nkb_hlo_computation *computation,
                              const struct nkb_hlo_instruction *in)
{
    struct nkb_trip trip = {.how = NKB_TRIP_UNKNOWN, .count = 1, .why = NULL};
    struct loop loop = {.budget = NKB_FOLD_MAX_INSTRUCTIONS};
    int64_t inferred = 0;

    if (in->called_count < 2 || in->operand_count == 0 || in->called[0] >= hlo->computation_count ||
        in->called[1] >= hlo->computation_count) {
        trip.why = "it lacks a body, a condition or a start";
    } else {
        const struct nkb_hlo_computation *body = &hlo->computations[in->called[0]],
                                         *condition = &hlo->computations[in->called[1]];
        nkb_trace_start(&loop.body, hlo, body);
        nkb_trace_start(&loop.condition, hlo, condition);
        nkb_trace_start(&loop.outside, hlo, computation);
        loop.body_root = body->root;
        loop.condition_root = condition->root;
        loop.init = in->operands[0];
        trip.why = infer(&loop, &inferred);
    }
    bool known = trip.why == NULL;
    if (in->attrs && in->attrs->has_known_trip_count) {
        trip.how = NKB_TRIP_ANNOTATED;
        trip.count = in->attrs->known_trip_count;
        trip.contradicted = known && inferred != trip.count;
        trip.inferred = inferred;
        trip.why = NULL;
    } else if (known) {
        trip.how = NKB_TRIP_INFERRED;
        trip.count = inferred;
    }
    return trip;
}
