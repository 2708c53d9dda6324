/* What a file is when it is no HLO: a word for the message, from its first bytes. */
#ifndef NKB_INPUT_HLO_FORMAT_H
#define NKB_INPUT_HLO_FORMAT_H

#include "base/str.h"

/* "gzip, not HLO; unpack it first" and the like; NULL when the bytes say nothing. */
const char *nkb_hlo_format_name(struct nkb_str head);

#endif
