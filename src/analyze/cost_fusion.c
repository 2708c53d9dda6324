/* Bytes of a fusion (facts 2): what its root writes, the constants inside, and what its users
 * inside read of each parameter. A parameter handed to a nested fusion is read as the nested one
 * reads it; that answer is already there, for computations are done callee first, so nothing
 * recurses here. Every list is walked once a computation, however often a hostile module repeats an
 * operand. */
#include "analyze/cost_parts.h"

#include <stdlib.h>

#include "analyze/work.h"

enum { LEAF_DEPTH_MAX = 200 };

/* One place where an instruction is an operand. */
struct use {
    uint32_t user, operand;
};

/* A get-tuple-element by what it is of. */
struct element {
    uint32_t of, at;
    int64_t index;
};

/* What the users of a nested fusion take of it, if it does no more than pass a parameter on. */
enum rest { NOTHING, WHOLE, AS_NESTED };
struct follow {
    nkb_i128 sliced;
    enum rest rest; /* of the first user that does not slice */
    bool used;
};

struct fused {
    const struct nkb_hlo *hlo;
    const struct nkb_cost_body *bodies;
    const struct nkb_hlo_computation *computation;
    struct nkb_cost_sizes *sizes;
    const uint32_t
        *first_use; /* uses of instruction i: uses[first_use[i]] … uses[first_use[i+1]-1] */
    const struct use *uses; /* by user, then operand */
    const struct follow *follows;
    struct element *elements;
    uint32_t element_count;
    nkb_i128 *reads; /* of parameters and tuple elements, once read_done */
    bool *read_done;
};

/* Bytes of an instruction's result, as an operand; its shape has been found good. */
static nkb_i128 size_of(const struct fused *f, uint32_t at)
{
    nkb_i128 bytes = 0;
    (void)nkb_cost_sizes_find(f->sizes, f->computation->instructions[at].shape, true, &bytes);
    return bytes;
}

static bool count_uses(struct fused *f, struct nkb_arena *temp)
{
    const struct nkb_hlo_computation *c = f->computation;
    size_t total = 0;
    for (uint32_t i = 0; i < c->instruction_count; i++)
        total += c->instructions[i].operand_count;
    if (total >= UINT32_MAX)
        return false;
    uint32_t *first = nkb_arena_array(temp, (size_t)c->instruction_count + 2, sizeof *first);
    struct use *uses = nkb_arena_array(temp, total, sizeof *uses);
    if (!first || !uses)
        return false;
    /* Counting sort: first[i + 2] counts, then first[i + 1] runs along, and ends where i + 1
     * begins. */
    for (uint32_t i = 0; i < c->instruction_count; i++)
        for (uint32_t k = 0; k < c->instructions[i].operand_count; k++)
            first[c->instructions[i].operands[k] + 2]++;
    for (uint32_t i = 2; i < c->instruction_count + 2; i++)
        first[i] += first[i - 1];
    for (uint32_t i = 0; i < c->instruction_count; i++)
        for (uint32_t k = 0; k < c->instructions[i].operand_count; k++)
            uses[first[c->instructions[i].operands[k] + 1]++] = (struct use){i, k};
    f->first_use = first;
    f->uses = uses;
    return true;
}

/* Is this use the user's first of the instruction? XLA's list of users has each once. */
static bool is_first(const struct fused *f, uint32_t instruction, uint32_t use)
{
    return use == f->first_use[instruction] || f->uses[use - 1].user != f->uses[use].user;
}

static bool follow_users(const struct fused *f, uint32_t nested, struct follow *follow)
{
    *follow = (struct follow){0, NOTHING, false};
    for (uint32_t u = f->first_use[nested]; u < f->first_use[nested + 1]; u++) {
        if (!is_first(f, nested, u))
            continue;
        uint32_t at = f->uses[u].user;
        const struct nkb_hlo_instruction *user = &f->computation->instructions[at];
        bool sliced = user->operands[0] == nested;
        enum rest rest = NOTHING;
        follow->used = true;
        if (user->opcode == NKB_HLO_SLICE || (user->opcode == NKB_HLO_DYNAMIC_SLICE && sliced)) {
            if (!nkb_i128_add(follow->sliced, size_of(f, at), &follow->sliced))
                return false;
        } else if (user->opcode == NKB_HLO_DYNAMIC_SLICE ||
                   user->opcode == NKB_HLO_DYNAMIC_UPDATE_SLICE) {
            rest = sliced ? NOTHING : WHOLE;
        } else {
            rest = AS_NESTED;
        }
        if (follow->rest == NOTHING)
            follow->rest = rest;
    }
    return true;
}

static bool follow_nested(struct fused *f, struct nkb_arena *temp)
{
    const struct nkb_hlo_computation *c = f->computation;
    struct follow *follows = nkb_arena_array(temp, c->instruction_count, sizeof *follows);
    if (!follows)
        return false;
    for (uint32_t i = 0; i < c->instruction_count; i++)
        if (c->instructions[i].opcode == NKB_HLO_FUSION && !follow_users(f, i, &follows[i]))
            return false;
    f->follows = follows;
    return true;
}

static int compare_elements(const void *a, const void *b)
{
    const struct element *x = a, *y = b;
    if (x->of != y->of)
        return x->of < y->of ? -1 : 1;
    if (x->index != y->index)
        return x->index < y->index ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

static bool list_elements(struct fused *f, struct nkb_arena *temp)
{
    const struct nkb_hlo_computation *c = f->computation;
    f->elements = nkb_arena_array(temp, c->instruction_count, sizeof *f->elements);
    if (!f->elements)
        return false;
    for (uint32_t i = 0; i < c->instruction_count; i++) {
        const struct nkb_hlo_instruction *gte = &c->instructions[i];
        if (gte->opcode == NKB_HLO_GET_TUPLE_ELEMENT && gte->operand_count > 0)
            f->elements[f->element_count++] = (struct element){gte->operands[0], i, gte->number};
    }
    qsort(f->elements, f->element_count, sizeof *f->elements, compare_elements);
    return true;
}

/* The first get-tuple-element of `of` with that index; `of` itself when there is none, as XLA goes
 * on with where it stands. */
static uint32_t find_element(const struct fused *f, uint32_t of, uint32_t index)
{
    const struct element wanted = {of, 0, index};
    uint32_t low = 0, high = f->element_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (compare_elements(&f->elements[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < f->element_count && f->elements[low].of == of && f->elements[low].index == index)
        return f->elements[low].at;
    return of;
}

/* Through one operand place of a nested fusion. *seen: the whole was read already. */
static bool add_nested(const struct fused *f, const struct use *use, uint32_t parameter, bool *seen,
                       nkb_i128 *sum)
{
    const struct nkb_hlo_instruction *fusion = &f->computation->instructions[use->user];
    const struct follow *follow = &f->follows[use->user];
    uint32_t callee = fusion->called[0];
    const struct nkb_cost_body *body = &f->bodies[callee];
    const struct nkb_hlo_computation *inner = &f->hlo->computations[callee];
    if (use->operand >= body->parameter_count || body->parameters[use->operand] == NKB_HLO_NONE)
        return false;
    const struct nkb_hlo_instruction *root = &inner->instructions[inner->root];
    bool simple = root->operand_count == 0 || root->operands[0] == body->parameters[use->operand];
    enum rest rest = simple ? follow->rest : follow->used ? AS_NESTED : NOTHING;
    if (simple && !nkb_i128_add(*sum, follow->sliced, sum))
        return false;
    if (rest == NOTHING || *seen)
        return true;
    *seen = true;
    return nkb_i128_add(
        *sum, rest == WHOLE ? size_of(f, parameter) : body->parameter_reads[use->operand], sum);
}

/* Bytes read of a parameter, or of an element of a tuple parameter, by its users. */
static bool read_bytes(const struct fused *f, uint32_t parameter, nkb_i128 *out)
{
    if (f->read_done[parameter]) {
        *out = f->reads[parameter];
        return true;
    }
    nkb_i128 sum = 0, whole = size_of(f, parameter);
    bool seen = false;
    for (uint32_t u = f->first_use[parameter]; u < f->first_use[parameter + 1]; u++) {
        const struct use *use = &f->uses[u];
        const struct nkb_hlo_instruction *user = &f->computation->instructions[use->user];
        nkb_i128 bytes = 0;
        bool shared = false; /* with all other users that read the whole */
        if (user->opcode == NKB_HLO_FUSION) {
            if (!add_nested(f, use, parameter, &seen, &sum))
                return false;
            continue;
        }
        if (!is_first(f, parameter, u))
            continue;
        switch (user->opcode) {
        case NKB_HLO_SLICE:
            bytes = size_of(f, use->user);
            break;
        case NKB_HLO_DYNAMIC_SLICE:
            shared = user->operands[0] != parameter;
            bytes = shared ? 0 : size_of(f, use->user);
            break;
        case NKB_HLO_DYNAMIC_UPDATE_SLICE: /* the first operand is updated in place */
            shared = user->operands[0] != parameter;
            break;
        case NKB_HLO_BROADCAST:
        case NKB_HLO_RESHAPE:
            bytes = whole;
            break;
        default:
            shared = true;
        }
        if (shared && !seen) {
            bytes = whole;
            seen = true;
        }
        if (!nkb_i128_add(sum, bytes, &sum))
            return false;
    }
    f->reads[parameter] = *out = sum;
    f->read_done[parameter] = true;
    return true;
}

/* Add what is read of each array in a parameter's shape. */
static bool add_leaf_reads(const struct fused *f, uint32_t instruction,
                           const struct nkb_hlo_shape *shape, int depth, nkb_i128 *sum)
{
    nkb_i128 bytes;
    if (shape->element_type == NKB_TYPE_TUPLE) {
        if (depth >= LEAF_DEPTH_MAX)
            return false;
        for (uint32_t i = 0; i < shape->tuple_count; i++)
            if (!add_leaf_reads(f, find_element(f, instruction, i), &shape->tuple[i], depth + 1,
                                sum))
                return false;
        return true;
    }
    if (nkb_hlo_type_bits(shape->element_type) == 0)
        return true;
    return read_bytes(f, instruction, &bytes) && nkb_i128_add(*sum, bytes, sum);
}

/* Large constants are read from memory; one element is an immediate. */
static bool add_constant(const struct fused *f, uint32_t constant, nkb_i128 *sum)
{
    nkb_i128 elements;
    if (!nkb_shape_xla_elements(f->computation->instructions[constant].shape, &elements))
        return false;
    return elements <= 1 || nkb_i128_add(*sum, size_of(f, constant), sum);
}

static bool list_parameters(const struct nkb_hlo_computation *c, struct nkb_cost_body *body,
                            struct nkb_arena *scratch)
{
    for (uint32_t i = 0; i < c->instruction_count; i++)
        body->parameter_count += c->instructions[i].opcode == NKB_HLO_PARAMETER;
    body->parameters = nkb_arena_array(scratch, body->parameter_count, sizeof *body->parameters);
    body->parameter_reads =
        nkb_arena_array(scratch, body->parameter_count, sizeof *body->parameter_reads);
    if (!body->parameters || !body->parameter_reads)
        return false;
    for (uint32_t i = 0; i < body->parameter_count; i++)
        body->parameters[i] = NKB_HLO_NONE;
    for (uint32_t i = 0; i < c->instruction_count; i++) {
        const struct nkb_hlo_instruction *parameter = &c->instructions[i];
        if (parameter->opcode != NKB_HLO_PARAMETER)
            continue;
        if (parameter->number < 0 || parameter->number >= body->parameter_count)
            return false;
        body->parameters[parameter->number] = i;
    }
    return true;
}

bool nkb_cost_fuse(const struct nkb_hlo *hlo, struct nkb_cost_body *bodies, uint32_t computation,
                   struct nkb_arena *scratch, struct nkb_arena *temp)
{
    const struct nkb_hlo_computation *c = &hlo->computations[computation];
    struct nkb_cost_body *body = &bodies[computation];
    struct fused f = {.hlo = hlo, .bodies = bodies, .computation = c, .sizes = body->sizes};
    f.reads = nkb_arena_array(temp, c->instruction_count, sizeof *f.reads);
    f.read_done = nkb_arena_array(temp, c->instruction_count, sizeof *f.read_done);
    if (!f.reads || !f.read_done || !list_parameters(c, body, scratch) || !count_uses(&f, temp) ||
        !follow_nested(&f, temp) || !list_elements(&f, temp))
        return false;
    body->custom = NKB_HLO_NONE;
    for (uint32_t i = 0; i < c->instruction_count; i++) {
        const struct nkb_hlo_instruction *instruction = &c->instructions[i];
        if (body->custom == NKB_HLO_NONE &&
            (instruction->opcode == NKB_HLO_GATHER || instruction->opcode == NKB_HLO_SCATTER))
            body->custom = i;
        if (instruction->opcode == NKB_HLO_CONSTANT) {
            if (!add_constant(&f, i, &body->inner_bytes))
                return false;
        } else if (instruction->opcode == NKB_HLO_PARAMETER) {
            if (!read_bytes(&f, i, &body->parameter_reads[instruction->number]) ||
                !add_leaf_reads(&f, i, instruction->shape, 0, &body->inner_bytes))
                return false;
        }
    }
    return true;
}

/* Add what is written of one result. An update in place writes the update only; that is looked for
 * at the root and one tuple below it. */
static bool add_written(const struct nkb_hlo_computation *c, const struct nkb_cost_body *body,
                        uint32_t writer, const struct nkb_hlo_shape *shape, nkb_i128 *sum)
{
    const struct nkb_hlo_instruction *instruction = &c->instructions[writer], *update;
    nkb_i128 bytes;
    if (nkb_hlo_type_bits(shape->element_type) == 0 && shape->element_type != NKB_TYPE_TUPLE)
        return true;
    if (instruction->opcode == NKB_HLO_DYNAMIC_UPDATE_SLICE &&
        shape->element_type != NKB_TYPE_TUPLE)
        return (update = nkb_operand(c, instruction, 1)) != NULL &&
               nkb_cost_sizes_find(body->sizes, update->shape, true, &bytes) &&
               nkb_i128_add(*sum, bytes, sum);
    return nkb_cost_shape_bytes(shape, false, &bytes) && nkb_i128_add(*sum, bytes, sum);
}

bool nkb_cost_fusion_bytes(const struct nkb_hlo *hlo, const struct nkb_cost_body *bodies,
                           const struct nkb_hlo_instruction *fusion, nkb_i128 *out)
{
    const struct nkb_hlo_computation *c = &hlo->computations[fusion->called[0]];
    const struct nkb_cost_body *body = &bodies[fusion->called[0]];
    const struct nkb_hlo_instruction *root = &c->instructions[c->root];
    const struct nkb_hlo_shape *shape = fusion->shape;
    *out = body->inner_bytes;
    if (shape->element_type != NKB_TYPE_TUPLE)
        return add_written(c, body, c->root, shape, out);
    for (uint32_t i = 0; i < shape->tuple_count; i++) {
        uint32_t writer = c->root;
        if (root->opcode == NKB_HLO_TUPLE) {
            if (!nkb_operand(c, root, i))
                return false;
            if (shape->tuple[i].element_type != NKB_TYPE_TUPLE)
                writer = root->operands[i];
        }
        if (!add_written(c, body, writer, &shape->tuple[i], out))
            return false;
    }
    return true;
}
