/* Tables of runs: one row a run, columns by the names of the header. A cell is a whole number, a
 * number, true or false, or text; an empty one is absent and says where. CSV, TSV and JSON give the
 * same rows, and every row has every column. Nothing is made of a cell but what stands in it. */
#include "input/document.h"

#include <stdlib.h>

#include "base/num.h"
#include "base/text.h"
#include "input/csv.h"
#include "input/matrix_cell.h"
#include "input/matrix_name.h"
#include "input/table_place.h"

enum {
    MAX_ROWS = 100000,
    MAX_COLUMNS = NKB_CSV_MAX_FIELDS,
    MAX_CELLS = 500000, /* each takes some 200 bytes of the tree */
};

struct column {
    struct nkb_str name; /* as rules write it */
    const char *unit;    /* by its name; NULL */
};

struct matrix {
    struct nkb_str text;
    const char *path;
    const char *list; /* "runs" or "" in JSON; NULL: lines */
    struct nkb_arena *arena;
    struct nkb_value *rows;
    struct column columns[MAX_COLUMNS];
    size_t column_count, cell_count;
    struct nkb_value *names; /* of JSON: name -> position */
    struct nkb_err *err;
};

#define refuse(m, place, ...) nkb_table_refuse((m)->path, (m)->list, place, (m)->err, __VA_ARGS__)

/* Which column a title names; a new one goes behind the last. */
static int find_column(struct matrix *m, struct nkb_str title, const struct nkb_table_place *place,
                       size_t *position, bool *is_new)
{
    char name[NKB_NAME_BYTES], shown[NKB_SHOWN_BYTES];
    size_t len = nkb_name_write(title, name);
    if (len == 0)
        return refuse(m, place,
                      "a column is called \"%s\"; a name of letters and digits is expected",
                      nkb_show(title, shown));
    if (len == NKB_NAME_BYTES)
        return refuse(m, place, "a column's name has more than %d letters", NKB_NAME_BYTES - 1);
    const struct nkb_value *known = nkb_value_get(m->names, name);
    *is_new = !known;
    *position = known ? (size_t)known->as.integer : m->column_count;
    if (known)
        return 0;
    if (m->column_count == MAX_COLUMNS)
        return refuse(m, place, "more than %d columns", MAX_COLUMNS);
    struct nkb_value *number = nkb_value_int(m->arena, (int64_t)m->column_count);
    struct nkb_str kept = nkb_arena_copy(m->arena, (struct nkb_str){name, len});
    if (!number || !kept.ptr)
        return nkb_err_memory(m->err);
    nkb_value_set(m->arena, m->names, kept, number);
    m->columns[m->column_count++] = (struct column){kept, nkb_name_unit(name)};
    return 0;
}

static struct nkb_value *absent(const struct matrix *m, const char *why)
{
    struct nkb_value *v = nkb_value_new(m->arena, NKB_ABSENT);
    nkb_value_annotate(m->arena, v, NULL, NULL, why);
    return v;
}

/* ---- rows ---- */

static int start_row(struct matrix *m, const struct nkb_table_place *place, struct nkb_value **row)
{
    if (m->rows->as.items.count == MAX_ROWS)
        return refuse(m, place, "more than %d rows", MAX_ROWS);
    *row = nkb_value_object(m->arena);
    if (!*row)
        return nkb_err_memory(m->err);
    (*row)->line = place->line;
    (*row)->column = place->line > 0;
    nkb_value_append(m->arena, m->rows, *row);
    return 0;
}

static int put_cell(struct matrix *m, struct nkb_value *row, size_t column, struct nkb_value *v,
                    const struct nkb_table_place *place)
{
    const struct column *c = &m->columns[column];
    if (!v)
        return nkb_err_memory(m->err);
    if (++m->cell_count > MAX_CELLS)
        return refuse(m, place, "more than %d cells", MAX_CELLS);
    if (v->kind != NKB_ABSENT) {
        const char *name = c->name.ptr;
        const char *field =
            m->list ? nkb_arena_printf(m->arena, "%s[%zu].%s", m->list, place->element, name)
                    : nkb_arena_printf(m->arena, "line %u, %s", place->line, name);
        const char *source = field ? nkb_arena_printf(m->arena, "%s: %s", m->path, field) : NULL;
        bool is_number = v->kind == NKB_INT || v->kind == NKB_FLOAT;
        nkb_value_annotate(m->arena, v, is_number ? c->unit : NULL, source, NULL);
        nkb_value_locate(m->arena, v, m->path, field);
    }
    v->line = place->line;
    v->column = place->column;
    nkb_value_set(m->arena, row, c->name, v);
    return 0;
}

/* Where in a line its fields begin, from one to the next: a line is walked once. */
struct walk {
    size_t offset; /* in the whole text */
    uint32_t column;
};

static struct walk walk_start(const struct nkb_csv_line *line)
{
    return (struct walk){line->begin, 1};
}

static struct nkb_table_place place_of(const struct matrix *m, const struct nkb_csv_line *line,
                                       size_t offset, struct walk *walk)
{
    struct nkb_str from = {m->text.ptr + walk->offset, m->text.len - walk->offset};
    uint32_t first, column;
    nkb_document_place(from, offset - walk->offset, &first, &column);
    *walk = (struct walk){offset, walk->column + column - 1};
    return (struct nkb_table_place){.line = line->number, .column = walk->column};
}

static int read_header(struct matrix *m, const struct nkb_csv_line *line)
{
    struct walk walk = walk_start(line);
    for (size_t i = 0; i < line->count && i < MAX_COLUMNS; i++) {
        struct nkb_str title = line->fields[i].text;
        struct nkb_table_place place = place_of(m, line, line->fields[i].offset, &walk);
        char shown[NKB_SHOWN_BYTES];
        size_t position = 0;
        bool is_new = false;
        double number;
        if (title.len > 0 && nkb_parse_double(title, true, &number))
            return refuse(m, &place,
                          "\"%s\" stands where a column's name is expected; the first line "
                          "names the columns",
                          nkb_show(title, shown));
        int code = find_column(m, title, &place, &position, &is_new);
        if (code != 0)
            return code;
        if (!is_new)
            return refuse(m, &place, "'%s' is column '%s' again; a column is named once",
                          nkb_show(title, shown), m->columns[position].name.ptr);
    }
    struct nkb_table_place place = {.line = line->number};
    return line->count > MAX_COLUMNS ? refuse(m, &place, "more than %d columns", MAX_COLUMNS) : 0;
}

static int read_line(struct matrix *m, const struct nkb_csv_line *line)
{
    struct nkb_table_place place = {.line = line->number};
    struct nkb_value *row = NULL;
    struct walk walk = walk_start(line);
    bool empty = true;

    if (line->count != m->column_count)
        return refuse(m, &place, "%zu cell%s; the header names %zu columns", line->count,
                      line->count == 1 ? "" : "s", m->column_count);
    int code = start_row(m, &place, &row);
    for (size_t i = 0; i < line->count && code == 0; i++) {
        struct nkb_str text = line->fields[i].text;
        place = place_of(m, line, line->fields[i].offset, &walk);
        empty = empty && text.len == 0;
        struct nkb_cell cell = {text, m->path, place.line, place.column};
        struct nkb_value *v = NULL;
        code = nkb_cell_read(&cell, m->arena, &v, m->err);
        if (code == 0)
            code = put_cell(m, row, i, v, &place);
    }
    place.column = 0;
    if (code == 0 && empty)
        code = refuse(m, &place, "every cell is empty; a row is a run");
    return code;
}

/* The header decides: tabs, else commas. */
static char separator_of(struct nkb_str text)
{
    size_t i = 0;
    while (i < text.len && memchr(" \t\r\n", text.ptr[i], 4))
        i++;
    for (; i < text.len && text.ptr[i] != '\n' && text.ptr[i] != '\r'; i++)
        if (text.ptr[i] == '\t')
            return '\t';
    return ',';
}

static int read_lines(struct matrix *m)
{
    struct nkb_csv_line line = {.separator = separator_of(m->text)};
    size_t at = 0;
    int code = 0;
    for (bool first = true; code == 0 && nkb_csv_next(m->text, &at, &line); first = false) {
        bool is_odd = line.bad_quote || first; /* a header "a;b" would be one title */
        size_t semicolon = is_odd ? nkb_csv_semicolon(m->text, &line) : m->text.len;
        bool has_one = semicolon < m->text.len;
        if (has_one || line.bad_quote) {
            struct walk walk = walk_start(&line);
            struct nkb_table_place place =
                place_of(m, &line, has_one ? semicolon : line.bad_offset, &walk);
            if (has_one)
                return refuse(m, &place, "';' stands between cells; ',' or a tab is expected");
            return refuse(m, &place, "a quote is not closed before the next %s or line end",
                          line.separator == '\t' ? "tab" : "comma");
        }
        code = first ? read_header(m, &line) : read_line(m, &line);
    }
    return code;
}

static int read_element(struct matrix *m, const struct nkb_value *element, size_t i)
{
    struct nkb_table_place place = {.element = i};
    struct nkb_value *row = NULL;
    if (element->kind != NKB_OBJECT)
        return refuse(m, &place, "%s; a mapping is expected", nkb_kind_name(element->kind));
    int code = start_row(m, &place, &row);
    for (size_t j = 0; j < element->as.items.count && code == 0; j++) {
        struct nkb_value *v = element->as.items.at[j].value;
        size_t position = 0;
        bool is_new = false;
        place.key = element->as.items.at[j].key;
        code = find_column(m, place.key, &place, &position, &is_new);
        if (code == 0 && nkb_value_find(row, m->columns[position].name))
            code = refuse(m, &place, "column '%s' again; a column is named once",
                          m->columns[position].name.ptr);
        if (code == 0 && v->kind == NKB_NULL)
            v = absent(m, nkb_arena_printf(m->arena, "%s: '%s[%zu].%s' is null", m->path, m->list,
                                           i, m->columns[position].name.ptr));
        if (code == 0)
            code = put_cell(m, row, position, v, &place);
    }
    return code;
}

/* Every row has every column, in one order. */
static int fill_rows(struct matrix *m)
{
    size_t count = m->rows->as.items.count;
    struct nkb_table_place place = {.element = count};
    if (count > 0 && m->column_count > MAX_CELLS / count)
        return refuse(m, &place, "more than %d cells", MAX_CELLS);
    for (size_t i = 0; i < count; i++) {
        struct nkb_value *row = nkb_value_object(m->arena);
        const struct nkb_value *old = m->rows->as.items.at[i].value;
        for (size_t j = 0; j < m->column_count; j++) {
            struct nkb_value *v = nkb_value_find(old, m->columns[j].name);
            if (!v)
                v = absent(m, nkb_arena_printf(m->arena, "%s: '%s[%zu]' has no '%s'", m->path,
                                               m->list, i, m->columns[j].name.ptr));
            nkb_value_set(m->arena, row, m->columns[j].name, v);
        }
        if (!row)
            return nkb_err_memory(m->err);
        m->rows->as.items.at[i].value = row;
    }
    return 0;
}

static int read_json(struct matrix *m)
{
    struct nkb_value *root = NULL;
    int code = nkb_json_read(m->text, m->path, m->arena, &root, m->err);
    if (code != 0)
        return code;
    const struct nkb_value *list = root->kind == NKB_ARRAY ? root : nkb_value_get(root, "runs");
    m->list = root->kind == NKB_ARRAY ? "" : "runs";
    if (!list)
        return nkb_err_set(m->err, NKB_EINPUT, "%s: no 'runs'; a list of runs is expected there",
                           m->path);
    if (list->kind != NKB_ARRAY)
        return nkb_err_set(m->err, NKB_EINPUT, "%s: 'runs' is %s; a list of runs is expected",
                           m->path, nkb_kind_name(list->kind));
    for (size_t i = 0; i < list->as.items.count && code == 0; i++)
        code = read_element(m, list->as.items.at[i].value, i);
    return code == 0 ? fill_rows(m) : code;
}

int nkb_matrix_read(struct nkb_str bytes, const char *path, struct nkb_arena *arena,
                    struct nkb_value **out, struct nkb_err *err)
{
    struct matrix m = {.path = path, .arena = arena, .err = err};
    m.rows = nkb_value_array(arena);
    m.names = nkb_value_object(arena);
    if (!m.rows || !m.names)
        return nkb_err_memory(err);
    int code =
        nkb_document_text(bytes, path, "a table of runs", NKB_MATRIX_MAX_BYTES, &m.text, err);
    if (code != 0)
        return code;

    size_t first = 0;
    while (memchr(" \t\r\n", m.text.ptr[first], 4)) /* there is one that is not blank */
        first++;
    bool is_json = m.text.ptr[first] == '{' || m.text.ptr[first] == '[';
    code = is_json ? read_json(&m) : read_lines(&m);
    if (code == 0 && nkb_arena_failed(arena))
        code = nkb_err_memory(err);
    if (code == 0 && m.rows->as.items.count == 0)
        code = nkb_err_set(err, NKB_EINPUT,
                           "%s: holds no runs; a header and one row a run are expected", path);
    if (code == 0)
        *out = m.rows;
    return code;
}
