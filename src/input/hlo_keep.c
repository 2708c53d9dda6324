/* Memory of what is read. A list or tuple has room for the next power of two, so that its length
 * alone says when it is full; a list that comes packed, as all real ones do, is made once. Lists
 * are temporary, until their instruction is complete: then the pool keeps what they came to. */
#include "input/hlo_build.h"

#include <stdlib.h>
#include <string.h>

#include "base/pages.h"
#include "input/hlo_config.h"

enum { FIRST_ROOM = 64 };

bool nkb_hlo_build_memory(struct nkb_hlo_build *build)
{
    nkb_wire_fault(build->wire, nkb_wire_offset(build->wire), "out of memory");
    build->wire->code = NKB_EMEMORY;
    build->wire->final = true;
    return false;
}

bool nkb_hlo_build_too_many(struct nkb_hlo_build *build, uint64_t limit, const char *what)
{
    nkb_wire_fault(build->wire, nkb_wire_offset(build->wire),
                   "more than %llu %s; a module may have no more", (unsigned long long)limit, what);
    build->wire->final = true;
    return false;
}

bool nkb_hlo_build_room(struct nkb_hlo_build *build, void *array, size_t *room, size_t count,
                        size_t size_bytes)
{
    size_t want = *room ? *room * 2 : FIRST_ROOM, total;
    void *old, *grown;

    if (count < *room)
        return true;
    memcpy(&old, array, sizeof old);
    if (want <= *room || !nkb_size_mul(want, size_bytes, &total))
        return nkb_hlo_build_memory(build);
    grown = nkb_pages_grow(old, count * size_bytes, total);
    if (!grown)
        return nkb_hlo_build_memory(build);
    memcpy(array, &grown, sizeof grown);
    *room = want;
    /* cppcheck-suppress memleak ; the array has it now */
    return true;
}

static uint64_t room_of(uint64_t count)
{
    return count < 2 ? count : UINT64_C(1) << (64 - __builtin_clzll(count - 1));
}

int64_t *nkb_hlo_build_more(struct nkb_hlo_build *build, const int64_t **at, uint32_t *count,
                            uint64_t more)
{
    uint64_t old = *count, room = room_of(old + more);

    if (!nkb_hlo_build_numbers(build, more))
        return NULL;
    if (room > room_of(old)) {
        int64_t *grown = nkb_arena_take(&build->temp, (size_t)room * sizeof *grown);
        if (!grown) {
            nkb_hlo_build_memory(build);
            return NULL;
        }
        if (old)
            memcpy(grown, *at, old * sizeof *grown);
        *at = grown;
    }
    *count = (uint32_t)(old + more);
    return (int64_t *)*at + old;
}

/* The same for one more of something larger. */
static void *one_more(struct nkb_hlo_build *build, void *at, uint32_t count, size_t size_bytes)
{
    uint64_t room = room_of((uint64_t)count + 1);

    if (room > room_of(count))
        at = nkb_arena_grow(&build->temp, at, count, (size_t)room, size_bytes);
    if (!at)
        nkb_hlo_build_memory(build);
    return at;
}

struct nkb_hlo_shape *nkb_hlo_build_tuple_element(struct nkb_hlo_build *build,
                                                  struct nkb_hlo_shape *tuple)
{
    struct nkb_hlo_shape *elements;

    if (!nkb_hlo_build_count(build, &build->tuple_elements, 1, build->limits->tuple_elements,
                             "shapes inside tuples"))
        return NULL;
    elements = one_more(build, tuple->tuple, tuple->tuple_count, sizeof *elements);
    if (!elements)
        return NULL;
    tuple->tuple = elements;
    return &elements[tuple->tuple_count++];
}

bool nkb_hlo_build_known_element(struct nkb_hlo_build *build, struct nkb_hlo_shape *tuple,
                                 const struct nkb_hlo_shape *known)
{
    uint64_t numbers = (uint64_t)known->rank + known->minor_to_major_count;
    if (known->tuple_count != 0 || numbers > build->limits->numbers - build->numbers ||
        build->tuple_elements == build->limits->tuple_elements)
        return false;
    struct nkb_hlo_shape *element = nkb_hlo_build_tuple_element(build, tuple);
    if (!element)
        return false;
    build->numbers += numbers;
    *element = *known;
    return true;
}

struct nkb_hlo_window_dim *nkb_hlo_build_window_dim(struct nkb_hlo_build *build,
                                                    struct nkb_hlo_draft *draft)
{
    struct nkb_hlo_draft_rare *rare = nkb_hlo_draft_rare(draft);
    struct nkb_hlo_window_dim *dims;

    if (!nkb_hlo_build_count(build, &build->window_dims, 1, build->limits->window_dims,
                             "window dimensions"))
        return NULL;
    dims = one_more(build, rare->window, rare->attrs.window_rank, sizeof *dims);
    if (!dims)
        return NULL;
    rare->window = dims;
    return &dims[rare->attrs.window_rank++];
}

bool nkb_hlo_build_text(struct nkb_hlo_build *build, struct nkb_str text, struct nkb_str *to)
{
    return nkb_hlo_pool_name(&build->pool, text, to) || nkb_hlo_build_memory(build);
}

bool nkb_hlo_build_shared_text(struct nkb_hlo_build *build, struct nkb_str text, struct nkb_str *to)
{
    return nkb_hlo_pool_text(&build->pool, text, to) || nkb_hlo_build_memory(build);
}

bool nkb_hlo_build_blob(struct nkb_hlo_build *build, struct nkb_hlo_blob blob, struct nkb_str *out)
{
    *out = NKB_STR_NONE;
    if (blob.len == 0)
        return true;
    if (blob.len > build->limits->config_bytes) {
        nkb_wire_fault(build->wire, blob.offset, "a config of %llu bytes; at most %llu are taken",
                       (unsigned long long)blob.len,
                       (unsigned long long)build->limits->config_bytes);
        build->wire->final = true;
        return false;
    }
    return nkb_wire_peek(build->wire, blob.offset, blob.len, &build->scratch, out);
}

bool nkb_hlo_build_bytes(struct nkb_hlo_build *build, const struct nkb_proto_field *field,
                         void *target, struct nkb_hlo_blob blob)
{
    struct nkb_str text;
    int64_t trips = -1;
    uint64_t count = build->payload_count;

    if (field->keep != NKB_KEEP_PAYLOAD) {
        memcpy((char *)target + field->at, &blob, sizeof blob);
        return true;
    }
    /* Of a payload only the trip count can be wanted. One too large for a config has none. */
    if (!nkb_hlo_build_count(build, &count, 1, build->limits->payloads, "payloads") ||
        !nkb_hlo_build_room(build, &build->payload_trips, &build->payload_room,
                            build->payload_count, sizeof *build->payload_trips))
        return false;
    if (blob.len > build->limits->config_bytes)
        blob.len = 0;
    if (!nkb_hlo_build_blob(build, blob, &text))
        return false;
    if (!nkb_trip_count_read(text, &trips))
        trips = -1;
    build->payload_trips[build->payload_count++] = trips;
    return true;
}

static void *inside(void *target, const struct nkb_proto_field *field)
{
    return (char *)target + field->at;
}

bool nkb_hlo_build_is_list(enum nkb_proto_keep keep)
{
    return keep == NKB_KEEP_OPERANDS || keep == NKB_KEEP_DIMS || keep == NKB_KEEP_MINOR_TO_MAJOR ||
           keep == NKB_KEEP_CALLED || keep == NKB_KEEP_INTS;
}

int64_t *nkb_hlo_build_list(struct nkb_hlo_build *build, const struct nkb_proto_field *field,
                            void *target, uint64_t more)
{
    struct nkb_hlo_shape *shape = target;
    struct nkb_hlo_ints *ints = inside(target, field);

    switch (field->keep) {
    case NKB_KEEP_OPERANDS:
        return nkb_hlo_build_numbers(build, more)
                   ? nkb_hlo_build_ids(build, &build->operand_ids, more)
                   : NULL;
    case NKB_KEEP_CALLED:
        return nkb_hlo_build_numbers(build, more)
                   ? nkb_hlo_build_ids(build, &build->called_ids, more)
                   : NULL;
    case NKB_KEEP_DIMS:
        return nkb_hlo_build_more(build, &shape->dims, &shape->rank, more);
    case NKB_KEEP_MINOR_TO_MAJOR:
        return nkb_hlo_build_more(build, &shape->minor_to_major, &shape->minor_to_major_count,
                                  more);
    default:
        return nkb_hlo_build_more(build, &ints->at, &ints->count, more);
    }
}

bool nkb_hlo_build_number(struct nkb_hlo_build *build, const struct nkb_proto_field *field,
                          void *target, uint64_t value)
{
    struct nkb_hlo_first *first;
    int64_t *place;

    switch (field->keep) {
    case NKB_KEEP_I64:
        *(int64_t *)inside(target, field) = (int64_t)value;
        return true;
    case NKB_KEEP_I32:
        *(int32_t *)inside(target, field) = (int32_t)(uint32_t)value;
        return true;
    case NKB_KEEP_BOOL:
        *(bool *)inside(target, field) = value != 0;
        return true;
    case NKB_KEEP_ANY:
        if (value != 0)
            *(bool *)inside(target, field) = true;
        return true;
    case NKB_KEEP_FIRST:
        first = inside(target, field);
        if (first->count++ == 0)
            first->value = value;
        return true;
    default:
        if (!nkb_hlo_build_is_list(field->keep))
            return true;
        place = nkb_hlo_build_list(build, field, target, 1);
        if (place)
            *place = (int64_t)value;
        return place != NULL;
    }
}

bool nkb_hlo_build_kept_text(struct nkb_hlo_build *build, const struct nkb_proto_field *field,
                             void *target, struct nkb_str text)
{
    if (field->keep == NKB_KEEP_OPCODE)
        return nkb_hlo_build_opcode(build, text);
    if (field->keep == NKB_KEEP_NAME)
        return nkb_hlo_build_text(build, text, &build->draft.in->name);
    if (field->keep == NKB_KEEP_TEXT)
        return nkb_hlo_build_text(build, text, inside(target, field));
    if (field->keep == NKB_KEEP_SHARED_TEXT)
        return nkb_hlo_build_shared_text(build, text, inside(target, field));
    if (field->keep == NKB_KEEP_SOURCE_FILE)
        return nkb_hlo_build_source_file(build, text);
    if (field->keep == NKB_KEEP_INDEX_FILE)
        return nkb_hlo_build_index_file(build, text);
    nkb_hlo_build_direction(build, text);
    return true;
}
