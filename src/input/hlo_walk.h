/* Walks a protobuf message by the schema: wire form, nesting and UTF-8 of everything, values to the
 * builder where the schema keeps them. What fits the window is walked in memory (hlo_walk.c), what
 * does not piece by piece (hlo_stream.c); both take exactly what upb takes. */
#ifndef NKB_INPUT_HLO_WALK_H
#define NKB_INPUT_HLO_WALK_H

#include "base/err.h"
#include "input/hlo_build.h"
#include "input/hlo_schema.h"

enum { NKB_HLO_DEPTH = 100 }; /* messages and groups below the outermost: protobuf's own limit */

/* A length as upb takes it: less than INT32_MAX. */
#define NKB_HLO_LENGTH_MAX ((uint64_t)INT32_MAX - 1)

struct nkb_hlo_walk {
    struct nkb_hlo_build *build;
    struct nkb_wire *wire;
    /* Where a fault happened: field names from the outermost message inwards, numbers if unknown.
     */
    const struct nkb_proto_field *path[NKB_HLO_DEPTH + 1];
    uint32_t numbers[NKB_HLO_DEPTH + 1];
    unsigned path_count;
};

/* The whole input as one message of the kind `root`. The error begins "byte N" and names the field.
 */
int nkb_hlo_walk(struct nkb_hlo_build *build, const struct nkb_proto_message *root,
                 struct nkb_err *err);

/* Inside the room. Whole fields of a message from `p` to `end`, all in the window. Returns `end`,
 * or NULL for a fault. */
const unsigned char *nkb_hlo_walk_fields(struct nkb_hlo_walk *w, const unsigned char *p,
                                         const unsigned char *end,
                                         const struct nkb_proto_message *message, void *target,
                                         unsigned depth);
/* Whole instructions of a computation, one behind the other, in the usual form of tag and length:
 * returns what follows them. */
const unsigned char *nkb_hlo_walk_instructions(struct nkb_hlo_walk *w, const unsigned char *p,
                                               const unsigned char *end, unsigned depth);
/* The inside of a group, all unknown; returns what follows its end. */
const unsigned char *nkb_hlo_walk_group(struct nkb_hlo_walk *w, const unsigned char *p,
                                        const unsigned char *end, uint32_t group, unsigned depth);
/* A run of packed numbers in the window, complete ones. */
bool nkb_hlo_walk_varints(struct nkb_hlo_walk *walk, const struct nkb_proto_field *field,
                          void *target, const unsigned char *at, const unsigned char *end);
/* Fields of a computation from the cursor to offset `end`, in windows. */
bool nkb_hlo_walk_computation(struct nkb_hlo_walk *walk, struct nkb_hlo_computation *computation,
                              uint64_t end, unsigned depth);
/* The same of a module. */
bool nkb_hlo_walk_module(struct nkb_hlo_walk *walk, struct nkb_hlo *module, uint64_t end,
                         unsigned depth);
/* A fault was met in this field (NULL: unknown) at this depth. */
void nkb_hlo_walk_blame(struct nkb_hlo_walk *walk, const struct nkb_proto_field *field,
                        uint32_t number, unsigned depth);
/* Faults that both walks know; each returns false. */
bool nkb_hlo_fault_length(struct nkb_wire *wire, uint64_t at, uint64_t len, uint64_t left);
bool nkb_hlo_fault_utf8(struct nkb_wire *wire, uint64_t at);
bool nkb_hlo_fault_list(struct nkb_wire *wire, uint64_t at);
bool nkb_hlo_fault_depth(struct nkb_wire *wire, uint64_t at);
bool nkb_hlo_fault_group(struct nkb_wire *wire, uint64_t at);
bool nkb_hlo_fault_endless(struct nkb_wire *wire, uint64_t at);
bool nkb_hlo_fault_text(struct nkb_wire *wire, uint64_t at, uint64_t len, uint64_t limit);

#endif
