/* Where instructions come from, in HLO text: `metadata={…}` and the module's tables of source
 * positions. Keys nobody here wants are skipped with their values, as are those whose value is no
 * number or string. */
#include "input/hlotext_reader.h"

static const char *const table_names[NKB_HLOTEXT_NO_TABLE] = {
    "FileNames", "FunctionNames", "FileLocations", "StackFrames"}; /* in the order of the enum */

/* A key that is wanted, for its number or its text. */
struct key {
    struct nkb_str name;
    int32_t *number;
    struct nkb_str *text;
};

/* A value that is no number or text is skipped. Of a number stay the 32 bits that protobuf keeps.
 */
static int read_value(struct nkb_hlotext *r, const struct key *key)
{
    char c = nkb_hlotext_peek(r);
    if (key->text && c == '"')
        return nkb_hlotext_string(r, key->text);
    if (!key->number || (c != '-' && !nkb_hlotext_is(c, NKB_HLOTEXT_IS_DIGIT)))
        return nkb_hlotext_skip_value(r);
    int64_t wide;
    int rc = nkb_hlotext_int(r, "a number", &wide);
    if (rc == 0)
        *key->number = (int32_t)(uint32_t)(uint64_t)wide;
    return rc;
}

/* `{key=value key=value}` */
static int read_pairs(struct nkb_hlotext *r, const char *what, const struct key *keys, size_t count)
{
    int rc = nkb_hlotext_want(r, '{', what);
    while (rc == 0 && !nkb_hlotext_take(r, '}')) {
        if (*r->at == ',') {
            r->at++;
            continue;
        }
        struct nkb_str name = nkb_hlotext_word(r);
        if (name.len == 0)
            return nkb_hlotext_expected(r, "'}' or a key of metadata");
        if ((rc = nkb_hlotext_want(r, '=', "'=' in metadata")) < 0)
            return rc;
        nkb_hlotext_blanks(r);
        size_t i = 0;
        while (i < count && !nkb_str_equal(name, keys[i].name))
            i++;
        rc = i < count ? read_value(r, &keys[i]) : nkb_hlotext_skip_value(r);
    }
    return rc;
}

int nkb_hlotext_metadata(struct nkb_hlotext *r, struct nkb_hlo_instruction *made)
{
    enum { KEYS = 4 };
    struct nkb_str file = NKB_STR_LITERAL("");
    uint32_t number = 0;
    int32_t line = 0, frame = 0;
    const struct key keys[KEYS] = {
        {NKB_STR_LITERAL("op_name"), NULL, &made->op_name},
        {NKB_STR_LITERAL("source_file"), NULL, &file},
        {NKB_STR_LITERAL("source_line"), &line, NULL},
        {NKB_STR_LITERAL("stack_frame_id"), &frame, NULL},
    };
    int rc = read_pairs(r, "'{' before metadata", keys, KEYS);
    if (rc == 0 && (!nkb_hlo_pool_text(&r->pool, made->op_name, &made->op_name) ||
                    (file.len && !nkb_hlo_sources_file(&r->sources, r->arena, file, &number)) ||
                    !nkb_hlo_sources_find(&r->sources, number, line, frame, &made->source)))
        rc = nkb_err_memory(r->err);
    return rc;
}

enum nkb_hlotext_table nkb_hlotext_table_find(struct nkb_hlotext *r, struct nkb_str name)
{
    int i = 0;
    while (i < NKB_HLOTEXT_NO_TABLE && !nkb_str_is(name, table_names[i]))
        i++;
    if (i == NKB_HLOTEXT_NO_TABLE)
        return NKB_HLOTEXT_NO_TABLE;
    nkb_hlotext_blanks(r); /* else it is a computation's name */
    char c = nkb_hlotext_peek(r);
    return c != '{' && c != '(' ? (enum nkb_hlotext_table)i : NKB_HLOTEXT_NO_TABLE;
}

static int read_location(struct nkb_hlotext *r)
{
    struct nkb_hlo_location at = {0, 0};
    const struct key keys[] = {{NKB_STR_LITERAL("file_name_id"), &at.file_name_id, NULL},
                               {NKB_STR_LITERAL("line"), &at.line, NULL}};
    int rc = read_pairs(r, "'{' of a file location", keys, sizeof keys / sizeof *keys);
    if (rc == 0 && !nkb_hlo_sources_add_location(&r->sources, at))
        rc = nkb_err_memory(r->err);
    return rc;
}

static int read_frame(struct nkb_hlotext *r)
{
    struct nkb_hlo_frame frame = {0};
    const struct key key = {NKB_STR_LITERAL("file_location_id"), &frame.file_location_id, NULL};
    int rc = read_pairs(r, "'{' of a stack frame", &key, 1);
    if (rc == 0 && !nkb_hlo_sources_add_frame(&r->sources, frame))
        rc = nkb_err_memory(r->err);
    return rc;
}

static int read_file_name(struct nkb_hlotext *r)
{
    struct nkb_str name;
    int rc = nkb_hlotext_string(r, &name);
    if (rc == 0 && !nkb_hlo_sources_add_file(&r->sources, r->arena, name))
        rc = nkb_err_memory(r->err);
    return rc;
}

/* The next entry of a table, which begins with its number. */
struct entry {
    enum nkb_hlotext_table table;
    int64_t expected;
    bool is_none; /* no number: the table has ended */
};

static int read_entry(struct nkb_hlotext *r, void *data)
{
    struct entry *entry = data;
    struct nkb_str raw;
    nkb_hlotext_blanks(r);
    char c = nkb_hlotext_peek(r);
    entry->is_none = c < '0' || c > '9';
    if (entry->is_none)
        return 0;
    uint64_t line = nkb_hlotext_line(r, r->at);
    int64_t number;
    int rc = nkb_hlotext_int(r, "the number of an entry", &number);
    if (rc < 0)
        return rc;
    if (number != entry->expected)
        return nkb_hlotext_fail(r, line, "entry %lld of %s; %lld is expected here",
                                (long long)number, table_names[entry->table],
                                (long long)entry->expected);
    nkb_hlotext_blanks(r);
    return entry->table == NKB_HLOTEXT_FILE_NAMES       ? read_file_name(r)
           : entry->table == NKB_HLOTEXT_FILE_LOCATIONS ? read_location(r)
           : entry->table == NKB_HLOTEXT_STACK_FRAMES   ? read_frame(r)
                                                        : nkb_hlotext_raw_string(r, &raw);
}

int nkb_hlotext_table(struct nkb_hlotext *r, enum nkb_hlotext_table table)
{
    struct entry entry = {table, 1, false};
    int rc;
    while ((rc = nkb_hlotext_whole(r, read_entry, &entry)) == 0 && !entry.is_none)
        entry.expected++;
    return rc;
}
