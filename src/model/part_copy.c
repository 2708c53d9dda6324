/* From the numbers that texts have in a draft to those they have in a part: what the rows say is
 * passed on as it is, without becoming a struct in between. */
#include "model/part_format.h"

struct copier {
    struct part_copying *to;
    struct nkb_str bytes;
    size_t at, text_count;
    size_t from; /* what has been passed since the last text goes out in one piece */
    bool bad;
};

static void pass(struct copier *c, size_t size)
{
    if (c->bytes.len - c->at < size)
        c->bad = true;
    else
        c->at += size;
}

static uint64_t pass_number(struct copier *c)
{
    uint64_t v = 0;
    for (unsigned shift = 0; c->at < c->bytes.len && shift < 64; shift += 7) {
        unsigned char byte = (unsigned char)c->bytes.ptr[c->at++];
        v |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return v;
    }
    c->bad = true;
    return 0;
}

static void let_go(struct copier *c, size_t to)
{
    if (c->to->out)
        nkb_buf_append(c->to->out, c->bytes.ptr + c->from, to - c->from);
    else
        c->to->others += to - c->from;
    c->from = c->at;
}

static void pass_text(struct copier *c)
{
    char bytes[PART_VARINT_BYTES];
    size_t at = c->at;
    uint64_t number = pass_number(c);
    if (c->bad || number > c->text_count) {
        c->bad = true;
        return;
    }
    let_go(c, at);
    if (c->to->out)
        nkb_buf_append(c->to->out, bytes, part_varint(bytes, c->to->numbers[number]));
    else
        c->to->uses[number]++;
}

static void pass_ints(struct copier *c, uint32_t times)
{
    uint64_t there = times == 1 ? 1 : pass_number(c);
    for (; there; there &= there - 1)
        pass_number(c);
}

static void copy_record(struct copier *c, const struct nkb_record *record);

static void copy_field(struct copier *c, const struct nkb_field *field)
{
    uint64_t count;
    switch (field->kind) {
    case NKB_FIELD_ASIDE:
        break;
    case NKB_FIELD_INT:
        pass_ints(c, nkb_field_times(field));
        break;
    case NKB_FIELD_BITS:
    case NKB_FIELD_BOOL:
    case NKB_FIELD_CHOICE:
        pass_number(c);
        break;
    case NKB_FIELD_DOUBLE:
        pass(c, sizeof(double));
        break;
    case NKB_FIELD_STR:
    case NKB_FIELD_TEXT:
        pass_text(c);
        break;
    case NKB_FIELD_DIGEST:
        if (pass_number(c))
            pass(c, NKB_DIGEST_BYTES);
        break;
    case NKB_FIELD_RECORD:
        for (uint32_t i = nkb_field_times(field); i > 0; i--)
            if (pass_number(c))
                copy_record(c, field->record);
        break;
    case NKB_FIELD_LIST:
        for (count = pass_number(c); count > 0 && !c->bad; count--)
            copy_record(c, field->record);
        break;
    case NKB_FIELD_TEXTS:
        for (count = pass_number(c); count > 0 && !c->bad; count--)
            pass_text(c);
        break;
    }
}

static void copy_record(struct copier *c, const struct nkb_record *record)
{
    for (uint32_t i = 0; i < record->count; i++)
        copy_field(c, &record->fields[i]);
}

bool part_copy_rows(struct part_copying *copying, const struct nkb_record *record,
                    struct nkb_str bytes, size_t text_count)
{
    struct copier c = {.to = copying, .bytes = bytes, .text_count = text_count};
    copy_record(&c, record);
    let_go(&c, c.at);
    return !c.bad && c.at == bytes.len;
}
