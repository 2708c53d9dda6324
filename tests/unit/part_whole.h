/* A whole part at once, as structs in memory, for tests: written by way of a draft, and read. */
#ifndef PART_WHOLE_H
#define PART_WHOLE_H

#include <stdlib.h>

#include "model/part_draft.h"

static int append_piece(void *context, struct nkb_str piece, struct nkb_err *err)
{
    struct nkb_buf *out = context;
    nkb_buf_append(out, piece.ptr, piece.len);
    return out->failed ? nkb_err_memory(err) : 0;
}

static int write_whole(const struct nkb_part *part, const char *engine, struct nkb_buf *out,
                       struct nkb_err *err)
{
    struct nkb_part_draft *draft = nkb_part_draft_new(NULL);
    struct nkb_part written = *part;
    int code = draft ? 0 : nkb_err_memory(err);
    written.modules = calloc(part->module_count + 1, sizeof *written.modules);
    for (uint32_t i = 0; i < part->module_count && code == 0; i++) {
        struct nkb_module module = part->modules[i];
        code = nkb_part_draft_put(draft, &module, err);
        written.modules[i].drafted = module.drafted; /* nothing else is looked at */
    }
    if (code == 0)
        code = nkb_part_draft_write(draft, &written, engine, append_piece, out, err);
    free(written.modules);
    nkb_part_draft_free(draft);
    return code;
}

struct gathering {
    struct nkb_arena *arena;
    struct nkb_part *part;
};

static int gather(void *context, struct nkb_module *module, struct nkb_err *err)
{
    const struct gathering *to = context;
    uint32_t count = to->part->module_count;
    struct nkb_module *modules =
        nkb_arena_grow(to->arena, to->part->modules, count, count + 1, sizeof *modules);
    if (!modules)
        return nkb_err_memory(err);
    modules[count] = *module;
    to->part->modules = modules;
    to->part->module_count = count + 1;
    return 0;
}

static int read_whole(struct nkb_str bytes, const char *engine, struct nkb_arena *arena,
                      struct nkb_part *out, struct nkb_err *err)
{
    struct nkb_part modules = {0};
    struct gathering to = {arena, &modules};
    struct nkb_part_reading reading = {.take = gather, .context = &to, .dimensions = ~0u};
    int code = nkb_part_read(bytes, engine, &reading, arena, out, err);
    if (code == 0) {
        out->modules = modules.modules;
        out->module_count = modules.module_count;
    }
    return code;
}

#endif
