/* Opcodes by name. Few occur in a module and their search is long: the ones seen are remembered by
 * a cheap key. */
#ifndef NKB_INPUT_HLO_OPCODES_H
#define NKB_INPUT_HLO_OPCODES_H

#include "model/hlo.h"

enum { NKB_HLO_OPCODES_SEEN = 64 };

/* Zeroed memory has seen none. */
struct nkb_hlo_opcodes {
    struct {
        struct nkb_str name; /* in the table of opcodes; empty: slot not used */
        enum nkb_hlo_opcode opcode;
    } seen[NKB_HLO_OPCODES_SEEN];
};

/* NKB_HLO_OPCODE_COUNT for one that is none of the table's. */
static inline enum nkb_hlo_opcode nkb_hlo_opcodes_find(struct nkb_hlo_opcodes *opcodes,
                                                       struct nkb_str name)
{
    if (name.len == 0)
        return NKB_HLO_OPCODE_COUNT;
    unsigned first = (unsigned char)name.ptr[0], last = (unsigned char)name.ptr[name.len - 1],
             middle = (unsigned char)name.ptr[name.len / 2];
    size_t slot = (name.len + first * 5 + middle * 11 + last * 17) % NKB_HLO_OPCODES_SEEN;
    if (!nkb_str_equal(opcodes->seen[slot].name, name)) {
        enum nkb_hlo_opcode found = nkb_hlo_opcode_find(name);
        if (found == NKB_HLO_OPCODE_COUNT)
            return found;
        opcodes->seen[slot].name = (struct nkb_str){nkb_hlo_opcode_name(found), name.len};
        opcodes->seen[slot].opcode = found;
    }
    return opcodes->seen[slot].opcode;
}

#endif
