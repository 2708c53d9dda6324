/* One HLO module in memory, the same whether it was read from protobuf or from text: the readers
 * fill it, every analysis reads it, nothing else keeps HLO. It holds all that MAC counting, trip
 * counts, XLA's cost model and scope reports need; literals, shardings and layouts' tiles are
 * dropped while reading. Everything lives in the reader's arena.
 *
 * References are resolved: operands are positions in the same computation, called computations
 * positions in the module. A reference to nothing is NKB_HLO_NONE, with the id kept for messages.
 * Where ids repeat, the last one wins, as in upstream's map. */
#ifndef NKB_MODEL_HLO_H
#define NKB_MODEL_HLO_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/num.h"
#include "base/str.h"

#define NKB_HLO_NONE UINT32_MAX

/* XLA's opcodes by name, sorted by bytes: X(enumerator, "name"). xla/hlo/ir/hlo_opcode.h. */
#define NKB_HLO_OPCODES(X)                                                                          \
    X(ABS, "abs")                                                                                   \
    X(ACOS, "acos")                                                                                 \
    X(ACOSH, "acosh")                                                                               \
    X(ADD, "add")                                                                                   \
    X(ADD_DEPENDENCY, "add-dependency")                                                             \
    X(AFTER_ALL, "after-all")                                                                       \
    X(ALL_GATHER, "all-gather")                                                                     \
    X(ALL_GATHER_DONE, "all-gather-done")                                                           \
    X(ALL_GATHER_START, "all-gather-start")                                                         \
    X(ALL_REDUCE, "all-reduce")                                                                     \
    X(ALL_REDUCE_DONE, "all-reduce-done")                                                           \
    X(ALL_REDUCE_START, "all-reduce-start")                                                         \
    X(ALL_TO_ALL, "all-to-all")                                                                     \
    X(AND, "and")                                                                                   \
    X(ASIN, "asin")                                                                                 \
    X(ASINH, "asinh")                                                                               \
    X(ASYNC_DONE, "async-done")                                                                     \
    X(ASYNC_START, "async-start")                                                                   \
    X(ASYNC_UPDATE, "async-update")                                                                 \
    X(ATAN2, "atan2")                                                                               \
    X(ATANH, "atanh")                                                                               \
    X(BATCH_NORM_GRAD, "batch-norm-grad")                                                           \
    X(BATCH_NORM_INFERENCE, "batch-norm-inference")                                                 \
    X(BATCH_NORM_TRAINING, "batch-norm-training")                                                   \
    X(BITCAST, "bitcast")                                                                           \
    X(BITCAST_CONVERT, "bitcast-convert")                                                           \
    X(BROADCAST, "broadcast")                                                                       \
    X(CALL, "call")                                                                                 \
    X(CBRT, "cbrt")                                                                                 \
    X(CEIL, "ceil")                                                                                 \
    X(CHOLESKY, "cholesky")                                                                         \
    X(CLAMP, "clamp")                                                                               \
    X(COLLECTIVE_BROADCAST, "collective-broadcast")                                                 \
    X(COLLECTIVE_PERMUTE, "collective-permute")                                                     \
    X(COLLECTIVE_PERMUTE_DONE, "collective-permute-done")                                           \
    X(COLLECTIVE_PERMUTE_START, "collective-permute-start")                                         \
    X(COMPARE, "compare")                                                                           \
    X(COMPLEX, "complex")                                                                           \
    X(CONCATENATE, "concatenate")                                                                   \
    X(CONDITIONAL, "conditional")                                                                   \
    X(CONSTANT, "constant")                                                                         \
    X(CONVERT, "convert")                                                                           \
    X(CONVOLUTION, "convolution")                                                                   \
    X(COPY, "copy")                                                                                 \
    X(COPY_DONE, "copy-done")                                                                       \
    X(COPY_START, "copy-start")                                                                     \
    X(COSH, "cosh")                                                                                 \
    X(COSINE, "cosine")                                                                             \
    X(COUNT_LEADING_ZEROS, "count-leading-zeros")                                                   \
    X(CUSTOM_CALL, "custom-call")                                                                   \
    X(DIVIDE, "divide")                                                                             \
    X(DOMAIN, "domain")                                                                             \
    X(DOT, "dot")                                                                                   \
    X(DYNAMIC_RESHAPE, "dynamic-reshape")                                                           \
    X(DYNAMIC_SLICE, "dynamic-slice")                                                               \
    X(DYNAMIC_UPDATE_SLICE, "dynamic-update-slice")                                                 \
    X(ERF, "erf")                                                                                   \
    X(EXPONENTIAL, "exponential")                                                                   \
    X(EXPONENTIAL_MINUS_ONE, "exponential-minus-one")                                               \
    X(FFT, "fft")                                                                                   \
    X(FLOOR, "floor")                                                                               \
    X(FUSION, "fusion")                                                                             \
    X(GATHER, "gather")                                                                             \
    X(GET_DIMENSION_SIZE, "get-dimension-size")                                                     \
    X(GET_TUPLE_ELEMENT, "get-tuple-element")                                                       \
    X(IMAG, "imag")                                                                                 \
    X(INFEED, "infeed")                                                                             \
    X(IOTA, "iota")                                                                                 \
    X(IS_FINITE, "is-finite")                                                                       \
    X(LOG, "log")                                                                                   \
    X(LOG_PLUS_ONE, "log-plus-one")                                                                 \
    X(LOGISTIC, "logistic")                                                                         \
    X(MAP, "map")                                                                                   \
    X(MAXIMUM, "maximum")                                                                           \
    X(MINIMUM, "minimum")                                                                           \
    X(MULTIPLY, "multiply")                                                                         \
    X(NEGATE, "negate")                                                                             \
    X(NOT, "not")                                                                                   \
    X(OPT_BARRIER, "opt-barrier")                                                                   \
    X(OR, "or")                                                                                     \
    X(OUTFEED, "outfeed")                                                                           \
    X(PAD, "pad")                                                                                   \
    X(PARAMETER, "parameter")                                                                       \
    X(PARTITION_ID, "partition-id")                                                                 \
    X(POPCNT, "popcnt")                                                                             \
    X(POWER, "power")                                                                               \
    X(RAGGED_ALL_TO_ALL, "ragged-all-to-all")                                                       \
    X(RAGGED_DOT, "ragged-dot")                                                                     \
    X(REAL, "real")                                                                                 \
    X(RECV, "recv")                                                                                 \
    X(RECV_DONE, "recv-done")                                                                       \
    X(REDUCE, "reduce")                                                                             \
    X(REDUCE_PRECISION, "reduce-precision")                                                         \
    X(REDUCE_SCATTER, "reduce-scatter")                                                             \
    X(REDUCE_WINDOW, "reduce-window")                                                               \
    X(REMAINDER, "remainder")                                                                       \
    X(REPLICA_ID, "replica-id")                                                                     \
    X(RESHAPE, "reshape")                                                                           \
    X(REVERSE, "reverse")                                                                           \
    X(RNG, "rng")                                                                                   \
    X(RNG_BIT_GENERATOR, "rng-bit-generator")                                                       \
    X(RNG_GET_AND_UPDATE_STATE, "rng-get-and-update-state")                                         \
    X(ROUND_NEAREST_AFZ, "round-nearest-afz")                                                       \
    X(ROUND_NEAREST_EVEN, "round-nearest-even")                                                     \
    X(RSQRT, "rsqrt")                                                                               \
    X(SCALED_DOT, "scaled-dot")                                                                     \
    X(SCAN, "scan")                                                                                 \
    X(SCATTER, "scatter")                                                                           \
    X(SELECT, "select")                                                                             \
    X(SELECT_AND_SCATTER, "select-and-scatter")                                                     \
    X(SEND, "send")                                                                                 \
    X(SEND_DONE, "send-done")                                                                       \
    X(SET_DIMENSION_SIZE, "set-dimension-size")                                                     \
    X(SHIFT_LEFT, "shift-left")                                                                     \
    X(SHIFT_RIGHT_ARITHMETIC, "shift-right-arithmetic")                                             \
    X(SHIFT_RIGHT_LOGICAL, "shift-right-logical")                                                   \
    X(SIGN, "sign")                                                                                 \
    X(SINE, "sine")                                                                                 \
    X(SINH, "sinh")                                                                                 \
    X(SLICE, "slice")                                                                               \
    X(SORT, "sort")                                                                                 \
    X(SQRT, "sqrt")                                                                                 \
    X(STOCHASTIC_CONVERT, "stochastic-convert")                                                     \
    X(SUBTRACT, "subtract")                                                                         \
    X(TAN, "tan")                                                                                   \
    X(TANH, "tanh")                                                                                 \
    X(TOPK, "topk")                                                                                 \
    X(TRANSPOSE, "transpose")                                                                       \
    X(TRIANGULAR_SOLVE, "triangular-solve")                                                         \
    X(TUPLE, "tuple")                                                                               \
    X(WHILE, "while")                                                                               \
    X(XOR, "xor")

enum nkb_hlo_opcode {
#define NKB_HLO_ENUMERATOR(enumerator, name) NKB_HLO_##enumerator,
    NKB_HLO_OPCODES(NKB_HLO_ENUMERATOR)
#undef NKB_HLO_ENUMERATOR
    NKB_HLO_OPCODE_COUNT, /* also: an opcode that is none of the above */
};

/* By exact name (case and NUL count); NKB_HLO_OPCODE_COUNT for any other. */
enum nkb_hlo_opcode nkb_hlo_opcode_find(struct nkb_str name);
/* Static; "unknown" for NKB_HLO_OPCODE_COUNT. */
const char *nkb_hlo_opcode_name(enum nkb_hlo_opcode opcode);

/* PrimitiveType numbers we treat apart (xla_data.proto); others are plain array types. */
enum {
    NKB_TYPE_INVALID = 0,
    NKB_TYPE_PRED = 1,
    NKB_TYPE_U64 = 9,
    NKB_TYPE_TUPLE = 13,
    NKB_TYPE_OPAQUE = 14,
    NKB_TYPE_TOKEN = 17,
    NKB_TYPE_BUFFER = 34,
    NKB_TYPE_COUNT = 35,
};
/* Bits of one element as stored, sub-byte types 4, 2 or 1; 0 for types without elements and for
 * numbers we do not know. */
int nkb_hlo_type_bits(int32_t element_type);
/* "bf16", "f32", "pred", "tuple" …; NULL when unknown. */
const char *nkb_hlo_type_name(int32_t element_type);
int32_t nkb_hlo_type_find(struct nkb_str name); /* -1 when unknown */

struct nkb_hlo_shape {
    int32_t element_type;
    uint32_t rank; /* of arrays */
    const int64_t *dims; /* upper bounds of dynamic ones; INT64_MIN is XLA's unbounded */
    uint32_t tuple_count;
    struct nkb_hlo_shape *tuple; /* element_type TUPLE: tuple_count shapes; also a BUFFER's one */
    bool has_layout; /* a layout was given (protobuf) or is implied (text) */
    bool dynamic;    /* any dimension is dynamic */
    uint32_t minor_to_major_count;
    const int64_t *minor_to_major;
    int64_t element_size_bits; /* of the layout; 0: not set */
};

struct nkb_hlo_ints {
    const int64_t *at;
    uint32_t count;
};

struct nkb_hlo_dot {
    struct nkb_hlo_ints lhs_contracting, rhs_contracting, lhs_batch, rhs_batch;
    struct nkb_hlo_ints lhs_ragged, rhs_group; /* ragged-dot only */
};

struct nkb_hlo_window_dim {
    int64_t size, stride, padding_low, padding_high, window_dilation, base_dilation;
    bool reversal;
};

struct nkb_hlo_convolution {
    int64_t kernel_input_feature, kernel_output_feature, input_batch, input_feature, output_batch,
        output_feature;
    struct nkb_hlo_ints kernel_spatial, input_spatial, output_spatial;
};

enum nkb_hlo_direction { NKB_CMP_NONE, NKB_CMP_EQ, NKB_CMP_NE, NKB_CMP_GE, NKB_CMP_GT, NKB_CMP_LE, NKB_CMP_LT };

/* What the backend_config of an AwsNeuronCustomNativeKernel says: facts 0 and 3.2. */
enum nkb_nki_status {
    NKB_NKI_OK,          /* mac_count is a number */
    NKB_NKI_NO_COUNT,    /* a good config without the key: counts 0, no warning */
    NKB_NKI_UNREADABLE,  /* Python raises: counts 0, with a warning */
    NKB_NKI_OVERFLOW,    /* a number beyond 127 bits: no count of ours can hold it */
};
struct nkb_nki_config {
    enum nkb_nki_status status;
    nkb_i128 mac_count;       /* OK only; may be negative */
    struct nkb_str func_name; /* empty when absent */
    const char *why;          /* UNREADABLE, OVERFLOW: what is wrong */
};

/* The attributes few instructions have; NULL where an instruction has none of them. */
struct nkb_hlo_attrs {
    struct nkb_str opcode_name;     /* of an opcode that is none of the table's; else empty */
    struct nkb_hlo_ints dimensions; /* transpose, reduce, broadcast, concatenate, sort, … */
    const struct nkb_hlo_dot *dot;  /* NULL: no dimension numbers given */
    const struct nkb_hlo_convolution *convolution;
    const struct nkb_hlo_window_dim *window; /* window_rank of them; NULL: no window given */
    uint32_t window_rank;
    int64_t feature_group_count, batch_group_count; /* 0 when not given: means 1 */
    struct nkb_hlo_ints fft_length;
    struct nkb_hlo_ints slice_sizes; /* dynamic-slice, gather */
    struct nkb_str custom_call_target;
    struct nkb_str fusion_kind; /* "kLoop", "kCustom", … */
    struct nkb_nki_config *nki; /* of AwsNeuronCustomNativeKernel, always there then */
    bool has_known_trip_count;
    int64_t known_trip_count; /* a while's annotation */
    enum nkb_hlo_direction direction;
};

/* A place in the user's program. */
struct nkb_hlo_source {
    struct nkb_str file; /* terminated */
    int32_t line;
};

enum { NKB_HLO_NO_SOURCE = 0 };

/* Large modules have millions, so it is small: what many instructions have alike (shapes,
 * attributes, op_names) they share, and what only the reader needs is not kept. */
struct nkb_hlo_instruction {
    struct nkb_str name;               /* without %, terminated */
    struct nkb_str op_name;            /* metadata; empty when absent */
    const struct nkb_hlo_shape *shape; /* never NULL */
    const struct nkb_hlo_attrs *attrs;
    const uint32_t *operands; /* positions in this computation, or NKB_HLO_NONE */
    const uint32_t *called; /* positions in the module, or NKB_HLO_NONE; while: body, condition;
                               conditional: branches in order; select-and-scatter: select, scatter */
    int64_t number; /* an integer (or pred) scalar literal; of u64 the 64 bits */
    uint32_t operand_count, called_count;
    uint32_t source; /* position in the module's sources; NKB_HLO_NO_SOURCE: not said */
    enum nkb_hlo_opcode opcode : 16;
    bool has_number : 1; /* parameter: its number; get-tuple-element: its index; constant: value */
};

/* The id, as in the file, of the first operand or callee that leads nowhere. It stands behind the
 * positions, and only where one of them is NKB_HLO_NONE. */
enum { NKB_HLO_MISSING_ROOM = sizeof(int64_t) / sizeof(uint32_t) };
static inline int64_t nkb_hlo_missing_id(const uint32_t *positions, uint32_t count)
{
    int64_t id;
    memcpy(&id, positions + count, sizeof id);
    return id;
}

/* The opcode as in the file. */
static inline struct nkb_str nkb_hlo_opcode_said(const struct nkb_hlo_instruction *in)
{
    if (in->opcode != NKB_HLO_OPCODE_COUNT)
        return nkb_str_from(nkb_hlo_opcode_name(in->opcode));
    return in->attrs ? in->attrs->opcode_name : NKB_STR_LITERAL("");
}

struct nkb_hlo_computation {
    struct nkb_str name; /* terminated */
    int64_t id, root_id;
    uint32_t root; /* position, or NKB_HLO_NONE when root_id is no instruction here */
    uint32_t instruction_count;
    struct nkb_hlo_instruction *instructions;
    bool is_fusion;
    uint64_t at; /* byte offset (protobuf) or line (text) where it starts */
};

enum nkb_hlo_form {
    NKB_FORM_PROTO,
    NKB_FORM_TEXT,
    NKB_FORM_HLO_PROTO,
    NKB_FORM_SNAPSHOT,
    NKB_FORM_METANEFF,
    NKB_FORM_COUNT,
};

struct nkb_hlo {
    struct nkb_str name; /* terminated */
    enum nkb_hlo_form form;
    int64_t entry_id;
    uint32_t entry; /* position, or NKB_HLO_NONE when there is no such computation */
    uint32_t computation_count;
    struct nkb_hlo_computation *computations;
    uint32_t source_count; /* each file and line once; the first is none. May be 0 where none is used */
    struct nkb_hlo_source *sources;
    uint64_t instruction_count; /* over all computations */
    uint64_t size_bytes;        /* of the file */
    uint64_t ends_hash;         /* of its first and last bytes; 0: not taken, as of what is no file */
};

/* The processor's caches hold nothing of a large module when it is walked over once more: so as not
 * to wait for each instruction, those some places on are asked for, which need not be there. */
enum { NKB_HLO_AHEAD = 24, NKB_HLO_LARGE = 16 * 1024 };
static inline void nkb_hlo_ask_ahead(const struct nkb_hlo *hlo,
                                     const struct nkb_hlo_instruction *in)
{
    if (hlo->instruction_count < NKB_HLO_LARGE)
        return;
    uintptr_t at = (uintptr_t)in + NKB_HLO_AHEAD * sizeof *in;
    __builtin_prefetch((const void *)at);
    __builtin_prefetch((const void *)(at + 64));
}

#endif
