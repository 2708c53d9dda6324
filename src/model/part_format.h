/* What the writer and the reader of a part agree on. Numbers are little-endian. */
#ifndef NKB_MODEL_PART_FORMAT_H
#define NKB_MODEL_PART_FORMAT_H

#include "model/part.h"

enum {
    PART_FORMAT = 1,
    PART_FORMAT_AT = NKB_PART_MAGIC_BYTES, /* 4 bytes */
    PART_MARK_AT = 12,                     /* 4: nkb_record_mark */
    PART_ENGINE_AT = 16,                   /* 16: text, the rest zero */
    PART_ENGINE_BYTES = 16,
    PART_SIZE_AT = 32, /* 8: of the body */
    PART_BODY_AT = 40,
    PART_DIGEST_BYTES = NKB_DIGEST_BYTES, /* behind the body */
};

/* No text begins so and no protobuf of a module; a transfer that changes line ends breaks it. */
static const char part_magic[NKB_PART_MAGIC_BYTES] = {'\x89', 'n',  'k',    'b',
                                                      '\r',   '\n', '\x1a', '\n'};

/* Text 0 is none; the n-th of the table is n. */

#endif
