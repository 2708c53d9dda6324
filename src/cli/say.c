/* Data on stdout, talk on stderr. Off a terminal the bytes never depend on the locale or the
 * terminal: UTF-8 unless --ascii. On a terminal that cannot show UTF-8 the text becomes ASCII,
 * elsewhere marks get colour. */
#include "cli/cli.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"

int write_all(int fd, const char *data, size_t size, const char *name, struct nkb_err *err)
{
    char reason[128];
    while (size > 0) {
        ssize_t wrote = write(fd, data, size);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0) {
            if (strerror_r(errno, reason, sizeof reason) != 0)
                reason[0] = '\0';
            return nkb_err_set(err, NKB_EOUTPUT, "%s: %s", name, reason);
        }
        data += wrote;
        size -= (size_t)wrote;
    }
    return 0;
}

/* What a terminal of this locale and type shows of the layouts' signs. */
static bool shows_utf8(void)
{
    const char *term = getenv("TERM");
    if (term && (strcmp(term, "dumb") == 0 || strcmp(term, "linux") == 0))
        return false;
    /* The program itself stays in the C locale, so that no pattern or number of a rule depends on
     * the user's. */
    locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
    bool utf8 = locale && strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
    if (locale)
        freelocale(locale);
    return utf8;
}

struct sign {
    const char *utf8, *ascii, *colour;
};

#define GREEN "\033[32m"
#define RED "\033[31m"
#define YELLOW "\033[33m"

/* A pictograph in front of a heading goes, with the space behind it. */
static const struct sign signs[] = {
    {"\xe2\x9c\x93", "+", GREEN},             /* ✓ */
    {"\xe2\x9c\x94", "+", GREEN},             /* ✔ */
    {"\xe2\x9c\x85 ", "", NULL},              /* ✅ */
    {"\xe2\x9c\x97", "x", RED},               /* ✗ */
    {"\xe2\x9c\x98", "x", RED},               /* ✘ */
    {"\xe2\x9a\xa0\xef\xb8\x8f  ", "", NULL}, /* ⚠️ */
    {"\xe2\x9a\xa0", "!", YELLOW},            /* ⚠ */
    {"\xe2\x9a\xa1 ", "", NULL},              /* ⚡ */
    {"\xe2\x9a\xa1", "", NULL},
    {"\xc3\x97", "x", NULL},                  /* × */
    {"\xc3\xb7", "/", NULL},                  /* ÷ */
    {"\xc2\xb7", "-", NULL},                  /* · */
    {"\xe2\x89\xa0", "!=", NULL},             /* ≠ */
    {"\xe2\x89\xa5", ">=", NULL},             /* ≥ */
    {"\xe2\x89\xa4", "<=", NULL},             /* ≤ */
    {"\xe2\x86\x92", "->", NULL},             /* → */
    {"\xe2\x80\xa6", "...", NULL},            /* … */
    {"\xe2\x80\x93", "-", NULL},              /* – */
    {"\xe2\x80\x94", "-", NULL},              /* — */
    {"\xe2\x94\x9c\xe2\x94\x80", "|-", NULL}, /* ├─ */
    {"\xe2\x94\x94\xe2\x94\x80", "`-", NULL}, /* └─ */
    {"\xe2\x94\x82", "|", NULL},              /* │ */
    {"\xe2\x94\x80", "-", NULL},              /* ─ */
    {"\xc2\xb5", "u", NULL},                  /* µ */
};

static const struct sign *find_sign(const char *at, size_t left)
{
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        size_t len = strlen(signs[i].utf8);
        if (len <= left && memcmp(at, signs[i].utf8, len) == 0)
            return &signs[i];
    }
    return NULL;
}

/* How many of the next bytes are as they are to be shown anywhere: most of most texts. */
static size_t plain_bytes(const char *text, size_t size)
{
    size_t i = 0;
    while (i < size && ((text[i] >= ' ' && text[i] <= '~') || text[i] == '\n'))
        i++;
    return i;
}

/* Text for people drives no terminal, whatever a file is called or a rule prints: control
 * characters and bytes that are no UTF-8 become question marks. */
static void to_plain(struct nkb_buf *out, const char *text, size_t size)
{
    for (size_t i = 0; i < size;) {
        uint32_t c = 0;
        size_t plain = plain_bytes(text + i, size - i);
        nkb_buf_append(out, text + i, plain);
        i += plain;
        if (i == size)
            break;
        size_t len = nkb_utf8_decode(text + i, size - i, &c);
        bool shown = len > 0 && (nkb_utf8_is_plain(c) || c == '\n' || c == '\t');
        if (!shown)
            nkb_buf_char(out, '?');
        else
            nkb_buf_append(out, text + i, len);
        i += len ? len : 1;
    }
}

static void to_ascii(struct nkb_buf *out, const char *text, size_t size)
{
    for (size_t i = 0; i < size;) {
        uint32_t c = 0;
        size_t plain = plain_bytes(text + i, size - i);
        nkb_buf_append(out, text + i, plain);
        i += plain;
        if (i == size)
            break;
        const struct sign *sign =
            (unsigned char)text[i] < 0x80 ? NULL : find_sign(text + i, size - i);
        size_t len = nkb_utf8_decode(text + i, size - i, &c);
        if (sign) {
            nkb_buf_text(out, sign->ascii);
            len = strlen(sign->utf8);
        } else if (len == 0) {
            nkb_buf_char(out, '?');
            len = 1;
        } else if (c < 0x80) {
            nkb_buf_char(out, (char)c);
        } else if (c == 0xfe0f) {
            /* a variation selector has no width */
        } else if (c >= 0x1f000) {
            if (i + len < size && text[i + len] == ' ') /* the space behind a pictograph */
                len++;
        } else {
            nkb_buf_char(out, '?');
        }
        i += len;
    }
}

static void to_colour(struct nkb_buf *out, const char *text, size_t size)
{
    for (size_t i = 0; i < size;) {
        const struct sign *sign =
            (unsigned char)text[i] < 0x80 ? NULL : find_sign(text + i, size - i);
        if (sign && sign->colour) {
            nkb_buf_printf(out, "%s%s\033[0m", sign->colour, sign->utf8);
            i += strlen(sign->utf8);
        } else if (size - i >= 6 && memcmp(text + i, "FAILED", 6) == 0) {
            nkb_buf_text(out, RED "FAILED\033[0m");
            i += 6;
        } else {
            nkb_buf_char(out, text[i++]);
        }
    }
}

static int show(const struct cli *cli, int fd, const char *text, size_t size, struct nkb_err *err)
{
    const char *no_colour = getenv("NO_COLOR");
    bool terminal = isatty(fd) == 1;
    bool ascii = cli->flags[FLAG_ASCII] || (terminal && !shows_utf8());
    bool colour = terminal && !ascii && !(no_colour && *no_colour);
    struct nkb_buf plain = NKB_BUF_INIT, out = NKB_BUF_INIT;

    to_plain(&plain, text, size);
    if (ascii)
        to_ascii(&out, plain.data, plain.len);
    else if (colour)
        to_colour(&out, plain.data, plain.len);
    else
        nkb_buf_append(&out, plain.data, plain.len);
    int code = out.failed || plain.failed
                   ? nkb_err_memory(err)
                   : write_all(fd, out.data, out.len,
                               fd == STDOUT_FILENO ? "standard output" : "standard error", err);
    nkb_buf_free(&plain);
    nkb_buf_free(&out);
    return code;
}

int say_text(struct cli *cli, int fd, const char *text, size_t size)
{
    return show(cli, fd, text, size, &cli->err);
}

void say(const struct cli *cli, const char *format, ...)
{
    struct nkb_err line, ignored;
    struct nkb_buf text = NKB_BUF_INIT;
    va_list args;

    va_start(args, format);
    nkb_err_setv(&line, 0, format, args);
    va_end(args);
    progress_clear();
    nkb_buf_printf(&text, "nkibench: %s\n", line.text);
    if (!text.failed)
        show(cli, STDERR_FILENO, text.data, text.len, &ignored);
    nkb_buf_free(&text);
}

void say_diagnostics(const struct cli *cli)
{
    const char *text;
    int warning = 0;
    if (cli->flags[FLAG_QUIET])
        return;
    for (size_t i = 0; (text = nkb_run_diagnostic(cli->run, i, &warning)) != NULL; i++)
        say(cli, "%s: %s", warning ? "warning" : "note", text);
}
