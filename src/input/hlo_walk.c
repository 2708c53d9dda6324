/* The walk over what is in memory. As upb walks: a field that is unknown, or known with another
 * wire type, is skipped by its wire type; repeated numbers come packed or singly; a message given
 * twice is merged because both go to the same place. Recursion is bounded by NKB_HLO_DEPTH. */
#include "input/hlo_walk.h"

#include <string.h>

#include "base/ascii.h"
#include "base/text.h"
#include "input/hlo_usual.h"

typedef const unsigned char *bytes;

static const struct nkb_proto_field no_field = {.kind = NKB_PROTO_NONE};

static uint64_t offset_of(const struct nkb_hlo_walk *w, bytes p)
{
    return w->wire->bias + (uintptr_t)p;
}

static bool walk_text(struct nkb_hlo_walk *w, const struct nkb_proto_field *field, void *target,
                      bytes p, size_t len)
{
    struct nkb_str text = {(const char *)p, len};

    if (!nkb_ascii_is(p, len) && !nkb_utf8_valid(text))
        return nkb_hlo_fault_utf8(w->wire, offset_of(w, p));
    if (!target)
        return true;
    if (len > w->build->limits->text_bytes)
        return nkb_hlo_fault_text(w->wire, offset_of(w, p), len, w->build->limits->text_bytes);
    return nkb_hlo_build_kept_text(w->build, field, target, text);
}

bool nkb_hlo_walk_varints(struct nkb_hlo_walk *w, const struct nkb_proto_field *field, void *target,
                          bytes p, bytes end)
{
    uint64_t value, how_many = 0;

    if (p == end)
        return true;
    if (!target || field->keep == NKB_KEEP_NOT) {
        if (nkb_ascii_is(p, (size_t)(end - p)))
            return true; /* numbers of one byte each, whatever they are */
        while (p && p < end)
            p = nkb_wire_read_varint(w->wire, p, end, &value);
        return p != NULL;
    }
    if (!nkb_hlo_build_is_list(field->keep)) {
        while (p && p < end) {
            p = nkb_wire_read_varint(w->wire, p, end, &value);
            if (p)
                nkb_hlo_build_number(w->build, field, target, value);
        }
        return p != NULL;
    }
    for (bytes q = p; q < end; q++)
        how_many += *q < 0x80; /* each number has one such byte, its last */
    if (how_many == 0)
        return nkb_wire_read_varint(w->wire, p, end, &value) !=
               NULL; /* cut short: the fault is noted */
    int64_t *place = nkb_hlo_build_list(w->build, field, target, how_many);
    if (!place)
        return false;
    while (p && p < end) {
        p = nkb_wire_read_varint(w->wire, p, end, &value);
        if (p)
            *place++ = (int64_t)value;
    }
    return p != NULL;
}

static bytes walk_unknown(struct nkb_hlo_walk *w, uint32_t tag, bytes tag_at, bytes p, bytes end,
                          unsigned depth);

/* The length behind a tag, which must lie before `end`; returns what follows it. */
static inline bytes walk_length(struct nkb_hlo_walk *w, bytes tag_at, bytes p, bytes end,
                                uint64_t *len)
{
    p = nkb_wire_read_varint(w->wire, p, end, len);
    if (!p)
        return NULL;
    uint64_t left = (uint64_t)(end - p);
    if (*len > left || *len > NKB_HLO_LENGTH_MAX) {
        nkb_hlo_fault_length(w->wire, offset_of(w, tag_at), *len, left);
        return NULL;
    }
    w->wire->at = p; /* for the builder's faults */
    return p;
}

static bytes walk_child(struct nkb_hlo_walk *w, const struct nkb_proto_field *field, void *target,
                        bytes tag_at, bytes p, size_t len, unsigned depth)
{
    void *child = NULL;

    if (depth == NKB_HLO_DEPTH) {
        nkb_hlo_fault_depth(w->wire, offset_of(w, tag_at));
        return NULL;
    }
    if (target) {
        child = nkb_hlo_build_open(w->build, field, target, offset_of(w, tag_at),
                                   offset_of(w, p + len));
        if (!child)
            return NULL;
    }
    p = nkb_hlo_walk_fields(w, p, p + len, field->message, child, depth + 1);
    if (p && child && !nkb_hlo_build_close(w->build, field))
        return NULL;
    return p;
}

const unsigned char *nkb_hlo_walk_instructions(struct nkb_hlo_walk *w, bytes p, bytes end,
                                               unsigned depth)
{
    enum { NUMBER = 2 };

    if (depth == NKB_HLO_DEPTH)
        return p; /* a fault, if there is any */
    for (bytes unfinished;;) {
        p = nkb_hlo_usual_instructions(w->build, p, end, &unfinished);
        if (p && !unfinished)
            return p;
        if (p)
            p = nkb_hlo_walk_fields(w, p, unfinished, &nkb_proto_instruction, &w->build->draft,
                                    depth + 1);
        if (!p || !nkb_hlo_build_close_instruction(w->build)) {
            nkb_hlo_walk_blame(w, &nkb_proto_computation.fields[NUMBER], NUMBER, depth);
            return NULL;
        }
    }
}

const unsigned char *nkb_hlo_walk_group(struct nkb_hlo_walk *w, bytes p, bytes end, uint32_t group,
                                        unsigned depth)
{
    while (p < end) {
        bytes tag_at = p;
        uint32_t tag = 0;

        p = nkb_wire_read_tag(w->wire, p, end, &tag);
        if (!p)
            break;
        if ((tag & 7) == NKB_WIRE_GROUP_END && tag >> 3 == group)
            return p;
        p = walk_unknown(w, tag, tag_at, p, end, depth);
        if (!p) {
            nkb_hlo_walk_blame(w, NULL, tag >> 3, depth);
            return NULL;
        }
    }
    w->path_count = depth;
    if (p)
        nkb_hlo_fault_endless(w->wire, offset_of(w, p));
    return NULL;
}

/* A child of an instruction that may have come before. The second of its kind in one instruction
 * is merged with the first, which must have been walked for that. */
static bytes walk_known(struct nkb_hlo_walk *w, const struct nkb_proto_field *field, void *target,
                        bytes tag_at, bytes p, size_t len, unsigned depth)
{
    struct nkb_hlo_build *build = w->build;
    struct nkb_hlo_draft *draft = target;
    struct nkb_hlo_note *note = NULL;
    bool only = !((const bool *)target)[field->flag];

    if (draft->met.recalled[field->memo]) {
        const struct nkb_hlo_note *first = draft->met.recalled[field->memo];
        draft->met.recalled[field->memo] = NULL;
        only = false;
        if (!walk_child(w, field, target, tag_at, first->bytes, nkb_hlo_note_len(first), depth)) {
            w->wire->fault_at = offset_of(w, tag_at); /* memory or a limit; it stands nowhere */
            return NULL;
        }
        w->wire->at = p;
    }
    if (only && build->memo_is_open && len <= NKB_HLO_MEMO_BYTES) {
        note = nkb_hlo_memo_at(&build->memo, field->memo, p, len);
        if (nkb_hlo_memo_has(&build->memo, note, field->memo, p, len) &&
            nkb_hlo_draft_recall(build, field, note))
            return p + len;
    }
    bytes end = walk_child(w, field, target, tag_at, p, len, depth);
    if (end && note && !nkb_hlo_draft_holds(draft, note)) {
        nkb_hlo_memo_put(&build->memo, note, field->memo, p, len);
        nkb_hlo_draft_note(build, field, note);
    }
    return end ? p + len : NULL;
}

/* A shape that is noted, in a tuple or where no shape is kept: good here, too, unless it might be
 * nested too deep; two bytes are the least that a message in a message takes. */
static bool walk_noted_shape(struct nkb_hlo_walk *w, const struct nkb_proto_field *field,
                             void *target, bytes p, size_t len, unsigned depth)
{
    struct nkb_hlo_build *build = w->build;

    if (!build->memo_is_open || len > NKB_HLO_MEMO_BYTES || depth + len / 2 >= NKB_HLO_DEPTH)
        return false;
    const struct nkb_hlo_note *note = nkb_hlo_memo_find(&build->memo, NKB_MEMO_SHAPE, p, len);
    if (!note)
        return false;
    return !target || (field->keep == NKB_KEEP_TUPLE_SHAPE &&
                       nkb_hlo_build_known_element(build, target, note->is.shape));
}

/* A field that nobody knows, or not with this wire type. */
static bytes walk_unknown(struct nkb_hlo_walk *w, uint32_t tag, bytes tag_at, bytes p, bytes end,
                          unsigned depth)
{
    uint64_t size = 0, left = (uint64_t)(end - p);

    switch (tag & 7) {
    case NKB_WIRE_VARINT:
        return nkb_wire_read_varint(w->wire, p, end, &size);
    case NKB_WIRE_FIXED32:
        size = 4;
        break;
    case NKB_WIRE_FIXED64:
        size = 8;
        break;
    case NKB_WIRE_BYTES:
        return walk_length(w, tag_at, p, end, &size) ? w->wire->at + size : NULL;
    case NKB_WIRE_GROUP:
        if (depth < NKB_HLO_DEPTH)
            return nkb_hlo_walk_group(w, p, end, tag >> 3, depth + 1);
        nkb_hlo_fault_depth(w->wire, offset_of(w, tag_at));
        return NULL;
    case NKB_WIRE_GROUP_END:
        nkb_hlo_fault_group(w->wire, offset_of(w, tag_at));
        return NULL;
    default:
        nkb_wire_fault(w->wire, offset_of(w, tag_at),
                       "wire type %u, which does not exist; this is no protobuf", tag & 7);
        return NULL;
    }
    if (size <= left)
        return p + size;
    nkb_hlo_fault_length(w->wire, offset_of(w, tag_at), size, left);
    return NULL;
}

/* A known field with a length. */
static bytes walk_bytes(struct nkb_hlo_walk *w, const struct nkb_proto_field *field, void *target,
                        bytes tag_at, bytes p, size_t len, unsigned depth)
{
    bool good = true;

    switch (field->kind) {
    case NKB_PROTO_MESSAGE:
        if (target && field->memo != NKB_MEMO_NOT)
            return walk_known(w, field, target, tag_at, p, len, depth);
        if (field->message == &nkb_proto_shape && walk_noted_shape(w, field, target, p, len, depth))
            return p + len;
        return walk_child(w, field, target, tag_at, p, len, depth);
    case NKB_PROTO_TEXT:
        good = walk_text(w, field, target, p, len);
        break;
    case NKB_PROTO_VARINTS:
        good = nkb_hlo_walk_varints(w, field, target, p, p + len);
        break;
    case NKB_PROTO_FIXED32S:
        good = len % 4 == 0 || nkb_hlo_fault_list(w->wire, offset_of(w, p));
        break;
    case NKB_PROTO_FIXED64S:
        good = len % 8 == 0 || nkb_hlo_fault_list(w->wire, offset_of(w, p));
        break;
    case NKB_PROTO_BYTES:
        good = !target || nkb_hlo_build_bytes(w->build, field, target,
                                              (struct nkb_hlo_blob){offset_of(w, p), len});
        break;
    default: /* a kind that has no length: unknown in this form */
        break;
    }
    return good ? p + len : NULL;
}

const unsigned char *nkb_hlo_walk_fields(struct nkb_hlo_walk *w, bytes p, bytes end,
                                         const struct nkb_proto_message *message, void *target,
                                         unsigned depth)
{
    for (;;) {
        if (target && message->usual)
            p = message->usual(w->build, p, end, target);
        else if (target && message == &nkb_proto_computation)
            p = nkb_hlo_walk_instructions(w, p, end, depth);
        if (!p || p >= end)
            return p;
        bytes tag_at = p;
        uint32_t tag;
        uint64_t value;

        p = nkb_wire_read_tag(w->wire, p, end, &tag);
        if (!p) {
            w->path_count = depth;
            return NULL;
        }
        const struct nkb_proto_field *field =
            tag >> 3 < message->count ? &message->fields[tag >> 3] : &no_field;
        bool is_kept = target && field->keep != NKB_KEEP_NOT;
        if (is_kept && field->rare)
            nkb_hlo_draft_rare(target);
        if (field->kind == NKB_PROTO_NONE) {
            p = walk_unknown(w, tag, tag_at, p, end, depth);
        } else if ((tag & 7) == NKB_WIRE_BYTES) {
            p = walk_length(w, tag_at, p, end, &value);
            if (p)
                p = walk_bytes(w, field, is_kept ? target : NULL, tag_at, p, (size_t)value, depth);
        } else if ((tag & 7) == NKB_WIRE_VARINT) {
            p = nkb_wire_read_varint(w->wire, p, end, &value);
            if (p && is_kept) {
                w->wire->at = tag_at; /* for the builder's faults */
                p = nkb_hlo_build_number(w->build, field, target, value) ? p : NULL;
            }
        } else {
            p = walk_unknown(w, tag, tag_at, p, end, depth);
        }
        if (!p) {
            nkb_hlo_walk_blame(w, field->kind == NKB_PROTO_NONE ? NULL : field, tag >> 3, depth);
            return NULL;
        }
    }
}
