/* A tag is its bytes here, and lengths have one byte: a case of the switch is one field in one wire
 * form, hlo_schema.c has their names. A case changes nothing before it is certain to succeed. */
#include "input/hlo_usual.h"

#include "input/hlo_walk.h"

typedef const unsigned char *bytes;

enum { SHORT = 0x80, VARINT_BYTES = 10 };

/* Fields from 16 on have a tag of two bytes. The first chooses the case, the second is looked at.
 */
#define LOW(number, wire) ((((number) << 3 | (wire)) & 0x7f) | 0x80)
#define HIGH(number) ((number) >> 4)

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
    return p && *len <= build->limits->text_bytes && nkb_hlo_walk_ascii(p, *len) ? p : NULL;
}

/* What follows a number, NULL when it is cut off or too long. */
static inline bytes number(bytes p, bytes end, uint64_t *value)
{
    if (end - p >= 2) {
        uint64_t first = p[0], second = p[1];
        if (first < 0x80) {
            *value = first;
            return p + 1;
        }
        if (second < 0x80) {
            *value = (first & 0x7f) | second << 7;
            return p + 2;
        }
    }
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
            if (!at || !nkb_hlo_walk_ascii(at, len))
                return p;
            p = at + len;
            break;
        case OP_NAME:
            at = short_text(build, p, end, &len);
            if (!at || !nkb_hlo_pool_text(&build->pool, (struct nkb_str){(const char *)at, len},
                                          &metadata->op_name))
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

/* Recalled, or made of its own fields and noted. */
static bool take_metadata(struct nkb_hlo_build *build, struct nkb_hlo_draft *draft, bytes at,
                          size_t len)
{
    struct nkb_hlo_note *note;
    if (draft->met.has_metadata || !build->memo_is_open)
        return false;
    note = nkb_hlo_memo_at(&build->memo, NKB_MEMO_METADATA, at, len);
    if (nkb_hlo_memo_has(&build->memo, note, NKB_MEMO_METADATA, at, len)) {
        draft->metadata = note->is.metadata;
    } else {
        draft->metadata = (struct nkb_hlo_metadata){0};
        if (nkb_hlo_usual_metadata(build, at, at + len, &draft->metadata) != at + len)
            return false;
        if (!nkb_hlo_draft_holds(draft, note)) {
            nkb_hlo_memo_put(&build->memo, note, NKB_MEMO_METADATA, at, len);
            note->is.metadata = draft->metadata;
        }
    }
    draft->met.has_metadata = true;
    return true;
}

const unsigned char *nkb_hlo_usual_instruction(struct nkb_hlo_build *build, bytes p, bytes end,
                                               void *target)
{
    enum {
        NAME = 1 << 3 | 2,
        OPCODE = 2 << 3 | 2,
        SHAPE = 3 << 3 | 2,
        METADATA = 7 << 3 | 2,
        PARAMETER_NUMBER = 9 << 3,
        TUPLE_INDEX = 13 << 3,
        DOT_DIMENSIONS = LOW(30, 2),
        ID = LOW(35, 0),
        OPERAND_ID = LOW(36, 0),
        OPERAND_IDS = LOW(36, 2),
    };
    struct nkb_hlo_draft *draft = target;
    struct nkb_hlo_note *note;
    enum nkb_hlo_opcode opcode;
    uint64_t value;
    size_t len;

    while (end - p >= 2) {
        bytes at;
        switch (p[0]) {
        case NAME:
            at = short_text(build, p, end, &len);
            if (!at || !nkb_hlo_pool_name(&build->pool, (struct nkb_str){(const char *)at, len},
                                          &draft->in.name))
                return p;
            p = at + len;
            break;
        case OPCODE:
            at = short_bytes(p, end, 1, &len);
            if (!at || draft->met.has_rare || len > build->limits->text_bytes)
                return p;
            opcode = nkb_hlo_opcodes_find(&build->opcodes, (struct nkb_str){(const char *)at, len});
            if (opcode == NKB_HLO_OPCODE_COUNT)
                return p;
            draft->in.opcode = opcode;
            p = at + len;
            break;
        case SHAPE:
            at = short_bytes(p, end, 1, &len);
            if (!at || draft->met.has_shape || draft->met.recalled[NKB_MEMO_SHAPE] ||
                !(note = recall(build, NKB_MEMO_SHAPE, at, len)))
                return p;
            draft->met.recalled[NKB_MEMO_SHAPE] = note;
            draft->met.shape = note->is.shape;
            p = at + len;
            break;
        case METADATA:
            at = short_bytes(p, end, 1, &len);
            if (!at || !take_metadata(build, draft, at, len))
                return p;
            p = at + len;
            break;
        case DOT_DIMENSIONS:
            at = short_bytes(p, end, 2, &len);
            if (p[1] != HIGH(30) || !at || draft->met.has_dot ||
                draft->met.recalled[NKB_MEMO_DOT] || !(note = recall(build, NKB_MEMO_DOT, at, len)))
                return p;
            draft->met.recalled[NKB_MEMO_DOT] = draft->met.noted_dot = note;
            draft->met.dot = note->is.dot.dot;
            p = at + len;
            break;
        case PARAMETER_NUMBER:
            at = number(p + 1, end, &value);
            if (!at)
                return p;
            draft->met.parameter_number = (int64_t)value;
            p = at;
            break;
        case TUPLE_INDEX:
            at = number(p + 1, end, &value);
            if (!at)
                return p;
            draft->met.tuple_index = (int64_t)value;
            p = at;
            break;
        case ID:
            at = number(p + 2, end, &value);
            if (p[1] != HIGH(35) || !at)
                return p;
            draft->id = (int64_t)value;
            p = at;
            break;
        case OPERAND_ID:
            at = number(p + 2, end, &value);
            if (p[1] != HIGH(36) || !at || !keep_operand(build, value))
                return p;
            p = at;
            break;
        case OPERAND_IDS:
            at = short_bytes(p, end, 2, &len);
            if (p[1] != HIGH(36) || !at || !keep_operands(build, at, at + len))
                return p;
            p = at + len;
            break;
        default:
            return p;
        }
    }
    return p;
}
