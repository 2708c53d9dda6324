/* Computations of HLO text. A computation gets its position when it ends, so callees written inside
 * it (and those that async instructions stand for) come before it, as XLA orders them. */
#include "input/hlotext_reader.h"

#include "base/text.h"

int nkb_hlotext_add_computation(struct nkb_hlotext *r,
                                const struct nkb_hlo_computation *computation,
                                uint32_t *position_out)
{
    size_t position = r->computations.len / sizeof *computation;
    if (position >= NKB_HLO_NONE)
        return nkb_err_memory(r->err);
    nkb_buf_append(&r->computations, computation, sizeof *computation);
    if (r->computations.failed)
        return nkb_err_memory(r->err);
    nkb_hlotext_computations(r)[position].id = (int64_t)position;
    *position_out = (uint32_t)position;
    return 0;
}

static int read_instructions(struct nkb_hlotext *r, struct nkb_hlo_computation *computation)
{
    char shown[NKB_SHOWN_BYTES];
    computation->root = NKB_HLO_NONE;
    for (uint32_t i = 0; !nkb_hlotext_take(r, '}'); i++) {
        if (r->at == r->end)
            return nkb_hlotext_fail(
                r, nkb_hlotext_line(r, r->at),
                "the text ends inside computation '%s' of line %llu; '}' closes it",
                nkb_show(computation->name, shown), (unsigned long long)computation->at);
        bool is_root;
        int rc = nkb_hlotext_instruction(r, &is_root);
        if (rc < 0)
            return rc;
        if (is_root && computation->root != NKB_HLO_NONE)
            return nkb_hlotext_fail(r, nkb_hlotext_instructions(r)[i].at,
                                    "computation '%s' has a second ROOT; one is right",
                                    nkb_show(computation->name, shown));
        if (is_root)
            computation->root = i;
        computation->instruction_count = i + 1;
    }
    if (computation->instruction_count == 0)
        return nkb_hlotext_fail(r, computation->at,
                                "computation '%s' has no instruction; one at least is expected",
                                nkb_show(computation->name, shown));
    if (computation->root == NKB_HLO_NONE) /* XLA's rule */
        computation->root = computation->instruction_count - 1;
    computation->root_id = computation->root;
    return 0;
}

int nkb_hlotext_body(struct nkb_hlotext *r, struct nkb_str name, uint64_t line,
                     uint32_t *position_out)
{
    uint32_t outer_scope = r->scope;
    size_t outer_first = r->first_instruction;
    struct nkb_hlo_computation computation = {.name = nkb_arena_copy(r->arena, name), .at = line};

    if (r->scope_count == UINT32_MAX)
        return nkb_err_memory(r->err);
    r->scope = ++r->scope_count;
    if (r->inline_depth == 0)
        nkb_names_forget(&r->instruction_names, r->scope);
    r->first_instruction = r->instructions.len / sizeof(struct nkb_hlo_instruction);
    int rc = read_instructions(r, &computation);
    if (rc < 0)
        return rc;

    size_t size = computation.instruction_count * sizeof(struct nkb_hlo_instruction);
    computation.instructions = nkb_arena_alloc(r->arena, size);
    if (!computation.instructions || !computation.name.ptr)
        return nkb_err_memory(r->err);
    memcpy(computation.instructions, nkb_hlotext_instructions(r), size);
    r->instructions.len = r->first_instruction * sizeof(struct nkb_hlo_instruction);
    r->first_instruction = outer_first;
    r->scope = outer_scope;
    return nkb_hlotext_add_computation(r, &computation, position_out);
}
