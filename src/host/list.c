/* Every rule there is. What a rule says of itself is only known by running it, in a sandbox of its
 * own. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "host/embedded.h"
#include "host/find.h"
#include "host/host.h"

static bool is_rule_name(const char *name)
{
    struct nkb_str s = nkb_str_from(name);
    return name[0] != '.' && nkb_str_ends(s, ".lua") && !nkb_str_ends(s, "_test.lua") &&
           !strchr(name, '/');
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

size_t nkb_place_rules(const struct nkb_place *place, struct nkb_arena *arena,
                       const char *names[NKB_MAX_LISTED])
{
    size_t count = 0;
    if (!place->directory) {
        for (size_t i = 0; i < nkb_embedded_count && count < NKB_MAX_LISTED; i++) {
            const char *name = nkb_embedded_files[i].name;
            if (strncmp(name, "rules/", 6) == 0 && is_rule_name(name + 6))
                names[count++] = name + 6;
        }
    } else {
        DIR *dir = opendir(place->directory);
        if (!dir)
            return 0;
        /* NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread has this stream */
        for (struct dirent *entry; count < NKB_MAX_LISTED && (entry = readdir(dir));) {
            const char *name =
                is_rule_name(entry->d_name) ? nkb_arena_string(arena, entry->d_name) : NULL;
            if (name)
                names[count++] = name;
        }
        closedir(dir);
    }
    qsort(names, count, sizeof *names, compare_names);
    return count;
}

static bool is_listed(const struct nkb_value *list, const char *name)
{
    for (size_t i = 0; i < list->as.items.count; i++) {
        const struct nkb_value *other = nkb_value_get(list->as.items.at[i].value, "name");
        if (other && nkb_str_is(other->as.string, name))
            return true;
    }
    return false;
}

/* In the current directory anything may lie that ends in .lua: only what is a rule is listed there.
 */
static void describe(const struct nkb_place *place, const char *name, nkb_host_enter *enter,
                     void *context, struct nkb_arena *arena, struct nkb_value *list)
{
    struct nkb_rule_source source;
    struct nkb_host *host = NULL;
    struct nkb_err err = {0, ""};
    const char *path = place->directory ? nkb_arena_printf(arena, "%s/%s", place->directory, name)
                                        : nkb_arena_printf(arena, "builtin:%s", name);
    if (!path || (place->directory && !nkb_is_file(path)))
        return;

    int code = nkb_rule_find(path, arena, &source, &err);
    if (code == 0)
        code = nkb_host_new(&host, &NKB_LIMITS_DEFAULT, &err);
    if (code == 0) {
        nkb_host_on_enter(host, enter, context);
        code = nkb_host_load(host, &source, &err);
    }
    if (code == 0 || strcmp(place->origin, "file") != 0) {
        struct nkb_value *rule = nkb_value_object(arena);
        nkb_metric_text(arena, rule, "name", name, NULL);
        nkb_metric_text(arena, rule, "origin", place->origin, NULL);
        nkb_metric_text(arena, rule, "path",
                        place->directory ? nkb_place_path(arena, place->directory, name) : path,
                        NULL);
        static const char *const fields[] = {"version", "about"};
        for (size_t i = 0; i < 2; i++) {
            const char *text = code == 0 ? nkb_host_rule_text(host, fields[i]) : NULL;
            if (text)
                nkb_metric_text(arena, rule, fields[i], text, NULL);
            else
                nkb_metric_absent(arena, rule, fields[i],
                                  code == 0 ? "the rule does not say" : err.text);
        }
        if (code != 0)
            nkb_metric_text(arena, rule, "error", err.text, NULL);
        nkb_metric_bool(arena, rule, "shadowed", is_listed(list, name), NULL);
        nkb_value_append(arena, list, rule);
    }
    nkb_host_free(host);
}

struct nkb_value *nkb_rule_list(struct nkb_arena *arena, nkb_host_enter *enter, void *context)
{
    struct nkb_place places[NKB_MAX_PLACES];
    struct nkb_value *list = nkb_value_array(arena);
    size_t count = nkb_places(arena, places);
    const char **names = nkb_arena_array(arena, NKB_MAX_LISTED, sizeof *names);

    for (size_t i = 0; list && names && i < count; i++) {
        size_t found = nkb_place_rules(&places[i], arena, names);
        for (size_t j = 0; j < found; j++)
            describe(&places[i], names[j], enter, context, arena, list);
    }
    return nkb_arena_failed(arena) ? NULL : list;
}
