/* Windows and convolution dimension numbers of HLO text:
 * window={size=3x3 stride=2x2 pad=1_1x0_2 lhs_dilate=1x2 rhs_dilate=2x1 rhs_reversal=0x1} and
 * dim_labels=b01f_01io->b01f, where digits are the spatial dimensions in their order. */
#include "input/hlotext_reader.h"

#include "base/text.h"

enum { MAX_SPATIAL = 10 }; /* one digit each */

enum field { SIZE, STRIDE, PAD, LHS_DILATE, RHS_DILATE, RHS_REVERSAL, FIELD_COUNT };

static const char *const field_names[FIELD_COUNT] = {"size",       "stride",     "pad",
                                                     "lhs_dilate", "rhs_dilate", "rhs_reversal"};

static enum field find_field(struct nkb_str name)
{
    int i = 0;
    while (i < FIELD_COUNT && !nkb_str_is(name, field_names[i]))
        i++;
    return (enum field)i;
}

/* Numbers joined by 'x', pairs of a pad by '_', pushed on `ints`. */
static int read_field(struct nkb_hlotext *r, enum field field)
{
    for (;;) {
        int64_t v;
        int rc = nkb_hlotext_int(r, "a number in a window", &v);
        if (rc < 0)
            return rc;
        nkb_buf_append(&r->ints, &v, sizeof v);
        if (field == PAD) {
            if (nkb_hlotext_peek(r) != '_')
                return nkb_hlotext_expected(r, "'_' between low and high padding");
            r->at++;
            if ((rc = nkb_hlotext_int(r, "the high padding of a window", &v)) < 0)
                return rc;
            nkb_buf_append(&r->ints, &v, sizeof v);
        }
        if (nkb_hlotext_peek(r) != 'x')
            return 0;
        r->at++;
    }
}

static void set_field(struct nkb_hlo_window_dim *dim, enum field field, const int64_t *v)
{
    switch (field) {
    case SIZE:
        dim->size = *v;
        break;
    case STRIDE:
        dim->stride = *v;
        break;
    case PAD:
        dim->padding_low = v[0];
        dim->padding_high = v[1];
        break;
    case LHS_DILATE:
        dim->base_dilation = *v;
        break;
    case RHS_DILATE:
        dim->window_dilation = *v;
        break;
    default:
        dim->reversal = *v != 0;
        break;
    }
}

int nkb_hlotext_window(struct nkb_hlotext *r, struct nkb_hlo_attrs *attrs)
{
    size_t base = r->ints.len, first[FIELD_COUNT], count[FIELD_COUNT] = {0};
    int rc = nkb_hlotext_want(r, '{', "'{' before a window");
    if (rc < 0)
        return rc;
    while (!nkb_hlotext_take(r, '}')) {
        struct nkb_str name = nkb_hlotext_word(r);
        enum field field = find_field(name);
        if (field == FIELD_COUNT || count[field]) {
            char shown[NKB_SHOWN_BYTES];
            if (name.len == 0)
                return nkb_hlotext_expected(r, "'}' or a part of a window such as size=3x3");
            return nkb_hlotext_fail(r, nkb_hlotext_line(r, r->at),
                                    field == FIELD_COUNT
                                        ? "'%s' is no part of a window; size, stride, pad, "
                                          "lhs_dilate, rhs_dilate and rhs_reversal are"
                                        : "a window gives '%s' twice; once is right",
                                    nkb_show(name, shown));
        }
        if ((rc = nkb_hlotext_want(r, '=', "'=' in a window")) < 0)
            return rc;
        first[field] = r->ints.len / sizeof(int64_t);
        if ((rc = read_field(r, field)) < 0)
            return rc;
        count[field] = r->ints.len / sizeof(int64_t) - first[field];
        if (field == PAD)
            count[field] /= 2;
    }

    size_t rank = count[SIZE];
    for (int i = 0; i < FIELD_COUNT; i++)
        if (count[i] && count[i] != rank)
            return nkb_hlotext_fail(
                r, nkb_hlotext_line(r, r->at),
                "a window's %s has %zu dimensions, its size %zu; they must be as many",
                field_names[i], count[i], rank);
    struct nkb_hlo_window_dim *window = r->ints.failed || rank > UINT32_MAX
                                            ? NULL
                                            : nkb_arena_array(&r->temp, rank, sizeof *window);
    if (!window)
        return nkb_err_memory(r->err);
    attrs->window = window;
    attrs->window_rank = (uint32_t)rank;
    const int64_t *ints = (const int64_t *)(const void *)r->ints.data;
    for (size_t d = 0; d < rank; d++) {
        window[d] =
            (struct nkb_hlo_window_dim){.stride = 1, .window_dilation = 1, .base_dilation = 1};
        for (int i = 0; i < FIELD_COUNT; i++)
            if (count[i])
                set_field(&window[d], (enum field)i, ints + first[i] + d * (i == PAD ? 2 : 1));
    }
    r->ints.len = base;
    return 0;
}

/* One of the three groups of dim_labels: where its two letters and its digits stand. */
struct labels {
    int64_t letter[2];
    struct nkb_hlo_ints spatial;
};

static int bad_labels(struct nkb_hlotext *r, struct nkb_str text, const char *what)
{
    char shown[NKB_SHOWN_BYTES];
    return nkb_hlotext_fail(r, nkb_hlotext_line(r, text.ptr),
                            "dim_labels '%s' %s; b01f_01io->b01f is a good one",
                            nkb_show(text, shown), what);
}

/* '?' stands for a dimension without a role. */
static int read_labels(struct nkb_hlotext *r, struct nkb_str all, struct nkb_str text,
                       const char letters[2], struct labels *out)
{
    int64_t spatial[MAX_SPATIAL];
    bool seen[MAX_SPATIAL] = {false};
    uint32_t count = 0;

    out->letter[0] = out->letter[1] = -1;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '?')
            continue;
        if (c == letters[0] || c == letters[1]) {
            int64_t *letter = &out->letter[c == letters[1]];
            if (*letter >= 0)
                return bad_labels(r, all, "names a dimension twice");
            *letter = (int64_t)i;
            continue;
        }
        if (c < '0' || c > '9')
            return bad_labels(r, all, "holds a letter that means nothing there");
        if (seen[c - '0'])
            return bad_labels(r, all, "names a dimension twice");
        seen[c - '0'] = true;
        spatial[c - '0'] = (int64_t)i;
        count++;
    }
    if (out->letter[0] < 0 || out->letter[1] < 0)
        return bad_labels(r, all, "lacks a batch or feature dimension");
    for (uint32_t i = 0; i < count; i++)
        if (!seen[i])
            return bad_labels(r, all, "skips a spatial dimension");
    int64_t *at = nkb_arena_array(&r->temp, count, sizeof *at);
    if (!at)
        return nkb_err_memory(r->err);
    if (count)
        memcpy(at, spatial, count * sizeof *at);
    out->spatial = (struct nkb_hlo_ints){at, count};
    return 0;
}

/* The labels up to a '_' or "->". */
static struct nkb_str next_group(struct nkb_str text, size_t *at)
{
    size_t from = *at;
    while (*at < text.len && text.ptr[*at] != '_' && text.ptr[*at] != '-')
        (*at)++;
    return (struct nkb_str){text.ptr + from, *at - from};
}

int nkb_hlotext_dim_labels(struct nkb_hlotext *r, struct nkb_hlo_attrs *attrs)
{
    nkb_hlotext_blanks(r);
    const char *from = r->at;
    while (!nkb_hlotext_at_end(r) && !memchr(" \t\r\n,})/", *r->at, 8))
        r->at++;
    struct nkb_str text = {from, (size_t)(r->at - from)};
    if (text.len == 0)
        return nkb_hlotext_expected(r, "dimension labels such as b01f_01io->b01f");

    size_t at = 0;
    struct nkb_str lhs = next_group(text, &at);
    if (at == text.len || text.ptr[at] != '_')
        return bad_labels(r, text, "has no '_' behind the input");
    at++;
    struct nkb_str rhs = next_group(text, &at);
    if (text.len - at < 2 || text.ptr[at] != '-' || text.ptr[at + 1] != '>')
        return bad_labels(r, text, "has no '->' before the output");
    struct nkb_str output = {text.ptr + at + 2, text.len - at - 2};

    struct labels in = {0}, kernel = {0}, out = {0};
    int rc;
    if ((rc = read_labels(r, text, lhs, "bf", &in)) < 0 ||
        (rc = read_labels(r, text, rhs, "io", &kernel)) < 0 ||
        (rc = read_labels(r, text, output, "bf", &out)) < 0)
        return rc;
    if (in.spatial.count != kernel.spatial.count || in.spatial.count != out.spatial.count)
        return bad_labels(r, text, "has groups of different spatial dimensions");
    struct nkb_hlo_convolution *made = nkb_arena_alloc(&r->temp, sizeof *made);
    if (!made)
        return nkb_err_memory(r->err);
    *made = (struct nkb_hlo_convolution){
        .kernel_input_feature = kernel.letter[0],
        .kernel_output_feature = kernel.letter[1],
        .kernel_spatial = kernel.spatial,
        .input_batch = in.letter[0],
        .input_feature = in.letter[1],
        .input_spatial = in.spatial,
        .output_batch = out.letter[0],
        .output_feature = out.letter[1],
        .output_spatial = out.spatial,
    };
    attrs->convolution = made;
    return 0;
}
