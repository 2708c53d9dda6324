/* Picks the sites and checks the references in one walk over all instructions. The first fault
 * stays: an executed count needs the whole module to be sound, reachable or not, as XLA does. */
#include "analyze/sites.h"

#include "analyze/notes.h"
#include "base/text.h"

enum nkb_site_kind nkb_site_custom_kind(struct nkb_str target)
{
    if (nkb_str_is(target, "AwsNeuronCustomNativeKernel"))
        return NKB_SITE_NKI;
    if (nkb_str_is(target, "AwsNeuronIntMatmult") ||
        nkb_str_is(target, "AwsNeuronCollectiveMatmul"))
        return NKB_SITE_CUSTOM_MATMUL;
    return NKB_SITE_CUSTOM_CALL;
}

/* Is it a site, and of which kind? */
static bool classify(const struct nkb_hlo_instruction *in, enum nkb_site_kind *kind)
{
    switch (in->opcode) {
    case NKB_HLO_DOT:
        *kind = NKB_SITE_DOT;
        return true;
    case NKB_HLO_CONVOLUTION:
        *kind = NKB_SITE_CONVOLUTION;
        return true;
    case NKB_HLO_RAGGED_DOT:
        *kind = NKB_SITE_RAGGED_DOT;
        return true;
    case NKB_HLO_SCALED_DOT:
        *kind = NKB_SITE_SCALED_DOT;
        return true;
    case NKB_HLO_WHILE:
        *kind = NKB_SITE_WHILE;
        return true;
    case NKB_HLO_CONDITIONAL:
        *kind = NKB_SITE_CONDITIONAL;
        return true;
    case NKB_HLO_CUSTOM_CALL:
        *kind = nkb_site_custom_kind(in->attrs ? in->attrs->custom_call_target : NKB_STR_NONE);
        return true;
    default:
        *kind = NKB_SITE_CALLER;
        return in->called_count > 0;
    }
}

/* How many computations an instruction cannot do without. */
static uint32_t callees_needed(enum nkb_hlo_opcode opcode)
{
    switch (opcode) {
    case NKB_HLO_WHILE:
    case NKB_HLO_SELECT_AND_SCATTER:
        return 2;
    case NKB_HLO_CALL:
    case NKB_HLO_FUSION:
    case NKB_HLO_CONDITIONAL:
    case NKB_HLO_MAP:
    case NKB_HLO_REDUCE:
    case NKB_HLO_REDUCE_WINDOW:
    case NKB_HLO_SCATTER:
    case NKB_HLO_SCAN:
    case NKB_HLO_ASYNC_START:
        return 1;
    default:
        return 0;
    }
}

/* NULL when every reference of the instruction leads somewhere. */
static const char *check_references(const struct nkb_hlo_computation *computation,
                                    const struct nkb_hlo_instruction *in, struct nkb_arena *keep)
{
    char where[NKB_WHERE_BYTES];
    for (uint32_t i = 0; i < in->operand_count; i++)
        if (in->operands[i] == NKB_HLO_NONE)
            return nkb_arena_printf(keep, "%s: operand %lld does not exist there",
                                    nkb_where(computation, in, where),
                                    (long long)nkb_hlo_missing_id(in->operands, in->operand_count));
    for (uint32_t i = 0; i < in->called_count; i++)
        if (in->called[i] == NKB_HLO_NONE)
            return nkb_arena_printf(keep, "%s: computation %lld does not exist",
                                    nkb_where(computation, in, where),
                                    (long long)nkb_hlo_missing_id(in->called, in->called_count));
    uint32_t needed = callees_needed(in->opcode);
    if (in->called_count < needed)
        return nkb_arena_printf(keep, "%s: a %s names %u of the %u computations it needs",
                                nkb_where(computation, in, where), nkb_hlo_opcode_name(in->opcode),
                                (unsigned)in->called_count, (unsigned)needed);
    return NULL;
}

static const char *check_module(const struct nkb_hlo *hlo, struct nkb_arena *keep)
{
    if (hlo->computation_count == 0)
        return "an empty module: there is no entry computation";
    if (hlo->entry >= hlo->computation_count)
        return nkb_arena_printf(keep, "no entry computation: %lld does not exist",
                                (long long)hlo->entry_id);
    for (uint32_t c = 0; c < hlo->computation_count; c++) {
        const struct nkb_hlo_computation *computation = &hlo->computations[c];
        char name[NKB_SHOWN_BYTES];
        if (computation->root >= computation->instruction_count)
            return nkb_arena_printf(keep, "computation '%s': its root %lld is no instruction of it",
                                    nkb_show(computation->name, name),
                                    (long long)computation->root_id);
    }
    return NULL;
}

static size_t count_sites(const struct nkb_hlo *hlo)
{
    size_t count = 0;
    enum nkb_site_kind ignored;
    for (uint32_t c = 0; c < hlo->computation_count; c++)
        for (uint32_t i = 0; i < hlo->computations[c].instruction_count; i++)
            count += classify(&hlo->computations[c].instructions[i], &ignored);
    return count;
}

int nkb_sites_find(const struct nkb_hlo *hlo, struct nkb_arena *scratch, struct nkb_arena *keep,
                   struct nkb_sites *out, struct nkb_err *err)
{
    *out = (struct nkb_sites){.hlo = hlo, .fault = check_module(hlo, keep)};
    out->first = nkb_arena_array(scratch, (size_t)hlo->computation_count + 1, sizeof *out->first);
    /* Large modules have millions: room for as many, and not for what it took to grow there. */
    out->at = nkb_arena_array(scratch, count_sites(hlo), sizeof *out->at);
    if (!out->first || !out->at)
        return nkb_err_memory(err);

    for (uint32_t c = 0; c < hlo->computation_count; c++) {
        const struct nkb_hlo_computation *computation = &hlo->computations[c];
        out->first[c] = out->count;
        for (uint32_t i = 0; i < computation->instruction_count; i++) {
            const struct nkb_hlo_instruction *in = &computation->instructions[i];
            enum nkb_site_kind kind;
            if (!out->fault)
                out->fault = check_references(computation, in, keep);
            if (!classify(in, &kind))
                continue;
            out->at[out->count++] = (struct nkb_site){
                .computation = c,
                .instruction = i,
                .kind = kind,
                .loop = kind == NKB_SITE_WHILE ? out->loop_count++ : 0,
            };
        }
    }
    out->first[hlo->computation_count] = out->count;
    return nkb_arena_failed(keep) ? nkb_err_memory(err) : 0;
}
