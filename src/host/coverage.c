/* Line coverage. What can run is read off the compiled chunk as lua_dump writes it, for Lua tells
 * the lines of a function only once it has been made: a function that nothing called would not be
 * missed. The `end` that closes a function is left out: its return is there even where nothing
 * reaches it. */
#include "host/coverage.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "host/rule.h"
#include "host/state.h"

enum { MAX_LINES = 1 << 20, MAX_FILES = 10000, MAX_NESTING = 250 };

struct file {
    const char *path;
    const void *source;   /* Lua's own text, of the state that ran last: the same one, most times */
    unsigned char *lines; /* by number: CAN_RUN, HAS_RUN */
    size_t line_count;
};
enum { CAN_RUN = 1, HAS_RUN = 2 };

struct nkb_coverage {
    struct nkb_arena arena;
    const char *directory;
    struct file *files;
    size_t count, capacity;
    struct file *last;
};

struct nkb_coverage *nkb_coverage_new(void)
{
    struct nkb_coverage *coverage = calloc(1, sizeof *coverage);
    if (coverage)
        coverage->arena = NKB_ARENA_INIT;
    return coverage;
}

void nkb_coverage_free(struct nkb_coverage *coverage)
{
    if (!coverage)
        return;
    nkb_arena_free(&coverage->arena);
    free(coverage);
}

int nkb_coverage_of(struct nkb_coverage *coverage, const char *directory, struct nkb_err *err)
{
    coverage->directory = nkb_arena_string(&coverage->arena, directory);
    return coverage->directory ? 0 : nkb_err_memory(err);
}

void nkb_host_cover(struct nkb_host *host, struct nkb_coverage *coverage)
{
    host->state->coverage = coverage;
}

/* ---- what can run: Lua 5.4's dump of a function ---- */

struct dump {
    const unsigned char *at, *end;
    struct file *file;
    struct nkb_arena *arena;
    bool broken; /* not the form we know: then nothing is said of the file */
};

static const unsigned char *take(struct dump *dump, size_t size)
{
    const unsigned char *at = dump->at;
    if (dump->broken || size > (size_t)(dump->end - at)) {
        dump->broken = true;
        return NULL;
    }
    dump->at += size;
    return at;
}

static unsigned take_byte(struct dump *dump)
{
    const unsigned char *byte = take(dump, 1);
    return byte ? *byte : 0;
}

/* Seven bits a byte, the high ones first; the last byte is marked. */
static size_t take_size(struct dump *dump)
{
    size_t x = 0;
    for (int i = 0; i < 10; i++) {
        unsigned byte = take_byte(dump);
        x = (x << 7) | (byte & 0x7f);
        if (byte & 0x80 || dump->broken)
            return x;
    }
    dump->broken = true;
    return 0;
}

static void take_array(struct dump *dump, size_t count, size_t size)
{
    if (size && count > (size_t)(dump->end - dump->at) / size)
        dump->broken = true;
    else
        take(dump, count * size);
}

static void skip_string(struct dump *dump)
{
    size_t size = take_size(dump);
    if (size)
        take_array(dump, size - 1, 1);
}

static void skip_constants(struct dump *dump)
{
    enum { FLOAT = 0x13, INTEGER = 0x03, SHORT = 0x04, LONG = 0x14 };
    for (size_t n = take_size(dump); n > 0 && !dump->broken; n--)
        switch (take_byte(dump)) {
        case FLOAT:
            take(dump, sizeof(lua_Number));
            break;
        case INTEGER:
            take(dump, sizeof(lua_Integer));
            break;
        case SHORT:
        case LONG:
            skip_string(dump);
            break;
        default: /* nil, false, true */
            break;
        }
}

static void mark(struct dump *dump, long line)
{
    struct file *file = dump->file;
    if (line < 1 || line >= MAX_LINES)
        return;
    if ((size_t)line >= file->line_count) {
        size_t wanted = (size_t)line + 64;
        unsigned char *grown =
            nkb_arena_grow(dump->arena, file->lines, file->line_count, wanted, 1);
        if (!grown)
            return;
        file->lines = grown;
        file->line_count = wanted;
    }
    file->lines[line] |= CAN_RUN;
}

/* Lines of instructions: steps from the one before, or, marked, from a table beside. */
static void mark_lines(struct dump *dump, long first, size_t code_count, bool vararg)
{
    enum { FROM_TABLE = 0x80 };
    size_t count = take_size(dump);
    const unsigned char *steps = take(dump, count);
    size_t entries = take_size(dump);
    long line = first;

    for (size_t i = 0; i < count && steps && !dump->broken; i++) {
        if (steps[i] == FROM_TABLE) {
            take_size(dump);
            line = (long)take_size(dump);
            if (entries-- == 0)
                dump->broken = true;
        } else {
            line += (signed char)steps[i];
        }
        /* not what opens a function of many arguments, nor the return that closes any */
        if (!(vararg && i == 0) && i + 1 < code_count)
            mark(dump, line);
    }
    for (; entries > 0 && !dump->broken; entries--) {
        take_size(dump);
        take_size(dump);
    }
}

static void read_function(struct dump *dump, int depth)
{
    if (depth > MAX_NESTING) {
        dump->broken = true;
        return;
    }
    skip_string(dump);
    long first = (long)take_size(dump);
    take_size(dump);
    take_byte(dump);
    bool vararg = take_byte(dump) != 0;
    take_byte(dump);
    size_t code_count = take_size(dump);
    take_array(dump, code_count, 4);
    skip_constants(dump);
    take_array(dump, take_size(dump), 3); /* upvalues */
    for (size_t n = take_size(dump); n > 0 && !dump->broken; n--)
        read_function(dump, depth + 1);
    mark_lines(dump, first, code_count, vararg);
    for (size_t n = take_size(dump); n > 0 && !dump->broken; n--) { /* local variables */
        skip_string(dump);
        take_size(dump);
        take_size(dump);
    }
    for (size_t n = take_size(dump); n > 0 && !dump->broken; n--) /* names of upvalues */
        skip_string(dump);
}

static int keep(lua_State *L, const void *piece, size_t size, void *context)
{
    (void)L;
    nkb_buf_append(context, piece, size);
    return 0;
}

static void read_lines(lua_State *L, struct nkb_coverage *coverage, struct file *file)
{
    enum { HEADER_BYTES = 4 + 1 + 1 + 6 + 3 + sizeof(lua_Integer) + sizeof(lua_Number) + 1 };
    struct nkb_buf text = NKB_BUF_INIT;

    lua_dump(L, keep, &text, 0);
    struct dump dump = {(const unsigned char *)text.data,
                        (const unsigned char *)text.data + text.len, file, &coverage->arena,
                        text.failed};
    take(&dump, HEADER_BYTES);
    read_function(&dump, 0);
    if (dump.broken && file->lines)
        memset(file->lines, 0, file->line_count);
    nkb_buf_free(&text);
}

/* ---- what has run ---- */

static bool is_below(const char *path, const char *directory)
{
    size_t len = strlen(directory);
    if (strcmp(directory, ".") == 0)
        return path[0] != '/';
    return strncmp(path, directory, len) == 0 && (path[len] == '/' || directory[len - 1] == '/');
}

static struct file *find(struct nkb_coverage *coverage, const char *path)
{
    for (size_t i = 0; i < coverage->count; i++)
        if (strcmp(coverage->files[i].path, path) == 0)
            return &coverage->files[i];
    return NULL;
}

void nkb_coverage_add(lua_State *L, struct nkb_coverage *coverage, const char *chunk)
{
    const char *path = chunk + 1;
    coverage->last = NULL; /* its text may be of a state that is gone */
    if (!coverage->directory || chunk[0] != '@' || strncmp(path, "builtin:", 8) == 0 ||
        nkb_str_ends(nkb_str_from(path), "_test.lua") || !is_below(path, coverage->directory) ||
        coverage->count == MAX_FILES || find(coverage, path))
        return;
    if (coverage->count == coverage->capacity) {
        size_t wanted = coverage->capacity ? coverage->capacity * 2 : 16;
        struct file *grown = nkb_arena_grow(&coverage->arena, coverage->files, coverage->count,
                                            wanted, sizeof *grown);
        if (!grown)
            return;
        coverage->files = grown;
        coverage->capacity = wanted;
    }
    struct file *file = &coverage->files[coverage->count];
    *file = (struct file){nkb_arena_string(&coverage->arena, path), NULL, NULL, 0};
    if (!file->path)
        return;
    coverage->count++;
    read_lines(L, coverage, file);
}

void nkb_coverage_line(lua_State *L, struct nkb_coverage *coverage, lua_Debug *ar)
{
    lua_getinfo(L, "S", ar);
    struct file *file = coverage->last;
    if (!file || file->source != ar->source) {
        if (ar->source[0] != '@')
            return;
        file = find(coverage, ar->source + 1);
        if (!file)
            return;
        file->source = ar->source;
        coverage->last = file;
    }
    if (ar->currentline > 0 && (size_t)ar->currentline < file->line_count)
        file->lines[ar->currentline] |= HAS_RUN;
}

struct place { /* of a file in the order of paths */
    const struct file *file;
};

static int compare_places(const void *a, const void *b)
{
    return strcmp(((const struct place *)a)->file->path, ((const struct place *)b)->file->path);
}

struct nkb_value *nkb_coverage_value(const struct nkb_coverage *coverage, struct nkb_arena *arena)
{
    struct nkb_value *list = nkb_value_array(arena);
    struct place *sorted = nkb_arena_array(arena, coverage->count + 1, sizeof *sorted);

    for (size_t i = 0; sorted && i < coverage->count; i++)
        sorted[i].file = &coverage->files[i];
    if (sorted)
        qsort(sorted, coverage->count, sizeof *sorted, compare_places);
    for (size_t i = 0; sorted && i < coverage->count; i++) {
        const struct file *file = sorted[i].file;
        struct nkb_value *entry = nkb_value_object(arena);
        struct nkb_value *missing = nkb_value_array(arena);
        int64_t lines = 0, run = 0;
        for (size_t line = 0; line < file->line_count; line++) {
            if (!(file->lines[line] & CAN_RUN))
                continue;
            lines++;
            if (file->lines[line] & HAS_RUN)
                run++;
            else
                nkb_value_append(arena, missing, nkb_value_int(arena, (int64_t)line));
        }
        nkb_metric_text(arena, entry, "path", file->path, NULL);
        nkb_metric_int(arena, entry, "lines", lines, NULL, NULL);
        nkb_metric_int(arena, entry, "run", run, NULL, NULL);
        nkb_value_put(arena, entry, "missing", missing);
        nkb_value_append(arena, list, entry);
    }
    return nkb_arena_failed(arena) || nkb_arena_failed(&coverage->arena) ? NULL : list;
}
