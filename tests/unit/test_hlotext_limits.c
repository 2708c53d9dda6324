/* The HLO text reader: every limit at its edge and one past it, hostile texts, and too little
 * memory. */
#include "hlotext_case.h"

#include "input/hlotext_reader.h"

/* count times `piece` between `front` and `back`. */
static const char *repeat(const char *front, const char *piece, size_t count, const char *middle,
                          const char *piece2, const char *back)
{
    struct nkb_buf buf = NKB_BUF_INIT;
    nkb_buf_text(&buf, front);
    for (size_t i = 0; i < count; i++)
        nkb_buf_text(&buf, piece);
    nkb_buf_text(&buf, middle);
    for (size_t i = 0; i < count; i++)
        nkb_buf_text(&buf, piece2);
    nkb_buf_text(&buf, back);
    assert_false(buf.failed);
    return buf.data;
}

/* Accepted `limit` times, refused with the message one past it. */
static void check_limit(void **state, const char *const part[5], size_t limit, const char *message)
{
    for (size_t over = 0; over < 2; over++) {
        const char *text = repeat(part[0], part[1], limit + over, part[2], part[3], part[4]);
        if (over)
            case_bad(state, text, message);
        else
            case_good(state, text);
        free((void *)(uintptr_t)text);
    }
}

static void tuple_shapes_nest_no_deeper_than_protobuf_lets_them(void **state)
{
    check_limit(state, (const char *const[]){"a {\n p = ", "(", "f32[]", ")", " foo()\n}\n"},
                NKB_HLOTEXT_MAX_SHAPE_DEPTH,
                "line 2: tuple shapes nest deeper than 97; no module needs that");
}

static void skipped_brackets_cannot_nest_without_end(void **state)
{
    check_limit(state, (const char *const[]){"a {\n p = f32[] foo(), x=", "[", "", "]", "\n}\n"},
                NKB_HLOTEXT_MAX_NESTING,
                "line 2: brackets nest deeper than 256; no module needs that");
}

static void computations_in_place_cannot_exhaust_the_stack(void **state)
{
    check_limit(
        state,
        (const char *const[]){"a {", " p = f32[] call(), to_apply={", "q = f32[] foo()", "}", "}"},
        NKB_HLOTEXT_MAX_INLINE_DEPTH,
        "line 1: computations stand inside instructions more than 16 deep; no module needs that");
}

static void a_shape_has_a_bounded_rank(void **state)
{
    check_limit(state, (const char *const[]){"a {\n p = f32[", "1,", "2", "", "] foo()\n}\n"},
                NKB_HLOTEXT_MAX_RANK - 1,
                "line 2: a shape of more than 1024 dimensions; no module needs that");
}

static void a_line_may_have_any_length(void **state)
{
    struct nkb_buf buf = NKB_BUF_INIT;
    nkb_buf_text(&buf, "a { p = f32[] foo() ");
    for (int i = 0; i < 50000; i++)
        nkb_buf_printf(&buf, "p%d = f32[] negate(p)/* */ ", i);
    nkb_buf_text(&buf, "q = f32[] negate(zz)}");
    struct hlotext_case *c = *state;
    assert_int_equal(case_read(c, nkb_buf_str(&buf)), NKB_EINPUT);
    assert_string_equal(c->err.text,
                        "line 1: operand 'zz' is not defined; it must stand above its use in the "
                        "same computation");
    nkb_buf_free(&buf);
}

/* Cut anywhere and with any byte spoilt, a text is refused or read, never overrun; a cut one that
 * is read is a whole module. */
static void cut_and_spoilt_texts(void **state)
{
    static const char text[] =
        "HloModule t, x={\"y\"}\n\nFileNames\n1 \"a\"\n\n%b (p: f32[2]) -> f32[2] {\n"
        "  %p = f32[2]{0:T(8)E(4)} parameter(0)\n  ROOT n = f32[2]{0} negate(f32[2]{0} %p)\n}\n\n"
        "ENTRY main {\n  p = f32[<=2]{0} parameter(0) /*c*/\n"
        "  s = ((f32[2]), f32[2], u32[]) call-start(p), to_apply=b\n"
        "  f = f32[2] fusion(p), kind=kLoop, calls={ %q = f32[2] parameter(0) }\n"
        "  c = s32[] constant(7)\n  v = f32[1] convolution(p, f), window={size=3 pad=1_1}, "
        "dim_labels=bf0_oi0->bf0\n"
        "  w = f32[2] while(p), condition=b, body=b, "
        "backend_config={\"known_trip_count\":{\"n\":\"7\"}}\n"
        "  k = f32[2] custom-call(p), custom_call_target=\"a\\n\", backend_config=\"e30=\", "
        "metadata={op_name=\"x\"}\n"
        "  ROOT d = f32[] dot(p, f), lhs_contracting_dims={0}, rhs_contracting_dims={0}\n}\n";
    struct hlotext_case *c = *state;
    assert_int_equal(case_read(c, nkb_str_from(text)), 0);
    char spoilt[sizeof text];
    for (size_t i = 0; i < sizeof text - 1; i++) {
        int rc = case_read(c, (struct nkb_str){text, i});
        assert_true(rc == 0 || c->err.text[0] != '\0');
        for (size_t k = 0; k < 6; k++) {
            memcpy(spoilt, text, sizeof text);
            spoilt[i] = "\0{)\"\xff%"[k];
            rc = case_read(c, (struct nkb_str){spoilt, sizeof text - 1});
            assert_true(rc == 0 || strncmp(c->err.text, "line ", 5) == 0);
        }
    }
}

/* Every allocation may fail; the reader says so and leaves nothing behind. */
static void too_little_memory(void **state)
{
    struct hlotext_case *c = *state;
    static const char text[] =
        "b {\n p = (f32[2]{0}, f32[2,2]{0,1}) parameter(0)\n}\nENTRY a {\n"
        " p = f32[2] parameter(0), metadata={op_name=\"x\"}\n"
        " s = ((f32[2]), f32[2]) call-start(p), to_apply=b\n"
        " v = f32[1] convolution(p, p), window={size=3}, dim_labels=bf0_oi0->bf0\n}\n";
    assert_int_equal(case_read(c, nkb_str_from(text)), 0);
    size_t whole = c->arena.used_bytes;
    for (size_t limit = 1; limit < whole; limit += 16) {
        c->arena.limit_bytes = limit;
        assert_int_equal(case_read(c, nkb_str_from(text)), NKB_EMEMORY);
    }
    c->arena.limit_bytes = whole;
    assert_int_equal(case_read(c, nkb_str_from(text)), 0);
}

int main(void)
{
#define WITH_CASE(test) cmocka_unit_test_setup_teardown(test, case_open, case_close)
    const struct CMUnitTest tests[] = {
        WITH_CASE(tuple_shapes_nest_no_deeper_than_protobuf_lets_them),
        WITH_CASE(skipped_brackets_cannot_nest_without_end),
        WITH_CASE(computations_in_place_cannot_exhaust_the_stack),
        WITH_CASE(a_shape_has_a_bounded_rank),
        WITH_CASE(a_line_may_have_any_length),
        WITH_CASE(cut_and_spoilt_texts),
        WITH_CASE(too_little_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
