/* What each visited computation's instructions cost by themselves, and what it costs with all it
 * applies: callee first, each computation once however often it is called. */
#include "analyze/cost_parts.h"

#include "base/hash.h"

/* Own costs by what they follow from. Modules repeat few of them over and over, and instructions
 * share shapes and attributes, so that pointers tell. A fusion's follows from more than that. */
enum { KNOWN_OPERANDS = 3, KNOWN_MAX = 512 };
struct known {
    const struct nkb_hlo_shape *shape, *operands[KNOWN_OPERANDS]; /* shape NULL: empty */
    const struct nkb_hlo_attrs *attrs;
    uint64_t opcode;
    struct nkb_cost_row row; /* no wide one */
};

_Static_assert(NKB_HLO_OPCODE_COUNT <= UCHAR_MAX, "an opcode fits a byte");

struct measure {
    struct nkb_cost_order *order;
    const struct nkb_hlo *hlo;
    struct nkb_arena *scratch, *temp, *keep;
    struct known *known;
    size_t known_mask;
};

static inline struct known known_key(const struct nkb_hlo_instruction *all,
                                     const struct nkb_hlo_instruction *in)
{
    struct known key = {.shape = in->shape, .attrs = in->attrs, .opcode = in->opcode};
    for (uint32_t i = 0; i < KNOWN_OPERANDS && i < in->operand_count; i++)
        key.operands[i] = all[in->operands[i]].shape;
    return key;
}

static inline size_t hash_known(const struct known *key)
{
    return (size_t)(nkb_hash_addresses(key->shape, key->operands[0], key->operands[1]) ^
                    key->opcode);
}

static inline bool is_same(const struct known *a, const struct known *b)
{
    return a->shape == b->shape && a->operands[0] == b->operands[0] &&
           a->operands[1] == b->operands[1] && a->operands[2] == b->operands[2] &&
           a->attrs == b->attrs && a->opcode == b->opcode;
}

/* Fill one row. False when there is none, or no memory. */
static inline bool measure_instruction(const struct measure *m, uint32_t computation, uint32_t at,
                                       const struct nkb_hlo_instruction *all,
                                       struct nkb_cost_row *row)
{
    const struct nkb_hlo_instruction *in = &all[at];
    if (in->operand_count > KNOWN_OPERANDS || in->opcode == NKB_HLO_FUSION)
        return nkb_cost_measure(m->order, m->hlo, computation, at, m->scratch);
    const struct known key = known_key(all, in);
    struct known *known = &m->known[hash_known(&key) & m->known_mask];
    if (is_same(known, &key)) {
        *row = known->row;
        return true;
    }
    if (!nkb_cost_measure(m->order, m->hlo, computation, at, m->scratch))
        return false;
    if (!nkb_cost_row_is_wide(row)) {
        *known = key;
        known->row = *row;
    }
    return true;
}

/* Parameters, constants and the like cost nothing at all, once their shape is found good. */
static inline bool is_free(const struct nkb_cost_sizes *sizes, const struct nkb_hlo_instruction *in)
{
    const struct nkb_cost_rule *rule = &nkb_cost_rules[in->opcode];
    return rule->flops == NO_FLOPS && rule->bytes == NO_BYTES && nkb_cost_is_plain(in->opcode) &&
           nkb_cost_has_operands(in) && nkb_cost_sizes_place(sizes, in->shape)->shape == in->shape;
}

/* Why there is no cost: the first shape without a size says it before all else. */
static const char *why_not(const struct measure *m, uint32_t computation, uint32_t at)
{
    const struct nkb_hlo_computation *c = &m->hlo->computations[computation];
    for (uint32_t i = at; i < c->instruction_count; i++)
        if (!nkb_cost_sizes_of(&m->order->sizes, c->instructions[i].shape))
            return nkb_cost_complaint(m->keep, c, &c->instructions[i], "its shape has no size");
    return nkb_cost_complaint(m->keep, c, &c->instructions[at],
                              "its operands, shapes and attributes give no cost");
}

static inline bool add_row(const struct nkb_cost_row *row, struct nkb_cost_totals *sum)
{
    return nkb_i128_add(sum->flops, row->flops, &sum->flops) &&
           nkb_i128_add(sum->transcendentals, row->transcendentals, &sum->transcendentals) &&
           nkb_i128_add(sum->bytes, row->bytes, &sum->bytes);
}

/* Own costs, and their sum with all that is applied. */
static bool measure_rows(const struct measure *m, uint32_t computation,
                         const struct nkb_cost_body *body, struct nkb_cost_totals *total)
{
    const struct nkb_hlo_computation *c = &m->hlo->computations[computation];
    const struct nkb_hlo_instruction *all = c->instructions;
    struct nkb_cost_order *order = m->order;
    const struct nkb_cost_sizes sizes = order->sizes;
    struct nkb_cost_row *row = body->own.at;
    unsigned char *opcode = body->opcodes;
    struct nkb_cost_totals sum = {0};
    for (uint32_t at = 0, count = c->instruction_count; at < count; at++, row++) {
        const struct nkb_hlo_instruction *in = &all[at];
        *opcode++ = (unsigned char)in->opcode;
        if (is_free(&sizes, in)) {
            *row = (struct nkb_cost_row){0, 0, 0};
            continue;
        }
        if (!measure_instruction(m, computation, at, all, row)) {
            if (!m->scratch->failed)
                order->why = why_not(m, computation, at);
            return false;
        }
        if (order->too_much)
            continue;
        bool alone = nkb_cost_is_plain(in->opcode) && !nkb_cost_row_is_wide(row);
        if (!(alone ? add_row(row, &sum)
                    : nkb_cost_add_instruction(order, m->hlo, computation, at, &sum)))
            order->too_much = nkb_cost_complaint(m->keep, c, in, "its cost is beyond 127 bits");
    }
    *total = sum;
    return true;
}

static bool measure_body(const struct measure *m, uint32_t computation)
{
    const struct nkb_hlo_computation *c = &m->hlo->computations[computation];
    struct nkb_cost_order *order = m->order;
    struct nkb_cost_body *body = &order->bodies[computation];
    body->sizes = &order->sizes;
    body->opcodes = nkb_arena_take(m->scratch, c->instruction_count);
    if (!body->opcodes || !nkb_cost_rows_open(&body->own, c->instruction_count, m->scratch) ||
        !measure_rows(m, computation, body, &order->totals[computation]))
        return false;
    if (!body->fused || nkb_cost_fuse(m->hlo, order->bodies, computation, m->scratch, m->temp))
        return true;
    if (!m->scratch->failed && !m->temp->failed)
        order->why = nkb_cost_complaint(m->keep, c, NULL, "is no well-formed fusion");
    return false;
}

bool nkb_cost_order_measure(struct nkb_cost_order *order, const struct nkb_hlo *hlo,
                            struct nkb_arena *scratch, struct nkb_arena *keep)
{
    struct nkb_arena temp = nkb_arena_beside(scratch);
    struct measure m = {order, hlo, scratch, &temp, keep, NULL, 0};
    size_t places = 1;
    while (places < KNOWN_MAX && places < hlo->instruction_count)
        places *= 2;
    m.known = nkb_arena_array(scratch, places, sizeof *m.known);
    m.known_mask = places - 1;
    order->totals = nkb_arena_array(scratch, hlo->computation_count, sizeof *order->totals);
    bool ok = nkb_cost_sizes_open(&order->sizes, hlo->instruction_count, scratch) &&
              order->totals && m.known;
    for (uint32_t i = 0; i < order->count && ok; i++) {
        ok = measure_body(&m, order->at[i]);
        nkb_arena_reset(&temp);
    }
    scratch->failed |= temp.failed;
    nkb_arena_free(&temp);
    return ok;
}
