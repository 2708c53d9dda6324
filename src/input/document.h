/* Documents into value trees: YAML (libyaml), JSON (jansson), CSV tables. Values carry line and column;
 * messages read `path:line:column: what is wrong; what would be right`. `path` is for messages, the
 * bytes are read by the caller (base/file.h). */
#ifndef NKB_INPUT_DOCUMENT_H
#define NKB_INPUT_DOCUMENT_H

#include "base/arena.h"
#include "base/err.h"
#include "model/value.h"

/* One YAML document, YAML 1.2 core scalars (1e-4 is a number, `on` is text), merge keys, anchors with
 * a bound on what aliases expand to. `resolve`: OmegaConf ${a.b}, ${.rel}, ${..rel}, ${multiply:x,y} and
 * the like resolved everywhere, cycles and unknown names refused. */
int nkb_yaml_read(struct nkb_str bytes, const char *path, bool resolve, struct nkb_arena *arena,
                  struct nkb_value **out, struct nkb_err *err);
/* Strict JSON: no NaN, no duplicate keys, no trailing bytes, UTF-8. */
int nkb_json_read(struct nkb_str bytes, const char *path, struct nkb_arena *arena,
                  struct nkb_value **out, struct nkb_err *err);
/* A contest's prompt table, CSV or TXT, with or without header, or the JSON form
 * {"prompt_performance_data": [...]}: an array of objects {index, context_length, sequence_length,
 * base_latency_ms, base_throughput}. */
int nkb_prompts_read(struct nkb_str bytes, const char *path, struct nkb_arena *arena,
                     struct nkb_value **out, struct nkb_err *err);

#endif
