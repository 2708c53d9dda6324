/* Names of columns: titles as people write them into names as rules do, and the unit in a name. A
 * unit is never guessed: "µs" does not become "s", and tokens_s is a rate. */
#include "input/matrix_name.h"

#include <stdbool.h>

/* The next letter of a name as it is kept, 0 for what separates words; *used bytes of it. */
static char name_letter(struct nkb_str rest, size_t *used)
{
    char c = rest.ptr[0];
    *used = 1;
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
        return c;
    if (nkb_str_starts(rest, "\xc2\xb5") || nkb_str_starts(rest, "\xce\xbc")) {
        *used = 2; /* a micro sign: "µs" is not "s" */
        return 'u';
    }
    return '\0';
}

size_t nkb_name_write(struct nkb_str title, char out[NKB_NAME_BYTES])
{
    size_t len = 0;
    bool gap = false;
    for (size_t i = 0, used; i < title.len; i += used) {
        struct nkb_str rest = {title.ptr + i, title.len - i};
        bool percent = title.ptr[i] == '%';
        char letter = name_letter(rest, &used);
        const char *piece = percent ? "percent" : (char[]){letter, '\0'};
        gap = gap || letter == '\0';
        if (*piece == '\0')
            continue;
        size_t more = strlen(piece) + (gap && len > 0);
        if (len + more >= NKB_NAME_BYTES)
            return NKB_NAME_BYTES;
        if (gap && len > 0)
            out[len++] = '_';
        memcpy(out + len, piece, strlen(piece));
        len += strlen(piece);
        gap = percent;
    }
    out[len] = '\0';
    return len;
}

const char *nkb_name_unit(const char *name)
{
    static const char *const units[][2] = {
        {"ns", "ns"},   {"us", "us"},   {"ms", "ms"},     {"s", "s"},
        {"min", "min"}, {"h", "h"},     {"percent", "%"}, {"bytes", "B"},
        {"kib", "KiB"}, {"mib", "MiB"}, {"gib", "GiB"},
    };
    static const char *const rates[][2] = {
        {"tok", "tokens/s"},        {"token", "tokens/s"},
        {"tokens", "tokens/s"},     {"seq", "seq/s"},
        {"samples", "samples/s"},   {"queries", "queries/s"},
        {"requests", "requests/s"}, {"images", "images/s"},
        {"steps", "steps/s"},       {"gb", "GB/s"},
        {"gib", "GiB/s"},           {"tb", "TB/s"},
    };
    char words[NKB_NAME_BYTES];
    memcpy(words, name, strlen(name) + 1);
    for (;;) {
        char *cut = strrchr(words, '_'), *word = cut ? cut + 1 : words;
        for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
            if (strcmp(word, units[i][0]) != 0)
                continue;
            if (!cut || strcmp(word, "s") != 0)
                return units[i][1];
            *cut = '\0'; /* tokens_s, tokens_per_s */
            size_t len = strlen(words);
            if (len > 4 && strcmp(words + len - 4, "_per") == 0)
                words[len - 4] = '\0';
            char *before = strrchr(words, '_');
            before = before ? before + 1 : words;
            for (size_t j = 0; j < sizeof rates / sizeof *rates; j++)
                if (strcmp(before, rates[j][0]) == 0)
                    return rates[j][1];
            return len == strlen(words) ? units[i][1] : NULL;
        }
        if (!cut)
            return NULL;
        *cut = '\0';
    }
}
