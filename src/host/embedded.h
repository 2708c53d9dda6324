/* The Lua that ships inside the program: what src/host/embed.sh makes of scripts/ and rules/. */
#ifndef NKB_HOST_EMBEDDED_H
#define NKB_HOST_EMBEDDED_H

#include <stddef.h>

struct nkb_embedded {
    const char *name; /* "rules/score.lua" */
    const char *data; /* terminated by a NUL that size does not count */
    size_t size;
    const char *chunk; /* "@builtin:score.lua": what code was compiled under; NULL: there is none */
    const char *code;
    size_t code_size;
};

extern const struct nkb_embedded nkb_embedded_files[];
extern const size_t nkb_embedded_count;
/* lua_ident of the Lua that compiled; another one's code may differ. */
extern const char nkb_embedded_lua[];

/* NULL when there is none of that name. */
const struct nkb_embedded *nkb_embedded_find(const char *name);
/* The file whose text in the program this is, by its address; NULL when it is text of anybody
 * else's, equal bytes or not. */
const struct nkb_embedded *nkb_embedded_of(const char *text, size_t size);

#endif
