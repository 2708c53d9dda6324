/* What HLO's protobuf messages are made of: every field of every message that can be reached from
 * HloModuleProto, HloProto and HloSnapshot, so that all of it is checked as upstream's parser does,
 * and where the few values we count are kept. Sources: xla/service/hlo.proto and xla/xla_data.proto
 * of OpenXLA as shipped with nkipy, and of 2026 the fields we read. A field that is not here is
 * unknown and skipped. */
#ifndef NKB_INPUT_HLO_SCHEMA_H
#define NKB_INPUT_HLO_SCHEMA_H

#include <stdint.h>

enum nkb_proto_kind {
    NKB_PROTO_NONE, /* no such field */
    NKB_PROTO_VARINT,
    NKB_PROTO_FIXED32,
    NKB_PROTO_FIXED64,
    NKB_PROTO_BYTES,
    NKB_PROTO_TEXT,
    NKB_PROTO_MESSAGE,
    /* repeated, so packed or not */
    NKB_PROTO_VARINTS,
    NKB_PROTO_FIXED32S,
    NKB_PROTO_FIXED64S,
};

/* What happens to a value. `at` is an offset in the struct that the message fills. */
enum nkb_proto_keep {
    NKB_KEEP_NOT, /* walked only */
    NKB_KEEP_I64,
    NKB_KEEP_I32,
    NKB_KEEP_BOOL,
    NKB_KEEP_ANY,         /* a bool: is any of the list true */
    NKB_KEEP_INTS,        /* appended to a struct nkb_hlo_ints */
    NKB_KEEP_FIRST,       /* struct nkb_hlo_first */
    NKB_KEEP_TEXT,        /* copied to a struct nkb_str */
    NKB_KEEP_SHARED_TEXT, /* the same, equal ones once */
    NKB_KEEP_BLOB,        /* struct nkb_hlo_blob */
    NKB_KEEP_INTO, /* a message that fills the struct at `at`; the bool at `flag` says it was there
                    */
    NKB_KEEP_MODULE, /* the module inside a wrapper: fills the same struct, and is counted */
    /* values with a place of their own, hlo_build.c */
    NKB_KEEP_COMPUTATION,
    NKB_KEEP_INSTRUCTION,
    NKB_KEEP_TUPLE_SHAPE,
    NKB_KEEP_WINDOW_DIM,
    NKB_KEEP_DIMS,
    NKB_KEEP_MINOR_TO_MAJOR,
    NKB_KEEP_OPERANDS,
    NKB_KEEP_CALLED,
    NKB_KEEP_NAME,
    NKB_KEEP_OPCODE,
    NKB_KEEP_DIRECTION,
    NKB_KEEP_PAYLOAD,
    NKB_KEEP_SOURCE_FILE,
    NKB_KEEP_INDEX_FILE,
    NKB_KEEP_LOCATION,
    NKB_KEEP_FRAME,
};

enum { NKB_PROTO_NO_FLAG = UINT16_MAX };

struct nkb_proto_message;
struct nkb_hlo_build;

struct nkb_proto_field {
    const char *name;
    const struct nkb_proto_message *message; /* of NKB_PROTO_MESSAGE */
    uint8_t kind, keep, memo, rare;          /* rare: struct nkb_hlo_draft_rare has it */
    uint16_t at, flag, size;
};

struct nkb_proto_message {
    const struct nkb_proto_field *fields; /* by number */
    uint32_t count;
    /* What takes its usual fields, hlo_usual.h; NULL: they all go by the table. */
    const unsigned char *(*usual)(struct nkb_hlo_build *build, const unsigned char *p,
                                  const unsigned char *end, void *target);
};

extern const struct nkb_proto_message nkb_proto_module, nkb_proto_hlo, nkb_proto_hlo_snapshot,
    nkb_proto_computation, nkb_proto_instruction, nkb_proto_shape;

#endif
