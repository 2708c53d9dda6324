/* Every member is there for every module, with a value or the reason why not, so that rules may
 * name it without asking first. Such a tree is made again whenever somebody looks at a module, and
 * there may be many: all of its size is known before, its names are not copied, and its texts are
 * the module's. */
#include "analyze/hlo_entry.h"

#include <assert.h>
#include <math.h>

enum {
    ENTRY_MEMBERS = 22,
    STATIC_MEMBERS = 3,
    EXECUTED_MEMBERS = 9,
    XLA_MEMBERS = 4,
    LOOP_MEMBERS = 4
};

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

struct entry {
    struct nkb_arena *arena;
    const struct nkb_module *module;
    const struct nkb_note *plain, *mac, *flop, *byte; /* of numbers, by unit */
    const struct nkb_note *unread;                    /* why nothing is known of it; NULL: it is */
};

static const struct nkb_note *why(struct entry *e, const char *text)
{
    struct nkb_note *note = nkb_arena_alloc(e->arena, sizeof *note);
    if (note)
        note->why = text;
    return note;
}

static const struct nkb_note *unit(struct entry *e, const char *text)
{
    struct nkb_note *note = nkb_arena_alloc(e->arena, sizeof *note);
    const char *path = e->module->path.ptr;
    if (note)
        *note = (struct nkb_note){.unit = text, .source = path, .file = path};
    return note;
}

static void add(struct entry *e, struct nkb_value *group, const char *name, struct nkb_value value)
{
    struct nkb_value *v = group ? nkb_arena_take(e->arena, sizeof *v) : NULL;
    if (!v)
        return;
    *v = value;
    assert(group->as.items.count < group->as.items.capacity);
    group->as.items.at[group->as.items.count++] = (struct nkb_member){nkb_str_from(name), v};
}

static struct nkb_value *make_group(struct entry *e, enum nkb_kind kind, size_t members)
{
    struct nkb_value *group = nkb_value_new(e->arena, kind);
    struct nkb_member *at = nkb_arena_array(e->arena, members, sizeof *at);
    if (!group || !at)
        return NULL;
    group->as.items.at = at;
    group->as.items.capacity = members;
    return group;
}

/* As a member, to be filled. */
static struct nkb_value *add_group(struct entry *e, struct nkb_value *in, const char *name,
                                   enum nkb_kind kind, size_t members)
{
    struct nkb_value *group = make_group(e, kind, members);
    if (!in || !group)
        return NULL;
    assert(in->as.items.count < in->as.items.capacity);
    in->as.items.at[in->as.items.count++] = (struct nkb_member){nkb_str_from(name), group};
    return group;
}

static void add_absent(struct entry *e, struct nkb_value *group, const char *name,
                       const struct nkb_note *note)
{
    add(e, group, name, (struct nkb_value){.kind = NKB_ABSENT, .note = note});
}

static void add_int(struct entry *e, struct nkb_value *group, const char *name, int64_t v,
                    const struct nkb_note *note)
{
    add(e, group, name, (struct nkb_value){.kind = NKB_INT, .note = note, .as.integer = v});
}

static void add_ratio(struct entry *e, struct nkb_value *group, const char *name, double v)
{
    if (isfinite(v))
        add(e, group, name,
            (struct nkb_value){.kind = NKB_FLOAT, .note = e->plain, .as.number = v});
    else
        add_absent(e, group, name, why(e, "not a finite number"));
}

static void add_bool(struct entry *e, struct nkb_value *group, const char *name, bool v)
{
    add(e, group, name, (struct nkb_value){.kind = NKB_BOOL, .as.boolean = v});
}

/* Terminated text that stays. */
static void add_text(struct entry *e, struct nkb_value *group, const char *name, struct nkb_str v)
{
    add(e, group, name, (struct nkb_value){.kind = NKB_STRING, .as.string = v});
}

static void add_text_or(struct entry *e, struct nkb_value *group, const char *name,
                        struct nkb_str v, const struct nkb_note *why_empty)
{
    if (v.len > 0)
        add_text(e, group, name, v);
    else
        add_absent(e, group, name, why_empty);
}

static void put_static(struct entry *e, struct nkb_value *entry)
{
    const struct nkb_static_macs *macs = &e->module->static_macs;
    if (e->unread) {
        add_absent(e, entry, "static", e->unread);
        return;
    }
    struct nkb_value *group = add_group(e, entry, "static", NKB_OBJECT, STATIC_MEMBERS);
    add_int(e, group, "macs", macs->macs, e->mac);
    add_int(e, group, "nki_macs", macs->nki_macs, e->mac);
    add_ratio(e, group, "nki_ratio", macs->nki_ratio);
}

static void put_executed(struct entry *e, struct nkb_value *entry)
{
    const struct nkb_executed_macs *macs = &e->module->executed;
    if (e->unread || !e->module->has_executed) {
        add_absent(e, entry, "executed",
                   e->unread ? e->unread : why(e, e->module->why_no_executed));
        return;
    }
    struct nkb_value *group = add_group(e, entry, "executed", NKB_OBJECT, EXECUTED_MEMBERS);
    add_int(e, group, "macs", macs->macs, e->mac);
    add_int(e, group, "dot_macs", macs->dot_macs, e->mac);
    add_int(e, group, "conv_macs", macs->conv_macs, e->mac);
    add_int(e, group, "nki_macs", macs->nki_macs, e->mac);
    add_int(e, group, "other_macs", macs->other_macs, e->mac);
    add_ratio(e, group, "nki_ratio", macs->nki_ratio);
    add_int(e, group, "ragged_macs", macs->ragged_macs, e->mac);
    add_int(e, group, "custom_matmul_macs", macs->custom_matmul_macs, e->mac);
    add_int(e, group, "unknown_trip_counts", macs->unknown_trip_counts, e->plain);
}

static void put_xla(struct entry *e, struct nkb_value *entry)
{
    const struct nkb_xla_cost *xla = &e->module->xla;
    if (e->unread || !e->module->has_xla) {
        add_absent(e, entry, "xla", e->unread ? e->unread : why(e, e->module->why_no_xla));
        return;
    }
    struct nkb_value *group = add_group(e, entry, "xla", NKB_OBJECT, XLA_MEMBERS);
    add_int(e, group, "flops", xla->flops, e->flop);
    add_int(e, group, "transcendentals", xla->transcendentals, e->plain);
    add_int(e, group, "bytes", xla->bytes, e->byte);
    add_int(e, group, "unknown_calls", xla->unknown_calls, e->plain);
}

static void put_size(struct entry *e, struct nkb_value *entry, const char *name, int64_t count)
{
    if (e->unread)
        add_absent(e, entry, name, e->unread);
    else
        add_int(e, entry, name, count, e->plain);
}

static void put_loop(struct entry *e, struct nkb_value *list, const struct nkb_loop *loop)
{
    static const struct nkb_note unknown = {.why = "not known: counted as one trip"};
    static const struct nkb_note known = {.why = "its trip count is known"};
    static const char *const how[] = {
        [NKB_TRIP_ANNOTATED] = "annotated",
        [NKB_TRIP_INFERRED] = "inferred",
        [NKB_TRIP_UNKNOWN] = "unknown",
    };
    struct nkb_value *item = add_group(e, list, "", NKB_OBJECT, LOOP_MEMBERS);
    add_text(e, item, "name", loop->name);
    if (loop->how == NKB_TRIP_UNKNOWN)
        add_absent(e, item, "trip_count", &unknown);
    else
        add_int(e, item, "trip_count", loop->trip_count, NULL);
    add_text(e, item, "how", nkb_str_from(how[loop->how]));
    if (loop->why)
        add_text(e, item, "why", nkb_str_from(loop->why));
    else
        add_absent(e, item, "why", &known);
}

static void put_lists(struct entry *e, struct nkb_value *entry)
{
    const struct nkb_module *module = e->module;
    struct nkb_value *list;
    if (e->unread || module->why_no_loops) {
        add_absent(e, entry, "loops", e->unread ? e->unread : why(e, module->why_no_loops));
    } else {
        list = add_group(e, entry, "loops", NKB_ARRAY, module->loop_count);
        for (uint32_t i = 0; i < module->loop_count; i++)
            put_loop(e, list, &module->loops[i]);
    }
    list = add_group(e, entry, "diagnostics", NKB_ARRAY, module->diagnostic_count);
    for (uint32_t i = 0; i < module->diagnostic_count; i++)
        add_text(e, list, "", nkb_str_from(module->diagnostics[i]));
}

struct nkb_value *nkb_hlo_entry(struct nkb_arena *arena, const struct nkb_module *module,
                                bool counted)
{
    static const struct nkb_note no_module = {.why = "the path names no MODULE_…"};
    static const struct nkb_note no_compiler = {.why = "the path names no neuronxcc-…"};
    static const struct nkb_note no_role = {.why = "the path tells no role"};
    static const struct nkb_note no_error = {.why = "the file was read and counted"};
    static const struct nkb_note no_earlier = {.why = "no earlier file is the same"};
    struct entry e = {.arena = arena, .module = module};
    struct nkb_value *entry = make_group(&e, NKB_OBJECT, ENTRY_MEMBERS);
    e.plain = unit(&e, NULL);
    e.mac = unit(&e, "MAC");
    e.flop = unit(&e, "FLOP");
    e.byte = unit(&e, "B");
    e.unread = module->ok ? NULL : why(&e, module->error);

    add_text(&e, entry, "path", module->path);
    add_text(&e, entry, "file_name", module->file_name);
    /* These two are parts of the path, which are not terminated. */
    add_text_or(&e, entry, "module_name", nkb_arena_copy(arena, module->module_name), &no_module);
    add_text_or(&e, entry, "compiler_version", nkb_arena_copy(arena, module->compiler_version),
                &no_compiler);
    add_text_or(&e, entry, "role", nkb_str_from(module->role), &no_role);
    if (e.unread)
        add_absent(&e, entry, "form", e.unread);
    else
        add_text(&e, entry, "form", nkb_str_from(form_name(module->form)));
    add_text(&e, entry, "status", nkb_str_from(module->ok ? "ok" : "error"));
    add_text_or(&e, entry, "error", nkb_str_from(module->ok ? NULL : module->error), &no_error);
    add_bool(&e, entry, "failed_compile", module->failed_compile);
    add_bool(&e, entry, "locked", module->locked);
    add_text_or(&e, entry, "duplicate_of", module->duplicate_of, &no_earlier);
    add_bool(&e, entry, "stale", module->stale);
    add_bool(&e, entry, "counted", counted);
    put_static(&e, entry);
    put_executed(&e, entry);
    put_xla(&e, entry);
    put_size(&e, entry, "computations", module->computations);
    put_size(&e, entry, "instructions", module->instructions);
    put_lists(&e, entry);
    return nkb_arena_failed(arena) ? NULL : entry;
}
