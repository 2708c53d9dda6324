/* Where instructions come from, in HLO text: `metadata={…}` and the module's tables of source
 * positions. Keys nobody here wants are skipped with their values, as are those whose value is no
 * number or string. */
#include "input/hlotext_reader.h"

/* A number that begins here, cut to the 32 bits protobuf keeps of it; else *is_number is false and
 * the value is skipped. */
static int read_number(struct nkb_hlotext *r, int32_t *out)
{
    int64_t wide;
    char c = nkb_hlotext_peek(r);
    if (c != '-' && (c < '0' || c > '9'))
        return nkb_hlotext_skip_value(r);
    int rc = nkb_hlotext_int(r, "a number", &wide);
    if (rc == 0)
        *out = (int32_t)(uint32_t)(uint64_t)wide;
    return rc;
}

struct number_key {
    const char *name;
    int32_t *to;
};

/* `{key=value key=value}`: the numbers that are wanted, and in metadata the two texts. */
static int read_pairs(struct nkb_hlotext *r, const char *what, const struct number_key *keys,
                      size_t key_count, struct nkb_str *op_name, struct nkb_str *source_file)
{
    int rc = nkb_hlotext_want(r, '{', what);
    while (rc == 0 && !nkb_hlotext_take(r, '}')) {
        if (nkb_hlotext_take(r, ','))
            continue;
        struct nkb_str key = nkb_hlotext_word(r);
        if (key.len == 0)
            return nkb_hlotext_expected(r, "'}' or a key of metadata");
        if ((rc = nkb_hlotext_want(r, '=', "'=' in metadata")) < 0)
            return rc;
        nkb_hlotext_blanks(r);
        struct nkb_str *text = nkb_str_is(key, "op_name")       ? op_name
                               : nkb_str_is(key, "source_file") ? source_file
                                                                : NULL;
        int32_t *number = NULL;
        for (size_t i = 0; i < key_count; i++)
            if (nkb_str_is(key, keys[i].name))
                number = keys[i].to;
        if (text && nkb_hlotext_peek(r) == '"')
            rc = nkb_hlotext_string(r, text);
        else
            rc = number ? read_number(r, number) : nkb_hlotext_skip_value(r);
    }
    return rc;
}

int nkb_hlotext_metadata(struct nkb_hlotext *r, struct nkb_hlo_instruction *made)
{
    struct nkb_str file = NKB_STR_LITERAL("");
    uint32_t number = 0;
    int32_t line = 0, frame = 0;
    const struct number_key keys[] = {{"source_line", &line}, {"stack_frame_id", &frame}};

    int rc = read_pairs(r, "'{' before metadata", keys, sizeof keys / sizeof *keys, &made->op_name,
                        &file);
    if (rc == 0 &&
        (!nkb_hlo_pool_text(&r->pool, made->op_name, &made->op_name) ||
         (file.len && !nkb_hlo_sources_file(&r->sources, r->arena, file, &number)) ||
         !nkb_hlo_sources_find(&r->sources, r->arena, number, line, frame, &made->source)))
        rc = nkb_err_memory(r->err);
    return rc;
}

enum table { FILE_NAMES, FUNCTION_NAMES, FILE_LOCATIONS, STACK_FRAMES, NO_TABLE };

static enum table find_table(struct nkb_str name)
{
    static const char *const names[] = {"FileNames", "FunctionNames", "FileLocations",
                                        "StackFrames"};
    int i = 0;
    while (i < NO_TABLE && !nkb_str_is(name, names[i]))
        i++;
    return (enum table)i;
}

bool nkb_hlotext_is_table(struct nkb_hlotext *r, struct nkb_str name)
{
    if (find_table(name) == NO_TABLE)
        return false;
    nkb_hlotext_blanks(r);
    return nkb_hlotext_peek(r) != '{' && nkb_hlotext_peek(r) != '(';
}

static int read_location(struct nkb_hlotext *r)
{
    struct nkb_hlo_location at = {0, 0};
    const struct number_key keys[] = {{"file_name_id", &at.file_name_id}, {"line", &at.line}};
    int rc = read_pairs(r, "'{' of a file location", keys, 2, NULL, NULL);
    if (rc == 0 && !nkb_hlo_sources_add_location(&r->sources, at))
        rc = nkb_err_memory(r->err);
    return rc;
}

static int read_frame(struct nkb_hlotext *r)
{
    struct nkb_hlo_frame frame = {0};
    const struct number_key keys[] = {{"file_location_id", &frame.file_location_id}};
    int rc = read_pairs(r, "'{' of a stack frame", keys, 1, NULL, NULL);
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

int nkb_hlotext_table(struct nkb_hlotext *r, struct nkb_str name)
{
    enum table table = find_table(name);
    struct nkb_str raw;
    for (int64_t expected = 1;; expected++) {
        nkb_hlotext_blanks(r);
        char c = nkb_hlotext_peek(r);
        if (c < '0' || c > '9')
            return 0;
        uint64_t line = nkb_hlotext_line(r, r->at);
        int64_t number;
        int rc = nkb_hlotext_int(r, "the number of an entry", &number);
        if (rc < 0)
            return rc;
        if (number != expected)
            return nkb_hlotext_fail(r, line, "entry %lld of %.*s; %lld is expected here",
                                    (long long)number, NKB_STR_ARG(name), (long long)expected);
        nkb_hlotext_blanks(r);
        rc = table == FILE_NAMES       ? read_file_name(r)
             : table == FILE_LOCATIONS ? read_location(r)
             : table == STACK_FRAMES   ? read_frame(r)
                                       : nkb_hlotext_raw_string(r, &raw);
        if (rc < 0)
            return rc;
    }
}
