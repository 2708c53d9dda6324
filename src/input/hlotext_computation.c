/* Computations of HLO text. A computation gets its position when it ends, so callees written inside
 * it (and those that async instructions stand for) come before it, as XLA orders them. */
#include "input/hlotext_reader.h"

#include <stdlib.h>

#include "base/num.h"
#include "base/text.h"

/* Instructions gather in a small array that is used again and again; those of a computation written
 * inside another, and of a large one, in the arena. */
enum { FEW = 1024, FIRST_ROOM = 8, GROWTH_MAX = 64 };
#define SLACK (33.0 / 32)
#define DIRECT                                                                                     \
    (64.0 * 1024 * 1024 / sizeof(struct nkb_hlo_instruction)) /* in one step, if promised */

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

struct body {
    struct nkb_hlo_computation *computation;
    bool is_closed;
};

/* An instruction, or the brace behind the last. */
static int read_next(struct nkb_hlotext *r, void *data)
{
    struct body *body = data;
    struct nkb_hlo_computation *computation = body->computation;
    char shown[NKB_SHOWN_BYTES];
    body->is_closed = nkb_hlotext_take(r, '}');
    if (body->is_closed)
        return 0;
    if (nkb_hlotext_at_end(r))
        return nkb_hlotext_fail(r, nkb_hlotext_line(r, r->at),
                                "the text ends inside computation '%s' of line %llu; '}' closes it",
                                nkb_show(computation->name, shown),
                                (unsigned long long)computation->at);
    bool is_root = false;
    uint64_t line = 0;
    int rc = nkb_hlotext_instruction(r, &is_root, &line);
    if (rc < 0)
        return rc;
    if (is_root && computation->root != NKB_HLO_NONE)
        return nkb_hlotext_fail(r, line, "computation '%s' has a second ROOT; one is right",
                                nkb_show(computation->name, shown));
    if (is_root)
        computation->root = computation->instruction_count;
    computation->instruction_count++;
    return 0;
}

static int read_instructions(struct nkb_hlotext *r, struct nkb_hlo_computation *computation)
{
    struct body body = {computation, false};
    char shown[NKB_SHOWN_BYTES];
    computation->root = NKB_HLO_NONE;
    do { /* what stands inside an instruction is part of its unit */
        int rc = r->inline_depth ? read_next(r, &body) : nkb_hlotext_whole(r, read_next, &body);
        if (rc < 0)
            return rc;
    } while (!body.is_closed);
    if (computation->instruction_count == 0)
        return nkb_hlotext_fail(r, computation->at,
                                "computation '%s' has no instruction; one at least is expected",
                                nkb_show(computation->name, shown));
    if (computation->root == NKB_HLO_NONE) /* XLA's rule */
        computation->root = computation->instruction_count - 1;
    computation->root_id = computation->root;
    return 0;
}

static bool open_few(struct nkb_hlotext *r)
{
    if (!r->few)
        r->few = malloc(FEW * sizeof *r->few);
    r->list.at = r->few;
    r->list.room = r->few ? FEW : 0;
    return r->few != NULL;
}

/* With room for as many as the rest of the text would hold if it went on so. A text may be longer
 * than was known. */
bool nkb_hlotext_grow_list(struct nkb_hlotext *r)
{
    struct nkb_hlotext_list *list = &r->list;
    size_t room = list->count * GROWTH_MAX, bytes;
    uint64_t here = nkb_hlotext_offset(r, r->at), end = r->input.size_bytes;
    if (end < r->read_bytes)
        end = r->read_bytes;
    double promised = (double)list->count * (double)(end - list->begun) /
                          (double)(here - list->begun + 1) * SLACK +
                      FIRST_ROOM;

    if (room < FIRST_ROOM)
        room = FIRST_ROOM;
    if (promised < (double)room || promised < DIRECT)
        room = (size_t)promised;
    if (room < list->count + list->count / 4 + FIRST_ROOM)
        room = list->count + list->count / 4 + FIRST_ROOM;
    if (!nkb_size_mul(room, sizeof *list->at, &bytes))
        return false;
    struct nkb_hlo_instruction *grown = nkb_arena_take(r->arena, bytes);
    if (!grown)
        return false;
    if (list->count)
        memcpy(grown, list->at, list->count * sizeof *grown);
    list->at = grown;
    list->room = room;
    return true;
}

int nkb_hlotext_body(struct nkb_hlotext *r, struct nkb_str name, uint64_t line,
                     uint32_t *position_out)
{
    uint32_t outer_scope = r->scope;
    struct nkb_hlotext_list outer = r->list;
    bool is_outer = r->inline_depth == 0;
    struct nkb_hlo_computation computation = {.name = name, .at = line};

    if (r->scope_count == UINT32_MAX)
        return nkb_err_memory(r->err);
    r->scope = ++r->scope_count;
    if (is_outer)
        nkb_names_forget(&r->instruction_names, r->scope);
    r->list = (struct nkb_hlotext_list){.begun = nkb_hlotext_offset(r, r->at)};
    if (is_outer && !open_few(r))
        return nkb_err_memory(r->err);
    int rc = read_instructions(r, &computation);
    if (rc < 0)
        return rc;

    computation.instructions = r->list.at;
    if (r->list.at == r->few) {
        size_t size = r->list.count * sizeof *r->few;
        computation.instructions = nkb_arena_take(r->arena, size);
        if (computation.instructions)
            memcpy(computation.instructions, r->few, size);
    }
    if (!computation.instructions)
        return nkb_err_memory(r->err);
    r->list = outer;
    r->scope = outer_scope;
    return nkb_hlotext_add_computation(r, &computation, position_out);
}
