/* What one HLO file says once analysed. A value of its own: it keeps nothing of the HLO, two of
 * them never depend on each other, and totals are made by adding them in path order.
 * Counts are exact integers of at most 63 bits; a count that cannot be had is absent with a reason. */
#ifndef NKB_MODEL_MODULE_H
#define NKB_MODEL_MODULE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/str.h"
#include "model/group.h"
#include "model/hlo.h"

/* The upstream count: every computation once, dot and AwsNeuronCustomNativeKernel only. */
struct nkb_static_macs {
    int64_t macs, nki_macs; /* macs includes nki_macs */
    double nki_ratio;       /* nki_macs / macs, rounded once; 0 when macs <= 0 as upstream's */
};

/* From the entry computation: DESIGN 5, HLO-CORPUS.md. macs is the sum of the other four. */
struct nkb_executed_macs {
    int64_t macs, dot_macs, conv_macs, nki_macs;
    int64_t other_macs; /* ragged and scaled dots, AwsNeuronIntMatmult, AwsNeuronCollectiveMatmul */
    int64_t ragged_macs, custom_matmul_macs; /* of other_macs; what is left is scaled-dot */
    int64_t unknown_trip_counts;             /* loops counted once for want of a trip count */
    double nki_ratio;
};

/* XLA's HloCostAnalysis, summed exactly: loops once, -1 a custom-call included. */
struct nkb_xla_cost {
    int64_t flops, transcendentals, bytes;
    int64_t unknown_calls; /* custom-calls visited, each -1 in flops and bytes */
};

enum nkb_trip_how { NKB_TRIP_ANNOTATED, NKB_TRIP_INFERRED, NKB_TRIP_UNKNOWN };

struct nkb_loop { /* one a while instruction reachable from the entry */
    struct nkb_str name;
    int64_t trip_count; /* UNKNOWN: 1, the number it is counted with */
    enum nkb_trip_how how;
    const char *why; /* UNKNOWN: why it is not known; else NULL */
};

struct nkb_kernel { /* one a (func_name, custom-call target, MACs of one call) */
    struct nkb_str name, target; /* name: func_name, empty when there is none */
    int64_t sites, reachable_sites; /* in the text; of those, reachable from the entry */
    int64_t calls;                  /* executed */
    int64_t macs; /* of one call, as stated or by its shapes; 0 with cost_known false when not known */
    int64_t executed_macs;
    bool cost_known;
    bool unreadable; /* an NKI kernel's backend_config: Python cannot read it either */
};

struct nkb_op { /* one an opcode that occurs */
    enum nkb_hlo_opcode opcode; /* NKB_HLO_OPCODE_COUNT: all unknown ones together */
    int64_t count;              /* instructions in the text */
    int64_t flops, transcendentals, bytes; /* once each from the entry, never the -1 of a custom-call */
    bool has_executed_flops; /* false: how often it runs is not known, or beyond 63 bits */
    int64_t executed_flops;
};

struct nkb_module {
    /* Where it is; filled by discovery. */
    struct nkb_str path, file_name;
    struct nkb_str module_name, compiler_version; /* MODULE_…, neuronxcc-… of the path; empty: none */
    const char *role; /* "training", "context_encoding", "token_generation", "wrapped_neff", … */
    bool named;       /* given on the command line: counts in any form */
    bool failed_compile, locked, stale;
    int64_t modified_s; /* of a file found in a folder; 0: named, so that it is never stale */
    const char *part;   /* the scan's part it was read from; NULL: the file itself is to be read */
    struct nkb_str duplicate_of; /* path of the first file with the same bytes' graph; empty: none */

    /* What it is; filled by analysis. */
    enum nkb_hlo_form form;
    bool ok;             /* read and counted */
    const char *error;   /* !ok: one line, without the path */
    int64_t size_bytes, computations, instructions;
    uint64_t ends_hash; /* equal files have the same, which files of the same size seldom have; 0: not taken */
    unsigned char graph_digest[32]; /* SHA-256 of the bytes, taken where needed; all zero: not taken */
    struct nkb_static_macs static_macs;
    bool has_executed, has_xla;
    const char *why_no_executed, *why_no_xla;
    struct nkb_executed_macs executed;
    struct nkb_xla_cost xla;
    struct nkb_loop *loops;
    struct nkb_kernel *kernels;
    struct nkb_op *ops;
    const char **diagnostics;
    uint32_t loop_count, kernel_count, op_count, diagnostic_count;
    const char *why_no_loops; /* when executed cannot be had */
    struct nkb_groups *groups; /* of each dimension; NULL: none was asked for */

    struct nkb_drafted { /* where all this lies in a part's draft (model/part_draft.h) */
        uint64_t at;
        size_t size_bytes; /* 0: nowhere */
    } drafted;
};

/* Its groups of a dimension; not made when they were not asked for. */
static inline const struct nkb_groups *nkb_module_groups(const struct nkb_module *module,
                                                         enum nkb_dimension by)
{
    static const struct nkb_groups none;
    return module->groups ? &module->groups[by] : &none;
}

/* Was the digest of its bytes taken? Without one a module is like no other. */
static inline bool nkb_module_has_digest(const struct nkb_module *module)
{
    static const unsigned char none[sizeof module->graph_digest];
    return memcmp(module->graph_digest, none, sizeof none) != 0;
}

#endif
