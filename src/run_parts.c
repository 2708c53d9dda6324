/* Parts of scans among the files of a run: reading them, whether their shards make a whole, and
 * what they say twice. */
#include "run_scan.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/num.h"

enum {
    MAX_PART_BYTES = 1 << 30,
    MAX_NAMED_SHARDS = 8, /* of those missing, in one message */
};

bool run_is_part(const char *path)
{
    char head[NKB_PART_MAGIC_BYTES];
    struct stat st;
    if (strcmp(path, "-") == 0 || stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return false;
    ssize_t size = read(fd, head, sizeof head);
    close(fd);
    return size == (ssize_t)sizeof head && nkb_part_detect((struct nkb_str){head, sizeof head});
}

static int take_front(nkb_run *run, const struct nkb_part *part, const char *path,
                      struct run_files *files)
{
    for (uint32_t i = 0; i < part->source_count; i++) {
        const char **source = RUN_LIST_ADD(run, &files->sources);
        if (!source)
            return nkb_err_memory(&run->err);
        *source = part->sources[i];
    }
    for (uint32_t i = 0; i < part->problem_count; i++) {
        const char **problem = RUN_LIST_ADD(run, &files->problems);
        if (!problem)
            return nkb_err_memory(&run->err);
        *problem = part->problems[i];
    }
    for (uint32_t i = 0; i < part->shard_count; i++) {
        struct nkb_shard *shard = RUN_LIST_ADD(run, &files->shards);
        if (!shard)
            return nkb_err_memory(&run->err);
        *shard = part->shards[i];
        shard->part = path;
    }
    return 0;
}

/* Groups that nothing will be made of: none of a file itself would have been made. Those of a page
 * are there for as long as this may be the page of a single module. */
static void drop_groups(const nkb_run *run, struct run_files *files, struct nkb_module *module)
{
    if (run->module_count > 0 && !nkb_str_equal(run->modules[0].path, module->path))
        files->page_dimensions = 0;
    unsigned wanted = files->dimensions | files->page_dimensions;
    for (int d = 0; d < NKB_DIMENSIONS && module->groups; d++)
        if ((wanted >> d & 1) == 0)
            module->groups[d] = (struct nkb_groups){0};
        else if (d == NKB_BY_INSTRUCTION)
            nkb_groups_cut(&module->groups[d], files->listed);
    if (wanted == 0)
        module->groups = NULL;
}

struct taking {
    nkb_run *run;
    const char *path;
    struct run_files *files;
};

/* A scan passes it on; otherwise what will be looked at stays. */
static int take_module(void *context, struct nkb_module *taken, struct nkb_err *err)
{
    const struct taking *taking = context;
    nkb_run *run = taking->run;
    taken->part = taking->path;
    if (run->draft) {
        int code = run_draft(run, taken, err);
        struct nkb_module *module = code == 0 ? run_add_module(run) : NULL;
        if (module)
            *module = *taken;
        return code != 0 || module ? code : nkb_err_memory(err);
    }
    drop_groups(run, taking->files, taken);
    struct nkb_module *module = run_add_module(run);
    return module && nkb_record_copy(&taking->files->room, &nkb_module_record, taken, module)
               ? 0
               : nkb_err_memory(err);
}

/* A file is read as it is taken; what has no size is read into *bytes first. */
static int open_part(const char *path, struct nkb_part_source *from, struct nkb_buf *bytes,
                     struct nkb_err *err)
{
    int64_t size = -1;
    *from = (struct nkb_part_source){.fd = -1};
    int fd = STDIN_FILENO, code = 0;
    if (strcmp(path, "-") != 0)
        code = nkb_file_open(path, NULL, &fd, &size, err);
    if (code == 0 && size > 0 && size <= MAX_PART_BYTES) {
        *from = (struct nkb_part_source){.fd = fd, .size_bytes = (size_t)size};
        return 0;
    }
    if (code == 0)
        code = nkb_file_read_rest(fd, path, NULL, MAX_PART_BYTES, bytes, err);
    if (fd > STDIN_FILENO)
        close(fd);
    from->bytes = nkb_buf_str(bytes);
    from->size_bytes = bytes->len;
    return code;
}

int run_add_part(nkb_run *run, const char *path, struct run_files *files)
{
    struct nkb_arena passing = NKB_ARENA_INIT;
    struct nkb_buf bytes = NKB_BUF_INIT;
    struct nkb_part_source from;
    struct nkb_part part, kept;
    struct taking taking = {run, path, files};

    if (files->shards_of > 0)
        return nkb_err_set(&run->err, NKB_EUSAGE,
                           "%s: is a part; --shard picks from files and folders", path);
    int code = open_part(path, &from, &bytes, &run->err);
    if (code == 0) {
        code = nkb_part_read(&from, NKB_VERSION, take_module, &taking, &passing, &part, &run->err);
        if (code != 0)
            nkb_err_prefix(&run->err, "%s: ", path);
    }
    if (from.fd > 0)
        close(from.fd);
    if (code == 0 && !nkb_record_copy(&files->room, &nkb_part_record, &part, &kept))
        code = nkb_err_memory(&run->err);
    nkb_arena_free(&passing);
    nkb_buf_free(&bytes);
    return code == 0 ? take_front(run, &kept, path, files) : code;
}

/* ---- shards: those of one listing make a set, and each is there once ---- */

static int order_of(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static int by_source(const void *a, const void *b)
{
    const struct nkb_shard *x = a, *y = b;
    int order = nkb_str_compare(x->of, y->of);
    if (order == 0)
        order = memcmp(x->listing, y->listing, sizeof x->listing);
    if (order == 0)
        order = order_of(x->count, y->count);
    if (order == 0)
        order = order_of(x->index, y->index);
    return order ? order : strcmp(x->part, y->part);
}

/* Whatever the folders were called where they were scanned. */
static int by_listing(const void *a, const void *b)
{
    const struct nkb_shard *x = a, *y = b;
    int order = memcmp(x->listing, y->listing, sizeof x->listing);
    if (order == 0)
        order = order_of(x->index, y->index);
    return order ? order : by_source(a, b);
}

static int refuse_pair(nkb_run *run, const struct nkb_shard *a, const struct nkb_shard *b)
{
    if (a->count != b->count)
        return nkb_err_set(
            &run->err, NKB_EINPUT,
            "%s: shard %lld of %lld of %.*s, but %s is shard %lld of %lld; all shards are "
            "to be of one scan",
            b->part, (long long)b->index, (long long)b->count, NKB_STR_ARG(b->of), a->part,
            (long long)a->index, (long long)a->count);
    if (a->index == b->index)
        return nkb_err_set(&run->err, NKB_EINPUT,
                           "%s: shard %lld of %lld of %.*s, which %s is too; each is given once",
                           b->part, (long long)b->index, (long long)b->count, NKB_STR_ARG(b->of),
                           a->part);
    return nkb_err_set(
        &run->err, NKB_EINPUT,
        "%s: shard %lld of %lld found %lld files in %.*s, and %s, shard %lld, %lld%s; it "
        "changed in between: scan again",
        b->part, (long long)b->index, (long long)b->count, (long long)b->files, NKB_STR_ARG(b->of),
        a->part, (long long)a->index, (long long)a->files, a->files == b->files ? " others" : "");
}

/* A folder is scanned once, by shards that found the same in it. */
static int check_sources(nkb_run *run, struct run_files *files)
{
    struct nkb_shard *at = files->shards.at;
    size_t kept = 0;
    if (files->shards.count > 0)
        qsort(at, files->shards.count, sizeof *at, by_source);
    for (size_t i = 0; i < files->shards.count; i++) {
        const struct nkb_shard *last = kept > 0 ? &at[kept - 1] : NULL;
        bool again = last && nkb_str_equal(last->of, at[i].of);
        bool same = again && memcmp(last->listing, at[i].listing, sizeof last->listing) == 0;
        if (same && last->index == at[i].index && last->count == at[i].count &&
            strcmp(last->part, at[i].part) == 0)
            continue; /* the same part was given twice */
        if (again && (!same || last->count != at[i].count || last->index == at[i].index))
            return refuse_pair(run, last, &at[i]);
        at[kept++] = at[i];
    }
    files->shards.count = kept;
    return 0;
}

/* Of a set in order: the shards from one after `last` to before `next`. */
static void name_missing(struct nkb_buf *out, size_t *missing, int64_t last, int64_t next)
{
    for (int64_t i = last + 1; i < next; i++)
        if ((*missing)++ < MAX_NAMED_SHARDS)
            nkb_buf_printf(out, "%s%lld", *missing > 1 ? ", " : "", (long long)i);
}

static int check_set(nkb_run *run, const struct nkb_shard *set, size_t count)
{
    struct nkb_buf named = NKB_BUF_INIT;
    size_t missing = 0;
    int code = 0;

    for (size_t i = 1; i < count && code == 0; i++)
        if (set[i].count != set[0].count || set[i].index == set[i - 1].index)
            code = refuse_pair(run, &set[i - 1], &set[i]);
    for (size_t i = 0; i < count && code == 0; i++)
        name_missing(&named, &missing, i > 0 ? set[i - 1].index : 0, set[i].index);
    name_missing(&named, &missing, set[count - 1].index, set[0].count + 1);
    if (code == 0 && missing > MAX_NAMED_SHARDS)
        nkb_buf_printf(&named, " and %zu more", missing - MAX_NAMED_SHARDS);
    if (code == 0 && missing > 0)
        code = nkb_err_set(&run->err, NKB_EINPUT, "%s %s of %lld of %.*s %s missing",
                           missing == 1 ? "shard" : "shards", named.data ? named.data : "",
                           (long long)set[0].count, NKB_STR_ARG(set[0].of),
                           missing == 1 ? "is" : "are");
    nkb_buf_free(&named);
    return code;
}

/* Whole by the folder's name, or by what was found wherever it was mounted. */
static bool whole_by_source(const struct nkb_shard *at, size_t count)
{
    size_t first = 0;
    for (size_t i = 1; i <= count; i++) {
        if (i < count && nkb_str_equal(at[i].of, at[first].of))
            continue;
        if (i - first != (size_t)at[first].count)
            return false;
        first = i;
    }
    return true;
}

static int by_listing_then_source(const void *a, const void *b)
{
    const struct nkb_shard *x = a, *y = b;
    int order = memcmp(x->listing, y->listing, sizeof x->listing);
    return order ? order : by_source(a, b);
}

int run_check_shards(nkb_run *run, struct run_files *files, bool whole)
{
    struct nkb_shard *at = files->shards.at;
    int code = check_sources(run, files);
    size_t count = files->shards.count;
    if (code != 0 || !whole || count == 0)
        return code;

    qsort(at, count, sizeof *at, by_listing_then_source);
    for (size_t first = 0, i = 1; i <= count && code == 0; i++) {
        if (i < count && memcmp(at[i].listing, at[first].listing, sizeof at[i].listing) == 0)
            continue;
        if (!whole_by_source(at + first, i - first)) {
            qsort(at + first, i - first, sizeof *at, by_listing);
            code = check_set(run, at + first, i - first);
        }
        first = i;
    }
    return code;
}

/* ---- what is said of one path twice ---- */

static const char *name_of(const struct nkb_module *module)
{
    return module->part ? module->part : "the file";
}

/* One counts, with all that either was asked for. */
static int settle(nkb_run *run, struct nkb_module *kept, struct nkb_module *again)
{
    if (nkb_module_has_digest(kept) != nkb_module_has_digest(again)) {
        run_take_digest(kept);
        run_take_digest(again);
    }
    unsigned ignored = NKB_ASPECT_ASKED | (kept->named != again->named ? NKB_ASPECT_PLACE : 0);
    if (!nkb_record_equal(&nkb_module_record, kept, again, ignored))
        return nkb_err_set(&run->err, NKB_EINPUT, "%.*s: %s and %s differ about it; scan it again",
                           NKB_STR_ARG(kept->path), name_of(kept), name_of(again));
    for (int i = 0; kept->groups && again->groups && i < NKB_DIMENSIONS; i++)
        if (!kept->groups[i].made)
            kept->groups[i] = again->groups[i];
    if (!kept->groups)
        kept->groups = again->groups;
    return 0;
}

static int settle_drafted(nkb_run *run, struct nkb_module *kept, const struct nkb_module *again)
{
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_module one, other;
    int code = nkb_part_draft_get(run->draft, kept, &arena, &one, &run->err);
    if (code == 0)
        code = nkb_part_draft_get(run->draft, again, &arena, &other, &run->err);
    if (code == 0) {
        one.part = kept->part;
        other.part = again->part;
        code = settle(run, &one, &other);
    }
    if (code == 0)
        code = run_draft(run, &one, &run->err);
    if (code == 0)
        *kept = one;
    nkb_arena_free(&arena);
    return code;
}

int run_settle_overlaps(nkb_run *run)
{
    size_t kept = 0;
    for (size_t i = 1; i < run->module_count; i++) {
        struct nkb_module *at = run->modules;
        if (!nkb_str_equal(at[kept].path, at[i].path)) {
            at[++kept] = at[i];
            continue;
        }
        int code =
            run->draft ? settle_drafted(run, &at[kept], &at[i]) : settle(run, &at[kept], &at[i]);
        if (code != 0)
            return code;
    }
    if (run->module_count > 0)
        run->module_count = kept + 1;
    return 0;
}

/* A module's part lists the instructions with most MACs: for other questions that is not enough. */
int run_check_listed(nkb_run *run, const struct nkb_attribution *by)
{
    if ((by->dimensions >> NKB_BY_INSTRUCTION & 1) == 0)
        return 0;
    for (size_t i = 0; i < run->module_count; i++) {
        const struct nkb_module *module = &run->modules[i];
        const struct nkb_groups *listed = nkb_module_groups(module, NKB_BY_INSTRUCTION);
        if (module->part && listed->has_rest &&
            (listed->count < by->top || by->sort != NKB_FIG_MACS))
            return nkb_err_set(
                &run->err, NKB_EINPUT,
                listed->count < NKB_TOP_MAX
                    ? "%s: lists the %u instructions with most MACs of %.*s; for this scan "
                      "with --top %d"
                    : "%s: lists the %u instructions with most MACs of %.*s; no part lists more "
                      "than %d, for this name the file itself",
                module->part, listed->count, NKB_STR_ARG(module->path), NKB_TOP_MAX);
    }
    return 0;
}
