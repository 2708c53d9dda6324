/* The message is not published, only the field's name; so the field is known by what is in it: an
 * HloModuleProto begins with its name, that of its entry, and a computation. No wrapper of XLA's
 * has such a thing in its fields from 3 on: a literal has no text in its second field, a buffer
 * assignment none in its own. Of a module's, stack_frame_index is such a thing. */
#include "input/hlo_metaneff.h"

enum { MODULE_NAME = 0x0a, MODULE_ENTRY_NAME = 0x12, MODULE_COMPUTATION = 0x1a };

struct glance {
    struct nkb_wire *wire;
    struct nkb_buf scratch;
    uint64_t at, end;
};

/* Up to `most` of the bytes here. */
static bool look(struct glance *glance, uint64_t most, struct nkb_str *out)
{
    uint64_t left = glance->end - glance->at;
    return nkb_wire_peek(glance->wire, glance->at, left < most ? left : most, &glance->scratch,
                         out);
}

/* The tag of a field and, of one with a length, that length; then at is where its value begins. */
static bool take_field(struct glance *glance, uint32_t *tag, uint64_t *len)
{
    struct nkb_str head;
    if (!look(glance, NKB_WIRE_HEADER_BYTES, &head) || head.len == 0)
        return false;
    const unsigned char *begin = (const unsigned char *)head.ptr, *end = begin + head.len;
    const unsigned char *p = nkb_wire_read_tag(glance->wire, begin, end, tag);
    *len = 0;
    switch (p ? *tag & 7 : NKB_WIRE_GROUP) {
    case NKB_WIRE_BYTES:
        p = nkb_wire_read_varint(glance->wire, p, end, len);
        break;
    case NKB_WIRE_VARINT: {
        uint64_t value;
        p = nkb_wire_read_varint(glance->wire, p, end, &value);
        break;
    }
    case NKB_WIRE_FIXED32:
        *len = 4;
        break;
    case NKB_WIRE_FIXED64:
        *len = 8;
        break;
    default:
        return false;
    }
    if (!p || *len > glance->end - glance->at - (uint64_t)(p - begin))
        return false;
    glance->at += (uint64_t)(p - begin);
    return true;
}

static bool is_plain(struct nkb_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < ' ')
            return false;
    return true;
}

/* Do the len bytes here begin like a module? Its entry may have no name. */
static bool begins_like_module(const struct glance *outer, uint64_t len)
{
    enum { NAME_LOOKED_AT = 64, NAMES_MAX = 2 };
    struct glance glance = {outer->wire, NKB_BUF_INIT, outer->at, outer->at + len};
    uint32_t tag = 0, before = 0;
    bool named = true;
    for (int i = 0; i <= NAMES_MAX && named && tag != MODULE_COMPUTATION; i++) {
        struct nkb_str text;
        uint64_t size;
        named = take_field(&glance, &tag, &size) && tag > before &&
                (tag == MODULE_COMPUTATION
                     ? i > 0
                     : (tag == MODULE_NAME || (tag == MODULE_ENTRY_NAME && i > 0)) &&
                           look(&glance, size < NAME_LOOKED_AT ? size : NAME_LOOKED_AT, &text) &&
                           is_plain(text));
        glance.at += named ? size : 0;
        before = tag;
    }
    nkb_buf_free(&glance.scratch);
    return named && tag == MODULE_COMPUTATION;
}

uint32_t nkb_hlo_metaneff_fields(struct nkb_wire *wire)
{
    struct glance glance = {wire, NKB_BUF_INIT, 0, wire->size};
    uint32_t found = 0, tag;
    uint64_t len;
    for (int i = 0; i < NKB_METANEFF_FIELDS_LOOKED_AT && take_field(&glance, &tag, &len); i++) {
        if ((tag & 7) == NKB_WIRE_BYTES && tag >> 3 > 2 && tag >> 3 <= NKB_METANEFF_FIELD_MAX &&
            begins_like_module(&glance, len))
            found |= 1u << (tag >> 3);
        glance.at += len;
    }
    nkb_buf_free(&glance.scratch);
    return found;
}
