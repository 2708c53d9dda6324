/* One HloModuleProto, bare or inside an HloProto, HloSnapshot or metaneff.pb, from a wire cursor;
 * and the whole reader with its limits as a parameter, for the tests. Everybody else calls
 * input/hlo.h. */
#ifndef NKB_INPUT_HLO_PROTO_H
#define NKB_INPUT_HLO_PROTO_H

#include "base/arena.h"
#include "base/err.h"
#include "input/hlo_build.h"
#include "input/wire.h"
#include "model/hlo.h"

/* When every reading fails the message is that of the bare one. */
int nkb_hlo_proto_read(struct nkb_wire *wire, const struct nkb_hlo_limits *limits,
                       struct nkb_hlo_build *build, struct nkb_arena *arena, struct nkb_hlo *out,
                       struct nkb_err *err);

int nkb_hlo_read_file_within(const char *path, const struct nkb_hlo_limits *limits,
                             struct nkb_arena *arena, struct nkb_hlo *out, struct nkb_err *err);
int nkb_hlo_read_bytes_within(struct nkb_str bytes, const struct nkb_hlo_limits *limits,
                              struct nkb_arena *arena, struct nkb_hlo *out, struct nkb_err *err);

#endif
