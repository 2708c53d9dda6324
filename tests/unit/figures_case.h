/* A log as text and the figures made of it. */
#ifndef TESTS_UNIT_FIGURES_CASE_H
#define TESTS_UNIT_FIGURES_CASE_H

#include "trainlog_case.h"

#include "analyze/steps.h"
#include "base/buf.h"

struct figures {
    struct log_case c;
    struct nkb_log_steps *steps;
    struct nkb_value *m, *diagnostics;
};

static inline void measure(struct figures *f, const char *text)
{
    log_text(&f->c, text);
    f->steps = nkb_log_scan_end(f->c.scan, &f->c.log);
    f->diagnostics = nkb_value_array(&f->c.arena);
    f->m = nkb_log_metrics(&f->c.arena, &f->c.log, f->steps, "train.log", f->diagnostics);
    assert_non_null(f->steps);
    assert_non_null(f->m);
}

static inline double number(const struct figures *f, const char *path)
{
    double v = 0;
    if (!nkb_value_number(nkb_value_path(f->m, path), &v))
        fail_msg("%s is absent", path);
    return v;
}

static inline const char *why(const struct figures *f, const char *path)
{
    const struct nkb_value *v = nkb_value_path(f->m, path);
    if (!nkb_value_is(v, NKB_ABSENT) || !v->note || !v->note->why)
        fail_msg("%s is not absent with a reason", path);
    return v->note->why;
}

static inline const char *said(const struct figures *f, size_t i, bool *is_warning)
{
    if (i >= f->diagnostics->as.items.count)
        return "";
    const struct nkb_value *entry = f->diagnostics->as.items.at[i].value;
    *is_warning = nkb_value_get(entry, "warning")->as.boolean;
    return nkb_value_get(entry, "text")->as.string.ptr;
}

/* A loss series as text: "5 4 3". */
static inline void assert_losses(struct figures *f, const char *expected)
{
    struct nkb_buf text = NKB_BUF_INIT;
    const struct nkb_value *series = nkb_value_path(f->m, "loss.series");
    for (size_t i = 0; i < series->as.items.count; i++)
        nkb_buf_printf(&text, "%s%d", i ? " " : "", (int)series->as.items.at[i].value->as.number);
    assert_string_equal(text.data ? text.data : "", expected);
    nkb_buf_free(&text);
    log_free(&f->c);
}

#define BAR(position, rest) "Epoch 0:  5%|x| " position "/90 [00:01<00:02, 1.00it/s, " rest "]\n"

#endif
