/* The loop's state is the value carried from one iteration to the next; a counter is a slot of it,
 * named by a path of tuple indices. A counter that starts at a constant, is changed by a constant
 * in the body and compared with a constant in the condition has an exact trip count: facts 2, "Trip
 * counts", XLA's MatchTrivialLoopTripCount, with steps other than 1 done right. A slot the body
 * hands on unchanged is the constant it started with. An answer is given only if no value on the
 * way wraps. */
#include "analyze/tripcount.h"

#include "analyze/trace.h"

/* Additions and subtractions of constants followed from one value, negations of a condition. */
enum { MAX_TERMS = 8 };

struct loop {
    struct nkb_tracer body, condition, outside;
    uint32_t body_root, condition_root, init;
};

/* What the integer types met on the way can hold, all of them. */
struct range {
    nkb_i128 low, high;
    bool empty;
};

static void narrow(struct range *range, int32_t element_type)
{
    int bits;
    char sign = nkb_integer_type(element_type, &bits);
    nkb_i128 one = 1;
    if (sign == '\0') {
        range->empty = true;
        return;
    }
    nkb_i128 low = sign == 's' ? -(one << (bits - 1)) : 0;
    nkb_i128 high = sign == 's' ? (one << (bits - 1)) - 1 : (one << bits) - 1;
    range->low = low > range->low ? low : range->low;
    range->high = high < range->high ? high : range->high;
}

static bool in_range(const struct range *range, nkb_i128 v)
{
    return !range->empty && v >= range->low && v <= range->high;
}

/* The constant a value is in every iteration: itself one, or a slot that starts as one and that the
 * body hands on unchanged. */
static bool constant_of(struct loop *loop, const struct nkb_origin *origin, int64_t *value)
{
    struct nkb_origin from = *origin;
    if (from.kind == NKB_ORIGIN_STATE) {
        int frame_count = loop->body.frame_count; /* nothing found below keeps a frame */
        struct nkb_origin next =
            nkb_trace(&loop->body, (struct nkb_trace_place){0, loop->body_root, from.path});
        loop->body.frame_count = frame_count;
        if (next.kind != NKB_ORIGIN_STATE || !nkb_trace_path_equal(&next.path, &from.path))
            return false;
        from = nkb_trace(&loop->outside, (struct nkb_trace_place){0, loop->init, from.path});
    }
    *value = from.value;
    return from.kind == NKB_ORIGIN_CONSTANT;
}

/* A value as slot + offset, or as a constant. */
struct linear {
    bool is_constant;
    struct nkb_trace_path slot;
    int64_t offset; /* the constant's value */
};

static bool operand_constant(struct loop *loop, struct nkb_tracer *tracer,
                             const struct nkb_origin *sum, uint32_t operand, int64_t *value)
{
    struct nkb_trace_place place = {sum->frame, sum->in->operands[operand], {0}};
    int frame_count = tracer->frame_count;
    struct nkb_origin origin = nkb_trace(tracer, place);
    tracer->frame_count = frame_count;
    return constant_of(loop, &origin, value);
}

static bool linear_of(struct loop *loop, struct nkb_tracer *tracer, struct nkb_trace_place place,
                      struct range *range, struct linear *out)
{
    int64_t sum = 0, term;
    for (int terms = 0; terms < MAX_TERMS; terms++) {
        struct nkb_origin origin = nkb_trace(tracer, place);
        bool is_constant = constant_of(loop, &origin, &term);
        if (is_constant || origin.kind == NKB_ORIGIN_STATE) {
            *out = (struct linear){is_constant, origin.path, sum};
            return !is_constant || nkb_i64_add(sum, term, &out->offset);
        }
        if (origin.kind != NKB_ORIGIN_RESULT || origin.in->operand_count != 2)
            return false;
        uint32_t other = 0;
        if (origin.in->opcode == NKB_HLO_ADD) {
            if (!operand_constant(loop, tracer, &origin, 1, &term)) {
                if (!operand_constant(loop, tracer, &origin, 0, &term))
                    return false;
                other = 1;
            }
        } else if (origin.in->opcode == NKB_HLO_SUBTRACT) {
            if (!operand_constant(loop, tracer, &origin, 1, &term) || !nkb_i64_mul(term, -1, &term))
                return false;
        } else {
            return false;
        }
        if (!nkb_i64_add(sum, term, &sum))
            return false;
        narrow(range, origin.in->shape.element_type);
        place = (struct nkb_trace_place){origin.frame, origin.in->operands[other], {0}};
    }
    return false;
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

/* The comparison a loop's condition comes down to. */
static bool find_comparison(struct loop *loop, struct nkb_origin *compare,
                            enum nkb_hlo_direction *direction)
{
    struct nkb_trace_place place = {0, loop->condition_root, {0}};
    bool negated = false;
    for (int terms = 0; terms < MAX_TERMS; terms++) {
        *compare = nkb_trace(&loop->condition, place);
        const struct nkb_hlo_instruction *in = compare->in;
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

    nkb_i128 far = (nkb_i128)1 << 100;
    struct range range = {-far, far, false};
    struct linear counter, bound;
    const uint32_t *operands = compare.in->operands;
    const struct nkb_hlo_computation *where = loop->condition.frames[compare.frame].computation;
    if (operands[0] < where->instruction_count)
        narrow(&range, where->instructions[operands[0]].shape.element_type);
    if (range.empty)
        return "its condition compares no integers";
    if (!linear_of(loop, &loop->condition,
                   (struct nkb_trace_place){compare.frame, operands[0], {0}}, &range, &counter) ||
        !linear_of(loop, &loop->condition,
                   (struct nkb_trace_place){compare.frame, operands[1], {0}}, &range, &bound))
        return "its condition is not on a counter and a constant";
    if (counter.is_constant) {
        struct linear swapped = counter;
        counter = bound;
        bound = swapped;
        direction = mirror(direction);
    }
    if (!bound.is_constant)
        return "its bound is not constant";

    nkb_i128 start = counter.offset;
    if (!counter.is_constant) {
        struct nkb_origin init =
            nkb_trace(&loop->outside, (struct nkb_trace_place){0, loop->init, counter.slot});
        if (init.kind != NKB_ORIGIN_CONSTANT)
            return "its counter does not start at a constant";
        start += init.value;
        if (!in_range(&range, init.value))
            return "its counter wraps around";
    }
    if (!in_range(&range, start) || !in_range(&range, bound.offset))
        return "its counter wraps around";
    if (!holds(start, direction, bound.offset)) {
        *count = 0;
        return NULL;
    }
    if (counter.is_constant)
        return "its condition never changes";

    struct linear next;
    if (!linear_of(loop, &loop->body, (struct nkb_trace_place){0, loop->body_root, counter.slot},
                   &range, &next) ||
        next.is_constant || !nkb_trace_path_equal(&next.slot, &counter.slot))
        return "its counter does not change by a constant";
    nkb_i128 step = next.offset;
    if (range.low == 0 && step > range.high / 2) /* adding 2^n - 1 to an unsigned is a step of -1 */
        step -= range.high + 1;
    nkb_i128 trips;
    if (!count_steps(start, step, direction, bound.offset, &trips))
        return "its counter does not run to its bound";
    nkb_i128 last = start + trips * step;
    if (!in_range(&range, last) || !in_range(&range, last - counter.offset))
        return "its counter wraps around";
    return nkb_i128_fits(trips, count) ? NULL : "it runs 2^63 times or more";
}

struct nkb_trip nkb_trip_find(const struct nkb_hlo *hlo,
                              const struct nkb_hlo_computation *computation,
                              const struct nkb_hlo_instruction *in)
{
    struct nkb_trip trip = {.how = NKB_TRIP_UNKNOWN, .count = 1, .why = NULL};
    struct loop loop;
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
