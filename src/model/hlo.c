#include "model/hlo.h"

struct opcode_entry {
    const char *name;
    size_t len;
};

static const struct opcode_entry opcodes[] = {
#define NKB_HLO_ENTRY(enumerator, name) {name, sizeof(name) - 1},
    NKB_HLO_OPCODES(NKB_HLO_ENTRY)
#undef NKB_HLO_ENTRY
};

enum nkb_hlo_opcode nkb_hlo_opcode_find(struct nkb_str name)
{
    size_t low = 0, high = NKB_HLO_OPCODE_COUNT;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order =
            nkb_str_compare(name, (struct nkb_str){opcodes[middle].name, opcodes[middle].len});
        if (order == 0)
            return (enum nkb_hlo_opcode)middle;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NKB_HLO_OPCODE_COUNT;
}

const char *nkb_hlo_opcode_name(enum nkb_hlo_opcode opcode)
{
    return opcode < NKB_HLO_OPCODE_COUNT ? opcodes[opcode].name : "unknown";
}

struct type_entry {
    const char *name;
    int bits;
};

/* By PrimitiveType number, xla_data.proto. */
static const struct type_entry types[NKB_TYPE_COUNT] = {
    [1] = {"pred", 8},        [2] = {"s8", 8},          [3] = {"s16", 16},
    [4] = {"s32", 32},        [5] = {"s64", 64},        [6] = {"u8", 8},
    [7] = {"u16", 16},        [8] = {"u32", 32},        [9] = {"u64", 64},
    [10] = {"f16", 16},       [11] = {"f32", 32},       [12] = {"f64", 64},
    [13] = {"tuple", 0},      [14] = {"opaque", 0},     [15] = {"c64", 64},
    [16] = {"bf16", 16},      [17] = {"token", 0},      [18] = {"c128", 128},
    [19] = {"f8e5m2", 8},     [20] = {"f8e4m3fn", 8},   [21] = {"s4", 4},
    [22] = {"u4", 4},         [23] = {"f8e4m3b11fnuz", 8}, [24] = {"f8e5m2fnuz", 8},
    [25] = {"f8e4m3fnuz", 8}, [26] = {"s2", 2},         [27] = {"u2", 2},
    [28] = {"f8e4m3", 8},     [29] = {"f8e3m4", 8},     [30] = {"s1", 1},
    [31] = {"u1", 1},         [32] = {"f4e2m1fn", 4},   [33] = {"f8e8m0fnu", 8},
    [34] = {"buffer", 0},
};

int nkb_hlo_type_bits(int32_t element_type)
{
    return element_type > 0 && element_type < NKB_TYPE_COUNT ? types[element_type].bits : 0;
}

const char *nkb_hlo_type_name(int32_t element_type)
{
    return element_type > 0 && element_type < NKB_TYPE_COUNT ? types[element_type].name : NULL;
}

int32_t nkb_hlo_type_find(struct nkb_str name)
{
    for (int32_t i = 1; i < NKB_TYPE_COUNT; i++)
        if (types[i].name && nkb_str_is(name, types[i].name))
            return i;
    return -1;
}
