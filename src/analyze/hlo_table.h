/* The groups of many modules as one table: equal keys added up, the largest first. A function of
 * values alone, so that it does not matter where and in which order the modules were analysed. */
#ifndef NKB_ANALYZE_HLO_TABLE_H
#define NKB_ANALYZE_HLO_TABLE_H

#include "analyze/hlo_rows.h"
#include "analyze/module.h"
#include "model/value.h"

enum nkb_table_count { NKB_COUNT_EXECUTED, NKB_COUNT_STATIC, NKB_COUNT_XLA };

struct nkb_table_request {
    enum nkb_dimension by;
    enum nkb_table_count count;
    enum nkb_figure sort; /* NKB_FIGURES: the first of the count's that the modules have */
    bool sort_by_key;     /* the rows; shares are of `sort` all the same */
    uint32_t top;         /* rows; 0: all */
    uint32_t listed; /* groups of a module that rows are made of, the largest; 0: all it lists */
    bool skip_zeros; /* rows that have nothing of `sort` are among the others, but for the first */
    uint32_t depth;  /* scopes: parts of a name; 0: as many as make a table worth reading */
};

/* A table: by, count, sort, depth (scopes), groups (how many there are), total, rows, others (what
 * the rows leave out together; absent when nothing). A row: key, detail, module, call_macs,
 * instructions, calls, static{macs nki_macs}, executed{macs dot_macs conv_macs nki_macs other_macs
 * flops transcendentals bytes}, xla{flops transcendentals bytes unknown_calls}, share, cumulative.
 * Modules count as they do in m.hlo; `early` has rows of them that were added up before, or is
 * NULL. NKB_EINPUT when one's groups were not made; NKB_EMEMORY. */
int nkb_hlo_table(struct nkb_arena *arena, const struct nkb_module *modules, size_t count,
                  const struct nkb_rows *early, const struct nkb_hlo_totals_options *options,
                  const struct nkb_table_request *request, struct nkb_value **out,
                  struct nkb_err *err);

#endif
