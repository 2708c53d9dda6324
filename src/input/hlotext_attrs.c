/* Attributes behind an instruction's operands: `, name=value` each. The table holds those the model
 * keeps; any other is skipped, whatever its syntax, so that a newer XLA's text can be read. */
#include "input/hlotext_reader.h"

#include "base/text.h"
#include "input/hlo_config.h"

struct nkb_hlo_attrs *nkb_hlotext_attrs_of(struct nkb_hlotext *r, struct nkb_hlotext_draft *draft)
{
    if (!draft->attrs) {
        draft->attrs = nkb_arena_alloc(&r->temp, sizeof *draft->attrs);
        if (draft->attrs && draft->recalled) /* gaps too: attributes are compared by their bytes */
            memcpy(draft->attrs, draft->recalled, sizeof *draft->attrs);
    }
    return draft->attrs;
}

enum kind {
    A_DIMENSIONS,
    A_IOTA_DIMENSION,
    A_FFT_LENGTH,
    A_SLICE_SIZES,
    A_LHS_CONTRACTING,
    A_RHS_CONTRACTING,
    A_LHS_BATCH,
    A_RHS_BATCH,
    A_LHS_RAGGED,
    A_RHS_GROUP,
    A_WINDOW,
    A_DIM_LABELS,
    A_FEATURE_GROUPS,
    A_BATCH_GROUPS,
    A_TARGET,
    A_FUSION_KIND,
    A_DIRECTION,
    A_INDEX,
    A_CALLED,
    A_FIRST_CALLED,
    A_SECOND_CALLED,
    A_METADATA,
    A_BACKEND_CONFIG,
};

struct nkb_hlotext_attribute {
    const char *name;
    enum kind kind;
    const char *partner; /* of pairs: the one it cannot stand without */
};

/* Sorted by name. */
static const struct nkb_hlotext_attribute table[] = {
    {"backend_config", A_BACKEND_CONFIG, NULL},
    {"batch_group_count", A_BATCH_GROUPS, NULL},
    {"body", A_FIRST_CALLED, "condition"},
    {"branch_computations", A_CALLED, NULL},
    {"called_computations", A_CALLED, NULL},
    {"calls", A_CALLED, NULL},
    {"condition", A_SECOND_CALLED, "body"},
    {"custom_call_target", A_TARGET, NULL},
    {"dim_labels", A_DIM_LABELS, NULL},
    {"dimensions", A_DIMENSIONS, NULL},
    {"direction", A_DIRECTION, NULL},
    {"dynamic_slice_sizes", A_SLICE_SIZES, NULL},
    {"false_computation", A_SECOND_CALLED, "true_computation"},
    {"feature_group_count", A_FEATURE_GROUPS, NULL},
    {"fft_length", A_FFT_LENGTH, NULL},
    {"index", A_INDEX, NULL},
    {"iota_dimension", A_IOTA_DIMENSION, NULL},
    {"kind", A_FUSION_KIND, NULL},
    {"lhs_batch_dims", A_LHS_BATCH, NULL},
    {"lhs_contracting_dims", A_LHS_CONTRACTING, NULL},
    {"lhs_ragged_dims", A_LHS_RAGGED, NULL},
    {"metadata", A_METADATA, NULL},
    {"rhs_batch_dims", A_RHS_BATCH, NULL},
    {"rhs_contracting_dims", A_RHS_CONTRACTING, NULL},
    {"rhs_group_dims", A_RHS_GROUP, NULL},
    {"scatter", A_SECOND_CALLED, "select"},
    {"select", A_FIRST_CALLED, "scatter"},
    {"slice_sizes", A_SLICE_SIZES, NULL},
    {"to_apply", A_CALLED, NULL},
    {"true_computation", A_FIRST_CALLED, "false_computation"},
    {"window", A_WINDOW, NULL},
};
enum { TABLE_COUNT = sizeof table / sizeof *table };

static const struct nkb_hlotext_attribute *search(struct nkb_str name)
{
    size_t low = 0, high = TABLE_COUNT;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = nkb_str_compare(name, nkb_str_from(table[middle].name));
        if (order == 0)
            return &table[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* Few occur in a module and their search is long: the ones seen are remembered by a cheap key. */
static const struct nkb_hlotext_attribute *find_attribute(struct nkb_hlotext *r,
                                                          struct nkb_str name)
{
    unsigned first = (unsigned char)name.ptr[0], last = (unsigned char)name.ptr[name.len - 1];
    const struct nkb_hlotext_attribute **seen =
        &r->attributes[(name.len + first * 5 + last * 17) % NKB_HLOTEXT_ATTRIBUTES_SEEN];
    if (*seen && nkb_str_is(name, (*seen)->name))
        return *seen;
    const struct nkb_hlotext_attribute *found = search(name);
    if (found)
        *seen = found;
    return found;
}

static struct nkb_hlo_dot *dot_of(struct nkb_hlotext *r, struct nkb_hlotext_draft *draft)
{
    struct nkb_hlo_attrs *attrs = nkb_hlotext_attrs_of(r, draft);
    if (attrs && !draft->dot) {
        draft->dot = nkb_arena_alloc(&r->temp, sizeof *draft->dot);
        if (draft->dot && attrs->dot)
            *draft->dot = *attrs->dot;
        attrs->dot = draft->dot;
    }
    return draft->dot;
}

static int read_dot_dims(struct nkb_hlotext *r, struct nkb_hlotext_draft *draft, enum kind kind)
{
    struct nkb_hlo_dot *dot = dot_of(r, draft);
    if (!dot)
        return nkb_err_memory(r->err);
    return nkb_hlotext_ints(r, kind == A_LHS_CONTRACTING   ? &dot->lhs_contracting
                               : kind == A_RHS_CONTRACTING ? &dot->rhs_contracting
                               : kind == A_LHS_BATCH       ? &dot->lhs_batch
                               : kind == A_RHS_BATCH       ? &dot->rhs_batch
                               : kind == A_LHS_RAGGED      ? &dot->lhs_ragged
                                                           : &dot->rhs_group);
}

static int read_iota_dimension(struct nkb_hlotext *r, struct nkb_hlo_attrs *attrs)
{
    int64_t *dim = nkb_arena_alloc(&r->temp, sizeof *dim);
    if (!dim)
        return nkb_err_memory(r->err);
    attrs->dimensions = (struct nkb_hlo_ints){dim, 1}; /* where protobuf keeps it, too */
    return nkb_hlotext_int(r, "the dimension of an iota", dim);
}

static int read_kind(struct nkb_hlotext *r, struct nkb_str *out)
{
    nkb_hlotext_blanks(r);
    struct nkb_str word = nkb_hlotext_word(r);
    if (word.len == 0)
        return nkb_hlotext_expected(r, "the kind of a fusion, such as kLoop");
    *out = word;
    return 0;
}

static int read_direction(struct nkb_hlotext *r, enum nkb_hlo_direction *out)
{
    static const struct {
        const char *name;
        enum nkb_hlo_direction direction;
    } directions[] = {{"EQ", NKB_CMP_EQ}, {"NE", NKB_CMP_NE}, {"GE", NKB_CMP_GE},
                      {"GT", NKB_CMP_GT}, {"LE", NKB_CMP_LE}, {"LT", NKB_CMP_LT}};
    nkb_hlotext_blanks(r);
    const char *from = r->at;
    struct nkb_str word = nkb_hlotext_word(r);
    for (size_t i = 0; i < sizeof directions / sizeof *directions; i++)
        if (nkb_str_is(word, directions[i].name)) {
            *out = directions[i].direction;
            return 0;
        }
    r->at = from;
    return nkb_hlotext_expected(r, "a direction: EQ, NE, GE, GT, LE or LT");
}

/* "text" or {"raw": "JSON"}. */
static int read_backend_config(struct nkb_hlotext *r, struct nkb_hlotext_draft *draft)
{
    nkb_hlotext_blanks(r);
    const char *from = r->at;
    int rc;
    if (nkb_hlotext_peek(r) == '"')
        return nkb_hlotext_string(r, &draft->backend_config);
    if (nkb_hlotext_peek(r) != '{')
        return nkb_hlotext_expected(r, "a string or a JSON object as backend_config");
    if ((rc = nkb_hlotext_skip_brackets(r)) < 0)
        return rc;
    draft->backend_config = (struct nkb_str){from, (size_t)(r->at - from)};
    return 0;
}

static int read_pair(struct nkb_hlotext *r, struct nkb_hlotext_draft *draft,
                     const struct nkb_hlotext_attribute *attribute)
{
    int which = attribute->kind == A_SECOND_CALLED;
    if (draft->pair_name[which] ||
        (draft->pair_name[!which] && strcmp(draft->pair_name[!which], attribute->partner) != 0))
        return nkb_hlotext_fail(
            r, nkb_hlotext_line(r, r->at), "'%s' and '%s' in one instruction; %s goes with %s",
            attribute->name,
            draft->pair_name[which] ? draft->pair_name[which] : draft->pair_name[!which],
            attribute->name, attribute->partner);
    draft->pair_name[which] = attribute->name;
    return nkb_hlotext_called_one(r, draft, &draft->pair[which]);
}

static int read_index(struct nkb_hlotext *r, struct nkb_hlo_instruction *made)
{
    int64_t index = 0;
    int rc = nkb_hlotext_int(r, "the index of a tuple's element", &index);
    if (made->opcode == NKB_HLO_GET_TUPLE_ELEMENT) {
        made->has_number = true;
        made->number = index;
    }
    return rc;
}

static int read_value(struct nkb_hlotext *r, struct nkb_hlotext_draft *draft,
                      const struct nkb_hlotext_attribute *attribute)
{
    switch (attribute->kind) {
    case A_INDEX:
        return read_index(r, &draft->made);
    case A_CALLED:
        return nkb_hlotext_called_value(r, draft);
    case A_FIRST_CALLED:
    case A_SECOND_CALLED:
        return read_pair(r, draft, attribute);
    case A_METADATA:
        return nkb_hlotext_metadata(r, &draft->made);
    case A_BACKEND_CONFIG:
        return read_backend_config(r, draft);
    default:
        break;
    }

    struct nkb_hlo_attrs *attrs = nkb_hlotext_attrs_of(r, draft);
    if (!attrs)
        return nkb_err_memory(r->err);
    switch (attribute->kind) {
    case A_DIMENSIONS:
        return nkb_hlotext_ints(r, &attrs->dimensions);
    case A_IOTA_DIMENSION:
        return read_iota_dimension(r, attrs);
    case A_FFT_LENGTH:
        return nkb_hlotext_ints(r, &attrs->fft_length);
    case A_SLICE_SIZES:
        return nkb_hlotext_ints(r, &attrs->slice_sizes);
    case A_WINDOW:
        return nkb_hlotext_window(r, attrs);
    case A_DIM_LABELS:
        return nkb_hlotext_dim_labels(r, attrs);
    case A_FEATURE_GROUPS:
        return nkb_hlotext_int(r, "the number of feature groups", &attrs->feature_group_count);
    case A_BATCH_GROUPS:
        return nkb_hlotext_int(r, "the number of batch groups", &attrs->batch_group_count);
    case A_TARGET:
        return nkb_hlotext_string(r, &attrs->custom_call_target);
    case A_FUSION_KIND:
        return read_kind(r, &attrs->fusion_kind);
    case A_DIRECTION:
        return read_direction(r, &attrs->direction);
    default:
        return read_dot_dims(r, draft, attribute->kind);
    }
}

/* What only the whole line can tell. */
static int finish(struct nkb_hlotext *r, struct nkb_hlotext_draft *draft)
{
    struct nkb_hlo_instruction *made = &draft->made;
    bool sugar = draft->wrapped != NKB_HLO_OPCODE_COUNT;
    enum nkb_hlo_opcode opcode = sugar ? draft->wrapped : made->opcode;
    char shown[NKB_SHOWN_BYTES];

    for (int i = 0; i < 2; i++)
        if (draft->pair_name[i] && !draft->pair_name[!i])
            return nkb_hlotext_fail(r, nkb_hlotext_draft_line(r, draft),
                                    "'%s' has '%s' alone; '%s' goes with it",
                                    nkb_show(made->name, shown), draft->pair_name[i],
                                    search(nkb_str_from(draft->pair_name[i]))->partner);
    if (opcode == NKB_HLO_GET_TUPLE_ELEMENT && !made->has_number)
        return nkb_hlotext_fail(r, nkb_hlotext_draft_line(r, draft),
                                "'%s' takes an element of a tuple; index=N must say which",
                                nkb_show(made->name, shown));

    bool is_dot =
        opcode == NKB_HLO_DOT || opcode == NKB_HLO_RAGGED_DOT || opcode == NKB_HLO_SCALED_DOT;
    if (is_dot && !(draft->recalled && draft->recalled->dot) && !dot_of(r, draft))
        return nkb_err_memory(r->err);
    if (opcode == NKB_HLO_WHILE) {
        int64_t trips;
        if (draft->backend_config.len && nkb_trip_count_read(draft->backend_config, &trips)) {
            struct nkb_hlo_attrs *attrs = nkb_hlotext_attrs_of(r, draft);
            if (!attrs)
                return nkb_err_memory(r->err);
            draft->is_own = true;
            attrs->has_known_trip_count = true;
            attrs->known_trip_count = trips;
        }
    }
    const struct nkb_hlo_attrs *attrs = draft->attrs ? draft->attrs : draft->recalled;
    if (opcode == NKB_HLO_CUSTOM_CALL && attrs &&
        nkb_str_is(attrs->custom_call_target, "AwsNeuronCustomNativeKernel")) {
        struct nkb_hlo_attrs *own = nkb_hlotext_attrs_of(r, draft);
        if (!own || !(own->nki = nkb_nki_config_read(draft->backend_config, r->arena)))
            return nkb_err_memory(r->err);
        draft->is_own = true;
    }
    return 0;
}

/* Is it one of those that mean the same wherever they stand behind the same opcode? */
static bool is_of_run(const struct nkb_hlotext_attribute *attribute)
{
    switch (attribute ? attribute->kind : A_DIMENSIONS) {
    case A_INDEX:
    case A_CALLED:
    case A_FIRST_CALLED:
    case A_SECOND_CALLED:
    case A_METADATA:
    case A_BACKEND_CONFIG:
        return false;
    default:
        return true;
    }
}

/* Behind its comma; *out is NULL for one the model does not keep. */
static int read_attribute(struct nkb_hlotext *r, struct nkb_hlotext_draft *draft,
                          const struct nkb_hlotext_attribute **out)
{
    nkb_hlotext_blanks(r);
    struct nkb_str name = nkb_hlotext_word(r);
    if (name.len == 0)
        return nkb_hlotext_expected(r, "an attribute behind ','");
    int rc = nkb_hlotext_want(r, '=', "'=' behind the name of an attribute");
    if (rc < 0)
        return rc;
    const struct nkb_hlotext_attribute *attribute = *out = find_attribute(r, name);
    if (!attribute)
        return nkb_hlotext_skip_value(r);
    uint64_t bit = (uint64_t)1 << (attribute - table);
    if (draft->seen & bit)
        return nkb_hlotext_fail(r, nkb_hlotext_line(r, r->at),
                                "attribute '%s' is given twice; once is right", attribute->name);
    draft->seen |= bit;
    return read_value(r, draft, attribute);
}

int nkb_hlotext_attributes(struct nkb_hlotext *r, struct nkb_hlotext_draft *draft)
{
    static const char metadata[] = ", metadata=";
    const char *from = r->at;
    /* Those at the beginning may be known from another instruction, or become so. */
    bool in_run = r->recall.is_open && !draft->attrs && draft->wrapped == NKB_HLO_OPCODE_COUNT &&
                  *from == ',' && memcmp(from, metadata, sizeof metadata - 1) != 0;
    if (in_run) {
        const struct nkb_hlotext_run *run =
            nkb_hlotext_recall_run(&r->recall, draft->made.opcode, from, r->end);
        if (run) {
            draft->recalled = run->attrs;
            draft->seen = run->seen;
            r->at += run->len - 1;
            in_run = false;
        }
    }
    uint64_t changing = 0; /* bits of attributes that become part of attrs */
    while (nkb_hlotext_take(r, ',')) {
        const struct nkb_hlotext_attribute *attribute = NULL;
        uint64_t before = draft->seen;
        int rc = read_attribute(r, draft, &attribute);
        if (rc < 0)
            return rc;
        bool of_run = is_of_run(attribute);
        if (of_run)
            changing |= draft->seen ^ before;
        in_run = in_run && of_run;
        /* What the model does not keep may go on behind a blank. */
        if (in_run && (*r->at == ',' || (attribute && *r->at == '\n'))) {
            draft->run = (struct nkb_str){from, (size_t)(r->at - from) + 1};
            draft->run_seen = draft->seen;
        }
    }
    if (changing != draft->run_seen)
        draft->run.len = 0;
    return finish(r, draft);
}
