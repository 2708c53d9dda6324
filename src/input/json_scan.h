/* Reads JSON piece by piece as Python's json module takes it, without building a tree: NaN,
 * Infinity and -Infinity are values, control characters in strings are not, keys may repeat. Text
 * is UTF-8 in which lone surrogates may stand as three bytes (python_text.h makes it so). */
#ifndef NKB_INPUT_JSON_SCAN_H
#define NKB_INPUT_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

/* Python stops at 1000 nested calls, some ten of which its callers have taken. */
enum { NKB_JSON_DEPTH = 990 };

enum nkb_json_token {
    NKB_JSON_FAULT,
    NKB_JSON_END, /* the value is complete and nothing follows */
    NKB_JSON_OBJECT,
    NKB_JSON_OBJECT_END,
    NKB_JSON_ARRAY,
    NKB_JSON_ARRAY_END,
    NKB_JSON_KEY,
    NKB_JSON_STRING,
    NKB_JSON_INTEGER,
    NKB_JSON_FLOAT,
    NKB_JSON_TRUE,
    NKB_JSON_FALSE,
    NKB_JSON_NULL,
    NKB_JSON_NOT_FINITE, /* NaN, Infinity, -Infinity */
};

struct nkb_json_scan {
    const char *start, *at, *end;
    uint32_t depth; /* open objects and arrays */
    int expects;
    const char *fault; /* of NKB_JSON_FAULT; its place is at - start */
    struct nkb_str
        text; /* of the token: between the quotes for keys and strings, escapes and all */
    uint64_t is_object[(NKB_JSON_DEPTH + 63) / 64 + 1]; /* bit by depth */
};

void nkb_json_scan_start(struct nkb_json_scan *scan, struct nkb_str text);
/* After FAULT or END there is nothing more to ask. */
enum nkb_json_token nkb_json_scan_next(struct nkb_json_scan *scan);

/* A string's text without its escapes, as UTF-8 with U+FFFD for lone surrogates, appended to out.
 */
void nkb_json_text_append(struct nkb_str escaped, struct nkb_buf *out);
/* One code point of such a text, escapes taken, surrogate pairs joined, lone surrogates as they
 * are; the bytes it takes. text is not empty. */
size_t nkb_json_text_next(struct nkb_str text, uint32_t *code_point);
/* Is the text, without escapes, this ASCII word? */
bool nkb_json_text_is(struct nkb_str escaped, const char *word);

#endif
