/* The one error record. The place that knows most writes the message, once; callers may only
 * prefix what they were doing. Only src/cli prints.
 * A message reads `file:line: what is wrong; what would be right`: one line, no final stop. */
#ifndef NKB_BASE_ERR_H
#define NKB_BASE_ERR_H

#include <stdarg.h>

enum nkb_error_code {
    NKB_OK = 0,
    NKB_EINPUT = -1,     /* an input is missing, unreadable, malformed or out of range */
    NKB_EUSAGE = -2,     /* flags, settings, a parameter out of range, `accept` */
    NKB_EINVALID = -3,   /* a gate or c:require failed, or a number is impossible */
    NKB_ERULE = -4,      /* the rule is at fault: syntax, shape, its own error, a limit */
    NKB_EOUTPUT = -5,    /* an output could not be written */
    NKB_EMEMORY = -6,    /* out of memory */
    NKB_EINTERRUPT = -7, /* the caller asked to stop */
};

enum { NKB_ERR_TEXT_BYTES = 1536 };

struct nkb_err {
    int code;                      /* NKB_E*, 0 while nothing went wrong */
    char text[NKB_ERR_TEXT_BYTES]; /* always terminated; shortened with … when too long */
};

#if defined(__GNUC__)
#define NKB_PRINTF(format_at, first_at) __attribute__((format(printf, format_at, first_at)))
#else
#define NKB_PRINTF(format_at, first_at)
#endif

/* Write code and message into *err (err may be NULL) and return code. Control characters in the
 * message are made visible, so that a hostile file name cannot drive a terminal. */
int nkb_err_set(struct nkb_err *err, int code, const char *format, ...) NKB_PRINTF(3, 4);
int nkb_err_setv(struct nkb_err *err, int code, const char *format, va_list args);

/* Put text in front of the message already there; returns err->code. */
int nkb_err_prefix(struct nkb_err *err, const char *format, ...) NKB_PRINTF(2, 3);

/* nkb_err_set(err, NKB_EMEMORY, …) with the one wording. */
int nkb_err_memory(struct nkb_err *err);

/* An analyzer that sees one file at a time is told what comes back. */
#ifdef __clang_analyzer__
#define nkb_err_set(err, code, ...) ((void)nkb_err_set(err, code, __VA_ARGS__), (code))
#define nkb_err_memory(err) ((void)nkb_err_memory(err), NKB_EMEMORY)
#endif

#endif
