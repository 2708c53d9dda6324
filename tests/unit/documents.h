/* For the tests of analyses of documents: JSON texts and corpus files into value trees, table rows
 * into fields. Positions are cleared, so that messages read the same whatever the reader knows; a
 * test that wants one sets it. Include after cmocka.h. */
#ifndef NKB_TESTS_DOCUMENTS_H
#define NKB_TESTS_DOCUMENTS_H

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "input/document.h"

static inline void clear_positions(struct nkb_value *v)
{
    v->line = v->column = 0;
    if (v->kind == NKB_ARRAY || v->kind == NKB_OBJECT)
        for (size_t i = 0; i < v->as.items.count; i++)
            clear_positions(v->as.items.at[i].value);
}

static inline struct nkb_value *parse_bytes(struct nkb_arena *arena, struct nkb_str bytes,
                                            const char *path)
{
    struct nkb_value *v = NULL;
    struct nkb_err err = {0};
    if (nkb_json_read(bytes, path, arena, &v, &err) != 0)
        fail_msg("%s", err.text);
    clear_positions(v);
    return v;
}

/* JSON with ' for ", so that tests can be read. */
static inline struct nkb_value *parse(struct nkb_arena *arena, const char *text)
{
    char *copy = nkb_arena_string(arena, text);
    assert_non_null(copy);
    for (char *p = copy; *p; p++)
        if (*p == '\'')
            *p = '"';
    return parse_bytes(arena, nkb_str_from(copy), "test");
}

static inline struct nkb_str read_whole(struct nkb_arena *arena, const char *path)
{
    struct nkb_buf buf = NKB_BUF_INIT;
    struct nkb_err err = {0};
    if (nkb_file_read(path, NULL, (size_t)1 << 26, &buf, &err) != 0)
        fail_msg("%s", err.text);
    struct nkb_str text = nkb_arena_copy(arena, nkb_buf_str(&buf));
    nkb_buf_free(&buf);
    return text;
}

/* First thing in a test that reads the corpus or the goldens: without the variable that names their
 * directory it is skipped, loudly, before anything is allocated. */
static inline void need(const char *variable)
{
    const char *root = getenv(variable);
    if (root && *root)
        return;
    print_message("SKIPPED: %s is not set; it names the directory with the files to read\n",
                  variable);
    skip();
}

static inline const char *path_below(struct nkb_arena *arena, const char *variable,
                                     const char *name)
{
    return nkb_arena_printf(arena, "%s/%s", getenv(variable), name);
}

static inline struct nkb_value *parse_file(struct nkb_arena *arena, const char *path)
{
    return parse_bytes(arena, read_whole(arena, path), path);
}

/* The next line of a table as fields between tabs, terminated in place; false behind the last line.
 */
enum { FIELDS_MAX = 16 };
static inline bool next_row(char **at, char *fields[FIELDS_MAX])
{
    char *line = *at, *end = strchr(line, '\n');
    if (!*line)
        return false;
    *at = end ? end + 1 : line + strlen(line);
    if (end)
        *end = '\0';
    for (size_t i = 0; i < FIELDS_MAX; i++) {
        static char none[] = "";
        fields[i] = line ? line : none;
        char *tab = line ? strchr(line, '\t') : NULL;
        if (tab)
            *tab++ = '\0';
        line = tab;
    }
    return true;
}

static inline double number_of(const char *text)
{
    double v = 0;
    if (!nkb_parse_double(nkb_str_from(text), true, &v))
        fail_msg("\"%s\" is no number", text);
    return v;
}

/* Doubles to the last bit. */
static inline void assert_same_double(double got, double expected)
{
    if (memcmp(&got, &expected, sizeof got) != 0)
        fail_msg("%.17g is not %.17g", got, expected);
}

#endif
