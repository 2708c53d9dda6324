/* Any bytes as HLO text: read or refused with a message, in time and memory linear in their number;
 * and the same through a small window, by a reader that has read the texts before. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "input/hlotext_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What two readings of a text must have alike, down to names, lines and operands. */
static bool is_same(const struct nkb_hlo *a, const struct nkb_hlo *b)
{
    if (a->computation_count != b->computation_count || a->entry != b->entry ||
        a->source_count != b->source_count || a->size_bytes != b->size_bytes ||
        !nkb_str_equal(a->name, b->name))
        return false;
    for (uint32_t i = 0; i < a->computation_count; i++) {
        const struct nkb_hlo_computation *x = &a->computations[i], *y = &b->computations[i];
        if (!nkb_str_equal(x->name, y->name) || x->at != y->at || x->root != y->root ||
            x->is_fusion != y->is_fusion || x->instruction_count != y->instruction_count)
            return false;
        for (uint32_t k = 0; k < x->instruction_count; k++) {
            const struct nkb_hlo_instruction *p = &x->instructions[k], *q = &y->instructions[k];
            if (!nkb_str_equal(p->name, q->name) || !nkb_str_equal(p->op_name, q->op_name) ||
                p->opcode != q->opcode || p->number != q->number || p->source != q->source ||
                p->shape->rank != q->shape->rank || !p->attrs != !q->attrs ||
                p->operand_count != q->operand_count || p->called_count != q->called_count)
                return false;
            if ((p->operand_count &&
                 memcmp(p->operands, q->operands, p->operand_count * sizeof *p->operands) != 0) ||
                (p->called_count &&
                 memcmp(p->called, q->called, p->called_count * sizeof *p->called) != 0))
                return false;
        }
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { LEAST_WINDOW = 16 };
    static struct nkb_hlotext reader;
    struct nkb_str text = {(const char *)data, size};
    const struct nkb_hlotext_input input = {
        .fd = -1, .bytes = text, .window_bytes = LEAST_WINDOW + (size ? data[size / 2] : 0)};
    struct nkb_arena arena = NKB_ARENA_INIT, again_arena = NKB_ARENA_INIT;
    struct nkb_err err = {0}, again_err = {0};
    struct nkb_hlo hlo, again;

    nkb_hlotext_detect(text);
    int rc = nkb_hlotext_read(text, &arena, &hlo, &err);
    if ((rc == 0) != (err.text[0] == '\0') || (rc == 0 && hlo.entry >= hlo.computation_count))
        abort();
    if (nkb_hlotext_read_with(&reader, &input, &again_arena, &again, &again_err) != rc ||
        strcmp(again_err.text, err.text) != 0 || (rc == 0 && !is_same(&hlo, &again)))
        abort();
    nkb_arena_free(&arena);
    nkb_arena_free(&again_arena);
    return 0;
}
