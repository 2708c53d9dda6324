/* A module in XLA's text form: the HloModule line, tables of source positions, computations. What
 * comes out equals what the protobuf reader makes of the same module, but for ids, which are
 * positions here. The text need not stay: everything kept is copied into the arena. */
#include "input/hlotext.h"

#include <stdlib.h>

#include "base/text.h"
#include "input/hlotext_reader.h"

enum {
    CUT_LINE_BYTES = 2048, /* a first line that has not ended after so many may go on */
    MLIR_BYTES = 24,       /* MLIR is told by at most so many */
    KEPT_BYTES = 1024 * 1024,
};

static const struct nkb_str BOM = {"\xef\xbb\xbf", 3};

/* Empty, but what is allocated stays. */
static void reuse(struct nkb_buf *buf)
{
    if (buf->capacity > KEPT_BYTES)
        nkb_buf_free(buf);
    buf->len = 0;
    buf->failed = false;
}

static void skip_bom(struct nkb_hlotext *r)
{
    if (memcmp(r->at, BOM.ptr, BOM.len) == 0)
        r->at += BOM.len;
}

static int reader_open(struct nkb_hlotext *r, const struct nkb_hlotext_input *input,
                       struct nkb_arena *arena, struct nkb_err *err)
{
    r->arena = arena;
    r->err = err;
    r->scope = r->scope_count = r->inline_depth = 0;
    r->list = (struct nkb_hlotext_list){NULL, 0, 0, 0};
    if (r->instruction_names.oldest_scope == 0)
        r->instruction_names = r->computation_names = NKB_NAMES_INIT;
    int rc = nkb_hlotext_open(r, input);
    if (rc == 0)
        skip_bom(r);
    return rc;
}

/* Ready for the next text; of what a large one needed nothing stays. */
static void reader_end(struct nkb_hlotext *r)
{
    enum { STACKS = 7, NAMES = 2 };
    struct nkb_buf *stacks[STACKS] = {&r->ints,         &r->positions, &r->shapes, &r->called,
                                      &r->computations, &r->pending,   &r->window};
    struct nkb_names *names[NAMES] = {&r->instruction_names, &r->computation_names};
    for (size_t i = 0; i < STACKS; i++)
        reuse(stacks[i]);
    for (size_t i = 0; i < NAMES; i++) {
        if (names[i]->capacity > KEPT_BYTES / sizeof *names[i]->slots)
            nkb_names_free(names[i]);
        nkb_names_clear(names[i]);
    }
    nkb_hlo_sources_free(&r->sources);
    nkb_arena_reset(&r->temp);
}

void nkb_hlotext_close(struct nkb_hlotext *r)
{
    reader_end(r);
    nkb_buf_free(&r->ints);
    nkb_buf_free(&r->positions);
    nkb_buf_free(&r->shapes);
    nkb_buf_free(&r->called);
    nkb_buf_free(&r->computations);
    nkb_buf_free(&r->pending);
    nkb_buf_free(&r->window);
    nkb_names_free(&r->instruction_names);
    nkb_names_free(&r->computation_names);
    nkb_hlo_pool_free(&r->pool);
    nkb_hlotext_recall_free(&r->recall);
    nkb_arena_free(&r->temp);
    free(r->few);
    r->few = NULL;
}

/* "#loc3 = …", "!tensor = …"; but no heading of a text, "# Words". */
static bool is_mlir_alias(struct nkb_hlotext *r)
{
    if (!nkb_hlotext_take(r, '#') && !nkb_hlotext_take(r, '!'))
        return false;
    return nkb_hlotext_word(r).len > 0 && nkb_hlotext_take(r, '=');
}

/* What MLIR files begin with. `module {` could also be a computation of that name: then a name and
 * '=' follow. */
static bool looks_like_mlir(struct nkb_hlotext *r)
{
    static const char *const starts[] = {"module @", "module attributes", "builtin.module",
                                         "\"builtin.module\"", "func.func"};
    (void)nkb_hlotext_is_end(r, r->at + MLIR_BYTES);
    struct nkb_str rest = {r->at, (size_t)(r->end - r->at)};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (nkb_str_starts(rest, starts[i]))
            return true;
    if (*r->at == '#' || *r->at == '!')
        return is_mlir_alias(r);
    if (!nkb_str_is(nkb_hlotext_word(r), "module") || !nkb_hlotext_take(r, '{'))
        return false;
    nkb_hlotext_blanks(r);
    bool root = nkb_hlotext_take(r, '%');
    struct nkb_str name = nkb_hlotext_word(r);
    root = !root && nkb_str_is(name, "ROOT");
    return !root && !nkb_hlotext_take(r, '=');
}

bool nkb_hlotext_detect(struct nkb_str text)
{
    char head[NKB_HLOTEXT_HEAD_BYTES + NKB_HLOTEXT_SLACK];
    struct nkb_hlotext r = {.final = true};
    size_t len = text.len < NKB_HLOTEXT_HEAD_BYTES ? text.len : NKB_HLOTEXT_HEAD_BYTES;
    if (len)
        memcpy(head, text.ptr, len);
    memset(head + len, 0, NKB_HLOTEXT_SLACK);
    r.at = r.counted = head;
    r.end = head + len;
    skip_bom(&r);
    nkb_hlotext_blanks(&r);
    const char *from = r.at, *newline = memchr(from, '\n', (size_t)(r.end - from));
    struct nkb_str line = {from, (size_t)((newline ? newline : r.end) - from)};

    /* A protobuf of a module whose name reads like our first line has a tag byte right behind it.
     */
    for (size_t i = 0; i < line.len; i++)
        if ((unsigned char)line.ptr[i] < 0x20 && line.ptr[i] != '\t' && line.ptr[i] != '\r')
            return false;
    if (line.len == 0)
        return false;
    if (looks_like_mlir(&r)) /* refused with a word on it, rather than as bad protobuf */
        return true;

    r.at = from;
    struct nkb_str word = nkb_hlotext_word(&r);
    if (nkb_str_is(word, "HloModule"))
        return r.at == r.end || *r.at == ' ' || *r.at == '\t' || *r.at == '\r' || *r.at == '\n';
    r.end = from + line.len; /* else this line opens a computation */
    memset(head + (r.end - head), 0, NKB_HLOTEXT_SLACK);
    if (nkb_str_is(word, "ENTRY"))
        nkb_hlotext_blanks(&r);
    if (word.len == 0 || nkb_str_is(word, "ENTRY")) {
        if (*r.at == '%')
            r.at++;
        word = nkb_hlotext_word(&r);
    }
    nkb_hlotext_blanks(&r);
    if (word.len == 0)
        return false;
    if (nkb_hlotext_peek(&r) == '{')
        return true;
    if (nkb_hlotext_peek(&r) != '(')
        return false;
    if (nkb_hlotext_skip_brackets(&r) < 0) /* parameters by the hundred do not end in these bytes */
        return !newline && line.len >= CUT_LINE_BYTES;
    return nkb_hlotext_take(&r, '-') && nkb_hlotext_peek(&r) == '>';
}

/* Attributes of the module or behind a computation's end; none of them concerns us. */
static int skip_attributes(struct nkb_hlotext *r, void *unused)
{
    (void)unused;
    int rc = 0;
    while (rc == 0 && nkb_hlotext_take(r, ',')) {
        nkb_hlotext_blanks(r);
        if (nkb_hlotext_word(r).len == 0)
            return nkb_hlotext_expected(r, "an attribute behind ','");
        if ((rc = nkb_hlotext_want(r, '=', "'=' behind the name of an attribute")) == 0)
            rc = nkb_hlotext_skip_value(r);
    }
    return rc;
}

static int read_header(struct nkb_hlotext *r, void *data)
{
    struct nkb_hlo *out = data;
    nkb_hlotext_blanks(r);
    const char *from = r->at;
    if (looks_like_mlir(r)) {
        r->at = from;
        return nkb_hlotext_fail(r, nkb_hlotext_line(r, from),
                                "MLIR text, not HLO; convert it to HLO text or protobuf first");
    }
    r->at = from;
    if (!nkb_str_is(nkb_hlotext_word(r), "HloModule")) {
        r->at = from;
        return 0;
    }
    while (*r->at == ' ' || *r->at == '\t')
        r->at++;
    from = r->at; /* an old printer takes any name, so no word here */
    while (!nkb_hlotext_at_end(r) && !memchr(" \t\r\n,", *r->at, 5))
        r->at++;
    if (r->at == from)
        return nkb_hlotext_expected(r, "the name of the module");
    out->name = nkb_arena_copy(r->arena, (struct nkb_str){from, (size_t)(r->at - from)});
    return skip_attributes(r, NULL);
}

/* What stands before a computation's instructions, up to their brace; or a table's name, or the
 * text's end. */
struct opening {
    bool has_entry; /* one was read before */
    struct nkb_str name;
    uint64_t line;
    bool is_entry, is_end;
    enum nkb_hlotext_table table;
};

static int read_parameters(struct nkb_hlotext *r)
{
    int rc;
    if ((rc = nkb_hlotext_skip_brackets(r)) < 0 ||
        (rc = nkb_hlotext_want(r, '-', "'->' behind a computation's parameters")) < 0)
        return rc;
    if (nkb_hlotext_peek(r) != '>')
        return nkb_hlotext_expected(r, "'->' behind a computation's parameters");
    r->at++;
    return nkb_hlotext_skip_shape(r);
}

static int read_opening(struct nkb_hlotext *r, void *data)
{
    struct opening *opening = data;
    char shown[NKB_SHOWN_BYTES];
    struct nkb_str name;
    opening->table = NKB_HLOTEXT_NO_TABLE;
    nkb_hlotext_blanks(r);
    opening->is_end = nkb_hlotext_at_end(r);
    if (opening->is_end)
        return 0;
    int rc = nkb_hlotext_name(r, "'HloModule' or a computation", &name);
    opening->is_entry = rc == 0 && nkb_str_is(name, "ENTRY");
    if (opening->is_entry)
        rc = nkb_hlotext_name(r, "the name of the entry computation", &name);
    if (rc < 0)
        return rc;
    opening->line = nkb_hlotext_line(r, name.ptr);
    if (nkb_str_is(name, "HloModule"))
        return nkb_hlotext_fail(r, opening->line, "a second HloModule; a file holds one");
    if (!opening->is_entry)
        opening->table = nkb_hlotext_table_find(r, name);
    if (opening->table != NKB_HLOTEXT_NO_TABLE)
        return 0;

    if (opening->is_entry && opening->has_entry)
        return nkb_hlotext_fail(r, opening->line, "'%s' is a second ENTRY; one is right",
                                nkb_show(name, shown));
    nkb_hlotext_blanks(r);
    if ((nkb_hlotext_peek(r) == '(' && (rc = read_parameters(r)) < 0) ||
        (rc = nkb_hlotext_want(r, '{', "'{' of a computation")) < 0)
        return rc;
    opening->name = nkb_arena_copy(r->arena, name);
    return opening->name.ptr ? 0 : nkb_err_memory(r->err);
}

static int read_computation(struct nkb_hlotext *r, const struct opening *opening,
                            struct nkb_hlo *out)
{
    struct nkb_str name = opening->name;
    uint32_t position;
    int rc = nkb_hlotext_body(r, name, opening->line, &position);
    if (rc < 0)
        return rc;
    int added =
        nkb_names_add(&r->computation_names, nkb_hlotext_computations_named(r), 1, name, position);
    if (added < 0)
        return nkb_err_memory(r->err);
    if (added == 0) {
        char shown[NKB_SHOWN_BYTES];
        return nkb_hlotext_fail(r, opening->line,
                                "computation '%s' is defined twice; names are unique",
                                nkb_show(name, shown));
    }
    if (opening->is_entry)
        out->entry = position;
    return nkb_hlotext_whole(r, skip_attributes, NULL);
}

static int read_module(struct nkb_hlotext *r, struct nkb_hlo *out)
{
    int rc = nkb_hlotext_whole(r, read_header, out);
    while (rc == 0) {
        struct opening opening = {.has_entry = out->entry != NKB_HLO_NONE};
        rc = nkb_hlotext_whole(r, read_opening, &opening);
        if (rc < 0 || opening.is_end)
            break;
        rc = opening.table != NKB_HLOTEXT_NO_TABLE ? nkb_hlotext_table(r, opening.table)
                                                   : read_computation(r, &opening, out);
    }
    if (rc < 0)
        return rc;
    if (r->computations.len == 0)
        return nkb_hlotext_fail(r, nkb_hlotext_line(r, r->end),
                                "the module holds no computation; one at least is expected");
    return nkb_hlotext_called_resolve(r);
}

int nkb_hlotext_read_with(struct nkb_hlotext *reader, const struct nkb_hlotext_input *input,
                          struct nkb_arena *arena, struct nkb_hlo *out, struct nkb_err *err)
{
    reader->temp.limit_bytes = arena->limit_bytes;
    nkb_hlo_pool_open(&reader->pool, arena);
    nkb_hlotext_recall_open(&reader->recall);
    *out = (struct nkb_hlo){.form = NKB_FORM_TEXT, .entry = NKB_HLO_NONE};
    int rc = reader_open(reader, input, arena, err);
    if (rc == 0)
        rc = read_module(reader, out);
    if (rc < 0)
        goto out;

    size_t size = reader->computations.len;
    out->size_bytes = reader->read_bytes;
    out->computation_count = (uint32_t)(size / sizeof *out->computations);
    out->computations = nkb_arena_alloc(arena, size);
    if (!out->computations || nkb_arena_failed(arena)) {
        rc = nkb_err_memory(err);
        goto out;
    }
    memcpy(out->computations, reader->computations.data, size);
    for (uint32_t i = 0; i < out->computation_count; i++)
        out->instruction_count += out->computations[i].instruction_count;
    if (out->entry == NKB_HLO_NONE) /* XLA's rule: the last one */
        out->entry = out->computation_count - 1;
    out->entry_id = out->entry;
    if (!nkb_hlo_sources_finish(&reader->sources, arena, out))
        rc = nkb_err_memory(err);
out:
    reader_end(reader);
    return rc;
}

int nkb_hlotext_read(struct nkb_str text, struct nkb_arena *arena, struct nkb_hlo *out,
                     struct nkb_err *err)
{
    const struct nkb_hlotext_input input = {.fd = -1, .bytes = text};
    struct nkb_hlotext reader = {0};
    int code = nkb_hlotext_read_with(&reader, &input, arena, out, err);
    nkb_hlotext_close(&reader);
    return code;
}
