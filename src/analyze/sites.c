/* One walk over all instructions checks the references and counts the sites, another lists those
 * there are. The first fault stays: an executed count needs the whole module to be sound, reachable
 * or not, as XLA does. */
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

/* What an opcode is here: which computations it cannot do without, and of which kind its sites are.
 * Any other is a site where it names computations. */
struct part {
    bool is_site;
    unsigned char kind, callees_needed;
};
static const struct part parts[NKB_HLO_OPCODE_COUNT + 1] = {
    [NKB_HLO_DOT] = {true, NKB_SITE_DOT, 0},
    [NKB_HLO_CONVOLUTION] = {true, NKB_SITE_CONVOLUTION, 0},
    [NKB_HLO_RAGGED_DOT] = {true, NKB_SITE_RAGGED_DOT, 0},
    [NKB_HLO_SCALED_DOT] = {true, NKB_SITE_SCALED_DOT, 0},
    [NKB_HLO_CUSTOM_CALL] = {true, NKB_SITE_CUSTOM_CALL, 0},
    [NKB_HLO_WHILE] = {true, NKB_SITE_WHILE, 2},
    [NKB_HLO_CONDITIONAL] = {true, NKB_SITE_CONDITIONAL, 1},
    [NKB_HLO_SELECT_AND_SCATTER] = {false, 0, 2},
    [NKB_HLO_CALL] = {false, 0, 1},
    [NKB_HLO_FUSION] = {false, 0, 1},
    [NKB_HLO_MAP] = {false, 0, 1},
    [NKB_HLO_REDUCE] = {false, 0, 1},
    [NKB_HLO_REDUCE_WINDOW] = {false, 0, 1},
    [NKB_HLO_SCATTER] = {false, 0, 1},
    [NKB_HLO_SCAN] = {false, 0, 1},
    [NKB_HLO_ASYNC_START] = {false, 0, 1},
};

static inline bool is_site(const struct nkb_hlo_instruction *in)
{
    return parts[in->opcode].is_site || in->called_count > 0;
}

static enum nkb_site_kind kind_of(const struct nkb_hlo_instruction *in)
{
    if (in->opcode == NKB_HLO_CUSTOM_CALL)
        return nkb_site_custom_kind(in->attrs ? in->attrs->custom_call_target : NKB_STR_NONE);
    return parts[in->opcode].is_site ? (enum nkb_site_kind)parts[in->opcode].kind : NKB_SITE_CALLER;
}

static inline bool has_none(const uint32_t *positions, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (positions[i] == NKB_HLO_NONE)
            return true;
    return false;
}

/* Does a reference of the instruction lead nowhere, or is one missing? */
static inline bool is_broken(const struct nkb_hlo_instruction *in)
{
    return has_none(in->operands, in->operand_count) || has_none(in->called, in->called_count) ||
           in->called_count < parts[in->opcode].callees_needed;
}

static const char *describe_broken(const struct nkb_hlo_computation *computation,
                                   const struct nkb_hlo_instruction *in, struct nkb_arena *keep)
{
    char where[NKB_WHERE_BYTES];
    nkb_where(computation, in, where);
    if (has_none(in->operands, in->operand_count))
        return nkb_arena_printf(keep, "%s: operand %lld does not exist there", where,
                                (long long)nkb_hlo_missing_id(in->operands, in->operand_count));
    if (has_none(in->called, in->called_count))
        return nkb_arena_printf(keep, "%s: computation %lld does not exist", where,
                                (long long)nkb_hlo_missing_id(in->called, in->called_count));
    return nkb_arena_printf(keep, "%s: a %s names %u of the %u computations it needs", where,
                            nkb_hlo_opcode_name(in->opcode), (unsigned)in->called_count,
                            (unsigned)parts[in->opcode].callees_needed);
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

/* How many there are, the first of each computation, and whether all references lead somewhere. */
static void survey(struct nkb_sites *sites, struct nkb_arena *keep)
{
    const struct nkb_hlo *hlo = sites->hlo;
    for (uint32_t c = 0; c < hlo->computation_count; c++) {
        const struct nkb_hlo_computation *computation = &hlo->computations[c];
        size_t count = 0;
        sites->first[c] = sites->count;
        for (uint32_t i = 0; i < computation->instruction_count; i++) {
            const struct nkb_hlo_instruction *in = &computation->instructions[i];
            count += is_site(in);
            if (is_broken(in) && !sites->fault)
                sites->fault = describe_broken(computation, in, keep);
        }
        sites->count += count;
    }
    sites->first[hlo->computation_count] = sites->count;
}

static void list(struct nkb_sites *sites)
{
    struct nkb_site *next = sites->at;
    for (uint32_t c = 0; c < sites->hlo->computation_count; c++) {
        const struct nkb_hlo_instruction *in = sites->hlo->computations[c].instructions;
        const struct nkb_site *end = sites->at + sites->first[c + 1];
        for (uint32_t i = 0; next != end; i++) {
            if (!is_site(&in[i]))
                continue;
            enum nkb_site_kind kind = kind_of(&in[i]);
            *next++ = (struct nkb_site){
                .computation = c,
                .instruction = i,
                .kind = kind,
                .calls = in[i].called_count > 0,
                .loop = kind == NKB_SITE_WHILE ? sites->loop_count++ : 0,
            };
        }
    }
}

int nkb_sites_find(const struct nkb_hlo *hlo, struct nkb_arena *scratch, struct nkb_arena *keep,
                   struct nkb_sites *out, struct nkb_err *err)
{
    size_t bytes;
    *out = (struct nkb_sites){.hlo = hlo, .fault = check_module(hlo, keep)};
    out->first = nkb_arena_array(scratch, (size_t)hlo->computation_count + 1, sizeof *out->first);
    if (!out->first)
        return nkb_err_memory(err);
    survey(out, keep);
    /* Large modules have millions: room for as many, and not for what it took to grow there. */
    if (nkb_size_mul(out->count, sizeof *out->at, &bytes))
        out->at = nkb_arena_take(scratch, bytes);
    if (!out->at)
        return nkb_err_memory(err);
    list(out);
    return nkb_arena_failed(keep) ? nkb_err_memory(err) : 0;
}
