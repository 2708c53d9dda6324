/* Upstream reads a bare HloModuleProto only, so that reading comes first and its word counts. One
 * case is open: a small wrapper in which no byte is above 127 is at the same time a module whose
 * name is the wrapped module. What is no module, or one without a computation, is therefore looked
 * at again: as a metaneff.pb, then as XLA's wrappers; and what is found in one counts only if it
 * has something in it, since almost any bytes make an empty message. */
#include "input/hlo_proto.h"

#include "input/hlo_metaneff.h"
#include "input/hlo_walk.h"

static const struct reading {
    const struct nkb_proto_message *root;
    enum nkb_hlo_form form;
} readings[] = {
    {&nkb_proto_module, NKB_FORM_PROTO},
    {&nkb_proto_hlo, NKB_FORM_HLO_PROTO},
    {&nkb_proto_hlo_snapshot, NKB_FORM_SNAPSHOT},
};

static int read_as(const struct reading *reading, struct nkb_wire *wire,
                   const struct nkb_hlo_limits *limits, struct nkb_hlo_build *build,
                   struct nkb_arena *arena, struct nkb_hlo *out, uint64_t *modules,
                   struct nkb_err *err)
{
    nkb_wire_rewind(wire);
    nkb_hlo_build_start(build, wire, limits, arena, out);
    int code = nkb_hlo_walk(build, reading->root, err);
    *modules = build->modules_wrapped;
    nkb_hlo_build_end(build);
    out->form = reading->form;
    return code;
}

static int refuse_modules(uint64_t modules, struct nkb_err *err)
{
    return nkb_err_set(err, NKB_EINPUT, "%llu modules in one file; one is expected",
                       (unsigned long long)modules);
}

/* The module in the given fields; everything else in the message is unknown and skipped. */
static int read_metaneff(uint32_t numbers, struct nkb_wire *wire,
                         const struct nkb_hlo_limits *limits, struct nkb_hlo_build *build,
                         struct nkb_arena *arena, struct nkb_hlo *out, struct nkb_err *err)
{
    enum { HLO_MODULE = 1 }; /* in an HloProto */
    struct nkb_proto_field fields[NKB_METANEFF_FIELD_MAX + 1] = {0};
    const struct nkb_proto_message message = {fields, sizeof fields / sizeof fields[0], NULL};
    const struct reading reading = {&message, NKB_FORM_METANEFF};
    uint64_t modules;

    for (int i = 0; i <= NKB_METANEFF_FIELD_MAX; i++)
        if (numbers >> i & 1) {
            fields[i] = nkb_proto_hlo.fields[HLO_MODULE];
            fields[i].name = "serialized_graph_def";
        }
    int code = read_as(&reading, wire, limits, build, arena, out, &modules, err);
    return code == 0 && modules != 1 ? refuse_modules(modules, err) : code;
}

int nkb_hlo_proto_read(struct nkb_wire *wire, const struct nkb_hlo_limits *limits,
                       struct nkb_hlo_build *build, struct nkb_arena *arena, struct nkb_hlo *out,
                       struct nkb_err *err)
{
    struct nkb_hlo module;
    struct nkb_err bare = {0}, other = {0};
    uint64_t modules;
    int code = read_as(&readings[0], wire, limits, build, arena, out, &modules, &bare);
    bool look_again = (code != 0 || out->computation_count == 0) && wire->size > 0 && !wire->final;
    uint32_t fields = look_again ? nkb_hlo_metaneff_fields(wire) : 0;

    if (fields) {
        int inside = read_metaneff(fields, wire, limits, build, arena, &module, &other);
        if (inside != 0 || module.instruction_count > 0) {
            wire->final = true;
            if (inside == 0)
                *out = module;
            else if (err)
                *err = other;
            return inside;
        }
    }
    for (size_t i = 1; i < sizeof readings / sizeof readings[0] && look_again; i++) {
        int wrapped = read_as(&readings[i], wire, limits, build, arena, &module, &modules, &other);
        look_again = !wire->final;
        if (wrapped == 0 && module.computation_count > 0) {
            *out = module;
            if (modules == 1)
                return 0;
            /* protobuf would merge them into one, and their counts with them */
            wire->final = true;
            return refuse_modules(modules, err);
        }
        if (wrapped != 0 && wire->final) { /* it is one, but too large, or the file is at fault */
            code = wrapped;
            bare = other;
        }
    }
    if (code != 0 && err)
        *err = bare;
    return code;
}
