/* A rule given as text, run over a few metrics: what the tests of the host share. */
#ifndef HOST_FIXTURE_H
#define HOST_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/sha256.h"
#include "host/host.h"

struct fixture {
    struct nkb_arena arena;
    struct nkb_limits limits;
    struct nkb_host *host;
    struct nkb_value *metrics, *options, *result;
    struct nkb_err err;
};

/* Made for who looks, as those of a run are. */
static inline struct nkb_value *fixture_module(const void *context, size_t i,
                                               struct nkb_arena *arena)
{
    static const char *const paths[] = {"a.hlo", "b.hlo", "c.hlo"};
    struct nkb_value *module = nkb_value_object(arena);
    (void)context;
    nkb_metric_text(arena, module, "path", paths[i], NULL);
    nkb_metric_int(arena, module, "macs", (int64_t)i * 10, "MAC", NULL);
    nkb_metric_absent(arena, module, "xla", "nothing is known of it");
    nkb_metric_int(arena, nkb_metric_group(arena, module, "static"), "macs", (int64_t)i * 5, "MAC",
                   paths[i]);
    return module;
}

static inline struct nkb_value *fixture_metrics(struct nkb_arena *arena)
{
    struct nkb_value *m = nkb_value_object(arena);
    struct nkb_value *training = nkb_metric_group(arena, m, "training");
    nkb_metric_float(arena, training, "mfu_percent", 15.5, "%", "--throughput");
    nkb_metric_float(arena, training, "throughput_seq_per_s", 2.1, "seq/s", "--throughput");
    nkb_metric_text(arena, training, "hw_backend", "trn1", NULL);
    struct nkb_value *hlo = nkb_metric_group(arena, m, "hlo");
    struct nkb_value *counts = nkb_metric_group(arena, hlo, "static");
    nkb_metric_int(arena, counts, "macs", INT64_C(9007199254740993), "MAC", "cache");
    nkb_metric_int(arena, counts, "nki_macs", 923, "MAC", "cache");
    nkb_metric_float(arena, counts, "nki_ratio", 0.1846, NULL, "cache: 4 modules");
    nkb_value_locate(arena, nkb_value_get(counts, "nki_ratio"), "cache", "4 modules");
    nkb_value_put(arena, hlo, "modules", nkb_value_made_list(arena, 3, fixture_module, NULL));
    struct nkb_value *list = nkb_metric_list(arena, hlo, "sparse");
    nkb_value_append(arena, list, nkb_value_int(arena, 7));
    nkb_value_append(arena, list, nkb_value_new(arena, NKB_NULL));
    nkb_value_append(arena, list, nkb_value_int(arena, 9));
    nkb_metric_absent(arena, m, "inference",
                      "benchmark_inference.json: no such file (--inference-results)");
    struct nkb_value *model = nkb_metric_group(arena, m, "model");
    nkb_value_put(arena, model, "rope", nkb_value_new(arena, NKB_NULL));
    nkb_value_locate(arena, model, "config.json", NULL);
    nkb_value_put(arena, model, "hidden_size", nkb_value_int(arena, 4096));
    nkb_metric_int(arena, model, "counted", 7, NULL, "a formula");
    struct nkb_value *tasks =
        nkb_metric_group(arena, nkb_metric_group(arena, m, "reasoning"), "tasks");
    nkb_metric_float(arena, nkb_metric_group(arena, tasks, "mmlu.pro"), "acc", 0.5, NULL,
                     "results.json");
    return m;
}

static inline void fixture_open(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    f->arena = NKB_ARENA_INIT;
    f->limits = NKB_LIMITS_DEFAULT;
    f->limits.seconds = 100; /* a loaded machine under a sanitizer is slow */
    f->metrics = fixture_metrics(&f->arena);
    f->options = nkb_value_object(&f->arena);
}

static inline void fixture_close(struct fixture *f)
{
    nkb_host_free(f->host);
    nkb_arena_free(&f->arena);
}

static inline int fixture_load_bytes(struct fixture *f, struct nkb_str text)
{
    struct nkb_rule_source source = {.name = "score.lua",
                                     .path = "score.lua",
                                     .origin = "file",
                                     .directory = "tests/data/rules",
                                     .text = text};
    assert_int_equal(nkb_sha256_text(text, source.sha256, &f->err), 0);
    if (f->host)
        nkb_host_free(f->host);
    f->host = NULL;
    int code = nkb_host_new(&f->host, &f->limits, &f->err);
    return code != 0 ? code : nkb_host_load(f->host, &source, &f->err);
}

static inline int fixture_load(struct fixture *f, const char *text)
{
    return fixture_load_bytes(f, nkb_str_from(text));
}

static inline int fixture_score(struct fixture *f)
{
    struct nkb_run_facts facts = {"2026-03-04T09:15:02.118000", "0.1.0", f->options, NULL, NULL};
    return nkb_host_score(f->host, f->metrics, &facts, &f->arena, &f->result, &f->err);
}

/* Load and score a rule whose score function has this body; the code of what failed, or 0. */
static inline int fixture_run(struct fixture *f, const char *body)
{
    char *text =
        nkb_arena_printf(&f->arena, "return { api = 1, score = function(m, p, t)\n%s\nend }", body);
    int code = fixture_load(f, text);
    return code != 0 ? code : fixture_score(f);
}

static inline double fixture_number(struct fixture *f)
{
    double score = -1;
    assert_true(nkb_value_number(nkb_value_get(f->result, "score"), &score));
    return score;
}

/* The body's score, which must be had. */
static inline double score_of(const char *body)
{
    struct fixture f;
    fixture_open(&f);
    int code = fixture_run(&f, body);
    if (code != 0)
        fail_msg("%s", f.err.text);
    double score = fixture_number(&f);
    fixture_close(&f);
    return score;
}

/* The body must fail with this code and text. */
static inline void assert_fails(const char *body, int code, const char *text)
{
    struct fixture f;
    fixture_open(&f);
    int got = fixture_run(&f, body);
    assert_string_equal(got == 0 ? "it did not fail" : f.err.text, text);
    assert_int_equal(got, code);
    assert_int_equal(f.err.code, code);
    fixture_close(&f);
}

/* The whole rule must be refused when it is loaded. */
static inline void assert_refused(const char *rule, const char *text)
{
    struct fixture f;
    fixture_open(&f);
    int got = fixture_load(&f, rule);
    assert_string_equal(got == 0 ? "it was taken" : f.err.text, text);
    assert_int_equal(got, NKB_ERULE);
    fixture_close(&f);
}

/* A layout's text. */
static inline int fixture_layout(struct fixture *f, const char *name, struct nkb_buf *out)
{
    bool present = false;
    out->len = 0;
    int code = nkb_host_layout(f->host, name, out, &present, &f->err);
    if (code == 0)
        assert_true(present);
    return code;
}

#endif
