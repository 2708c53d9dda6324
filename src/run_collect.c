/* Which HLO files a run is about: named ones as they are, folders by the script that finds what
 * upstream finds, parts of scans with what they already know. */
#include "run_reading.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/num.h"

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

/* Their list alone may be long, so no grown-out-of one stays in the arena, and what is not used is
 * not touched. */
struct nkb_module *run_add_module(nkb_run *run)
{
    if (run->module_count == run->module_room) {
        size_t room = run->module_room ? run->module_room * 2 : 64, bytes;
        struct nkb_module *modules =
            nkb_size_mul(room, sizeof *modules, &bytes) ? realloc(run->modules, bytes) : NULL;
        if (!modules)
            return NULL;
        run->modules = modules;
        run->module_room = room;
    }
    return &run->modules[run->module_count++];
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
    struct nkb_module *module = run_add_module(run);
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

/* What scripts/discover.lua gives of a file, in this order. */
enum {
    FOUND_PATH,
    FOUND_MODULE_NAME,
    FOUND_COMPILER_VERSION,
    FOUND_ROLE,
    FOUND_FAILED,
    FOUND_LOCKED,
    FOUND_FACTS,
};

struct finding {
    nkb_run *run;
    struct run_files *files;
    const char *folder;
    const char *role; /* of the last file: most are like the one before */
    struct run_found found;
    struct run_reading *reading; /* of them; NULL: later */
};

/* The part of a path that a text of it is. */
static struct nkb_str part_of(const char *path, const struct nkb_value *text)
{
    const char *at = text->kind == NKB_STRING ? strstr(path, text->as.string.ptr) : NULL;
    return at ? (struct nkb_str){at, text->as.string.len} : NKB_STR_NONE;
}

static const char *role_of(struct finding *finding, const char *role)
{
    if (!finding->role || strcmp(finding->role, role) != 0)
        finding->role = nkb_arena_string(&finding->run->arena, role);
    return finding->role;
}

/* As messages call it; NULL: a file. */
static const char *kind_of(const struct stat *st)
{
    return S_ISREG(st->st_mode)    ? NULL
           : S_ISDIR(st->st_mode)  ? "directory"
           : S_ISFIFO(st->st_mode) ? "named pipe"
           : S_ISSOCK(st->st_mode) ? "socket"
           : S_ISCHR(st->st_mode)  ? "char device"
           : S_ISBLK(st->st_mode)  ? "block device"
                                   : "other";
}

/* 1: it is a folder, and so may hold files, too. */
static int add_found(void *context, const struct nkb_value *given, size_t count,
                     struct nkb_err *err)
{
    struct finding *finding = context;
    nkb_run *run = finding->run;
    const struct nkb_str found = given[FOUND_PATH].as.string;
    bool mine = true;

    assert(count == FOUND_FACTS);
    struct nkb_str path = nkb_arena_copy(&run->arena, found);
    if (!path.ptr)
        return nkb_err_memory(err);
    struct stat st = {.st_size = 0};
    const char *kind = stat(path.ptr, &st) == 0 ? kind_of(&st) : "broken link";
    int folder = kind && S_ISDIR(st.st_mode) ? 1 : 0;
    int code = run_pick(run, finding->files, name_below(finding->folder, path), &mine);
    if (code != 0) {
        *err = run->err;
        return code;
    }
    if (!mine)
        return folder;
    struct nkb_module *module = run_found_add(&finding->found);
    const char *role = role_of(finding, given[FOUND_ROLE].as.string.ptr);
    if (!module || !role)
        return nkb_err_memory(err);
    *module = (struct nkb_module){
        .path = path,
        .file_name = nkb_str_from(strrchr(path.ptr, '/') + 1),
        .module_name = part_of(path.ptr, &given[FOUND_MODULE_NAME]),
        .compiler_version = part_of(path.ptr, &given[FOUND_COMPILER_VERSION]),
        .role = role,
        .failed_compile = given[FOUND_FAILED].as.boolean,
        .locked = given[FOUND_LOCKED].as.boolean,
        .modified_s = (int64_t)st.st_mtime,
        .size_bytes = (int64_t)st.st_size,
    };
    if (kind)
        module->error = nkb_arena_printf(&run->arena, "is a %s; a file is expected", kind);
    code = finding->reading ? run_reading_go_on(finding->reading, &finding->found) : 0;
    if (code != 0)
        *err = run->err;
    return code != 0 ? code : folder;
}

static int add_folder(nkb_run *run, const char *path, struct run_files *files,
                      struct run_reading *reading)
{
    struct finding finding = {.run = run, .files = files, .folder = path, .reading = reading};
    struct nkb_value *argument = nkb_value_object(&run->arena), *found = NULL;
    nkb_value_put(&run->arena, argument, "path", nkb_value_text(&run->arena, path));
    int code = nkb_script_run_each("scripts/discover.lua", argument, add_found, &finding,
                                   &run->arena, &found, &run->err);
    if (reading)
        code = run_reading_end(reading, code);
    if (code == 0)
        code = run_found_move(&finding.found, run);
    run_found_free(&finding.found);
    if (code == 0)
        code = add_source(run, path, files);

    const struct nkb_value *list = nkb_value_get(found, "problems");
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
static void sort_modules(nkb_run *run)
{
    struct nkb_module *at = run->modules;
    size_t kept = 0, last = 0; /* last: of those to be read */
    if (run->module_count > 0)
        qsort(at, run->module_count, sizeof *at, by_path);
    for (size_t i = 0; i < run->module_count; i++) {
        if (!at[i].part && kept > 0 && !at[last].part && nkb_str_equal(at[last].path, at[i].path))
            continue;
        if (!at[i].part)
            last = kept;
        at[kept++] = at[i];
    }
    run->module_count = kept;
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

static int collect(nkb_run *run, struct run_files *files, struct run_reading *reading)
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
            code = add_folder(run, path, files, run->hlo_count == 1 ? reading : NULL);
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
    return add_folder(run, path, files, reading);
}

static int64_t log_time_s(const nkb_run *run)
{
    struct stat st;
    const char *path = run->settings[SET_LOG_FILE].value;
    return path && stat(path, &st) == 0 ? (int64_t)st.st_mtime : 0;
}

int run_collect(nkb_run *run, struct run_files *files, struct run_reading *reading)
{
    files->room.arena = &run->arena;
    int code = run_read_shard(run, files);
    if (code == 0)
        code = collect(run, files, reading);
    nkb_intern_free(&files->room.texts);
    if (code != 0)
        return code;
    files->sources.count = sort_texts(files->sources.at, files->sources.count);
    files->problems.count = sort_texts(files->problems.at, files->problems.count);
    for (size_t i = 0; i < files->problems.count; i++)
        run_diagnose(run, true, "%s", files->problems.at[i]);
    sort_modules(run);

    int64_t log_s = log_time_s(run);
    for (size_t i = 0; i < run->module_count; i++)
        run->modules[i].stale = log_s > 0 && run->modules[i].modified_s > log_s + STALE_MARGIN_S;
    return 0;
}

const char *run_files_source(const struct run_files *files)
{
    return files->sources.count == 1 ? files->sources.at[0] : "--hlo";
}
