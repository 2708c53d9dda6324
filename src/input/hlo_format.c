/* Asked only after every reading as HLO has been refused, so a false alarm cannot lose a good file.
 */
#include "input/hlo_format.h"

#include <stdbool.h>
#include <string.h>

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
    {NKB_STR_LITERAL("<"), "XML or HTML, not HLO; an HloModuleProto or XLA's text is expected"},
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Printable, with what drives a terminal's colours. A few bytes may be protobuf by chance: then a
 * newline, the tag of a name, does not come first, and all is ASCII. */
static bool is_text(struct nkb_str head, bool is_first)
{
    enum { ENOUGH = 16 };
    bool ascii = true;

    for (size_t i = 0; i < head.len; i++) {
        unsigned char c = (unsigned char)head.ptr[i];
        if ((c < 0x20 && !is_space(head.ptr[i]) && c != '\x1b') || c == 0x7f)
            return false;
        ascii = ascii && c < 0x7f && c != '\x1b';
    }
    return head.len >= ENOUGH || (head.len > 0 && ascii && is_first);
}

static void skip(struct nkb_str *text, const char *any)
{
    while (text->len && *text->ptr && strchr(any, *text->ptr)) {
        text->ptr++;
        text->len--;
    }
}

static bool begins(struct nkb_str text, const char *word)
{
    size_t n = strlen(word);
    return text.len >= n && memcmp(text.ptr, word, n) == 0;
}

/* The lines of a log begin with "[2026-11-24", "[INFO]" or "[3]:", which no list does. */
static bool is_json(struct nkb_str head)
{
    static const char blank[] = " \t\n\r";
    char first = head.len ? *head.ptr : '\0';

    if (first != '{' && first != '[')
        return false;
    head.ptr++;
    head.len--;
    skip(&head, blank);
    if (first == '{')
        return head.len == 0 || *head.ptr == '"' || *head.ptr == '}';
    if (head.len == 0 || begins(head, "{") || begins(head, "[") || begins(head, "\"") ||
        begins(head, "true") || begins(head, "false") || begins(head, "null"))
        return true;
    skip(&head, "-");
    skip(&head, "0123456789.eE+");
    skip(&head, blank);
    if (begins(head, ","))
        return true;
    if (!begins(head, "]"))
        return false;
    skip(&head, "]");
    skip(&head, blank);
    return head.len == 0;
}

const char *nkb_hlo_format_name(struct nkb_str head)
{
    bool zero = head.len > 0, is_first = head.len > 0 && *head.ptr != '\n';

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
    if (is_json(head))
        return "JSON, not HLO; an HloModuleProto or XLA's text is expected";
    return is_text(head, is_first)
               ? "text, but no HLO module; 'HloModule NAME' is expected on its first line"
               : NULL;
}
