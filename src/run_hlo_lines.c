#include "run_hlo_by.h"

#include <string.h>

/* As in scripts/hlo.lua. */
enum { IS_OK = 1, IS_EXECUTED = 2, IS_ODD = 4, IS_UNPRINTABLE = 8, IS_ASCII = 16, IS_ALIKE = 32 };

static void put(struct nkb_buf *out, struct nkb_str text)
{
    uint32_t size = (uint32_t)text.len;
    nkb_buf_append(out, &size, sizeof size);
    nkb_buf_append(out, text.ptr, text.len);
}

/* IS_UNPRINTABLE, IS_ASCII, as its bytes are. */
static int kinds_of(struct nkb_str text)
{
    unsigned char all = 0;
    bool control = false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        all |= c;
        control |= c < 32 || c == 127;
    }
    return (control ? IS_UNPRINTABLE : 0) | (all < 128 ? IS_ASCII : 0);
}

static bool is_alike(const struct nkb_module *a, const struct nkb_module *b)
{
    return strcmp(a->role ? a->role : "", b->role ? b->role : "") == 0 &&
           nkb_str_equal(a->compiler_version, b->compiler_version);
}

/* Is there something about it that its line does not tell? */
static bool is_odd(const struct nkb_module *m, const struct nkb_hlo_totals_options *options)
{
    return !m->ok || m->failed_compile || m->locked || m->stale || m->duplicate_of.len > 0 ||
           m->diagnostic_count > 0 || !nkb_hlo_counts(m, options);
}

static void put_module(struct nkb_buf *out, const struct nkb_module *m,
                       const struct nkb_module *before,
                       const struct nkb_hlo_totals_options *options)
{
    bool alike = before && is_alike(m, before);
    const int64_t figures[] = {m->instructions, m->executed.macs, m->static_macs.macs,
                               m->static_macs.nki_macs};
    int flags = (m->ok ? IS_OK : 0) | (m->ok && m->has_executed ? IS_EXECUTED : 0) |
                (is_odd(m, options) ? IS_ODD : 0) | kinds_of(m->path) | (alike ? IS_ALIKE : 0);
    put(out, m->path);
    put(out, alike || !m->role ? NKB_STR_NONE : nkb_str_from(m->role));
    put(out, alike ? NKB_STR_NONE : m->compiler_version);
    nkb_buf_char(out, (char)flags);
    nkb_buf_append(out, figures, sizeof figures);
}

struct nkb_value *run_hlo_lines(nkb_run *run)
{
    const struct nkb_hlo_totals_options options = {run_switch(run, SET_ANY_FORM),
                                                   run_switch(run, SET_DEDUPE), run->hlo_source};
    struct nkb_buf out = NKB_BUF_INIT;
    for (size_t i = 0; i < run->module_count; i++)
        put_module(&out, &run->modules[i], i > 0 ? &run->modules[i - 1] : NULL, &options);
    struct nkb_value *lines = out.failed ? NULL : nkb_value_string(&run->arena, nkb_buf_str(&out));
    nkb_buf_free(&out);
    return lines;
}
