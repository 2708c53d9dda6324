/* Groups of several modules as tables. */
#include "attribution_case.h"

#include "analyze/hlo_table.h"

static struct nkb_value *table(struct nkb_arena *arena, const struct nkb_module *modules,
                               size_t count, const struct nkb_table_request *request)
{
    const struct nkb_hlo_totals_options options = {.source = "here"};
    struct nkb_value *out = NULL;
    struct nkb_err err;
    if (nkb_hlo_table(arena, modules, count, NULL, &options, request, &out, &err) != 0)
        fail_msg("%s", err.text);
    return out;
}

/* The same with the groups of the first module added up before. */
static struct nkb_value *table_of_early(struct nkb_arena *arena, struct nkb_module *modules,
                                        size_t count, const struct nkb_table_request *request)
{
    const struct nkb_hlo_totals_options options = {.source = "here"};
    struct nkb_rows own = NKB_ROWS_INIT(request->by, 0), early = NKB_ROWS_INIT(request->by, 0);
    struct nkb_groups *groups = &modules[0].groups[request->by], saved = *groups;
    struct nkb_value *out = NULL;
    struct nkb_err err;
    assert_true(nkb_rows_add(&own, &modules[0]) && nkb_rows_join(&early, &own));
    nkb_rows_free(&own);
    groups->count = 0;
    groups->at = NULL;
    if (nkb_hlo_table(arena, modules, count, &early, &options, request, &out, &err) != 0)
        fail_msg("%s", err.text);
    nkb_rows_free(&early);
    *groups = saved;
    return out;
}

static int64_t at(const struct nkb_value *v, const char *path)
{
    const struct nkb_value *found = nkb_value_path(v, path);
    if (!nkb_value_is(found, NKB_INT))
        fail_msg("no number %s", path);
    return found->as.integer;
}

static const char *text_at(const struct nkb_value *v, const char *path)
{
    const struct nkb_value *found = nkb_value_path(v, path);
    return nkb_value_is(found, NKB_STRING) ? found->as.string.ptr : "";
}

static void modules_are_added_up_in_any_order(void **state)
{
    struct fixture a, b;
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_buf one = NKB_BUF_INIT, other = NKB_BUF_INIT;
    (void)state;
    analyse(&a, loop_text, 0, 10);
    analyse(&b, fusion_text, 0, 10);
    b.module.path = NKB_STR_LITERAL("b.hlo");
    const struct nkb_module ab[] = {a.module, b.module}, ba[] = {b.module, a.module};
    for (int d = 0; d < NKB_DIMENSIONS; d++) {
        const struct nkb_table_request request = {.by = (enum nkb_dimension)d, .sort = NKB_FIGURES};
        one.len = other.len = 0;
        struct nkb_value *t = table(&arena, ab, 2, &request);
        assert_int_equal(nkb_value_to_json(t, 1, &one, NULL), 0);
        if (d != NKB_BY_INSTRUCTION) { /* equal ones are as they come */
            assert_int_equal(nkb_value_to_json(table(&arena, ba, 2, &request), 1, &other, NULL), 0);
            assert_string_equal(one.data, other.data);
        }
        assert_int_equal(at(t, "total.executed.macs"),
                         a.module.executed.macs + b.module.executed.macs);
        assert_int_equal(at(t, "total.instructions"),
                         a.module.instructions + b.module.instructions);
        assert_int_equal(at(t, "modules"), 2);
    }
    struct nkb_module modules[] = {a.module, b.module};
    for (int d = 0; d < NKB_DIMENSIONS; d++) {
        const struct nkb_table_request by = {.by = (enum nkb_dimension)d, .sort = NKB_FIGURES};
        if ((NKB_ROWS_SHARED >> d & 1) == 0)
            continue;
        one.len = other.len = 0;
        nkb_value_to_json(table(&arena, modules, 2, &by), 1, &one, NULL);
        nkb_value_to_json(table_of_early(&arena, modules, 2, &by), 1, &other, NULL);
        assert_string_equal(one.data, other.data);
    }
    const struct nkb_table_request request = {.by = NKB_BY_OPCODE, .sort = NKB_FIG_CALLS, .top = 2};
    struct nkb_value *t = table(&arena, ab, 2, &request);
    assert_string_equal(text_at(t, "rows.0.key"), "parameter");
    assert_int_equal(at(t, "rows.0.calls"), 16);
    assert_int_equal(at(t, "rows.0.calls") + at(t, "rows.1.calls") + at(t, "others.calls"),
                     at(t, "total.calls"));
    nkb_buf_free(&one);
    nkb_buf_free(&other);
    nkb_arena_free(&arena);
    done(&a);
    done(&b);
}

static void scopes_are_cut_where_a_table_is_worth_reading(void **state)
{
    struct fixture f;
    struct nkb_arena arena = NKB_ARENA_INIT;
    (void)state;
    analyse_callers(&f, 8, 0);
    struct nkb_table_request request = {.by = NKB_BY_SCOPE, .sort = NKB_FIGURES};
    struct nkb_value *t = table(&arena, &f.module, 1, &request);
    assert_int_equal(at(t, "depth"), 2);
    assert_string_equal(text_at(t, "rows.7.key"), "m/layer_7");
    request.depth = 1;
    t = table(&arena, &f.module, 1, &request);
    assert_string_equal(text_at(t, "rows.0.key"), "m");
    assert_int_equal(at(t, "rows.0.executed.macs"), 8 * 64);
    request.depth = 9;
    t = table(&arena, &f.module, 1, &request);
    assert_string_equal(text_at(t, "rows.0.key"), "m/layer_0/dot");
    request.skip_zeros = true;
    t = table(&arena, &f.module, 1, &request);
    assert_int_equal(nkb_value_path(t, "rows")->as.items.count, 8);
    assert_int_equal(at(t, "others.executed.macs"), 0);
    nkb_arena_free(&arena);
    done(&f);
}

static void groups_that_were_not_made_are_asked_for(void **state)
{
    struct fixture f;
    struct nkb_arena arena = NKB_ARENA_INIT;
    const struct nkb_hlo_totals_options options = {.source = "here"};
    const struct nkb_table_request request = {.by = NKB_BY_SCOPE, .sort = NKB_FIGURES};
    struct nkb_value *out;
    struct nkb_err err;
    (void)state;
    analyse(&f, loop_text, 0, 10);
    f.module.groups[NKB_BY_SCOPE].made = false;
    assert_int_equal(nkb_hlo_table(&arena, &f.module, 1, NULL, &options, &request, &out, &err),
                     NKB_EINPUT);
    assert_string_equal(err.text, "m.hlo: its groups by scope were not made; --by scope is asked "
                                  "for before measuring");
    f.module.part = "a.nkb";
    nkb_hlo_table(&arena, &f.module, 1, NULL, &options, &request, &out, &err);
    assert_string_equal(err.text, "m.hlo: its groups by scope were not made; --by scope belongs "
                                  "to its --scan, too");
    nkb_arena_free(&arena);
    done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(modules_are_added_up_in_any_order),
        cmocka_unit_test(scopes_are_cut_where_a_table_is_worth_reading),
        cmocka_unit_test(groups_that_were_not_made_are_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
