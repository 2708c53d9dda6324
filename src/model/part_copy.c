/* From the numbers that texts have in a draft to those they have in a part: what the rows say is
 * passed on as it is, without becoming a struct in between. */
#include "model/part_format.h"

struct copier {
    struct part_copying *to;
    struct nkb_str bytes;
    size_t at, text_count;
    bool bad;
};

static void pass(struct copier *c, size_t size)
{
    if (c->bad || c->bytes.len - c->at < size) {
        c->bad = true;
        return;
    }
    if (c->to->out)
        nkb_buf_append(c->to->out, c->bytes.ptr + c->at, size);
    else
        c->to->others += size;
    c->at += size;
}

/* How many bytes the number here has, and what it is; 0 and bad when it does not end. */
static size_t look(struct copier *c, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < PART_VARINT_BYTES && i < c->bytes.len - c->at; i++) {
        unsigned char byte = (unsigned char)c->bytes.ptr[c->at + i];
        *out |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80)
            return i + 1;
    }
    c->bad = true;
    return 0;
}

static uint64_t pass_number(struct copier *c)
{
    uint64_t v;
    pass(c, look(c, &v));
    return c->bad ? 0 : v;
}

static void pass_text(struct copier *c)
{
    uint64_t number;
    char bytes[PART_VARINT_BYTES];
    size_t size = look(c, &number);
    if (c->bad || number > c->text_count) {
        c->bad = true;
        return;
    }
    c->at += size;
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
    return !c.bad && c.at == bytes.len;
}
