/* The messages that are walked and nothing kept of. */
#include "input/hlo_schema_table.h"

static const struct nkb_proto_field tile_fields[] = {
    F(1, "dimensions", VARINTS),
};
TABLE(tile);

static const struct nkb_proto_field split_config_fields[] = {
    F(1, "dimension", VARINT),
    F(2, "split_indices", VARINTS),
};
TABLE(split_config);

static const struct nkb_proto_field metadata_profile_fields[] = {
    F(1, "profile_type", VARINTS),
    F(2, "relative_speedup", FIXED64),
    F(3, "profile_source", VARINT),
    F(4, "compilation_event", VARINT),
};
TABLE(metadata_profile);

static const struct nkb_proto_field slice_dimensions_fields[] = {
    F(1, "start", VARINT),
    F(2, "limit", VARINT),
    F(3, "stride", VARINT),
};
TABLE(slice_dimensions);

static const struct nkb_proto_field padding_config_fields[] = {
    F(1, "dimensions", MESSAGE, OF(padding_dimension)),
};
TABLE(padding_config);

static const struct nkb_proto_field padding_dimension_fields[] = {
    F(1, "edge_padding_low", VARINT),
    F(2, "edge_padding_high", VARINT),
    F(3, "interior_padding", VARINT),
};
TABLE(padding_dimension);

static const struct nkb_proto_field gather_fields[] = {
    F(1, "offset_dims", VARINTS),           F(2, "collapsed_slice_dims", VARINTS),
    F(3, "start_index_map", VARINTS),       F(4, "index_vector_dim", VARINT),
    F(5, "operand_batching_dims", VARINTS), F(6, "start_indices_batching_dims", VARINTS),
};
TABLE(gather);

static const struct nkb_proto_field op_sharding_fields[] = {
    F(1, "type", VARINT),
    F(2, "tile_shape", MESSAGE, OF(shape)),
    F(3, "tile_assignment_dimensions", VARINTS),
    F(4, "tile_assignment_devices", VARINTS),
    F(5, "tuple_shardings", MESSAGE, OF(op_sharding)),
    F(6, "replicate_on_last_tile_dim", VARINT),
    F(7, "metadata", MESSAGE, OF(op_metadata)),
    F(8, "last_tile_dims", VARINTS),
    F(9, "iota_reshape_dims", VARINTS),
    F(10, "iota_transpose_perm", VARINTS),
    F(11, "is_shard_group", VARINT),
    F(12, "shard_group_id", VARINT),
    F(13, "shard_group_type", VARINT),
};
TABLE(op_sharding);

static const struct nkb_proto_field scatter_fields[] = {
    F(1, "update_window_dims", VARINTS),           F(2, "inserted_window_dims", VARINTS),
    F(3, "scatter_dims_to_operand_dims", VARINTS), F(4, "index_vector_dim", VARINT),
    F(5, "input_batching_dims", VARINTS),          F(6, "scatter_indices_batching_dims", VARINTS),
};
TABLE(scatter);

static const struct nkb_proto_field replica_group_fields[] = {
    F(1, "replica_ids", VARINTS),
};
TABLE(replica_group);

static const struct nkb_proto_field precision_config_fields[] = {
    F(1, "operand_precision", VARINTS),
    F(2, "algorithm", VARINT),
};
TABLE(precision_config);

static const struct nkb_proto_field source_target_fields[] = {
    F(1, "source", VARINT),
    F(2, "target", VARINT),
};
TABLE(source_target);

static const struct nkb_proto_field triangular_solve_options_fields[] = {
    F(1, "left_side", VARINT),
    F(2, "lower", VARINT),
    F(3, "unit_diagonal", VARINT),
    F(4, "transpose_a", VARINT),
};
TABLE(triangular_solve_options);

static const struct nkb_proto_field parameter_replication_fields[] = {
    F(1, "replicated_at_leaf_buffers", VARINTS),
};
TABLE(parameter_replication);

static const struct nkb_proto_field cholesky_options_fields[] = {
    F(1, "lower", VARINT),
};
TABLE(cholesky_options);

static const struct nkb_proto_field frontend_attributes_fields[] = {
    F(1, "map", MESSAGE, OF(attribute_entry)),
};
TABLE(frontend_attributes);

static const struct nkb_proto_field attribute_entry_fields[] = {
    F(1, "key", TEXT),
    F(2, "value", TEXT),
};
TABLE(attribute_entry);

static const struct nkb_proto_field output_operand_aliasing_fields[] = {
    F(1, "output_shape_index", VARINTS),
    F(2, "operand_index", VARINT),
    F(3, "operand_shape_index", VARINTS),
};
TABLE(output_operand_aliasing);

static const struct nkb_proto_field statistics_viz_fields[] = {
    F(1, "stat_index_to_visualize", VARINT),
    F(2, "statistics", MESSAGE, OF(statistic)),
};
TABLE(statistics_viz);

static const struct nkb_proto_field statistic_fields[] = {
    F(1, "stat_name", TEXT),
    F(2, "stat_val", FIXED64),
};
TABLE(statistic);

static const struct nkb_proto_field sparsity_descriptor_fields[] = {
    F(1, "type", VARINT), F(2, "index", VARINT), F(3, "dimension", VARINT),
    F(4, "n", VARINT),    F(5, "m", VARINT),
};
TABLE(sparsity_descriptor);

static const struct nkb_proto_field collective_device_list_fields[] = {
    F(1, "replica_groups", MESSAGE, OF(replica_group)),
    F(2, "iota_replica_group_list", MESSAGE, OF(iota_replica_group_list)),
};
TABLE(collective_device_list);

static const struct nkb_proto_field iota_replica_group_list_fields[] = {
    F(1, "num_replica_groups", VARINT),
    F(2, "num_devices_per_group", VARINT),
    F(3, "iota_reshape_dims", VARINTS),
    F(4, "iota_transpose_perm", VARINTS),
};
TABLE(iota_replica_group_list);

static const struct nkb_proto_field original_value_fields[] = {
    F(1, "shape", MESSAGE, OF(shape)),
    F(2, "leaves", MESSAGE, OF(original_tensor)),
};
TABLE(original_value);

static const struct nkb_proto_field original_tensor_fields[] = {
    F(1, "leaf_shape_index", VARINTS),
    F(2, "instruction_name", TEXT),
    F(3, "shape_index", VARINTS),
};
TABLE(original_tensor);

static const struct nkb_proto_field result_accuracy_fields[] = {
    F(1, "mode", VARINT),
    F(2, "tolerance", MESSAGE, OF(tolerance)),
};
TABLE(result_accuracy);

static const struct nkb_proto_field tolerance_fields[] = {
    F(1, "atol", FIXED64),
    F(2, "rtol", FIXED64),
    F(3, "ulps", VARINT),
};
TABLE(tolerance);

static const struct nkb_proto_field program_shape_fields[] = {
    F(1, "parameters", MESSAGE, OF(shape)),
    F(2, "result", MESSAGE, OF(shape)),
    F(3, "parameter_names", TEXT),
};
TABLE(program_shape);

static const struct nkb_proto_field hlo_schedule_fields[] = {
    F(1, "sequences", MESSAGE, OF(schedule_entry)),
};
TABLE(hlo_schedule);

static const struct nkb_proto_field schedule_entry_fields[] = {
    F(1, "key", VARINT),
    F(2, "value", MESSAGE, OF(instruction_sequence)),
};
TABLE(schedule_entry);

static const struct nkb_proto_field instruction_sequence_fields[] = {
    F(1, "instruction_ids", VARINTS),
};
TABLE(instruction_sequence);

static const struct nkb_proto_field hlo_input_output_alias_fields[] = {
    F(1, "entries", MESSAGE, OF(alias_entry)),
};
TABLE(hlo_input_output_alias);

static const struct nkb_proto_field alias_entry_fields[] = {
    F(1, "output_shape_index", VARINTS),
    F(2, "parameter_number", VARINT),
    F(3, "parameter_shape_index", VARINTS),
    F(4, "kind", VARINT),
};
TABLE(alias_entry);

static const struct nkb_proto_field cross_program_prefetch_fields[] = {
    F(1, "parameter", VARINT),
    F(2, "index", VARINTS),
    F(3, "offset", VARINT),
};
TABLE(cross_program_prefetch);

static const struct nkb_proto_field module_profile_fields[] = {
    F(1, "profile_type", VARINT),        F(2, "relative_speedup", FIXED64),
    F(3, "profile_source", VARINT),      F(4, "compilation_event", VARINT),
    F(5, "fingerprint", TEXT),           F(6, "profile_generation_strategy", VARINT),
    F(7, "original_changelist", VARINT), F(8, "changelist", VARINT),
};
TABLE(module_profile);

static const struct nkb_proto_field device_assignment_fields[] = {
    F(1, "replica_count", VARINT),
    F(2, "computation_count", VARINT),
    F(3, "computation_devices", MESSAGE, OF(computation_device)),
};
TABLE(device_assignment);

static const struct nkb_proto_field computation_device_fields[] = {
    F(1, "replica_device_ids", VARINTS),
};
TABLE(computation_device);

static const struct nkb_proto_field hlo_buffer_donor_fields[] = {
    F(1, "entries", MESSAGE, OF(donor_entry)),
};
TABLE(hlo_buffer_donor);

static const struct nkb_proto_field donor_entry_fields[] = {
    F(1, "parameter_number", VARINT),
    F(2, "parameter_shape_index", VARINTS),
};
TABLE(donor_entry);

static const struct nkb_proto_field buffer_assignment_fields[] = {
    F(1, "logical_buffers", MESSAGE, OF(logical_buffer)),
    F(2, "buffer_aliases", MESSAGE, OF(buffer_alias)),
    F(3, "buffer_allocations", MESSAGE, OF(buffer_allocation)),
    F(4, "heap_simulator_traces", MESSAGE, OF(heap_simulator_trace)),
};
TABLE(buffer_assignment);

static const struct nkb_proto_field logical_buffer_fields[] = {
    F(1, "id", VARINT),
    F(2, "size", VARINT),
    F(3, "defined_at", MESSAGE, OF(buffer_location)),
    F(4, "color", VARINT),
};
TABLE(logical_buffer);

static const struct nkb_proto_field buffer_location_fields[] = {
    F(2, "instruction_name", TEXT),
    F(3, "shape_index", VARINTS),
    F(4, "instruction_id", VARINT),
};
TABLE(buffer_location);

static const struct nkb_proto_field buffer_alias_fields[] = {
    F(1, "source_buffer_id", VARINT),
    F(2, "location", MESSAGE, OF(buffer_location)),
};
TABLE(buffer_alias);

static const struct nkb_proto_field buffer_allocation_fields[] = {
    F(1, "index", VARINT),
    F(2, "size", VARINT),
    F(3, "is_thread_local", VARINT),
    F(5, "is_entry_computation_parameter", VARINT),
    F(6, "parameter_number", VARINT),
    F(7, "maybe_live_out", VARINT),
    F(8, "color", VARINT),
    F(9, "assigned", MESSAGE, OF(assigned)),
    F(10, "parameter_shape_index", VARINTS),
    F(11, "is_tuple", VARINT),
    F(12, "is_constant", VARINT),
    F(13, "is_parameter_aliased_with_output", VARINT),
};
TABLE(buffer_allocation);

static const struct nkb_proto_field assigned_fields[] = {
    F(1, "logical_buffer_id", VARINT),
    F(2, "offset", VARINT),
    F(3, "size", VARINT),
};
TABLE(assigned);

static const struct nkb_proto_field heap_simulator_trace_fields[] = {
    F(1, "events", MESSAGE, OF(heap_event)),
    F(2, "whole_module_simulation", VARINT),
    F(3, "buffer_allocation_index", VARINT),
};
TABLE(heap_simulator_trace);

static const struct nkb_proto_field heap_event_fields[] = {
    F(1, "kind", VARINT),
    F(2, "buffer_id", VARINT),
    F(3, "computation_name", TEXT),
    F(4, "instruction_name", TEXT),
    F(5, "share_with_canonical_id", VARINT),
};
TABLE(heap_event);
