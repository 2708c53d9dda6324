/* Read a training log of any of the dialects DESIGN 4 names as records, each given to `take` as it is
 * read. Nothing in a log is an error: what is not understood is counted. Memory is that of a window,
 * whatever the log's length; texts of `out` are in the arena. */
#ifndef NKB_INPUT_TRAINLOG_H
#define NKB_INPUT_TRAINLOG_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "model/trainlog.h"

/* From a file, by read(2) in windows; "-" is standard input. `flag` is the flag that gave the path,
 * or NULL. NKB_EINPUT: no such file, a directory, empty, unreadable; NKB_EMEMORY, also when `take`
 * has found none in the same arena. */
int nkb_trainlog_read_file(const char *path, const char *flag, nkb_log_take_fn *take, void *context,
                           struct nkb_arena *arena, struct nkb_trainlog *out, struct nkb_err *err);
/* The same from memory; empty bytes are a log of no lines. NKB_EMEMORY. */
int nkb_trainlog_read_bytes(struct nkb_str bytes, nkb_log_take_fn *take, void *context,
                            struct nkb_arena *arena, struct nkb_trainlog *out, struct nkb_err *err);

#endif
