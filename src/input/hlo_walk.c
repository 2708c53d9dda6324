/* As upb walks: a field that is unknown, or known with another wire type, is skipped by its wire
 * type; repeated numbers come packed or singly; a value of a message given twice is merged because
 * both go to the same place. Recursion is bounded by NKB_HLO_DEPTH. */
#include "input/hlo_walk.h"

#include <string.h>

#include "base/text.h"

/* A length as upb takes it: less than INT32_MAX. */
#define LENGTH_MAX ((uint64_t)INT32_MAX - 1)

enum {
    FIRST_KEPT = 2, /* of a literal's values; two are enough to know that it is no scalar */
    PATH_SHOWN = 8, /* field names in a message; the middle of a longer path is left out */
};

struct walk {
    struct nkb_hlo_build *build;
    struct nkb_wire *wire;
    /* Where a fault happened: field names from the outermost message inwards, numbers if unknown.
     */
    const struct nkb_proto_field *path[NKB_HLO_DEPTH + 1];
    uint32_t numbers[NKB_HLO_DEPTH + 1];
    unsigned path_count;
};

static const struct nkb_proto_message no_message = {NULL, 0};

static bool walk_message(struct walk *w, const struct nkb_proto_message *message, void *target,
                         uint64_t end, uint32_t group, unsigned depth);

static void *inside(void *target, const struct nkb_proto_field *field)
{
    return (char *)target + field->at;
}

static bool keep_number(struct walk *w, const struct nkb_proto_field *field, void *target,
                        uint64_t value)
{
    switch (field->keep) {
    case NKB_KEEP_I64:
        *(int64_t *)inside(target, field) = (int64_t)value;
        break;
    case NKB_KEEP_I32:
        *(int32_t *)inside(target, field) = (int32_t)(uint32_t)value;
        break;
    case NKB_KEEP_BOOL:
        *(bool *)inside(target, field) = value != 0;
        break;
    case NKB_KEEP_ANY:
        if (value != 0)
            *(bool *)inside(target, field) = true;
        break;
    case NKB_KEEP_FIRST: {
        struct nkb_hlo_first *first = inside(target, field);
        if (first->count++ == 0)
            first->value = value;
        break;
    }
    case NKB_KEEP_INTS: {
        struct nkb_hlo_ints *ints = inside(target, field);
        return nkb_hlo_build_append(w->build, &ints->at, &ints->count, (int64_t)value);
    }
    case NKB_KEEP_DIMS: {
        struct nkb_hlo_shape *shape = target;
        return nkb_hlo_build_append(w->build, &shape->dims, &shape->rank, (int64_t)value);
    }
    case NKB_KEEP_MINOR_TO_MAJOR: {
        struct nkb_hlo_shape *shape = target;
        return nkb_hlo_build_append(w->build, &shape->minor_to_major, &shape->minor_to_major_count,
                                    (int64_t)value);
    }
    default:
        break;
    }
    return true;
}

static bool all_below_0x80(const unsigned char *at, size_t len)
{
    uint64_t seen = 0, eight;

    for (; len >= sizeof eight; at += sizeof eight, len -= sizeof eight) {
        memcpy(&eight, at, sizeof eight);
        seen |= eight;
    }
    for (; len; at++, len--)
        seen |= *at;
    return (seen & UINT64_C(0x8080808080808080)) == 0;
}

static bool keep_text(struct walk *w, const struct nkb_proto_field *field, void *target,
                      struct nkb_str text)
{
    switch (field->keep) {
    case NKB_KEEP_TEXT:
        return nkb_hlo_build_text(w->build, text, inside(target, field));
    case NKB_KEEP_OPCODE:
        return nkb_hlo_build_opcode(w->build, text);
    case NKB_KEEP_DIRECTION:
        nkb_hlo_build_direction(w->build, text);
        return true;
    default:
        return true;
    }
}

/* len bytes from here on must be UTF-8. */
static bool check_text(struct walk *w, uint64_t len)
{
    struct nkb_wire *wire = w->wire;
    uint64_t start = nkb_wire_offset(wire);
    uint32_t state = 0;

    while (len) {
        size_t piece = nkb_wire_ready(wire);
        if (piece == 0) {
            if (!nkb_wire_more(wire, 1))
                return false;
            continue;
        }
        if (piece > len)
            piece = (size_t)len;
        if (state != 0 || !all_below_0x80(wire->at, piece))
            if (!nkb_utf8_feed(&state, (struct nkb_str){(const char *)wire->at, piece}))
                break;
        wire->at += piece;
        len -= piece;
    }
    if (len || state != 0)
        return nkb_wire_fault(wire, start,
                              "text that is not UTF-8; this is no HLO protobuf, or it "
                              "is damaged");
    return true;
}

static bool walk_text(struct walk *w, const struct nkb_proto_field *field, void *target,
                      uint64_t len)
{
    struct nkb_wire *wire = w->wire;

    if (!target || field->keep == NKB_KEEP_NOT)
        return check_text(w, len);
    if (len > w->build->limits->text_bytes) {
        nkb_wire_fault(wire, nkb_wire_offset(wire), "a text of %llu bytes; at most %llu are taken",
                       (unsigned long long)len, (unsigned long long)w->build->limits->text_bytes);
        wire->final = true;
        return false;
    }
    if (!nkb_wire_more(wire, (size_t)len))
        return false;
    struct nkb_str text = {(const char *)wire->at, (size_t)len};
    return check_text(w, len) && keep_text(w, field, target, text);
}

static bool walk_varints(struct walk *w, const struct nkb_proto_field *field, void *target,
                         uint64_t stop)
{
    struct nkb_wire *wire = w->wire;
    bool kept = target && field->keep != NKB_KEEP_NOT;
    uint64_t value, start = nkb_wire_offset(wire);

    for (uint64_t i = 0; nkb_wire_offset(wire) < stop; i++) {
        if (kept && field->keep == NKB_KEEP_FIRST && i == FIRST_KEPT)
            kept = false;
        while (!kept && nkb_wire_ready(wire) >= 8 && stop - nkb_wire_offset(wire) >= 8 &&
               all_below_0x80(wire->at, 8))
            wire->at += 8;
        if (nkb_wire_offset(wire) == stop)
            break;
        if (!nkb_wire_varint(wire, &value))
            return false;
        if (kept && !keep_number(w, field, target, value))
            return false;
    }
    if (nkb_wire_offset(wire) > stop)
        return nkb_wire_fault(wire, start,
                              "a list of numbers that ends inside one; the file is "
                              "damaged");
    return true;
}

static bool walk_child(struct walk *w, const struct nkb_proto_field *field, void *target,
                       uint64_t tag_at, uint64_t end, unsigned depth)
{
    void *child = NULL;

    if (depth == NKB_HLO_DEPTH)
        return nkb_wire_fault(w->wire, tag_at,
                              "messages nested more than %d deep; protobuf's limit", NKB_HLO_DEPTH);
    if (target) {
        switch (field->keep) {
        case NKB_KEEP_NOT:
            return walk_message(w, field->message, NULL, end, 0, depth + 1);
        case NKB_KEEP_INTO:
            child = inside(target, field);
            if (field->flag != NKB_PROTO_NO_FLAG)
                *((bool *)target + field->flag) = true;
            break;
        case NKB_KEEP_COMPUTATION:
            child = nkb_hlo_build_computation(w->build, tag_at);
            break;
        case NKB_KEEP_INSTRUCTION:
            child = nkb_hlo_build_instruction(w->build, tag_at);
            break;
        case NKB_KEEP_TUPLE_SHAPE:
            child = nkb_hlo_build_tuple_element(w->build, target);
            break;
        case NKB_KEEP_WINDOW_DIM:
            child = nkb_hlo_build_window_dim(w->build, target);
            break;
        default:
            break;
        }
        if (!child)
            return false;
    }
    if (!walk_message(w, field->message, child, end, 0, depth + 1))
        return false;
    if (child && field->keep == NKB_KEEP_INSTRUCTION)
        return nkb_hlo_build_instruction_end(w->build);
    if (child && field->keep == NKB_KEEP_COMPUTATION)
        return nkb_hlo_build_computation_end(w->build);
    return true;
}

/* A field with a length, that lies inside `end`. */
static bool walk_bytes(struct walk *w, const struct nkb_proto_field *field, void *target,
                       uint64_t tag_at, uint64_t end, unsigned depth)
{
    struct nkb_wire *wire = w->wire;
    uint64_t len;

    if (!nkb_wire_varint(wire, &len))
        return false;
    uint64_t at = nkb_wire_offset(wire);
    if (at > end || len > end - at)
        return nkb_wire_fault(wire, tag_at,
                              "a length of %llu bytes where %llu are left; the file is "
                              "cut short or damaged",
                              (unsigned long long)len,
                              (unsigned long long)(at > end ? 0 : end - at));
    if (len > LENGTH_MAX)
        return nkb_wire_fault(wire, tag_at, "a length of %llu bytes; protobuf's limit is %llu",
                              (unsigned long long)len, (unsigned long long)LENGTH_MAX);

    switch (field ? field->kind : NKB_PROTO_NONE) {
    case NKB_PROTO_MESSAGE:
        return walk_child(w, field, target, tag_at, at + len, depth);
    case NKB_PROTO_TEXT:
        return walk_text(w, field, target, len);
    case NKB_PROTO_VARINTS:
        return walk_varints(w, field, target, at + len);
    case NKB_PROTO_FIXED32S:
    case NKB_PROTO_FIXED64S:
        if (len % (field->kind == NKB_PROTO_FIXED32S ? 4 : 8) != 0)
            return nkb_wire_fault(wire, at,
                                  "a list of numbers that ends inside one; the file is "
                                  "damaged");
        break;
    case NKB_PROTO_BYTES:
        if (target && field->keep == NKB_KEEP_BLOB)
            *(struct nkb_hlo_blob *)inside(target, field) = (struct nkb_hlo_blob){at, len};
        if (target && field->keep == NKB_KEEP_PAYLOAD &&
            !nkb_hlo_build_payload(w->build, (struct nkb_hlo_blob){at, len}))
            return false;
        break;
    default: /* unknown, or a kind that has no length */
        break;
    }
    nkb_wire_skip(wire, len);
    return true;
}

static bool walk_fixed(struct walk *w, uint64_t tag_at, uint64_t end, unsigned size)
{
    uint64_t at = nkb_wire_offset(w->wire);
    if (at > end || end - at < size)
        return nkb_wire_fault(w->wire, tag_at,
                              "a number of %u bytes where %llu are left; the file is "
                              "cut short or damaged",
                              size, (unsigned long long)(at > end ? 0 : end - at));
    nkb_wire_skip(w->wire, size);
    return true;
}

static bool walk_field(struct walk *w, const struct nkb_proto_field *field, uint32_t tag,
                       void *target, uint64_t tag_at, uint64_t end, unsigned depth)
{
    uint64_t value;

    switch (tag & 7) {
    case NKB_WIRE_VARINT:
        if (!nkb_wire_varint(w->wire, &value))
            return false;
        if (target && field &&
            (field->kind == NKB_PROTO_VARINT || field->kind == NKB_PROTO_VARINTS))
            return keep_number(w, field, target, value);
        return true;
    case NKB_WIRE_BYTES:
        return walk_bytes(w, field, target, tag_at, end, depth);
    case NKB_WIRE_FIXED32:
        return walk_fixed(w, tag_at, end, 4);
    case NKB_WIRE_FIXED64:
        return walk_fixed(w, tag_at, end, 8);
    case NKB_WIRE_GROUP:
        if (depth == NKB_HLO_DEPTH)
            return nkb_wire_fault(w->wire, tag_at,
                                  "messages nested more than %d deep; protobuf's limit",
                                  NKB_HLO_DEPTH);
        return walk_message(w, &no_message, NULL, end, tag >> 3, depth + 1);
    default:
        return nkb_wire_fault(w->wire, tag_at, "wire type %u does not exist; this is no protobuf",
                              tag & 7);
    }
}

/* group: the number of the group this is the inside of; 0 for a message. */
static bool walk_message(struct walk *w, const struct nkb_proto_message *message, void *target,
                         uint64_t end, uint32_t group, unsigned depth)
{
    struct nkb_wire *wire = w->wire;
    uint64_t tag_at;

    while ((tag_at = nkb_wire_offset(wire)) < end) {
        const struct nkb_proto_field *field = NULL;
        uint32_t tag = 0;
        if (!nkb_wire_tag(wire, &tag)) {
            w->path_count = depth;
            return false;
        }
        uint32_t number = tag >> 3;
        if ((tag & 7) == NKB_WIRE_GROUP_END) {
            if (number == group)
                return true;
            w->path_count = depth;
            return nkb_wire_fault(wire, tag_at,
                                  "the end of a group that was not begun; this is no "
                                  "protobuf");
        }
        if (number < message->count && message->fields[number].kind != NKB_PROTO_NONE)
            field = &message->fields[number];
        if (!walk_field(w, field, tag, target, tag_at, end, depth)) {
            if (w->path_count <= depth)
                w->path_count = depth + 1;
            w->path[depth] = field;
            w->numbers[depth] = number;
            return false;
        }
    }
    if (tag_at == end && group == 0)
        return true;
    w->path_count = depth;
    return tag_at > end ? nkb_wire_fault(wire, end,
                                         "a field that runs past the end of its message; the file "
                                         "is damaged")
                        : nkb_wire_fault(wire, end, "a group that never ends; this is no protobuf");
}

/* ", field computations.instructions.shape", the middle of a long path as an ellipsis; nothing at
 * the outermost level. */
static void write_path(const struct walk *w, struct nkb_buf *out)
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
    struct walk w = {.build = build, .wire = build->wire};
    struct nkb_buf path = NKB_BUF_INIT;

    if (walk_message(&w, root, build->module, build->wire->size, 0, 0) &&
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
