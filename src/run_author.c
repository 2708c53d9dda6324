/* What authors of rules ask: is the rule well written, what does it look like, which API is there,
 * and what does a new one begin with. C gathers; the judging and wording is in scripts/. */
#include "run.h"

#include <string.h>
#include <sys/stat.h>

#include "host/api.h"
#include "base/text.h"
#include "host/embedded.h"

enum { MAX_CHECKED = 2000 /* rules in one call */, MAX_NEW_NAME = 40 };

static const char example_front[] = "examples/first_score/";

static struct nkb_value *new_argument(nkb_run *run)
{
    struct nkb_value *argument = nkb_value_object(&run->arena);
    nkb_value_put(&run->arena, argument, "api", nkb_api_value(&run->arena));
    nkb_value_put(&run->arena, argument, "engine", nkb_value_text(&run->arena, NKB_VERSION));
    if (run->asked)
        nkb_value_put(&run->arena, argument, "asked", run->asked);
    return argument;
}

static int add_rule(nkb_run *run, struct nkb_value *list, const char *name)
{
    struct nkb_value *rule;
    if (list->as.items.count >= MAX_CHECKED)
        return nkb_err_set(&run->err, NKB_EUSAGE, "more than %d rules at once", MAX_CHECKED);
    int code =
        nkb_rule_describe(name, &run->arena, run->enter, run->enter_context, &rule, &run->err);
    if (code == 0)
        nkb_value_append(&run->arena, list, rule);
    return code;
}

/* A rule by its file or name, or all that a folder holds. */
static int add_named(nkb_run *run, struct nkb_value *list, const char *name)
{
    struct stat st;
    size_t len = strlen(name);
    if (len == 0 || stat(name, &st) != 0 || !S_ISDIR(st.st_mode))
        return add_rule(run, list, name);
    while (len > 1 && name[len - 1] == '/')
        len--;
    const char *folder = nkb_arena_copy(&run->arena, (struct nkb_str){name, len}).ptr;
    struct nkb_value *files = folder ? nkb_rule_folder(folder, &run->arena) : NULL;
    if (!files)
        return nkb_err_memory(&run->err);
    if (files->as.items.count == 0)
        return nkb_err_set(&run->err, NKB_ERULE, "%s: no rule in this folder; *.lua is expected",
                           name);
    int code = 0;
    for (size_t i = 0; i < files->as.items.count && code == 0; i++)
        code = add_rule(run, list, files->as.items.at[i].value->as.string.ptr);
    return code;
}

int nkb_run_check_rules(nkb_run *run, const char *const *names, size_t count)
{
    struct nkb_arena *arena = &run->arena;
    struct nkb_value *argument = new_argument(run), *found = NULL;
    struct nkb_value *rules = nkb_metric_list(arena, argument, "rules");
    int code = rules ? 0 : nkb_err_memory(&run->err);

    run->checked = NULL;
    if (code == 0 && count == 0) {
        nkb_value_put(arena, argument, "unasked", nkb_value_bool(arena, true));
        code = add_rule(run, rules, "score.lua");
    }
    for (size_t i = 0; i < count && code == 0; i++)
        code = add_named(run, rules, names[i]);
    if (code == 0)
        code = nkb_script_run("scripts/check.lua", argument, arena, NULL, &found, &run->err);
    if (code != 0)
        return run_status(run, code);
    run->checked = nkb_value_get(found, "text");
    const struct nkb_value *verdict = nkb_value_get(found, "verdict");
    if (nkb_value_is(verdict, NKB_STRING))
        code = nkb_err_set(&run->err, NKB_ERULE, "%s", verdict->as.string.ptr);
    return run_status(run, code);
}

static int source_text(nkb_run *run, const char *name, struct nkb_buf *out)
{
    struct nkb_rule_source source;
    int code = nkb_rule_find(name, &run->arena, &source, &run->err);
    if (code == 0)
        nkb_buf_append(out, source.text.ptr, source.text.len);
    return code;
}

/* The derivation that the rule makes of an m in which every number is 1: its formula. A rule that
 * cannot do with that says why, and is shown by its source. */
static void add_formula(nkb_run *run, const char *name, struct nkb_value *argument)
{
    struct nkb_rule_source source;
    struct nkb_host *host = NULL;
    struct nkb_value *result = NULL, *sample = nkb_api_sample(&run->arena);
    struct nkb_run_facts facts = {"", NKB_VERSION, nkb_value_object(&run->arena), NULL, NULL};
    struct nkb_err err = {0, ""};

    int code = sample ? nkb_rule_find(name, &run->arena, &source, &err) : nkb_err_memory(&err);
    if (code == 0)
        code = nkb_host_new(&host, &NKB_LIMITS_DEFAULT, &err);
    if (code == 0) {
        nkb_host_on_enter(host, run->enter, run->enter_context);
        code = nkb_host_load(host, &source, &err);
    }
    if (code == 0)
        code = nkb_host_score(host, sample, &facts, &run->arena, &result, &err);
    if (code == 0) {
        nkb_value_put(&run->arena, argument, "tree", nkb_value_get(result, "tree"));
        nkb_value_put(&run->arena, argument, "gates", nkb_value_get(result, "gates"));
    } else {
        nkb_value_put(&run->arena, argument, "no_tree", nkb_value_text(&run->arena, err.text));
    }
    nkb_host_free(host);
}

static int doc_text(nkb_run *run, const char *name, struct nkb_buf *out)
{
    struct nkb_value *argument = new_argument(run), *rule = NULL;
    int code =
        nkb_rule_describe(name, &run->arena, run->enter, run->enter_context, &rule, &run->err);
    const struct nkb_value *error = code == 0 ? nkb_value_get(rule, "error") : NULL;
    if (error)
        code = nkb_err_set(&run->err, NKB_ERULE, "%s", error->as.string.ptr);
    if (code != 0)
        return code;
    nkb_value_put(&run->arena, argument, "rule", rule);
    add_formula(run, name, argument);
    return nkb_script_run("scripts/rules_doc.lua", argument, &run->arena, out, NULL, &run->err);
}

/* ---- new ---- */

/* The example that is built in, one file a line or one file's bytes. */
static int example_text(nkb_run *run, const char *path, struct nkb_buf *out)
{
    for (size_t i = 0; i < nkb_embedded_count; i++) {
        const struct nkb_embedded *file = &nkb_embedded_files[i];
        if (strncmp(file->name, example_front, sizeof example_front - 1) != 0)
            continue;
        const char *name = file->name + sizeof example_front - 1;
        if (!path)
            nkb_buf_printf(out, "%s\n", name);
        else if (strcmp(path, name) == 0)
            return nkb_buf_append(out, file->data, file->size), 0;
    }
    return path ? nkb_err_set(&run->err, NKB_EUSAGE, "the example has no file '%s'", path) : 0;
}

/* A rule's name becomes names of files, a module's and a pattern's replacement. */
static int check_new_name(nkb_run *run, const char *name)
{
    char shown[NKB_SHOWN_BYTES];
    bool ok = name && ((name[0] | 0x20) >= 'a' && (name[0] | 0x20) <= 'z');
    size_t len = 0;
    for (; ok && name[len]; len++) {
        char c = name[len], lower = (char)(c | 0x20);
        ok = (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    }
    if (ok && len <= MAX_NEW_NAME)
        return 0;
    return nkb_err_set(
        &run->err, NKB_EUSAGE,
        "'%s' is no name for a new rule; letters, digits, _ and -, a letter first, at "
        "most %d of them are expected",
        nkb_show(nkb_str_from(name ? name : ""), shown), MAX_NEW_NAME);
}

static int new_text(nkb_run *run, const char *path, struct nkb_buf *out)
{
    int code = check_new_name(run, run_asked(run, "name"));
    if (code != 0)
        return code;
    struct nkb_value *argument = new_argument(run), *templates;
    static const char front[] = "scripts/templates/";
    templates = nkb_metric_group(&run->arena, argument, "templates");
    for (size_t i = 0; i < nkb_embedded_count; i++)
        if (strncmp(nkb_embedded_files[i].name, front, sizeof front - 1) == 0)
            nkb_value_put(
                &run->arena, templates, nkb_embedded_files[i].name + sizeof front - 1,
                nkb_value_string(&run->arena, (struct nkb_str){nkb_embedded_files[i].data,
                                                               nkb_embedded_files[i].size}));
    if (path)
        nkb_value_put(&run->arena, argument, "file", nkb_value_text(&run->arena, path));
    const char *bundled = nkb_arena_printf(&run->arena, "rules/%s.lua", run_asked(run, "name"));
    nkb_value_put(&run->arena, argument, "hides",
                  nkb_value_bool(&run->arena, bundled && nkb_embedded_find(bundled)));
    return nkb_script_run("scripts/new.lua", argument, &run->arena, out, NULL, &run->err);
}

static int api_text(nkb_run *run, const char *form, struct nkb_buf *out)
{
    static const char *const forms[] = {"text", "markdown", "luals", "luacheck"};
    struct nkb_value *argument = new_argument(run);
    bool known = strcmp(form, "json") == 0;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        known = known || strcmp(form, forms[i]) == 0;
    if (!known)
        return nkb_err_set(
            &run->err, NKB_EUSAGE,
            "api has no form '%s'; text, json, markdown, luals or luacheck is expected", form);
    if (strcmp(form, "json") == 0) {
        int code = nkb_value_to_json(nkb_value_get(argument, "api"), 2, out, &run->err);
        nkb_buf_char(out, '\n');
        return code;
    }
    nkb_value_put(&run->arena, argument, "form", nkb_value_text(&run->arena, form));
    return nkb_script_run("scripts/api.lua", argument, &run->arena, out, NULL, &run->err);
}

int run_author_text(nkb_run *run, const char *what, const char *path, struct nkb_buf *out)
{
    if (strcmp(what, "check") == 0 && run->checked)
        return nkb_buf_append(out, run->checked->as.string.ptr, run->checked->as.string.len), 0;
    if (strncmp(what, "api.", 4) == 0)
        return api_text(run, what + 4, out);
    if (strcmp(what, "rules.source") == 0 && path)
        return source_text(run, path, out);
    if (strcmp(what, "rules.doc") == 0 && path)
        return doc_text(run, path, out);
    if (strcmp(what, "new") == 0)
        return new_text(run, path, out);
    if (strcmp(what, "example") == 0)
        return example_text(run, path, out);
    return nkb_err_set(&run->err, NKB_EUSAGE, "no text '%s' here", what);
}

bool run_is_author_text(const char *what)
{
    static const char *const names[] = {"check", "rules.source", "rules.doc", "new", "example"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(what, names[i]) == 0)
            return true;
    return strncmp(what, "api.", 4) == 0;
}
