/* For the tests of FLOP models: count, or be refused with a text. Include after cmocka.h. */
#ifndef NKB_TESTS_COUNTING_H
#define NKB_TESTS_COUNTING_H

#include "analyze/flops.h"
#include "documents.h"

#define SMALL "'hidden_size':64,'num_hidden_layers':8,'num_attention_heads':4,'vocab_size':100"
#define MOE SMALL ",'intermediate_size':32,'num_experts':4,'num_experts_per_tok':2"

static inline struct nkb_flops count(struct nkb_arena *arena, const char *model,
                                     const struct nkb_value *config, int64_t seq_len)
{
    struct nkb_flops flops;
    struct nkb_err err = {0};
    if (nkb_flops_per_seq(model, config, "config.json", seq_len, arena, &flops, &err) != 0)
        fail_msg("%s: %s", model, err.text);
    return flops;
}

static inline void assert_refused(const char *model, const char *json, int64_t seq_len,
                                  const char *text)
{
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_flops flops;
    struct nkb_err err = {0};
    int code =
        nkb_flops_per_seq(model, parse(&arena, json), "config.json", seq_len, &arena, &flops, &err);
    assert_int_not_equal(code, 0);
    assert_int_equal(code, err.code);
    assert_string_equal(err.text, text);
    nkb_arena_free(&arena);
}

static inline int64_t parameter(const struct nkb_flops *flops, const char *name)
{
    const struct nkb_value *v = nkb_value_get(flops->parameters, name);
    assert_true(nkb_value_is(v, NKB_INT));
    return v->as.integer;
}

#endif
