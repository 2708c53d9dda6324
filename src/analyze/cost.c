/* XLA's cost of a module. Upwards, callee first, each computation's total is the sum of its
 * instructions and of what they apply; downwards, caller first, each computation gets the weight
 * with which it enters the entry's total, and the weights spread that total over the opcodes. A
 * computation is looked at once either way, however often it is called. */
#include "analyze/cost.h"

#include <stdlib.h>

#include "analyze/cost_parts.h"
#include "analyze/work.h"

struct op_sum {
    struct nkb_cost_own cost;
    nkb_i128 executed_flops;
    bool no_executed;
};

struct nkb_cost {
    const struct nkb_hlo *hlo;
    struct nkb_arena scratch;
    struct nkb_cost_order order;
    struct nkb_cost_totals *totals; /* by computation */
    struct nkb_cost_weights *weights;
    struct op_sum ops[NKB_HLO_OPCODE_COUNT + 1];
};

static bool add_product(nkb_i128 *sum, nkb_i128 a, nkb_i128 b)
{
    nkb_i128 product;
    return nkb_i128_mul(a, b, &product) && nkb_i128_add(*sum, product, sum);
}

/* Of a conditional XLA takes the largest of each property over the branches, the first on a tie. */
struct choice {
    uint32_t flops, transcendentals, bytes;
};

static struct choice choose_branches(const struct nkb_cost *cost,
                                     const struct nkb_hlo_instruction *instruction)
{
    struct choice choice = {0, 0, 0};
    if (instruction->opcode != NKB_HLO_CONDITIONAL)
        return choice;
    const struct nkb_cost_totals *totals = cost->totals;
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

/* How often called computation number `which` enters the cost of the instruction that calls it. */
static bool weigh_callee(const struct nkb_cost_site *site, const struct choice *choice,
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

static bool add_own(const struct nkb_cost_own *own, const struct nkb_cost_weights *weight,
                    struct nkb_cost_own *sum)
{
    return add_product(&sum->flops, own->flops, weight->flops) &&
           add_product(&sum->transcendentals, own->transcendentals, weight->transcendentals) &&
           add_product(&sum->bytes, own->bytes, weight->bytes);
}

static bool add_callee(const struct nkb_cost_totals *callee, const struct nkb_cost_weights *weight,
                       struct nkb_cost_totals *sum)
{
    return add_product(&sum->flops, callee->flops, weight->flops) &&
           add_product(&sum->transcendentals, callee->transcendentals, weight->transcendentals) &&
           add_product(&sum->bytes, callee->bytes, weight->bytes) &&
           add_product(&sum->unknown_flops, callee->unknown_flops, weight->flops) &&
           add_product(&sum->unknown_bytes, callee->unknown_bytes, weight->bytes);
}

static bool add_instruction(const struct nkb_cost *cost, uint32_t computation, uint32_t at,
                            struct nkb_cost_totals *sum)
{
    const struct nkb_cost_site site =
        nkb_cost_site_of(cost->hlo, cost->order.bodies, computation, at);
    const struct nkb_cost_own costs = nkb_cost_rows_get(&cost->order.bodies[computation].own, at),
                              *own = &costs;
    bool unknown = site.instruction->opcode == NKB_HLO_CUSTOM_CALL;
    sum->unknown_flops += unknown;
    sum->unknown_bytes += unknown;
    if (!nkb_i128_add(sum->flops, own->flops - unknown, &sum->flops) ||
        !nkb_i128_add(sum->transcendentals, own->transcendentals, &sum->transcendentals) ||
        !nkb_i128_add(sum->bytes, own->bytes - unknown, &sum->bytes))
        return false;
    const struct choice choice = choose_branches(cost, site.instruction);
    uint32_t callees = nkb_cost_callee_count(site.instruction);
    for (uint32_t i = 0; i < callees; i++) {
        struct nkb_cost_weights weight;
        if (!weigh_callee(&site, &choice, i, &weight) ||
            !add_callee(&cost->totals[site.instruction->called[i]], &weight, sum))
            return false;
    }
    return true;
}

/* Upwards. */
static bool sum_totals(struct nkb_cost *cost, struct nkb_arena *keep)
{
    for (uint32_t i = 0; i < cost->order.count; i++) {
        uint32_t computation = cost->order.at[i];
        const struct nkb_hlo_computation *c = &cost->hlo->computations[computation];
        struct nkb_cost_totals sum = {0};
        for (uint32_t at = 0; at < c->instruction_count; at++)
            if (!add_instruction(cost, computation, at, &sum)) {
                nkb_cost_refuse(&cost->order, keep, c, &c->instructions[at],
                                "its cost is beyond 127 bits");
                return false;
            }
        cost->totals[computation] = sum;
    }
    return true;
}

/* Downwards. */
static bool spread_over_ops(struct nkb_cost *cost)
{
    struct nkb_cost_weights *weights = cost->weights;
    weights[cost->hlo->entry] = (struct nkb_cost_weights){1, 1, 1};
    for (uint32_t i = cost->order.count; i-- > 0;) {
        uint32_t computation = cost->order.at[i];
        const struct nkb_hlo_computation *c = &cost->hlo->computations[computation];
        const struct nkb_cost_body *body = &cost->order.bodies[computation];
        const struct nkb_cost_weights own_weight = weights[computation];
        for (uint32_t at = 0; at < c->instruction_count; at++) {
            const struct nkb_cost_site site =
                nkb_cost_site_of(cost->hlo, cost->order.bodies, computation, at);
            const struct choice choice = choose_branches(cost, site.instruction);
            uint32_t callees = nkb_cost_callee_count(site.instruction);
            const struct nkb_cost_own own = nkb_cost_rows_get(&body->own, at);
            if (!add_own(&own, &own_weight, &cost->ops[c->instructions[at].opcode].cost))
                return false;
            for (uint32_t k = 0; k < callees; k++) {
                struct nkb_cost_weights factor, *callee = &weights[site.instruction->called[k]];
                if (!weigh_callee(&site, &choice, k, &factor) ||
                    !add_product(&callee->flops, own_weight.flops, factor.flops) ||
                    !add_product(&callee->transcendentals, own_weight.transcendentals,
                                 factor.transcendentals) ||
                    !add_product(&callee->bytes, own_weight.bytes, factor.bytes))
                    return false;
            }
        }
    }
    return true;
}

/* Flops an instruction really does once: XLA's, but for a ragged-dot, whose XLA figure is not. */
static bool real_flops(const struct nkb_cost *cost, uint32_t computation, uint32_t at,
                       nkb_i128 *out)
{
    const struct nkb_hlo_computation *c = &cost->hlo->computations[computation];
    if (c->instructions[at].opcode == NKB_HLO_RAGGED_DOT)
        return nkb_ragged_dot_macs(c, &c->instructions[at], out) && nkb_i128_mul(*out, 2, out);
    if (!cost->order.bodies || !cost->order.bodies[computation].own.at)
        return false; /* XLA does not visit it */
    *out = nkb_cost_rows_get(&cost->order.bodies[computation].own, at).flops;
    return true;
}

static void sum_executed(struct nkb_cost *cost, const nkb_i128 *times)
{
    for (uint32_t computation = 0; computation < cost->hlo->computation_count; computation++) {
        const struct nkb_hlo_computation *c = &cost->hlo->computations[computation];
        for (uint32_t at = 0; at < c->instruction_count && times[computation] != 0; at++) {
            struct op_sum *op = &cost->ops[c->instructions[at].opcode];
            nkb_i128 flops;
            if (!real_flops(cost, computation, at, &flops) ||
                !add_product(&op->executed_flops, flops, times[computation]))
                op->no_executed = true;
        }
    }
}

static void fill_op(const struct op_sum *sum, bool executed, struct nkb_op *op, bool *fits)
{
    *fits &= nkb_i128_fits(sum->cost.flops, &op->flops) &&
             nkb_i128_fits(sum->cost.transcendentals, &op->transcendentals) &&
             nkb_i128_fits(sum->cost.bytes, &op->bytes);
    op->has_executed_flops =
        executed && !sum->no_executed && nkb_i128_fits(sum->executed_flops, &op->executed_flops);
}

/* The table of opcodes that occur, by name; false when a figure does not fit 63 bits. */
static bool list_ops(const struct nkb_cost *cost, bool executed, struct nkb_arena *keep,
                     struct nkb_module *module)
{
    int64_t counts[NKB_HLO_OPCODE_COUNT + 1] = {0};
    bool fits = true;
    for (uint32_t i = 0; i < cost->hlo->computation_count; i++)
        for (uint32_t k = 0; k < cost->hlo->computations[i].instruction_count; k++)
            counts[cost->hlo->computations[i].instructions[k].opcode]++;
    size_t used = 0;
    for (int i = 0; i <= NKB_HLO_OPCODE_COUNT; i++)
        used += counts[i] > 0;
    module->op_count = 0;
    module->ops = nkb_arena_array(keep, used, sizeof *module->ops);
    if (!module->ops)
        return false;
    for (int i = 0; i < NKB_HLO_OPCODE_COUNT; i++) {
        /* "unknown" comes before "while". */
        const int in_order[2] = {NKB_HLO_OPCODE_COUNT, i};
        for (int k = i == NKB_HLO_WHILE ? 0 : 1; k < 2; k++) {
            int opcode = in_order[k];
            if (counts[opcode] == 0)
                continue;
            struct nkb_op *op = &module->ops[module->op_count++];
            op->opcode = (enum nkb_hlo_opcode)opcode;
            op->count = counts[opcode];
            fill_op(&cost->ops[opcode], executed, op, &fits);
        }
    }
    return fits;
}

static const char *fill_xla(const struct nkb_cost_totals *total, struct nkb_xla_cost *xla)
{
    if (!nkb_i128_fits(total->flops, &xla->flops) ||
        !nkb_i128_fits(total->unknown_flops, &xla->unknown_calls))
        return "the module's flops are beyond 63 bits";
    if (!nkb_i128_fits(total->transcendentals, &xla->transcendentals))
        return "the module's transcendentals are beyond 63 bits";
    if (!nkb_i128_fits(total->bytes, &xla->bytes))
        return "the module's bytes are beyond 63 bits";
    return NULL;
}

/* Why there is no cost; NULL when there is one, or memory ran out. */
static const char *add_up(struct nkb_cost *cost, struct nkb_arena *keep, struct nkb_xla_cost *xla)
{
    uint32_t count = cost->hlo->computation_count;
    cost->weights = nkb_arena_array(&cost->scratch, count, sizeof *cost->weights);
    cost->totals = nkb_arena_array(&cost->scratch, count, sizeof *cost->totals);
    if (!cost->weights || !cost->totals || !sum_totals(cost, keep))
        return cost->order.why;
    const char *why = fill_xla(&cost->totals[cost->hlo->entry], xla);
    if (!why && !spread_over_ops(cost))
        why = "the cost of an opcode is beyond 127 bits";
    return why;
}

struct nkb_cost *nkb_cost_open(const struct nkb_hlo *hlo, const nkb_i128 *times,
                               struct nkb_arena *keep, struct nkb_module *module)
{
    struct nkb_cost *cost = calloc(1, sizeof *cost);
    if (!cost) {
        keep->failed = true;
        module->has_xla = false;
        module->why_no_xla = "out of memory";
        return NULL;
    }
    struct nkb_arena *scratch = &cost->scratch;
    *scratch = nkb_arena_beside(keep);
    cost->hlo = hlo;
    bool measured = nkb_cost_order_find(&cost->order, hlo, scratch, keep) &&
                    nkb_cost_order_measure(&cost->order, hlo, scratch, keep);
    const char *why = measured ? add_up(cost, keep, &module->xla) : cost->order.why;
    if (measured && times)
        sum_executed(cost, times);
    if (!list_ops(cost, measured && times, keep, module) && !why)
        why = "the cost of an opcode is beyond 63 bits";
    if (scratch->failed || keep->failed) {
        keep->failed = true; /* the scratch arena's fault is the caller's too */
        why = "out of memory";
    }
    module->has_xla = !why;
    module->why_no_xla = why;
    return cost;
}

void nkb_cost_close(struct nkb_cost *cost)
{
    if (cost)
        nkb_arena_free(&cost->scratch);
    free(cost);
}

void nkb_cost_analyze(const struct nkb_hlo *hlo, const nkb_i128 *times, struct nkb_arena *keep,
                      struct nkb_module *module)
{
    nkb_cost_close(nkb_cost_open(hlo, times, keep, module));
}

bool nkb_cost_own_of(const struct nkb_cost *cost, uint32_t computation, uint32_t instruction,
                     struct nkb_cost_own *out, nkb_i128 *executed_flops)
{
    const struct nkb_cost_rows *own = &cost->order.bodies[computation].own;
    *out = own->at ? nkb_cost_rows_get(own, instruction) : (struct nkb_cost_own){0, 0, 0};
    return real_flops(cost, computation, instruction, executed_flops) && own->at;
}

struct nkb_cost_weights nkb_cost_weight_of(const struct nkb_cost *cost, uint32_t computation)
{
    return cost->weights[computation];
}

bool nkb_cost_edge(const struct nkb_cost *cost, uint32_t computation, uint32_t instruction,
                   uint32_t i, uint32_t *callee, struct nkb_cost_weights *out)
{
    if (!cost->order.bodies[computation].own.at)
        return false;
    const struct nkb_cost_site site =
        nkb_cost_site_of(cost->hlo, cost->order.bodies, computation, instruction);
    if (i >= nkb_cost_callee_count(site.instruction))
        return false;
    const struct choice choice = choose_branches(cost, site.instruction);
    *callee = site.instruction->called[i];
    return weigh_callee(&site, &choice, i, out);
}
