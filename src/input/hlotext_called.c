/* Computations an instruction calls: by name, in a list, or written out in place. XLA prints
 * callees first, but a name may stand before its definition: it then waits in `pending` until the
 * end. */
#include "input/hlotext_reader.h"

#include "base/text.h"

struct pending {
    struct nkb_str name;
    uint32_t *position;
    uint64_t line;
    bool by_fusion;
};

/* At the cursor, behind a '{': a name and then ',' or '}'? Else it is an instruction. */
static bool opens_list(struct nkb_hlotext *r)
{
    const char *from = r->at;
    bool is = false;
    nkb_hlotext_take(r, '%');
    if (nkb_hlotext_word(r).len) {
        nkb_hlotext_blanks(r);
        is = nkb_hlotext_peek(r) == ',' || nkb_hlotext_peek(r) == '}';
    }
    r->at = from;
    return is;
}

static int read_inline(struct nkb_hlotext *r, struct nkb_hlotext_draft *draft,
                       struct nkb_hlotext_called *out)
{
    if (r->inline_depth == NKB_HLOTEXT_MAX_INLINE_DEPTH)
        return nkb_hlotext_fail(
            r, nkb_hlotext_line(r, r->at),
            "computations stand inside instructions more than %d deep; no module needs that",
            NKB_HLOTEXT_MAX_INLINE_DEPTH);
    (void)nkb_hlotext_draft_line(r, draft); /* while it is ahead */
    r->inline_depth++;
    *out = (struct nkb_hlotext_called){draft->made.name, NKB_HLO_NONE};
    int rc = nkb_hlotext_body(r, draft->made.name, nkb_hlotext_line(r, r->at), &out->position);
    r->inline_depth--;
    return rc;
}

int nkb_hlotext_called_one(struct nkb_hlotext *r, struct nkb_hlotext_draft *draft,
                           struct nkb_hlotext_called *out)
{
    if (nkb_hlotext_take(r, '{'))
        return read_inline(r, draft, out);
    out->position = NKB_HLO_NONE;
    return nkb_hlotext_name(r, "the name of a computation", &out->name);
}

int nkb_hlotext_called_value(struct nkb_hlotext *r, struct nkb_hlotext_draft *draft)
{
    struct nkb_hlotext_called one;
    int rc;

    if (!nkb_hlotext_take(r, '{')) {
        rc = nkb_hlotext_called_one(r, draft, &one);
    } else if (nkb_hlotext_take(r, '}')) {
        return 0;
    } else if (nkb_hlotext_peek(r) == '{' || opens_list(r)) {
        do {
            if ((rc = nkb_hlotext_called_one(r, draft, &one)) < 0)
                return rc;
            nkb_buf_append(&r->called, &one, sizeof one);
        } while (nkb_hlotext_take(r, ','));
        return nkb_hlotext_want(r, '}', "',' or '}' in a list of computations");
    } else {
        rc = read_inline(r, draft, &one);
    }
    if (rc == 0)
        nkb_buf_append(&r->called, &one, sizeof one);
    return rc;
}

static void bind(struct nkb_hlotext *r, const struct pending *reference, uint32_t position)
{
    *reference->position = position;
    if (reference->by_fusion)
        nkb_hlotext_computations(r)[position].is_fusion = true;
}

int nkb_hlotext_called_finish(struct nkb_hlotext *r, struct nkb_hlotext_draft *draft)
{
    struct nkb_hlo_instruction *made = &draft->made;
    size_t paired = draft->pair_name[0] ? 2 : 0;
    if (r->called.failed)
        return nkb_err_memory(r->err);
    const struct nkb_hlotext_called *list =
        (const struct nkb_hlotext_called *)(const void *)r->called.data;
    size_t first = draft->called_base / sizeof *list;
    size_t count = paired + r->called.len / sizeof *list - first;
    uint32_t *called = nkb_hlo_pool_take(&r->pool, count * sizeof *called);
    if (!called || count > UINT32_MAX)
        return nkb_err_memory(r->err);
    made->called = called;
    made->called_count = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        const struct nkb_hlotext_called *one =
            i < paired ? &draft->pair[i] : &list[first + i - paired];
        enum nkb_hlo_opcode opcode =
            draft->wrapped == NKB_HLO_OPCODE_COUNT ? made->opcode : draft->wrapped;
        struct pending reference = {one->name, &called[i], 0, opcode == NKB_HLO_FUSION};
        uint32_t position = one->position;
        if (position != NKB_HLO_NONE ||
            nkb_names_find(&r->computation_names, nkb_hlotext_computations_named(r), 1, one->name,
                           &position)) {
            bind(r, &reference, position);
        } else {
            called[i] = NKB_HLO_NONE;
            reference.line = nkb_hlotext_draft_line(r, draft);
            if (!nkb_hlo_pool_text(&r->pool, one->name, &reference.name))
                return nkb_err_memory(r->err);
            nkb_buf_append(&r->pending, &reference, sizeof reference);
        }
    }
    r->called.len = draft->called_base;
    return 0;
}

int nkb_hlotext_called_resolve(struct nkb_hlotext *r)
{
    if (r->pending.failed)
        return nkb_err_memory(r->err);
    const struct pending *list = (const struct pending *)(const void *)r->pending.data;
    for (size_t i = 0; i < r->pending.len / sizeof *list; i++) {
        uint32_t position;
        if (!nkb_names_find(&r->computation_names, nkb_hlotext_computations_named(r), 1,
                            list[i].name, &position)) {
            char shown[NKB_SHOWN_BYTES];
            return nkb_hlotext_fail(
                r, list[i].line,
                "computation '%s' is not defined; every computation called must stand in "
                "the module",
                nkb_show(list[i].name, shown));
        }
        bind(r, &list[i], position);
    }
    return 0;
}
