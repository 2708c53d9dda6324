/* What was asked of `hlo` beyond m.hlo: tables by dimension. */
#ifndef NKB_RUN_HLO_BY_H
#define NKB_RUN_HLO_BY_H

#include "analyze/hlo_table.h"
#include "run.h"

enum {
    RUN_PAGE_DIMENSIONS =
        1 << NKB_BY_OPCODE | 1 << NKB_BY_SCOPE | 1 << NKB_BY_SHAPE | 1 << NKB_BY_INSTRUCTION,
};

struct run_hlo_by {
    struct nkb_attribution attribution;            /* what the analysis has to make for it */
    enum nkb_dimension dimensions[NKB_DIMENSIONS]; /* as asked, none twice */
    size_t count;
    struct nkb_table_request request; /* its `by` is each of them */
    bool summary; /* no table was asked for but the page that shows the first of some */
};

/* "by", "top", "sort", "count" and "depth" as nkb_run_ask got them; "page" asks for the summary of
 * one module. NKB_EUSAGE for what does not go together. */
int run_read_hlo_by(nkb_run *run, struct run_hlo_by *out);
/* After measuring: "hlo.text", "hlo.csv", "hlo.refused" (a line for each named file that is at
 * fault), and with --by also "hlo.json" and "hlo.lua", which are m.hlo else. */
bool run_is_hlo_text(const nkb_run *run, const char *what);
int run_hlo_text(nkb_run *run, const char *what, struct nkb_value *hlo, struct nkb_buf *out);

/* run_hlo_lines.c: of each module what its line on the page of many says, one behind the other as
 * Lua's string.unpack takes them by "s4s4s4Bjjjj": path, role, compiler version (both empty where a
 * flag says that they are those of the module before), flags, instructions, executed MACs, static
 * MACs and those of them in NKI. NULL when memory runs out. */
struct nkb_value *run_hlo_lines(nkb_run *run);

#endif
