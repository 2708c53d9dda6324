/* Any bytes as a part of a scan: refused with a message, or a value that, written and read again,
 * is the same. Bytes that lie would stop at the checksum, so it is mended first, as a hostile
 * writer would do. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/sha256.h"
#include "../unit/part_whole.h"
#include "model/part_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void mend(struct nkb_buf *bytes)
{
    struct nkb_err err;
    if (bytes->failed || bytes->len < PART_BODY_AT + PART_DIGEST_BYTES)
        return;
    size_t covered = bytes->len - PART_DIGEST_BYTES, body = covered - PART_BODY_AT;
    uint32_t mark = nkb_record_mark(&nkb_part_record);
    memcpy(bytes->data, part_magic, sizeof part_magic);
    for (int i = 0; i < 4; i++) {
        bytes->data[PART_FORMAT_AT + i] = (char)((uint32_t)PART_FORMAT >> (8 * i));
        bytes->data[PART_MARK_AT + i] = (char)(mark >> (8 * i));
    }
    memset(bytes->data + PART_ENGINE_AT, 0, PART_ENGINE_BYTES);
    memcpy(bytes->data + PART_ENGINE_AT, "fuzz", 4);
    for (int i = 0; i < 8; i++)
        bytes->data[PART_SIZE_AT + i] = (char)((uint64_t)body >> (8 * i));
    if (nkb_sha256_bytes((struct nkb_str){bytes->data, covered},
                         (unsigned char *)bytes->data + covered, &err) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_buf bytes = NKB_BUF_INIT, again = NKB_BUF_INIT;
    struct nkb_part part, other;
    struct nkb_err err = {0};

    nkb_buf_append(&bytes, data, size);
    for (int mended = 0; mended < 2; mended++) {
        err = (struct nkb_err){0};
        int code = read_whole(nkb_buf_str(&bytes), "fuzz", &arena, &part, &err);
        if ((code == 0) != (err.text[0] == '\0'))
            abort();
        if (code == 0 && (write_whole(&part, "fuzz", &again, &err) != 0 ||
                          read_whole(nkb_buf_str(&again), "fuzz", &arena, &other, &err) != 0 ||
                          !nkb_record_equal(&nkb_part_record, &part, &other, 0)))
            abort();
        mend(&bytes);
    }
    nkb_buf_free(&bytes);
    nkb_buf_free(&again);
    nkb_arena_free(&arena);
    return 0;
}
