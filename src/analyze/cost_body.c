/* What each visited computation's instructions cost by themselves, and what it costs with all it
 * applies: callee first, each computation once however often it is called. */
#include "analyze/cost_parts.h"

#include <string.h>

#include "base/hash.h"

/* Own costs by what they follow from. Modules repeat few of them over and over, and instructions
 * share shapes and attributes, so that pointers tell. A fusion's follows from more than that. */
enum { KNOWN_OPERANDS = 3, KNOWN_MAX = 512 };
struct known {
    const struct nkb_hlo_shape *shape, *operands[KNOWN_OPERANDS]; /* shape NULL: empty */
    const struct nkb_hlo_attrs *attrs;
    uint32_t opcode, row; /* no wide one */
};

_Static_assert(NKB_HLO_OPCODE_COUNT <= UCHAR_MAX, "an opcode fits a byte");

/* The tallies of the computation at hand, and who stands apart from them. */
struct tallying {
    struct nkb_cost_tally of[NKB_HLO_OPCODE_COUNT + 1];
    unsigned char met[NKB_HLO_OPCODE_COUNT + 1];
    uint32_t met_count, apart_count, apart_room;
    uint32_t *apart;
};

struct measure {
    struct nkb_cost_order *order;
    const struct nkb_hlo *hlo;
    struct nkb_arena *scratch, *temp, *keep;
    struct known *known;
    size_t known_mask;
    struct tallying *tallying;
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
                                       const struct nkb_hlo_instruction *all, uint32_t *row)
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
    if (!nkb_cost_row_is_wide(&m->order->table.at[*row])) {
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

static inline struct nkb_cost_tally *tally_of(struct tallying *t, enum nkb_hlo_opcode opcode)
{
    struct nkb_cost_tally *tally = &t->of[opcode];
    if (tally->count++ == 0)
        t->met[t->met_count++] = (unsigned char)opcode;
    return tally;
}

/* False, and the tally as it was, when one of its sums would not fit. */
static inline bool tally_row(struct nkb_cost_tally *tally, const struct nkb_cost_row *row)
{
    int64_t flops, transcendentals, bytes;
    if (__builtin_add_overflow(tally->flops, row->flops, &flops) ||
        __builtin_add_overflow(tally->transcendentals, row->transcendentals, &transcendentals) ||
        __builtin_add_overflow(tally->bytes, row->bytes, &bytes))
        return false;
    tally->flops = flops;
    tally->transcendentals = transcendentals;
    tally->bytes = bytes;
    return true;
}

static bool put_apart(struct tallying *t, uint32_t at, struct nkb_arena *scratch)
{
    if (t->apart_count == t->apart_room) {
        uint32_t room = t->apart_room < UINT32_MAX / 2 ? t->apart_room * 2 + 64 : UINT32_MAX;
        uint32_t *grown = nkb_arena_grow(scratch, t->apart, t->apart_count, room, sizeof *grown);
        if (!grown)
            return false;
        t->apart = grown;
        t->apart_room = room;
    }
    t->apart[t->apart_count++] = at;
    return true;
}

/* Hand over what has been tallied, and begin anew. False: out of memory. */
static bool close_tallies(struct tallying *t, struct nkb_cost_body *body, struct nkb_arena *scratch)
{
    body->tallies = nkb_arena_array(scratch, t->met_count, sizeof *body->tallies);
    body->apart = nkb_arena_array(scratch, t->apart_count, sizeof *body->apart);
    if (!body->tallies || !body->apart)
        return false;
    for (uint32_t i = 0; i < t->met_count; i++) {
        struct nkb_cost_tally *tally = &t->of[t->met[i]];
        tally->opcode = t->met[i];
        body->tallies[i] = *tally;
        *tally = (struct nkb_cost_tally){0};
    }
    if (t->apart_count > 0)
        memcpy(body->apart, t->apart, t->apart_count * sizeof *body->apart);
    body->tally_count = t->met_count;
    body->apart_count = t->apart_count;
    t->met_count = t->apart_count = 0;
    return true;
}

static inline bool add_figures(int64_t flops, int64_t transcendentals, int64_t bytes,
                               struct nkb_cost_totals *sum)
{
    return nkb_i128_add(sum->flops, flops, &sum->flops) &&
           nkb_i128_add(sum->transcendentals, transcendentals, &sum->transcendentals) &&
           nkb_i128_add(sum->bytes, bytes, &sum->bytes);
}

/* Where the sum of the instructions, one after the other, first leaves 127 bits. */
static const struct nkb_hlo_instruction *find_too_much(const struct measure *m,
                                                       uint32_t computation)
{
    const struct nkb_hlo_computation *c = &m->hlo->computations[computation];
    struct nkb_cost_totals sum = {0};
    uint32_t at = 0;
    while (at + 1 < c->instruction_count &&
           nkb_cost_add_instruction(m->order, m->hlo, computation, at, &sum))
        at++;
    return &c->instructions[at];
}

/* The sum of its instructions with all they apply. */
static void add_up(const struct measure *m, uint32_t computation, struct nkb_cost_totals *total)
{
    const struct nkb_hlo_computation *c = &m->hlo->computations[computation];
    const struct nkb_cost_body *body = &m->order->bodies[computation];
    struct nkb_cost_totals sum = {0};
    bool fits = true;
    for (uint32_t i = 0; i < body->apart_count && fits; i++)
        fits = nkb_cost_add_instruction(m->order, m->hlo, computation, body->apart[i], &sum);
    for (uint32_t i = 0; i < body->tally_count && fits; i++) {
        const struct nkb_cost_tally *tally = &body->tallies[i];
        fits = add_figures(tally->flops, tally->transcendentals, tally->bytes, &sum);
    }
    if (fits)
        *total = sum;
    else
        m->order->too_much = nkb_cost_complaint(m->keep, c, find_too_much(m, computation),
                                                "its cost is beyond 127 bits");
}

/* Own costs, by instruction and together. */
static bool measure_rows(const struct measure *m, uint32_t computation,
                         const struct nkb_cost_body *body)
{
    const struct nkb_hlo_computation *c = &m->hlo->computations[computation];
    const struct nkb_hlo_instruction *all = c->instructions;
    struct tallying *tallying = m->tallying;
    const struct nkb_cost_sizes sizes = m->order->sizes;
    uint32_t *row = body->own.at;
    for (uint32_t at = 0, count = c->instruction_count; at < count; at++, row++) {
        const struct nkb_hlo_instruction *in = &all[at];
        nkb_hlo_ask_ahead(m->hlo, in);
        struct nkb_cost_tally *tally = tally_of(tallying, in->opcode);
        if (is_free(&sizes, in)) {
            *row = 0;
            continue;
        }
        if (!measure_instruction(m, computation, at, all, row)) {
            if (!m->scratch->failed)
                m->order->why = why_not(m, computation, at);
            return false;
        }
        const struct nkb_cost_row *own = &m->order->table.at[*row];
        bool alone = nkb_cost_is_plain(in->opcode) && in->opcode != NKB_HLO_RAGGED_DOT &&
                     !nkb_cost_row_is_wide(own);
        if (!(alone && tally_row(tally, own)) && !put_apart(tallying, at, m->scratch))
            return false;
    }
    return true;
}

static bool measure_body(const struct measure *m, uint32_t computation)
{
    const struct nkb_hlo_computation *c = &m->hlo->computations[computation];
    struct nkb_cost_order *order = m->order;
    struct nkb_cost_body *body = &order->bodies[computation];
    body->sizes = &order->sizes;
    if (!nkb_cost_rows_open(&body->own, c->instruction_count, m->scratch) ||
        !measure_rows(m, computation, body) || !close_tallies(m->tallying, body, m->scratch))
        return false;
    if (!order->too_much)
        add_up(m, computation, &order->totals[computation]);
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
    struct tallying tallying = {.met_count = 0};
    struct measure m = {order, hlo, scratch, &temp, keep, NULL, 0, &tallying};
    size_t places = 1;
    while (places < KNOWN_MAX && places < hlo->instruction_count)
        places *= 2;
    m.known = nkb_arena_array(scratch, places, sizeof *m.known);
    m.known_mask = places - 1;
    order->totals = nkb_arena_array(scratch, hlo->computation_count, sizeof *order->totals);
    bool ok = nkb_cost_sizes_open(&order->sizes, hlo->instruction_count, scratch) &&
              nkb_cost_table_open(&order->table, scratch) && order->totals && m.known;
    for (uint32_t i = 0; i < order->count && ok; i++) {
        ok = measure_body(&m, order->at[i]);
        scratch->failed |= temp.failed;
        nkb_arena_reset(&temp);
    }
    nkb_arena_free(&temp);
    return ok;
}
