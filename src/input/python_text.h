/* What Python's standard library makes of bytes, with its leniency, because upstream reads a
 * kernel's backend_config with it (CPython 3.11): base64.b64decode, the encodings json.loads(bytes)
 * detects, and int() of a text. */
#ifndef NKB_INPUT_PYTHON_TEXT_H
#define NKB_INPUT_PYTHON_TEXT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/str.h"

/* Digits int() takes: sys.int_info.default_max_str_digits. */
enum { NKB_PYTHON_INT_DIGITS = 4300 };

/* Appends the bytes to out. False: what is wrong in *why; or memory, which out says. */
bool nkb_python_base64(struct nkb_str text, struct nkb_buf *out, const char **why);
/* Bytes as json.loads decodes them: UTF-8, -16 or -32 by BOM or by where the NULs are, lone
 * surrogates let through (as three bytes). *text is the bytes themselves or stands in scratch. */
bool nkb_python_decode(struct nkb_str bytes, struct nkb_buf *scratch, struct nkb_str *text,
                       const char **why);

enum nkb_python_int {
    NKB_PYTHON_INT_OK,
    NKB_PYTHON_INT_REFUSED,  /* int() raises; *why says why */
    NKB_PYTHON_INT_TOO_LONG, /* a good number that does not fit 127 bits and a sign */
};
/* int(text): spaces around, a sign, digits of any script with single underscores between them. The
 * text is that of a JSON string, escapes and all. */
enum nkb_python_int nkb_python_int(struct nkb_str text, nkb_i128 *out, const char **why);

#endif
