/* Reading the tokens of a JSON text to learn where a byte of it stands. Belongs to the JSON reader.
 */
#ifndef NKB_INPUT_JSON_WHERE_H
#define NKB_INPUT_JSON_WHERE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/str.h"

enum {
    NKB_JSON_MAX_DEPTH = 128,
    NKB_JSON_MAX_VALUES = 1000000, /* jansson needs about 130 bytes for the smallest */
};

struct nkb_json_where {
    struct nkb_str token, before; /* where the walk stopped, and the token in front of it */
    size_t depth, value_count;
    struct nkb_json_level { /* one open list or mapping */
        bool is_object, has_value;
        size_t position;    /* in a list */
        struct nkb_str key; /* in a mapping, as written, quotes included */
    } levels[NKB_JSON_MAX_DEPTH];
};

/* Walk to the token that holds byte `until` - 1, to the end, or past one of the limits above. */
void nkb_json_where_find(struct nkb_json_where *where, struct nkb_str text, size_t until);
/* "results.gsm8k[2]" of the token the walk stopped at; nothing at the top. */
void nkb_json_where_path(const struct nkb_json_where *where, struct nkb_buf *out);

#endif
