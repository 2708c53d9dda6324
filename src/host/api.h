/* The rule API as one table: every name a rule meets, how it is called, one line of what it is, and
 * the API it came with; and every metric. The editor's stub, luacheck's list, `nkibench help api`,
 * the page in rules/README.md and what `nkibench check` knows are made of it. A unit test walks a
 * rule's environment: what can be reached is here, and what is here can be reached. */
#ifndef NKB_HOST_API_H
#define NKB_HOST_API_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "model/value.h"

enum { NKB_API_LEVEL = 1 }; /* the highest `api` this program knows */

/* Types are words of LuaCATS, those of ours with a capital: Node, Operand, Metrics … */
struct nkb_api_entry {
    const char *section; /* "rule" "t" "nkb.fmt" "string" … */
    const char *name;
    const char *takes; /* "name: string, unit?: string"; NULL: it is no function */
    const char *gives; /* its type, or what the call returns; "": nothing */
    const char *about;
    int since;
};

struct nkb_api_metric {
    const char *path; /* "hlo.modules[].path"; "*" is a name that the input chooses */
    const char *type; /* number integer string boolean group list open (any names below) */
    const char *unit; /* NULL: none */
    bool may_be_zero; /* also of honest inputs: to divide by it takes care */
    const char *about;
};

extern const struct nkb_api_entry nkb_api_shape[];   /* keys of a rule, of parameters, r */
extern const struct nkb_api_entry nkb_api_calls[];   /* m p t c and nkb */
extern const struct nkb_api_entry nkb_api_library[]; /* Lua's own */
extern const struct nkb_api_metric nkb_api_metrics[];
/* Each ends with an entry of NULLs. */

/* { level, entries = { { section, name, takes, gives, about, since } … }, metrics = { { path, type,
 * unit, may_be_zero, about } … } } for scripts. NULL when memory runs out. */
struct nkb_value *nkb_api_value(struct nkb_arena *arena);

/* An m in which every metric is there once, each number 1: what a rule's formula is read off. */
struct nkb_value *nkb_api_sample(struct nkb_arena *arena);

#endif
