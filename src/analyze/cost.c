/* XLA's cost of a module. Upwards, callee first, each computation's total is the sum of its
 * instructions and of what they apply (cost_body.c); downwards, caller first, each computation gets
 * the weight with which it enters the entry's total, and the weights spread that total over the
 * opcodes. A computation is looked at once either way, however often it is called. */
#include "analyze/cost.h"

#include <stdlib.h>

#include "analyze/cost_parts.h"
#include "analyze/work.h"
#include "base/pages.h"

struct op_sum {
    int64_t count;
    struct nkb_cost_own cost;
    nkb_i128 executed_flops;
    bool no_executed;
};

struct nkb_cost {
    const struct nkb_hlo *hlo;
    struct nkb_arena scratch;
    struct nkb_cost_order order;
    bool measured;                    /* else order.why says why not */
    struct nkb_cost_weights *weights; /* by computation */
    struct op_sum ops[NKB_HLO_OPCODE_COUNT + 1];
};

static bool add_own(const struct nkb_cost_own *own, const struct nkb_cost_weights *weight,
                    struct nkb_cost_own *sum)
{
    return nkb_cost_add(&sum->flops, own->flops, weight->flops) &&
           nkb_cost_add(&sum->transcendentals, own->transcendentals, weight->transcendentals) &&
           nkb_cost_add(&sum->bytes, own->bytes, weight->bytes);
}

/* Hand a computation's weight on to what one of its instructions applies. */
static bool weigh_callees(struct nkb_cost *cost, uint32_t computation, uint32_t at)
{
    const struct nkb_cost_weights own = cost->weights[computation];
    const struct nkb_cost_site site =
        nkb_cost_site_of(cost->hlo, cost->order.bodies, computation, at);
    const struct nkb_cost_choice choice = nkb_cost_choose(cost->order.totals, site.instruction);
    uint32_t callees = nkb_cost_callee_count(site.instruction);
    for (uint32_t i = 0; i < callees; i++) {
        struct nkb_cost_weights factor, *sum = &cost->weights[site.instruction->called[i]];
        if (!nkb_cost_callee_weight(&site, &choice, i, &factor) ||
            !nkb_cost_add(&sum->flops, own.flops, factor.flops) ||
            !nkb_cost_add(&sum->transcendentals, own.transcendentals, factor.transcendentals) ||
            !nkb_cost_add(&sum->bytes, own.bytes, factor.bytes))
            return false;
    }
    return true;
}

/* What a ragged-dot really does once: its XLA figure is something else. */
static bool ragged_flops(const struct nkb_hlo_computation *c, uint32_t at, nkb_i128 *out)
{
    return nkb_ragged_dot_macs(c, &c->instructions[at], out) && nkb_i128_mul(*out, 2, out);
}

/* Add a computation's instructions to their opcodes: how many there are, and where it is executed,
 * their flops as often. */
static void add_unvisited(struct nkb_cost *cost, uint32_t computation, nkb_i128 times)
{
    const struct nkb_hlo_computation *c = &cost->hlo->computations[computation];
    for (uint32_t at = 0; at < c->instruction_count; at++) {
        enum nkb_hlo_opcode opcode = c->instructions[at].opcode;
        struct op_sum *op = &cost->ops[opcode];
        nkb_i128 flops;
        op->count++;
        if (times != 0 && !(opcode == NKB_HLO_RAGGED_DOT && ragged_flops(c, at, &flops) &&
                            nkb_cost_add(&op->executed_flops, flops, times)))
            op->no_executed = true;
    }
}

/* The cost of one instruction to its opcode; false when a sum is beyond 127 bits. */
static bool add_apart(struct nkb_cost *cost, uint32_t computation, uint32_t at, nkb_i128 times,
                      bool spread)
{
    const struct nkb_hlo_computation *c = &cost->hlo->computations[computation];
    const struct nkb_cost_own own =
        nkb_cost_rows_get(&cost->order.bodies[computation].own, &cost->order.table, at);
    enum nkb_hlo_opcode opcode = c->instructions[at].opcode;
    struct op_sum *op = &cost->ops[opcode];
    nkb_i128 flops = own.flops;
    spread = spread && add_own(&own, &cost->weights[computation], &op->cost);
    if (!nkb_cost_is_plain(opcode))
        spread = spread && weigh_callees(cost, computation, at);
    if (times != 0 && ((opcode == NKB_HLO_RAGGED_DOT && !ragged_flops(c, at, &flops)) ||
                       !nkb_cost_add(&op->executed_flops, flops, times)))
        op->no_executed = true;
    return spread;
}

/* The same of one that XLA visits, and where `spread`, its costs with its weight, which is handed
 * on. Returns whether that last could be done. */
static bool add_visited(struct nkb_cost *cost, uint32_t computation, nkb_i128 times, bool spread)
{
    const struct nkb_cost_body *body = &cost->order.bodies[computation];
    const struct nkb_cost_weights weight = cost->weights[computation];
    for (uint32_t i = 0; i < body->tally_count; i++) {
        const struct nkb_cost_tally *tally = &body->tallies[i];
        const struct nkb_cost_own own = {tally->flops, tally->transcendentals, tally->bytes};
        struct op_sum *op = &cost->ops[tally->opcode];
        op->count += tally->count;
        spread = spread && add_own(&own, &weight, &op->cost);
        if (times != 0 && !nkb_cost_add(&op->executed_flops, own.flops, times))
            op->no_executed = true;
    }
    for (uint32_t i = 0; i < body->apart_count; i++)
        spread = add_apart(cost, computation, body->apart[i], times, spread);
    return spread;
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
    bool fits = true;
    size_t used = 0;
    for (int i = 0; i <= NKB_HLO_OPCODE_COUNT; i++)
        used += cost->ops[i].count > 0;
    module->op_count = 0;
    module->ops = nkb_arena_array(keep, used, sizeof *module->ops);
    if (!module->ops)
        return false;
    for (int i = 0; i < NKB_HLO_OPCODE_COUNT; i++) {
        /* "unknown" comes before "while". */
        const int in_order[2] = {NKB_HLO_OPCODE_COUNT, i};
        for (int k = i == NKB_HLO_WHILE ? 0 : 1; k < 2; k++) {
            const struct op_sum *sum = &cost->ops[in_order[k]];
            if (sum->count == 0)
                continue;
            struct nkb_op *op = &module->ops[module->op_count++];
            op->opcode = (enum nkb_hlo_opcode)in_order[k];
            op->count = sum->count;
            fill_op(sum, executed, op, &fits);
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

/* Once the computations are measured: the module's cost, and the opcodes' parts in it. Returns why
 * there is none; NULL when there is one, or memory ran out. */
static const char *add_up(struct nkb_cost *cost, const nkb_i128 *times, struct nkb_xla_cost *xla)
{
    const struct nkb_cost_order *order = &cost->order;
    const char *why = order->too_much;
    cost->weights =
        nkb_arena_array(&cost->scratch, cost->hlo->computation_count, sizeof *cost->weights);
    if (!why)
        why = fill_xla(&order->totals[cost->hlo->entry], xla);
    if (!cost->weights)
        return why;
    cost->weights[cost->hlo->entry] = (struct nkb_cost_weights){1, 1, 1};
    for (uint32_t i = order->count; i-- > 0;) {
        uint32_t computation = order->at[i];
        if (!add_visited(cost, computation, times ? times[computation] : 0, !why) && !why)
            why = "the cost of an opcode is beyond 127 bits";
    }
    return why;
}

static void refuse_memory(struct nkb_arena *keep, struct nkb_module *module)
{
    keep->failed = true;
    module->has_xla = false;
    module->why_no_xla = "out of memory";
}

struct nkb_cost *nkb_cost_measure_all(const struct nkb_sites *sites, struct nkb_arena *keep)
{
    struct nkb_cost *cost = calloc(1, sizeof *cost);
    if (!cost)
        return NULL;
    cost->scratch = nkb_arena_beside(keep);
    cost->hlo = sites->hlo;
    cost->measured = nkb_cost_order_find(&cost->order, sites, &cost->scratch, keep) &&
                     nkb_cost_order_measure(&cost->order, sites->hlo, &cost->scratch, keep);
    return cost;
}

void nkb_cost_add_up(struct nkb_cost *cost, const nkb_i128 *times, struct nkb_arena *keep,
                     struct nkb_module *module)
{
    if (!cost) {
        refuse_memory(keep, module);
        return;
    }
    const struct nkb_hlo *hlo = cost->hlo;
    bool measured = cost->measured;
    const char *why = measured ? add_up(cost, times, &module->xla) : cost->order.why;
    for (uint32_t i = 0; i < hlo->computation_count; i++)
        if (!measured || !cost->order.bodies[i].own.at)
            add_unvisited(cost, i, measured && times ? times[i] : 0);
    if (!list_ops(cost, measured && times, keep, module) && !why)
        why = "the cost of an opcode is beyond 63 bits";
    if (cost->scratch.failed || keep->failed) {
        keep->failed = true; /* the scratch arena's fault is the caller's too */
        why = "out of memory";
    }
    module->has_xla = !why;
    module->why_no_xla = why;
}

void nkb_cost_close(struct nkb_cost *cost)
{
    if (cost) {
        nkb_arena_free(&cost->scratch);
        nkb_pages_free(cost->order.table.at);
    }
    free(cost);
}

void nkb_cost_analyze(const struct nkb_hlo *hlo, const nkb_i128 *times, struct nkb_arena *keep,
                      struct nkb_module *module)
{
    struct nkb_arena scratch = nkb_arena_beside(keep);
    struct nkb_sites sites;
    struct nkb_err err;
    if (nkb_sites_find(hlo, &scratch, keep, &sites, &err) == 0) {
        struct nkb_cost *cost = nkb_cost_measure_all(&sites, keep);
        nkb_cost_add_up(cost, times, keep, module);
        nkb_cost_close(cost);
    } else {
        refuse_memory(keep, module);
    }
    nkb_arena_free(&scratch);
}

bool nkb_cost_own_of(const struct nkb_cost *cost, uint32_t computation, uint32_t instruction,
                     struct nkb_cost_own *out, nkb_i128 *executed_flops)
{
    const struct nkb_cost_body *body = &cost->order.bodies[computation];
    const struct nkb_hlo_computation *c = &cost->hlo->computations[computation];
    *out = (struct nkb_cost_own){0, 0, 0};
    if (!body->own.at)
        return false;
    *out = nkb_cost_rows_get(&body->own, &cost->order.table, instruction);
    *executed_flops = out->flops;
    return c->instructions[instruction].opcode != NKB_HLO_RAGGED_DOT ||
           ragged_flops(c, instruction, executed_flops);
}

const uint32_t *nkb_cost_rows_of(const struct nkb_cost *cost, uint32_t computation,
                                 const struct nkb_cost_row **table)
{
    *table = cost->order.table.at;
    return cost->order.bodies[computation].own.at;
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
    const struct nkb_cost_choice choice = nkb_cost_choose(cost->order.totals, site.instruction);
    *callee = site.instruction->called[i];
    return nkb_cost_callee_weight(&site, &choice, i, out);
}
