/* A module as text, every field of it, so that two readings can be compared and one be pinned. */
#ifndef NKB_TESTS_HLO_PRINT_H
#define NKB_TESTS_HLO_PRINT_H

#include "base/buf.h"
#include "model/hlo.h"

static inline void print_ints(struct nkb_buf *out, const char *name, const int64_t *at,
                              uint32_t count)
{
    if (!count)
        return;
    nkb_buf_printf(out, " %s", name);
    for (uint32_t i = 0; i < count; i++)
        nkb_buf_printf(out, "%c%lld", i ? ',' : '=', (long long)at[i]);
}

static inline void print_positions(struct nkb_buf *out, const char *name, const uint32_t *at,
                                   uint32_t count)
{
    bool missing = false;
    if (!count)
        return;
    nkb_buf_printf(out, " %s", name);
    for (uint32_t i = 0; i < count; i++)
        if (at[i] == NKB_HLO_NONE) { /* the id of the first is kept */
            nkb_buf_printf(out, missing ? "%c?" : "%c#%lld?", i ? ',' : '=',
                           missing ? 0LL : (long long)nkb_hlo_missing_id(at, count));
            missing = true;
        } else
            nkb_buf_printf(out, "%c%u", i ? ',' : '=', at[i]);
}

static inline void print_text(struct nkb_buf *out, const char *name, struct nkb_str text)
{
    if (text.len)
        nkb_buf_printf(out, " %s=", name);
    nkb_buf_append(out, text.ptr, text.len);
}

static inline void print_shape(struct nkb_buf *out, const struct nkb_hlo_shape *shape)
{
    nkb_buf_printf(out, " t%d", shape->element_type);
    print_ints(out, "dims", shape->dims, shape->rank);
    if (shape->dynamic)
        nkb_buf_text(out, " dynamic");
    if (shape->has_layout)
        nkb_buf_text(out, " layout");
    print_ints(out, "m2m", shape->minor_to_major, shape->minor_to_major_count);
    print_ints(out, "bits", &shape->element_size_bits, shape->element_size_bits != 0);
    if (shape->tuple_count) {
        nkb_buf_text(out, " (");
        for (uint32_t i = 0; i < shape->tuple_count; i++)
            print_shape(out, &shape->tuple[i]);
        nkb_buf_text(out, " )");
    }
}

static inline void print_number(struct nkb_buf *out, const char *name, int64_t value)
{
    print_ints(out, name, &value, value != 0);
}

static inline void print_attrs(struct nkb_buf *out, const struct nkb_hlo_attrs *a)
{
    nkb_buf_text(out, " attrs");
    print_ints(out, "dimensions", a->dimensions.at, a->dimensions.count);
    if (a->dot) {
        nkb_buf_text(out, " dot");
        print_ints(out, "lc", a->dot->lhs_contracting.at, a->dot->lhs_contracting.count);
        print_ints(out, "rc", a->dot->rhs_contracting.at, a->dot->rhs_contracting.count);
        print_ints(out, "lb", a->dot->lhs_batch.at, a->dot->lhs_batch.count);
        print_ints(out, "rb", a->dot->rhs_batch.at, a->dot->rhs_batch.count);
        print_ints(out, "lr", a->dot->lhs_ragged.at, a->dot->lhs_ragged.count);
        print_ints(out, "rg", a->dot->rhs_group.at, a->dot->rhs_group.count);
    }
    if (a->convolution) {
        const struct nkb_hlo_convolution *c = a->convolution;
        const int64_t numbers[] = {c->kernel_input_feature, c->kernel_output_feature,
                                   c->input_batch,          c->input_feature,
                                   c->output_batch,         c->output_feature};
        print_ints(out, "conv", numbers, 6);
        print_ints(out, "ks", c->kernel_spatial.at, c->kernel_spatial.count);
        print_ints(out, "is", c->input_spatial.at, c->input_spatial.count);
        print_ints(out, "os", c->output_spatial.at, c->output_spatial.count);
    }
    if (a->window)
        nkb_buf_printf(out, " window/%u", a->window_rank);
    for (uint32_t i = 0; a->window && i < a->window_rank; i++) {
        const struct nkb_hlo_window_dim *d = &a->window[i];
        const int64_t numbers[] = {d->size,         d->stride,          d->padding_low,
                                   d->padding_high, d->window_dilation, d->base_dilation,
                                   d->reversal};
        print_ints(out, "dim", numbers, 7);
    }
    print_number(out, "fgc", a->feature_group_count);
    print_number(out, "bgc", a->batch_group_count);
    print_ints(out, "fft", a->fft_length.at, a->fft_length.count);
    print_ints(out, "slice", a->slice_sizes.at, a->slice_sizes.count);
    print_text(out, "target", a->custom_call_target);
    print_text(out, "kind", a->fusion_kind);
    if (a->nki) {
        nkb_buf_printf(out, " nki/%d=%lld", a->nki->status, (long long)a->nki->mac_count);
        print_text(out, "func", a->nki->func_name);
    }
    if (a->has_known_trip_count)
        nkb_buf_printf(out, " trips=%lld", (long long)a->known_trip_count);
    print_number(out, "direction", a->direction);
}

static inline void print_instruction(struct nkb_buf *out, const struct nkb_hlo_instruction *in)
{
    const struct nkb_str opcode = nkb_hlo_opcode_said(in);
    nkb_buf_append(out, in->name.ptr, in->name.len);
    nkb_buf_char(out, ' ');
    nkb_buf_append(out, opcode.ptr, opcode.len);
    if (in->opcode == NKB_HLO_OPCODE_COUNT)
        nkb_buf_char(out, '?');
    print_shape(out, in->shape);
    print_positions(out, "of", in->operands, in->operand_count);
    print_positions(out, "calls", in->called, in->called_count);
    if (in->has_number)
        nkb_buf_printf(out, " number=%lld", (long long)in->number);
    if (in->attrs)
        print_attrs(out, in->attrs);
    print_text(out, "op_name", in->op_name);
}

static inline void print_module(struct nkb_buf *out, const struct nkb_hlo *hlo)
{
    nkb_buf_append(out, hlo->name.ptr, hlo->name.len);
    nkb_buf_printf(out, ": entry #%lld at %d, %u computations, %llu instructions\n",
                   (long long)hlo->entry_id, (int)hlo->entry, hlo->computation_count,
                   (unsigned long long)hlo->instruction_count);
    for (uint32_t i = 0; i < hlo->computation_count; i++) {
        const struct nkb_hlo_computation *c = &hlo->computations[i];
        nkb_buf_printf(out, "#%lld ", (long long)c->id);
        nkb_buf_append(out, c->name.ptr, c->name.len);
        nkb_buf_printf(out, ": root #%lld at %d%s @%llu\n", (long long)c->root_id, (int)c->root,
                       c->is_fusion ? " fusion" : "", (unsigned long long)c->at);
        for (uint32_t j = 0; j < c->instruction_count; j++) {
            nkb_buf_text(out, "  ");
            print_instruction(out, &c->instructions[j]);
            nkb_buf_char(out, '\n');
        }
    }
    nkb_buf_char(out, '\0');
}

#endif
