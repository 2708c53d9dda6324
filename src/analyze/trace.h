/* Where a scalar comes from: followed back through tuples, copies, widening conversions, calls and
 * fusions, to a constant, to a slot of a loop's state, or to the instruction that computes it. The
 * way is of limited length, so a circle of operands ends it like any other long way: the value is
 * lost. */
#ifndef NKB_ANALYZE_TRACE_H
#define NKB_ANALYZE_TRACE_H

#include "model/hlo.h"

enum { NKB_TRACE_MAX_HOPS = 64, NKB_TRACE_MAX_FRAMES = 32, NKB_TRACE_MAX_PATH = 8 };

/* A part of a tuple: the indices that lead to it, the outermost tuple's last. */
struct nkb_trace_path {
    int depth;
    int64_t index[NKB_TRACE_MAX_PATH];
};

/* A computation being looked into. caller is NULL for the one a trace starts in: the parameter of
 * that one is the state. */
struct nkb_trace_frame {
    const struct nkb_hlo_computation *computation;
    const struct nkb_hlo_instruction *caller;
    int outer;
};

struct nkb_tracer {
    const struct nkb_hlo *hlo;
    struct nkb_trace_frame frames[NKB_TRACE_MAX_FRAMES];
    int frame_count;
};

struct nkb_trace_place {
    int frame; /* 0: where the trace started */
    uint32_t at;
    struct nkb_trace_path path;
};

enum nkb_origin_kind { NKB_ORIGIN_LOST, NKB_ORIGIN_CONSTANT, NKB_ORIGIN_STATE, NKB_ORIGIN_RESULT };

struct nkb_origin {
    enum nkb_origin_kind kind;
    nkb_i128 value;             /* CONSTANT */
    struct nkb_trace_path path; /* STATE: the slot */
    int frame;                  /* RESULT: of this instruction, in that frame */
    const struct nkb_hlo_instruction *in;
};

void nkb_trace_start(struct nkb_tracer *tracer, const struct nkb_hlo *hlo,
                     const struct nkb_hlo_computation *computation);
struct nkb_origin nkb_trace(struct nkb_tracer *tracer, struct nkb_trace_place place);
bool nkb_trace_path_equal(const struct nkb_trace_path *a, const struct nkb_trace_path *b);

/* 's' or 'u' and the width; '\0' for anything but an integer type. */
char nkb_integer_type(int32_t element_type, int *bits);

#endif
