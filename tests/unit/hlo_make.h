/* Small HLO modules built in memory for tests: computations are appended to, instructions refer to
 * earlier ones by position. */
#ifndef TESTS_UNIT_HLO_MAKE_H
#define TESTS_UNIT_HLO_MAKE_H

#include <stdarg.h>

#include "analyze/module.h"
#include "base/arena.h"
#include "model/hlo.h"

enum {
    MAKE_F32 = 11,
    MAKE_S8 = 2,
    MAKE_S32 = 4,
    MAKE_S64 = 5,
    MAKE_U8 = 6,
    MAKE_U32 = 8,
    MAKE_U64 = 9
};

struct make {
    struct nkb_arena arena;
    struct nkb_hlo hlo;
};

#define MAKE_INIT ((struct make){.arena = NKB_ARENA_INIT})

static inline uint32_t make_computation(struct make *m, const char *name)
{
    uint32_t n = m->hlo.computation_count;
    if ((n & (n - 1)) == 0)
        m->hlo.computations = nkb_arena_grow(&m->arena, m->hlo.computations, n,
                                             n ? 2 * (size_t)n : 1, sizeof *m->hlo.computations);
    m->hlo.computations[n] =
        (struct nkb_hlo_computation){.name = nkb_str_from(nkb_arena_string(&m->arena, name)),
                                     .id = n,
                                     .root_id = -1,
                                     .root = NKB_HLO_NONE};
    m->hlo.computation_count = n + 1;
    m->hlo.entry = n; /* the last one made, unless a test says otherwise */
    m->hlo.entry_id = n;
    return n;
}

static inline struct nkb_hlo_instruction *make_at(struct make *m, uint32_t c, uint32_t i)
{
    return &m->hlo.computations[c].instructions[i];
}

static inline struct nkb_hlo_attrs *make_attrs(struct make *m, uint32_t c, uint32_t i)
{
    struct nkb_hlo_instruction *in = make_at(m, c, i);
    if (!in->attrs)
        in->attrs = nkb_arena_alloc(&m->arena, sizeof *in->attrs);
    return (struct nkb_hlo_attrs *)(uintptr_t)in->attrs;
}

/* The shape of an instruction made here, which has one of its own. */
static inline struct nkb_hlo_shape *make_shape_at(struct make *m, uint32_t c, uint32_t i)
{
    return (struct nkb_hlo_shape *)(uintptr_t)make_at(m, c, i)->shape;
}

/* Room for positions, and behind them the id of one that leads nowhere. */
static inline uint32_t *make_positions(struct make *m, uint32_t count, int64_t missing)
{
    uint32_t *positions =
        nkb_arena_array(&m->arena, (size_t)count + NKB_HLO_MISSING_ROOM, sizeof *positions);
    memcpy(positions + count, &missing, sizeof missing);
    return positions;
}

/* Append; it becomes the root. Its name is opcode.position. operands: count, then positions. */
static inline uint32_t make_add(struct make *m, uint32_t c, enum nkb_hlo_opcode opcode,
                                struct nkb_hlo_shape shape, uint32_t operand_count, ...)
{
    struct nkb_hlo_computation *computation = &m->hlo.computations[c];
    uint32_t n = computation->instruction_count;
    uint32_t *operands = make_positions(m, operand_count, 777);
    struct nkb_hlo_shape *own = nkb_arena_alloc(&m->arena, sizeof *own);
    va_list args;
    va_start(args, operand_count);
    for (uint32_t i = 0; i < operand_count; i++)
        operands[i] = va_arg(args, uint32_t);
    va_end(args);
    if ((n & (n - 1)) == 0)
        computation->instructions =
            nkb_arena_grow(&m->arena, computation->instructions, n, n ? 2 * (size_t)n : 1,
                           sizeof *computation->instructions);
    const char *name = nkb_hlo_opcode_name(opcode);
    *own = shape;
    computation->instructions[n] = (struct nkb_hlo_instruction){
        .name = nkb_str_from(nkb_arena_printf(&m->arena, "%s.%u", name, n)),
        .opcode = opcode,
        .shape = own,
        .operand_count = operand_count,
        .operands = operands,
    };
    computation->root = n;
    computation->root_id = n;
    computation->instruction_count = n + 1;
    m->hlo.instruction_count++;
    return n;
}

static inline void make_calls(struct make *m, uint32_t c, uint32_t i, uint32_t count, ...)
{
    uint32_t *called = make_positions(m, count, 888);
    va_list args;
    va_start(args, count);
    for (uint32_t k = 0; k < count; k++)
        called[k] = va_arg(args, uint32_t);
    va_end(args);
    make_at(m, c, i)->called_count = count;
    make_at(m, c, i)->called = called;
}

static inline struct nkb_hlo_shape make_scalar(int32_t type)
{
    return (struct nkb_hlo_shape){.element_type = type, .has_layout = true};
}

static inline struct nkb_hlo_shape make_shape(struct make *m, uint32_t rank, ...)
{
    int64_t *dims = nkb_arena_array(&m->arena, rank, sizeof *dims);
    va_list args;
    va_start(args, rank);
    for (uint32_t i = 0; i < rank; i++)
        dims[i] = va_arg(args, int64_t);
    va_end(args);
    return (struct nkb_hlo_shape){
        .element_type = MAKE_F32, .rank = rank, .dims = dims, .has_layout = true};
}

#define MAKE_TUPLE ((struct nkb_hlo_shape){.element_type = NKB_TYPE_TUPLE, .has_layout = true})

static inline uint32_t make_numbered(struct make *m, uint32_t c, enum nkb_hlo_opcode opcode,
                                     struct nkb_hlo_shape shape, int64_t number)
{
    uint32_t i = make_add(m, c, opcode, shape, 0);
    make_at(m, c, i)->has_number = true;
    make_at(m, c, i)->number = number;
    return i;
}

static inline uint32_t make_constant(struct make *m, uint32_t c, int32_t type, int64_t value)
{
    return make_numbered(m, c, NKB_HLO_CONSTANT, make_scalar(type), value);
}

static inline uint32_t make_parameter(struct make *m, uint32_t c, int64_t number,
                                      struct nkb_hlo_shape shape)
{
    return make_numbered(m, c, NKB_HLO_PARAMETER, shape, number);
}

static inline uint32_t make_element(struct make *m, uint32_t c, struct nkb_hlo_shape shape,
                                    uint32_t of, int64_t index)
{
    uint32_t i = make_add(m, c, NKB_HLO_GET_TUPLE_ELEMENT, shape, 1, of);
    make_at(m, c, i)->has_number = true;
    make_at(m, c, i)->number = index;
    return i;
}

static inline uint32_t make_compare(struct make *m, uint32_t c, uint32_t a, uint32_t b,
                                    enum nkb_hlo_direction direction)
{
    uint32_t i = make_add(m, c, NKB_HLO_COMPARE, make_scalar(NKB_TYPE_PRED), 2, a, b);
    make_attrs(m, c, i)->direction = direction;
    return i;
}

/* A [rows, inner] by [inner, columns] dot with its two parameters: rows * inner * columns MACs. */
static inline uint32_t make_dot(struct make *m, uint32_t c, int64_t rows, int64_t inner,
                                int64_t columns)
{
    static const int64_t first[] = {0}, second[] = {1};
    uint32_t lhs = make_parameter(m, c, 0, make_shape(m, 2, rows, inner));
    uint32_t rhs = make_parameter(m, c, 1, make_shape(m, 2, inner, columns));
    uint32_t i = make_add(m, c, NKB_HLO_DOT, make_shape(m, 2, rows, columns), 2, lhs, rhs);
    struct nkb_hlo_dot *numbers = nkb_arena_alloc(&m->arena, sizeof *numbers);
    numbers->lhs_contracting = (struct nkb_hlo_ints){second, 1};
    numbers->rhs_contracting = (struct nkb_hlo_ints){first, 1};
    make_attrs(m, c, i)->dot = numbers;
    return i;
}

static inline uint32_t make_custom_call(struct make *m, uint32_t c, const char *target)
{
    uint32_t i = make_add(m, c, NKB_HLO_CUSTOM_CALL, make_shape(m, 1, INT64_C(4)), 0);
    make_attrs(m, c, i)->custom_call_target = nkb_str_from(target);
    return i;
}

static inline uint32_t make_kernel(struct make *m, uint32_t c, const char *func_name,
                                   nkb_i128 mac_count)
{
    uint32_t i = make_custom_call(m, c, "AwsNeuronCustomNativeKernel");
    struct nkb_nki_config *config = nkb_arena_alloc(&m->arena, sizeof *config);
    config->func_name = nkb_str_from(func_name);
    config->mac_count = mac_count;
    make_attrs(m, c, i)->nki = config;
    return i;
}

static inline uint32_t make_call(struct make *m, uint32_t c, uint32_t callee)
{
    uint32_t i = make_add(m, c, NKB_HLO_CALL, make_shape(m, 1, INT64_C(4)), 0);
    make_calls(m, c, i, 1, callee);
    return i;
}

#endif
