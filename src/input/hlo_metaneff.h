/* metaneff.pb, which Neuron's model builder leaves beside a NEFF: descriptions of the inputs and
 * outputs, and in the field `serialized_graph_def` the HloModuleProto the NEFF was compiled from.
 */
#ifndef NKB_INPUT_HLO_METANEFF_H
#define NKB_INPUT_HLO_METANEFF_H

#include "input/wire.h"

/* The highest number of the field, and how many fields are looked at for it. */
enum { NKB_METANEFF_FIELD_MAX = 31, NKB_METANEFF_FIELDS_LOOKED_AT = 4096 };

/* The numbers of the fields that begin like a module, 1 << number each; 0 when this is no
 * metaneff.pb, also when the file cannot be read, which whoever reads it next will find. A module
 * read bare may have such a field, too (stack_frame_index): ask only of what is none. */
uint32_t nkb_hlo_metaneff_fields(struct nkb_wire *wire);

#endif
