/* What an instruction that applies computations takes over of their costs. */
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

struct nkb_cost_choice nkb_cost_choose(const struct nkb_cost_totals *totals,
                                       const struct nkb_hlo_instruction *instruction)
{
    struct nkb_cost_choice choice = {0, 0, 0};
    if (instruction->opcode != NKB_HLO_CONDITIONAL)
        return choice;
    const uint32_t *called = instruction->called;
    for (uint32_t i = 1; i < instruction->called_count; i++) {
        const struct nkb_cost_totals *branch = &totals[called[i]];
        if (branch->flops > totals[called[choice.flops]].flops)
            choice.flops = i;
        if (branch->transcendentals > totals[called[choice.transcendentals]].transcendentals)
            choice.transcendentals = i;
        if (branch->bytes > totals[called[choice.bytes]].bytes)
            choice.bytes = i;
    }
    return choice;
}

bool nkb_cost_callee_weight(const struct nkb_cost_site *site, const struct nkb_cost_choice *choice,
                            uint32_t which, struct nkb_cost_weights *out)
{
    nkb_i128 times;
    if (!nkb_xla_applications(site->computation, site->instruction, which, &times))
        return false;
    *out =
        (struct nkb_cost_weights){times, times, nkb_cost_passes_bytes(site->instruction->opcode)};
    if (site->instruction->opcode == NKB_HLO_CONDITIONAL)
        *out = (struct nkb_cost_weights){which == choice->flops, which == choice->transcendentals,
                                         which == choice->bytes};
    return true;
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

bool nkb_cost_add_instruction(const struct nkb_cost_order *order, const struct nkb_hlo *hlo,
                              uint32_t computation, uint32_t at, struct nkb_cost_totals *sum)
{
    const struct nkb_cost_site site = nkb_cost_site_of(hlo, order->bodies, computation, at);
    const struct nkb_cost_own own =
        nkb_cost_rows_get(&order->bodies[computation].own, &order->table, at);
    bool unknown = site.instruction->opcode == NKB_HLO_CUSTOM_CALL;
    sum->unknown_flops += unknown;
    sum->unknown_bytes += unknown;
    if (!nkb_i128_add(sum->flops, own.flops - unknown, &sum->flops) ||
        !nkb_i128_add(sum->transcendentals, own.transcendentals, &sum->transcendentals) ||
        !nkb_i128_add(sum->bytes, own.bytes - unknown, &sum->bytes))
        return false;
    const struct nkb_cost_choice choice = nkb_cost_choose(order->totals, site.instruction);
    uint32_t callees = nkb_cost_callee_count(site.instruction);
    for (uint32_t i = 0; i < callees; i++) {
        struct nkb_cost_weights weight;
        if (!nkb_cost_callee_weight(&site, &choice, i, &weight) ||
            !add_callee(&order->totals[site.instruction->called[i]], &weight, sum))
            return false;
    }
    return true;
}
