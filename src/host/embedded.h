/* The Lua that ships inside the program: what src/host/embed.sh makes of scripts/ and rules/. */
#ifndef NKB_HOST_EMBEDDED_H
#define NKB_HOST_EMBEDDED_H

#include <stddef.h>

struct nkb_embedded {
    const char *name; /* "rules/score.lua" */
    const char *data; /* terminated by a NUL that size does not count */
    size_t size;
};

extern const struct nkb_embedded nkb_embedded_files[];
extern const size_t nkb_embedded_count;

/* NULL when there is none of that name. */
const struct nkb_embedded *nkb_embedded_find(const char *name);

#endif
