/* Read one HLO module: protobuf (bare, or in an HloProto, HloSnapshot or metaneff.pb) or XLA's
 * text, told apart by content. Messages carry the byte offset or line and what is wrong, not the
 * path: callers put it in front. */
#ifndef NKB_INPUT_HLO_H
#define NKB_INPUT_HLO_H

#include "base/arena.h"
#include "base/err.h"
#include "model/hlo.h"

/* Reads file after file, one at a time, and uses what it has allocated again: the second module of
 * its kind costs no new memory but what the arena gives. */
struct nkb_hlo_reader;
struct nkb_hlo_reader *nkb_hlo_reader_new(void); /* NULL: out of memory */
void nkb_hlo_reader_free(struct nkb_hlo_reader *reader);
/* From now on a long module may be read on so many threads, to the same module. */
void nkb_hlo_reader_threads(struct nkb_hlo_reader *reader, size_t threads);
int nkb_hlo_reader_file(struct nkb_hlo_reader *reader, const char *path, struct nkb_arena *arena,
                        struct nkb_hlo *out, struct nkb_err *err);

/* From a file, by read(2) in windows: memory stays proportional to the instruction table, not to
 * the file. NKB_EINPUT for every fault; *out is then unspecified. An empty file is an empty module.
 */
int nkb_hlo_read_file(const char *path, struct nkb_arena *arena, struct nkb_hlo *out,
                      struct nkb_err *err);
/* The same from memory, for tests, fuzzing and standard input. */
int nkb_hlo_read_bytes(struct nkb_str bytes, struct nkb_arena *arena, struct nkb_hlo *out,
                       struct nkb_err *err);

#endif
