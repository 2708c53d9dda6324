/* One HloModuleProto, bare or inside an HloProto or HloSnapshot, from a wire cursor. */
#ifndef NKB_INPUT_HLO_PROTO_H
#define NKB_INPUT_HLO_PROTO_H

#include "base/arena.h"
#include "base/err.h"
#include "input/hlo_build.h"
#include "input/wire.h"
#include "model/hlo.h"

/* When every reading fails the message is that of the bare one. The limits are a parameter for the
 * tests; everybody else gives nkb_hlo_default_limits. */
int nkb_hlo_proto_read(struct nkb_wire *wire, const struct nkb_hlo_limits *limits,
                       struct nkb_arena *arena, struct nkb_hlo *out, struct nkb_err *err);

#endif
