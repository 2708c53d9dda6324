/* Prompt tables: one row a prompt, five columns, all numbers. CSV, TXT and JSON go through the same
 * checks; nothing is guessed from a value. */
#include "input/document.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "base/text.h"
#include "input/csv.h"
#include "input/table_place.h"

enum { COLUMN_COUNT = 5, SPELLING_COUNT = 6, MAX_ROWS = 100000, MAX_HEADER_BYTES = 64 };

struct column {
    const char *name, *title; /* in the tree; in messages */
    bool is_whole;
    const char *spellings[SPELLING_COUNT]; /* in headers and JSON keys: letters only, lower case */
    const char *unit;
};

/* In the order of a table without a header. */
static const struct column columns[COLUMN_COUNT] = {
    {"index", "prompt index", true, {"promptid", "index", "promptindex", "id"}, NULL},
    {"context_length",
     "context length",
     true,
     {"contextlength", "wordcount", "promptlength"},
     "tokens"},
    {"sequence_length",
     "sequence length",
     true,
     {"sequencelength", "seqlength", "seqlen"},
     "tokens"},
    {"base_latency_ms",
     "base latency",
     false,
     {"baselatency", "baselatencyms", "baselinelatency", "baselinelatencyms"},
     "ms"},
    {"base_throughput",
     "base throughput",
     false,
     {"basethroughput", "basethroughputtoks", "basethroughputtokenss", "baselinethroughput",
      "baselinethroughputtoks", "baselinethroughputtokenss"},
     "tokens/s"},
};
static const char all_titles[] =
    "prompt index, context length, sequence length, base latency, base throughput";
/* As keys, of which JSON also takes the other spellings. */
static const char all_names[] =
    "index, context_length, sequence_length, base_latency_ms, base_throughput";

struct seen {
    int64_t index;
    size_t row; /* from 0 */
};

struct table {
    struct nkb_str text;
    const char *path;
    const char *list; /* "prompt_performance_data" or "" in JSON; NULL: CSV */
    struct nkb_arena *arena;
    struct nkb_value *rows;
    struct nkb_err *err;
};

#define refuse(t, cell, ...) nkb_table_refuse((t)->path, (t)->list, cell, (t)->err, __VA_ARGS__)

/* Which column a header or key names; COLUMN_COUNT: none. */
static size_t find_column(struct nkb_str name)
{
    char letters[MAX_HEADER_BYTES];
    size_t len = 0;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if ((c < 'a' || c > 'z') && (c < '0' || c > '9'))
            continue;
        if (len == sizeof letters)
            return COLUMN_COUNT;
        letters[len++] = c;
    }
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        for (size_t j = 0; j < SPELLING_COUNT && columns[i].spellings[j]; j++)
            if (nkb_str_is((struct nkb_str){letters, len}, columns[i].spellings[j]))
                return i;
    return COLUMN_COUNT;
}

/* Keep a number in its column of the row, once it is one that makes sense there. */
static int keep_number(struct table *t, struct nkb_value *row, size_t column, struct nkb_value *v,
                       const struct nkb_table_place *cell)
{
    const struct column *c = &columns[column];
    if (!v)
        return nkb_err_memory(t->err);
    if (c->is_whole && v->as.integer < 0)
        return refuse(t, cell, "%s is %lld; it cannot be negative", c->title,
                      (long long)v->as.integer);
    if (!c->is_whole && !(v->as.number > 0 && isfinite(v->as.number)))
        return refuse(t, cell, "%s is %s; a finite number above 0 is expected", c->title,
                      v->as.number > 0 ? "beyond a double" : "not above 0");
    v->line = cell->line;
    v->column = cell->column;
    nkb_value_annotate(t->arena, v, c->unit, NULL, NULL);
    nkb_value_put(t->arena, row, c->name, v);
    return 0;
}

static const char *expected(const struct column *c)
{
    return c->is_whole ? "a whole number" : "a number";
}

static struct nkb_table_place cell_at(const struct table *t, const struct nkb_csv_line *line,
                                      size_t offset)
{
    struct nkb_table_place cell = {.line = line->number};
    struct nkb_str from = {t->text.ptr + line->begin, t->text.len - line->begin};
    uint32_t first;
    nkb_document_place(from, offset - line->begin, &first, &cell.column);
    return cell;
}

static int read_cell(struct table *t, struct nkb_value *row, size_t column, struct nkb_str text,
                     const struct nkb_table_place *cell)
{
    const struct column *c = &columns[column];
    char shown[NKB_SHOWN_BYTES];
    int64_t integer;
    double number;

    if (text.len == 0)
        return refuse(t, cell, "%s is empty; %s is expected", c->title, expected(c));
    if (c->is_whole && nkb_parse_i64(text, &integer))
        return keep_number(t, row, column, nkb_value_int(t->arena, integer), cell);
    if (!c->is_whole && nkb_parse_double(text, false, &number))
        return keep_number(t, row, column, nkb_value_float(t->arena, number), cell);
    return refuse(t, cell, "%s is \"%s\"; %s is expected", c->title, nkb_show(text, shown),
                  expected(c));
}

/* A first line without any number is the header: which column each of its fields is. */
static bool is_header(const struct nkb_csv_line *line)
{
    double number;
    for (size_t i = 0; i < line->count && i < NKB_CSV_MAX_FIELDS; i++)
        if (line->fields[i].text.len > 0 && nkb_parse_double(line->fields[i].text, true, &number))
            return false;
    return true;
}

static int read_header(struct table *t, const struct nkb_csv_line *line, size_t order[COLUMN_COUNT])
{
    bool had[COLUMN_COUNT + 1] = {false};
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        struct nkb_str name = line->fields[i].text;
        struct nkb_table_place cell = cell_at(t, line, line->fields[i].offset);
        char shown[NKB_SHOWN_BYTES];
        order[i] = find_column(name);
        if (order[i] == COLUMN_COUNT)
            return refuse(t, &cell, "no column is called '%s'; the columns are %s",
                          nkb_show(name, shown), all_titles);
        if (had[order[i]])
            return refuse(t, &cell, "'%s' is the %s again; the columns are %s",
                          nkb_show(name, shown), columns[order[i]].title, all_titles);
        had[order[i]] = true;
    }
    return 0;
}

static int start_row(struct table *t, const struct nkb_table_place *cell, struct nkb_value **row)
{
    if (t->rows->as.items.count == MAX_ROWS)
        return refuse(t, cell, "more than %d prompts", MAX_ROWS);
    *row = nkb_value_object(t->arena);
    if (!*row)
        return nkb_err_memory(t->err);
    (*row)->line = cell->line;
    (*row)->column = cell->line > 0;
    for (size_t i = 0; i < COLUMN_COUNT; i++) /* the order of the members, whatever the file's */
        nkb_value_put(t->arena, *row, columns[i].name, nkb_value_new(t->arena, NKB_ABSENT));
    nkb_value_append(t->arena, t->rows, *row);
    return 0;
}

static int read_csv(struct table *t)
{
    size_t order[COLUMN_COUNT] = {0, 1, 2, 3, 4};
    struct nkb_csv_line line = {0};
    size_t at = 0;
    for (bool first = true; nkb_csv_next(t->text, &at, &line); first = false) {
        struct nkb_table_place cell = {.line = line.number};
        struct nkb_value *row = NULL;
        int status = 0;
        size_t semicolon = line.bad_quote || line.count != COLUMN_COUNT
                               ? nkb_csv_semicolon(t->text, &line)
                               : t->text.len;
        if (semicolon < t->text.len) {
            cell = cell_at(t, &line, semicolon);
            return refuse(t, &cell, "';' stands between cells; ',' is expected");
        }
        if (line.bad_quote) {
            cell = cell_at(t, &line, line.bad_offset);
            return refuse(t, &cell, "a quote is not closed before the next comma or line end");
        }
        if (line.count != COLUMN_COUNT)
            return refuse(t, &cell, "%zu column%s; %d are expected: %s", line.count,
                          line.count == 1 ? "" : "s", COLUMN_COUNT, all_titles);
        if (first && is_header(&line)) {
            status = read_header(t, &line, order);
        } else if ((status = start_row(t, &cell, &row)) == 0) {
            for (size_t i = 0; i < COLUMN_COUNT && status == 0; i++) {
                cell = cell_at(t, &line, line.fields[i].offset);
                status = read_cell(t, row, order[i], line.fields[i].text, &cell);
            }
        }
        if (status != 0)
            return status;
    }
    return 0;
}

static int read_member(struct table *t, struct nkb_value *row, size_t column, struct nkb_value *v,
                       const struct nkb_table_place *cell)
{
    const struct column *c = &columns[column];
    if (nkb_value_get(row, c->name)->kind != NKB_ABSENT)
        return refuse(t, cell, "%s is given twice, under two names", c->title);
    if (c->is_whole && v->kind == NKB_INT)
        return keep_number(t, row, column, v, cell);
    double number;
    if (!c->is_whole && nkb_value_number(v, &number))
        return keep_number(t, row, column, nkb_value_float(t->arena, number), cell);
    return refuse(t, cell, "%s is %s; %s is expected", c->title, nkb_kind_name(v->kind),
                  expected(c));
}

/* Keys that name no column (the prompt's text, say) are passed over. */
static int read_element(struct table *t, const struct nkb_value *element, size_t i)
{
    struct nkb_table_place cell = {.element = i};
    struct nkb_value *row = NULL;
    if (element->kind != NKB_OBJECT)
        return refuse(t, &cell, "%s; a mapping is expected", nkb_kind_name(element->kind));
    int status = start_row(t, &cell, &row);
    for (size_t j = 0; j < element->as.items.count && status == 0; j++) {
        cell.key = element->as.items.at[j].key;
        size_t column = find_column(cell.key);
        if (column < COLUMN_COUNT)
            status = read_member(t, row, column, element->as.items.at[j].value, &cell);
    }
    cell.key = NKB_STR_NONE;
    for (size_t j = 0; j < COLUMN_COUNT && status == 0; j++) {
        const struct nkb_value *v = nkb_value_get(row, columns[j].name);
        if (v && v->kind == NKB_ABSENT)
            status = refuse(t, &cell, "no '%s'; a prompt has %s", columns[j].name, all_names);
    }
    return status;
}

static int read_json(struct table *t, struct nkb_str bytes)
{
    static const char key[] = "prompt_performance_data";
    struct nkb_value *root = NULL;
    int status = nkb_json_read(bytes, t->path, t->arena, &root, t->err);
    if (status != 0)
        return status;
    const struct nkb_value *list = root->kind == NKB_ARRAY ? root : nkb_value_get(root, key);
    t->list = root->kind == NKB_ARRAY ? "" : key;
    if (!list)
        return nkb_err_set(t->err, NKB_EINPUT, "%s: no '%s'; a list of prompts is expected there",
                           t->path, key);
    if (list->kind != NKB_ARRAY)
        return nkb_err_set(t->err, NKB_EINPUT, "%s: '%s' is %s; a list of prompts is expected",
                           t->path, key, nkb_kind_name(list->kind));
    for (size_t i = 0; i < list->as.items.count && status == 0; i++)
        status = read_element(t, list->as.items.at[i].value, i);
    return status;
}

static int by_index(const void *a, const void *b)
{
    const struct seen *x = a, *y = b;
    if (x->index != y->index)
        return x->index < y->index ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

/* The first row, in file order, whose index an earlier one has. */
static int check_indices(struct table *t)
{
    size_t count = t->rows->as.items.count;
    struct seen *seen = malloc(count * sizeof *seen);
    if (!seen)
        return nkb_err_memory(t->err);
    for (size_t i = 0; i < count; i++) {
        const struct nkb_value *index = nkb_value_get(t->rows->as.items.at[i].value, "index");
        seen[i] = (struct seen){index->as.integer, i};
    }
    qsort(seen, count, sizeof *seen, by_index);
    const struct seen *again = NULL;
    for (size_t i = 1; i < count; i++)
        if (seen[i].index == seen[i - 1].index && (!again || seen[i].row < again->row))
            again = &seen[i];

    int status = 0;
    if (again) {
        size_t before = (again - 1)->row;
        uint32_t line = t->rows->as.items.at[before].value->line;
        struct nkb_table_place cell = {.line = t->rows->as.items.at[again->row].value->line,
                                       .element = again->row};
        status = refuse(t, &cell, "prompt index %lld is given in %s %zu already; it is given once",
                        (long long)again->index, t->list ? "element" : "line",
                        t->list ? before : (size_t)line);
    }
    free(seen);
    return status;
}

int nkb_prompts_read(struct nkb_str bytes, const char *path, struct nkb_arena *arena,
                     struct nkb_value **out, struct nkb_err *err)
{
    struct table t = {.path = path, .arena = arena, .rows = nkb_value_array(arena), .err = err};
    if (!t.rows)
        return nkb_err_memory(err);
    int status =
        nkb_document_text(bytes, path, "a prompt table", NKB_PROMPTS_MAX_BYTES, &t.text, err);
    if (status != 0)
        return status;

    size_t first = 0;
    while (memchr(" \t\r\n", t.text.ptr[first], 4)) /* there is one that is not blank */
        first++;
    bool is_json = t.text.ptr[first] == '{' || t.text.ptr[first] == '[';
    status = is_json ? read_json(&t, t.text) : read_csv(&t);
    if (status == 0 && nkb_arena_failed(arena))
        status = nkb_err_memory(err);
    if (status == 0 && t.rows->as.items.count == 0)
        status = nkb_err_set(err, NKB_EINPUT, "%s: holds no prompts; one row a prompt is expected",
                             path);
    if (status == 0)
        status = check_indices(&t);
    if (status == 0)
        *out = t.rows;
    return status;
}
