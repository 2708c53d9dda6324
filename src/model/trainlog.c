/* Packed form of a record: its mask, the mask of the values that differ from the record before (or
 * were not in it), and those values. Both sides keep the last value of every key seen so far, so a
 * value that is left out for a while and comes back unchanged costs nothing either. Values are
 * compared by their bits: nan equals itself. */
#include "model/trainlog.h"

#include <string.h>

enum { FIRST_CHUNK_BYTES = 4 * 1024, LAST_CHUNK_BYTES = 256 * 1024 };

struct nkb_log_chunk {
    struct nkb_log_chunk *next;
    size_t size_bytes, used_bytes;
    unsigned char data[];
};

enum { PACKED_MOST_BYTES = 2 * sizeof(uint32_t) + NKB_LOG_KEY_COUNT * sizeof(double) };

static struct nkb_log_chunk *chunk_for(struct nkb_arena *arena, struct nkb_trainlog *log)
{
    struct nkb_log_chunk *last = log->last_chunk;
    if (last && last->size_bytes - last->used_bytes >= PACKED_MOST_BYTES)
        return last;

    size_t size = last ? last->size_bytes * 2 : FIRST_CHUNK_BYTES;
    if (size > LAST_CHUNK_BYTES)
        size = LAST_CHUNK_BYTES;
    struct nkb_log_chunk *chunk = nkb_arena_alloc(arena, sizeof *chunk + size);
    if (!chunk)
        return NULL;
    chunk->size_bytes = size;
    if (last)
        last->next = chunk;
    else
        log->first_chunk = chunk;
    return log->last_chunk = chunk;
}

void nkb_trainlog_append(struct nkb_arena *arena, struct nkb_trainlog *log,
                         const struct nkb_log_record *record)
{
    struct nkb_log_chunk *chunk = chunk_for(arena, log);
    if (!chunk)
        return;
    unsigned char *start = chunk->data + chunk->used_bytes, *to = start + 2 * sizeof(uint32_t);
    struct nkb_log_record *previous = &log->previous;
    uint32_t changed = 0;

    for (uint32_t left = record->mask; left; left &= left - 1) {
        int key = __builtin_ctz(left);
        /* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-exp42-c,cert-flp37-c): the bits are meant */
        if (memcmp(&record->value[key], &previous->value[key], sizeof(double)) == 0)
            continue;
        previous->value[key] = record->value[key];
        memcpy(to, &record->value[key], sizeof(double));
        to += sizeof(double);
        changed |= (uint32_t)1 << key;
    }
    memcpy(start, &record->mask, sizeof record->mask);
    memcpy(start + sizeof(uint32_t), &changed, sizeof changed);
    chunk->used_bytes += (size_t)(to - start);
    log->records++;
}

struct nkb_log_cursor nkb_trainlog_begin(const struct nkb_trainlog *log)
{
    return (struct nkb_log_cursor){log->first_chunk, 0};
}

bool nkb_trainlog_next(struct nkb_log_cursor *cursor, struct nkb_log_record *record)
{
    while (cursor->chunk && cursor->at == cursor->chunk->used_bytes)
        *cursor = (struct nkb_log_cursor){cursor->chunk->next, 0};
    if (!cursor->chunk)
        return false;

    const unsigned char *start = cursor->chunk->data + cursor->at;
    const unsigned char *from = start + 2 * sizeof(uint32_t);
    uint32_t changed;
    memcpy(&record->mask, start, sizeof record->mask);
    memcpy(&changed, start + sizeof(uint32_t), sizeof changed);
    for (; changed; changed &= changed - 1) {
        memcpy(&record->value[__builtin_ctz(changed)], from, sizeof(double));
        from += sizeof(double);
    }
    cursor->at += (size_t)(from - start);
    return true;
}
