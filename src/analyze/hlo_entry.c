/* Every member is there for every module, with a value or the reason why not, so that rules may
 * name it without asking first. */
#include "analyze/hlo_entry.h"

void nkb_metric_count(struct nkb_arena *arena, struct nkb_value *group, const char *name,
                      nkb_i128 v, const char *unit, const char *source, const char *why)
{
    int64_t fits;
    if (!why && !nkb_i128_fits(v, &fits))
        why = NKB_BEYOND_63_BITS;
    if (why)
        nkb_metric_absent(arena, group, name, why);
    else
        nkb_metric_int(arena, group, name, fits, unit, source);
}

static void put_text(struct nkb_arena *arena, struct nkb_value *entry, const char *name,
                     struct nkb_str text, const char *why_empty)
{
    if (text.len > 0)
        nkb_metric_string(arena, entry, name, text, NULL);
    else
        nkb_metric_absent(arena, entry, name, why_empty);
}

static const char *form_name(enum nkb_hlo_form form)
{
    switch (form) {
    case NKB_FORM_PROTO:
        return "protobuf";
    case NKB_FORM_TEXT:
        return "text";
    case NKB_FORM_HLO_PROTO:
        return "hlo_proto";
    case NKB_FORM_SNAPSHOT:
        return "hlo_snapshot";
    case NKB_FORM_METANEFF:
        return "metaneff";
    case NKB_FORM_COUNT:
        break;
    }
    return "unknown";
}

static void put_static(struct nkb_arena *arena, struct nkb_value *entry,
                       const struct nkb_module *module, const char *path)
{
    const struct nkb_static_macs *macs = &module->static_macs;
    if (!module->ok) {
        nkb_metric_absent(arena, entry, "static", module->error);
        return;
    }
    struct nkb_value *group = nkb_metric_group(arena, entry, "static");
    nkb_metric_int(arena, group, "macs", macs->macs, "MAC", path);
    nkb_metric_int(arena, group, "nki_macs", macs->nki_macs, "MAC", path);
    nkb_metric_float(arena, group, "nki_ratio", macs->nki_ratio, NULL, path);
}

static void put_executed(struct nkb_arena *arena, struct nkb_value *entry,
                         const struct nkb_module *module, const char *path)
{
    const struct nkb_executed_macs *macs = &module->executed;
    if (!module->ok || !module->has_executed) {
        nkb_metric_absent(arena, entry, "executed",
                          module->ok ? module->why_no_executed : module->error);
        return;
    }
    struct nkb_value *group = nkb_metric_group(arena, entry, "executed");
    nkb_metric_int(arena, group, "macs", macs->macs, "MAC", path);
    nkb_metric_int(arena, group, "dot_macs", macs->dot_macs, "MAC", path);
    nkb_metric_int(arena, group, "conv_macs", macs->conv_macs, "MAC", path);
    nkb_metric_int(arena, group, "nki_macs", macs->nki_macs, "MAC", path);
    nkb_metric_int(arena, group, "other_macs", macs->other_macs, "MAC", path);
    nkb_metric_float(arena, group, "nki_ratio", macs->nki_ratio, NULL, path);
    nkb_metric_int(arena, group, "ragged_macs", macs->ragged_macs, "MAC", path);
    nkb_metric_int(arena, group, "custom_matmul_macs", macs->custom_matmul_macs, "MAC", path);
    nkb_metric_int(arena, group, "unknown_trip_counts", macs->unknown_trip_counts, NULL, path);
}

static void put_xla(struct nkb_arena *arena, struct nkb_value *entry,
                    const struct nkb_module *module, const char *path)
{
    if (!module->ok || !module->has_xla) {
        nkb_metric_absent(arena, entry, "xla", module->ok ? module->why_no_xla : module->error);
        return;
    }
    struct nkb_value *group = nkb_metric_group(arena, entry, "xla");
    nkb_metric_int(arena, group, "flops", module->xla.flops, "FLOP", path);
    nkb_metric_int(arena, group, "transcendentals", module->xla.transcendentals, NULL, path);
    nkb_metric_int(arena, group, "bytes", module->xla.bytes, "B", path);
    nkb_metric_int(arena, group, "unknown_calls", module->xla.unknown_calls, NULL, path);
}

static void put_loops(struct nkb_arena *arena, struct nkb_value *entry,
                      const struct nkb_module *module)
{
    static const char *const how[] = {
        [NKB_TRIP_ANNOTATED] = "annotated",
        [NKB_TRIP_INFERRED] = "inferred",
        [NKB_TRIP_UNKNOWN] = "unknown",
    };
    if (!module->ok || module->why_no_loops) {
        nkb_metric_absent(arena, entry, "loops", module->ok ? module->why_no_loops : module->error);
        return;
    }
    struct nkb_value *list = nkb_metric_list(arena, entry, "loops");
    for (uint32_t i = 0; i < module->loop_count; i++) {
        const struct nkb_loop *loop = &module->loops[i];
        struct nkb_value *item = nkb_value_object(arena);
        nkb_metric_string(arena, item, "name", loop->name, NULL);
        nkb_metric_count(arena, item, "trip_count", loop->trip_count, NULL, NULL,
                         loop->how == NKB_TRIP_UNKNOWN ? "not known: counted as one trip" : NULL);
        nkb_metric_text(arena, item, "how", how[loop->how], NULL);
        if (loop->why)
            nkb_metric_text(arena, item, "why", loop->why, NULL);
        else
            nkb_metric_absent(arena, item, "why", "its trip count is known");
        nkb_value_append(arena, list, item);
    }
}

struct nkb_value *nkb_hlo_entry(struct nkb_arena *arena, const struct nkb_module *module,
                                bool counted)
{
    struct nkb_value *entry = nkb_value_object(arena);
    const char *path = nkb_arena_copy(arena, module->path).ptr;
    const char *unread = module->ok ? NULL : module->error;

    nkb_metric_string(arena, entry, "path", module->path, NULL);
    nkb_metric_string(arena, entry, "file_name", module->file_name, NULL);
    put_text(arena, entry, "module_name", module->module_name, "the path names no MODULE_…");
    put_text(arena, entry, "compiler_version", module->compiler_version,
             "the path names no neuronxcc-…");
    put_text(arena, entry, "role", nkb_str_from(module->role), "the path tells no role");
    if (unread)
        nkb_metric_absent(arena, entry, "form", unread);
    else
        nkb_metric_text(arena, entry, "form", form_name(module->form), NULL);
    nkb_metric_text(arena, entry, "status", module->ok ? "ok" : "error", NULL);
    put_text(arena, entry, "error", nkb_str_from(unread), "the file was read and counted");
    nkb_metric_bool(arena, entry, "failed_compile", module->failed_compile, NULL);
    nkb_metric_bool(arena, entry, "locked", module->locked, NULL);
    put_text(arena, entry, "duplicate_of", module->duplicate_of, "no earlier file is the same");
    nkb_metric_bool(arena, entry, "stale", module->stale, NULL);
    nkb_metric_bool(arena, entry, "counted", counted, NULL);
    put_static(arena, entry, module, path);
    put_executed(arena, entry, module, path);
    put_xla(arena, entry, module, path);
    nkb_metric_count(arena, entry, "computations", module->computations, NULL, path, unread);
    nkb_metric_count(arena, entry, "instructions", module->instructions, NULL, path, unread);
    nkb_value_locate_all(arena, entry, path, NULL);
    put_loops(arena, entry, module);

    struct nkb_value *list = nkb_metric_list(arena, entry, "diagnostics");
    for (uint32_t i = 0; i < module->diagnostic_count; i++)
        nkb_value_append(arena, list, nkb_value_text(arena, module->diagnostics[i]));
    return entry;
}
