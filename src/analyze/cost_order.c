/* The computations XLA visits from the entry, callee first, and a look at each before anything is
 * counted: operands and callees are there, nothing calls itself. A walk with its own stack: call
 * chains may be as deep as the module is long. */
#include "analyze/cost_parts.h"

#include "base/text.h"

struct frame {
    uint32_t computation, callee;
    size_t at; /* among its special sites where all is in order, else among its instructions */
};

struct walk {
    struct nkb_cost_order *order;
    const struct nkb_sites *sites;
    const struct nkb_hlo *hlo;
    struct nkb_arena *scratch, *keep;
    struct frame *stack;
    uint32_t depth;
    unsigned char *colour; /* of each computation */
};

enum { UNSEEN, OPEN, DONE };

const char *nkb_cost_complaint(struct nkb_arena *keep,
                               const struct nkb_hlo_computation *computation,
                               const struct nkb_hlo_instruction *instruction, const char *what)
{
    char in[NKB_SHOWN_BYTES], at[NKB_SHOWN_BYTES];
    nkb_show(computation->name, in);
    if (instruction)
        return nkb_arena_printf(keep, "instruction '%s' in '%s': %s",
                                nkb_show(instruction->name, at), in, what);
    return nkb_arena_printf(keep, "computation '%s' %s", in, what);
}

static bool refuse(struct walk *walk, const struct nkb_hlo_computation *computation,
                   const struct nkb_hlo_instruction *instruction, const char *what)
{
    walk->order->why = nkb_cost_complaint(walk->keep, computation, instruction, what);
    return false;
}

/* Everything an instruction refers to must be there: say so where it is not. */
static bool check_references(struct walk *walk, const struct nkb_hlo_computation *c,
                             const struct nkb_hlo_instruction *instruction)
{
    const char *what = NULL;
    char shown[NKB_SHOWN_BYTES];
    uint32_t callees = nkb_cost_callee_count(instruction);
    for (uint32_t i = 0; i < instruction->operand_count && !what; i++)
        if (instruction->operands[i] >= c->instruction_count)
            what = nkb_arena_printf(
                walk->keep, "operand %lld does not exist",
                (long long)nkb_hlo_missing_id(instruction->operands, instruction->operand_count));
    if (!what && instruction->called_count < callees)
        what = nkb_arena_printf(walk->keep, "calls %u computations; %s needs %u",
                                (unsigned)instruction->called_count,
                                nkb_hlo_opcode_name(instruction->opcode), (unsigned)callees);
    for (uint32_t i = 0; i < callees && !what; i++)
        if (instruction->called[i] >= walk->hlo->computation_count)
            what = nkb_arena_printf(
                walk->keep, "called computation %lld does not exist",
                (long long)nkb_hlo_missing_id(instruction->called, instruction->called_count));
    if (!what && instruction->opcode == NKB_HLO_OPCODE_COUNT)
        what = nkb_arena_printf(walk->keep, "opcode '%s' is not XLA's",
                                nkb_show(nkb_hlo_opcode_said(instruction), shown));
    return !what || refuse(walk, c, instruction, what);
}

/* Look for an instruction that needs itself: NKB_HLO_NONE when there is none. */
static uint32_t find_cycle(const struct nkb_hlo_computation *c, struct nkb_arena *scratch)
{
    uint32_t *stack = nkb_arena_array(scratch, c->instruction_count, sizeof *stack);
    uint32_t *next = nkb_arena_array(scratch, c->instruction_count, sizeof *next);
    unsigned char *colour = nkb_arena_array(scratch, c->instruction_count, sizeof *colour);
    for (uint32_t i = 0; stack && next && colour && i < c->instruction_count; i++) {
        uint32_t depth = 0;
        if (colour[i] == UNSEEN) {
            colour[i] = OPEN;
            stack[depth++] = i;
        }
        while (depth > 0) {
            uint32_t at = stack[depth - 1];
            if (next[at] == c->instructions[at].operand_count) {
                colour[at] = DONE;
                depth--;
                continue;
            }
            uint32_t operand = c->instructions[at].operands[next[at]++];
            if (operand >= c->instruction_count || colour[operand] == DONE)
                continue;
            if (colour[operand] == OPEN)
                return operand;
            colour[operand] = OPEN;
            stack[depth++] = operand;
        }
    }
    return NKB_HLO_NONE;
}

static bool open_computation(struct walk *walk, uint32_t computation)
{
    const struct nkb_hlo_computation *c = &walk->hlo->computations[computation];
    bool in_order = walk->sites->in_order[computation];
    if (walk->colour[computation] == OPEN)
        return refuse(walk, c, NULL, "calls itself");
    if (walk->colour[computation] == DONE)
        return true;
    if (c->root >= c->instruction_count)
        return refuse(walk, c, NULL, "has no root instruction");
    uint32_t cycle = in_order ? NKB_HLO_NONE : find_cycle(c, walk->scratch);
    if (cycle != NKB_HLO_NONE)
        return refuse(walk, c, &c->instructions[cycle], "its operands lead back to it");
    walk->colour[computation] = OPEN;
    walk->stack[walk->depth++] =
        (struct frame){computation, 0, in_order ? walk->sites->first_special[computation] : 0};
    return true;
}

/* One step from the top of the stack: down into a callee, on to the next, or up. Where all is in
 * order there is nothing to check, and only special sites have callees. */
static bool step(struct walk *walk)
{
    struct frame *top = &walk->stack[walk->depth - 1];
    const struct nkb_hlo_computation *c = &walk->hlo->computations[top->computation];
    bool in_order = walk->sites->in_order[top->computation];
    size_t end = in_order ? walk->sites->first_special[top->computation + 1] : c->instruction_count;
    for (; top->at < end; top->at++, top->callee = 0) {
        const struct nkb_site *site = in_order ? nkb_site_special(walk->sites, top->at) : NULL;
        if (site && !site->calls)
            continue;
        const struct nkb_hlo_instruction *instruction =
            &c->instructions[site ? site->instruction : top->at];
        if (!in_order && top->callee == 0 && !check_references(walk, c, instruction))
            return false;
        if (top->callee < nkb_cost_callee_count(instruction)) {
            uint32_t callee = instruction->called[top->callee++];
            if (instruction->opcode == NKB_HLO_FUSION)
                walk->order->bodies[callee].fused = true;
            return open_computation(walk, callee);
        }
    }
    walk->colour[top->computation] = DONE;
    walk->order->at[walk->order->count++] = top->computation;
    walk->depth--;
    return true;
}

bool nkb_cost_order_find(struct nkb_cost_order *order, const struct nkb_sites *sites,
                         struct nkb_arena *scratch, struct nkb_arena *keep)
{
    const struct nkb_hlo *hlo = sites->hlo;
    size_t count = hlo->computation_count;
    struct walk walk = {order, sites, hlo, scratch, keep, NULL, 0, NULL};
    *order = (struct nkb_cost_order){0};
    if (hlo->entry >= hlo->computation_count) {
        order->why = "the module has no entry computation";
        return false;
    }
    order->at = nkb_arena_array(scratch, count, sizeof *order->at);
    order->bodies = nkb_arena_array(scratch, count, sizeof *order->bodies);
    walk.stack = nkb_arena_array(scratch, count, sizeof *walk.stack);
    walk.colour = nkb_arena_array(scratch, count, sizeof *walk.colour);
    if (!order->at || !order->bodies || !walk.stack || !walk.colour ||
        !open_computation(&walk, hlo->entry))
        return false;
    while (walk.depth > 0)
        if (!step(&walk))
            return false;
    return true;
}
