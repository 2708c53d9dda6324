/* Which HLO files a run is about: named ones as they are, folders by the script that finds what
 * upstream finds, parts of scans with what they already know. */
#include "run_scan.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A file written in the minute after the log's last line may still be the run's own. */
enum { STALE_MARGIN_S = 60 };

void *run_list_grow(nkb_run *run, const void *at, size_t count, size_t *capacity, size_t size)
{
    size_t wanted = *capacity ? *capacity * 2 : 64;
    void *grown = nkb_arena_grow(&run->arena, at, count, wanted, size);
    if (grown)
        *capacity = wanted;
    return grown;
}

static struct nkb_str text_of(const struct nkb_value *entry, const char *key)
{
    const struct nkb_value *v = nkb_value_get(entry, key);
    return nkb_value_is(v, NKB_STRING) ? v->as.string : NKB_STR_NONE;
}

static bool true_of(const struct nkb_value *entry, const char *key)
{
    const struct nkb_value *v = nkb_value_get(entry, key);
    return nkb_value_is(v, NKB_BOOL) && v->as.boolean;
}

static int64_t count_of(const struct nkb_value *entry, const char *key)
{
    const struct nkb_value *v = nkb_value_get(entry, key);
    return nkb_value_is(v, NKB_INT) ? v->as.integer : 0;
}

static int add_source(nkb_run *run, const char *path, struct run_files *files)
{
    const char **source = RUN_LIST_ADD(run, &files->sources);
    if (!source)
        return nkb_err_memory(&run->err);
    *source = path;
    return 0;
}

static int add_named(nkb_run *run, const char *path, struct run_files *files)
{
    const char *slash = strrchr(path, '/');
    bool mine = true;
    int code = add_source(run, path, files);
    if (code == 0)
        code = run_pick(run, files, nkb_str_from(path), &mine);
    if (code != 0 || !mine)
        return code;
    struct nkb_module *module = RUN_LIST_ADD(run, &files->modules);
    if (!module)
        return nkb_err_memory(&run->err);
    *module = (struct nkb_module){
        .path = nkb_str_from(path),
        .file_name = nkb_str_from(slash ? slash + 1 : path),
        .role = "file",
        .named = true,
    };
    return 0;
}

/* The name below the folder: the same wherever that is mounted. */
static struct nkb_str name_below(const char *folder, struct nkb_str path)
{
    size_t at = strlen(folder);
    while (at > 1 && folder[at - 1] == '/')
        at--;
    while (at < path.len && path.ptr[at] == '/')
        at++;
    return (struct nkb_str){path.ptr + at, path.len - at};
}

static int add_found(nkb_run *run, const struct nkb_value *file, struct run_files *files)
{
    struct nkb_module *module = RUN_LIST_ADD(run, &files->modules);
    if (!module)
        return nkb_err_memory(&run->err);
    *module = (struct nkb_module){
        .path = text_of(file, "path"),
        .file_name = text_of(file, "name"),
        .module_name = text_of(file, "module_name"),
        .compiler_version = text_of(file, "compiler_version"),
        .role = text_of(file, "role").ptr,
        .failed_compile = true_of(file, "failed_compile"),
        .locked = true_of(file, "locked"),
        .modified_s = count_of(file, "modified_s"),
        .size_bytes = count_of(file, "size_bytes"),
    };
    struct nkb_str kind = text_of(file, "kind");
    if (!nkb_str_is(kind, "file"))
        module->error =
            nkb_arena_printf(&run->arena, "is a %.*s; a file is expected", NKB_STR_ARG(kind));
    return 0;
}

static int add_folder(nkb_run *run, const char *path, struct run_files *files)
{
    struct nkb_value *argument = nkb_value_object(&run->arena), *found = NULL;
    nkb_value_put(&run->arena, argument, "path", nkb_value_text(&run->arena, path));
    int code =
        nkb_script_run("scripts/discover.lua", argument, &run->arena, NULL, &found, &run->err);
    if (code == 0)
        code = add_source(run, path, files);

    const struct nkb_value *list = nkb_value_get(found, "files");
    for (size_t i = 0; code == 0 && nkb_value_is(list, NKB_ARRAY) && i < list->as.items.count;
         i++) {
        const struct nkb_value *file = list->as.items.at[i].value;
        bool mine = true;
        code = run_pick(run, files, name_below(path, text_of(file, "path")), &mine);
        if (code == 0 && mine)
            code = add_found(run, file, files);
    }
    list = nkb_value_get(found, "problems");
    for (size_t i = 0; code == 0 && nkb_value_is(list, NKB_ARRAY) && i < list->as.items.count;
         i++) {
        const char **problem = RUN_LIST_ADD(run, &files->problems);
        if (!problem)
            return nkb_err_memory(&run->err);
        *problem = list->as.items.at[i].value->as.string.ptr;
    }
    return code;
}

static int by_path(const void *a, const void *b)
{
    const struct nkb_module *x = a, *y = b;
    int order = nkb_str_compare(x->path, y->path);
    if (order == 0)
        order = (int)y->named - (int)x->named;
    if (order == 0)
        order = (x->part != NULL) - (y->part != NULL);
    return order || !x->part ? order : strcmp(x->part, y->part);
}

/* Path order; of a path given twice one is read, as named when it was named. What parts say of it
 * is compared once it has been. */
static void sort_modules(struct run_files *files)
{
    struct nkb_module *at = files->modules.at;
    size_t kept = 0, last = 0; /* last: of those to be read */
    if (files->modules.count > 0)
        qsort(at, files->modules.count, sizeof *at, by_path);
    for (size_t i = 0; i < files->modules.count; i++) {
        if (!at[i].part && kept > 0 && !at[last].part && nkb_str_equal(at[last].path, at[i].path))
            continue;
        if (!at[i].part)
            last = kept;
        at[kept++] = at[i];
    }
    files->modules.count = kept;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t sort_texts(const char **at, size_t count)
{
    size_t kept = 0;
    if (count > 0)
        qsort(at, count, sizeof *at, by_text);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || strcmp(at[kept - 1], at[i]) != 0)
            at[kept++] = at[i];
    return kept;
}

static int collect(nkb_run *run, struct run_files *files)
{
    bool merge = run_asked(run, "merge") != NULL;
    struct stat st;
    int code = 0;

    for (size_t i = 0; i < run->hlo_count && code == 0; i++) {
        const char *path = run->hlo_paths[i];
        bool folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
        if (merge && folder)
            code = nkb_err_set(
                &run->err, NKB_EINPUT,
                "%s: is a folder; --merge takes parts, which nkibench hlo --scan writes", path);
        else if (folder)
            code = add_folder(run, path, files);
        else if (merge || run_is_part(path))
            code = run_add_part(run, path, files);
        else
            code = add_named(run, path, files);
    }
    if (run->hlo_count > 0)
        return code;

    const char *path = run->settings[SET_COMPILE_DIR].value;
    if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
        return nkb_err_set(
            &run->err, NKB_EINPUT,
            "%s: is a file; --compile-dir expects a folder (--hlo FILE takes one file)", path);
    return add_folder(run, path, files);
}

static int64_t log_time_s(const nkb_run *run)
{
    struct stat st;
    const char *path = run->settings[SET_LOG_FILE].value;
    return path && stat(path, &st) == 0 ? (int64_t)st.st_mtime : 0;
}

int run_collect(nkb_run *run, struct run_files *files)
{
    int code = run_read_shard(run, files);
    if (code == 0)
        code = collect(run, files);
    if (code != 0)
        return code;
    files->sources.count = sort_texts(files->sources.at, files->sources.count);
    files->problems.count = sort_texts(files->problems.at, files->problems.count);
    for (size_t i = 0; i < files->problems.count; i++)
        run_diagnose(run, true, "%s", files->problems.at[i]);
    sort_modules(files);

    int64_t log_s = log_time_s(run);
    for (size_t i = 0; i < files->modules.count; i++)
        files->modules.at[i].stale =
            log_s > 0 && files->modules.at[i].modified_s > log_s + STALE_MARGIN_S;
    return 0;
}

const char *run_files_source(const struct run_files *files)
{
    return files->sources.count == 1 ? files->sources.at[0] : "--hlo";
}
