/* A part: what a scan of some files found, as a value and as the bytes of a file. Parts hold what
 * each file says on its own, never what depends on others (duplicates, totals), so that any parts
 * of the same files make the same whole. Equal parts have equal bytes.
 *
 * A file is: magic, format, mark of the tables, engine version, size of the body, the body, and the
 * SHA-256 of all before. The body is a table of texts, sorted, then the struct by its rows. What is
 * found becomes one by way of a draft (model/part_draft.h). */
#ifndef NKB_MODEL_PART_H
#define NKB_MODEL_PART_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/module.h"
#include "model/record.h"

/* One process's share of the files below some folders. */
struct nkb_shard {
    struct nkb_str of;                       /* the files and folders as given, ", " between */
    int64_t index, count;                    /* 1 of 8 */
    int64_t files;                           /* found by all shards together */
    unsigned char listing[NKB_DIGEST_BYTES]; /* of their names relative to the folders */
    const char *part; /* the file it was read from; NULL: it is being scanned */
};

struct nkb_part {
    const char **sources;  /* files and folders as given */
    const char **problems; /* folders that could not be listed, and why */
    struct nkb_shard *shards;
    struct nkb_module *modules;
    uint32_t source_count, problem_count, shard_count, module_count;
};

enum {
    NKB_PART_MAGIC_BYTES = 8,
    NKB_MAX_SHARDS = 65536,
};

extern const struct nkb_record nkb_module_record, nkb_part_record;

/* Do these bytes begin as a part does? */
bool nkb_part_detect(struct nkb_str head);

/* Called with each module of a part, in order; all but its texts is gone afterwards. Not 0 ends the
 * reading. */
typedef int nkb_part_take_fn(void *context, struct nkb_module *module, struct nkb_err *err);

/* A part's file, open for reading, or its bytes. */
struct nkb_part_source {
    int fd; /* -1: bytes; of a file there is at least one */
    struct nkb_str bytes;
    size_t size_bytes; /* of either */
};

/* All but the modules goes to *out, whose modules are none. That, and the texts of modules, come
 * from the arena. NKB_EINPUT for what is no whole part of this engine and these tables: one line
 * with the byte, without the path. Modules may have been taken before; what they say counts when it
 * is 0. */
int nkb_part_read(const struct nkb_part_source *from, const char *engine, nkb_part_take_fn *take,
                  void *context, struct nkb_arena *arena, struct nkb_part *out,
                  struct nkb_err *err);

#endif
