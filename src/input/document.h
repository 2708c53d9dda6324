/* Documents into value trees: YAML (libyaml), JSON (jansson), prompt tables. Values of YAML carry
 * line and column (in characters, from 1); messages read `path:line:column: what is wrong; what
 * would be right`, or name the key path where the place is not known. `path` is for messages only:
 * the bytes are read by the caller (base/file.h, with the limits below). A BOM in front is skipped;
 * anything that is not UTF-8 is refused; so is a document with nothing in it. */
#ifndef NKB_INPUT_DOCUMENT_H
#define NKB_INPUT_DOCUMENT_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "model/value.h"

enum {
    NKB_YAML_MAX_BYTES = 4 << 20,
    NKB_JSON_MAX_BYTES = 32 << 20, /* lm-eval files of old versions hold every sample */
    NKB_PROMPTS_MAX_BYTES = 4 << 20,
    NKB_MATRIX_MAX_BYTES = 16 << 20,
};

/* One YAML document. Plain scalars mean what OmegaConf's loader makes of them, because that is what
 * the training run saw: PyYAML's YAML 1.1 (yes/no/on/off are booleans, 0x10, 0b1, 1_000, a leading
 * 0 is octal), 1e-4 is a number, timestamps are text. Where that finds text and YAML 1.2 a number
 * (0o17, -.5, .5e3), it is the number. Base 60 (1:30) is text. An integer beyond 63 bits, a float
 * beyond double, .inf and .nan are NKB_ABSENT with the reason: numbers of a tree are finite. Keys
 * are text as written; a key given twice is refused; merge keys and aliases are expanded by
 * copying, within a bound.
 *
 * `resolve`: OmegaConf's ${a.b}, ${a[0]}, ${.sibling}, ${..above}, ${a.${b}}, "x-${a}", \${ and the
 * resolvers multiply, oc.select and oc.decode. A cycle is refused. What has no value is NKB_ABSENT
 * with the reason, and no fault until somebody uses it, as with OmegaConf: a reference to a name
 * that is not there, `???`, other resolvers (oc.env among them: a result must not depend on the
 * environment), and whatever is made of such a value. Line and column of an absent value are where
 * the reason lies, at the end of a row of references. A file of comments only is NKB_NULL. */
int nkb_yaml_read(struct nkb_str bytes, const char *path, bool resolve, struct nkb_arena *arena,
                  struct nkb_value **out, struct nkb_err *err);

/* Strict JSON: no NaN, no duplicate keys, no trailing bytes, integers of at most 63 bits. */
int nkb_json_read(struct nkb_str bytes, const char *path, struct nkb_arena *arena,
                  struct nkb_value **out, struct nkb_err *err);

/* A contest's prompt table, CSV or TXT, with or without header, or the JSON form
 * {"prompt_performance_data": [...]}: an array of objects {index, context_length, sequence_length,
 * base_latency_ms, base_throughput}, in file order. A header may give the columns in any order. */
int nkb_prompts_read(struct nkb_str bytes, const char *path, struct nkb_arena *arena,
                     struct nkb_value **out, struct nkb_err *err);

/* A table of runs, CSV or TSV with a header, or JSON, [{…}, …] or {"runs": [{…}, …]}: an array of
 * objects in file order, each with every column in the order of first appearance. Names are lower
 * case with _ between words ("Latency (ms)" is latency_ms), and the unit of a number is the one in
 * its column's name. Cells: see matrix.c. Members of JSON that are no scalars are kept as they are. */
int nkb_matrix_read(struct nkb_str bytes, const char *path, struct nkb_arena *arena,
                    struct nkb_value **out, struct nkb_err *err);

/* Shared by the readers. The text of a document without BOM, once it is known to be of acceptable
 * size, UTF-8 and not blank; `what` is "YAML", "JSON" … for the messages. */
int nkb_document_text(struct nkb_str bytes, const char *path, const char *what, size_t max_bytes,
                      struct nkb_str *text, struct nkb_err *err);
/* Line and column, both from 1, of a byte of the text. Lines end with \n, \r\n or \r. */
void nkb_document_place(struct nkb_str text, size_t offset, uint32_t *line, uint32_t *column);

#endif
