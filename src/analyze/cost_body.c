/* What each visited computation's instructions cost by themselves, callee first. */
#include "analyze/cost_parts.h"

#include "analyze/work.h"

struct nkb_cost_site nkb_cost_site_of(const struct nkb_hlo *hlo, const struct nkb_cost_body *bodies,
                                      uint32_t computation, uint32_t instruction)
{
    const struct nkb_hlo_computation *c = &hlo->computations[computation];
    const struct nkb_hlo_instruction *at = &c->instructions[instruction];
    if (at->opcode == NKB_HLO_FUSION && at->attrs &&
        nkb_str_is(at->attrs->fusion_kind, "kCustom")) {
        uint32_t callee = at->called[0], custom = bodies[callee].custom;
        if (custom != NKB_HLO_NONE) {
            c = &hlo->computations[callee];
            return (struct nkb_cost_site){c, &c->instructions[custom], &bodies[callee]};
        }
    }
    return (struct nkb_cost_site){c, at, &bodies[computation]};
}

static bool measure_shapes(const struct nkb_hlo_computation *c, struct nkb_cost_body *body,
                           uint32_t *at)
{
    body->custom = NKB_HLO_NONE;
    for (*at = 0; *at < c->instruction_count; ++*at) {
        const struct nkb_hlo_instruction *instruction = &c->instructions[*at];
        nkb_i128 bytes;
        if (!nkb_cost_sizes_find(body->sizes, instruction->shape, true, &bytes))
            return false;
        if (body->custom == NKB_HLO_NONE &&
            (instruction->opcode == NKB_HLO_GATHER || instruction->opcode == NKB_HLO_SCATTER))
            body->custom = *at;
    }
    return true;
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

static bool measure_body(struct nkb_cost_order *order, const struct nkb_hlo *hlo,
                         uint32_t computation, struct nkb_arena *scratch, struct nkb_arena *temp,
                         struct nkb_arena *keep)
{
    const struct nkb_hlo_computation *c = &hlo->computations[computation];
    struct nkb_cost_body *body = &order->bodies[computation];
    uint32_t at;
    struct nkb_cost_own own;
    body->sizes = order->sizes;
    if (!nkb_cost_rows_open(&body->own, c->instruction_count, scratch))
        return false;
    if (!measure_shapes(c, body, &at)) {
        nkb_cost_refuse(order, keep, c, &c->instructions[at], "its shape has no size");
        return false;
    }
    for (at = 0; at < c->instruction_count; at++) {
        struct nkb_cost_site site = nkb_cost_site_of(hlo, order->bodies, computation, at);
        bool good = nkb_cost_of(hlo, order->bodies, &site, &own) && has_applications(&site);
        if (good && !nkb_cost_rows_put(&body->own, at, &own, scratch))
            return false;
        if (!good) {
            nkb_cost_refuse(order, keep, c, &c->instructions[at],
                            "its operands, shapes and attributes give no cost");
            return false;
        }
    }
    if (!body->fused || nkb_cost_fuse(hlo, order->bodies, computation, scratch, temp))
        return true;
    if (!scratch->failed && !temp->failed)
        nkb_cost_refuse(order, keep, c, NULL, "is no well-formed fusion");
    return false;
}

bool nkb_cost_order_measure(struct nkb_cost_order *order, const struct nkb_hlo *hlo,
                            struct nkb_arena *scratch, struct nkb_arena *keep)
{
    struct nkb_arena temp = nkb_arena_beside(scratch);
    order->sizes = nkb_cost_sizes_new(scratch);
    bool ok = order->sizes != NULL;
    for (uint32_t i = 0; i < order->count && ok; i++) {
        ok = measure_body(order, hlo, order->at[i], scratch, &temp, keep);
        nkb_arena_reset(&temp);
    }
    scratch->failed |= temp.failed;
    nkb_arena_free(&temp);
    return ok;
}
