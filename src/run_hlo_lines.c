#include "run_hlo_by.h"

/* As in scripts/hlo.lua. */
enum { IS_OK = 1, IS_EXECUTED = 2, IS_ODD = 4, IS_UNPRINTABLE = 8 };

static void put(struct nkb_buf *out, struct nkb_str text)
{
    uint32_t size = (uint32_t)text.len;
    nkb_buf_append(out, &size, sizeof size);
    nkb_buf_append(out, text.ptr, text.len);
}

static bool is_printable(struct nkb_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < 32 || text.ptr[i] == 127)
            return false;
    return true;
}

/* Is there something about it that its line does not tell? */
static bool is_odd(const struct nkb_module *m, const struct nkb_hlo_totals_options *options)
{
    return !m->ok || m->failed_compile || m->locked || m->stale || m->duplicate_of.len > 0 ||
           m->diagnostic_count > 0 || !nkb_hlo_counts(m, options);
}

static void put_module(struct nkb_buf *out, const struct nkb_module *m,
                       const struct nkb_hlo_totals_options *options)
{
    const int64_t figures[] = {m->instructions, m->executed.macs, m->static_macs.macs,
                               m->static_macs.nki_macs};
    int flags = (m->ok ? IS_OK : 0) | (m->ok && m->has_executed ? IS_EXECUTED : 0) |
                (is_odd(m, options) ? IS_ODD : 0) | (is_printable(m->path) ? 0 : IS_UNPRINTABLE);
    put(out, m->path);
    put(out, nkb_str_from(m->role ? m->role : ""));
    put(out, m->compiler_version);
    nkb_buf_char(out, (char)flags);
    nkb_buf_append(out, figures, sizeof figures);
}

struct nkb_value *run_hlo_lines(nkb_run *run)
{
    const struct nkb_hlo_totals_options options = {run_switch(run, SET_ANY_FORM),
                                                   run_switch(run, SET_DEDUPE), run->hlo_source};
    struct nkb_buf out = NKB_BUF_INIT;
    for (size_t i = 0; i < run->module_count; i++)
        put_module(&out, &run->modules[i], &options);
    struct nkb_value *lines = out.failed ? NULL : nkb_value_string(&run->arena, nkb_buf_str(&out));
    nkb_buf_free(&out);
    return lines;
}
