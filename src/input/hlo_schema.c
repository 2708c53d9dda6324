/* The messages of which something is kept. */
#include "input/hlo_draft.h"
#include "input/hlo_schema_table.h"
#include "input/hlo_sources.h"
#include "input/hlo_usual.h"

#define KEEP(how, type, member) .keep = NKB_KEEP_##how, .at = offsetof(struct type, member)
/* A member of the rare part of a draft, which is made when it is met. */
#define RARE(how, member) KEEP(how, nkb_hlo_draft, rare.member), .rare = true
#define MEMO(what) .memo = NKB_MEMO_##what
#define HAND(how) .keep = NKB_KEEP_##how
/* A message that fills a member of the struct, zeroed first, or the struct itself, with or without
 * a note that it was there. */
#define INTO(type, member, given)                                                                  \
    INTO_SAME_WITH(type, given), .at = offsetof(struct type, member),                              \
                                 .size = sizeof((struct type *)NULL)->member
#define INTO_SAME_WITH(type, given) .keep = NKB_KEEP_INTO, .flag = offsetof(struct type, given)
#define INTO_SAME .keep = NKB_KEEP_INTO, .flag = NKB_PROTO_NO_FLAG

static const struct nkb_proto_field module_fields[] = {
    F(1, "name", TEXT, KEEP(TEXT, nkb_hlo, name)),
    F(2, "entry_computation_name", TEXT),
    F(3, "computations", MESSAGE, OF(computation), HAND(COMPUTATION)),
    F(4, "host_program_shape", MESSAGE, OF(program_shape)),
    F(5, "id", VARINT),
    F(6, "entry_computation_id", VARINT, KEEP(I64, nkb_hlo, entry_id)),
    F(7, "schedule", MESSAGE, OF(hlo_schedule)),
    F(8, "input_output_alias", MESSAGE, OF(hlo_input_output_alias)),
    F(10, "cross_program_prefetches", MESSAGE, OF(cross_program_prefetch)),
    F(11, "is_dynamic", VARINT),
    F(12, "spmd_output_sharding", MESSAGE, OF(op_sharding)),
    F(13, "profile_info", MESSAGE, OF(module_profile)),
    F(14, "spmd_parameters_shardings", MESSAGE, OF(op_sharding)),
    F(15, "device_assignment", MESSAGE, OF(device_assignment)),
    F(16, "use_auto_spmd_partitioning", VARINT),
    F(17, "stack_frame_index", MESSAGE, OF(stack_frame_index), INTO_SAME),
    F(18, "buffer_donor", MESSAGE, OF(hlo_buffer_donor)),
    F(19, "frontend_attributes", MESSAGE, OF(frontend_attributes)),
    F(22, "payloads", BYTES, HAND(PAYLOAD)),
};
TABLE(module);

static const struct nkb_proto_field computation_fields[] = {
    F(1, "name", TEXT, KEEP(TEXT, nkb_hlo_computation, name)),
    F(2, "instructions", MESSAGE, OF(instruction), HAND(INSTRUCTION)),
    F(4, "program_shape", MESSAGE, OF(program_shape)),
    F(5, "id", VARINT, KEEP(I64, nkb_hlo_computation, id)),
    F(6, "root_id", VARINT, KEEP(I64, nkb_hlo_computation, root_id)),
    F(7, "is_fusion_computation", VARINT, KEEP(BOOL, nkb_hlo_computation, is_fusion)),
    F(8, "execution_thread", TEXT),
};
TABLE(computation);

static const struct nkb_proto_field instruction_fields[] = {
    F(1, "name", TEXT, HAND(NAME)),
    F(2, "opcode", TEXT, HAND(OPCODE)),
    F(3, "shape", MESSAGE, OF(shape), INTO(nkb_hlo_draft, shape, met.has_shape), MEMO(SHAPE)),
    F(7, "metadata", MESSAGE, OF(op_metadata), INTO(nkb_hlo_draft, metadata, met.has_metadata)),
    F(8, "literal", MESSAGE, OF(literal), INTO(nkb_hlo_draft, literal, met.has_literal)),
    F(9, "parameter_number", VARINT, KEEP(I64, nkb_hlo_draft, parameter_number)),
    F(11, "fusion_kind", TEXT, RARE(SHARED_TEXT, attrs.fusion_kind)),
    F(13, "tuple_index", VARINT, KEEP(I64, nkb_hlo_draft, tuple_index)),
    F(14, "dimensions", VARINTS, RARE(INTS, attrs.dimensions)),
    F(15, "window", MESSAGE, OF(window), INTO_SAME_WITH(nkb_hlo_draft, met.has_window)),
    F(16, "convolution_dimension_numbers", MESSAGE, OF(convolution),
      INTO(nkb_hlo_draft, convolution, met.has_convolution)),
    F(17, "slice_dimensions", MESSAGE, OF(slice_dimensions)),
    F(18, "exponent_bits", VARINT),
    F(19, "mantissa_bits", VARINT),
    F(20, "dynamic_slice_sizes", VARINTS, RARE(INTS, dynamic_slice_sizes)),
    F(21, "padding_config", MESSAGE, OF(padding_config)),
    F(22, "outfeed_config", BYTES),
    F(23, "distribution", VARINT),
    F(24, "epsilon", FIXED32),
    F(25, "feature_index", VARINT),
    F(26, "channel_id", VARINT),
    F(27, "infeed_config", BYTES),
    F(28, "custom_call_target", TEXT, RARE(SHARED_TEXT, attrs.custom_call_target)),
    F(29, "outfeed_shape", MESSAGE, OF(shape)),
    F(30, "dot_dimension_numbers", MESSAGE, OF(dot), INTO(nkb_hlo_draft, dot, met.has_dot),
      MEMO(DOT)),
    F(31, "fft_type", VARINT),
    F(32, "fft_length", VARINTS, RARE(INTS, attrs.fft_length)),
    F(33, "gather_dimension_numbers", MESSAGE, OF(gather)),
    F(34, "gather_slice_sizes", VARINTS, RARE(INTS, gather_slice_sizes)),
    F(35, "id", VARINT, KEEP(I64, nkb_hlo_draft, id)),
    F(36, "operand_ids", VARINTS, HAND(OPERANDS)),
    F(37, "control_predecessor_ids", VARINTS),
    F(38, "called_computation_ids", VARINTS, HAND(CALLED)),
    F(40, "sharding", MESSAGE, OF(op_sharding)),
    F(43, "backend_config", BYTES, RARE(BLOB, config)),
    F(45, "all_reduce_id", VARINT),
    F(47, "is_host_transfer", VARINT),
    F(48, "scatter_dimension_numbers", MESSAGE, OF(scatter)),
    F(49, "replica_groups", MESSAGE, OF(replica_group)),
    F(50, "feature_group_count", VARINT, RARE(I64, attrs.feature_group_count)),
    F(51, "precision_config", MESSAGE, OF(precision_config)),
    F(52, "source_target_pairs", MESSAGE, OF(source_target)),
    F(54, "domain_entry_sharding", MESSAGE, OF(op_sharding)),
    F(55, "domain_exit_sharding", MESSAGE, OF(op_sharding)),
    F(56, "constrain_layout", VARINT),
    F(57, "operand_shapes_with_layout", MESSAGE, OF(shape)),
    F(58, "batch_group_count", VARINT, RARE(I64, attrs.batch_group_count)),
    F(59, "triangular_solve_options", MESSAGE, OF(triangular_solve_options)),
    F(60, "is_stable", VARINT),
    F(61, "parameter_replication", MESSAGE, OF(parameter_replication)),
    F(62, "cholesky_options", MESSAGE, OF(cholesky_options)),
    F(63, "comparison_direction", TEXT, HAND(DIRECTION)),
    F(65, "custom_call_has_side_effect", VARINT),
    F(66, "delta", VARINT),
    F(67, "indices_are_sorted", VARINT),
    F(68, "frontend_attributes", MESSAGE, OF(frontend_attributes)),
    F(69, "unique_indices", VARINT),
    F(70, "rng_algorithm", VARINT),
    F(71, "use_global_device_ids", VARINT),
    F(72, "comparison_type", TEXT),
    F(73, "is_cross_program_prefetch", VARINT),
    F(74, "output_operand_aliasing", MESSAGE, OF(output_operand_aliasing)),
    F(75, "padding_type", VARINT),
    F(76, "custom_call_schedule", VARINT),
    F(77, "custom_call_api_version", VARINT),
    F(79, "async_execution_thread", TEXT),
    F(80, "cross_program_prefetch_index", VARINT),
    F(81, "k", VARINT),
    F(82, "statistics_viz", MESSAGE, OF(statistics_viz)),
    F(85, "largest", VARINT),
    F(86, "dot_sparsity", MESSAGE, OF(sparsity_descriptor)),
    F(87, "collective_device_list", MESSAGE, OF(collective_device_list)),
    F(88, "original_value", MESSAGE, OF(original_value)),
    F(89, "is_composite", VARINT),
    F(90, "ragged_dot_dimension_numbers", MESSAGE, OF(ragged_dot),
      INTO(nkb_hlo_draft, ragged_dot, met.has_ragged_dot)),
    F(91, "result_accuracy", MESSAGE, OF(result_accuracy)),
    F(99, "backend_config_payload", MESSAGE, OF(backend_config_payload),
      INTO(nkb_hlo_draft, payload, met.has_payload)),
};
TABLE_WITH(instruction, nkb_hlo_usual_instruction);

static const struct nkb_proto_field backend_config_payload_fields[] = {
    F(1, "value", BYTES, KEEP(BLOB, nkb_hlo_payload, value)),
    F(2, "id", VARINT, KEEP(I64, nkb_hlo_payload, id)),
};
TABLE(backend_config_payload);

static const struct nkb_proto_field shape_fields[] = {
    F(2, "element_type", VARINT, KEEP(I32, nkb_hlo_shape, element_type)),
    F(3, "dimensions", VARINTS, HAND(DIMS)),
    F(4, "tuple_shapes", MESSAGE, OF(shape), HAND(TUPLE_SHAPE)),
    F(5, "layout", MESSAGE, OF(layout), INTO_SAME_WITH(nkb_hlo_shape, has_layout)),
    F(6, "is_dynamic_dimension", VARINTS, KEEP(ANY, nkb_hlo_shape, dynamic)),
};
TABLE(shape);

static const struct nkb_proto_field layout_fields[] = {
    F(1, "minor_to_major", VARINTS, HAND(MINOR_TO_MAJOR)),
    F(6, "tiles", MESSAGE, OF(tile)),
    F(7, "element_size_in_bits", VARINT, KEEP(I64, nkb_hlo_shape, element_size_bits)),
    F(8, "memory_space", VARINT),
    F(9, "dim_level_types", VARINTS),
    F(10, "physical_shape", MESSAGE, OF(shape)),
    F(11, "index_primitive_type", VARINT),
    F(12, "pointer_primitive_type", VARINT),
    F(13, "dim_unique", VARINTS),
    F(14, "dim_ordered", VARINTS),
    F(15, "dynamic_shape_metadata_prefix_bytes", VARINT),
    F(16, "tail_padding_alignment_in_elements", VARINT),
    F(17, "split_configs", MESSAGE, OF(split_config)),
};
TABLE(layout);

static const struct nkb_proto_field op_metadata_fields[] = {
    F(1, "op_type", TEXT),
    F(2, "op_name", TEXT, KEEP(SHARED_TEXT, nkb_hlo_metadata, op_name)),
    F(3, "source_file", TEXT, HAND(SOURCE_FILE)),
    F(4, "source_line", VARINT, KEEP(I32, nkb_hlo_metadata, source_line)),
    F(5, "profile_type", VARINTS),
    F(8, "size_of_generated_code_in_bytes", VARINT),
    F(9, "size_of_memory_working_set_in_bytes", VARINT),
    F(10, "profile_info", MESSAGE, OF(metadata_profile)),
    F(12, "deduplicated_name", TEXT),
    F(15, "stack_frame_id", VARINT, KEEP(I32, nkb_hlo_metadata, stack_frame_id)),
    F(16, "scheduling_name", TEXT),
};
TABLE_WITH(op_metadata, nkb_hlo_usual_metadata);

static const struct nkb_proto_field stack_frame_index_fields[] = {
    F(1, "file_names", TEXT, HAND(INDEX_FILE)),
    F(2, "function_names", TEXT),
    F(3, "file_locations", MESSAGE, OF(file_location), HAND(LOCATION)),
    F(4, "stack_frames", MESSAGE, OF(stack_frame), HAND(FRAME)),
};
TABLE(stack_frame_index);

static const struct nkb_proto_field file_location_fields[] = {
    F(1, "file_name_id", VARINT, KEEP(I32, nkb_hlo_location, file_name_id)),
    F(2, "function_name_id", VARINT),
    F(3, "line", VARINT, KEEP(I32, nkb_hlo_location, line)),
    F(4, "column", VARINT),
};
TABLE(file_location);

static const struct nkb_proto_field stack_frame_fields[] = {
    F(1, "file_location_id", VARINT, KEEP(I32, nkb_hlo_frame, file_location_id)),
    F(2, "parent_frame_id", VARINT),
};
TABLE(stack_frame);

static const struct nkb_proto_field literal_fields[] = {
    F(1, "shape", MESSAGE, OF(shape)),
    F(2, "preds", VARINTS, KEEP(FIRST, nkb_hlo_literal, preds)),
    F(3, "u8s", BYTES, KEEP(BLOB, nkb_hlo_literal, u8s)),
    F(4, "s32s", VARINTS, KEEP(FIRST, nkb_hlo_literal, s32s)),
    F(5, "s64s", VARINTS, KEEP(FIRST, nkb_hlo_literal, s64s)),
    F(6, "u32s", VARINTS, KEEP(FIRST, nkb_hlo_literal, u32s)),
    F(7, "u64s", VARINTS, KEEP(FIRST, nkb_hlo_literal, u64s)),
    F(8, "f32s", FIXED32S),
    F(9, "f64s", FIXED64S),
    F(10, "tuple_literals", MESSAGE, OF(literal)),
    F(11, "f16s", BYTES),
    F(12, "c64s", FIXED32S),
    F(13, "bf16s", BYTES),
    F(14, "sparse_indices", VARINTS),
    F(15, "s8s", BYTES, KEEP(BLOB, nkb_hlo_literal, s8s)),
    F(16, "u16s", BYTES, KEEP(BLOB, nkb_hlo_literal, u16s)),
    F(17, "s16s", BYTES, KEEP(BLOB, nkb_hlo_literal, s16s)),
    F(18, "c128s", FIXED64S),
    F(19, "f8e5m2s", BYTES),
    F(20, "f8e4m3fns", BYTES),
    F(21, "s4s", BYTES),
    F(22, "u4s", BYTES),
    F(23, "f8e4m3b11fnuzs", BYTES),
    F(24, "f8e5m2fnuzs", BYTES),
    F(25, "f8e4m3fnuzs", BYTES),
    F(26, "s2s", BYTES),
    F(27, "u2s", BYTES),
    F(28, "f8e4m3s", BYTES),
    F(29, "f8e3m4s", BYTES),
    F(30, "s1s", BYTES),
    F(31, "u1s", BYTES),
    F(32, "f4e2m1fns", BYTES),
    F(33, "f8e8m0fnus", BYTES),
};
TABLE(literal);

static const struct nkb_proto_field window_fields[] = {
    F(1, "dimensions", MESSAGE, OF(window_dimension), HAND(WINDOW_DIM)),
};
TABLE(window);

static const struct nkb_proto_field window_dimension_fields[] = {
    F(1, "size", VARINT, KEEP(I64, nkb_hlo_window_dim, size)),
    F(2, "stride", VARINT, KEEP(I64, nkb_hlo_window_dim, stride)),
    F(3, "padding_low", VARINT, KEEP(I64, nkb_hlo_window_dim, padding_low)),
    F(4, "padding_high", VARINT, KEEP(I64, nkb_hlo_window_dim, padding_high)),
    F(5, "window_dilation", VARINT, KEEP(I64, nkb_hlo_window_dim, window_dilation)),
    F(6, "base_dilation", VARINT, KEEP(I64, nkb_hlo_window_dim, base_dilation)),
    F(7, "window_reversal", VARINT, KEEP(BOOL, nkb_hlo_window_dim, reversal)),
};
TABLE(window_dimension);

static const struct nkb_proto_field convolution_fields[] = {
    F(3, "kernel_input_feature_dimension", VARINT,
      KEEP(I64, nkb_hlo_convolution, kernel_input_feature)),
    F(4, "kernel_output_feature_dimension", VARINT,
      KEEP(I64, nkb_hlo_convolution, kernel_output_feature)),
    F(6, "kernel_spatial_dimensions", VARINTS, KEEP(INTS, nkb_hlo_convolution, kernel_spatial)),
    F(7, "input_batch_dimension", VARINT, KEEP(I64, nkb_hlo_convolution, input_batch)),
    F(8, "input_feature_dimension", VARINT, KEEP(I64, nkb_hlo_convolution, input_feature)),
    F(9, "output_batch_dimension", VARINT, KEEP(I64, nkb_hlo_convolution, output_batch)),
    F(10, "output_feature_dimension", VARINT, KEEP(I64, nkb_hlo_convolution, output_feature)),
    F(11, "input_spatial_dimensions", VARINTS, KEEP(INTS, nkb_hlo_convolution, input_spatial)),
    F(12, "output_spatial_dimensions", VARINTS, KEEP(INTS, nkb_hlo_convolution, output_spatial)),
};
TABLE(convolution);

static const struct nkb_proto_field dot_fields[] = {
    F(1, "lhs_contracting_dimensions", VARINTS, KEEP(INTS, nkb_hlo_dot, lhs_contracting)),
    F(2, "rhs_contracting_dimensions", VARINTS, KEEP(INTS, nkb_hlo_dot, rhs_contracting)),
    F(3, "lhs_batch_dimensions", VARINTS, KEEP(INTS, nkb_hlo_dot, lhs_batch)),
    F(4, "rhs_batch_dimensions", VARINTS, KEEP(INTS, nkb_hlo_dot, rhs_batch)),
};
TABLE(dot);

static const struct nkb_proto_field ragged_dot_fields[] = {
    F(1, "dot_dimension_numbers", MESSAGE, OF(dot), INTO_SAME),
    F(2, "lhs_ragged_dimensions", VARINTS, KEEP(INTS, nkb_hlo_dot, lhs_ragged)),
    F(3, "rhs_group_dimensions", VARINTS, KEEP(INTS, nkb_hlo_dot, rhs_group)),
};
TABLE(ragged_dot);

static const struct nkb_proto_field hlo_fields[] = {
    F(1, "hlo_module", MESSAGE, OF(module), HAND(MODULE)),
    F(3, "buffer_assignment", MESSAGE, OF(buffer_assignment)),
};
TABLE(hlo);

static const struct nkb_proto_field hlo_snapshot_fields[] = {
    F(1, "hlo", MESSAGE, OF(hlo), INTO_SAME),
    F(2, "arguments", MESSAGE, OF(literal)),
    F(3, "result", MESSAGE, OF(literal)),
    F(4, "execution_platform", TEXT),
};
TABLE(hlo_snapshot);
