/* What the files of attribution share; nobody else includes it. */
#ifndef NKB_ANALYZE_ATTRIBUTION_PARTS_H
#define NKB_ANALYZE_ATTRIBUTION_PARTS_H

#include "analyze/attribution.h"
#include "base/intern.h"

/* The figures of one instruction or of a group. */
struct nkb_sums {
    nkb_i128 at[NKB_FIGURES];
    uint32_t used;     /* bit of each figure that may not be 0 */
    uint32_t absent;   /* bit of each that cannot be had */
    uint32_t overflow; /* those of them that went beyond 127 bits when they were added */
};

/* How often the instructions of a computation count. */
struct nkb_shares {
    nkb_i128 times,
        byte_times; /* executions, and those in which bytes are moved: not in a fusion */
    struct nkb_cost_weights xla;
    bool text; /* what counts once a text counts here */
};

/* The sums of each kind of instruction that has been met. */
struct nkb_kind {
    uint32_t opcode, dtype; /* dtype: NKB_TYPE_INVALID for all that are none */
    struct nkb_sums sums;
};
struct nkb_kinds {
    struct nkb_kind *at; /* in the order they were met */
    uint32_t count, room;
    uint16_t *place; /* by opcode and dtype: position + 1; 0: not met */
};

/* Both false when memory runs out. */
bool nkb_kinds_open(struct nkb_kinds *kinds, struct nkb_arena *scratch);
bool nkb_kinds_add(struct nkb_kinds *kinds, const struct nkb_hlo_instruction *in,
                   const struct nkb_sums *sums, struct nkb_arena *scratch);
void nkb_kinds_forget(struct nkb_kinds *kinds); /* all: another computation begins */

/* What is known of the module; figures in `absent` are known of none of its instructions. */
struct nkb_measures {
    const struct nkb_sites *sites;
    const struct nkb_callgraph *graph; /* its times may be NULL */
    const struct nkb_cost *cost;       /* NULL: XLA has none */
    uint32_t absent;
};

/* One instruction, which may be a site, with these shares. */
void nkb_sums_measure(const struct nkb_measures *measures, uint32_t computation,
                      uint32_t instruction, const struct nkb_site *site,
                      const struct nkb_shares *shares, struct nkb_sums *out);
void nkb_sums_add(struct nkb_sums *to, const struct nkb_sums *from);
void nkb_sums_clear(struct nkb_sums *sums); /* nothing has been added */
/* As nkb_figures_rank. */
int nkb_sums_rank(const struct nkb_sums *a, const struct nkb_sums *b, enum nkb_figure sort);
/* As a group's figures. */
void nkb_sums_finish(const struct nkb_sums *sums, struct nkb_group *group);

/* byte_times of each computation; NULL when memory runs out. */
nkb_i128 *nkb_byte_times(const struct nkb_measures *measures, struct nkb_arena *scratch);

/* A computation as called from one scope. */
struct nkb_context {
    uint32_t scope, next; /* next of the same computation, or NKB_HLO_NONE */
    struct nkb_shares shares;
};

/* What nkb_scopes_join said of a name last: names of a module that are equal are mostly one text.
 */
struct nkb_scope_said {
    struct nkb_str op_name; /* told by its address; ptr NULL: nothing yet */
    uint32_t caller, scope;
};
enum { NKB_SCOPES_SAID = 128 };

/* The scopes of a module: names, and from which of them each computation is called. */
struct nkb_scopes {
    struct nkb_scope_said said[NKB_SCOPES_SAID];
    struct nkb_intern names, keys; /* keys: (computation, scope), numbered as contexts are */
    struct nkb_context *contexts;
    size_t context_room;
    uint32_t *head, *tail, *count; /* contexts by computation; head is never NKB_HLO_NONE */
    uint32_t depth, limit;         /* of parts of a name; of contexts of a computation */
    size_t joined_bytes;
    struct nkb_buf text;
    uint32_t lost; /* figures beyond 127 bits on the way */
};

bool nkb_scopes_find(struct nkb_scopes *scopes, const struct nkb_measures *measures, uint32_t depth,
                     struct nkb_arena *scratch);
/* The scope of an instruction of this name whose computation is called from `caller`. */
bool nkb_scopes_join(struct nkb_scopes *scopes, struct nkb_arena *scratch, uint32_t caller,
                     struct nkb_str op_name, uint32_t *scope_out);
void nkb_scopes_free(struct nkb_scopes *scopes);

/* The largest instructions. */
struct nkb_largest_one {
    struct nkb_sums sums;
    uint32_t computation, instruction;
};
struct nkb_largest {
    struct nkb_largest_one *at; /* a heap: the smallest first */
    uint32_t count, limit;
    enum nkb_figure sort;
    bool has_rest;
    uint32_t rest_absent; /* figures that one of the rest has not */
};

bool nkb_largest_open(struct nkb_largest *largest, const struct nkb_attribution *by,
                      struct nkb_arena *scratch);
/* Instructions come in file order; of equal ones the first stays. */
void nkb_largest_add(struct nkb_largest *largest, uint32_t computation, uint32_t instruction,
                     const struct nkb_sums *sums);
/* `all`: the sums of all that were added. False when memory runs out. */
bool nkb_largest_finish(struct nkb_largest *largest, const struct nkb_hlo *hlo,
                        const struct nkb_sums *all, struct nkb_arena *keep,
                        struct nkb_groups *groups);

#endif
