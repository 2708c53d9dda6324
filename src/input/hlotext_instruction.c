/* One instruction of HLO text: `[ROOT] %name = shape opcode(operands), attributes`. Operands are
 * resolved at once: each must stand above its use in the same computation. */
#include "input/hlotext_reader.h"

#include "base/num.h"
#include "base/text.h"

/* `%a`, `a`, `f32[2]{0} %a`, `(f32[2], s32[]) %t`; what is printed of its shape says nothing new.
 */
static int read_operand(struct nkb_hlotext *r, uint32_t *position)
{
    nkb_hlotext_blanks(r);
    const char *from = r->at;
    char c = nkb_hlotext_peek(r);
    bool with_shape = c == '(';
    struct nkb_str name = NKB_STR_NONE;
    if (!with_shape && c != '%') {
        name = nkb_hlotext_word(r);
        c = *r->at;
        with_shape = c == '[' || (c == '(' && nkb_str_is(name, "b"));
    }
    if (with_shape) {
        r->at = from;
        int rc = nkb_hlotext_skip_shape(r);
        if (rc < 0)
            return rc;
        name.len = 0;
    }
    if (name.len == 0) {
        int rc = nkb_hlotext_name(r, "the name of an operand", &name);
        if (rc < 0)
            return rc;
    }
    if (nkb_names_find(&r->instruction_names, nkb_hlotext_instructions_named(r), r->scope, name,
                       position))
        return 0;
    char shown[NKB_SHOWN_BYTES];
    return nkb_hlotext_fail(
        r, nkb_hlotext_line(r, name.ptr),
        "operand '%s' is not defined; it must stand above its use in the same computation",
        nkb_show(name, shown));
}

enum { FEW_OPERANDS = 16 };

/* More operands than that, `few` and what follows them; by way of `positions`. */
static int read_many_operands(struct nkb_hlotext *r, const uint32_t few[FEW_OPERANDS])
{
    nkb_buf_append(&r->positions, few, FEW_OPERANDS * sizeof *few);
    do {
        uint32_t position;
        int rc = read_operand(r, &position);
        if (rc < 0)
            return rc;
        nkb_buf_append(&r->positions, &position, sizeof position);
    } while (nkb_hlotext_take(r, ','));
    return r->positions.failed ? nkb_err_memory(r->err) : 0;
}

static int read_operands(struct nkb_hlotext *r, struct nkb_hlo_instruction *made)
{
    uint32_t few[FEW_OPERANDS];
    const void *positions = few;
    size_t count = 0, base = r->positions.len;
    bool more;
    int rc;
    if (nkb_hlotext_take(r, ')'))
        return 0;
    do {
        if ((rc = read_operand(r, &few[count++])) < 0)
            return rc;
        more = nkb_hlotext_take(r, ',');
    } while (more && count < FEW_OPERANDS);
    if (more) {
        if ((rc = read_many_operands(r, few)) < 0)
            return rc;
        positions = r->positions.data + base;
        count = (r->positions.len - base) / sizeof *few;
        r->positions.len = base;
    }
    if ((rc = nkb_hlotext_want(r, ')', "',' or ')' behind an operand")) < 0)
        return rc;

    size_t size = count * sizeof *few;
    uint32_t *operands = nkb_hlo_pool_take(&r->pool, size);
    if (!operands || count > UINT32_MAX)
        return nkb_err_memory(r->err);
    memcpy(operands, positions, size);
    made->operands = operands;
    made->operand_count = (uint32_t)count;
    return 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* All of 64 bits, as a u64 may have them. */
static bool parse_bits(struct nkb_str text, int64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned digit = (unsigned char)text.ptr[i] - '0';
        if (digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, digit, &value))
            return false;
    }
    *out = (int64_t)value;
    return text.len > 0;
}

/* The value of a scalar integer or pred; one that does not fit its 64 bits stays unknown. */
static void read_scalar(struct nkb_str text, struct nkb_hlo_instruction *made)
{
    while (text.len && is_blank(text.ptr[text.len - 1]))
        text.len--;
    size_t from = text.len; /* an old printer puts the shape before the value: `s32[] 7` */
    while (from && !is_blank(text.ptr[from - 1]))
        from--;
    text = (struct nkb_str){text.ptr + from, text.len - from};

    int64_t number = text.len && *text.ptr == 't';
    if (nkb_str_is(text, "true") || nkb_str_is(text, "false"))
        made->has_number = true;
    else if (made->shape->element_type == NKB_TYPE_U64)
        made->has_number = parse_bits(text, &number);
    else
        made->has_number = nkb_parse_i64(text, &number);
    if (made->has_number)
        made->number = number;
}

/* The literal is skipped, however long; `{...}` stands for one left out. */
static int read_constant(struct nkb_hlotext *r, struct nkb_hlo_instruction *made)
{
    const char *from = r->at + 1;
    int rc = nkb_hlotext_skip_brackets(r);
    bool integral =
        made->shape->element_type >= NKB_TYPE_PRED && made->shape->element_type <= NKB_TYPE_U64;
    if (rc == 0 && made->shape->rank == 0 && integral)
        read_scalar((struct nkb_str){from, (size_t)(r->at - from) - 1}, made);
    return rc;
}

static int read_parameter(struct nkb_hlotext *r, struct nkb_hlotext_draft *draft)
{
    struct nkb_hlo_instruction *made = &draft->made;
    int rc = nkb_hlotext_int(r, "the number of a parameter", &made->number);
    if (rc == 0 && made->number < 0)
        rc = nkb_hlotext_fail(r, nkb_hlotext_draft_line(r, draft),
                              "parameter number %lld is negative; 0 or more is expected",
                              (long long)made->number);
    made->has_number = true;
    return rc < 0 ? rc : nkb_hlotext_want(r, ')', "')' behind the number of a parameter");
}

static int read_opcode(struct nkb_hlotext *r, struct nkb_hlotext_draft *draft)
{
    struct nkb_hlo_instruction *made = &draft->made;
    nkb_hlotext_blanks(r);
    struct nkb_str name = nkb_hlotext_word(r);
    if (name.len == 0)
        return nkb_hlotext_expected(r, "an opcode behind the shape");
    made->opcode = nkb_hlo_opcodes_find(&r->opcodes, name);
    if (made->opcode == NKB_HLO_OPCODE_COUNT)
        made->opcode = nkb_hlotext_async_opcode(name, &draft->wrapped);
    if (made->opcode != NKB_HLO_OPCODE_COUNT)
        return 0;
    /* One a newer XLA has: it counts nothing but is no fault. */
    struct nkb_hlo_attrs *attrs = nkb_hlotext_attrs_of(r, draft);
    if (!attrs)
        return nkb_err_memory(r->err);
    attrs->opcode_name = name;
    return 0;
}

static int read_rest(struct nkb_hlotext *r, struct nkb_hlotext_draft *draft)
{
    struct nkb_hlo_instruction *made = &draft->made;
    int rc;
    if ((rc = nkb_hlotext_want(r, '=', "'=' behind the name of an instruction")) < 0 ||
        (rc = nkb_hlotext_shape_shared(r, &made->shape)) < 0 || (rc = read_opcode(r, draft)) < 0 ||
        (rc = nkb_hlotext_want(r, '(', "'(' behind an opcode")) < 0)
        return rc;
    if (made->opcode == NKB_HLO_CONSTANT) {
        r->at--;
        rc = read_constant(r, made);
    } else if (made->opcode == NKB_HLO_PARAMETER) {
        rc = read_parameter(r, draft);
    } else {
        rc = read_operands(r, made);
    }
    if (rc < 0 || (rc = nkb_hlotext_attributes(r, draft)) < 0)
        return rc;
    if (r->starved) /* before others learn what may be half of a name */
        return NKB_EINPUT;
    if (nkb_hlotext_calls(r, draft) && (rc = nkb_hlotext_called_finish(r, draft)) < 0)
        return rc;
    made->attrs = draft->recalled;
    if (draft->attrs && !(made->attrs = nkb_hlo_pool_attrs(&r->pool, draft->attrs)))
        return nkb_err_memory(r->err);
    if (draft->run.len && !draft->is_own)
        nkb_hlotext_note_run(&r->recall, made->opcode, draft->run, draft->run_seen, made->attrs);
    if (draft->wrapped != NKB_HLO_OPCODE_COUNT)
        rc = nkb_hlotext_async_wrap(r, draft);
    return rc;
}

int nkb_hlotext_instruction(struct nkb_hlotext *r, bool *is_root, uint64_t *line_out)
{
    struct nkb_hlotext_draft draft = {
        .wrapped = NKB_HLO_OPCODE_COUNT,
        .called_base = r->called.len,
    };
    struct nkb_str name;
    if (r->inline_depth == 0 && r->temp.used_bytes)
        nkb_arena_reset(&r->temp);
    int rc = nkb_hlotext_name(r, "an instruction or '}'", &name);
    if (rc < 0)
        return rc;
    *is_root = false;
    if (nkb_str_is(name, "ROOT")) {
        nkb_hlotext_blanks(r);
        *is_root = nkb_hlotext_peek(r) != '=';
        if (*is_root && (rc = nkb_hlotext_name(r, "the name of the root instruction", &name)) < 0)
            return rc;
    }
    draft.begun = name.ptr;
    if (!nkb_hlo_pool_name(&r->pool, name, &draft.made.name))
        return nkb_err_memory(r->err);
    if ((rc = read_rest(r, &draft)) < 0)
        return rc;

    struct nkb_hlotext_list *list = &r->list;
    if (list->count >= NKB_HLO_NONE || nkb_arena_failed(r->arena) ||
        (list->count == list->room && !nkb_hlotext_grow_list(r)))
        return nkb_err_memory(r->err);
    int added = nkb_names_add(&r->instruction_names, nkb_hlotext_instructions_named(r), r->scope,
                              name, (uint32_t)list->count);
    if (added < 0)
        return nkb_err_memory(r->err);
    list->at[list->count++] = draft.made;
    if (added && !*is_root)
        return 0;
    *line_out = nkb_hlotext_draft_line(r, &draft);
    char shown[NKB_SHOWN_BYTES];
    return added ? 0
                 : nkb_hlotext_fail(r, *line_out,
                                    "'%s' is defined twice in one computation; names are unique",
                                    nkb_show(name, shown));
}
