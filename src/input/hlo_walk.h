/* Walks a protobuf message by the schema: wire form, nesting and UTF-8 of everything, values to the
 * builder where the schema keeps them. */
#ifndef NKB_INPUT_HLO_WALK_H
#define NKB_INPUT_HLO_WALK_H

#include "base/err.h"
#include "input/hlo_build.h"
#include "input/hlo_schema.h"

enum { NKB_HLO_DEPTH = 100 }; /* messages and groups below the outermost: protobuf's own limit */

/* The whole input as one message of the kind `root`. The error begins "byte N" and names the field.
 */
int nkb_hlo_walk(struct nkb_hlo_build *build, const struct nkb_proto_message *root,
                 struct nkb_err *err);

#endif
