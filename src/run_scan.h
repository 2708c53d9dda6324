/* The HLO files of a run while they are gathered: found in folders, named, or read from parts of
 * scans. What depends on several files (duplicates, totals, whether all shards are there) is found
 * out after all have been gathered, in orders of its own, so that grouping changes nothing. */
#ifndef NKB_RUN_SCAN_H
#define NKB_RUN_SCAN_H

#include "analyze/attribution.h"
#include "model/part.h"
#include "run.h"

/* A list in the run's arena. */
#define RUN_LIST(type)                                                                             \
    struct {                                                                                       \
        type *at;                                                                                  \
        size_t count, capacity;                                                                    \
    }

struct run_files {
    RUN_LIST(const char *) sources;    /* files and folders as given, also those of parts */
    RUN_LIST(const char *) problems;   /* folders that cannot be listed */
    RUN_LIST(struct nkb_shard) shards; /* of parts */
    int64_t shard, shards_of;          /* asked for: which of how many; 0: all */
    unsigned dimensions;               /* whose groups of parts are wanted */
    unsigned page_dimensions;          /* and whose if all is of a single path */
    uint32_t listed;             /* of their instructions, as they are sorted; UINT32_MAX: all */
    struct nkb_record_room room; /* for what parts say */
    RUN_LIST(struct nkb_str)
    found; /* when sharding: names of all files, relative to their folders */
};

/* Room for one more element of a RUN_LIST; NULL when memory runs out. */
#define RUN_LIST_ADD(run, list)                                                                    \
    (((list)->count < (list)->capacity ||                                                          \
      ((list)->at = run_list_grow(run, (list)->at, (list)->count, &(list)->capacity,               \
                                  sizeof *(list)->at)) != NULL)                                    \
         ? &(list)->at[(list)->count++]                                                            \
         : NULL)
/* Room for one more of run->modules, to be written over; NULL when memory runs out. */
struct nkb_module *run_add_module(nkb_run *run);
void *run_list_grow(nkb_run *run, const void *at, size_t count, size_t *capacity, size_t size);

/* run_collect.c: from what was given (--hlo, arguments, --compile-dir) into *files, and the modules
 * into run->modules: sorted, each path that is to be read once. Those of a folder that is all there
 * is may be read meanwhile. */
struct run_reading;
int run_collect(nkb_run *run, struct run_files *files, struct run_reading *reading);
/* What the modules are from, for sources and messages. */
const char *run_files_source(const struct run_files *files);

/* run_spread.c */
size_t run_thread_count(const nkb_run *run);
/* Do so many files of so many bytes keep all of the threads busy? Then more of them do, too. */
bool run_is_work_for(const nkb_run *run, size_t threads, size_t files, uint64_t bytes);
/* Which file is read when. */
struct run_turn {
    uint64_t weight_bytes; /* run_bytes_to_read */
    size_t file;           /* a position, which breaks ties */
};
uint64_t run_bytes_to_read(const struct nkb_module *module);
/* The large ones first, the largest before the others, so that no thread is left with one when the
 * others are done; small ones as they stand. */
void run_order_files(struct run_turn *turns, size_t count, size_t threads);

/* run_parts.c */
/* Is it a regular file that begins as a part does? */
bool run_is_part(const char *path);
/* Of its modules the groups by files->dimensions. */
int run_add_part(nkb_run *run, const char *path, struct run_files *files);
/* Shards that do not go together, and with `whole` also one that is missing, end the run. */
int run_check_shards(nkb_run *run, struct run_files *files, bool whole);
/* Do the parts list as many instructions, by the same figure, as a table of files would? */
int run_check_listed(nkb_run *run, const struct nkb_attribution *by);
/* After all were analysed: of modules with the same path one stays; those that differ end the run.
 */
int run_settle_overlaps(nkb_run *run);

/* run_scan.c */
/* --shard: what was asked, or NKB_EUSAGE. */
int run_read_shard(nkb_run *run, struct run_files *files);
/* Does a file fall to this process? Its name is what all processes see it by. */
int run_pick(nkb_run *run, struct run_files *files, struct nkb_str name, bool *mine);
/* Put aside what is known of a module; all that stays of it is where it is, and whether it is good.
 * On any thread. */
int run_draft(nkb_run *run, struct nkb_module *module, struct nkb_err *err);
/* A part of nothing but named files that are no good would only take the place of a good one. What
 * one shard holds, or a part before this one, is for whoever merges. */
bool run_all_refused(const nkb_run *run, const struct run_files *files);
/* A scan ends with the value of its part instead of the metrics. */
int run_make_part(nkb_run *run, const struct run_files *files);

/* run_duplicates.c: the digest of a file's bytes, where it can be had and is not yet. */
void run_take_digest(struct nkb_module *module);

#endif
