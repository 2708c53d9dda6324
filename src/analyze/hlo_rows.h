/* The rows of a table by one dimension: groups of any number of modules, equal ones added up as
 * they come. Sums are exact in 127 bits: at most 2^63 a group. Which module came first changes
 * nothing but the order of the rows. */
#ifndef NKB_ANALYZE_HLO_ROWS_H
#define NKB_ANALYZE_HLO_ROWS_H

#include "base/arena.h"
#include "base/intern.h"
#include "model/module.h"

struct nkb_row {
    struct nkb_str key, detail, module; /* module: where names mean nothing in another */
    bool has_call_macs;
    int64_t call_macs;
    uint32_t absent, order; /* order: instructions are as they were listed */
    nkb_i128 figures[NKB_FIGURES];
};

/* Begin with NKB_ROWS_INIT, end with nkb_rows_free. */
struct nkb_rows {
    enum nkb_dimension by;
    uint32_t listed; /* groups of a module that rows are made of, the largest; 0: all it lists */
    struct nkb_row *at;
    size_t count, room;
    struct nkb_row others; /* groups beyond `listed`, and what modules do not list */
    bool has_others;
    struct nkb_arena arena;  /* texts of rows, but those of instructions */
    struct nkb_intern known; /* rows by what they are, numbered as they stand */
    struct nkb_buf text;
};
#define NKB_ROWS_INIT(dimension, listed_count)                                                     \
    {                                                                                              \
        .by = (dimension), .listed = (listed_count)                                                \
    }

/* Of a dimension whose names mean nothing in another module. */
static inline bool nkb_rows_are_local(enum nkb_dimension by)
{
    return by == NKB_BY_COMPUTATION || by == NKB_BY_INSTRUCTION;
}
/* The dimensions whose rows many modules share, a bit each. */
#define NKB_ROWS_SHARED                                                                            \
    (1u << NKB_BY_OPCODE | 1u << NKB_BY_KERNEL | 1u << NKB_BY_SCOPE | 1u << NKB_BY_SOURCE |        \
     1u << NKB_BY_DTYPE | 1u << NKB_BY_SHAPE)
/* All groups a module has of the dimension. Texts are copied, but those of instructions, which must
 * stay as long as the rows. False when memory runs out. */
bool nkb_rows_add(struct nkb_rows *rows, const struct nkb_module *module);
/* Rows made elsewhere by the same dimension, which may then be freed. */
bool nkb_rows_join(struct nkb_rows *rows, const struct nkb_rows *from);
void nkb_rows_free(struct nkb_rows *rows);

void nkb_row_add_figures(struct nkb_row *to, const struct nkb_row *from);
/* By key, then by all that tells rows of one key apart; 0: the same. */
int nkb_row_compare(const struct nkb_row *a, const struct nkb_row *b);

#endif
