/* Makes a struct nkb_hlo of what the walk meets. Nothing is believed before its end: instructions
 * are drafts, operands are resolved when their computation is complete, called computations when
 * the module is. A call that returns false has noted the fault in the wire cursor. */
#ifndef NKB_INPUT_HLO_BUILD_H
#define NKB_INPUT_HLO_BUILD_H

#include "base/arena.h"
#include "base/buf.h"
#include "input/hlo_draft.h"
#include "input/hlo_memo.h"
#include "input/hlo_opcodes.h"
#include "input/hlo_pool.h"
#include "input/hlo_schema.h"
#include "input/hlo_sources.h"
#include "input/id_map.h"
#include "input/wire.h"
#include "model/hlo.h"

/* What a module may hold at most: far above any real one, so that a hostile file of 2-byte
 * instructions cannot take all memory. Tests use smaller ones. */
struct nkb_hlo_limits {
    uint64_t computations, instructions;
    uint64_t tuple_elements; /* shapes inside tuple shapes, over the module */
    uint64_t window_dims;
    uint64_t numbers;      /* dimensions, ids and the like, over the module */
    uint64_t text_bytes;   /* one name, target or op_name */
    uint64_t config_bytes; /* one backend_config of a kernel or a while */
    uint64_t payloads;
    uint64_t frames; /* entries of the stack frame index, file names and locations among them */
    uint64_t whole_bytes; /* of HLO text, and of what comes by a pipe and is held whole */
};
extern const struct nkb_hlo_limits nkb_hlo_default_limits;

struct nkb_hlo_trip_wanted {
    struct nkb_hlo_attrs *attrs;
    int64_t payload;
};

struct nkb_hlo_id_list {
    int64_t *at;
    size_t count, room;
};

/* Places in the arena for positions of operands, one behind the other. */
struct nkb_hlo_positions {
    uint32_t *at;
    size_t count; /* of the last: when it has ended */
};

/* Zeroed memory is one that has read nothing yet; what it has allocated for itself serves module
 * after module. */
struct nkb_hlo_build {
    struct nkb_wire *wire;
    struct nkb_arena *arena;
    const struct nkb_hlo_limits *limits;
    struct nkb_hlo *module;
    size_t threads;           /* for a long run of instructions; 0 or 1: this one alone */
    uint64_t split_bytes;     /* shorter runs are not split */
    uint64_t modules_wrapped; /* in an HloProto or HloSnapshot: how many, where one is right */

    struct nkb_hlo_draft draft;
    struct nkb_hlo_computation computation; /* being read, up to this offset */
    uint64_t computation_end;
    struct nkb_hlo_instruction *instructions; /* of it so far: in `few`, or in the arena */
    size_t instruction_count, instruction_room;
    struct nkb_hlo_instruction *few;
    struct nkb_hlo_computation *computations; /* complete ones */
    size_t computation_count, computation_room;
    struct nkb_hlo_instruction **callers; /* instructions that call, in the arena */
    size_t caller_count, caller_room;
    uint64_t instructions_all, tuple_elements, window_dims, numbers, frames;
    struct nkb_hlo_sources sources;
    struct nkb_hlo_location location; /* being read, as is the frame */
    struct nkb_hlo_frame frame;
    struct nkb_arena temp; /* lists and tuples of the instruction being read */
    struct nkb_hlo_pool pool;
    struct nkb_hlo_memo memo;
    bool memo_is_open;
    bool takes_usual; /* fields as hlo_usual.h has them: it is, and no short text is too long */
    /* Of the instructions and operands of the computation, and of all calls so far; the last ones
     * may be of the instruction being read. */
    struct nkb_hlo_id_list instruction_ids, operand_ids, called_ids;
    /* Where the positions of its operands will stand, as its instructions have it already; and
     * which of these call. */
    struct nkb_hlo_positions *positions;
    size_t positions_count, positions_room;
    uint32_t *place; /* the next, in the last of them */
    size_t place_left;
    struct nkb_hlo_id_list calling;

    int64_t *payload_trips; /* known_trip_count of each payload, -1: none */
    size_t payload_count, payload_room;
    struct nkb_hlo_trip_wanted *trips_wanted;
    size_t trip_wanted_count, trip_wanted_room;

    struct nkb_id_map ids;
    struct nkb_buf scratch;
    struct nkb_hlo_opcodes opcodes;
};

void nkb_hlo_build_start(struct nkb_hlo_build *build, struct nkb_wire *wire,
                         const struct nkb_hlo_limits *limits, struct nkb_arena *arena,
                         struct nkb_hlo *module);
/* The module is complete: make the arrays and resolve what was called. */
bool nkb_hlo_build_finish(struct nkb_hlo_build *build);
/* The module has been read, or refused: give back what only a large one needs. */
void nkb_hlo_build_end(struct nkb_hlo_build *build);
void nkb_hlo_build_free(struct nkb_hlo_build *build);

/* A message that is kept stands from offset `at` to `end`: the struct its fields fill, NULL for a
 * fault; and is complete. */
void *nkb_hlo_build_open(struct nkb_hlo_build *build, const struct nkb_proto_field *field,
                         void *target, uint64_t at, uint64_t end);
bool nkb_hlo_build_close(struct nkb_hlo_build *build, const struct nkb_proto_field *field);
/* Room for `more` instructions of the computation, in the arena. */
bool nkb_hlo_build_reserve(struct nkb_hlo_build *build, size_t more);
/* Room for one more, which stands at offset `at`, when there may be none. */
bool nkb_hlo_build_one_more(struct nkb_hlo_build *build, uint64_t at);
/* What open and close do for an instruction: below. */
static inline struct nkb_hlo_draft *nkb_hlo_build_open_instruction(struct nkb_hlo_build *build,
                                                                   uint64_t at);
static inline bool nkb_hlo_build_close_instruction(struct nkb_hlo_build *build);
/* Room for `more` numbers behind those of a list, which they now belong to. */
int64_t *nkb_hlo_build_more(struct nkb_hlo_build *build, const int64_t **at, uint32_t *count,
                            uint64_t more);
bool nkb_hlo_build_bytes(struct nkb_hlo_build *build, const struct nkb_proto_field *field,
                         void *target, struct nkb_hlo_blob blob);
/* A number, and a text, to where the field keeps it in target. */
bool nkb_hlo_build_number(struct nkb_hlo_build *build, const struct nkb_proto_field *field,
                          void *target, uint64_t value);
bool nkb_hlo_build_kept_text(struct nkb_hlo_build *build, const struct nkb_proto_field *field,
                             void *target, struct nkb_str text);
/* Are the numbers of such a field a list? Room for `more` of them behind those it has. */
bool nkb_hlo_build_is_list(enum nkb_proto_keep keep);
int64_t *nkb_hlo_build_list(struct nkb_hlo_build *build, const struct nkb_proto_field *field,
                            void *target, uint64_t more);
/* Text that stays; NULs allowed. */
bool nkb_hlo_build_text(struct nkb_hlo_build *build, struct nkb_str text, struct nkb_str *to);
/* The same for one that comes again and again. */
bool nkb_hlo_build_shared_text(struct nkb_hlo_build *build, struct nkb_str text,
                               struct nkb_str *to);
bool nkb_hlo_build_opcode(struct nkb_hlo_build *build, struct nkb_str name);
void nkb_hlo_build_direction(struct nkb_hlo_build *build, struct nkb_str name);
bool nkb_hlo_build_source_file(struct nkb_hlo_build *build, struct nkb_str name);
bool nkb_hlo_build_index_file(struct nkb_hlo_build *build, struct nkb_str name);

/* Between the files of the builder. What a draft becomes, hlo_draft.c: */
bool nkb_hlo_draft_attributes(struct nkb_hlo_build *build);
/* A message that fills part of a draft is complete: share what it came to. */
bool nkb_hlo_draft_share(struct nkb_hlo_build *build, const struct nkb_proto_field *field);
/* Instead of walking a message that the memo has; false: it must be walked. And what to note of one
 * that was walked, alone in its instruction. */
bool nkb_hlo_draft_recall(struct nkb_hlo_build *build, const struct nkb_proto_field *field,
                          struct nkb_hlo_note *note);
void nkb_hlo_draft_note(struct nkb_hlo_build *build, const struct nkb_proto_field *field,
                        struct nkb_hlo_note *note);
/* Ids to positions, hlo_resolve.c: */
bool nkb_hlo_build_ids_room(struct nkb_hlo_build *build, struct nkb_hlo_id_list *list,
                            uint64_t more);
/* More places, at least so many behind each other; and how many there are in the last of them. */
bool nkb_hlo_build_positions(struct nkb_hlo_build *build, size_t count);
void nkb_hlo_build_end_positions(struct nkb_hlo_build *build);
bool nkb_hlo_resolve_operands(struct nkb_hlo_build *build, struct nkb_hlo_computation *computation);
bool nkb_hlo_resolve_calls(struct nkb_hlo_build *build);
/* What is kept and where, hlo_keep.c: */
struct nkb_hlo_shape *nkb_hlo_build_tuple_element(struct nkb_hlo_build *build,
                                                  struct nkb_hlo_shape *tuple);
/* The same, which becomes one that is kept already; false, and nothing done, where that would be a
 * tuple itself or too much. */
bool nkb_hlo_build_known_element(struct nkb_hlo_build *build, struct nkb_hlo_shape *tuple,
                                 const struct nkb_hlo_shape *known);
struct nkb_hlo_window_dim *nkb_hlo_build_window_dim(struct nkb_hlo_build *build,
                                                    struct nkb_hlo_draft *draft);
bool nkb_hlo_build_blob(struct nkb_hlo_build *build, struct nkb_hlo_blob blob, struct nkb_str *out);
/* Room for one more in an array of `size_bytes` elements from malloc; array is the pointer's
 * address. */
bool nkb_hlo_build_room(struct nkb_hlo_build *build, void *array, size_t *room, size_t count,
                        size_t size_bytes);
bool nkb_hlo_build_memory(struct nkb_hlo_build *build); /* "out of memory"; returns false */
/* "more than `limit` of what"; returns false */
bool nkb_hlo_build_too_many(struct nkb_hlo_build *build, uint64_t limit, const char *what);

/* `more` of something there may be `limit` of. */
static inline bool nkb_hlo_build_count(struct nkb_hlo_build *build, uint64_t *count, uint64_t more,
                                       uint64_t limit, const char *what)
{
    if (more > limit - *count)
        return nkb_hlo_build_too_many(build, limit, what);
    *count += more;
    return true;
}

/* Room for `more` ids behind those of the list, which they now belong to. */
static inline int64_t *nkb_hlo_build_ids(struct nkb_hlo_build *build, struct nkb_hlo_id_list *list,
                                         uint64_t more)
{
    if (list->room - list->count < more && !nkb_hlo_build_ids_room(build, list, more))
        return NULL;
    list->count += (size_t)more;
    return list->at + list->count - more;
}

static inline bool nkb_hlo_build_numbers(struct nkb_hlo_build *build, uint64_t more)
{
    return nkb_hlo_build_count(build, &build->numbers, more, build->limits->numbers,
                               "dimensions, ids and other listed numbers");
}

static inline struct nkb_hlo_draft *nkb_hlo_build_open_instruction(struct nkb_hlo_build *build,
                                                                   uint64_t at)
{
    struct nkb_hlo_draft *draft = &build->draft;

    if ((build->instruction_count == build->instruction_room ||
         build->instructions_all == build->limits->instructions) &&
        !nkb_hlo_build_one_more(build, at))
        return NULL;
    build->instructions_all++;
    draft->id = draft->parameter_number = draft->tuple_index = 0;
    draft->in = &build->instructions[build->instruction_count];
    *draft->in = nkb_hlo_no_instruction;
    draft->met = nkb_hlo_nothing_met;
    draft->met.first_operand = build->operand_ids.count;
    draft->met.first_called = build->called_ids.count;
    if (build->temp.used_bytes)
        nkb_arena_reset(&build->temp);
    return draft;
}

/* Places for its operands, and a note that it calls. */
static inline bool nkb_hlo_build_references(struct nkb_hlo_build *build,
                                            struct nkb_hlo_instruction *in)
{
    if (in->operand_count) {
        if (in->operand_count > build->place_left &&
            !nkb_hlo_build_positions(build, in->operand_count))
            return false;
        in->operands = build->place;
        build->place += in->operand_count;
        build->place_left -= in->operand_count;
    }
    if (in->called_count) {
        int64_t *position = nkb_hlo_build_ids(build, &build->calling, 1);
        if (!position)
            return false;
        *position = (int64_t)build->instruction_count;
    }
    return true;
}

static inline bool nkb_hlo_build_close_instruction(struct nkb_hlo_build *build)
{
    const struct nkb_hlo_draft *draft = &build->draft;
    const struct nkb_hlo_metadata *metadata = &draft->metadata;
    const struct nkb_hlo_note *dot = draft->met.noted_dot;
    struct nkb_hlo_instruction *in = draft->in;
    int64_t *id = nkb_hlo_build_ids(build, &build->instruction_ids, 1);

    if (!id)
        return false;
    *id = draft->id;
    in->shape = draft->met.shape ? draft->met.shape : &nkb_hlo_no_shape;
    in->operand_count = (uint32_t)(build->operand_ids.count - draft->met.first_operand);
    in->called_count = (uint32_t)(build->called_ids.count - draft->met.first_called);
    if (!nkb_hlo_build_references(build, in))
        return false;
    if (in->opcode == NKB_HLO_PARAMETER || in->opcode == NKB_HLO_GET_TUPLE_ELEMENT) {
        in->has_number = true;
        in->number = in->opcode == NKB_HLO_PARAMETER ? draft->parameter_number : draft->tuple_index;
    }
    if (draft->met.has_metadata) {
        in->op_name = metadata->op_name;
        if (!nkb_hlo_sources_find(&build->sources, metadata->source_file, metadata->source_line,
                                  metadata->stack_frame_id, &in->source))
            return nkb_hlo_build_memory(build);
    }
    if (!draft->met.has_more && (!draft->met.dot || (dot && dot->is.dot.alone)))
        in->attrs = draft->met.dot ? dot->is.dot.alone : NULL;
    else if (!nkb_hlo_draft_attributes(build))
        return false;
    build->instruction_count++;
    return true;
}

#endif
