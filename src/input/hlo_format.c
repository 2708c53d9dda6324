/* Asked only after every reading as HLO has been refused, so a false alarm cannot lose a good file.
 */
#include "input/hlo_format.h"

#include <stdbool.h>

static const struct {
    struct nkb_str magic;
    const char *text;
} formats[] = {
    {NKB_STR_LITERAL("\x1f\x8b"), "gzip, not HLO; unpack it first"},
    {NKB_STR_LITERAL("PK\x03\x04"), "zip, not HLO; unpack it first"},
    {NKB_STR_LITERAL("\x28\xb5\x2f\xfd"), "zstd, not HLO; unpack it first"},
    {NKB_STR_LITERAL("\xfd"
                     "7zXZ"),
     "xz, not HLO; unpack it first"},
    {NKB_STR_LITERAL("\x7f"
                     "ELF"),
     "an ELF binary, not HLO; give the HloModuleProto it was compiled from"},
    {NKB_STR_LITERAL("\x89"
                     "nkb\r\n"),
     "a part of a scan, not HLO; parts are taken by name, and only as files"},
    {NKB_STR_LITERAL("ML\xefR"), "MLIR bytecode, not HLO; convert it to an HloModuleProto"},
    {NKB_STR_LITERAL("name: \""),
     "protobuf's text form, not HLO; give the binary form or XLA's own text"},
    {NKB_STR_LITERAL("{"), "JSON, not HLO; an HloModuleProto or XLA's text is expected"},
    {NKB_STR_LITERAL("["), "JSON, not HLO; an HloModuleProto or XLA's text is expected"},
    {NKB_STR_LITERAL("<"), "XML or HTML, not HLO; an HloModuleProto or XLA's text is expected"},
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Printable and not short: text of some kind. */
static bool is_text(struct nkb_str head)
{
    enum { ENOUGH = 16 };

    for (size_t i = 0; i < head.len; i++)
        if (((unsigned char)head.ptr[i] < 0x20 && !is_space(head.ptr[i])) || head.ptr[i] == 0x7f)
            return false;
    return head.len >= ENOUGH;
}

const char *nkb_hlo_format_name(struct nkb_str head)
{
    bool zero = head.len > 0;

    for (size_t i = 0; i < head.len && zero; i++)
        zero = head.ptr[i] == '\0';
    if (zero)
        return "nothing but zero bytes, not HLO; what wrote it was cut off";
    while (head.len && is_space(*head.ptr)) {
        head.ptr++;
        head.len--;
    }
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        size_t n = formats[i].magic.len;
        if (head.len >= n && memcmp(head.ptr, formats[i].magic.ptr, n) == 0)
            return formats[i].text;
    }
    return is_text(head) ? "text, but no HLO; an HloModuleProto or XLA's text is expected" : NULL;
}
