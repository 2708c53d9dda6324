/* A function for each field, in one wire form: a tag is its bytes, a length has one byte. Each
 * returns what follows its field, or `p` when another stands there or it is not usual; it changes
 * nothing before it is certain to succeed. hlo_schema.c has the fields' names and numbers. */
#include "input/hlo_usual.h"

#include "input/hlo_walk.h"

typedef const unsigned char *bytes;

enum { SHORT = 0x80, VARINT_BYTES = 10 };

/* A text or message behind a tag of `tag_bytes`: its bytes, NULL when it is long or cut off. */
static inline bytes short_bytes(bytes p, bytes end, size_t tag_bytes, size_t *len)
{
    if ((size_t)(end - p) <= tag_bytes || p[tag_bytes] >= SHORT)
        return NULL;
    *len = p[tag_bytes];
    p += tag_bytes + 1;
    return *len <= (size_t)(end - p) ? p : NULL;
}

/* The same, of ASCII that may be kept. */
static inline bytes short_text(const struct nkb_hlo_build *build, bytes p, bytes end, size_t *len)
{
    p = short_bytes(p, end, 1, len);
    return p && *len <= build->limits->text_bytes && nkb_ascii_is(p, *len) ? p : NULL;
}

/* What follows a number, NULL when it is cut off or too long. */
static inline bytes number(bytes p, bytes end, uint64_t *value)
{
    bytes behind = nkb_wire_read_short(p, end, value);
    if (behind)
        return behind;
    uint64_t v = 0;
    for (unsigned shift = 0; p < end && shift < 7 * VARINT_BYTES; shift += 7) {
        v |= (uint64_t)(*p & 0x7f) << shift;
        if (*p++ < 0x80) {
            *value = v;
            return p;
        }
    }
    return NULL;
}

static inline struct nkb_hlo_note *recall(struct nkb_hlo_build *build, enum nkb_hlo_memo_kind kind,
                                          bytes at, size_t len)
{
    if (!build->memo_is_open)
        return NULL;
    struct nkb_hlo_note *note = nkb_hlo_memo_at(&build->memo, kind, at, len);
    return nkb_hlo_memo_has(&build->memo, note, kind, at, len) ? note : NULL;
}

static inline bool keep_operand(struct nkb_hlo_build *build, uint64_t id)
{
    struct nkb_hlo_id_list *list = &build->operand_ids;
    if (build->numbers == build->limits->numbers || list->count == list->room)
        return false;
    build->numbers++;
    list->at[list->count++] = (int64_t)id;
    return true;
}

/* All numbers from p to end become operands, or none and false. */
static inline bool keep_operands(struct nkb_hlo_build *build, bytes p, bytes end)
{
    struct nkb_hlo_id_list *list = &build->operand_ids;
    size_t most = (size_t)(end - p), count = list->count;
    uint64_t id = 0;

    if (build->limits->numbers - build->numbers < most || list->room - count < most)
        return false;
    for (; p < end; list->at[count++] = (int64_t)id)
        if (!(p = number(p, end, &id)))
            return false;
    build->numbers += count - list->count;
    list->count = count;
    return true;
}

const unsigned char *nkb_hlo_usual_metadata(struct nkb_hlo_build *build, bytes p, bytes end,
                                            void *target)
{
    enum {
        OP_TYPE = 1 << 3 | 2,
        OP_NAME = 2 << 3 | 2,
        SOURCE_FILE = 3 << 3 | 2,
        SOURCE_LINE = 4 << 3,
        STACK_FRAME_ID = 15 << 3,
    };
    struct nkb_hlo_metadata *metadata = target;
    struct nkb_str text;
    uint64_t value;
    size_t len;

    while (end - p >= 2) {
        bytes at;
        switch (p[0]) {
        case OP_TYPE:
            at = short_bytes(p, end, 1, &len);
            if (!at || !nkb_ascii_is(at, len))
                return p;
            p = at + len;
            break;
        case OP_NAME:
            at = short_bytes(p, end, 1, &len);
            text = (struct nkb_str){(const char *)at, len};
            if (!at || len > build->limits->text_bytes ||
                !nkb_hlo_pool_ascii_text(&build->pool, text, &metadata->op_name))
                return p;
            p = at + len;
            break;
        case SOURCE_FILE:
            at = short_text(build, p, end, &len);
            text = (struct nkb_str){(const char *)at, len};
            if (!at || !nkb_hlo_sources_is_last(&build->sources, text))
                return p;
            metadata->source_file = build->sources.last_file;
            p = at + len;
            break;
        case SOURCE_LINE:
            at = number(p + 1, end, &value);
            if (!at)
                return p;
            metadata->source_line = (int32_t)(uint32_t)value;
            p = at;
            break;
        case STACK_FRAME_ID:
            at = number(p + 1, end, &value);
            if (!at)
                return p;
            metadata->stack_frame_id = (int32_t)(uint32_t)value;
            p = at;
            break;
        default:
            return p;
        }
    }
    return p;
}

/* Is this the tag at p? More than the tag is there. */
static inline bool is_at(bytes p, bytes end, unsigned tag)
{
    return end - p >= 2 && p[0] == tag;
}

/* The same for a tag of two bytes, of fields from 16 on. */
static inline bool is_at_long(bytes p, bytes end, unsigned number, enum nkb_wire_type wire)
{
    return end - p >= 3 && p[0] == (((number << 3 | wire) & 0x7f) | 0x80) && p[1] == number >> 4;
}

static inline bytes take_name(struct nkb_hlo_build *build, bytes p, bytes end)
{
    size_t len;
    if (!is_at(p, end, 1 << 3 | NKB_WIRE_BYTES))
        return p;
    bytes at = short_bytes(p, end, 1, &len);
    struct nkb_str name = {(const char *)at, len};
    return at && len <= build->limits->text_bytes &&
                   nkb_hlo_pool_ascii_name(&build->pool, name, &build->draft.in->name)
               ? at + len
               : p;
}

static inline bytes take_opcode(struct nkb_hlo_build *build, bytes p, bytes end)
{
    size_t len;
    if (!is_at(p, end, 2 << 3 | NKB_WIRE_BYTES) || build->draft.met.has_rare)
        return p;
    bytes at = short_bytes(p, end, 1, &len);
    if (!at || len > build->limits->text_bytes)
        return p;
    enum nkb_hlo_opcode opcode =
        nkb_hlo_opcodes_find(&build->opcodes, (struct nkb_str){(const char *)at, len});
    if (opcode == NKB_HLO_OPCODE_COUNT)
        return p;
    build->draft.in->opcode = opcode;
    return at + len;
}

static inline bytes take_shape(struct nkb_hlo_build *build, bytes p, bytes end)
{
    struct nkb_hlo_draft_met *met = &build->draft.met;
    size_t len;
    if (!is_at(p, end, 3 << 3 | NKB_WIRE_BYTES) || met->has_shape || met->recalled[NKB_MEMO_SHAPE])
        return p;
    bytes at = short_bytes(p, end, 1, &len);
    const struct nkb_hlo_note *note = at ? recall(build, NKB_MEMO_SHAPE, at, len) : NULL;
    if (!note)
        return p;
    met->recalled[NKB_MEMO_SHAPE] = note;
    met->shape = note->is.shape;
    return at + len;
}

static inline bytes take_dot(struct nkb_hlo_build *build, bytes p, bytes end)
{
    struct nkb_hlo_draft_met *met = &build->draft.met;
    size_t len;
    if (!is_at_long(p, end, 30, NKB_WIRE_BYTES) || met->has_dot || met->recalled[NKB_MEMO_DOT])
        return p;
    bytes at = short_bytes(p, end, 2, &len);
    struct nkb_hlo_note *note = at ? recall(build, NKB_MEMO_DOT, at, len) : NULL;
    if (!note)
        return p;
    met->recalled[NKB_MEMO_DOT] = met->noted_dot = note;
    met->dot = note->is.dot.dot;
    return at + len;
}

/* Recalled, or made of its own fields and noted. */
static inline bytes take_metadata(struct nkb_hlo_build *build, bytes p, bytes end)
{
    struct nkb_hlo_draft *draft = &build->draft;
    size_t len;
    if (!is_at(p, end, 7 << 3 | NKB_WIRE_BYTES) || draft->met.has_metadata || !build->memo_is_open)
        return p;
    bytes at = short_bytes(p, end, 1, &len);
    if (!at)
        return p;
    struct nkb_hlo_note *note = nkb_hlo_memo_at(&build->memo, NKB_MEMO_METADATA, at, len);
    if (nkb_hlo_memo_has(&build->memo, note, NKB_MEMO_METADATA, at, len)) {
        draft->metadata = note->is.metadata;
    } else {
        draft->metadata = (struct nkb_hlo_metadata){0};
        if (nkb_hlo_usual_metadata(build, at, at + len, &draft->metadata) != at + len)
            return p;
        if (!nkb_hlo_draft_holds(draft, note)) {
            nkb_hlo_memo_put(&build->memo, note, NKB_MEMO_METADATA, at, len);
            note->is.metadata = draft->metadata;
        }
    }
    draft->met.has_metadata = true;
    return at + len;
}

static inline bytes take_number(bytes p, bytes end, unsigned tag, int64_t *to)
{
    uint64_t value;
    bytes behind = is_at(p, end, tag) ? number(p + 1, end, &value) : NULL;
    if (!behind)
        return p;
    *to = (int64_t)value;
    return behind;
}

static inline bytes take_id(struct nkb_hlo_build *build, bytes p, bytes end)
{
    uint64_t value;
    bytes behind = is_at_long(p, end, 35, NKB_WIRE_VARINT) ? number(p + 2, end, &value) : NULL;
    if (!behind)
        return p;
    build->draft.id = (int64_t)value;
    return behind;
}

/* One by one, or all in one field. */
static inline bytes take_operands(struct nkb_hlo_build *build, bytes p, bytes end)
{
    uint64_t id;
    size_t len;
    bytes at;
    while (is_at_long(p, end, 36, NKB_WIRE_VARINT)) {
        at = number(p + 2, end, &id);
        if (!at || !keep_operand(build, id))
            return p;
        p = at;
    }
    if (!is_at_long(p, end, 36, NKB_WIRE_BYTES))
        return p;
    at = short_bytes(p, end, 2, &len);
    return at && keep_operands(build, at, at + len) ? at + len : p;
}

/* In the order of their numbers, which is that of compilers. */
const unsigned char *nkb_hlo_usual_instruction(struct nkb_hlo_build *build, bytes p, bytes end,
                                               void *target)
{
    struct nkb_hlo_draft *draft = target;
    bytes from;

    do {
        from = p;
        p = take_name(build, p, end);
        p = take_opcode(build, p, end);
        p = take_shape(build, p, end);
        p = take_metadata(build, p, end);
        p = take_number(p, end, 9 << 3, &draft->parameter_number);
        p = take_number(p, end, 13 << 3, &draft->tuple_index);
        p = take_dot(build, p, end);
        p = take_id(build, p, end);
        p = take_operands(build, p, end);
    } while (p != from && p < end);
    return p;
}
