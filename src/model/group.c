#include "model/group.h"

#include <stddef.h>

#include "base/num.h"

const char *const nkb_dimension_names[NKB_DIMENSIONS] = {
    [NKB_BY_MODULE] = "module",
    [NKB_BY_COMPUTATION] = "computation",
    [NKB_BY_OPCODE] = "opcode",
    [NKB_BY_KERNEL] = "kernel",
    [NKB_BY_SCOPE] = "scope",
    [NKB_BY_SOURCE] = "source",
    [NKB_BY_DTYPE] = "dtype",
    [NKB_BY_SHAPE] = "shape",
    [NKB_BY_INSTRUCTION] = "instruction",
};

const char *nkb_dimension_name(enum nkb_dimension dimension)
{
    return nkb_dimension_names[dimension];
}

int nkb_dimension_find(struct nkb_str name)
{
    for (int i = 0; i < NKB_DIMENSIONS; i++)
        if (nkb_str_is(name, nkb_dimension_names[i]))
            return i;
    return -1;
}

static const struct {
    const char *name, *unit;
} figures[NKB_FIGURES] = {
    [NKB_FIG_INSTRUCTIONS] = {"instructions", NULL},
    [NKB_FIG_CALLS] = {"calls", NULL},
    [NKB_FIG_STATIC_MACS] = {"static_macs", "MAC"},
    [NKB_FIG_STATIC_NKI] = {"static_nki_macs", "MAC"},
    [NKB_FIG_MACS] = {"executed_macs", "MAC"},
    [NKB_FIG_DOT] = {"executed_dot_macs", "MAC"},
    [NKB_FIG_CONV] = {"executed_conv_macs", "MAC"},
    [NKB_FIG_NKI] = {"executed_nki_macs", "MAC"},
    [NKB_FIG_OTHER] = {"executed_other_macs", "MAC"},
    [NKB_FIG_FLOPS] = {"executed_flops", "FLOP"},
    [NKB_FIG_TRANSCENDENTALS] = {"executed_transcendentals", NULL},
    [NKB_FIG_BYTES] = {"executed_bytes", "B"},
    [NKB_FIG_XLA_FLOPS] = {"xla_flops", "FLOP"},
    [NKB_FIG_XLA_TRANSCENDENTALS] = {"xla_transcendentals", NULL},
    [NKB_FIG_XLA_BYTES] = {"xla_bytes", "B"},
    [NKB_FIG_XLA_CALLS] = {"xla_unknown_calls", NULL},
    [NKB_FIG_XLA_BYTE_CALLS] = {"xla_unknown_byte_calls", NULL},
};

const char *nkb_figure_name(enum nkb_figure figure)
{
    return figures[figure].name;
}

const char *nkb_figure_unit(enum nkb_figure figure)
{
    return figures[figure].unit;
}

void nkb_groups_cut(struct nkb_groups *groups, uint32_t listed)
{
    if (groups->count <= listed)
        return;
    for (int f = 0; f < NKB_FIGURES; f++) {
        const uint32_t bit = 1u << f;
        nkb_i128 sum = groups->rest.figures[f]; /* of fewer than 2^32 */
        for (uint32_t i = listed; i < groups->count; i++) {
            groups->rest.absent |= groups->at[i].absent & bit;
            sum += groups->at[i].figures[f];
        }
        if (!nkb_i128_fits(sum, &groups->rest.figures[f]))
            groups->rest.absent |= bit;
        if (groups->rest.absent & bit)
            groups->rest.figures[f] = 0;
    }
    groups->count = listed;
    groups->has_rest = true;
}
