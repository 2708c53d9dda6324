/* Where a module's counts belong: its instructions put together by one dimension, each group with
 * the same figures. Whatever the dimension, a figure summed over all groups is the module's. */
#ifndef NKB_MODEL_GROUP_H
#define NKB_MODEL_GROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum nkb_dimension {
    NKB_BY_MODULE,
    NKB_BY_COMPUTATION,
    NKB_BY_OPCODE,
    NKB_BY_KERNEL, /* custom-calls: target, func_name and mac_count */
    NKB_BY_SCOPE,  /* metadata.op_name, joined with those of the callers where it is relative */
    NKB_BY_SOURCE, /* file:line */
    NKB_BY_DTYPE,  /* element type of the result */
    NKB_BY_SHAPE,  /* opcode (of a custom-call, what it calls), result and operands */
    NKB_BY_INSTRUCTION,
    NKB_DIMENSIONS,
};

/* What is counted of a group. A called computation's work is that of the instructions inside it,
 * with two exceptions: bytes inside of a fusion are not moved, so they are the fusion instruction's
 * own; and what counts once a text is given to the first of several scopes that call it. */
enum nkb_figure {
    NKB_FIG_INSTRUCTIONS, /* in the text */
    NKB_FIG_CALLS,        /* executions */
    NKB_FIG_STATIC_MACS,  /* upstream's count; with nki */
    NKB_FIG_STATIC_NKI,
    NKB_FIG_MACS, /* executed: the sum of the next four */
    NKB_FIG_DOT,
    NKB_FIG_CONV,
    NKB_FIG_NKI,
    NKB_FIG_OTHER,
    NKB_FIG_FLOPS, /* executed: XLA's cost of one execution, as often as it runs */
    NKB_FIG_TRANSCENDENTALS,
    NKB_FIG_BYTES,
    NKB_FIG_XLA_FLOPS, /* XLA's: loop bodies once. Without the -1 of custom-calls, which are: */
    NKB_FIG_XLA_TRANSCENDENTALS,
    NKB_FIG_XLA_BYTES,
    NKB_FIG_XLA_CALLS,      /* each -1 in the module's flops */
    NKB_FIG_XLA_BYTE_CALLS, /* and in its bytes: not those inside of fusions */
    NKB_FIGURES,
};

/* Which figures need what: absent together when it cannot be had. */
#define NKB_FIGS_RUN ((1u << NKB_FIG_CALLS) | 0x1fu << NKB_FIG_MACS)
#define NKB_FIGS_RUN_COST (7u << NKB_FIG_FLOPS)
#define NKB_FIGS_XLA (0x1fu << NKB_FIG_XLA_FLOPS)

struct nkb_group {
    struct nkb_str key;    /* empty: none of its kind (no scope, no kernel, no source) */
    struct nkb_str detail; /* kernel: its target; instruction: "dot bf16[8,128] in main"; shape:
                              operands */
    bool has_call_macs;    /* kernel: mac_count of one call is known */
    int64_t call_macs;
    uint32_t absent; /* bit of each figure that cannot be had or is beyond 63 bits */
    int64_t figures[NKB_FIGURES];
};

struct nkb_groups {
    bool made; /* it was asked for, and the module was counted */
    uint32_t count;
    struct nkb_group *at; /* no two with the same key, detail and call_macs, but of instructions */
    bool has_rest;        /* instructions: only the largest are listed; together, the others: */
    struct nkb_group rest;
};

/* Only the first so many are listed; what the others say is the rest's. */
void nkb_groups_cut(struct nkb_groups *groups, uint32_t listed);

/* "module", "computation" …; a position or -1. */
const char *nkb_dimension_name(enum nkb_dimension dimension);
int nkb_dimension_find(struct nkb_str name);
extern const char *const nkb_dimension_names[NKB_DIMENSIONS];

/* "instructions", "static_macs", "executed_flops", "xla_bytes" … */
const char *nkb_figure_name(enum nkb_figure figure);
/* "MAC", "FLOP", "B"; NULL for a plain number. */
const char *nkb_figure_unit(enum nkb_figure figure);

#endif
