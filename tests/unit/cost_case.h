/* A module in XLA's text form, costed. */
#ifndef TESTS_UNIT_COST_CASE_H
#define TESTS_UNIT_COST_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/cost.h"
#include "base/buf.h"
#include "input/hlotext.h"

struct cost_case {
    struct nkb_arena arena, keep;
    struct nkb_hlo hlo;
    struct nkb_module module;
};

static inline void cost_read(struct cost_case *c, const char *text)
{
    struct nkb_err err = {0};
    *c = (struct cost_case){.arena = NKB_ARENA_INIT, .keep = NKB_ARENA_INIT};
    if (nkb_hlotext_read(nkb_str_from(text), &c->arena, &c->hlo, &err) != 0)
        fail_msg("%s", err.text);
}

/* Again after the model was changed by hand, and with every computation run `times` times. */
static inline void cost_analyze(struct cost_case *c, int64_t times)
{
    nkb_i128 *all = nkb_arena_array(&c->arena, c->hlo.computation_count, sizeof *all);
    for (uint32_t i = 0; i < c->hlo.computation_count; i++)
        all[i] = times;
    c->module = (struct nkb_module){0};
    nkb_cost_analyze(&c->hlo, times ? all : NULL, &c->keep, &c->module);
}

static inline void cost_close(struct cost_case *c)
{
    nkb_arena_free(&c->arena);
    nkb_arena_free(&c->keep);
}

/* The instruction of that name, to be broken by a test. */
static inline struct nkb_hlo_instruction *cost_find(struct cost_case *c, const char *name)
{
    for (uint32_t i = 0; i < c->hlo.computation_count; i++)
        for (uint32_t k = 0; k < c->hlo.computations[i].instruction_count; k++)
            if (nkb_str_is(c->hlo.computations[i].instructions[k].name, name))
                return &c->hlo.computations[i].instructions[k];
    fail_msg("no instruction '%s'", name);
    return NULL;
}

static inline const struct nkb_op *cost_op(const struct cost_case *c, enum nkb_hlo_opcode opcode)
{
    for (uint32_t i = 0; i < c->module.op_count; i++)
        if (c->module.ops[i].opcode == opcode)
            return &c->module.ops[i];
    fail_msg("no opcode '%s'", nkb_hlo_opcode_name(opcode));
    return NULL;
}

/* What the opcodes did is what the module did, less the -1 of unknown calls. */
static inline void cost_check_sums(const struct nkb_module *module, const char *what)
{
    int64_t flops = 0, transcendentals = 0, bytes = 0;
    for (uint32_t i = 0; i < module->op_count; i++) {
        flops += module->ops[i].flops;
        transcendentals += module->ops[i].transcendentals;
        bytes += module->ops[i].bytes;
    }
    if (flops - module->xla.unknown_calls != module->xla.flops ||
        transcendentals != module->xla.transcendentals || bytes < module->xla.bytes ||
        bytes - module->xla.bytes > module->xla.unknown_calls)
        fail_msg("%s: opcodes sum to %lld %lld %lld", what, (long long)flops,
                 (long long)transcendentals, (long long)bytes);
}

static inline void assert_cost(const char *text, int64_t flops, int64_t transcendentals,
                               int64_t bytes)
{
    struct cost_case c;
    cost_read(&c, text);
    cost_analyze(&c, 0);
    if (!c.module.has_xla)
        fail_msg("%s", c.module.why_no_xla);
    assert_int_equal(c.module.xla.flops, flops);
    assert_int_equal(c.module.xla.transcendentals, transcendentals);
    assert_int_equal(c.module.xla.bytes, bytes);
    cost_check_sums(&c.module, "module");
    cost_close(&c);
}

static inline void assert_why(struct cost_case *c, const char *why)
{
    cost_analyze(c, 1);
    assert_false(c->module.has_xla);
    assert_string_equal(c->module.why_no_xla, why);
}

static inline void assert_no_cost(const char *text, const char *why)
{
    struct cost_case c;
    cost_read(&c, text);
    assert_why(&c, why);
    cost_close(&c);
}

#endif
