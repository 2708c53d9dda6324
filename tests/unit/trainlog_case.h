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

#include "input/trainlog.h"

enum { MOST_RECORDS = 64 };

struct log_case {
    struct nkb_arena arena;
    struct nkb_trainlog log;
    struct nkb_log_record at[MOST_RECORDS]; /* the first ones, unpacked */
    size_t count;
};

static inline void log_unpack(struct log_case *c)
{
    struct nkb_log_cursor cursor = nkb_trainlog_begin(&c->log);
    struct nkb_log_record record = {0};
    for (c->count = 0; nkb_trainlog_next(&cursor, &record); c->count++)
        if (c->count < MOST_RECORDS)
            c->at[c->count] = record;
    assert_int_equal(c->count, c->log.records);
}

static inline void log_read(struct log_case *c, struct nkb_str text)
{
    struct nkb_err err = {0};
    c->arena = NKB_ARENA_INIT;
    assert_int_equal(nkb_trainlog_read_bytes(text, &c->arena, &c->log, &err), 0);
    log_unpack(c);
}

static inline void log_text(struct log_case *c, const char *text)
{
    log_read(c, nkb_str_from(text));
}

static inline void log_file(struct log_case *c, const char *path)
{
    struct nkb_err err = {0};
    c->arena = NKB_ARENA_INIT;
    if (nkb_trainlog_read_file(path, NULL, &c->arena, &c->log, &err) != 0)
        fail_msg("%s", err.text);
    log_unpack(c);
}

static inline void log_free(struct log_case *c)
{
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
