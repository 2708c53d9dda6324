/* The HLO text reader sees a window of the text: where it ends makes no difference, nor whether
 * the text comes from memory or a file, nor what was read before. */
#include "hlotext_case.h"

#include <fcntl.h>
#include <unistd.h>

static const char text[] =
    "\xef\xbb\xbfHloModule t, x={\"}\"}, y=[2]<=[2]\n\nFileNames\n1 \"a.py\"\n2 \"b\\x41.py\"\n\n"
    "FileLocations\n1 {file_name_id=2 line=3}\n\nStackFrames\n1 {file_location_id=1}\n\n"
    "%b (p: f32[2]) -> f32[2] {\n  %p = f32[2]{0:T(8)E(4)} parameter(0)\n"
    "  ROOT n = f32[2]{0} negate(f32[2]{0} %p), metadata={op_name=\"x/y\" stack_frame_id=1}\n}, "
    "execution_thread=\"main\"\n\n/* between\n two */\nENTRY main {\n"
    "  p = f32[<=2]{0} parameter(0) /*c*/, sharding={replicated}\n"
    "  s = ((f32[2]), f32[2], u32[]) call-start(p), to_apply=b.later\n"
    "  f = f32[2] fusion(p), kind=kLoop, calls={ %q = f32[2] parameter(0)\n"
    "    %r = f32[2] negate(%q) }, // aside\n    dimensions={0}\n"
    "  c = s32[] constant(-7)\n  l = s32[3] constant({1, 2, /*i=2*/ 3})\n"
    "  v = f32[1] convolution(p, f), window={size=3 pad=1_1}, dim_labels=bf0_oi0->bf0\n"
    "  w = f32[2] while(p), condition=b, body=b, backend_config={\"known_trip_count\":"
    "{\"n\":\"7\"}}\n"
    "  k = f32[2] custom-call(p), custom_call_target=\"a\\n\", backend_config=\"e30=\", "
    "metadata={op_name=\"x\" source_file=\"a.py\" source_line=12}\n"
    "  d = f32[] dot(p, f), lhs_contracting_dims={0}, rhs_contracting_dims={0}, x=mesh[y=1] {z}\n"
    "  e = f32[] dot(p, f), lhs_contracting_dims={0}, rhs_contracting_dims={0}\n"
    "  ROOT t = (f32[], f32[]) tuple(d, e)\n}\n\n"
    "b.later { p = f32[<=2]{0} parameter(0) }\n";

static void any_window_shows_the_same(void **state)
{
    struct hlotext_case *c = *state;
    struct nkb_str all = {text, sizeof text - 1};
    int rc = case_read(c, all);
    assert_string_equal(c->err.text, "");
    for (size_t bytes = CASE_WINDOW_BYTES; bytes <= all.len + 1; bytes++)
        case_read_again(c, all, rc, bytes);
}

/* Wherever it is cut: so the window's end and the text's fall together. */
static void any_window_shows_the_same_of_a_cut_text(void **state)
{
    struct hlotext_case *c = *state;
    for (size_t len = 0; len < sizeof text; len++) {
        struct nkb_str cut = {text, len};
        int rc = case_read(c, cut);
        if (len < CASE_WINDOW_BYTES)
            continue;
        case_read_again(c, cut, rc, len);
        case_read_again(c, cut, rc, len / 2 + CASE_WINDOW_BYTES / 2);
    }
}

/* Names and numbers that stand at a window's end are not read by halves: of a fusion's callee, too,
 * which is marked. */
static void no_half_of_a_name_is_believed(void **state)
{
    const char cut[] = "a { p = f32[] parameter(0) }\na.1 { p = f32[] parameter(0) }\n"
                       "ENTRY m { f = f32[] fusion(), calls=%a.1\n g = f32[] constant(123) }";
    struct hlotext_case *c = *state;
    for (size_t bytes = CASE_WINDOW_BYTES; bytes < sizeof cut; bytes++) {
        assert_int_equal(case_read(c, nkb_str_from(cut)), 0);
        assert_false(c->hlo.computations[0].is_fusion);
        assert_true(c->hlo.computations[1].is_fusion);
        case_read_again(c, nkb_str_from(cut), 0, bytes);
    }
}

static char path[] = "/tmp/nkibench-text-XXXXXX";

/* A file of these bytes, of which the first `filled` are in a window already. */
static int read_file(struct nkb_hlotext *reader, const struct nkb_buf *bytes, size_t filled,
                     uint64_t size, uint64_t limit, struct hlotext_case *c)
{
    struct nkb_buf window = NKB_BUF_INIT;
    char name[sizeof path];
    memcpy(name, path, sizeof path);
    int fd = mkstemp(name);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes->data, bytes->len), bytes->len);
    assert_true(nkb_buf_reserve(&window, NKB_HLOTEXT_WINDOW_BYTES + NKB_HLOTEXT_SLACK));
    memcpy(window.data, bytes->data, filled);
    const struct nkb_hlotext_input input = {
        .fd = fd, .size_bytes = size, .limit_bytes = limit, .window = &window, .filled = filled};
    nkb_arena_reset(&c->arena);
    c->err = (struct nkb_err){0};
    int rc = nkb_hlotext_read_with(reader, &input, &c->arena, &c->hlo, &c->err);
    nkb_buf_free(&window);
    close(fd);
    unlink(name);
    return rc;
}

/* Instructions, one of which is longer than the window: they come out as from memory. */
static void a_file_is_read_in_windows(void **state)
{
    struct hlotext_case *c = *state;
    struct nkb_buf bytes = NKB_BUF_INIT;
    struct nkb_hlotext reader = {0};
    nkb_buf_text(&bytes, "ENTRY m {\n p = f32[] parameter(0)\n");
    for (int i = 0; i < 20000; i++)
        nkb_buf_printf(&bytes, " a%d = f32[2,%d] add(p, p), dimensions={%d}\n", i, i, i % 3);
    nkb_buf_text(&bytes, " l = s32[1] constant({");
    for (int i = 0; i < 200000; i++)
        nkb_buf_printf(&bytes, "%d, ", i);
    nkb_buf_text(&bytes, "7})\n ROOT b = f32[2,1] negate(a19999)\n}\n");
    assert_true(bytes.len > 2 * NKB_HLOTEXT_WINDOW_BYTES);

    for (size_t filled = 0; filled < 40000; filled += 16000) {
        assert_int_equal(read_file(&reader, &bytes, filled, bytes.len, 0, c), 0);
        assert_int_equal(c->hlo.size_bytes, bytes.len);
        case_read_again(c, nkb_buf_str(&bytes), 0, 0);
    }
    /* What was said of its size is not what is read. */
    assert_int_equal(read_file(&reader, &bytes, 0, 100, bytes.len, c), 0);
    case_read_again(c, nkb_buf_str(&bytes), 0, 0);
    assert_int_equal(read_file(&reader, &bytes, 0, bytes.len * 3, 0, c), 0);
    case_read_again(c, nkb_buf_str(&bytes), 0, 0);
    assert_int_equal(read_file(&reader, &bytes, 0, 100, bytes.len - 1, c), NKB_EINPUT);
    char message[128];
    snprintf(message, sizeof message, "HLO text of more than %zu bytes; at most that much is read",
             bytes.len - 1);
    assert_string_equal(c->err.text, message);
    nkb_hlotext_close(&reader);
    nkb_buf_free(&bytes);
}

static void a_file_that_cannot_be_read_on(void **state)
{
    struct hlotext_case *c = *state;
    struct nkb_hlotext reader = {0};
    struct nkb_hlotext_input input = {.fd = open("/", O_RDONLY | O_CLOEXEC), .size_bytes = 5};
    assert_true(input.fd >= 0);
    assert_int_equal(nkb_hlotext_read_with(&reader, &input, &c->arena, &c->hlo, &c->err),
                     NKB_EINPUT);
    assert_string_equal(c->err.text, "byte 0: Is a directory");
    close(input.fd);
    nkb_hlotext_close(&reader);
}

/* Attributes that begin like noted ones but go on otherwise, or stand behind another opcode. */
static void what_is_recalled_is_what_stands_there(void **state)
{
    const struct nkb_hlo_computation *body =
        case_body(state, "p = f32[2,2] parameter(0)\n"
                         "a = f32[2,2] dot(p, p), lhs_contracting_dims={1}, rhs_batch_dims={0}\n"
                         "b = f32[2,2] dot(p, p), lhs_contracting_dims={1}, rhs_batch_dims={0}\n"
                         "c = f32[2,2] dot(p, p), lhs_contracting_dims={1}, rhs_batch_dims={0},\n"
                         "  lhs_batch_dims={1}\n"
                         "d = f32[2,2] dot(p, p), lhs_contracting_dims={1}, rhs_batch_dims={0,1}\n"
                         "e = f32[2,2] copy(p), lhs_contracting_dims={1}, rhs_batch_dims={0}\n"
                         "f = f32[2,2] dot(p, p)\n"
                         "g = f32[2,2] broadcast(p), dimensions={1}, metadata={op_name=\"x\"}\n"
                         "h = f32[2,2] broadcast(p), dimensions={1}, metadata={op_name=\"y\"}\n"
                         "i = f32[2,2] broadcast(p), dimensions={1}, feature_group_count=3\n"
                         "j = f32[2,2] broadcast(p), dimensions={1}, feature_group_count=34\n"
                         "k = f32[2,2] while(p), foo=1, condition={ q = f32[] constant(1) }, "
                         "body={ q = f32[] constant(1) }, backend_config={\"known_trip_count\":"
                         "{\"n\":\"7\"}}\n"
                         "l = f32[2,2] while(p), foo=1, condition={ q = f32[] constant(1) }, "
                         "body={ q = f32[] constant(1) }\n");
    const struct nkb_hlo_attrs *a = case_find(body, "a")->attrs;
    assert_ints(a->dot->lhs_contracting, 1);
    assert_ints(a->dot->rhs_batch, 0);
    assert_int_equal(a->dot->lhs_batch.count, 0);
    assert_ptr_equal(case_find(body, "b")->attrs, a);
    assert_ints(case_find(body, "c")->attrs->dot->lhs_batch, 1);
    assert_ints(case_find(body, "c")->attrs->dot->rhs_batch, 0);
    assert_ints(case_find(body, "d")->attrs->dot->rhs_batch, 0, 1);
    assert_ints(case_find(body, "e")->attrs->dot->rhs_batch, 0);
    assert_int_equal(case_find(body, "f")->attrs->dot->lhs_contracting.count, 0);
    assert_ptr_equal(case_find(body, "g")->attrs, case_find(body, "h")->attrs);
    assert_text(case_find(body, "g")->op_name, "x");
    assert_text(case_find(body, "h")->op_name, "y");
    assert_int_equal(case_find(body, "h")->attrs->feature_group_count, 0);
    assert_int_equal(case_find(body, "i")->attrs->feature_group_count, 3);
    assert_int_equal(case_find(body, "j")->attrs->feature_group_count, 34);
    assert_ints(case_find(body, "j")->attrs->dimensions, 1);
    assert_int_equal(case_find(body, "k")->attrs->known_trip_count, 7);
    assert_null(case_find(body, "l")->attrs);
}

/* Kernels may look alike: each has a config of its own. */
static void a_kernel_is_not_recalled(void **state)
{
    const struct nkb_hlo_computation *body = case_body(
        state, "p = f32[2] parameter(0)\n"
               "a = f32[2] custom-call(p), custom_call_target=\"AwsNeuronCustomNativeKernel\", "
               "api_version=X, backend_config=\"eyJtYWNfY291bnQiOiA1fQ==\"\n"
               "b = f32[2] custom-call(p), custom_call_target=\"AwsNeuronCustomNativeKernel\", "
               "api_version=X, backend_config=\"eyJtYWNfY291bnQiOiA3fQ==\"\n"
               "c = f32[2] custom-call(p), custom_call_target=\"AwsNeuronCustomNativeKernel\", "
               "api_version=X\n");
    const struct nkb_nki_config *a = case_find(body, "a")->attrs->nki,
                                *b = case_find(body, "b")->attrs->nki,
                                *c = case_find(body, "c")->attrs->nki;
    assert_non_null(a);
    assert_non_null(b);
    assert_non_null(c);
    assert_true(a->mac_count == 5 && b->mac_count == 7);
    assert_int_not_equal(c->status, NKB_NKI_OK);
}

/* A reader that has read other texts knows nothing of them. */
static void a_reader_forgets(void **state)
{
    static const char *const texts[] = {
        "a { p = f32[] foo(), dimensions={1}, metadata={source_file=\"a\" source_line=1} }",
        "a { p = f32[] foo(), dimensions={1}, metadata={source_file=\"b\" source_line=1} }",
        "a { p = f32[] foo(), dimensions={1}, metadata={source_line=1} }",
    };
    struct hlotext_case *c = *state;
    struct nkb_hlotext reader = {0};
    for (size_t i = 0; i < 3; i++) {
        const struct nkb_hlotext_input input = {.fd = -1, .bytes = nkb_str_from(texts[i])};
        nkb_arena_free(&c->arena);
        assert_int_equal(nkb_hlotext_read_with(&reader, &input, &c->arena, &c->hlo, &c->err), 0);
        case_read_again(c, input.bytes, 0, CASE_WINDOW_BYTES);
        assert_ints(c->hlo.computations[0].instructions[0].attrs->dimensions, 1);
    }
    nkb_hlotext_close(&reader);
}

int main(void)
{
#define WITH_CASE(test) cmocka_unit_test_setup_teardown(test, case_open, case_close)
    const struct CMUnitTest tests[] = {
        WITH_CASE(any_window_shows_the_same),
        WITH_CASE(any_window_shows_the_same_of_a_cut_text),
        WITH_CASE(no_half_of_a_name_is_believed),
        WITH_CASE(a_file_is_read_in_windows),
        WITH_CASE(a_file_that_cannot_be_read_on),
        WITH_CASE(what_is_recalled_is_what_stands_there),
        WITH_CASE(a_kernel_is_not_recalled),
        WITH_CASE(a_reader_forgets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
