/* Result documents of a run into the metrics tree: inference reports, lm-eval results, prompt tables
 * (DESIGN 6). Documents come in as value trees with positions. Every complaint names file and key path. */
#ifndef NKB_ANALYZE_RESULTS_H
#define NKB_ANALYZE_RESULTS_H

#include "base/arena.h"
#include "base/err.h"
#include "model/value.h"

/* m.inference: the report as written, each number with its unit by its name (latency_ms_* ms,
 * throughput tokens/s) and its source "file: key.path"; plus accuracy and accuracy_source. `accuracy` is
 * the flag's value or a negative number when none was given. A number that is impossible (latency <= 0,
 * throughput <= 0, negative percentiles) or of the wrong kind is NKB_EINPUT with its position; a null or
 * missing submodel is absent with a reason. A document that is no report at all is refused. */
int nkb_inference_metrics(const struct nkb_value *report, const char *path, double accuracy,
                          struct nkb_arena *arena, struct nkb_value **out, struct nkb_value *diagnostics,
                          struct nkb_err *err);

/* Are these bytes, which are no JSON, the log of an evaluation with reports inside? Then
 * nkb_inference_log_hint says what to give instead. */
bool nkb_inference_is_log(struct nkb_str bytes);
extern const char nkb_inference_log_hint[];

/* m.reasoning: tasks[name]{metric{filter{value stderr}}}, groups, samples, of lm-eval 0.3 to 0.4.8
 * results. */
int nkb_reasoning_metrics(const struct nkb_value *results, const char *path, struct nkb_arena *arena,
                          struct nkb_value **out, struct nkb_value *diagnostics, struct nkb_err *err);

#endif
