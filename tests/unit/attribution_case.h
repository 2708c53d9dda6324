/* A module of HLO text, analysed by every dimension. */
#ifndef NKB_TESTS_ATTRIBUTION_CASE_H
#define NKB_TESTS_ATTRIBUTION_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyze/module.h"
#include "base/buf.h"
#include "input/hlo.h"

enum { ALL = (1 << NKB_DIMENSIONS) - 1 };

struct fixture {
    struct nkb_arena arena;
    struct nkb_module module;
    struct nkb_err err;
};

static inline void analyse(struct fixture *f, const char *text, uint32_t depth, uint32_t top)
{
    const struct nkb_attribution by = {
        .dimensions = ALL, .depth = depth, .top = top, .sort = NKB_FIG_MACS};
    struct nkb_hlo hlo;
    *f = (struct fixture){.arena = NKB_ARENA_INIT};
    if (nkb_hlo_read_bytes(nkb_str_from(text), &f->arena, &hlo, &f->err) != 0 ||
        nkb_module_analyze_by(&hlo, &by, &f->arena, &f->module, &f->err) != 0)
        fail_msg("%s", f->err.text);
    f->module.path = NKB_STR_LITERAL("m.hlo");
    f->module.named = true;
}

static inline void done(struct fixture *f)
{
    nkb_arena_free(&f->arena);
}

static inline const struct nkb_group *group(const struct fixture *f, enum nkb_dimension by,
                                            const char *key)
{
    const struct nkb_groups *groups = nkb_module_groups(&f->module, by);
    for (uint32_t i = 0; i < groups->count; i++)
        if (nkb_str_is(groups->at[i].key, key))
            return &groups->at[i];
    return NULL;
}

static inline int64_t figure(const struct fixture *f, enum nkb_dimension by, const char *key,
                             enum nkb_figure figure)
{
    const struct nkb_group *g = group(f, by, key);
    if (!g)
        fail_msg("no %s '%s'", nkb_dimension_name(by), key);
    assert_int_equal(g->absent >> figure & 1, 0);
    return g->figures[figure];
}

/* f.1 called from so many scopes. */
static inline void analyse_callers(struct fixture *f, int callers, uint32_t depth)
{
    struct nkb_buf text = NKB_BUF_INIT;
    nkb_buf_text(&text, "HloModule m\n\nf.1 {\n  a = f32[4,4] parameter(0)\n"
                        "  ROOT d = f32[4,4] dot(a, a), lhs_contracting_dims={1}, "
                        "rhs_contracting_dims={0}, metadata={op_name=\"dot\"}\n}\n\n"
                        "ENTRY e {\n  p.0 = f32[4,4] parameter(0)\n");
    for (int i = 0; i < callers; i++)
        nkb_buf_printf(&text,
                       "  p.%d = f32[4,4] call(p.%d), to_apply=f.1, "
                       "metadata={op_name=\"m/layer_%d\"}\n",
                       i + 1, i, i);
    nkb_buf_text(&text, "}\n");
    analyse(f, text.data, depth, 10);
    nkb_buf_free(&text);
}

static const char fusion_text[] =
    "HloModule m\n\n"
    "f.1 {\n  a = f32[8,8] parameter(0)\n  e = f32[8,8] exponential(a)\n"
    "  ROOT n = f32[8,8] negate(e)\n}\n\n"
    "g.1 {\n  a = f32[8,8] parameter(0)\n  ROOT n = f32[8,8] negate(a)\n}\n\n"
    "ENTRY e {\n  p = f32[8,8] parameter(0)\n"
    "  u = f32[8,8] fusion(p), kind=kLoop, calls=f.1\n"
    "  c = f32[8,8] call(u), to_apply=g.1\n  ROOT d = f32[8,8] call(c), to_apply=g.1\n}\n";

static const char loop_text[] =
    "HloModule m\n\n"
    "body {\n  t = (s32[], f32[4,4]) parameter(0)\n  i = s32[] get-tuple-element(t), index=0\n"
    "  x = f32[4,4] get-tuple-element(t), index=1\n  one = s32[] constant(1)\n"
    "  j = s32[] add(i, one)\n"
    "  y = f32[4,4] dot(x, x), lhs_contracting_dims={1}, rhs_contracting_dims={0}\n"
    "  ROOT r = (s32[], f32[4,4]) tuple(j, y)\n}\n\n"
    "cond {\n  t = (s32[], f32[4,4]) parameter(0)\n  i = s32[] get-tuple-element(t), index=0\n"
    "  n = s32[] constant(5)\n  ROOT l = pred[] compare(i, n), direction=LT\n}\n\n"
    "ENTRY e {\n  p = f32[4,4] parameter(0)\n  z = s32[] constant(0)\n"
    "  t = (s32[], f32[4,4]) tuple(z, p)\n"
    "  ROOT w = (s32[], f32[4,4]) while(t), condition=cond, body=body\n}\n";

#endif
