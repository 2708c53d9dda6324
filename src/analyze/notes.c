/* Bounded work a note: a repeated text is found among at most NKB_NOTES_MAX hashes. */
#include "analyze/notes.h"

#include <stdio.h>

static uint32_t hash(const char *text) /* FNV-1a */
{
    uint32_t h = 2166136261u;
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 16777619u;
    return h;
}

void nkb_notes_add(struct nkb_notes *notes, const char *format, ...)
{
    struct nkb_err line; /* for its one-line cleaning */
    va_list args;
    va_start(args, format);
    nkb_err_setv(&line, NKB_EINPUT, format, args);
    va_end(args);

    uint32_t h = hash(line.text);
    for (uint32_t i = 0; i < notes->count; i++)
        if (notes->hash[i] == h && strcmp(notes->at[i], line.text) == 0)
            return;
    if (notes->count == NKB_NOTES_MAX) {
        notes->dropped++;
        return;
    }
    const char *text = nkb_arena_string(notes->keep, line.text);
    if (!text)
        return;
    notes->hash[notes->count] = h;
    notes->at[notes->count++] = text;
}

void nkb_notes_finish(struct nkb_notes *notes, struct nkb_module *module)
{
    if (notes->dropped > 0) {
        const char *text = nkb_arena_printf(notes->keep, "and %llu more notes like these",
                                            (unsigned long long)notes->dropped);
        if (text)
            notes->at[notes->count++] = text;
    }
    module->diagnostics = nkb_arena_array(notes->keep, notes->count, sizeof *module->diagnostics);
    module->diagnostic_count = module->diagnostics ? notes->count : 0;
    for (uint32_t i = 0; i < module->diagnostic_count; i++)
        module->diagnostics[i] = notes->at[i];
}

const char *nkb_where(const struct nkb_hlo_computation *computation,
                      const struct nkb_hlo_instruction *instruction, char out[NKB_WHERE_BYTES])
{
    char in[NKB_SHOWN_BYTES], of[NKB_SHOWN_BYTES];
    snprintf(out, NKB_WHERE_BYTES, "instruction '%s' in '%s'", nkb_show(instruction->name, of),
             nkb_show(computation->name, in));
    return out;
}
