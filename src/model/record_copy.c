#include "model/record.h"

#include <string.h>

static bool copy_str(struct nkb_record_room *room, struct nkb_str *text)
{
    uint32_t number;
    if (!text->ptr)
        return true;
    if (!nkb_intern_add(&room->texts, room->arena, *text, &number))
        return false;
    *text = room->texts.texts[number];
    return true;
}

static bool copy_text(struct nkb_record_room *room, const char **text)
{
    struct nkb_str copy = *text ? nkb_str_from(*text) : NKB_STR_NONE;
    bool good = copy_str(room, &copy);
    *text = copy.ptr;
    return good;
}

/* So many structs as they are, in a place of their own. */
static void *copy_place(struct nkb_record_room *room, const void *from, size_t bytes)
{
    void *place = nkb_arena_take(room->arena, bytes);
    if (place && bytes > 0)
        memcpy(place, from, bytes);
    return place;
}

static bool move_record(struct nkb_record_room *room, const struct nkb_record *record, void *base);

static bool move_list(struct nkb_record_room *room, const struct nkb_field *field, void *base)
{
    void **at = (void **)(void *)((char *)base + field->offset);
    uint32_t count = nkb_field_count(field, base);
    size_t size = field->kind == NKB_FIELD_TEXTS ? sizeof(const char *) : field->record->size;
    char *copy = copy_place(room, *at, count * size);
    bool good = copy != NULL;
    for (uint32_t i = 0; i < count && good; i++)
        good = field->kind == NKB_FIELD_TEXTS ? copy_text(room, &((const char **)(void *)copy)[i])
                                              : move_record(room, field->record, copy + i * size);
    *at = copy;
    return good;
}

static bool move_within(struct nkb_record_room *room, const struct nkb_field *field, void *base)
{
    char *at = (char *)base + field->offset;
    if (field->behind) {
        void **behind = (void **)(void *)at;
        if (!*behind)
            return true;
        at = *behind = copy_place(room, *behind, field->size);
    }
    bool good = at != NULL;
    for (uint32_t i = 0; i < field->size && good; i += field->record->size)
        good = move_record(room, field->record, at + i);
    return good;
}

/* What a struct points to, for a place of its own. */
static bool move_record(struct nkb_record_room *room, const struct nkb_record *record, void *base)
{
    bool good = true;
    for (uint32_t i = 0; i < record->count && good; i++) {
        const struct nkb_field *field = &record->fields[i];
        void *in = (char *)base + field->offset;
        if (field->kind == NKB_FIELD_STR)
            good = copy_str(room, in);
        else if (field->kind == NKB_FIELD_TEXT)
            good = copy_text(room, in);
        else if (field->kind == NKB_FIELD_LIST || field->kind == NKB_FIELD_TEXTS)
            good = move_list(room, field, base);
        else if (field->kind == NKB_FIELD_RECORD)
            good = move_within(room, field, base);
    }
    return good;
}

bool nkb_record_copy(struct nkb_record_room *room, const struct nkb_record *record,
                     const void *from, void *out)
{
    memcpy(out, from, record->size);
    return move_record(room, record, out);
}
