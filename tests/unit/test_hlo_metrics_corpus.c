/* The totals over whole folders are upstream's, to the last bit: trees.tsv of the corpus and the
 * runs of scores.tsv. Files are those of upstream's globs, in path order. */
#include "hlo_file.h"

#include <dirent.h>
#include <inttypes.h>
#include <sys/stat.h>

#include "model/value.h"

enum { MAX_FILES = 512, MAX_DEPTH = 16 };

struct folder {
    struct nkb_arena paths, keep;
    const char *path[MAX_FILES];
    struct nkb_module module[MAX_FILES];
    size_t count;
};

static bool has_suffix(const char *path, const char *suffix)
{
    return nkb_str_ends(nkb_str_from(path), suffix);
}

static void list_files(struct folder *f, const char *path, int depth)
{
    DIR *dir = opendir(path);
    struct stat st;
    assert_true(depth < MAX_DEPTH);
    if (!dir)
        return;
    for (struct dirent *e; (e = readdir(dir));) {
        if (e->d_name[0] == '.')
            continue;
        const char *child = nkb_arena_printf(&f->paths, "%s/%s", path, e->d_name);
        if (stat(child, &st) == 0 && S_ISDIR(st.st_mode)) {
            list_files(f, child, depth + 1);
        } else if (has_suffix(child, ".hlo_module.pb") || has_suffix(child, ".hlo")) {
            assert_true(f->count < MAX_FILES);
            f->path[f->count++] = child;
        }
    }
    closedir(dir);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void read_folder(struct folder *f, const char *path)
{
    *f = (struct folder){.paths = NKB_ARENA_INIT, .keep = NKB_ARENA_INIT};
    list_files(f, path, 0);
    qsort(f->path, f->count, sizeof *f->path, by_path);
    for (size_t i = 0; i < f->count; i++) {
        struct nkb_arena scratch = NKB_ARENA_INIT;
        struct nkb_module *module = &f->module[i];
        struct nkb_hlo hlo;
        struct nkb_err err = {0};
        module->path = module->file_name = nkb_str_from(f->path[i]);
        int code = nkb_hlo_read_file(f->path[i], &scratch, &hlo, &err);
        if (code == 0)
            nkb_module_analyze(&hlo, &f->keep, module, &err);
        else
            module->error = nkb_arena_string(&f->keep, err.text);
        nkb_arena_free(&scratch);
    }
}

static void close_folder(struct folder *f)
{
    nkb_arena_free(&f->paths);
    nkb_arena_free(&f->keep);
}

static double number(const char *text)
{
    double v = 0;
    if (!nkb_parse_double(nkb_str_from(text), false, &v))
        fail_msg("'%s' is no number", text);
    return v;
}

static void check(const char *name, const struct nkb_value *hlo, const char *path, const char *want)
{
    double have = 0;
    if (!nkb_value_number(nkb_value_path(hlo, path), &have) || have != number(want))
        fail_msg("%s: %s is %.17g, not %s", name, path, have, want);
}

static void check_macs(const char *name, const struct nkb_value *hlo, const char *path,
                       const char *want)
{
    const struct nkb_value *v = nkb_value_path(hlo, path);
    int64_t expected = 0;
    assert_true(nkb_parse_i64(nkb_str_from(want), &expected));
    if (!nkb_value_is(v, NKB_INT) || v->as.integer != expected)
        fail_msg("%s: %s is not %s", name, path, want);
}

static void folders_add_up_to_what_upstream_sums(void **state)
{
    char root[1024], path[1200];
    (void)state;
    snprintf(root, sizeof root, "%s/own", tsv_root("CORPUS"));
    struct tsv t = tsv_open(root, "trees.tsv");
    while (tsv_next(&t)) {
        static struct folder f;
        const char *name = tsv_get(&t, "path");
        struct nkb_hlo_totals_options options = {.source = name};
        snprintf(path, sizeof path, "%s/%s", root, name);
        read_folder(&f, path);
        struct nkb_value *hlo = nkb_hlo_metrics(&f.keep, f.module, f.count, &options);
        check(name, hlo, "files", tsv_get(&t, "files"));
        check(name, hlo, "failed", tsv_get(&t, "failed"));
        check_macs(name, hlo, "static.macs", tsv_get(&t, "macs"));
        check_macs(name, hlo, "static.nki_macs", tsv_get(&t, "nki_macs"));
        check(name, hlo, "static.nki_ratio", tsv_get(&t, "ratio"));
        check(name, hlo, "static.mean_ratio", tsv_get(&t, "mean_ratio"));
        check(name, hlo, "static.min_ratio", tsv_get(&t, "min_ratio"));
        check(name, hlo, "static.max_ratio", tsv_get(&t, "max_ratio"));
        close_folder(&f);
    }
    assert_int_equal(t.rows, 9);
    tsv_close(&t);
}

/* Runs whose golden has the run's own name scan its neuron_cache. */
static void runs_have_upstreams_totals(void **state)
{
    char path[1200];
    const char *corpus = tsv_root("CORPUS");
    size_t compared = 0;
    (void)state;
    struct tsv t = tsv_open(tsv_root("GOLDENS"), "scores.tsv");
    while (tsv_next(&t)) {
        static struct folder f;
        const char *run = tsv_get(&t, "run"), *files = tsv_get(&t, "files");
        int64_t ok = 0, total = 0, fits;
        if (strcmp(tsv_get(&t, "kind"), "handler") != 0 || strcmp(tsv_get(&t, "name"), run) != 0 ||
            sscanf(files, "%" SCNd64 "/%" SCNd64, &ok, &total) != 2 ||
            !nkb_parse_i64(nkb_str_from(tsv_get(&t, "hlo_macs")), &fits))
            continue;
        struct nkb_hlo_totals_options options = {.source = run};
        snprintf(path, sizeof path, "%s/own/runs/%s/neuron_cache", corpus, run);
        read_folder(&f, path);
        struct nkb_value *hlo = nkb_hlo_metrics(&f.keep, f.module, f.count, &options);
        CHECK(run, "files", nkb_value_get(hlo, "files")->as.integer, total);
        CHECK(run, "failed", nkb_value_get(hlo, "failed")->as.integer, total - ok);
        check_macs(run, hlo, "static.macs", tsv_get(&t, "hlo_macs"));
        check_macs(run, hlo, "static.nki_macs", tsv_get(&t, "nki_macs"));
        check(run, hlo, "static.nki_ratio", tsv_get(&t, "overall_nki_ratio"));
        check(run, hlo, "static.mean_ratio", tsv_get(&t, "average_nki_ratio"));
        check(run, hlo, "static.min_ratio", tsv_get(&t, "min_nki_ratio"));
        check(run, hlo, "static.max_ratio", tsv_get(&t, "max_nki_ratio"));
        close_folder(&f);
        compared++;
    }
    assert_true(compared >= 20);
    tsv_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folders_add_up_to_what_upstream_sums),
        cmocka_unit_test(runs_have_upstreams_totals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
