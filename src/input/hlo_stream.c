/* The walk over what does not fit the window: messages larger than that are entered, their smaller
 * fields are brought into memory one by one, and what is larger and no message is looked at in
 * pieces. Here, too, is where a walk begins and a fault becomes a message. */
#include "input/hlo_walk.h"

#include "base/ascii.h"
#include "base/text.h"
#include "input/hlo_split.h"

enum { PATH_SHOWN = 8 }; /* field names in a message; the middle of a longer path is left out */

void nkb_hlo_walk_blame(struct nkb_hlo_walk *w, const struct nkb_proto_field *field,
                        uint32_t number, unsigned depth)
{
    if (w->path_count <= depth)
        w->path_count = depth + 1;
    w->path[depth] = field;
    w->numbers[depth] = number;
}

bool nkb_hlo_fault_length(struct nkb_wire *wire, uint64_t at, uint64_t len, uint64_t left)
{
    if (len > left)
        return nkb_wire_fault(wire, at,
                              "%llu bytes where %llu are left; the file is cut short or damaged",
                              (unsigned long long)len, (unsigned long long)left);
    return nkb_wire_fault(wire, at, "%llu bytes; protobuf's limit for one field is %llu",
                          (unsigned long long)len, (unsigned long long)NKB_HLO_LENGTH_MAX);
}

bool nkb_hlo_fault_utf8(struct nkb_wire *wire, uint64_t at)
{
    return nkb_wire_fault(wire, at,
                          "text that is not UTF-8; this is no HLO protobuf, or it is damaged");
}

bool nkb_hlo_fault_list(struct nkb_wire *wire, uint64_t at)
{
    return nkb_wire_fault(wire, at, "a list of numbers that ends inside one; the file is damaged");
}

bool nkb_hlo_fault_depth(struct nkb_wire *wire, uint64_t at)
{
    return nkb_wire_fault(wire, at, "messages nested more than %d deep, which is protobuf's limit",
                          NKB_HLO_DEPTH);
}

bool nkb_hlo_fault_group(struct nkb_wire *wire, uint64_t at)
{
    return nkb_wire_fault(wire, at, "the end of a group that was not begun; this is no protobuf");
}

bool nkb_hlo_fault_endless(struct nkb_wire *wire, uint64_t at)
{
    return nkb_wire_fault(wire, at, "a group that never ends; this is no protobuf");
}

bool nkb_hlo_fault_text(struct nkb_wire *wire, uint64_t at, uint64_t len, uint64_t limit)
{
    return nkb_wire_fault(wire, at, "a text of %llu bytes; at most %llu are taken",
                          (unsigned long long)len, (unsigned long long)limit);
}

static const struct nkb_proto_message no_message = {NULL, 0, NULL};

/* group: the number of the group this is the inside of; 0 for a message. */
static bool stream_message(struct nkb_hlo_walk *w, const struct nkb_proto_message *message,
                           void *target, uint64_t end, uint32_t group, unsigned depth);

static bool stream_text(struct nkb_hlo_walk *w, const struct nkb_proto_field *field, void *target,
                        uint64_t len)
{
    struct nkb_wire *wire = w->wire;
    struct nkb_hlo_build *build = w->build;
    uint64_t start = nkb_wire_offset(wire);
    struct nkb_str text;
    uint32_t state = 0;

    for (uint64_t left = len; left;) {
        if (!nkb_wire_more(wire, 1))
            return false;
        size_t piece = nkb_wire_ready(wire) < left ? nkb_wire_ready(wire) : (size_t)left;
        if ((state != 0 || !nkb_ascii_is(wire->at, piece)) &&
            !nkb_utf8_feed(&state, (struct nkb_str){(const char *)wire->at, piece}))
            return nkb_hlo_fault_utf8(wire, start);
        wire->at += piece;
        left -= piece;
    }
    if (state != 0)
        return nkb_hlo_fault_utf8(wire, start);
    if (!target || field->keep == NKB_KEEP_NOT)
        return true;
    if (len > build->limits->text_bytes)
        return nkb_hlo_fault_text(wire, start, len, build->limits->text_bytes);
    return nkb_wire_peek(wire, start, len, &build->scratch, &text) &&
           nkb_hlo_build_kept_text(build, field, target, text);
}

/* Packed numbers, as many whole ones at a time as are in the window. */
static bool stream_varints(struct nkb_hlo_walk *w, const struct nkb_proto_field *field,
                           void *target, uint64_t len)
{
    struct nkb_wire *wire = w->wire;

    while (len) {
        if (!nkb_wire_more(wire, NKB_WIRE_HEADER_BYTES))
            return false;
        size_t piece = nkb_wire_ready(wire) < len ? nkb_wire_ready(wire) : (size_t)len;
        if (piece < len)
            for (size_t whole = piece; whole > 0 && piece - whole < NKB_WIRE_HEADER_BYTES;
                 whole--) {
                if (wire->at[whole - 1] < 0x80) {
                    piece = whole;
                    break;
                }
            }
        if (!nkb_hlo_walk_varints(w, field, target, wire->at, wire->at + piece))
            return false;
        wire->at += piece;
        len -= piece;
    }
    return true;
}

static bool stream_child(struct nkb_hlo_walk *w, const struct nkb_proto_field *field, void *target,
                         uint64_t tag_at, uint64_t end, unsigned depth)
{
    void *child = NULL;

    if (depth == NKB_HLO_DEPTH)
        return nkb_hlo_fault_depth(w->wire, tag_at);
    if (target && field->keep != NKB_KEEP_NOT) {
        child = nkb_hlo_build_open(w->build, field, target, tag_at, end);
        if (!child)
            return false;
    }
    return stream_message(w, field->message, child, end, 0, depth + 1) &&
           (!child || nkb_hlo_build_close(w->build, field));
}

/* A field of len bytes, more than the window has room for. */
static bool stream_bytes(struct nkb_hlo_walk *w, const struct nkb_proto_field *field, void *target,
                         uint64_t tag_at, uint64_t len, unsigned depth)
{
    struct nkb_wire *wire = w->wire;
    uint64_t start = nkb_wire_offset(wire);

    if (target && field && field->rare)
        nkb_hlo_draft_rare(target);
    switch (field ? field->kind : NKB_PROTO_NONE) {
    case NKB_PROTO_MESSAGE:
        return stream_child(w, field, target, tag_at, start + len, depth);
    case NKB_PROTO_TEXT:
        return stream_text(w, field, target, len);
    case NKB_PROTO_VARINTS:
        return stream_varints(w, field, target, len);
    case NKB_PROTO_FIXED32S:
    case NKB_PROTO_FIXED64S:
        if (len % (field->kind == NKB_PROTO_FIXED32S ? 4 : 8) != 0)
            return nkb_hlo_fault_list(wire, start);
        break;
    case NKB_PROTO_BYTES:
        if (target && field->keep != NKB_KEEP_NOT &&
            !nkb_hlo_build_bytes(w->build, field, target, (struct nkb_hlo_blob){start, len}))
            return false;
        break;
    default:
        break;
    }
    nkb_wire_skip(wire, len);
    return true;
}

/* One field whose tag has been read; `at` still stands before it. The message does not end inside
 * the window, so tag and number, at most NKB_WIRE_HEADER_BYTES, are whole. */
static bool stream_field(struct nkb_hlo_walk *w, const struct nkb_proto_message *message,
                         const struct nkb_proto_field *field, uint32_t tag, void *target,
                         const unsigned char *behind, uint64_t end, unsigned depth)
{
    struct nkb_wire *wire = w->wire;
    uint64_t tag_at = nkb_wire_offset(wire), value, len = 0;

    switch (tag & 7) {
    case NKB_WIRE_VARINT:
        behind = nkb_wire_read_varint(wire, behind, wire->fill, &value);
        break;
    case NKB_WIRE_FIXED32:
        behind += 4;
        break;
    case NKB_WIRE_FIXED64:
        behind += 8;
        break;
    case NKB_WIRE_BYTES:
        behind = nkb_wire_read_varint(wire, behind, wire->fill, &len);
        break;
    case NKB_WIRE_GROUP:
        if (depth == NKB_HLO_DEPTH)
            return nkb_hlo_fault_depth(wire, tag_at);
        wire->at = behind;
        return stream_message(w, &no_message, NULL, end, tag >> 3, depth + 1);
    default: /* a stray end of a group, or no wire type: for the walk in memory to refuse */
        break;
    }
    if (!behind)
        return false;
    size_t header = (size_t)(behind - wire->at);
    uint64_t left = end - tag_at - header;
    if (len > left || len > NKB_HLO_LENGTH_MAX)
        return nkb_hlo_fault_length(wire, tag_at, len, left);
    if (header + len > wire->window_bytes) {
        wire->at = behind;
        return stream_bytes(w, field, target, tag_at, len, depth);
    }
    size_t size = header + (size_t)len;
    if (!nkb_wire_more(wire, size))
        return false;
    const unsigned char *next =
        nkb_hlo_walk_fields(w, wire->at, wire->at + size, message, target, depth);
    if (next)
        wire->at = next;
    return next != NULL;
}

/* Behind the last of the fields with a length that follow each other from `p` and are whole, as the
 * computations of a module are. */
static const unsigned char *whole_fields(const unsigned char *p, const unsigned char *end)
{
    while (end - p >= 4 && p[0] >= 8 && p[0] < 0x80 && (p[0] & 7) == NKB_WIRE_BYTES) {
        size_t len = p[1] & 0x7f, header = 2;
        if (p[1] >= 0x80) {
            len |= (size_t)(p[2] & 0x7f) << 7;
            header = 3;
        }
        if (p[header - 1] >= 0x80 || len > (size_t)(end - p) - header)
            break;
        p += header + len;
    }
    return p;
}

static bool stream_message(struct nkb_hlo_walk *w, const struct nkb_proto_message *message,
                           void *target, uint64_t end, uint32_t group, unsigned depth)
{
    struct nkb_wire *wire = w->wire;
    bool has_instructions = target && message == &nkb_proto_computation;
    enum nkb_hlo_run kind = has_instructions ? NKB_RUN_INSTRUCTIONS : NKB_RUN_COMPUTATIONS;
    bool split_tried = !has_instructions && !(target && message == &nkb_proto_module);
    uint64_t tag_at;

    while ((tag_at = nkb_wire_offset(wire)) < end) {
        w->path_count = depth; /* of a fault that is nobody's */
        if (!nkb_wire_more(wire, NKB_WIRE_HEADER_BYTES))
            return false;
        if (end - tag_at <= nkb_wire_ready(wire)) { /* the rest is in memory */
            const unsigned char *rest = wire->at + (end - tag_at);
            const unsigned char *next =
                group ? nkb_hlo_walk_group(w, wire->at, rest, group, depth)
                      : nkb_hlo_walk_fields(w, wire->at, rest, message, target, depth);
            if (next)
                wire->at = next;
            return next != NULL;
        }
        if (!split_tried && wire->at[0] == kind) {
            split_tried = true;
            enum nkb_hlo_split_result split = nkb_hlo_split(w, kind, end, depth);
            if (split == NKB_SPLIT_FAULT)
                return false;
            if (split == NKB_SPLIT_DONE)
                continue;
        }
        if (has_instructions) {
            const unsigned char *from = wire->at,
                                *next = nkb_hlo_walk_instructions(w, from, wire->fill, depth);
            if (!next)
                return false;
            wire->at = next;
            if (next > from)
                continue;
        }
        const unsigned char *whole =
            group || has_instructions ? wire->at : whole_fields(wire->at, wire->fill);
        if (whole > wire->at) {
            const unsigned char *next =
                nkb_hlo_walk_fields(w, wire->at, whole, message, target, depth);
            if (!next)
                return false;
            wire->at = next;
            continue;
        }
        uint32_t tag = 0;
        const unsigned char *behind = nkb_wire_read_tag(wire, wire->at, wire->fill, &tag);
        if (!behind)
            return false;
        uint32_t number = tag >> 3;
        if ((tag & 7) == NKB_WIRE_GROUP_END && number == group) {
            wire->at = behind;
            return true;
        }
        const struct nkb_proto_field *field = NULL;
        if (number < message->count && message->fields[number].kind != NKB_PROTO_NONE)
            field = &message->fields[number];
        w->path_count = 0;
        if (!stream_field(w, message, field, tag, target, behind, end, depth)) {
            nkb_hlo_walk_blame(w, field, number, depth);
            return false;
        }
    }
    w->path_count = depth;
    return group == 0 || nkb_hlo_fault_endless(wire, end);
}

bool nkb_hlo_walk_computation(struct nkb_hlo_walk *w, struct nkb_hlo_computation *computation,
                              uint64_t end, unsigned depth)
{
    return stream_message(w, &nkb_proto_computation, computation, end, 0, depth);
}

bool nkb_hlo_walk_module(struct nkb_hlo_walk *w, struct nkb_hlo *module, uint64_t end,
                         unsigned depth)
{
    return stream_message(w, &nkb_proto_module, module, end, 0, depth);
}

/* ", field computations.instructions.shape", the middle of a long path as an ellipsis; nothing at
 * the outermost level. */
static void write_path(const struct nkb_hlo_walk *w, struct nkb_buf *out)
{
    for (unsigned i = 0; i < w->path_count; i++) {
        nkb_buf_text(out, i ? "." : ", field ");
        if (w->path_count > PATH_SHOWN && i == PATH_SHOWN / 2) {
            nkb_buf_text(out, "\xe2\x80\xa6.");
            i = w->path_count - PATH_SHOWN / 2;
        }
        if (w->path[i])
            nkb_buf_text(out, w->path[i]->name);
        else
            nkb_buf_printf(out, "%u", w->numbers[i]);
    }
}

int nkb_hlo_walk(struct nkb_hlo_build *build, const struct nkb_proto_message *root,
                 struct nkb_err *err)
{
    struct nkb_hlo_walk w = {.build = build, .wire = build->wire};
    struct nkb_buf path = NKB_BUF_INIT;

    if (stream_message(&w, root, build->module, build->wire->size, 0, 0) &&
        nkb_hlo_build_finish(build))
        return 0;
    if (build->wire->code == NKB_EMEMORY)
        return nkb_err_memory(err);
    write_path(&w, &path);
    int code = nkb_err_set(err, build->wire->code, "byte %llu%s: %s",
                           (unsigned long long)build->wire->fault_at, path.data ? path.data : "",
                           build->wire->fault);
    nkb_buf_free(&path);
    return code;
}
