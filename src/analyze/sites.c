/* One walk over all instructions checks the references and marks the sites, which then are listed.
 * The first fault stays: an executed count needs the whole module to be sound, reachable or not, as
 * XLA does. */
#include "analyze/sites.h"

#include "analyze/cost_rules.h"
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

/* Of which kind an opcode's sites are. Any other is a site where it names computations. */
struct part {
    bool is_site, is_special;
    unsigned char kind;
};
static const struct part parts[NKB_HLO_OPCODE_COUNT + 1] = {
    [NKB_HLO_DOT] = {true, false, NKB_SITE_DOT},
    [NKB_HLO_CONVOLUTION] = {true, true, NKB_SITE_CONVOLUTION},
    [NKB_HLO_RAGGED_DOT] = {true, true, NKB_SITE_RAGGED_DOT},
    [NKB_HLO_SCALED_DOT] = {true, true, NKB_SITE_SCALED_DOT},
    [NKB_HLO_CUSTOM_CALL] = {true, true, NKB_SITE_CUSTOM_CALL},
    [NKB_HLO_WHILE] = {true, true, NKB_SITE_WHILE},
    [NKB_HLO_CONDITIONAL] = {true, true, NKB_SITE_CONDITIONAL},
};

static enum nkb_site_kind kind_of(const struct nkb_hlo_instruction *in)
{
    if (in->opcode == NKB_HLO_CUSTOM_CALL)
        return nkb_site_custom_kind(in->attrs ? in->attrs->custom_call_target : NKB_STR_NONE);
    return parts[in->opcode].is_site ? (enum nkb_site_kind)parts[in->opcode].kind : NKB_SITE_CALLER;
}

static bool has_none(const uint32_t *positions, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (positions[i] == NKB_HLO_NONE)
            return true;
    return false;
}

/* NULL when every reference of the instruction leads somewhere and none is missing. */
static const char *check_references(const struct nkb_hlo_computation *computation,
                                    const struct nkb_hlo_instruction *in, struct nkb_arena *keep)
{
    char where[NKB_WHERE_BYTES];
    uint32_t needed = nkb_cost_callee_count(in);
    if (has_none(in->operands, in->operand_count))
        return nkb_arena_printf(keep, "%s: operand %lld does not exist there",
                                nkb_where(computation, in, where),
                                (long long)nkb_hlo_missing_id(in->operands, in->operand_count));
    if (has_none(in->called, in->called_count))
        return nkb_arena_printf(keep, "%s: computation %lld does not exist",
                                nkb_where(computation, in, where),
                                (long long)nkb_hlo_missing_id(in->called, in->called_count));
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

/* Are the computations there that an instruction names, and those it needs among them? */
static bool has_callees(const struct nkb_hlo *hlo, const struct nkb_hlo_instruction *in)
{
    for (uint32_t i = 0; i < in->called_count; i++)
        if (in->called[i] >= hlo->computation_count)
            return false;
    return in->called_count >= nkb_cost_callee_count(in);
}

/* One bit an instruction: is it a site? So the second walk passes over all others. */
enum { MARKS = 64 };
static size_t marks_of(const struct nkb_hlo_computation *computation)
{
    return ((size_t)computation->instruction_count + MARKS - 1) / MARKS;
}

/* Marks the sites among at most MARKS instructions from `first` on, counts the special ones, and
 * clears *in_order where one is not as struct nkb_sites says. */
static inline uint64_t mark_sites(const struct nkb_hlo *hlo,
                                  const struct nkb_hlo_computation *computation, uint32_t first,
                                  size_t *specials, bool *in_order)
{
    uint32_t left = computation->instruction_count - first;
    uint32_t end = first + (left < MARKS ? left : MARKS);
    const struct nkb_hlo_instruction *in = &computation->instructions[first];
    uint64_t marks = 0;
    size_t special = 0;
    bool good = true;
    for (uint32_t i = first; i < end; i++, in++) {
        nkb_hlo_ask_ahead(hlo, in);
        bool is_site = parts[in->opcode].is_site;
        for (uint32_t k = 0; k < in->operand_count; k++)
            good &= in->operands[k] < i;
        if (in->called_count > 0 || nkb_cost_rules[in->opcode].callees > 0) {
            is_site |= in->called_count > 0;
            good &= has_callees(hlo, in);
        }
        special += parts[in->opcode].is_special || in->called_count > 0;
        good &= in->opcode != NKB_HLO_OPCODE_COUNT;
        marks |= (uint64_t)is_site << (i - first);
    }
    *in_order &= good;
    *specials += special;
    return marks;
}

/* How many there are, the first of each computation, and the first reference that leads nowhere.
 * Returns how many are special. */
static size_t survey(struct nkb_sites *sites, uint64_t *marks, struct nkb_arena *keep)
{
    size_t specials = 0;
    const struct nkb_hlo *hlo = sites->hlo;
    for (uint32_t c = 0; c < hlo->computation_count; c++) {
        const struct nkb_hlo_computation *computation = &hlo->computations[c];
        size_t words = marks_of(computation);
        sites->first[c] = sites->count;
        sites->first_special[c] = specials;
        sites->in_order[c] = true;
        for (size_t word = 0; word < words; word++, marks++) {
            *marks = mark_sites(hlo, computation, (uint32_t)(word * MARKS), &specials,
                                &sites->in_order[c]);
            sites->count += (size_t)__builtin_popcountll(*marks);
        }
        if (sites->in_order[c])
            continue;
        for (uint32_t i = 0; i < computation->instruction_count && !sites->fault; i++)
            sites->fault = check_references(computation, &computation->instructions[i], keep);
    }
    sites->first[hlo->computation_count] = sites->count;
    sites->first_special[hlo->computation_count] = specials;
    return specials;
}

static void list(struct nkb_sites *sites, const uint64_t *marks)
{
    struct nkb_site *next = sites->at;
    size_t *special = sites->special;
    for (uint32_t c = 0; c < sites->hlo->computation_count; c++) {
        const struct nkb_hlo_computation *computation = &sites->hlo->computations[c];
        size_t words = marks_of(computation);
        for (size_t word = 0; word < words; word++, marks++) {
            for (uint64_t left = *marks; left != 0; left &= left - 1) {
                size_t i = word * MARKS + (size_t)__builtin_ctzll(left);
                const struct nkb_hlo_instruction *in = &computation->instructions[i];
                enum nkb_site_kind kind = kind_of(in);
                if (parts[in->opcode].is_special || in->called_count > 0)
                    *special++ = (size_t)(next - sites->at);
                sites->conditional_count += kind == NKB_SITE_CONDITIONAL;
                *next++ = (struct nkb_site){
                    .computation = c,
                    .instruction = (uint32_t)i,
                    .kind = kind,
                    .calls = in->called_count > 0,
                    .loop = kind == NKB_SITE_WHILE ? sites->loop_count++ : 0,
                };
            }
        }
    }
}

int nkb_sites_find(const struct nkb_hlo *hlo, struct nkb_arena *scratch, struct nkb_arena *keep,
                   struct nkb_sites *out, struct nkb_err *err)
{
    size_t words = 0, bytes;
    *out = (struct nkb_sites){.hlo = hlo, .fault = check_module(hlo, keep)};
    for (uint32_t c = 0; c < hlo->computation_count; c++)
        words += marks_of(&hlo->computations[c]);
    uint64_t *marks = nkb_arena_array(scratch, words, sizeof *marks);
    out->first = nkb_arena_array(scratch, (size_t)hlo->computation_count + 1, sizeof *out->first);
    out->first_special =
        nkb_arena_array(scratch, (size_t)hlo->computation_count + 1, sizeof *out->first_special);
    out->in_order = nkb_arena_array(scratch, hlo->computation_count, sizeof *out->in_order);
    out->dot_macs = nkb_arena_array(scratch, hlo->computation_count, sizeof *out->dot_macs);
    if (!marks || !out->first || !out->first_special || !out->in_order || !out->dot_macs)
        return nkb_err_memory(err);
    out->special = nkb_arena_array(scratch, survey(out, marks, keep), sizeof *out->special);
    /* Large modules have millions: room for as many, and not for what it took to grow there. */
    if (nkb_size_mul(out->count, sizeof *out->at, &bytes))
        out->at = nkb_arena_take(scratch, bytes);
    if (!out->at || !out->special)
        return nkb_err_memory(err);
    list(out, marks);
    return nkb_arena_failed(keep) ? nkb_err_memory(err) : 0;
}
