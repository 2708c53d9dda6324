/* What the files of the YAML reader share; nobody else includes it. One struct nkb_yaml is one
 * document being read: whatever can multiply (aliases, merges, references, texts put together)
 * draws on its budget, so that a small file cannot become a large tree. */
#ifndef NKB_INPUT_YAML_H
#define NKB_INPUT_YAML_H

#include <yaml.h>

#include "input/document.h"

enum {
    NKB_YAML_MAX_DEPTH = 64,      /* lists and mappings inside each other, after expansion */
    NKB_YAML_MAX_VALUES = 200000, /* of the whole tree, after expansion */
    NKB_YAML_MAX_NESTING = 200,   /* references that wait for each other, levels walked included */
};

struct nkb_yaml {
    const char *path;
    struct nkb_arena *arena;  /* of the result */
    struct nkb_arena scratch; /* goes when the document is read */
    size_t values_left, text_left_bytes;
    struct nkb_err *err;
};

/* "path:line:column: …", NKB_EINPUT. */
int nkb_yaml_refuse(struct nkb_yaml *y, uint32_t line, uint32_t column, const char *format, ...)
    NKB_PRINTF(4, 5);

/* Count one more value; line and column say where for the refusal. */
int nkb_yaml_count(struct nkb_yaml *y, uint32_t line, uint32_t column);

/* A copy of a whole value that will stand inside `depth` lists and mappings; texts are shared. The
 * copy itself stands at line and column, what is in it where the original stood. An absent value
 * keeps its place, which is the one its reason speaks of. */
int nkb_yaml_copy(struct nkb_yaml *y, const struct nkb_value *v, size_t depth, uint32_t line,
                  uint32_t column, struct nkb_value **out);

/* An absent value with its reason, which may be NULL when memory ran out; NULL then too. */
struct nkb_value *nkb_yaml_no_value(struct nkb_arena *arena, const char *why);

/* A plain scalar by its spelling; NULL when memory runs out. */
struct nkb_value *nkb_yaml_plain(struct nkb_arena *arena, struct nkb_str text);
/* A scalar with its tag (NULL: none) and style. */
int nkb_yaml_scalar(struct nkb_yaml *y, struct nkb_str text, const char *tag, bool plain,
                    uint32_t line, uint32_t column, struct nkb_value **out);
/* Whether a list or mapping may carry the tag. `standard` is "seq" or "map". */
int nkb_yaml_collection_tag(struct nkb_yaml *y, const char *tag, const char *standard,
                            uint32_t line, uint32_t column);

/* libyaml's complaint in our words. */
int nkb_yaml_syntax(struct nkb_yaml *y, const yaml_parser_t *parser, struct nkb_str text);

/* A value of the document while references are resolved. */
struct nkb_yaml_place {
    struct nkb_value *value;
    struct nkb_yaml_place *parent; /* NULL: the document itself */
    struct nkb_yaml_place *children;
    struct nkb_value *names; /* of a large mapping: key -> position, made when first asked */
    size_t position, depth;  /* in the parent's items; lists and mappings around it */
    enum { NKB_YAML_WAITING, NKB_YAML_BUSY, NKB_YAML_DONE } state;
};

struct nkb_yaml_resolver {
    struct nkb_yaml *y;
    struct nkb_yaml_place *root;
    struct nkb_yaml_chain *chain; /* the places being resolved, innermost first */
    unsigned nesting;
    unsigned suggestions; /* made so far */
};

/* Resolve every reference of the tree in place; *root is replaced when it is one itself. */
int nkb_yaml_resolve(struct nkb_yaml *y, struct nkb_value **root);
/* What a reference written at `at` names: `dots` leading dots, then `keys` (an array of strings; an
 * absent one is the answer). The value is resolved and shared, not copied. For a name that is not
 * there *out is NULL with `optional`, and absent with the reason without. */
int nkb_yaml_lookup(struct nkb_yaml_resolver *r, const struct nkb_yaml_place *at, size_t dots,
                    const struct nkb_value *keys, bool optional, struct nkb_value **out);
/* The value of the text at `place`; shared like the above. */
int nkb_yaml_interpolate(struct nkb_yaml_resolver *r, struct nkb_yaml_place *place,
                         struct nkb_value **out);

/* One level further down, or a refusal; the caller gives it back with r->nesting--. */
int nkb_yaml_nest(struct nkb_yaml_resolver *r, const struct nkb_yaml_place *at);

#endif
