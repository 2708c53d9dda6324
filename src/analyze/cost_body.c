/* What each visited computation's instructions cost by themselves, and what it costs with all it
 * applies: callee first, each computation once however often it is called. */
#include "analyze/cost_parts.h"

#include "analyze/work.h"
#include "base/hash.h"

/* Own costs by what they follow from. Modules repeat few of them over and over, and instructions
 * share shapes and attributes, so that pointers tell. A fusion's follows from more than that. */
enum { KNOWN_OPERANDS = 3, KNOWN_MAX = 1024 };
struct known {
    const struct nkb_hlo_shape *shape, *operands[KNOWN_OPERANDS]; /* shape NULL: empty */
    const struct nkb_hlo_attrs *attrs;
    uint64_t opcode;
    struct nkb_cost_row row; /* no wide one */
};

struct measure {
    struct nkb_cost_order *order;
    const struct nkb_hlo *hlo;
    struct nkb_arena *scratch, *temp, *keep;
    struct known *known;
    size_t known_mask;
};

static uint64_t bits_of(const void *pointer)
{
    return (uint64_t)(uintptr_t)pointer;
}

/* Where the own cost of such an instruction is kept; NULL: it is none that is. */
static struct known *known_place(const struct measure *m, const struct nkb_hlo_computation *c,
                                 const struct nkb_hlo_instruction *in, struct known *key)
{
    if (in->operand_count > KNOWN_OPERANDS || in->opcode == NKB_HLO_FUSION)
        return NULL;
    key->shape = in->shape;
    key->attrs = in->attrs;
    key->opcode = in->opcode;
    for (uint32_t i = 0; i < KNOWN_OPERANDS; i++)
        key->operands[i] = i < in->operand_count ? c->instructions[in->operands[i]].shape : NULL;
    uint64_t hash = nkb_hash_mix(bits_of(key->shape) ^ key->opcode, bits_of(key->operands[0]));
    hash ^= (bits_of(key->operands[1]) + bits_of(key->operands[2]) + bits_of(key->attrs)) >> 4;
    return &m->known[hash & m->known_mask];
}

static bool is_same(const struct known *a, const struct known *b)
{
    return a->shape == b->shape && a->operands[0] == b->operands[0] &&
           a->operands[1] == b->operands[1] && a->operands[2] == b->operands[2] &&
           a->attrs == b->attrs && a->opcode == b->opcode;
}

/* Can it be said how often each callee is applied? Then only overflow is left to go wrong later. */
static bool has_applications(const struct nkb_cost_site *site)
{
    nkb_i128 times;
    for (uint32_t i = nkb_cost_callee_count(site->instruction); i-- > 0;)
        if (!nkb_xla_applications(site->computation, site->instruction, i, &times))
            return false;
    return true;
}

/* Fill one row. False when there is none, or no memory. */
static bool measure_instruction(struct measure *m, uint32_t computation, uint32_t at)
{
    const struct nkb_hlo_computation *c = &m->hlo->computations[computation];
    const struct nkb_hlo_instruction *in = &c->instructions[at];
    struct nkb_cost_body *body = &m->order->bodies[computation];
    struct known key, *known = known_place(m, c, in, &key);
    if (known && is_same(known, &key)) {
        body->own.at[at] = known->row;
        return true;
    }
    struct nkb_cost_site site = nkb_cost_site_of(m->hlo, m->order->bodies, computation, at);
    struct nkb_cost_own own;
    nkb_i128 bytes;
    if (!nkb_cost_sizes_find(body->sizes, in->shape, true, &bytes) ||
        !nkb_cost_of(m->hlo, m->order->bodies, &site, &own) || !has_applications(&site) ||
        !nkb_cost_rows_put(&body->own, at, &own, m->scratch))
        return false;
    if (known && !nkb_cost_row_is_wide(&body->own.at[at])) {
        *known = key;
        known->row = body->own.at[at];
    }
    return true;
}

/* Why there is no cost: the first shape without a size says it before all else. */
static const char *why_not(const struct measure *m, uint32_t computation, uint32_t at)
{
    const struct nkb_hlo_computation *c = &m->hlo->computations[computation];
    nkb_i128 bytes;
    for (uint32_t i = at; i < c->instruction_count; i++)
        if (!nkb_cost_sizes_find(m->order->sizes, c->instructions[i].shape, true, &bytes))
            return nkb_cost_complaint(m->keep, c, &c->instructions[i], "its shape has no size");
    return nkb_cost_complaint(m->keep, c, &c->instructions[at],
                              "its operands, shapes and attributes give no cost");
}

static bool add_callee(const struct nkb_cost_totals *callee, const struct nkb_cost_weights *weight,
                       struct nkb_cost_totals *sum)
{
    return nkb_cost_add(&sum->flops, callee->flops, weight->flops) &&
           nkb_cost_add(&sum->transcendentals, callee->transcendentals, weight->transcendentals) &&
           nkb_cost_add(&sum->bytes, callee->bytes, weight->bytes) &&
           nkb_cost_add(&sum->unknown_flops, callee->unknown_flops, weight->flops) &&
           nkb_cost_add(&sum->unknown_bytes, callee->unknown_bytes, weight->bytes);
}

/* Add an instruction with all it applies; false beyond 127 bits. */
static bool add_instruction(const struct measure *m, uint32_t computation, uint32_t at,
                            struct nkb_cost_totals *sum)
{
    const struct nkb_hlo_instruction *in = &m->hlo->computations[computation].instructions[at];
    const struct nkb_cost_own own = nkb_cost_rows_get(&m->order->bodies[computation].own, at);
    bool unknown = in->opcode == NKB_HLO_CUSTOM_CALL;
    sum->unknown_flops += unknown;
    sum->unknown_bytes += unknown;
    if (!nkb_i128_add(sum->flops, own.flops - unknown, &sum->flops) ||
        !nkb_i128_add(sum->transcendentals, own.transcendentals, &sum->transcendentals) ||
        !nkb_i128_add(sum->bytes, own.bytes - unknown, &sum->bytes))
        return false;
    if (nkb_cost_is_plain(in->opcode))
        return true;
    const struct nkb_cost_site site = nkb_cost_site_of(m->hlo, m->order->bodies, computation, at);
    const struct nkb_cost_choice choice = nkb_cost_choose(m->order->totals, site.instruction);
    uint32_t callees = nkb_cost_callee_count(site.instruction);
    for (uint32_t i = 0; i < callees; i++) {
        struct nkb_cost_weights weight;
        if (!nkb_cost_callee_weight(&site, &choice, i, &weight) ||
            !add_callee(&m->order->totals[site.instruction->called[i]], &weight, sum))
            return false;
    }
    return true;
}

static bool measure_body(struct measure *m, uint32_t computation)
{
    const struct nkb_hlo_computation *c = &m->hlo->computations[computation];
    struct nkb_cost_order *order = m->order;
    struct nkb_cost_body *body = &order->bodies[computation];
    struct nkb_cost_totals sum = {0};
    body->sizes = order->sizes;
    if (!nkb_cost_rows_open(&body->own, c->instruction_count, m->scratch))
        return false;
    for (uint32_t at = 0; at < c->instruction_count; at++) {
        if (!measure_instruction(m, computation, at)) {
            if (!m->scratch->failed)
                order->why = why_not(m, computation, at);
            return false;
        }
        if (!order->too_much && !add_instruction(m, computation, at, &sum))
            order->too_much =
                nkb_cost_complaint(m->keep, c, &c->instructions[at], "its cost is beyond 127 bits");
    }
    order->totals[computation] = sum;
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
    order->sizes = nkb_cost_sizes_new(scratch);
    order->totals = nkb_arena_array(scratch, hlo->computation_count, sizeof *order->totals);
    bool ok = order->sizes && order->totals && m.known;
    for (uint32_t i = 0; i < order->count && ok; i++) {
        ok = measure_body(&m, order->at[i]);
        nkb_arena_reset(&temp);
    }
    scratch->failed |= temp.failed;
    nkb_arena_free(&temp);
    return ok;
}
