/* Text chores shared by all rooms: UTF-8, quoting for messages, "did you mean". */
#ifndef NKB_BASE_TEXT_H
#define NKB_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

/* Is it UTF-8 as protobuf and Python demand: no overlong form, no surrogate, at most U+10FFFF?
 * The state version takes text in pieces: start with 0, feed, and at the end state must be 0. */
bool nkb_utf8_valid(struct nkb_str text);
bool nkb_utf8_feed(uint32_t *state, struct nkb_str piece);
/* Decode one code point at ptr; returns its bytes, 0 when malformed. */
size_t nkb_utf8_decode(const char *ptr, size_t len, uint32_t *code_point);
/* Does it show as itself and nothing more? Not so controls, and what breaks lines or turns the
 * direction of the text around it. */
bool nkb_utf8_is_plain(uint32_t code_point);
/* Encode; returns 1-4 bytes written, 0 when not a scalar value. */
size_t nkb_utf8_encode(uint32_t code_point, char out[4]);

/* A value as shown in a message: at most 60 bytes of it, cut at a character with …, control and
 * malformed bytes as \xNN. Returns out. */
enum { NKB_SHOWN_BYTES = 288 };
const char *nkb_show(struct nkb_str text, char out[NKB_SHOWN_BYTES]);

/* The name in candidates closest to `name` by edits, the first of equals, or NULL when none is close
 * enough to be meant: about a third of the longer name's letters, and at most 3. Case and `-` for `_`
 * cost nothing, two neighbours swapped cost one. Where none is close, the first that `name` abbreviates
 * ("mfu_pct" for "mfu_percent"). */
const char *nkb_suggest(struct nkb_str name, const char *const *candidates, size_t count);

#endif
