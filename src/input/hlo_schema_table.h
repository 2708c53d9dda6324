/* How the schema's tables are written; for hlo_schema.c and hlo_schema_aside.c only. */
#ifndef NKB_INPUT_HLO_SCHEMA_TABLE_H
#define NKB_INPUT_HLO_SCHEMA_TABLE_H

#include <stddef.h>

#include "input/hlo_schema.h"

/* One field; the table is indexed by field number. */
#define F(number, field_name, field_kind, ...)                                                     \
    [number] = {.name = field_name, .kind = NKB_PROTO_##field_kind, __VA_ARGS__}
#define OF(child) .message = &nkb_proto_##child
#define TABLE(name) TABLE_WITH(name, NULL)
#define TABLE_WITH(name, usual_fields)                                                             \
    const struct nkb_proto_message nkb_proto_##name = {                                            \
        name##_fields, sizeof name##_fields / sizeof name##_fields[0], usual_fields}

extern const struct nkb_proto_message nkb_proto_alias_entry, nkb_proto_assigned,
    nkb_proto_attribute_entry, nkb_proto_backend_config_payload, nkb_proto_buffer_alias,
    nkb_proto_buffer_allocation, nkb_proto_buffer_assignment, nkb_proto_buffer_location,
    nkb_proto_cholesky_options, nkb_proto_collective_device_list, nkb_proto_computation_device,
    nkb_proto_convolution, nkb_proto_cross_program_prefetch, nkb_proto_device_assignment,
    nkb_proto_donor_entry, nkb_proto_dot, nkb_proto_file_location, nkb_proto_frontend_attributes,
    nkb_proto_gather, nkb_proto_heap_event, nkb_proto_heap_simulator_trace,
    nkb_proto_hlo_buffer_donor, nkb_proto_hlo_input_output_alias, nkb_proto_hlo_schedule,
    nkb_proto_instruction_sequence, nkb_proto_iota_replica_group_list, nkb_proto_layout,
    nkb_proto_literal, nkb_proto_logical_buffer, nkb_proto_metadata_profile,
    nkb_proto_module_profile, nkb_proto_op_metadata, nkb_proto_op_sharding,
    nkb_proto_original_tensor, nkb_proto_original_value, nkb_proto_output_operand_aliasing,
    nkb_proto_padding_config, nkb_proto_padding_dimension, nkb_proto_parameter_replication,
    nkb_proto_precision_config, nkb_proto_program_shape, nkb_proto_ragged_dot,
    nkb_proto_replica_group, nkb_proto_result_accuracy, nkb_proto_scatter, nkb_proto_schedule_entry,
    nkb_proto_slice_dimensions, nkb_proto_source_target, nkb_proto_sparsity_descriptor,
    nkb_proto_split_config, nkb_proto_stack_frame, nkb_proto_stack_frame_index, nkb_proto_statistic,
    nkb_proto_statistics_viz, nkb_proto_tile, nkb_proto_tolerance,
    nkb_proto_triangular_solve_options, nkb_proto_window, nkb_proto_window_dimension;

#endif
