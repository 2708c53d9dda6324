/* The run: the rooms called in order. What each step reads and makes is in run_*.c; here is the
 * handle, the rule's part, and the one place where our error codes become the program's. */
#include "run.h"
#include "run_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "base/num.h"
#include "base/text.h"

nkb_run *nkb_run_new(void)
{
    nkb_run *run = calloc(1, sizeof *run);
    if (!run)
        return NULL;
    run->arena = NKB_ARENA_INIT;
    for (size_t i = 0; i < SETTING_COUNT_OF; i++)
        run_setting_reset(run, i);
    run->diagnostics = nkb_value_array(&run->arena);
    if (!run->diagnostics) {
        nkb_run_free(run);
        return NULL;
    }
    return run;
}

void nkb_run_free(nkb_run *run)
{
    if (!run)
        return;
    nkb_host_free(run->host);
    nkb_run_free(run->against);
    for (size_t i = 0; i < run->worker_count; i++)
        nkb_arena_free(&run->worker_arenas[i]);
    free(run->worker_arenas);
    run_rows_free(run->rows);
    free(run->modules);
    nkb_part_draft_free(run->draft);
    nkb_arena_free(&run->arena);
    free(run);
}

int run_status(nkb_run *run, int code)
{
    if (code == 0) {
        run->err.text[0] = '\0';
        return NKB_DONE;
    }
    switch (code) {
    case NKB_EUSAGE:
        return NKB_USAGE;
    case NKB_EINVALID:
        return NKB_INVALID;
    case NKB_ERULE:
        return NKB_RULE;
    case NKB_EINTERRUPT:
        return NKB_STOPPED;
    default:
        return NKB_INPUT;
    }
}

const char *nkb_run_error(const nkb_run *run)
{
    return run->err.text;
}

const char *nkb_run_trace(const nkb_run *run)
{
    const char *trace = run->host && run->err.code == NKB_ERULE ? nkb_host_trace(run->host) : NULL;
    return trace ? trace : "";
}

int nkb_run_ask(nkb_run *run, const char *name, const char *value)
{
    if (!run->asked)
        run->asked = nkb_value_object(&run->arena);
    struct nkb_value *text =
        value ? nkb_value_text(&run->arena, value) : nkb_value_new(&run->arena, NKB_NULL);
    nkb_value_put(&run->arena, run->asked, name, text);
    return run_status(run, run->asked && text ? 0 : nkb_err_memory(&run->err));
}

const char *run_asked(const nkb_run *run, const char *name)
{
    const struct nkb_value *v = nkb_value_get(run->asked, name);
    return nkb_value_is(v, NKB_STRING) ? v->as.string.ptr : NULL;
}

int run_asked_number(nkb_run *run, const char *name, uint32_t least, uint32_t most,
                     uint32_t *number)
{
    const char *asked = run_asked(run, name);
    char shown[NKB_SHOWN_BYTES];
    int64_t value;

    if (!asked)
        return 0;
    if (!nkb_parse_i64(nkb_str_from(asked), &value) || value < least || value > most)
        return nkb_err_set(&run->err, NKB_EUSAGE,
                           "--%s is '%s'; a whole number from %u to %u is expected", name,
                           nkb_show(nkb_str_from(asked), shown), least, most);
    *number = (uint32_t)value;
    return 0;
}

/* Parameters are given as flags are, with dashes; a rule names them with underscores. */
struct nkb_param *run_param_find(nkb_run *run, const char *name)
{
    size_t count = 0;
    struct nkb_param *params = run->host ? nkb_host_params(run->host, &count) : NULL;
    for (size_t i = 0; i < count; i++)
        if (strcmp(params[i].flag, name) == 0 || strcmp(params[i].name, name) == 0)
            return &params[i];
    return NULL;
}

static int unknown_name(nkb_run *run, const char *name, const char *origin)
{
    const char *names[SETTING_COUNT_OF + 256];
    size_t count = 0, param_count = 0;
    char shown[NKB_SHOWN_BYTES];

    for (; count < SETTING_COUNT_OF; count++)
        names[count] = run_setting_def(count)->name;
    struct nkb_param *params = run->host ? nkb_host_params(run->host, &param_count) : NULL;
    for (size_t i = 0; i < param_count && i < 256; i++)
        names[count++] = params[i].flag;
    const char *meant = nkb_suggest(nkb_str_from(name), names, count);
    return nkb_err_set(&run->err, NKB_EUSAGE, "%s: no setting or parameter '%s'%s%s%s", origin,
                       nkb_show(nkb_str_from(name), shown), meant ? "; did you mean '" : "",
                       meant ? meant : "", meant ? "'" : "");
}

int nkb_run_set(nkb_run *run, const char *name, const char *value, const char *origin)
{
    int id = run_setting_find(nkb_str_from(name));
    if (id >= 0 && !value) {
        run_setting_reset(run, (size_t)id);
        return NKB_DONE;
    }
    if (id >= 0)
        return run_status(run, run_setting_set(run, (size_t)id, value, origin));
    struct nkb_param *param = run_param_find(run, name);
    if (param)
        return run_status(run, nkb_host_set_param(run->host, param, value, origin, &run->err));
    return run_status(run, unknown_name(run, name, origin));
}

const char *nkb_run_setting(const nkb_run *run, const char *name)
{
    int id = run_setting_find(nkb_str_from(name));
    return id >= 0 ? run->settings[id].value : NULL;
}

int nkb_run_only(nkb_run *run, const char *needs)
{
    run->only = nkb_arena_string(&run->arena, needs);
    return run_status(run, run->only ? 0 : nkb_err_memory(&run->err));
}

int nkb_run_check(nkb_run *run)
{
    int code = run->host ? nkb_host_accept(run->host, &run->err) : 0;
    return run_status(run, code == 0 ? run_check_inputs(run) : code);
}

int nkb_run_measure(nkb_run *run)
{
    int code = run->host ? nkb_host_accept(run->host, &run->err) : 0;
    if (code == 0)
        code = run_measure_all(run);
    return run_status(run, code);
}

/* Local time as upstream writes it; with SOURCE_DATE_EPOCH that instant, in UTC. */
static const char *start_time(nkb_run *run)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH"); /* NOLINT(concurrency-mt-unsafe): only read */
    struct timeval now;
    struct tm tm;
    int64_t fixed_s;

    if (epoch && nkb_parse_i64(nkb_str_from(epoch), &fixed_s)) {
        time_t t = (time_t)fixed_s;
        if (!gmtime_r(&t, &tm))
            return NULL;
        now.tv_usec = 0;
    } else if (gettimeofday(&now, NULL) != 0 || !localtime_r(&now.tv_sec, &tm)) {
        return NULL;
    }
    const char *text =
        nkb_arena_printf(&run->arena, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900,
                         tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
    if (text && now.tv_usec)
        text = nkb_arena_printf(&run->arena, "%s.%06ld", text, (long)now.tv_usec);
    return text;
}

static const struct nkb_value *options_of(nkb_run *run)
{
    static const enum setting_id shown[] = {SET_VERBOSE, SET_DETAILED, SET_PER_FILE_SCORES,
                                            SET_PRINT_PER_FILE, SET_UNSAFE};
    struct nkb_value *options = nkb_value_object(&run->arena);
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s", run_setting_def(shown[i])->name);
        for (char *c = name; *c; c++)
            if (*c == '-')
                *c = '_';
        nkb_value_put(&run->arena, options, name,
                      nkb_value_bool(&run->arena, run_switch(run, shown[i])));
    }
    return options;
}

static int layout(nkb_run *run, const char *name, const char **text, size_t *size)
{
    struct nkb_buf buf = NKB_BUF_INIT;
    bool present = false;
    int code = nkb_host_layout(run->host, name, &buf, &present, &run->err);
    if (code == 0 && present) {
        struct nkb_str copy = nkb_arena_copy(&run->arena, nkb_buf_str(&buf));
        if (!copy.ptr || buf.failed)
            code = nkb_err_memory(&run->err);
        *text = copy.ptr;
        *size = copy.len;
    }
    nkb_buf_free(&buf);
    return code;
}

static const char *text_of(const struct nkb_value *entry, const char *key)
{
    const struct nkb_value *v = nkb_value_get(entry, key);
    return nkb_value_is(v, NKB_STRING) ? v->as.string.ptr : "";
}

static bool is_true(const struct nkb_value *entry, const char *key)
{
    const struct nkb_value *v = nkb_value_get(entry, key);
    return nkb_value_is(v, NKB_BOOL) && v->as.boolean;
}

/* What the rule's checks and gates found is said like all that was found before. */
static void diagnose_result(nkb_run *run)
{
    const struct nkb_value *checks = nkb_value_get(run->result, "checks");
    const struct nkb_value *gates = nkb_value_get(run->result, "gates");

    for (size_t i = 0; nkb_value_is(checks, NKB_ARRAY) && i < checks->as.items.count; i++) {
        const struct nkb_value *check = checks->as.items.at[i].value;
        const char *kind = text_of(check, "kind");
        if (!is_true(check, "ok"))
            run_diagnose(run, strcmp(kind, "note") != 0, "%s%s", text_of(check, "text"),
                         strcmp(kind, "require") == 0 || strcmp(kind, "impossible") == 0
                             ? "; the result is not valid"
                             : "");
    }
    for (size_t i = 0; nkb_value_is(gates, NKB_ARRAY) && i < gates->as.items.count; i++) {
        const struct nkb_value *gate = gates->as.items.at[i].value;
        if (!is_true(gate, "ok"))
            run_diagnose(run, true, "gate not passed: %s (%s)%s", text_of(gate, "text"),
                         text_of(gate, "says"),
                         is_true(gate, "warning") ? "" : "; the result is not valid");
    }
}

int nkb_run_score(nkb_run *run)
{
    struct nkb_value *outputs = nkb_value_array(&run->arena);
    nkb_value_append(&run->arena, outputs,
                     nkb_value_text(&run->arena, run->settings[SET_OUTPUT].value));
    if (nkb_host_has(run->host, "training_json"))
        nkb_value_append(&run->arena, outputs,
                         nkb_value_text(&run->arena, run->settings[SET_TRAINING_OUTPUT].value));
    struct nkb_run_facts facts = {
        .started_at = start_time(run),
        .engine_version = NKB_VERSION,
        .options = options_of(run),
        .outputs = outputs,
        .diagnostics = run->diagnostics,
    };
    int code =
        nkb_host_score(run->host, run->metrics, &facts, &run->arena, &run->result, &run->err);
    if (code == 0)
        diagnose_result(run);
    if (code == 0)
        code = layout(run, "console", &run->console, &run->console_size);
    if (code == 0)
        code = layout(run, "json", &run->json, &run->json_size);
    if (code == 0)
        code = layout(run, "training_json", &run->training_json, &run->training_json_size);
    if (code != 0)
        return run_status(run, code);
    const struct nkb_value *valid = nkb_value_get(run->result, "valid");
    if (nkb_value_is(valid, NKB_BOOL) && !valid->as.boolean)
        return run_status(run, nkb_err_set(&run->err, NKB_EINVALID, "the result is not valid"));
    return NKB_DONE;
}

const char *nkb_run_text(nkb_run *run, const char *what, const char *path, size_t *size_bytes)
{
    const char *text = NULL;
    size_t size = 0;

    if (strcmp(what, "console") == 0) {
        text = run->console;
        size = run->console_size;
    } else if (strcmp(what, "json") == 0) {
        text = run->json;
        size = run->json_size;
    } else if (strcmp(what, "training_json") == 0) {
        text = run->training_json;
        size = run->training_json_size;
    } else {
        struct nkb_buf buf = NKB_BUF_INIT;
        int code = run_make_text(run, what, path, &buf);
        struct nkb_str copy =
            code == 0 ? nkb_arena_copy(&run->arena, nkb_buf_str(&buf)) : NKB_STR_NONE;
        if (code == 0 && (buf.failed || !copy.ptr))
            nkb_err_memory(&run->err);
        nkb_buf_free(&buf);
        text = copy.ptr;
        size = copy.len;
    }
    if (size_bytes)
        *size_bytes = size;
    return text;
}

struct writing {
    nkb_write_fn *write;
    void *context;
};

static int pass_on(void *context, struct nkb_str bytes, struct nkb_err *err)
{
    const struct writing *writing = context;
    return writing->write(writing->context, bytes.ptr, bytes.len) == 0
               ? 0
               : nkb_err_set(err, NKB_EINTERRUPT, "stopped");
}

int nkb_run_write(nkb_run *run, const char *what, nkb_write_fn *write, void *context)
{
    struct writing writing = {write, context};
    size_t size = 0;
    int code;
    if (strcmp(what, "hlo.part") == 0) {
        code = run_write_part(run, pass_on, &writing);
    } else {
        const char *text = nkb_run_text(run, what, NULL, &size);
        code = text ? pass_on(&writing, (struct nkb_str){text, size}, &run->err) : run->err.code;
    }
    return code == 0 ? NKB_DONE : run_status(run, code); /* what the measuring said stays */
}

const char *nkb_run_diagnostic(const nkb_run *run, size_t i, int *is_warning)
{
    const struct nkb_value *list = run->diagnostics;
    if (i >= list->as.items.count)
        return NULL;
    const struct nkb_value *entry = list->as.items.at[i].value;
    const struct nkb_value *text = nkb_value_get(entry, "text"),
                           *warning = nkb_value_get(entry, "warning");
    *is_warning = nkb_value_is(warning, NKB_BOOL) && warning->as.boolean;
    return nkb_value_is(text, NKB_STRING) ? text->as.string.ptr : NULL;
}

void nkb_run_on_progress(nkb_run *run, nkb_progress_fn *progress, void *context)
{
    run->progress = progress;
    run->progress_context = context;
}

void nkb_run_on_enter(nkb_run *run, nkb_enter_fn *enter, void *context)
{
    run->enter = enter;
    run->enter_context = context;
    if (run->host)
        nkb_host_on_enter(run->host, enter, context);
}
