/* Instructions by the problem they solve: opcode, result and operands. What matters of a model
 * without names of its own is mostly a few of them, repeated in every layer. */
#include "analyze/attribution_parts.h"
#include "analyze/work.h"

#include "base/hash.h"

enum {
    SHOWN_DIMS = 8,     /* of longer shapes these tell, so that no text is longer than its file */
    SHOWN_OPERANDS = 4, /* and of more operands these and their number */
    KEPT_OPERANDS = 2,  /* that struct nkb_shape_said tells apart */
};

static void say_shape(const struct nkb_hlo_shape *shape, struct nkb_buf *out)
{
    const char *type = nkb_hlo_type_name(shape->element_type);
    nkb_buf_text(out, type ? type : "unknown");
    for (uint32_t i = 0; i < shape->rank && i < SHOWN_DIMS; i++) {
        nkb_buf_char(out, i ? ',' : '[');
        nkb_buf_int(out, shape->dims[i]);
    }
    if (shape->rank)
        nkb_buf_text(out, shape->rank > SHOWN_DIMS ? ",…]" : "]");
}

void nkb_shapes_say(const struct nkb_hlo_instruction *in, struct nkb_buf *out)
{
    const struct nkb_str opcode = nkb_hlo_opcode_said(in);
    nkb_buf_append(out, opcode.ptr, opcode.len);
    if (in->attrs && in->attrs->custom_call_target.len) {
        const struct nkb_nki_config *nki = in->attrs->nki;
        struct nkb_str what =
            nki && nki->func_name.len ? nki->func_name : in->attrs->custom_call_target;
        nkb_buf_char(out, ' ');
        nkb_buf_append(out, what.ptr, what.len);
    }
    nkb_buf_char(out, ' ');
    say_shape(in->shape, out);
}

static void say_operands(const struct nkb_hlo_computation *computation,
                         const struct nkb_hlo_instruction *in, struct nkb_buf *out)
{
    for (uint32_t i = 0; i < in->operand_count && i < SHOWN_OPERANDS; i++) {
        const struct nkb_hlo_instruction *operand = nkb_operand(computation, in, i);
        nkb_buf_text(out, i ? ", " : "");
        if (operand)
            say_shape(operand->shape, out);
        else
            nkb_buf_char(out, '?');
    }
    if (in->operand_count > SHOWN_OPERANDS)
        nkb_buf_printf(out, ", … (%u)", (unsigned)in->operand_count);
}

/* The number of its text: how long the first half is, then both. */
static bool find_number(struct nkb_shapes *s, const struct nkb_hlo_computation *computation,
                        const struct nkb_hlo_instruction *in, struct nkb_arena *scratch,
                        uint32_t *out)
{
    size_t key_len = 0;
    s->text.len = 0;
    nkb_buf_append(&s->text, &key_len, sizeof key_len);
    nkb_shapes_say(in, &s->text);
    key_len = s->text.len - sizeof key_len;
    say_operands(computation, in, &s->text);
    if (s->text.failed)
        return false;
    memcpy(s->text.data, &key_len, sizeof key_len);
    return nkb_intern_add(&s->names, scratch, nkb_buf_str(&s->text), out);
}

bool nkb_shapes_number(struct nkb_shapes *s, const struct nkb_hlo_computation *computation,
                       const struct nkb_hlo_instruction *in, struct nkb_arena *scratch,
                       uint32_t *out)
{
    struct nkb_shape_said key = {.result = in->shape, .opcode = in->opcode};
    if (in->operand_count > KEPT_OPERANDS || in->opcode == NKB_HLO_OPCODE_COUNT)
        return find_number(s, computation, in, scratch, out);
    for (uint32_t i = 0; i < in->operand_count; i++) {
        const struct nkb_hlo_instruction *operand = nkb_operand(computation, in, i);
        if (!operand)
            return find_number(s, computation, in, scratch, out);
        key.operands[i] = operand->shape;
    }
    if (in->attrs && in->attrs->custom_call_target.len) /* whatever its opcode: it is said */
        key.attrs = in->attrs;
    size_t slot = (nkb_hash_addresses(key.result, key.operands[0], key.operands[1]) ^ key.opcode) %
                  NKB_SHAPES_SAID;
    struct nkb_shape_said *said = &s->said[slot];
    if (said->result != key.result || said->operands[0] != key.operands[0] ||
        said->operands[1] != key.operands[1] || said->attrs != key.attrs ||
        said->opcode != key.opcode) {
        if (!find_number(s, computation, in, scratch, &key.number))
            return false;
        *said = key;
    }
    *out = said->number;
    return true;
}

void nkb_shapes_name(const struct nkb_shapes *s, size_t number, struct nkb_group *group)
{
    const struct nkb_str text = s->names.texts[number];
    size_t key_len;
    memcpy(&key_len, text.ptr, sizeof key_len);
    group->key = (struct nkb_str){text.ptr + sizeof key_len, key_len};
    group->detail = (struct nkb_str){group->key.ptr + key_len, text.len - sizeof key_len - key_len};
}

void nkb_shapes_free(struct nkb_shapes *s)
{
    nkb_intern_free(&s->names);
    nkb_buf_free(&s->text);
}
