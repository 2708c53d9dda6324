/* explain: the derivation of a score and what it hangs on. C runs the rule again where that is
 * needed; the wording is in scripts/explain.lua. */
#include "run.h"

#include <math.h>
#include <string.h>

#include "base/num.h"
#include "base/text.h"

static int read_target(nkb_run *run, double *target, bool *given)
{
    const char *text = run_asked(run, "target");
    char shown[NKB_SHOWN_BYTES];

    *given = text != NULL;
    if (text && (!nkb_parse_double(nkb_str_from(text), false, target) || !isfinite(*target)))
        return nkb_err_set(&run->err, NKB_EUSAGE,
                           "--target is \"%s\"; a score, a finite number, is expected",
                           nkb_show(nkb_str_from(text), shown));
    return 0;
}

/* The same metrics must give the same number, else nothing that follows means anything. */
static const char *impure(nkb_run *run)
{
    double first = 0, again = 0;
    char a[NKB_NUM_TEXT_BYTES], b[NKB_NUM_TEXT_BYTES];

    nkb_value_number(nkb_value_get(run->result, "score"), &first);
    if (nkb_host_probe(run->host, run->metrics, &again, &run->err) != 0)
        return nkb_arena_printf(&run->arena, "asked again, the rule fails: %s", run->err.text);
    if (first == again)
        return NULL;
    nkb_format_double(first, a);
    nkb_format_double(again, b);
    return nkb_arena_printf(
        &run->arena,
        "asked again, the rule gives %s and not %s; a score is a function of its inputs alone", b,
        a);
}

/* Is the MFU what follows from the throughput, so that no run has the one without the other? A saved
 * training output brings both as they were written. */
static bool computes_mfu(const nkb_run *run)
{
    const struct nkb_value *source = nkb_value_path(run->metrics, "training.throughput_source");
    return nkb_value_is(source, NKB_STRING) && !nkb_str_is(source->as.string, "saved");
}

int run_explain(nkb_run *run, bool json, struct nkb_buf *out)
{
    struct nkb_arena *arena = &run->arena;
    struct nkb_value *argument = nkb_value_object(arena), *made = NULL;
    const struct nkb_err verdict = run->err; /* why the result is not valid */
    double target = 0;
    bool has_target;

    if (!run->result)
        return nkb_err_set(&run->err, NKB_EUSAGE, "no text 'explain' before a score");
    int code = read_target(run, &target, &has_target);
    if (code != 0)
        return code;
    const char *why = impure(run);
    nkb_value_put(arena, argument, "result", run->result);
    if (has_target)
        nkb_metric_float(arena, argument, "target", target, NULL, NULL);
    if (why)
        nkb_metric_text(arena, argument, "why", why, NULL);
    else
        nkb_value_put(arena, argument, "inputs", run_vary(run, has_target ? &target : NULL));
    nkb_metric_bool(arena, argument, "computed_mfu", computes_mfu(run), NULL);
    nkb_metric_bool(arena, argument, "json", json, NULL);
    if (nkb_arena_failed(arena))
        return nkb_err_memory(&run->err);
    run->err = (struct nkb_err){0}; /* of a probe that failed: its entry says so */

    code = nkb_script_run("scripts/explain.lua", argument, arena, json ? NULL : out,
                          json ? &made : NULL, &run->err);
    if (code == 0 && json) {
        code = nkb_value_to_json(made, 2, out, &run->err);
        nkb_buf_char(out, '\n');
    }
    if (code == 0)
        run->err = verdict;
    return code;
}
