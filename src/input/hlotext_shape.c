/* Shapes of HLO text: f32[2,<=3,?]{1,0:T(8,128)E(4)}, (tuples), token[], b(buffers). A shape
 * without a layout has the default one, minor to major descending, as XLA's own reader gives it. */
#include "input/hlotext_reader.h"

#include "base/text.h"

static int find_type(struct nkb_hlotext *r, struct nkb_str name, const char *where, int32_t *out)
{
    struct nkb_hlotext_type *memo = NULL;
    if (name.len > 0 && name.len <= sizeof memo->name) {
        unsigned slot =
            (unsigned)(unsigned char)name.ptr[0] * 5 + (unsigned char)name.ptr[name.len - 1];
        memo = &r->types[(slot + name.len) % NKB_HLOTEXT_TYPE_MEMO];
        if (memo->len == name.len && memcmp(memo->name, name.ptr, name.len) == 0) {
            *out = memo->number;
            return 0;
        }
    }
    int32_t type = nkb_hlo_type_find(name);
    if (type < 0 || type == NKB_TYPE_TUPLE || type == NKB_TYPE_BUFFER) {
        char shown[NKB_SHOWN_BYTES];
        return nkb_hlotext_fail(r, nkb_hlotext_line(r, where),
                                "'%s' is no element type; one such as f32 or bf16 is expected",
                                nkb_show(name, shown));
    }
    if (memo) {
        memcpy(memo->name, name.ptr, name.len);
        memo->len = name.len;
        memo->number = type;
    }
    *out = type;
    return 0;
}

/* `2`, `<=2` or `?`. */
static int read_dim(struct nkb_hlotext *r, int64_t *dim, bool *dynamic)
{
    if (nkb_hlotext_take(r, '?')) {
        *dim = INT64_MIN; /* Shape::kUnboundedSize */
        *dynamic = true;
        return 0;
    }
    if (nkb_hlotext_take(r, '<')) {
        *dynamic = true;
        if (nkb_hlotext_peek(r) != '=')
            return nkb_hlotext_expected(r, "'<=' before the bound of a dimension");
        r->at++;
        if (nkb_hlotext_take(r, '?')) {
            *dim = INT64_MIN;
            return 0;
        }
    }
    int rc = nkb_hlotext_int(r, "a dimension", dim);
    if (rc == 0 && *dim < 0)
        rc = nkb_hlotext_fail(r, nkb_hlotext_line(r, r->at),
                              "dimension %lld is negative; 0 or more is expected", (long long)*dim);
    return rc;
}

static int read_dims(struct nkb_hlotext *r, struct nkb_hlo_shape *out)
{
    size_t base = r->ints.len, count = 0;
    int rc = nkb_hlotext_want(r, '[', "'[' behind an element type");
    if (rc < 0 || nkb_hlotext_take(r, ']'))
        return rc;
    do {
        int64_t dim = 0;
        if ((rc = read_dim(r, &dim, &out->dynamic)) < 0)
            return rc;
        if (count++ == NKB_HLOTEXT_MAX_RANK)
            return nkb_hlotext_fail(r, nkb_hlotext_line(r, r->at),
                                    "a shape of more than %d dimensions; no module needs that",
                                    NKB_HLOTEXT_MAX_RANK);
        nkb_buf_append(&r->ints, &dim, sizeof dim);
    } while (nkb_hlotext_take(r, ','));
    if ((rc = nkb_hlotext_want(r, ']', "',' or ']' in a shape")) < 0)
        return rc;

    int64_t *dims = r->ints.failed ? NULL : nkb_arena_array(&r->temp, count, sizeof *dims);
    if (!dims)
        return nkb_err_memory(r->err);
    memcpy(dims, r->ints.data + base, count * sizeof *dims);
    r->ints.len = base;
    out->dims = dims;
    out->rank = (uint32_t)count;
    return 0;
}

static int default_layout(struct nkb_hlotext *r, struct nkb_hlo_shape *out)
{
    /* The tail of this is the default layout of any shape up to its length. */
    static const int64_t descending[] = {15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
    enum { LONGEST = sizeof descending / sizeof *descending };

    out->minor_to_major_count = out->rank;
    if (out->rank <= LONGEST) {
        out->minor_to_major = descending + (LONGEST - out->rank);
        return 0;
    }
    int64_t *order = nkb_arena_array(&r->temp, out->rank, sizeof *order);
    if (!order)
        return nkb_err_memory(r->err);
    for (uint32_t i = 0; i < out->rank; i++)
        order[i] = (int64_t)(out->rank - 1 - i);
    out->minor_to_major = order;
    return 0;
}

/* Does the brace at the cursor open a layout? The one of `-> f32[4] {` opens a computation. */
static bool opens_layout(struct nkb_hlotext *r)
{
    const char *from = r->at;
    bool is = false;
    if (nkb_hlotext_take(r, '{')) {
        bool adjacent = r->at == from + 1;
        nkb_hlotext_blanks(r);
        char c = nkb_hlotext_peek(r);
        is = (c >= '0' && c <= '9') || c == '-' || c == ':' || (c == '}' && adjacent);
    }
    r->at = from;
    return is;
}

/* Behind the ':' up to the '}': D(..)T(..)#(..)*(..)E(4)S(1)L(..)P(..)M(..); only E concerns us. */
static int read_layout_attributes(struct nkb_hlotext *r, struct nkb_hlo_shape *out)
{
    int rc = 0;
    for (;;) {
        nkb_hlotext_blanks(r);
        char c = nkb_hlotext_peek(r);
        if (c == '}')
            return 0;
        if (c == 'E') {
            r->at++;
            if ((rc = nkb_hlotext_want(r, '(', "'(' behind E of a layout")) == 0 &&
                (rc = nkb_hlotext_int(r, "the bits of an element", &out->element_size_bits)) == 0)
                rc = nkb_hlotext_want(r, ')', "')' behind the bits of an element");
            if (rc == 0 && out->element_size_bits < 0)
                rc = nkb_hlotext_fail(r, nkb_hlotext_line(r, r->at),
                                      "an element of %lld bits; 0 or more is expected",
                                      (long long)out->element_size_bits);
        } else if (c == '(') {
            rc = nkb_hlotext_skip_brackets(r);
        } else if ((c >= 'A' && c <= 'Z') || c == '#' || c == '*') {
            r->at++;
        } else {
            return nkb_hlotext_expected(r, "'}' or an attribute such as T(8,128) in a layout");
        }
        if (rc < 0)
            return rc;
    }
}

static int read_layout(struct nkb_hlotext *r, struct nkb_hlo_shape *out)
{
    size_t base = r->ints.len, count = 0;
    int rc = nkb_hlotext_want(r, '{', "'{' of a layout");
    if (rc < 0)
        return rc;
    nkb_hlotext_blanks(r);
    bool as_default = true;
    if (nkb_hlotext_peek(r) != '}' && nkb_hlotext_peek(r) != ':') {
        do {
            int64_t dim = 0;
            if ((rc = nkb_hlotext_int(r, "a dimension number of a layout", &dim)) < 0)
                return rc;
            if (dim < 0 || dim >= (int64_t)out->rank)
                return nkb_hlotext_fail(r, nkb_hlotext_line(r, r->at),
                                        "a layout names dimension %lld; a rank-%u shape has fewer",
                                        (long long)dim, (unsigned)out->rank);
            as_default = as_default && dim == (int64_t)out->rank - 1 - (int64_t)count;
            if (count++ < out->rank)
                nkb_buf_append(&r->ints, &dim, sizeof dim);
        } while (nkb_hlotext_take(r, ','));
    }
    if (count != out->rank)
        return nkb_hlotext_fail(
            r, nkb_hlotext_line(r, r->at),
            "a layout of %zu dimensions for a rank-%u shape; they must be as many", count,
            (unsigned)out->rank);
    if (nkb_hlotext_take(r, ':') && (rc = read_layout_attributes(r, out)) < 0)
        return rc;
    if ((rc = nkb_hlotext_want(r, '}', "',' or '}' in a layout")) < 0)
        return rc;
    if (!as_default) {
        int64_t *order = r->ints.failed ? NULL : nkb_arena_array(&r->temp, count, sizeof *order);
        if (!order)
            return nkb_err_memory(r->err);
        memcpy(order, r->ints.data + base, count * sizeof *order);
        out->minor_to_major = order;
    }
    r->ints.len = base;
    return 0;
}

static int read_array(struct nkb_hlotext *r, struct nkb_hlo_shape *out)
{
    int rc = read_dims(r, out);
    if (rc < 0)
        return rc;
    bool with_layout = nkb_hlo_type_bits(out->element_type) > 0; /* tokens and opaques have none */
    if (with_layout) {
        out->has_layout = true;
        if ((rc = default_layout(r, out)) < 0)
            return rc;
    }
    if (!opens_layout(r))
        return 0;
    if ((rc = read_layout(r, out)) == 0 && !with_layout)
        out->minor_to_major_count = 0;
    return rc;
}

/* Elements up to `)`, the opening one being read; a buffer holds exactly one. */
static int read_elements(struct nkb_hlotext *r, uint32_t depth, struct nkb_hlo_shape *out)
{
    size_t base = r->shapes.len;
    int rc;
    if (!nkb_hlotext_take(r, ')')) {
        do {
            struct nkb_hlo_shape element;
            if ((rc = nkb_hlotext_shape(r, depth + 1, &element)) < 0)
                return rc;
            nkb_buf_append(&r->shapes, &element, sizeof element);
        } while (nkb_hlotext_take(r, ','));
        if ((rc = nkb_hlotext_want(r, ')', "',' or ')' in a tuple's shape")) < 0)
            return rc;
    }
    size_t size = r->shapes.len - base, count = size / sizeof *out;
    out->tuple = r->shapes.failed || count > UINT32_MAX ? NULL : nkb_arena_alloc(&r->temp, size);
    if (!out->tuple)
        return nkb_err_memory(r->err);
    if (size)
        memcpy(out->tuple, r->shapes.data + base, size);
    r->shapes.len = base;
    out->tuple_count = (uint32_t)count;
    if (out->element_type == NKB_TYPE_BUFFER && count != 1)
        return nkb_hlotext_fail(r, nkb_hlotext_line(r, r->at),
                                "a buffer of %zu shapes; it holds one", count);
    return 0;
}

int nkb_hlotext_shape(struct nkb_hlotext *r, uint32_t depth, struct nkb_hlo_shape *out)
{
    *out = (struct nkb_hlo_shape){0};
    if (depth > NKB_HLOTEXT_MAX_SHAPE_DEPTH)
        return nkb_hlotext_fail(r, nkb_hlotext_line(r, r->at),
                                "tuple shapes nest deeper than %d; no module needs that",
                                NKB_HLOTEXT_MAX_SHAPE_DEPTH);
    if (nkb_hlotext_take(r, '(')) {
        out->element_type = NKB_TYPE_TUPLE;
        return read_elements(r, depth, out);
    }
    const char *where = r->at;
    struct nkb_str name = nkb_hlotext_word(r);
    if (name.len == 0)
        return nkb_hlotext_expected(r, "a shape such as f32[2,3]");
    if (name.len == 1 && *name.ptr == 'b' && nkb_hlotext_take(r, '(')) {
        out->element_type = NKB_TYPE_BUFFER;
        return read_elements(r, depth, out);
    }
    int rc = find_type(r, name, where, &out->element_type);
    return rc < 0 ? rc : read_array(r, out);
}

/* A text that was read as a shape, up to a blank with a letter or a '%' behind it, is one wherever
 * it stands before these. Returns its length where it stands here, 0: nothing to be recalled. */
static size_t shape_length(const struct nkb_hlotext *r)
{
    size_t left = (size_t)(r->end - r->at);
    if (left > NKB_HLO_MEMO_BYTES)
        left = NKB_HLO_MEMO_BYTES;
    const char *blank = r->recall.is_open ? memchr(r->at, ' ', left) : NULL;
    if (!blank || (!nkb_hlotext_is(blank[1], NKB_HLOTEXT_IS_WORD) && blank[1] != '%'))
        return 0;
    return (size_t)(blank - r->at);
}

static struct nkb_hlo_note *recall_shape(struct nkb_hlotext *r, size_t len, bool *found)
{
    struct nkb_hlo_memo *memo = &r->recall.shapes;
    const unsigned char *text = (const unsigned char *)r->at;
    struct nkb_hlo_note *note = nkb_hlo_memo_at(memo, NKB_MEMO_SHAPE, text, len);
    *found = nkb_hlo_memo_has(memo, note, NKB_MEMO_SHAPE, text, len);
    return note;
}

int nkb_hlotext_shape_shared(struct nkb_hlotext *r, const struct nkb_hlo_shape **out)
{
    struct nkb_hlo_shape shape;
    struct nkb_hlo_note *note = NULL;
    bool found = false;
    nkb_hlotext_blanks(r);
    const char *from = r->at;
    size_t len = shape_length(r);
    if (len)
        note = recall_shape(r, len, &found);
    if (found) {
        *out = note->is.shape;
        r->at += len;
        return 0;
    }
    int rc = nkb_hlotext_shape(r, 0, &shape);
    if (rc < 0)
        return rc;
    *out = nkb_hlo_pool_shape(&r->pool, &shape);
    if (*out && note && r->at == from + len) {
        nkb_hlo_memo_put(&r->recall.shapes, note, NKB_MEMO_SHAPE, (const unsigned char *)from, len);
        note->is.shape = *out;
    }
    return *out ? 0 : nkb_err_memory(r->err);
}

int nkb_hlotext_skip_shape(struct nkb_hlotext *r)
{
    bool found = false;
    nkb_hlotext_blanks(r);
    size_t len = shape_length(r);
    if (len)
        (void)recall_shape(r, len, &found);
    if (found) {
        r->at += len;
        return 0;
    }
    if (nkb_hlotext_peek(r) == '(')
        return nkb_hlotext_skip_brackets(r);
    struct nkb_str name = nkb_hlotext_word(r);
    char next = nkb_hlotext_peek(r);
    if (name.len == 0 || (next != '[' && next != '('))
        return nkb_hlotext_expected(r, "a shape such as f32[2,3]");
    int rc = nkb_hlotext_skip_brackets(r);
    if (rc == 0 && opens_layout(r)) {
        nkb_hlotext_blanks(r);
        rc = nkb_hlotext_skip_brackets(r);
    }
    return rc;
}
