/* The text of a module says what its protobuf says, field for field: all pairs of the corpus. */
#include "hlotext_case.h"

#include <glob.h>

#include "input/hlo.h"

static const char *corpus(void)
{
    const char *path = getenv("CORPUS");
    if (path && *path)
        return path;
    print_message("SKIPPED: CORPUS names no corpus; texts are not compared with protobufs\n");
    skip();
    return NULL;
}

static void read_file(const char *path, struct nkb_arena *arena, struct nkb_hlo *out)
{
    struct nkb_err err = {0};
    if (nkb_hlo_read_file(path, arena, out, &err) < 0)
        fail_msg("%s: %s", path, err.text);
}

#define SAME(a, b)                                                                                 \
    if ((a) != (b))                                                                                \
    return #a
#define SAME_TEXT(a, b)                                                                            \
    if (!nkb_str_equal(a, b))                                                                      \
    return #a
#define SAME_INTS(a, b)                                                                            \
    if (!ints_equal(a, b))                                                                         \
    return #a

static bool ints_equal(struct nkb_hlo_ints a, struct nkb_hlo_ints b)
{
    return a.count == b.count && (a.count == 0 || memcmp(a.at, b.at, a.count * sizeof *a.at) == 0);
}

/* Each returns NULL or the name of the first field that differs. */
static const char *shapes_differ(const struct nkb_hlo_shape *a, const struct nkb_hlo_shape *b)
{
    SAME(a->element_type, b->element_type);
    SAME_INTS(((struct nkb_hlo_ints){a->dims, a->rank}), ((struct nkb_hlo_ints){b->dims, b->rank}));
    SAME(a->dynamic, b->dynamic);
    SAME(a->has_layout, b->has_layout);
    SAME_INTS(((struct nkb_hlo_ints){a->minor_to_major, a->minor_to_major_count}),
              ((struct nkb_hlo_ints){b->minor_to_major, b->minor_to_major_count}));
    SAME(a->element_size_bits, b->element_size_bits);
    SAME(a->tuple_count, b->tuple_count);
    for (uint32_t i = 0; i < a->tuple_count; i++) {
        const char *what = shapes_differ(&a->tuple[i], &b->tuple[i]);
        if (what)
            return what;
    }
    return NULL;
}

static const char *dots_differ(const struct nkb_hlo_dot *a, const struct nkb_hlo_dot *b)
{
    SAME(!a, !b);
    if (!a)
        return NULL;
    SAME_INTS(a->lhs_contracting, b->lhs_contracting);
    SAME_INTS(a->rhs_contracting, b->rhs_contracting);
    SAME_INTS(a->lhs_batch, b->lhs_batch);
    SAME_INTS(a->rhs_batch, b->rhs_batch);
    SAME_INTS(a->lhs_ragged, b->lhs_ragged);
    SAME_INTS(a->rhs_group, b->rhs_group);
    return NULL;
}

static const char *convolutions_differ(const struct nkb_hlo_convolution *a,
                                       const struct nkb_hlo_convolution *b)
{
    SAME(!a, !b);
    if (!a)
        return NULL;
    SAME(a->kernel_input_feature, b->kernel_input_feature);
    SAME(a->kernel_output_feature, b->kernel_output_feature);
    SAME(a->input_batch, b->input_batch);
    SAME(a->input_feature, b->input_feature);
    SAME(a->output_batch, b->output_batch);
    SAME(a->output_feature, b->output_feature);
    SAME_INTS(a->kernel_spatial, b->kernel_spatial);
    SAME_INTS(a->input_spatial, b->input_spatial);
    SAME_INTS(a->output_spatial, b->output_spatial);
    return NULL;
}

static int64_t or_1(int64_t count)
{
    return count ? count : 1;
}

static const char *attrs_differ(const struct nkb_hlo_attrs *a, const struct nkb_hlo_attrs *b)
{
    static const struct nkb_hlo_attrs none = {0};
    a = a ? a : &none;
    b = b ? b : &none;
    SAME_INTS(a->dimensions, b->dimensions);
    const char *what = dots_differ(a->dot, b->dot);
    if (!what)
        what = convolutions_differ(a->convolution, b->convolution);
    if (what)
        return what;
    SAME(a->window_rank, b->window_rank); /* text does not print a window of rank 0 */
    for (uint32_t i = 0; i < a->window_rank; i++) {
        const struct nkb_hlo_window_dim *x = &a->window[i], *y = &b->window[i];
        SAME(x->size, y->size);
        SAME(x->stride, y->stride);
        SAME(x->padding_low, y->padding_low);
        SAME(x->padding_high, y->padding_high);
        SAME(x->window_dilation, y->window_dilation);
        SAME(x->base_dilation, y->base_dilation);
        SAME(x->reversal, y->reversal);
    }
    SAME(or_1(a->feature_group_count), or_1(b->feature_group_count));
    SAME(or_1(a->batch_group_count), or_1(b->batch_group_count));
    SAME_INTS(a->fft_length, b->fft_length);
    SAME_INTS(a->slice_sizes, b->slice_sizes);
    SAME_TEXT(a->custom_call_target, b->custom_call_target);
    SAME_TEXT(a->fusion_kind, b->fusion_kind);
    SAME(a->has_known_trip_count, b->has_known_trip_count);
    SAME(a->known_trip_count, b->known_trip_count);
    SAME(a->direction, b->direction);
    SAME(!a->nki, !b->nki);
    if (!a->nki)
        return NULL;
    SAME(a->nki->status, b->nki->status);
    SAME(a->nki->mac_count, b->nki->mac_count);
    SAME_TEXT(a->nki->func_name, b->nki->func_name);
    return NULL;
}

/* XLA numbers, names and orders things anew, so the two are walked side by side from the entry:
 * `pair` says for each computation and instruction of the text which one it is in the protobuf. */
struct walk {
    const struct nkb_hlo *text, *proto;
    uint32_t *computation_pair, **instruction_pair;
    uint32_t *todo, todo_count; /* computations of the text */
    const char *path;
    bool with_metadata; /* a printer may leave it all out */
};

static const char *instructions_differ(const struct walk *w, const struct nkb_hlo_instruction *a,
                                       const struct nkb_hlo_instruction *b)
{
    SAME(a->opcode, b->opcode);
    SAME_TEXT(nkb_hlo_opcode_said(a), nkb_hlo_opcode_said(b));
    SAME(a->operand_count, b->operand_count);
    SAME(a->called_count, b->called_count);
    SAME(a->has_number, b->has_number);
    SAME(a->has_number ? a->number : 0, b->has_number ? b->number : 0);
    if (w->with_metadata) {
        const struct nkb_hlo_source *from = &w->text->sources[a->source],
                                    *other = &w->proto->sources[b->source];
        SAME_TEXT(a->op_name, b->op_name);
        SAME_TEXT(from->file, other->file);
        SAME(from->line, other->line);
    }
    const char *what = shapes_differ(a->shape, b->shape);
    return what ? what : attrs_differ(a->attrs, b->attrs);
}

static void pair_computations(struct walk *w, uint32_t text, uint32_t proto)
{
    if (w->computation_pair[text] == NKB_HLO_NONE) {
        w->computation_pair[text] = proto;
        w->todo[w->todo_count++] = text;
    }
}

/* Pair all that `text` computes from; the stack holds instructions still to compare. */
static void compare_from(struct walk *w, uint32_t at, uint32_t text_root, uint32_t proto_root,
                         uint32_t *stack)
{
    const struct nkb_hlo_computation *a = &w->text->computations[at],
                                     *b = &w->proto->computations[w->computation_pair[at]];
    uint32_t *pair = w->instruction_pair[at], count = 0;
    pair[text_root] = proto_root;
    stack[count++] = text_root;
    while (count) {
        uint32_t i = stack[--count];
        const struct nkb_hlo_instruction *x = &a->instructions[i], *y = &b->instructions[pair[i]];
        const char *what = instructions_differ(w, x, y);
        if (what)
            fail_msg("%s: %s: %s differs", w->path, x->name.ptr, what);
        for (uint32_t k = 0; k < x->called_count; k++)
            pair_computations(w, x->called[k], y->called[k]);
        for (uint32_t k = 0; k < x->operand_count; k++) {
            uint32_t operand = x->operands[k];
            if (pair[operand] == NKB_HLO_NONE) {
                pair[operand] = y->operands[k];
                stack[count++] = operand;
            } else if (pair[operand] != y->operands[k]) {
                fail_msg("%s: %s: operand %u differs", w->path, x->name.ptr, (unsigned)k);
            }
        }
    }
}

/* What no root needs is matched in order: the first such instruction of one with that of the other.
 */
static void compare_computation(struct walk *w, uint32_t at)
{
    const struct nkb_hlo_computation *a = &w->text->computations[at],
                                     *b = &w->proto->computations[w->computation_pair[at]];
    uint32_t *stack = test_calloc(a->instruction_count + 1, sizeof *stack);
    bool *taken = test_calloc(b->instruction_count + 1, sizeof *taken);
    assert_int_equal(a->instruction_count, b->instruction_count);
    assert_int_equal(a->is_fusion, b->is_fusion);
    for (uint32_t i = 0; i < a->instruction_count; i++)
        w->instruction_pair[at][i] = NKB_HLO_NONE;
    compare_from(w, at, a->root, b->root, stack);
    for (uint32_t i = a->instruction_count; i-- > 0;) {
        if (w->instruction_pair[at][i] != NKB_HLO_NONE)
            continue;
        memset(taken, 0, b->instruction_count * sizeof *taken);
        for (uint32_t k = 0; k < a->instruction_count; k++)
            if (w->instruction_pair[at][k] != NKB_HLO_NONE)
                taken[w->instruction_pair[at][k]] = true;
        uint32_t other = b->instruction_count;
        while (other-- > 0)
            if (!taken[other] &&
                instructions_differ(w, &a->instructions[i], &b->instructions[other]) == NULL)
                break;
        if (other == NKB_HLO_NONE)
            fail_msg("%s: %s: no such instruction in the protobuf", w->path,
                     a->instructions[i].name.ptr);
        compare_from(w, at, i, other, stack);
    }
    test_free(stack);
    test_free(taken);
}

static void compare(const char *text_path, const char *proto_path)
{
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_hlo text, proto;
    read_file(text_path, &arena, &text);
    read_file(proto_path, &arena, &proto);
    assert_int_equal(text.form, NKB_FORM_TEXT);
    assert_int_equal(proto.form, NKB_FORM_PROTO);
    assert_true(nkb_str_equal(text.name, proto.name));
    struct walk w = {.text = &text, .proto = &proto, .path = text_path};
    w.computation_pair =
        nkb_arena_array(&arena, text.computation_count, sizeof *w.computation_pair);
    w.instruction_pair =
        nkb_arena_array(&arena, text.computation_count, sizeof *w.instruction_pair);
    w.todo = nkb_arena_array(&arena, text.computation_count, sizeof *w.todo);
    for (uint32_t i = 0; i < text.computation_count; i++) {
        w.computation_pair[i] = NKB_HLO_NONE;
        for (uint32_t k = 0; k < text.computations[i].instruction_count; k++)
            w.with_metadata = w.with_metadata || text.computations[i].instructions[k].op_name.len;
        w.instruction_pair[i] = nkb_arena_array(&arena, text.computations[i].instruction_count,
                                                sizeof **w.instruction_pair);
    }
    pair_computations(&w, text.entry, proto.entry);
    while (w.todo_count)
        compare_computation(&w, w.todo[--w.todo_count]);
    nkb_arena_free(&arena);
}

/* All texts of a pattern that have a protobuf beside them. */
static void compare_all(const char *pattern, const char *suffix, size_t at_least)
{
    char path[1024], proto_path[1024];
    const char *root = corpus();
    size_t compared = 0;
    glob_t found;
    snprintf(path, sizeof path, "%s/%s", root, pattern);
    if (glob(path, 0, NULL, &found) != 0) {
        print_message("SKIPPED: no %s\n", path);
        skip();
        return;
    }
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *text_path = found.gl_pathv[i];
        snprintf(proto_path, sizeof proto_path, "%.*s%s",
                 (int)(strrchr(text_path, '.') - text_path), text_path, suffix);
        FILE *proto = fopen(proto_path, "rb");
        if (!proto)
            continue;
        fclose(proto);
        compare(text_path, proto_path);
        compared++;
    }
    globfree(&found);
    assert_true(compared >= at_least);
}

static void ops(void **state)
{
    (void)state;
    compare_all("own/ops/*.hlo", ".pb", 271);
}

static void models(void **state)
{
    (void)state;
    compare_all("own/models/*.hlo", ".hlo_module.pb", 15);
}

static void neuron_kernels(void **state)
{
    (void)state;
    compare_all("own/neuron/edge/*.hlo", ".hlo_module.pb", 13);
    compare_all("own/neuron/text/*.hlo", ".hlo_module.pb", 1);
}

static void public_texts(void **state)
{
    (void)state;
    compare_all("public/hlo_pb/nxd*.txt", ".txt.hlo", 2);
    compare_all("public/hlo_pb/xla-rs*.txt", ".pb", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ops),
        cmocka_unit_test(models),
        cmocka_unit_test(neuron_kernels),
        cmocka_unit_test(public_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
