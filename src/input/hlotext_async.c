/* XLA prints an async-start whose computation is one instruction as that instruction with a suffix:
 * `custom-call-start(p), custom_call_target="k"`. We make what it stands for, as XLA's reader does:
 * a computation of parameters and the wrapped instruction, which gets the line's attributes, and an
 * async-start that calls it. */
#include "input/hlotext_reader.h"

#include "base/text.h"

static bool strip(struct nkb_str *name, const char *suffix)
{
    if (!nkb_str_ends(*name, suffix))
        return false;
    name->len -= strlen(suffix);
    return true;
}

enum nkb_hlo_opcode nkb_hlotext_async_opcode(struct nkb_str name, enum nkb_hlo_opcode *wrapped)
{
    enum nkb_hlo_opcode opcode = NKB_HLO_OPCODE_COUNT;
    if (strip(&name, "-start"))
        opcode = NKB_HLO_ASYNC_START;
    else if (strip(&name, "-update"))
        opcode = NKB_HLO_ASYNC_UPDATE;
    else if (strip(&name, "-done"))
        opcode = NKB_HLO_ASYNC_DONE;
    *wrapped = opcode == NKB_HLO_OPCODE_COUNT ? opcode : nkb_hlo_opcode_find(name);
    return *wrapped == NKB_HLO_OPCODE_COUNT ? NKB_HLO_OPCODE_COUNT : opcode;
}

static int add_parameters(struct nkb_hlotext *r, const struct nkb_hlo_instruction *start,
                          struct nkb_hlo_instruction *parameters)
{
    const struct nkb_hlo_instruction *here = r->list.at;
    for (uint32_t i = 0; i < start->operand_count; i++) {
        char *name = i == 0 ? nkb_arena_string(r->arena, "async_param")
                            : nkb_arena_printf(r->arena, "async_param.%u", (unsigned)i);
        if (!name)
            return nkb_err_memory(r->err);
        parameters[i] = (struct nkb_hlo_instruction){
            .name = nkb_str_from(name),
            .opcode = NKB_HLO_PARAMETER,
            .shape = here[start->operands[i]].shape,
            .has_number = true,
            .number = i,
        };
    }
    return 0;
}

int nkb_hlotext_async_wrap(struct nkb_hlotext *r, struct nkb_hlotext_draft *draft)
{
    struct nkb_hlo_instruction *start = &draft->made;
    if (start->opcode != NKB_HLO_ASYNC_START) { /* the start has said it all */
        start->attrs = NULL;
        start->called = NULL;
        start->called_count = 0;
        return 0;
    }
    if (start->shape->tuple_count < 2) {
        char shown[NKB_SHOWN_BYTES];
        return nkb_hlotext_fail(
            r, nkb_hlotext_draft_line(r, draft),
            "the shape of '%s' is no ((operands), result, …); an async-start has that",
            nkb_show(start->name, shown));
    }

    uint32_t count = start->operand_count;
    struct nkb_hlo_instruction *instructions =
        nkb_arena_array(r->arena, (size_t)count + 1, sizeof *instructions);
    uint32_t *operands = nkb_arena_array(r->arena, count, sizeof *operands);
    uint32_t *called = nkb_arena_alloc(r->arena, sizeof *called);
    char *name = nkb_arena_string(r->arena, "async_wrapped");
    if (!instructions || !operands || !called || !name)
        return nkb_err_memory(r->err);
    int rc = add_parameters(r, start, instructions);
    if (rc < 0)
        return rc;
    for (uint32_t i = 0; i < count; i++)
        operands[i] = i;
    struct nkb_hlo_instruction *root = &instructions[count];
    *root = *start;
    root->opcode = draft->wrapped;
    root->name = nkb_str_from(nkb_hlo_opcode_name(draft->wrapped));
    root->shape = &start->shape->tuple[1];
    root->operands = operands;
    root->op_name = NKB_STR_NONE; /* stays with the start, whose calls it prefixes */

    struct nkb_hlo_computation wrapped = {
        .name = nkb_str_from(name),
        .root_id = count,
        .root = count,
        .instruction_count = count + 1,
        .instructions = instructions,
        .at = nkb_hlotext_draft_line(r, draft),
    };
    rc = nkb_hlotext_add_computation(r, &wrapped, called);
    if (rc < 0)
        return rc;
    start->attrs = NULL;
    start->has_number = false;
    start->number = 0;
    start->called = called;
    start->called_count = 1;
    return 0;
}
