#include "model/record.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"

enum { MAX_WITHIN_BYTES = 512 }; /* of a struct within another: the tables are ours */

uint32_t nkb_field_times(const struct nkb_field *field)
{
    if (field->kind == NKB_FIELD_INT)
        return field->size / (uint32_t)sizeof(int64_t);
    return field->kind == NKB_FIELD_RECORD ? field->size / field->record->size : 1;
}

size_t nkb_record_least(const struct nkb_record *record)
{
    size_t least = 0;
    for (uint32_t i = 0; i < record->count; i++) {
        const struct nkb_field *field = &record->fields[i];
        if (field->kind == NKB_FIELD_DOUBLE)
            least += sizeof(double);
        else if (field->kind != NKB_FIELD_ASIDE)
            least += field->kind == NKB_FIELD_RECORD ? nkb_field_times(field) : 1;
    }
    return least;
}

static const uint64_t blank[MAX_WITHIN_BYTES / sizeof(uint64_t)];

bool nkb_record_blank(const struct nkb_record *record, const void *base)
{
    assert(record->size <= sizeof blank);
    return !base || nkb_record_equal(record, base, blank, 0);
}

/* FNV-1a. */
static uint32_t mix(uint32_t mark, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    for (size_t i = 0; i < size; i++)
        mark = (mark ^ bytes[i]) * UINT32_C(16777619);
    return mark;
}

static uint32_t mix_number(uint32_t mark, uint32_t number)
{
    unsigned char bytes[4];
    for (int i = 0; i < 4; i++)
        bytes[i] = (unsigned char)(number >> (8 * i));
    return mix(mark, bytes, sizeof bytes);
}

uint32_t nkb_record_mark(const struct nkb_record *record)
{
    uint32_t mark = mix(UINT32_C(2166136261), record->name, strlen(record->name));
    for (uint32_t i = 0; i < record->count; i++) {
        const struct nkb_field *field = &record->fields[i];
        if (field->kind == NKB_FIELD_ASIDE)
            continue;
        mark = mix(mark, field->name, strlen(field->name) + 1);
        mark = mix_number(mark, (uint32_t)field->kind);
        mark = mix_number(mark, field->limit);
        mark = mix_number(mark, nkb_field_times(field));
        if (field->record)
            mark = mix_number(mark, nkb_record_mark(field->record));
    }
    return mark;
}

static bool texts_equal(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool lists_equal(const struct nkb_field *field, const void *a, const void *b,
                        unsigned ignored)
{
    uint32_t count = nkb_field_count(field, a);
    if (count != nkb_field_count(field, b))
        return false;
    const char *x = *(const char *const *)nkb_field_in(field, a);
    const char *y = *(const char *const *)nkb_field_in(field, b);
    for (uint32_t i = 0; i < count; i++) {
        bool same = field->kind == NKB_FIELD_LIST
                        ? nkb_record_equal(field->record, x + (size_t)i * field->record->size,
                                           y + (size_t)i * field->record->size, ignored)
                        : texts_equal(((const char *const *)(const void *)x)[i],
                                      ((const char *const *)(const void *)y)[i]);
        if (!same)
            return false;
    }
    return true;
}

static bool records_equal(const struct nkb_field *field, const char *a, const char *b,
                          unsigned ignored)
{
    const char *none = (const char *)blank;
    for (uint32_t i = 0; i < field->size; i += field->record->size)
        if (!nkb_record_equal(field->record, a ? a + i : none, b ? b + i : none, ignored))
            return false;
    return true;
}

static bool fields_equal(const struct nkb_field *field, const void *a, const void *b,
                         unsigned ignored)
{
    const void *x = nkb_field_in(field, a), *y = nkb_field_in(field, b);
    switch (field->kind) {
    case NKB_FIELD_ASIDE:
        return true;
    case NKB_FIELD_STR:
        return nkb_str_equal(*(const struct nkb_str *)x, *(const struct nkb_str *)y);
    case NKB_FIELD_TEXT:
        return texts_equal(*(const char *const *)x, *(const char *const *)y);
    case NKB_FIELD_RECORD:
        return records_equal(field, x, y, ignored);
    case NKB_FIELD_LIST:
    case NKB_FIELD_TEXTS:
        return lists_equal(field, a, b, ignored);
    case NKB_FIELD_INT:
    case NKB_FIELD_BITS:
    case NKB_FIELD_BOOL:
    case NKB_FIELD_DOUBLE:
    case NKB_FIELD_CHOICE:
    case NKB_FIELD_DIGEST:
        break;
    }
    return memcmp(x, y, field->size) == 0;
}

bool nkb_record_equal(const struct nkb_record *record, const void *a, const void *b,
                      unsigned ignored)
{
    for (uint32_t i = 0; i < record->count; i++)
        if (!(record->fields[i].aspect & ignored) &&
            !fields_equal(&record->fields[i], a, b, ignored))
            return false;
    return true;
}
