/* The files of a run are read and analysed by a pool of threads, each module into its place. Those
 * of a folder are found one by one, which takes a thread as long as reading small ones takes it:
 * where there is no other source, so that no file can come twice, they are read meanwhile. */
#ifndef NKB_RUN_READING_H
#define NKB_RUN_READING_H

#include "analyze/attribution.h"
#include "base/pool.h"
#include "run_scan.h"

enum { RUN_PIECE = 64, RUN_PIECES = 40 };

/* Modules that are added one by one and stay where they are: the piece at i has room for RUN_PIECE
 * << i. */
struct run_found {
    struct nkb_module *pieces[RUN_PIECES];
    size_t count;
};

/* Room for one more, to be written over; NULL when memory runs out. */
struct nkb_module *run_found_add(struct run_found *found);
struct nkb_module *run_found_at(const struct run_found *found, size_t i);
/* Add all of them to run->modules, and empty the list. NKB_EMEMORY, and the list stays. */
int run_found_move(struct run_found *found, nkb_run *run);
void run_found_free(struct run_found *found);

struct run_reading {
    nkb_run *run;
    const struct nkb_attribution *by; /* what is made of each module */
    struct run_work *work;            /* NULL: none has been begun */
    uint64_t bytes_found;             /* before it was */
    bool done;                        /* all that was found has been read */
};

/* One more has been found, and is there to be read: begins once there is work for all threads. */
int run_reading_go_on(struct run_reading *reading, const struct run_found *found);
/* There are no more of them: read what is left, if it was begun. `code` other than 0 says that
 * nothing needs to be read any more, and is returned. */
int run_reading_end(struct run_reading *reading, int code);
/* Read run->modules, unless that has been done. NKB_EINTERRUPT when the progress function says so.
 */
int run_reading_all(struct run_reading *reading);

#endif
