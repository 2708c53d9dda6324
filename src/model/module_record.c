/* The rows of an analysed module and of a part: one a member. Whoever adds a member to a struct
 * adds its row here, and the new size below it; files written before are then refused by their
 * mark. */
#include "model/part.h"

#include <stddef.h>

#define ROW(type, member, what)                                                                    \
    {                                                                                              \
        NKB_FIELD_AT(type, member), .kind = NKB_FIELD_##what                                       \
    }
#define PLACE(type, member, what)                                                                  \
    {                                                                                              \
        NKB_FIELD_AT(type, member), .kind = NKB_FIELD_##what, .aspect = NKB_ASPECT_PLACE           \
    }
#define CHOICE(type, member, below)                                                                \
    {                                                                                              \
        NKB_FIELD_AT(type, member), .kind = NKB_FIELD_CHOICE, .limit = (below)                     \
    }
#define WITHIN(type, member, of)                                                                   \
    {                                                                                              \
        NKB_FIELD_AT(type, member), .kind = NKB_FIELD_RECORD, .record = &(of)                      \
    }
#define ASKED(type, member, times, of)                                                             \
    {                                                                                              \
        NKB_FIELD_BEHIND_AT(type, member, times), .kind = NKB_FIELD_RECORD,                        \
                                                  .aspect = NKB_ASPECT_ASKED, .record = &(of)      \
    }
#define LIST(type, member, number, of)                                                             \
    {                                                                                              \
        NKB_FIELD_LISTED_AT(type, member), .kind = NKB_FIELD_LIST,                                 \
                                           .count_offset = offsetof(type, number), .record = &(of) \
    }
#define TEXTS(type, member, number)                                                                \
    {                                                                                              \
        NKB_FIELD_LISTED_AT(type, member), .kind = NKB_FIELD_TEXTS,                                \
                                           .count_offset = offsetof(type, number)                  \
    }

#define SIZE_IS(type, bytes)                                                                       \
    _Static_assert(sizeof(void *) != 8 || sizeof(type) == (bytes),                                 \
                   #type " has changed: give the new member its row, and the size here")

static const struct nkb_field static_macs[] = {
    ROW(struct nkb_static_macs, macs, INT),
    ROW(struct nkb_static_macs, nki_macs, INT),
    ROW(struct nkb_static_macs, nki_ratio, DOUBLE),
};
static const struct nkb_record static_macs_record = NKB_RECORD(struct nkb_static_macs, static_macs);
SIZE_IS(struct nkb_static_macs, 24);

static const struct nkb_field executed_macs[] = {
    ROW(struct nkb_executed_macs, macs, INT),
    ROW(struct nkb_executed_macs, dot_macs, INT),
    ROW(struct nkb_executed_macs, conv_macs, INT),
    ROW(struct nkb_executed_macs, nki_macs, INT),
    ROW(struct nkb_executed_macs, other_macs, INT),
    ROW(struct nkb_executed_macs, ragged_macs, INT),
    ROW(struct nkb_executed_macs, custom_matmul_macs, INT),
    ROW(struct nkb_executed_macs, unknown_trip_counts, INT),
    ROW(struct nkb_executed_macs, nki_ratio, DOUBLE),
};
static const struct nkb_record executed_macs_record =
    NKB_RECORD(struct nkb_executed_macs, executed_macs);
SIZE_IS(struct nkb_executed_macs, 72);

static const struct nkb_field xla_cost[] = {
    ROW(struct nkb_xla_cost, flops, INT),
    ROW(struct nkb_xla_cost, transcendentals, INT),
    ROW(struct nkb_xla_cost, bytes, INT),
    ROW(struct nkb_xla_cost, unknown_calls, INT),
};
static const struct nkb_record xla_cost_record = NKB_RECORD(struct nkb_xla_cost, xla_cost);
SIZE_IS(struct nkb_xla_cost, 32);

static const struct nkb_field loop[] = {
    ROW(struct nkb_loop, name, STR),
    ROW(struct nkb_loop, trip_count, INT),
    CHOICE(struct nkb_loop, how, NKB_TRIP_UNKNOWN + 1),
    ROW(struct nkb_loop, why, TEXT),
};
static const struct nkb_record loop_record = NKB_RECORD(struct nkb_loop, loop);
SIZE_IS(struct nkb_loop, 40);

static const struct nkb_field kernel[] = {
    ROW(struct nkb_kernel, name, STR),          ROW(struct nkb_kernel, target, STR),
    ROW(struct nkb_kernel, sites, INT),         ROW(struct nkb_kernel, reachable_sites, INT),
    ROW(struct nkb_kernel, calls, INT),         ROW(struct nkb_kernel, macs, INT),
    ROW(struct nkb_kernel, executed_macs, INT), ROW(struct nkb_kernel, cost_known, BOOL),
    ROW(struct nkb_kernel, unreadable, BOOL),
};
static const struct nkb_record kernel_record = NKB_RECORD(struct nkb_kernel, kernel);
SIZE_IS(struct nkb_kernel, 80);

static const struct nkb_field op[] = {
    CHOICE(struct nkb_op, opcode, NKB_HLO_OPCODE_COUNT + 1),
    ROW(struct nkb_op, count, INT),
    ROW(struct nkb_op, flops, INT),
    ROW(struct nkb_op, transcendentals, INT),
    ROW(struct nkb_op, bytes, INT),
    ROW(struct nkb_op, has_executed_flops, BOOL),
    ROW(struct nkb_op, executed_flops, INT),
};
static const struct nkb_record op_record = NKB_RECORD(struct nkb_op, op);
SIZE_IS(struct nkb_op, 56);

static const struct nkb_field group[] = {
    ROW(struct nkb_group, key, STR),
    ROW(struct nkb_group, detail, STR),
    ROW(struct nkb_group, has_call_macs, BOOL),
    ROW(struct nkb_group, call_macs, INT),
    ROW(struct nkb_group, absent, BITS),
    ROW(struct nkb_group, figures, INT),
};
static const struct nkb_record group_record = NKB_RECORD(struct nkb_group, group);
SIZE_IS(struct nkb_group, 192);

static const struct nkb_field groups[] = {
    ROW(struct nkb_groups, made, BOOL),
    LIST(struct nkb_groups, at, count, group_record),
    ROW(struct nkb_groups, has_rest, BOOL),
    WITHIN(struct nkb_groups, rest, group_record),
};
static const struct nkb_record groups_record = NKB_RECORD(struct nkb_groups, groups);
SIZE_IS(struct nkb_groups, 216);

static const struct nkb_field module[] = {
    PLACE(struct nkb_module, path, STR),
    PLACE(struct nkb_module, file_name, STR),
    PLACE(struct nkb_module, module_name, STR),
    PLACE(struct nkb_module, compiler_version, STR),
    PLACE(struct nkb_module, role, TEXT),
    PLACE(struct nkb_module, named, BOOL),
    PLACE(struct nkb_module, failed_compile, BOOL),
    PLACE(struct nkb_module, locked, BOOL),
    PLACE(struct nkb_module, stale, ASIDE), /* by modified_s and a log */
    PLACE(struct nkb_module, modified_s, INT),
    PLACE(struct nkb_module, part, ASIDE),
    PLACE(struct nkb_module, duplicate_of, ASIDE), /* by all digests */
    CHOICE(struct nkb_module, form, NKB_FORM_COUNT),
    ROW(struct nkb_module, ok, BOOL),
    ROW(struct nkb_module, error, TEXT),
    PLACE(struct nkb_module, size_bytes, INT),
    PLACE(struct nkb_module, ends_hash, ASIDE), /* until duplicates have been found */
    ROW(struct nkb_module, computations, INT),
    ROW(struct nkb_module, instructions, INT),
    ROW(struct nkb_module, graph_digest, DIGEST),
    WITHIN(struct nkb_module, static_macs, static_macs_record),
    ROW(struct nkb_module, has_executed, BOOL),
    ROW(struct nkb_module, has_xla, BOOL),
    ROW(struct nkb_module, why_no_executed, TEXT),
    ROW(struct nkb_module, why_no_xla, TEXT),
    WITHIN(struct nkb_module, executed, executed_macs_record),
    WITHIN(struct nkb_module, xla, xla_cost_record),
    LIST(struct nkb_module, loops, loop_count, loop_record),
    LIST(struct nkb_module, kernels, kernel_count, kernel_record),
    LIST(struct nkb_module, ops, op_count, op_record),
    TEXTS(struct nkb_module, diagnostics, diagnostic_count),
    ROW(struct nkb_module, why_no_loops, TEXT),
    ASKED(struct nkb_module, groups, NKB_DIMENSIONS, groups_record),
    PLACE(struct nkb_module, drafted, ASIDE),
};
const struct nkb_record nkb_module_record = NKB_RECORD(struct nkb_module, module);
SIZE_IS(struct nkb_module, 424);

static const struct nkb_field shard[] = {
    ROW(struct nkb_shard, of, STR),         ROW(struct nkb_shard, index, INT),
    ROW(struct nkb_shard, count, INT),      ROW(struct nkb_shard, files, INT),
    ROW(struct nkb_shard, listing, DIGEST), PLACE(struct nkb_shard, part, ASIDE),
};
static const struct nkb_record shard_record = NKB_RECORD(struct nkb_shard, shard);
SIZE_IS(struct nkb_shard, 80);

static const struct nkb_field part[] = {
    TEXTS(struct nkb_part, sources, source_count),
    TEXTS(struct nkb_part, problems, problem_count),
    LIST(struct nkb_part, shards, shard_count, shard_record),
    LIST(struct nkb_part, modules, module_count, nkb_module_record),
};
const struct nkb_record nkb_part_record = NKB_RECORD(struct nkb_part, part);
SIZE_IS(struct nkb_part, 48);
