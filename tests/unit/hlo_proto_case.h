/* A module written by the test, read with limits of its own. */
#ifndef NKB_TESTS_HLO_PROTO_CASE_H
#define NKB_TESTS_HLO_PROTO_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hlo_print.h"
#include "input/hlo_proto.h"
#include "proto_writer.h"

struct reading {
    struct nkb_arena arena;
    struct nkb_err err;
    struct nkb_hlo hlo;
    struct nkb_buf print; /* the module, or the message */
    int code;
};

/* Empties `bytes`. */
static inline struct reading read_within(struct nkb_buf *bytes, const struct nkb_hlo_limits *limits)
{
    struct reading r = {.arena = NKB_ARENA_INIT, .print = NKB_BUF_INIT};

    r.code = nkb_hlo_read_bytes_within(nkb_buf_str(bytes), limits, &r.arena, &r.hlo, &r.err);
    if (r.code == 0)
        print_module(&r.print, &r.hlo);
    else
        nkb_buf_printf(&r.print, "%s", r.err.text);
    nkb_buf_free(bytes);
    *bytes = NKB_BUF_INIT;
    return r;
}

static inline void done(struct reading *r)
{
    nkb_arena_free(&r->arena);
    nkb_buf_free(&r->print);
}

static inline void expect_within(struct nkb_buf *bytes, const struct nkb_hlo_limits *limits,
                                 const char *print)
{
    struct reading r = read_within(bytes, limits);
    assert_string_equal(r.print.data, print);
    done(&r);
}

static inline void expect(struct nkb_buf *bytes, const char *print)
{
    expect_within(bytes, &nkb_hlo_default_limits, print);
}

/* A module "m" of one computation "c" (id 1, root 1) with this one instruction; empties it. */
static inline struct nkb_buf module_of(struct nkb_buf *instruction)
{
    struct nkb_buf computation = NKB_BUF_INIT, module = NKB_BUF_INIT;

    put_text(&computation, 1, "c");
    put_int(&computation, 5, 1);
    put_int(&computation, 6, 1);
    put_message(&computation, 2, instruction);
    put_text(&module, 1, "m");
    put_int(&module, 6, 1);
    put_message(&module, 3, &computation);
    return module;
}

/* What is printed of that instruction. */
static inline void expect_instruction(struct nkb_buf *instruction, const char *print)
{
    struct nkb_buf module = module_of(instruction);
    struct reading r = read_within(&module, &nkb_hlo_default_limits);

    assert_int_equal(r.code, 0);
    char *line = strstr(r.print.data, "\n  ");
    assert_non_null(line);
    line += 3;
    char *end = strchr(line, '\n');
    assert_non_null(end);
    *end = '\0';
    assert_string_equal(line, print);
    done(&r);
}

static inline struct nkb_buf instruction_of(const char *opcode)
{
    struct nkb_buf out = NKB_BUF_INIT;
    put_text(&out, 1, "i");
    put_text(&out, 2, opcode);
    put_int(&out, 35, 1);
    return out;
}

static inline void put_shape(struct nkb_buf *out, uint32_t number, int64_t type,
                             const int64_t *dims, size_t rank)
{
    struct nkb_buf shape = NKB_BUF_INIT;
    put_int(&shape, 2, type);
    if (rank)
        put_packed(&shape, 3, dims, rank);
    put_message(out, number, &shape);
}

#endif
