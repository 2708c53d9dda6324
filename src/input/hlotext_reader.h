/* Private to the HLO text reader: its state and what its files ask of each other.
 * The cursor `at` only moves forward but for short looks ahead, so reading is linear in the text.
 * Functions return 0 or the NKB_E* whose message they have written.
 *
 * Only a window of the text is in memory. It moves on between units: an instruction, the head of a
 * computation and the like. Whoever comes to the window's end notes it (nkb_hlotext_at_end), and a
 * unit that did so while more text follows is read again with more of it: nkb_hlotext_whole. Until
 * then it may think that the text ends there. */
#ifndef NKB_INPUT_HLOTEXT_READER_H
#define NKB_INPUT_HLOTEXT_READER_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "input/hlo_opcodes.h"
#include "input/hlo_pool.h"
#include "input/hlo_sources.h"
#include "input/hlotext.h"
#include "input/hlotext_names.h"
#include "input/hlotext_recall.h"
#include "model/hlo.h"

enum {
    NKB_HLOTEXT_MAX_SHAPE_DEPTH = 97,  /* tuples in tuples: protobuf's own limit lets in as many */
    NKB_HLOTEXT_MAX_NESTING = 256,     /* brackets in brackets of a value we skip */
    NKB_HLOTEXT_MAX_INLINE_DEPTH = 16, /* computations written inside an instruction */
    NKB_HLOTEXT_MAX_RANK = 1024,       /* of a shape; no real one comes near */
    NKB_HLOTEXT_TYPE_MEMO = 16,        /* element types remembered by name */
    NKB_HLOTEXT_ATTRIBUTES_SEEN = 64,  /* attributes, too */
};

struct nkb_hlotext_type {
    char name[16];
    size_t len;
    int32_t number;
};

/* A computation named (or written out) by an instruction; `position` is NKB_HLO_NONE while only the
 * name is known. */
struct nkb_hlotext_called {
    struct nkb_str name;
    uint32_t position;
};

/* Instructions so far: in `few`, or in the arena. */
struct nkb_hlotext_list {
    struct nkb_hlo_instruction *at;
    size_t count, room;
    uint64_t begun; /* where in the text the computation begins */
};

/* Zeroed memory is one that has read nothing yet; what it has allocated for itself serves module
 * after module. */
struct nkb_hlotext {
    const char *at, *end;      /* zeros stand behind the end: NKB_HLOTEXT_SLACK of them */
    bool final;                /* the text ends there */
    bool starved;              /* it does not, and someone has looked there */
    const char *counted;       /* up to here newlines have been counted */
    uint64_t line, line_start; /* that one's number, and where in the text it begins */
    struct nkb_hlotext_input input;
    struct nkb_buf window; /* where the input brings none */
    size_t window_bytes;
    uint64_t read_bytes; /* of the text, up to `end` */
    struct nkb_arena *arena;
    struct nkb_err *err;
    struct nkb_arena temp; /* what the pool is to keep once the instruction is complete */
    struct nkb_hlo_pool pool;

    /* Stacks: a construct pushes above what is there, copies its part away and pops it. */
    struct nkb_buf ints, positions, shapes, called;
    struct nkb_buf computations, pending; /* these two grow, but for a unit read again */

    struct nkb_names instruction_names, computation_names;
    struct nkb_hlo_sources sources;
    uint32_t scope, scope_count; /* of names: one a computation */
    uint32_t inline_depth;
    struct nkb_hlotext_list list;    /* of the computation being read */
    struct nkb_hlo_instruction *few; /* where the list of an outer one begins; malloc'ed */
    struct nkb_hlo_opcodes opcodes;
    struct nkb_hlotext_recall recall;
    struct nkb_hlotext_type types[NKB_HLOTEXT_TYPE_MEMO];
    const struct nkb_hlotext_attribute
        *attributes[NKB_HLOTEXT_ATTRIBUTES_SEEN]; /* hlotext_attrs.c's */
};

/* An instruction while its line is read. */
struct nkb_hlotext_draft {
    struct nkb_hlo_instruction made;
    struct nkb_hlo_attrs *attrs; /* NULL until one is needed */
    struct nkb_hlo_dot *dot;     /* the attributes' */
    const char *begun;           /* its name */
    uint64_t line;               /* 0: not yet counted; see nkb_hlotext_draft_line */
    enum nkb_hlo_opcode wrapped; /* NKB_HLO_OPCODE_COUNT: not the short form of an async one */
    uint64_t seen;               /* bit i: attribute i of the table was given */
    size_t called_base;          /* bytes of `called` that are others' */
    struct nkb_hlotext_called pair[2]; /* body, condition and the like */
    const char *pair_name[2];          /* NULL: not given */
    struct nkb_str backend_config;
    const struct nkb_hlo_attrs *recalled; /* in the place of attrs */
    struct nkb_str run;                   /* of attributes that may be noted; len 0: none */
    uint64_t run_seen;
    bool is_own; /* the attributes say what no other's do */
};

/* hlotext_window.c: the text in memory, and where in it we are. */
/* Begin with an input; what the reader has of another one is dropped. */
int nkb_hlotext_open(struct nkb_hlotext *r, const struct nkb_hlotext_input *input);
/* Read a unit, with so much of the text in memory that it need not look behind the window. It may
 * be called several times, the last with all it needs: until then what it leaves is taken back, but
 * for memory of the arena. */
typedef int nkb_hlotext_unit(struct nkb_hlotext *r, void *data);
int nkb_hlotext_whole(struct nkb_hlotext *r, nkb_hlotext_unit *unit, void *data);
uint64_t nkb_hlotext_line(struct nkb_hlotext *r, const char *where);
uint64_t nkb_hlotext_draft_line(struct nkb_hlotext *r, struct nkb_hlotext_draft *draft);
/* Bytes of the text in front of this one. */
static inline uint64_t nkb_hlotext_offset(const struct nkb_hlotext *r, const char *where)
{
    return r->read_bytes - (uint64_t)(r->end - where);
}
/* Is this the window's end? Then nothing said about what stands here is to be trusted. */
static inline bool nkb_hlotext_is_end(struct nkb_hlotext *r, const char *where)
{
    if (where < r->end)
        return false;
    r->starved = r->starved || !r->final;
    return true;
}
static inline bool nkb_hlotext_at_end(struct nkb_hlotext *r)
{
    return nkb_hlotext_is_end(r, r->at);
}

/* hlotext_scan.c: blanks, words, numbers, brackets, messages. */
/* What a byte may be, in bits. */
enum {
    NKB_HLOTEXT_IS_WORD = 1,  /* letters, digits, '_', '-' and '.' */
    NKB_HLOTEXT_IS_DIGIT = 2, /* 0 to 9 */
    NKB_HLOTEXT_IS_GAP = 4, /* white space, what begins a comment, and NUL, which ends the window */
    NKB_HLOTEXT_IS_QUIET = 8,  /* says nothing inside brackets */
    NKB_HLOTEXT_IS_VALUE = 16, /* nor in an attribute's value: and so is part of it */
};
extern const unsigned char nkb_hlotext_class[256];
static inline bool nkb_hlotext_is(char c, int class)
{
    return (nkb_hlotext_class[(unsigned char)c] & class) != 0;
}
/* May write no message, as when the unit is to be read again. */
int nkb_hlotext_fail(struct nkb_hlotext *r, uint64_t line, const char *format, ...)
    NKB_PRINTF(3, 4);
/* "line N: found 'x' at column C; expected WHAT" for what stands at the cursor. */
int nkb_hlotext_expected(struct nkb_hlotext *r, const char *what);
/* White space and comments. A comment that is not closed stays in front of the cursor. */
void nkb_hlotext_skip_blanks(struct nkb_hlotext *r);
static inline void nkb_hlotext_blanks(struct nkb_hlotext *r)
{
    if (!nkb_hlotext_is(*r->at, NKB_HLOTEXT_IS_GAP))
        return;
    if (*r->at == ' ' && !nkb_hlotext_is(r->at[1], NKB_HLOTEXT_IS_GAP))
        r->at++;
    else
        nkb_hlotext_skip_blanks(r);
}
/* NUL at the end, too. */
static inline char nkb_hlotext_peek(struct nkb_hlotext *r)
{
    if (*r->at == '\0')
        (void)nkb_hlotext_at_end(r);
    return *r->at;
}
/* Blanks, then c, which is not NUL, if it is there. */
static inline bool nkb_hlotext_take(struct nkb_hlotext *r, char c)
{
    nkb_hlotext_blanks(r);
    if (*r->at != c)
        return false;
    r->at++;
    return true;
}
/* Blanks, then c, or a message that expects `what`. */
static inline int nkb_hlotext_want(struct nkb_hlotext *r, char c, const char *what)
{
    return nkb_hlotext_take(r, c) ? 0 : nkb_hlotext_expected(r, what);
}
/* Letters, digits, '_', '-' and '.'; may be empty. */
static inline struct nkb_str nkb_hlotext_word(struct nkb_hlotext *r)
{
    const char *from = r->at, *at = from;
    while (nkb_hlotext_is(*at, NKB_HLOTEXT_IS_WORD))
        at++;
    r->at = at;
    (void)nkb_hlotext_peek(r);
    return (struct nkb_str){from, (size_t)(at - from)};
}
/* Blanks, then a word that '%' may lead. */
int nkb_hlotext_name(struct nkb_hlotext *r, const char *what, struct nkb_str *out);
int nkb_hlotext_int(struct nkb_hlotext *r, const char *what, int64_t *out);
/* {1,2,3} */
int nkb_hlotext_ints(struct nkb_hlotext *r, struct nkb_hlo_ints *out);
/* From an opening bracket to behind its partner. */
int nkb_hlotext_skip_brackets(struct nkb_hlotext *r);
/* Any attribute's value. */
int nkb_hlotext_skip_value(struct nkb_hlotext *r);

/* hlotext_string.c: a string as it stands between its quotes, or without its escapes: in the text
 * or temporary. */
int nkb_hlotext_raw_string(struct nkb_hlotext *r, struct nkb_str *raw_out);
int nkb_hlotext_string(struct nkb_hlotext *r, struct nkb_str *out);

/* hlotext_shape.c */
int nkb_hlotext_shape(struct nkb_hlotext *r, uint32_t depth, struct nkb_hlo_shape *out);
int nkb_hlotext_skip_shape(struct nkb_hlotext *r);
/* Of an instruction, shared with others of this shape. */
int nkb_hlotext_shape_shared(struct nkb_hlotext *r, const struct nkb_hlo_shape **out);

/* hlotext_geometry.c: values of window= and dim_labels=. */
int nkb_hlotext_window(struct nkb_hlotext *r, struct nkb_hlo_attrs *attrs);
int nkb_hlotext_dim_labels(struct nkb_hlotext *r, struct nkb_hlo_attrs *attrs);

/* hlotext_attrs.c: everything behind an instruction's operands. */
int nkb_hlotext_attributes(struct nkb_hlotext *r, struct nkb_hlotext_draft *draft);
struct nkb_hlo_attrs *nkb_hlotext_attrs_of(struct nkb_hlotext *r, struct nkb_hlotext_draft *draft);

/* hlotext_metadata.c: what it says of an instruction; and FileNames, FunctionNames, FileLocations
 * and StackFrames, which stand between the module's line and its computations. */
int nkb_hlotext_metadata(struct nkb_hlotext *r, struct nkb_hlo_instruction *made);
enum nkb_hlotext_table { /* and NKB_HLOTEXT_NO_TABLE */
                         NKB_HLOTEXT_FILE_NAMES,
                         NKB_HLOTEXT_FUNCTION_NAMES,
                         NKB_HLOTEXT_FILE_LOCATIONS,
                         NKB_HLOTEXT_STACK_FRAMES,
                         NKB_HLOTEXT_NO_TABLE,
};
/* Is it a table that this name, just read, begins? */
enum nkb_hlotext_table nkb_hlotext_table_find(struct nkb_hlotext *r, struct nkb_str name);
int nkb_hlotext_table(struct nkb_hlotext *r, enum nkb_hlotext_table table);

/* hlotext_called.c: references to computations. */
int nkb_hlotext_called_value(struct nkb_hlotext *r, struct nkb_hlotext_draft *draft);
int nkb_hlotext_called_one(struct nkb_hlotext *r, struct nkb_hlotext_draft *draft,
                           struct nkb_hlotext_called *out);
/* Fill made.called from what the attributes named; names not yet known wait in `pending`. */
static inline bool nkb_hlotext_calls(const struct nkb_hlotext *r,
                                     const struct nkb_hlotext_draft *draft)
{
    return draft->pair_name[0] || r->called.len > draft->called_base || r->called.failed;
}
int nkb_hlotext_called_finish(struct nkb_hlotext *r, struct nkb_hlotext_draft *draft);
int nkb_hlotext_called_resolve(struct nkb_hlotext *r);

/* hlotext_instruction.c: `[ROOT] name = shape opcode(operands), attributes`. */
int nkb_hlotext_instruction(struct nkb_hlotext *r, bool *is_root, uint64_t *line_out);

/* hlotext_async.c: what `all-reduce-start(…)` and the like stand for. */
enum nkb_hlo_opcode nkb_hlotext_async_opcode(struct nkb_str name, enum nkb_hlo_opcode *wrapped);
int nkb_hlotext_async_wrap(struct nkb_hlotext *r, struct nkb_hlotext_draft *draft);

/* hlotext_computation.c */
/* Instructions up to and with the closing brace, the opening one being read. */
int nkb_hlotext_body(struct nkb_hlotext *r, struct nkb_str name, uint64_t line,
                     uint32_t *position_out);
bool nkb_hlotext_grow_list(struct nkb_hlotext *r); /* room for one more instruction */
int nkb_hlotext_add_computation(struct nkb_hlotext *r,
                                const struct nkb_hlo_computation *computation,
                                uint32_t *position_out);
static inline struct nkb_hlo_computation *nkb_hlotext_computations(const struct nkb_hlotext *r)
{
    return (struct nkb_hlo_computation *)(void *)r->computations.data;
}
/* Where the names of numbered things are found. */
static inline struct nkb_names_of nkb_hlotext_instructions_named(const struct nkb_hlotext *r)
{
    const struct nkb_hlo_instruction *all = r->list.at;
    return (struct nkb_names_of){all ? &all->name : NULL, sizeof *all};
}
static inline struct nkb_names_of nkb_hlotext_computations_named(const struct nkb_hlotext *r)
{
    const struct nkb_hlo_computation *all = nkb_hlotext_computations(r);
    return (struct nkb_names_of){all ? &all->name : NULL, sizeof *all};
}

#endif
