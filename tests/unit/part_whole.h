/* A whole part at once, as structs in memory, for tests: written by way of a draft, and read. */
#ifndef PART_WHOLE_H
#define PART_WHOLE_H

#include <stdlib.h>
#include <string.h>

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
    struct nkb_record_room room;
    struct nkb_part *part;
};

static int gather(void *context, struct nkb_module *module, struct nkb_err *err)
{
    struct gathering *to = context;
    uint32_t count = to->part->module_count;
    struct nkb_module *modules =
        nkb_arena_grow(to->room.arena, to->part->modules, count, count + 1, sizeof *modules);
    if (!modules || !nkb_record_copy(&to->room, &nkb_module_record, module, &modules[count]))
        return nkb_err_memory(err);
    to->part->modules = modules;
    to->part->module_count = count + 1;
    return 0;
}

/* What is made of it needs the bytes no longer. */
static int read_whole(struct nkb_str bytes, const char *engine, struct nkb_arena *arena,
                      struct nkb_part *out, struct nkb_err *err)
{
    struct nkb_arena passing = NKB_ARENA_INIT;
    struct nkb_part modules = {0}, front;
    struct gathering to = {{arena, {0}}, &modules};
    char *copy = malloc(bytes.len + 1); /* gone as soon as it is read */
    struct nkb_part_source from = {-1, {copy, bytes.len}, bytes.len};
    memcpy(copy, bytes.ptr, bytes.len);
    int code = nkb_part_read(&from, engine, gather, &to, &passing, &front, err);
    if (code == 0 && !nkb_record_copy(&to.room, &nkb_part_record, &front, out))
        code = nkb_err_memory(err);
    if (code == 0) {
        out->modules = modules.modules;
        out->module_count = modules.module_count;
    }
    free(copy);
    nkb_intern_free(&to.room.texts);
    nkb_arena_free(&passing);
    return code;
}

#endif
