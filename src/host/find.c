/* A rule by name: the current directory, ./rules, NKIBENCH_RULE_PATH, the user's, the installed and
 * the embedded rules. A name with a '/' is a path and is looked for nowhere else. */
#define _XOPEN_SOURCE 700 /* realpath */
#include "host/find.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sha256.h"
#include "base/text.h"
#include "host/embedded.h"
#include "host/host.h"

#ifndef NKB_DATADIR
#define NKB_DATADIR "/usr/local/share/nkibench"
#endif

enum { PIPE_WAIT_S = 5 };

static const char builtin_prefix[] = "builtin:";

const struct nkb_embedded *nkb_embedded_find(const char *name)
{
    for (size_t i = 0; i < nkb_embedded_count; i++)
        if (strcmp(nkb_embedded_files[i].name, name) == 0)
            return &nkb_embedded_files[i];
    return NULL;
}

const struct nkb_embedded *nkb_embedded_of(const char *text, size_t size)
{
    for (size_t i = 0; i < nkb_embedded_count; i++)
        if (nkb_embedded_files[i].data == text && nkb_embedded_files[i].size == size)
            return &nkb_embedded_files[i];
    return NULL;
}

static size_t add_path(struct nkb_arena *arena, const char *list, struct nkb_place *places,
                       size_t count)
{
    while (*list && count < NKB_MAX_PLACES - 3) {
        size_t len = strcspn(list, ":");
        if (len) {
            const char *directory = nkb_arena_copy(arena, (struct nkb_str){list, len}).ptr;
            if (directory)
                places[count++] = (struct nkb_place){"NKIBENCH_RULE_PATH", directory};
        }
        list += len + (list[len] == ':');
    }
    return count;
}

size_t nkb_places(struct nkb_arena *arena, struct nkb_place places[NKB_MAX_PLACES])
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): only read */
    const char *path = getenv("NKIBENCH_RULE_PATH"), *data = getenv("XDG_DATA_HOME"),
               *home = getenv("HOME"); /* NOLINT(concurrency-mt-unsafe) */
    const char *user = NULL;
    size_t count = 0;

    places[count++] = (struct nkb_place){"file", "."};
    places[count++] = (struct nkb_place){"rules", "rules"};
    if (path)
        count = add_path(arena, path, places, count);
    if (data && data[0] == '/')
        user = nkb_arena_printf(arena, "%s/nkibench/rules", data);
    else if (home && home[0] == '/')
        user = nkb_arena_printf(arena, "%s/.local/share/nkibench/rules", home);
    if (user)
        places[count++] = (struct nkb_place){"user", user};
    places[count++] = (struct nkb_place){"installed", NKB_DATADIR "/rules"};
    places[count++] = (struct nkb_place){"builtin", NULL};
    return count;
}

const char *nkb_place_path(struct nkb_arena *arena, const char *directory, const char *name)
{
    if (strcmp(directory, ".") == 0)
        return nkb_arena_string(arena, name);
    return nkb_arena_printf(arena, "%s/%s", directory, name);
}

bool nkb_is_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* What a path names may be a pipe or a device: the user asks for it. */
static bool can_be_read(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

bool nkb_is_inside(const char *path, const char *directory)
{
    char *whole = realpath(path, NULL), *top = realpath(directory, NULL);
    size_t len = top ? strlen(top) : 0;
    bool inside = whole && top && strncmp(whole, top, len) == 0 &&
                  (whole[len] == '/' || strcmp(top, "/") == 0);
    free(whole);
    free(top);
    return inside;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool ends_in_lua(const char *name)
{
    return nkb_str_ends(nkb_str_from(name), ".lua");
}

/* A pipe, of whose end nobody may be: opened so that it cannot keep us, and read once something has
 * come. */
static int read_pipe(const char *path, double wait_s, struct nkb_buf *text, struct nkb_err *err)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    struct pollfd pipe = {.fd = fd, .events = POLLIN};
    int code;

    if (fd < 0)
        return nkb_err_set(err, NKB_EINPUT, "%s: no permission to read it", path);
    if (poll(&pipe, 1, wait_s < PIPE_WAIT_S ? (int)(wait_s * 1000) : PIPE_WAIT_S * 1000) != 1 ||
        !(pipe.revents & POLLIN) || fcntl(fd, F_SETFL, 0) != 0)
        code = nkb_err_set(err, NKB_EINPUT,
                           "%s: is a pipe that gives nothing; a rule's file is expected", path);
    else
        code = nkb_file_read_rest(fd, path, NULL, NKB_MAX_RULE_BYTES, text, err);
    close(fd);
    return code;
}

static int read_file(const char *path, double wait_s, struct nkb_buf *text, struct nkb_err *err)
{
    struct stat st;
    if (stat(path, &st) == 0 && S_ISFIFO(st.st_mode))
        return read_pipe(path, wait_s, text, err);
    return nkb_file_read(path, NULL, NKB_MAX_RULE_BYTES, text, err);
}

static int read_source(const char *path, const char *origin, double wait_s, struct nkb_arena *arena,
                       struct nkb_rule_source *out, struct nkb_err *err)
{
    struct nkb_buf text = NKB_BUF_INIT;
    int code = read_file(path, wait_s, &text, err);
    if (code != 0) {
        nkb_buf_free(&text);
        if (err && code == NKB_EINPUT)
            err->code = NKB_ERULE;
        return code == NKB_EINPUT ? NKB_ERULE : code;
    }
    const char *slash = strrchr(path, '/');
    out->path = nkb_arena_string(arena, path);
    out->name = nkb_arena_string(arena, base_name(path));
    out->origin = origin;
    if (slash)
        out->directory =
            nkb_arena_copy(arena,
                           (struct nkb_str){path, slash == path ? 1 : (size_t)(slash - path)})
                .ptr;
    else
        out->directory = ".";
    out->text = nkb_arena_copy(arena, nkb_buf_str(&text));
    nkb_buf_free(&text);
    return 0;
}

static const struct nkb_embedded *find_builtin(struct nkb_arena *arena, const char *name)
{
    const char *file = nkb_arena_printf(arena, "rules/%s", name);
    return file ? nkb_embedded_find(file) : NULL;
}

static void take_builtin(const struct nkb_embedded *found, struct nkb_arena *arena,
                         struct nkb_rule_source *out)
{
    const char *name = found->name + strlen("rules/");
    out->name = name;
    out->path = nkb_arena_printf(arena, "%s%s", builtin_prefix, name);
    out->origin = "builtin";
    out->directory = NULL;
    out->text = (struct nkb_str){found->data, found->size};
}

static const char *suggest(struct nkb_arena *arena, const char *name,
                           const struct nkb_place *places, size_t count)
{
    const char **names = nkb_arena_array(arena, NKB_MAX_LISTED, sizeof *names);
    const char *meant = NULL;
    for (size_t i = 0; names && name && !meant && i < count; i++)
        meant = nkb_suggest(nkb_str_from(name), names, nkb_place_rules(&places[i], arena, names));
    return meant;
}

static int not_found(const char *name, const struct nkb_place *places, size_t count,
                     struct nkb_arena *arena, struct nkb_err *err)
{
    char shown[NKB_SHOWN_BYTES];
    struct nkb_buf where = NKB_BUF_INIT;

    nkb_show(nkb_str_from(name), shown);
    if (strchr(name, '/'))
        return nkb_err_set(err, NKB_ERULE, "no rule '%s': %s", shown,
                           access(name, F_OK) == 0 ? "it is a directory; a rule's file is expected"
                                                   : "no such file");
    if (access(name, F_OK) == 0 && !nkb_is_file(name)) /* here, where it is looked for first */
        return nkb_err_set(err, NKB_ERULE, "no rule '%s': it is %s", shown,
                           can_be_read(name)
                               ? "no regular file; by its path, with a '/' in it, it is taken"
                               : "a directory; a rule's file is expected");
    for (size_t i = 0; i < count; i++)
        nkb_buf_printf(&where, "%s%s", i ? ", " : "",
                       places[i].directory ? places[i].directory : "the bundled rules");
    const char *meant = suggest(
        arena, ends_in_lua(name) ? name : nkb_arena_printf(arena, "%s.lua", name), places, count);
    int code = nkb_err_set(err, NKB_ERULE, "no rule '%s'%s%s%s (looked in %s)", shown,
                           meant ? "; did you mean '" : "", meant ? meant : "", meant ? "'?" : "",
                           where.data ? where.data : "");
    nkb_buf_free(&where);
    return code;
}

static int finish(struct nkb_arena *arena, struct nkb_rule_source *out, struct nkb_err *err)
{
    if (nkb_arena_failed(arena))
        return nkb_err_memory(err);
    const struct nkb_embedded *builtin = find_builtin(arena, out->name);
    out->shadows_builtin =
        out->directory && builtin &&
        !nkb_str_equal(out->text, (struct nkb_str){builtin->data, builtin->size});
    return nkb_sha256_text(out->text, out->sha256, err);
}

static int find_path(const char *name, double wait_s, struct nkb_arena *arena,
                     struct nkb_rule_source *out, struct nkb_err *err)
{
    const char *path = name;
    if (!can_be_read(path) && !ends_in_lua(name))
        path = nkb_arena_printf(arena, "%s.lua", name);
    if (!path || !can_be_read(path))
        return not_found(name, NULL, 0, arena, err);
    int code = read_source(path, "file", wait_s, arena, out, err);
    return code != 0 ? code : finish(arena, out, err);
}

int nkb_rule_find(const char *name, struct nkb_arena *arena, struct nkb_rule_source *out,
                  struct nkb_err *err)
{
    return nkb_rule_find_within(name, PIPE_WAIT_S, arena, out, err);
}

int nkb_rule_find_within(const char *name, double wait_s, struct nkb_arena *arena,
                         struct nkb_rule_source *out, struct nkb_err *err)
{
    struct nkb_place places[NKB_MAX_PLACES];

    memset(out, 0, sizeof *out);
    if (strchr(name, '/'))
        return find_path(name, wait_s, arena, out, err);

    bool only_builtin = nkb_str_starts(nkb_str_from(name), builtin_prefix);
    const char *plain = only_builtin ? name + strlen(builtin_prefix) : name;
    const char *file = ends_in_lua(plain) ? plain : nkb_arena_printf(arena, "%s.lua", plain);
    size_t count = nkb_places(arena, places);
    if (!file)
        return nkb_err_memory(err);
    for (size_t i = only_builtin ? count - 1 : 0; i < count; i++) {
        if (!places[i].directory) {
            const struct nkb_embedded *found = find_builtin(arena, file);
            if (!found)
                continue;
            take_builtin(found, arena, out);
            return finish(arena, out, err);
        }
        const char *path = nkb_place_path(arena, places[i].directory, file);
        if (!path || !nkb_is_file(path))
            continue;
        int code = read_source(path, places[i].origin, 0, arena, out, err);
        return code != 0 ? code : finish(arena, out, err);
    }
    return not_found(name, places, count, arena, err);
}
