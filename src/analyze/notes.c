#include "analyze/notes.h"

#include "base/text.h"

void nkb_notes_add(struct nkb_notes *notes, const char *format, ...)
{
    if (notes->count == NKB_NOTES_MAX) {
        notes->dropped++;
        return;
    }
    struct nkb_err line; /* for its one-line cleaning */
    va_list args;
    va_start(args, format);
    nkb_err_setv(&line, NKB_EINPUT, format, args);
    va_end(args);
    const char *text = nkb_arena_string(notes->keep, line.text);
    if (text)
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

const char *nkb_where(struct nkb_arena *arena, const struct nkb_hlo_computation *computation,
                      const struct nkb_hlo_instruction *instruction)
{
    char in[NKB_SHOWN_BYTES], of[NKB_SHOWN_BYTES];
    const char *text =
        nkb_arena_printf(arena, "instruction '%s' in '%s'", nkb_show(instruction->name, of),
                         nkb_show(computation->name, in));
    return text ? text : "";
}
