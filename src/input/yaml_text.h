/* Reading a scalar with references in it: where we are in it, and the value it makes. Shared by the
 * files that know the grammar; nobody else includes it. */
#ifndef NKB_INPUT_YAML_TEXT_H
#define NKB_INPUT_YAML_TEXT_H

#include "input/yaml.h"

struct nkb_yaml_reader {
    struct nkb_yaml_resolver *r;
    struct nkb_yaml_place *place; /* of the scalar */
    struct nkb_str text;          /* the scalar, or a key of oc.select */
    size_t at;
};

/* The value of literal pieces and references in a row. A reference alone keeps its type; an absent
 * one makes the whole absent. Start with {0}; nkb_yaml_parts_end frees the buffer on every path. */
struct nkb_yaml_parts {
    struct nkb_buf text;
    size_t count;
    struct nkb_value *only;   /* while count is 1 and it was a reference */
    struct nkb_value *absent; /* the first of them; NULL: none */
};

int nkb_yaml_parts_literal(const struct nkb_yaml_reader *in, struct nkb_yaml_parts *parts,
                           const char *text, size_t len);
int nkb_yaml_parts_value(const struct nkb_yaml_reader *in, struct nkb_yaml_parts *parts,
                         struct nkb_value *v);
/* `status` is what reading gave; it is passed on. `as_text`: even a reference alone becomes a text.
 */
int nkb_yaml_parts_end(const struct nkb_yaml_reader *in, struct nkb_yaml_parts *parts, int status,
                       bool as_text, struct nkb_value **out);

/* A refusal that shows the scalar. */
int nkb_yaml_complain(const struct nkb_yaml_reader *in, const char *what);
/* An absent value whose reason shows the scalar and then `what`; NULL when memory runs out. */
struct nkb_value *nkb_yaml_absent(const struct nkb_yaml_reader *in, const char *what);

/* At "${": the value of the reference, shared. */
int nkb_yaml_read_reference(struct nkb_yaml_reader *in, struct nkb_value **out);
/* `.a.b[0]`: the dots in front and the names behind; stops at what can be neither. */
int nkb_yaml_read_names(struct nkb_yaml_reader *in, size_t *dots, struct nkb_value *names);
/* Behind an opening quote: to the closing one. */
int nkb_yaml_read_quoted(struct nkb_yaml_reader *in, char quote, struct nkb_value **out);
/* Behind "${name:": the arguments, the closing brace, and what the resolver makes of them. */
int nkb_yaml_read_call(struct nkb_yaml_reader *in, struct nkb_str name, struct nkb_value **out);

static inline bool nkb_yaml_at_end(const struct nkb_yaml_reader *in)
{
    return in->at >= in->text.len;
}

static inline bool nkb_yaml_at(const struct nkb_yaml_reader *in, char c)
{
    return in->at < in->text.len && in->text.ptr[in->at] == c;
}

static inline bool nkb_yaml_at_any(const struct nkb_yaml_reader *in, const char *chars)
{
    return in->at < in->text.len && in->text.ptr[in->at] != '\0' &&
           strchr(chars, in->text.ptr[in->at]) != NULL;
}

static inline bool nkb_yaml_at_reference(const struct nkb_yaml_reader *in)
{
    return nkb_yaml_at(in, '$') && in->at + 1 < in->text.len && in->text.ptr[in->at + 1] == '{';
}

static inline void nkb_yaml_skip_blanks(struct nkb_yaml_reader *in)
{
    while (nkb_yaml_at_any(in, " \t"))
        in->at++;
}

#endif
