/* Logs in tests: text in, records or figures out. */
#ifndef TESTS_UNIT_TRAINLOG_CASE_H
#define TESTS_UNIT_TRAINLOG_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/steps.h"
#include "input/trainlog.h"

struct log_case {
    struct nkb_arena arena;
    struct nkb_trainlog log;
    struct nkb_log_record *at; /* all of them */
    size_t count, capacity;
    struct nkb_log_scan *scan; /* they went there, too */
};

static inline void log_take(void *context, const struct nkb_log_record *record)
{
    struct log_case *c = context;
    if (c->count == c->capacity) {
        c->capacity = c->capacity ? c->capacity * 2 : 64;
        c->at = realloc(c->at, c->capacity * sizeof *c->at);
        assert_non_null(c->at);
    }
    c->at[c->count++] = *record;
    nkb_log_scan_take(c->scan, record);
}

static inline void log_begin(struct log_case *c)
{
    *c = (struct log_case){.arena = NKB_ARENA_INIT};
    c->scan = nkb_log_scan_begin(&c->arena);
    assert_non_null(c->scan);
}

static inline void log_read(struct log_case *c, struct nkb_str text)
{
    struct nkb_err err = {0};
    log_begin(c);
    assert_int_equal(nkb_trainlog_read_bytes(text, log_take, c, &c->arena, &c->log, &err), 0);
    assert_int_equal(c->count, c->log.records);
}

static inline void log_text(struct log_case *c, const char *text)
{
    log_read(c, nkb_str_from(text));
}

static inline void log_file(struct log_case *c, const char *path)
{
    struct nkb_err err = {0};
    log_begin(c);
    if (nkb_trainlog_read_file(path, NULL, log_take, c, &c->arena, &c->log, &err) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(c->count, c->log.records);
}

/* What is made of the records, once. */
static inline struct nkb_value *log_metrics(struct log_case *c, const char *path,
                                            struct nkb_value *diagnostics)
{
    return nkb_log_metrics(&c->arena, &c->log, nkb_log_scan_end(c->scan, &c->log), path,
                           diagnostics);
}

static inline void log_free(struct log_case *c)
{
    free(c->at);
    nkb_arena_free(&c->arena);
}

static inline double log_get(const struct log_case *c, size_t i, enum nkb_log_key key)
{
    if (i >= c->count || !nkb_log_has(&c->at[i], key))
        fail_msg("record %zu of %zu has no key %d", i, c->count, (int)key);
    return c->at[i].value[key];
}

#define assert_number(expected, actual) assert_true((expected) == (actual))

#endif
