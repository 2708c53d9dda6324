/* Opcodes by name. Few occur in a module and their search is long: the ones seen are remembered by
 * how their names begin and end, which is all of a name of at most 16 bytes. */
#ifndef NKB_INPUT_HLO_OPCODES_H
#define NKB_INPUT_HLO_OPCODES_H

#include "model/hlo.h"

enum { NKB_HLO_OPCODES_BITS = 6 };

struct nkb_hlo_opcode_seen {
    uint64_t first, last;
    uint32_t len; /* 0: slot not used */
    enum nkb_hlo_opcode opcode;
};

/* Zeroed memory has seen none. */
struct nkb_hlo_opcodes {
    struct nkb_hlo_opcode_seen seen[1 << NKB_HLO_OPCODES_BITS];
};

/* NKB_HLO_OPCODE_COUNT for one that is none of the table's. */
static inline enum nkb_hlo_opcode nkb_hlo_opcodes_find(struct nkb_hlo_opcodes *opcodes,
                                                       struct nkb_str name)
{
    uint64_t first = 0, last = 0;
    const size_t whole = sizeof first + sizeof last;

    if (name.len >= 8) {
        first = nkb_eight_bytes(name.ptr);
        last = nkb_eight_bytes(name.ptr + name.len - 8);
    } else if (name.len >= 4) {
        first = nkb_four_bytes(name.ptr);
        last = nkb_four_bytes(name.ptr + name.len - 4);
    } else if (name.len > 0) { /* all letters of up to three */
        first = (unsigned char)name.ptr[0];
        last = (unsigned char)name.ptr[name.len / 2] |
               (uint64_t)(unsigned char)name.ptr[name.len - 1] << 8;
    }
    uint64_t h = (first ^ (last << 21 | last >> 43)) * 0x9e3779b97f4a7c15u;
    struct nkb_hlo_opcode_seen *seen = &opcodes->seen[h >> (64 - NKB_HLO_OPCODES_BITS)];
    if (seen->first == first && seen->last == last && seen->len == name.len && name.len > 0 &&
        (name.len <= whole || nkb_str_is(name, nkb_hlo_opcode_name(seen->opcode))))
        return seen->opcode;
    enum nkb_hlo_opcode found = nkb_hlo_opcode_find(name);
    if (found != NKB_HLO_OPCODE_COUNT)
        *seen = (struct nkb_hlo_opcode_seen){first, last, (uint32_t)name.len, found};
    return found;
}

#endif
