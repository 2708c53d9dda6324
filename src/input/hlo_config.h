/* The two backend_configs we read: an NKI kernel's (base64 of JSON, with all of Python's leniency,
 * facts 0) and a while's known_trip_count (plain JSON). Shared by the protobuf and the text reader.
 */
#ifndef NKB_INPUT_HLO_CONFIG_H
#define NKB_INPUT_HLO_CONFIG_H

#include "base/arena.h"
#include "model/hlo.h"

/* NULL only when memory runs out. */
struct nkb_nki_config *nkb_nki_config_read(struct nkb_str backend_config, struct nkb_arena *arena);
/* {"known_trip_count":{"n":"7"}}: a JSON string or number of at least 0. False when it is not there
 * or makes no sense. */
bool nkb_trip_count_read(struct nkb_str backend_config, int64_t *trip_count);

#endif
