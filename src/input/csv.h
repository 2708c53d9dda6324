/* Lines of separated fields. Belongs to the readers of tables: prompts.c and matrix.c. */
#ifndef NKB_INPUT_CSV_H
#define NKB_INPUT_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum { NKB_CSV_MAX_FIELDS = 256 };

struct nkb_csv_field {
    struct nkb_str
        text;      /* without blanks around it and without its quotes; a "" inside stays two */
    size_t offset; /* of the field in the whole text */
};

struct nkb_csv_line {
    char separator;  /* set by the caller; 0: a comma */
    uint32_t number; /* from 1 */
    size_t begin;    /* offset of its first byte */
    size_t count;    /* of fields; may exceed what is kept */
    struct nkb_csv_field fields[NKB_CSV_MAX_FIELDS];
    bool bad_quote; /* a quote that is not closed, or text behind the closing one */
    size_t bad_offset;
};

/* The next line that is not blank, from *at on; false at the end. Start with *at and line->number
 * 0. Lines end with \n, \r\n or \r, also inside quotes: no cell of ours has several lines. */
bool nkb_csv_next(struct nkb_str text, size_t *at, struct nkb_csv_line *line);
/* For a line that is not as expected: the offset of its first ';' outside quotes, with which some
 * spreadsheets separate; text.len: there is none, or it is no line of commas. */
size_t nkb_csv_semicolon(struct nkb_str text, const struct nkb_csv_line *line);

#endif
