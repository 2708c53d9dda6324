/* A scan: a run that ends with a part instead of metrics, of all files or of one process's share.
 * Which share a file falls to depends on its name below the folder alone, so that processes that
 * never speak with each other leave out no file and take none twice. */
#include "run_scan.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/sha256.h"

int run_read_shard(nkb_run *run, struct run_files *files)
{
    const char *asked = run_asked(run, "shard"), *slash = asked ? strchr(asked, '/') : NULL;
    int64_t index = 0, count = 0;

    if (!asked)
        return 0;
    if (!run_asked(run, "scan"))
        return nkb_err_set(&run->err, NKB_EUSAGE,
                           "--shard is for --scan: what one shard holds is no result");
    if (!slash || !nkb_parse_i64((struct nkb_str){asked, (size_t)(slash - asked)}, &index) ||
        !nkb_parse_i64(nkb_str_from(slash + 1), &count) || count < 1 || count > NKB_MAX_SHARDS ||
        index < 1 || index > count)
        return nkb_err_set(&run->err, NKB_EUSAGE,
                           "--shard is '%s'; which of how many is expected, from 1/1 to %d/%d",
                           asked, NKB_MAX_SHARDS, NKB_MAX_SHARDS);
    files->shard = index;
    files->shards_of = count;
    return 0;
}

int run_pick(nkb_run *run, struct run_files *files, struct nkb_str name, bool *mine)
{
    unsigned char digest[NKB_SHA256_BYTES];
    uint64_t hash = 0;

    *mine = true;
    if (files->shards_of == 0)
        return 0;
    struct nkb_str *found = RUN_LIST_ADD(run, &files->found);
    if (!found)
        return nkb_err_memory(&run->err);
    *found = name;
    int code = nkb_sha256_bytes(name, digest, &run->err);
    for (int i = 0; i < 8; i++)
        hash = hash << 8 | digest[i];
    *mine = hash % (uint64_t)files->shards_of + 1 == (uint64_t)files->shard;
    return code;
}

static int compare_names(const void *a, const void *b)
{
    return nkb_str_compare(*(const struct nkb_str *)a, *(const struct nkb_str *)b);
}

/* The digest of all names, each ended by a NUL, in order. */
static int list_found(nkb_run *run, const struct run_files *files, unsigned char *digest)
{
    struct nkb_buf names = NKB_BUF_INIT;
    if (files->found.count > 0)
        qsort(files->found.at, files->found.count, sizeof *files->found.at, compare_names);
    for (size_t i = 0; i < files->found.count; i++)
        nkb_buf_append(&names, files->found.at[i].ptr, files->found.at[i].len + 1);
    int code = names.failed ? nkb_err_memory(&run->err)
                            : nkb_sha256_bytes(nkb_buf_str(&names), digest, &run->err);
    nkb_buf_free(&names);
    return code;
}

static int add_shard(nkb_run *run, const struct run_files *files, struct nkb_part *part)
{
    struct nkb_buf of = NKB_BUF_INIT;
    struct nkb_shard *shard = nkb_arena_alloc(&run->arena, sizeof *shard);
    for (size_t i = 0; i < files->sources.count; i++)
        nkb_buf_printf(&of, "%s%s", i > 0 ? ", " : "", files->sources.at[i]);
    int code = !shard || of.failed ? nkb_err_memory(&run->err) : 0;
    if (code == 0) {
        *shard = (struct nkb_shard){
            .of = nkb_arena_copy(&run->arena, nkb_buf_str(&of)),
            .index = files->shard,
            .count = files->shards_of,
            .files = (int64_t)files->found.count,
        };
        code = list_found(run, files, shard->listing);
        part->shards = shard;
        part->shard_count = 1;
    }
    nkb_buf_free(&of);
    return code;
}

/* What the log of a job should say, for whoever looks for a file that is not in the end. */
static void note(nkb_run *run, const struct nkb_part *part)
{
    size_t bad = 0;
    const struct nkb_module *first = NULL;
    for (uint32_t i = 0; i < part->module_count; i++)
        if (!part->modules[i].ok && bad++ == 0)
            first = &part->modules[i];
    if (first)
        run_diagnose(run, true,
                     "%zu of %u HLO files cannot be read and will count nothing: %.*s: %s", bad,
                     part->module_count, NKB_STR_ARG(first->path), first->error);
}

int run_draft(nkb_run *run, struct nkb_module *module, struct nkb_err *err)
{
    int code = nkb_part_draft_put(run->draft, module, err);
    if (code == 0)
        *module = (struct nkb_module){
            .path = nkb_str_from(nkb_part_draft_text(run->draft, module->path.ptr)),
            .named = module->named,
            .part = module->part,
            .ok = module->ok,
            .size_bytes = module->size_bytes, /* for progress */
            .error = nkb_part_draft_text(run->draft, module->error),
            .drafted = module->drafted,
        };
    return code;
}

int run_write_part(nkb_run *run, nkb_part_write_fn *write, void *context)
{
    if (!run->part && run->err.text[0])
        return run->err.code; /* why the measuring failed */
    if (!run->part)
        return nkb_err_set(&run->err, NKB_EUSAGE, "no part: ask for \"scan\" before measuring");
    return nkb_part_draft_write(run->draft, run->part, NKB_VERSION, write, context, &run->err);
}

bool run_all_refused(const nkb_run *run, const struct run_files *files)
{
    bool any_named = false;
    if (files->shards_of > 0 || files->shards.count > 0)
        return false;
    for (size_t i = 0; i < run->module_count; i++) {
        if (run->modules[i].ok || run->modules[i].part)
            return false;
        any_named = any_named || run->modules[i].named;
    }
    return any_named;
}

int run_make_part(nkb_run *run, const struct run_files *files)
{
    struct nkb_part *part = nkb_arena_alloc(&run->arena, sizeof *part);
    if (!part || run->module_count > UINT32_MAX || files->shards.count > UINT32_MAX ||
        files->sources.count > UINT32_MAX || files->problems.count > UINT32_MAX)
        return nkb_err_memory(&run->err);
    *part = (struct nkb_part){
        .sources = files->sources.at,
        .problems = files->problems.at,
        .shards = files->shards.at,
        .modules = run->modules,
        .source_count = (uint32_t)files->sources.count,
        .problem_count = (uint32_t)files->problems.count,
        .shard_count = (uint32_t)files->shards.count,
        .module_count = (uint32_t)run->module_count,
    };
    int code = files->shards_of > 0 ? add_shard(run, files, part) : 0;
    if (code == 0)
        run->part = part;
    note(run, part);
    nkb_metric_absent(&run->arena, run->metrics, "hlo",
                      "scanned for a part, which is still to be merged");
    return code;
}
