/* How long Lua's pattern matching would take, counted before it starts, because no hook looks into
 * it. Private to src/host. */
#ifndef NKB_HOST_PATTERN_H
#define NKB_HOST_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum nkb_pattern_use { NKB_PATTERN_FIRST /* find, match */, NKB_PATTERN_GMATCH, NKB_PATTERN_GSUB };

/* Steps of matching the pattern over the subject from byte `start` on, at most limit + 1. A pattern
 * that is malformed or too complex counts up to where Lua will complain. */
uint64_t nkb_pattern_steps(struct nkb_str pattern, struct nkb_str subject, size_t start,
                           enum nkb_pattern_use use, uint64_t limit);

#endif
