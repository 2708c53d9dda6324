/* Timestamps of training logs. A stamp names no zone, or one we drop: only differences within a
 * log are taken. */
#ifndef NKB_INPUT_TRAINLOG_TIME_H
#define NKB_INPUT_TRAINLOG_TIME_H

#include <stdbool.h>
#include <stdint.h>

/* "2026-03-04 09:15:02", with 'T' for the space, ".118" or ",518" behind: does one start at p?
 * Then *us_out is microseconds since 1970. */
bool nkb_stamp_read(const char *p, const char *end, int64_t *us_out);
/* ctime's "Sep 29 22:30:10 2022": `colon` is the first of its two, `start` how far back one may
 * look. */
bool nkb_ctime_read(const char *start, const char *colon, const char *end, int64_t *us_out);

#endif
