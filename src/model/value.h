/* The value tree: what every reader of documents makes (YAML, JSON, CSV) and what the metrics are.
 * Maps keep their order, integers stay apart from floats, text is pointer and length, and each
 * value remembers where in its input it stood. A metric carries its unit, its source, or why it is
 * absent. Values are made from an arena, owned by it and never freed singly.
 *
 * Makers return NULL when memory runs out; setters take NULL and do nothing then, so a builder
 * looks once at the end (nkb_arena_failed). */
#ifndef NKB_MODEL_VALUE_H
#define NKB_MODEL_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

enum nkb_kind {
    NKB_ABSENT, /* known but not had; note->why says why. Lua sees nil, JSON null */
    NKB_NULL,   /* a null that stood in the input */
    NKB_BOOL,
    NKB_INT,
    NKB_FLOAT,
    NKB_STRING,
    NKB_ARRAY,
    NKB_OBJECT,
};

/* Any of them may be NULL. Static text or text of the same arena. */
struct nkb_note {
    const char *unit;   /* "seq/s", "ms", "%", "MAC"; NULL for a plain number */
    const char *source; /* "--throughput", "train.log", "train.yaml: data.seq_length" */
    const char *why;    /* NKB_ABSENT only */
    const char *file;   /* where it was read, or what was counted; NULL: given or computed */
    const char *field;  /* which key, column or quantity of that file; NULL: the file as a whole */
};

struct nkb_member {
    struct nkb_str key; /* terminated; empty in an array */
    struct nkb_value *value;
};

/* A list may make its items when they are looked at, and then may have room for few at a time. */
struct nkb_maker {
    struct nkb_value *(*make)(const void *context, size_t i, struct nkb_arena *arena);
    const void *context;    /* lives as long as the list */
    struct nkb_arena *keep; /* the list's, for items that stay */
};

struct nkb_items {
    struct nkb_member *at; /* in order; of a list with a maker: those that stay, or NULL */
    size_t count, capacity;
    union {
        uint32_t *index; /* of objects with many keys: key hash -> position + 1; NULL while small */
        const struct nkb_maker *maker; /* of lists: see nkb_value_at; NULL: all are there */
    };
    size_t index_size;
};

struct nkb_value {
    enum nkb_kind kind;
    uint32_t line, column;       /* 1-based; 0: not from a text */
    const struct nkb_note *note; /* NULL: none */
    union {
        bool boolean;
        int64_t integer;
        double number;
        struct nkb_str string; /* terminated */
        struct nkb_items items;
    } as;
};

struct nkb_value *nkb_value_new(struct nkb_arena *arena, enum nkb_kind kind);
struct nkb_value *nkb_value_bool(struct nkb_arena *arena, bool b);
struct nkb_value *nkb_value_int(struct nkb_arena *arena, int64_t i);
struct nkb_value *nkb_value_float(struct nkb_arena *arena, double d);
/* Copies the text. */
struct nkb_value *nkb_value_string(struct nkb_arena *arena, struct nkb_str s);
struct nkb_value *nkb_value_text(struct nkb_arena *arena, const char *text);
static inline struct nkb_value *nkb_value_array(struct nkb_arena *arena)
{
    return nkb_value_new(arena, NKB_ARRAY);
}
static inline struct nkb_value *nkb_value_object(struct nkb_arena *arena)
{
    return nkb_value_new(arena, NKB_OBJECT);
}

/* Add behind the last. */
void nkb_value_append(struct nkb_arena *arena, struct nkb_value *array, struct nkb_value *v);
/* Set a key: a new one goes behind the last, one that is there is replaced in its place. Copies the
 * key. */
void nkb_value_set(struct nkb_arena *arena, struct nkb_value *object, struct nkb_str key,
                   struct nkb_value *v);
void nkb_value_put(struct nkb_arena *arena, struct nkb_value *object, const char *key,
                   struct nkb_value *v);

/* A list whose items `make` gives, the same each time. */
struct nkb_value *nkb_value_made_list(struct nkb_arena *arena, size_t count,
                                      struct nkb_value *(*make)(const void *context, size_t i,
                                                                struct nkb_arena *arena),
                                      const void *context);
/* Item i of a list, below its count; once made it stays. NULL when memory runs out. */
struct nkb_value *nkb_value_at(const struct nkb_value *list, size_t i);
/* The same, where it has to be made in an arena of the caller's: for who looks at all, one by one. */
struct nkb_value *nkb_value_item(const struct nkb_value *list, size_t i, struct nkb_arena *arena);
/* Make all, so that items.at has them. False when memory runs out. */
bool nkb_value_fill(struct nkb_value *list);

static inline bool nkb_value_makes_items(const struct nkb_value *v)
{
    return v->kind == NKB_ARRAY && v->as.items.maker != NULL;
}

/* NULL when v is NULL, no object, or has no such key. */
struct nkb_value *nkb_value_find(const struct nkb_value *v, struct nkb_str key);
struct nkb_value *nkb_value_get(const struct nkb_value *v, const char *key);
/* "a.b.c", "modules.0.path" (arrays by 0-based position), keys as written. */
struct nkb_value *nkb_value_path(const struct nkb_value *v, const char *path);

/* An int or a float as a double. */
bool nkb_value_number(const struct nkb_value *v, double *out);
/* "an integer", "a string" …, for messages. */
const char *nkb_kind_name(enum nkb_kind kind);

/* All of it anew, notes and their reasons too; units, sources and places stay whose they were. */
struct nkb_value *nkb_value_copy(struct nkb_arena *arena, const struct nkb_value *v);

static inline bool nkb_value_is(const struct nkb_value *v, enum nkb_kind kind)
{
    return v && v->kind == kind;
}

/* Metrics: a named value in a group, with unit and source. `source` and `unit` must live as long as
 * the arena (static, or made from it). A float that is not finite becomes absent ("not a finite
 * number") unless it goes through nkb_metric_raw. */
void nkb_metric_int(struct nkb_arena *arena, struct nkb_value *group, const char *name, int64_t v,
                    const char *unit, const char *source);
void nkb_metric_float(struct nkb_arena *arena, struct nkb_value *group, const char *name, double v,
                      const char *unit, const char *source);
void nkb_metric_bool(struct nkb_arena *arena, struct nkb_value *group, const char *name, bool v,
                     const char *source);
void nkb_metric_text(struct nkb_arena *arena, struct nkb_value *group, const char *name,
                     const char *v, const char *source);
void nkb_metric_string(struct nkb_arena *arena, struct nkb_value *group, const char *name,
                       struct nkb_str v, const char *source);
/* Copies `why`. */
void nkb_metric_absent(struct nkb_arena *arena, struct nkb_value *group, const char *name,
                       const char *why);
/* An object or array as a member, returned to be filled; NULL when memory runs out. */
struct nkb_value *nkb_metric_group(struct nkb_arena *arena, struct nkb_value *group,
                                   const char *name);
struct nkb_value *nkb_metric_list(struct nkb_arena *arena, struct nkb_value *group,
                                  const char *name);
/* Give a value its note. */
void nkb_value_annotate(struct nkb_arena *arena, struct nkb_value *v, const char *unit,
                        const char *source, const char *why);
/* Say where it was read; behind nkb_value_annotate. On a whole document it holds for every value
 * below that has no source of its own, whose field then is its path in the document. */
void nkb_value_locate(struct nkb_arena *arena, struct nkb_value *v, const char *file,
                      const char *field);
/* The same for every value below that has a source and no file: a group of figures made of one. */
void nkb_value_locate_all(struct nkb_arena *arena, struct nkb_value *group, const char *file,
                          const char *field);

/* JSON text as Python's json.dump(indent=…) writes it: ", " and ": " separators, non-ASCII as
 * \u and four digits, floats as repr, integers as integers, absent and null as null, no final newline.
 * indent 0: one line. A number that is not finite cannot be written: returns NKB_EINPUT with the
 * path of the value in err; NKB_EMEMORY; else 0. Text that is not UTF-8 is written with U+FFFD. */
int nkb_value_to_json(const struct nkb_value *v, int indent, struct nkb_buf *out,
                      struct nkb_err *err);

#endif
