/* A function for each field, in one wire form: a tag is its bytes, a length has one byte, of
 * metadata and what is in there one or two. Each returns what follows its field, or `p` when
 * another stands there or it is not usual; it changes nothing before it is certain to succeed, or
 * only what the walk by the schema changes again. hlo_schema.c has the fields' names and numbers.
 *
 * Behind the end of a message at least SLACK bytes can be read, or it is not looked at here: so a
 * field's tag, length and number are read first and it is asked afterwards where they end. */
#include "input/hlo_usual.h"

#include "input/hlo_walk.h"

typedef const unsigned char *bytes;

enum {
    SHORT = NKB_HLO_USUAL_BYTES + 1,
    SLACK = SHORT + 16, /* and what stands before and behind it */
};

#define TAG(number, wire) ((number) << 3 | NKB_WIRE_##wire)
/* Of fields from 16 on a tag has two bytes: as a number, the first one lowest. */
#define LONG_TAG(number, wire) (((TAG(number, wire) & 0x7f) | SHORT) | (number) >> 4 << 8)

/* May a message be looked at that ends here? */
static inline bool may_look(const struct nkb_hlo_build *build, bytes end)
{
    return build->wire->fill - end >= SLACK && build->takes_usual;
}

static inline bool is_at(bytes p, unsigned tag)
{
    return p[0] == tag;
}

static inline bool is_at_long(bytes p, unsigned long_tag)
{
    return (p[0] | (unsigned)p[1] << 8) == long_tag;
}

/* A text or message whose length stands at p: what follows it, NULL when it is long or cut off. */
static inline bytes behind_bytes(bytes p, bytes end)
{
    size_t len = p[0];
    return len < SHORT && p + 1 + len <= end ? p + 1 + len : NULL;
}

/* The same for one that may be long: with a length of two bytes. It begins at *at. */
static inline bytes behind_long(bytes p, bytes end, bytes *at)
{
    if (p[0] < SHORT) {
        *at = p + 1;
        return behind_bytes(p, end);
    }
    ptrdiff_t len = (p[0] & 0x7f) | (ptrdiff_t)p[1] << 7;
    *at = p + 2;
    return p[1] < SHORT && len <= end - *at ? *at + len : NULL;
}

static inline struct nkb_str text_between(bytes p, bytes end)
{
    return (struct nkb_str){(const char *)p, (size_t)(end - p)};
}

/* What follows a number, NULL when it is too long or cut off. */
static inline bytes number(bytes p, bytes end, uint64_t *value)
{
    if (p[0] < SHORT) {
        *value = p[0];
        return p < end ? p + 1 : NULL;
    }
    if (p[1] < SHORT) {
        *value = (p[0] & 0x7fu) | (uint64_t)p[1] << 7;
        return p + 2 <= end ? p + 2 : NULL;
    }
    p = nkb_wire_read_ten(p, value);
    return p && p <= end ? p : NULL;
}

static inline bytes skip_text(bytes p, bytes end, unsigned tag)
{
    bytes at = p, behind = is_at(p, tag) ? behind_long(p + 1, end, &at) : NULL;
    return behind && nkb_ascii_is(at, (size_t)(behind - at)) ? behind : p;
}

static inline bytes skip_number(bytes p, bytes end, unsigned tag)
{
    uint64_t value;
    bytes behind = is_at(p, tag) ? number(p + 1, end, &value) : NULL;
    return behind ? behind : p;
}

static inline bytes take_number(bytes p, bytes end, unsigned tag, int64_t *to)
{
    uint64_t value;
    bytes behind = is_at(p, tag) ? number(p + 1, end, &value) : NULL;
    if (!behind)
        return p;
    *to = (int64_t)value;
    return behind;
}

static inline bytes take_int32(bytes p, bytes end, unsigned tag, int32_t *to)
{
    uint64_t value;
    bytes behind = is_at(p, tag) ? number(p + 1, end, &value) : NULL;
    if (!behind)
        return p;
    *to = (int32_t)(uint32_t)value;
    return behind;
}

static inline bytes take_op_name(struct nkb_hlo_build *build, bytes p, bytes end,
                                 struct nkb_hlo_metadata *metadata)
{
    bytes at = p, behind = is_at(p, TAG(2, BYTES)) ? behind_long(p + 1, end, &at) : NULL;
    if (!behind)
        return p;
    struct nkb_str text = text_between(at, behind);
    return text.len <= build->limits->text_bytes &&
                   nkb_hlo_pool_ascii_text(&build->pool, text, &metadata->op_name)
               ? behind
               : p;
}

/* Usual is the file of the instruction before. */
static inline bytes take_source_file(struct nkb_hlo_build *build, bytes p, bytes end,
                                     struct nkb_hlo_metadata *metadata)
{
    bytes at = p, behind = is_at(p, TAG(3, BYTES)) ? behind_long(p + 1, end, &at) : NULL;
    if (!behind || !nkb_hlo_sources_is_last(&build->sources, text_between(at, behind)))
        return p;
    metadata->source_file = build->sources.last_file;
    return behind;
}

/* In the order of their numbers, as compilers write fields. */
static inline bytes metadata_fields(struct nkb_hlo_build *build, bytes p, bytes end,
                                    struct nkb_hlo_metadata *metadata)
{
    bytes from;
    do {
        from = p;
        p = skip_text(p, end, TAG(1, BYTES)); /* op_type */
        p = take_op_name(build, p, end, metadata);
        p = take_source_file(build, p, end, metadata);
        p = take_int32(p, end, TAG(4, VARINT), &metadata->source_line);
        /* Ids of XLA's passes, which the schema does not know. */
        p = skip_number(p, end, TAG(6, VARINT));
        p = skip_number(p, end, TAG(7, VARINT));
        p = take_int32(p, end, TAG(15, VARINT), &metadata->stack_frame_id);
    } while (p != from && p < end);
    return p;
}

const unsigned char *nkb_hlo_usual_metadata(struct nkb_hlo_build *build, bytes p, bytes end,
                                            void *target)
{
    return may_look(build, end) ? metadata_fields(build, p, end, target) : p;
}

static inline bytes take_name(struct nkb_hlo_build *build, bytes p, bytes end)
{
    bytes behind = is_at(p, TAG(1, BYTES)) ? behind_bytes(p + 1, end) : NULL;
    if (!behind)
        return p;
    struct nkb_str text = text_between(p + 2, behind);
    return nkb_hlo_pool_ascii_name(&build->pool, text, &build->draft.in->name) ? behind : p;
}

static inline bytes take_opcode(struct nkb_hlo_build *build, bytes p, bytes end)
{
    bytes behind = is_at(p, TAG(2, BYTES)) ? behind_bytes(p + 1, end) : NULL;
    if (!behind || build->draft.met.has_rare)
        return p;
    enum nkb_hlo_opcode opcode = nkb_hlo_opcodes_find(&build->opcodes, text_between(p + 2, behind));
    if (opcode == NKB_HLO_OPCODE_COUNT)
        return p;
    build->draft.in->opcode = opcode;
    return behind;
}

static inline bytes take_shape(struct nkb_hlo_build *build, bytes p, bytes end)
{
    struct nkb_hlo_draft_met *met = &build->draft.met;
    bytes behind = is_at(p, TAG(3, BYTES)) ? behind_bytes(p + 1, end) : NULL;
    if (!behind || met->has_shape || met->recalled[NKB_MEMO_SHAPE])
        return p;
    const struct nkb_hlo_note *note =
        nkb_hlo_memo_find(&build->memo, NKB_MEMO_SHAPE, p + 2, (size_t)(behind - p) - 2);
    if (!note)
        return p;
    met->recalled[NKB_MEMO_SHAPE] = note;
    met->shape = note->is.shape;
    return behind;
}

static inline bytes take_metadata(struct nkb_hlo_build *build, bytes p, bytes end)
{
    struct nkb_hlo_draft *draft = &build->draft;
    bytes at = p, behind = is_at(p, TAG(7, BYTES)) ? behind_long(p + 1, end, &at) : NULL;
    if (!behind || draft->met.has_metadata)
        return p;
    draft->metadata = (struct nkb_hlo_metadata){0};
    if (metadata_fields(build, at, behind, &draft->metadata) != behind)
        return p;
    draft->met.has_metadata = true;
    return behind;
}

static inline bytes take_dot(struct nkb_hlo_build *build, bytes p, bytes end)
{
    struct nkb_hlo_draft_met *met = &build->draft.met;
    bytes behind = is_at_long(p, LONG_TAG(30, BYTES)) ? behind_bytes(p + 2, end) : NULL;
    if (!behind || met->has_dot || met->recalled[NKB_MEMO_DOT])
        return p;
    struct nkb_hlo_note *note =
        nkb_hlo_memo_find(&build->memo, NKB_MEMO_DOT, p + 3, (size_t)(behind - p) - 3);
    if (!note)
        return p;
    met->recalled[NKB_MEMO_DOT] = met->noted_dot = note;
    met->dot = note->is.dot.dot;
    return behind;
}

static inline bytes take_id(struct nkb_hlo_build *build, bytes p, bytes end)
{
    uint64_t value;
    bytes behind = is_at_long(p, LONG_TAG(35, VARINT)) ? number(p + 2, end, &value) : NULL;
    if (!behind)
        return p;
    build->draft.id = (int64_t)value;
    return behind;
}

/* All numbers from p to end become ids of the list, or none and false. */
static inline bool keep_ids(struct nkb_hlo_build *build, struct nkb_hlo_id_list *list, bytes p,
                            bytes end)
{
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

/* One by one, or all in one field. */
static inline bytes take_operands(struct nkb_hlo_build *build, bytes p, bytes end)
{
    struct nkb_hlo_id_list *list = &build->operand_ids;
    bytes behind;
    while (is_at_long(p, LONG_TAG(36, VARINT))) {
        uint64_t id;
        behind = number(p + 2, end, &id);
        if (!behind || build->numbers == build->limits->numbers || list->count == list->room)
            return p;
        build->numbers++;
        list->at[list->count++] = (int64_t)id;
        p = behind;
    }
    behind = is_at_long(p, LONG_TAG(36, BYTES)) ? behind_bytes(p + 2, end) : NULL;
    return behind && keep_ids(build, list, p + 3, behind) ? behind : p;
}

static inline bytes take_called(struct nkb_hlo_build *build, bytes p, bytes end)
{
    bytes behind = is_at_long(p, LONG_TAG(38, BYTES)) ? behind_bytes(p + 2, end) : NULL;
    return behind && keep_ids(build, &build->called_ids, p + 3, behind) ? behind : p;
}

/* Some, numbers of one byte each. */
static inline bytes take_dimensions(struct nkb_hlo_build *build, bytes p, bytes end)
{
    bytes behind = is_at(p, TAG(14, BYTES)) ? behind_bytes(p + 1, end) : NULL;
    size_t count = behind ? (size_t)(behind - p) - 2 : 0;
    if (count == 0 || !nkb_ascii_is(p + 2, count))
        return p;
    struct nkb_hlo_ints *ints = &nkb_hlo_draft_rare(&build->draft)->attrs.dimensions;
    int64_t *place = nkb_hlo_build_more(build, &ints->at, &ints->count, count);
    if (!place)
        return p;
    for (p += 2; p < behind; p++)
        *place++ = *p;
    return behind;
}

/* precision_config, when it is nothing but operand_precision. */
static inline bytes skip_precision(bytes p, bytes end)
{
    bytes behind = is_at_long(p, LONG_TAG(51, BYTES)) ? behind_bytes(p + 2, end) : NULL;
    return behind && is_at(p + 3, TAG(1, BYTES)) && behind_bytes(p + 4, behind) == behind &&
                   nkb_ascii_is(p + 5, (size_t)(behind - p) - 5)
               ? behind
               : p;
}

/* A message that has nothing in it, whatever it is. */
static inline bytes skip_empty(bytes p, bytes end, unsigned long_tag)
{
    return is_at_long(p, long_tag) && p[2] == 0 && p + 3 <= end ? p + 3 : p;
}

/* In the order of their numbers. A fifth of all time is spent here, and where it begins inside a
 * cache line, which a change in any other file can bring about, three percent more. */
__attribute__((aligned(64))) static inline bytes instruction_fields(struct nkb_hlo_build *build,
                                                                    bytes p, bytes end)
{
    bytes from;
    do {
        from = p;
        p = take_name(build, p, end);
        p = take_opcode(build, p, end);
        p = take_shape(build, p, end);
        p = take_metadata(build, p, end);
        p = take_number(p, end, TAG(9, VARINT), &build->draft.parameter_number);
        p = take_number(p, end, TAG(13, VARINT), &build->draft.tuple_index);
        p = take_dimensions(build, p, end);
        p = take_dot(build, p, end);
        p = take_id(build, p, end);
        p = take_operands(build, p, end);
        p = take_called(build, p, end);
        p = skip_precision(p, end);
        p = skip_empty(p, end, LONG_TAG(68, BYTES)); /* frontend_attributes */
        p = skip_empty(p, end, LONG_TAG(82, BYTES)); /* statistics_viz */
    } while (p != from && p < end);
    return p;
}

const unsigned char *nkb_hlo_usual_instruction(struct nkb_hlo_build *build, bytes p, bytes end,
                                               void *target)
{
    (void)target; /* the builder has but one draft */
    return may_look(build, end) ? instruction_fields(build, p, end) : p;
}

const unsigned char *nkb_hlo_usual_instructions(struct nkb_hlo_build *build, bytes p, bytes end,
                                                bytes *unfinished)
{
    *unfinished = NULL;
    while (end - p >= 3 && is_at(p, TAG(2, BYTES))) {
        bytes at = p + 2;
        ptrdiff_t len = p[1];
        if (len >= SHORT) {
            len = (len & 0x7f) | (ptrdiff_t)p[2] << 7;
            at++;
        }
        if (at[-1] >= SHORT || len > end - at)
            break;
        build->wire->at = at; /* for faults */
        if (!nkb_hlo_build_open_instruction(build, build->wire->bias + (uintptr_t)p))
            return NULL;
        p = may_look(build, at + len) ? instruction_fields(build, at, at + len) : at;
        if (p < at + len) {
            *unfinished = at + len;
            return p;
        }
        if (!nkb_hlo_build_close_instruction(build))
            return NULL;
    }
    return p;
}
