/* Rows of a table of expected numbers, and where the corpus is. */
#ifndef TESTS_UNIT_TSV_H
#define TESTS_UNIT_TSV_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/num.h"

/* The directory a variable names, or the test ends as skipped. */
static inline const char *tsv_root(const char *variable)
{
    const char *root = getenv(variable);
    if (!root || !*root) {
        print_message("SKIPPED: %s is not set; it names the folder with the expected numbers\n",
                      variable);
        skip();
    }
    return root;
}

enum { TSV_COLUMNS = 32 };

struct tsv {
    char *text, *at;
    char *header[TSV_COLUMNS], *cell[TSV_COLUMNS];
    size_t columns, rows;
};

static inline size_t tsv_split(char *line, char **cells)
{
    size_t n = 0;
    for (char *tab; n < TSV_COLUMNS; line = tab + 1) {
        cells[n++] = line;
        tab = strchr(line, '\t');
        if (!tab)
            break;
        *tab = '\0';
    }
    return n;
}

static inline char *tsv_line(struct tsv *t)
{
    if (!*t->at)
        return NULL;
    char *line = t->at, *end = strchr(line, '\n');
    t->at = end ? end + 1 : line + strlen(line);
    if (end)
        *end = '\0';
    return line;
}

static inline struct tsv tsv_open(const char *root, const char *name)
{
    struct tsv t = {0};
    char path[1024];
    struct nkb_buf bytes = NKB_BUF_INIT;
    struct nkb_err err = {0};
    snprintf(path, sizeof path, "%s/%s", root, name);
    if (nkb_file_read(path, NULL, 1u << 26, &bytes, &err) != 0) {
        print_message("SKIPPED: %s\n", err.text);
        skip();
    }
    t.text = t.at = bytes.data;
    t.columns = tsv_split(tsv_line(&t), t.header);
    return t;
}

static inline bool tsv_next(struct tsv *t)
{
    char *line = tsv_line(t);
    if (!line)
        return false;
    size_t n = tsv_split(line, t->cell);
    for (; n < TSV_COLUMNS; n++)
        t->cell[n] = line + strlen(line);
    t->rows++;
    return true;
}

static inline const char *tsv_get(const struct tsv *t, const char *column)
{
    for (size_t i = 0; i < t->columns; i++)
        if (strcmp(t->header[i], column) == 0)
            return t->cell[i];
    fail_msg("no column '%s'", column);
    return "";
}

static inline int64_t tsv_int(const struct tsv *t, const char *column)
{
    int64_t v = 0;
    if (!nkb_parse_i64(nkb_str_from(tsv_get(t, column)), &v))
        fail_msg("%s: '%s' is no integer", column, tsv_get(t, column));
    return v;
}

static inline void tsv_close(struct tsv *t)
{
    free(t->text);
}

#endif
