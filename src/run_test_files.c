/* The files of a test: itself, the rule beside it, and what its cases name. */
#include "run_test.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "host/find.h"
#include "input/document.h"

int run_test_find(nkb_run *run, const char *const *paths, size_t count, struct nkb_value **files)
{
    struct nkb_value *argument = nkb_value_object(&run->arena), *found = NULL;
    struct nkb_value *list = nkb_metric_list(&run->arena, argument, "paths");

    for (size_t i = 0; i < count; i++)
        nkb_value_append(&run->arena, list, nkb_value_text(&run->arena, paths[i]));
    if (count == 0)
        nkb_value_append(&run->arena, list, nkb_value_text(&run->arena, "."));
    int code =
        nkb_script_run("scripts/test_files.lua", argument, &run->arena, NULL, &found, &run->err);
    if (code != 0)
        return code;
    const char *problem = run_test_text_of(found, "problem");
    if (problem)
        return nkb_err_set(&run->err, NKB_EINPUT, "%s", problem);
    *files = nkb_value_get(found, "files");
    return 0;
}

int run_test_reads(struct run_testing *testing, const char *path, const char *what)
{
    const struct stat *replaced = testing->replaced;
    struct stat st;
    if (!replaced || stat(path, &st) != 0 || st.st_dev != replaced->st_dev ||
        st.st_ino != replaced->st_ino)
        return 0;
    testing->refused = true;
    return nkb_err_set(&testing->run->err, NKB_EUSAGE, "%s: --junit would overwrite %s", path,
                       what);
}

const char *run_test_text_of(const struct nkb_value *v, const char *name)
{
    const struct nkb_value *text = nkb_value_get(v, name);
    return nkb_value_is(text, NKB_STRING) ? text->as.string.ptr : NULL;
}

/* A file that a test names, which lies in the test's folder. NKB_ERULE otherwise. */
static int read_beside(struct run_testing *testing, const struct nkb_value *item, const char *name,
                       size_t most, const char **path, struct nkb_buf *text)
{
    nkb_run *run = testing->run;
    const char *folder = testing->test.directory;

    *path = nkb_place_path(&run->arena, folder, name);
    if (!*path)
        return nkb_err_memory(&run->err);
    if (!nkb_is_file(*path))
        return nkb_err_set(&run->err, NKB_ERULE, "%s: there is no file %s",
                           run_test_text_of(item, "where"), *path);
    if (!nkb_is_inside(*path, folder))
        return nkb_err_set(&run->err, NKB_ERULE, "%s: %s leads out of the test's folder",
                           run_test_text_of(item, "where"), *path);
    int code = run_test_reads(testing, *path, "what a test names");
    if (code == 0)
        code = nkb_file_read(*path, NULL, most, text, &run->err);
    return code == NKB_EINPUT ? NKB_ERULE : code;
}

static int read_fixture(struct run_testing *testing, const struct nkb_value *item,
                        struct nkb_test_given *given)
{
    const char *name = run_test_text_of(item, "fixture"), *path;
    struct nkb_buf text = NKB_BUF_INIT;
    struct nkb_value *document = NULL;

    if (!name)
        return 0;
    int code = read_beside(testing, item, name, NKB_JSON_MAX_BYTES, &path, &text);
    if (code == 0)
        code = nkb_json_read(nkb_buf_str(&text), path, &testing->run->arena, &document,
                             &testing->run->err);
    if (code == 0 && document->kind != NKB_OBJECT)
        code = nkb_err_set(&testing->run->err, NKB_ERULE,
                           "%s: is %s; what nkibench metrics --json prints is expected", path,
                           nkb_kind_name(document->kind));
    given->fixture = document;
    nkb_buf_free(&text);
    return code == NKB_EINPUT ? NKB_ERULE : code;
}

static int read_goldens(struct run_testing *testing, const struct nkb_value *item,
                        struct nkb_test_given *given)
{
    const struct nkb_value *names = nkb_value_get(item, "golden");
    struct nkb_value *texts = nkb_value_object(&testing->run->arena);
    int code = 0;

    for (size_t i = 0; code == 0 && nkb_value_is(names, NKB_OBJECT) && i < names->as.items.count;
         i++) {
        const struct nkb_member *member = &names->as.items.at[i];
        struct nkb_buf text = NKB_BUF_INIT;
        const char *path;
        code = read_beside(testing, item, member->value->as.string.ptr, NKB_JSON_MAX_BYTES, &path,
                           &text);
        if (code == 0)
            nkb_metric_string(&testing->run->arena, texts, member->key.ptr, nkb_buf_str(&text),
                              NULL);
        nkb_buf_free(&text);
    }
    given->texts = texts;
    return code;
}

int run_test_read(struct run_testing *testing, const char *path)
{
    nkb_run *run = testing->run;
    struct nkb_buf text = NKB_BUF_INIT;
    const char *slash = strrchr(path, '/');
    size_t folder = slash == path ? 1 : slash ? (size_t)(slash - path) : 0;

    int code = run_test_reads(testing, path, "a test");
    if (code == 0)
        code = nkb_file_read(path, NULL, NKB_MAX_RULE_BYTES, &text, &run->err);
    testing->test = (struct nkb_rule_source){
        .name = slash ? slash + 1 : path,
        .path = path,
        .origin = "file",
        .directory = folder ? nkb_arena_copy(&run->arena, (struct nkb_str){path, folder}).ptr : ".",
        .text = nkb_arena_copy(&run->arena, nkb_buf_str(&text)),
    };
    nkb_buf_free(&text);
    return code == NKB_EINPUT ? NKB_ERULE : code;
}

/* The rule a test is of: what it says, or its own name without "_test". */
int run_test_find_rule(struct run_testing *testing, const struct nkb_value *outline)
{
    nkb_run *run = testing->run;
    struct nkb_str name = nkb_str_from(testing->test.name);
    const char *said = run_test_text_of(outline, "rule");

    name.len -= strlen("_test.lua");
    if (said)
        name = nkb_str_from(said);
    const char *file = nkb_arena_printf(&run->arena, "%.*s%s", NKB_STR_ARG(name),
                                        nkb_str_ends(name, ".lua") ? "" : ".lua");
    const char *path = file ? nkb_place_path(&run->arena, testing->test.directory, file) : NULL;
    if (!path)
        return nkb_err_memory(&run->err);
    if (!nkb_is_file(path))
        return nkb_err_set(&run->err, NKB_ERULE,
                           "%s: there is no rule %s; rule = \"name\" says which one it tests",
                           testing->test.path, path);
    if (!strchr(path, '/'))
        path = nkb_arena_printf(&run->arena, "./%s", path);
    if (!path)
        return nkb_err_memory(&run->err);
    int code = run_test_reads(testing, path, "the rule");
    return code == 0 ? nkb_rule_find(path, &run->arena, &testing->rule, &run->err) : code;
}

int run_test_read_given(struct run_testing *testing, const struct nkb_value *item,
                        struct nkb_test_given *given)
{
    int code = read_fixture(testing, item, given);
    return code == 0 ? read_goldens(testing, item, given) : code;
}
