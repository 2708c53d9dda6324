/* The tree m.hlo: totals are sums over the modules that count, in path order, in exact integers. A
 * total that a module has no part of its own for is absent and names the module; an empty module
 * executes nothing and leaves every total as it is. */
#include "analyze/hlo_entry.h"
#include "analyze/kernels.h"
#include "analyze/macs.h"
#include "analyze/module.h"

struct totals {
    struct nkb_arena *arena;
    const char *source;
    int64_t files, failed;
    const struct nkb_module **counted;
    size_t count;
    const char *why_no_executed, *why_no_xla; /* of a total; NULL: there is one */
};

/* Upstream reads bare protobufs only; what else lies in a folder is a failed file to it. */
static bool enters(const struct nkb_module *module, const struct nkb_hlo_totals_options *options)
{
    return module->ok && (module->form == NKB_FORM_PROTO || module->named || options->any_form);
}

static bool left_out(const struct nkb_module *module, const struct nkb_hlo_totals_options *options)
{
    return options->dedupe && module->duplicate_of.len > 0;
}

/* Why a total is missing when `lacking` of the modules, `first` to begin with, have no part. */
static const char *missing_part(const struct totals *totals, const char *what, size_t lacking,
                                const struct nkb_module *first, const char *why)
{
    if (lacking == 0)
        return NULL;
    const char *text = nkb_arena_printf(totals->arena, "%zu of %zu modules %s no %s: %.*s: %s",
                                        lacking, totals->count, lacking == 1 ? "has" : "have", what,
                                        NKB_STR_ARG(first->path), why);
    return text ? text : "";
}

bool nkb_hlo_counts(const struct nkb_module *module, const struct nkb_hlo_totals_options *options)
{
    return enters(module, options) && !left_out(module, options);
}

static void select_modules(struct totals *totals, const struct nkb_module *modules, size_t count,
                           const struct nkb_hlo_totals_options *options)
{
    const struct nkb_module *unexecuted = NULL, *uncosted = NULL;
    size_t unexecuted_count = 0, uncosted_count = 0;

    totals->counted = nkb_arena_array(totals->arena, count, sizeof(struct nkb_module *));
    for (size_t i = 0; totals->counted && i < count; i++) {
        const struct nkb_module *module = &modules[i];
        if (left_out(module, options))
            continue;
        totals->files++;
        if (!enters(module, options)) {
            totals->failed++;
            continue;
        }
        totals->counted[totals->count++] = module;
        if (module->computations == 0)
            continue;
        if (!module->has_executed && unexecuted_count++ == 0)
            unexecuted = module;
        if (!module->has_xla && uncosted_count++ == 0)
            uncosted = module;
    }
    totals->why_no_executed = missing_part(totals, "executed count", unexecuted_count, unexecuted,
                                           unexecuted ? unexecuted->why_no_executed : NULL);
    totals->why_no_xla = missing_part(totals, "cost", uncosted_count, uncosted,
                                      uncosted ? uncosted->why_no_xla : NULL);
}

static void put_ratio(const struct totals *totals, struct nkb_value *group, nkb_i128 part,
                      nkb_i128 whole, const char *why)
{
    int64_t a, b;
    if (!why && !(nkb_i128_fits(part, &a) && nkb_i128_fits(whole, &b)))
        why = NKB_BEYOND_63_BITS;
    if (why)
        nkb_metric_absent(totals->arena, group, "nki_ratio", why);
    else
        nkb_metric_float(totals->arena, group, "nki_ratio", nkb_macs_ratio(a, b), NULL,
                         totals->source);
}

static void put_static(const struct totals *totals, struct nkb_value *hlo)
{
    struct nkb_value *group = nkb_metric_group(totals->arena, hlo, "static");
    nkb_i128 macs = 0, nki_macs = 0;
    double sum = 0, min = 0, max = 0;
    int64_t with_ratio = 0;

    for (size_t i = 0; i < totals->count; i++) {
        const struct nkb_static_macs *part = &totals->counted[i]->static_macs;
        macs += part->macs; /* 2^63 times 2^64 modules at the most */
        nki_macs += part->nki_macs;
        double ratio = part->nki_ratio;
        if (!(ratio > 0))
            continue;
        sum += ratio;
        min = with_ratio == 0 || ratio < min ? ratio : min;
        max = with_ratio == 0 || ratio > max ? ratio : max;
        with_ratio++;
    }
    nkb_metric_count(totals->arena, group, "macs", macs, "MAC", totals->source, NULL);
    nkb_metric_count(totals->arena, group, "nki_macs", nki_macs, "MAC", totals->source, NULL);
    put_ratio(totals, group, nki_macs, macs, NULL);
    nkb_metric_float(totals->arena, group, "mean_ratio",
                     with_ratio > 0 ? sum / (double)with_ratio : 0.0, NULL, totals->source);
    nkb_metric_float(totals->arena, group, "min_ratio", min, NULL, totals->source);
    nkb_metric_float(totals->arena, group, "max_ratio", max, NULL, totals->source);
}

static void put_executed(const struct totals *totals, struct nkb_value *hlo)
{
    struct nkb_value *group = nkb_metric_group(totals->arena, hlo, "executed");
    const char *why = totals->why_no_executed;
    nkb_i128 macs = 0, dot = 0, conv = 0, nki = 0, other = 0, ragged = 0, matmul = 0, unknown = 0;

    for (size_t i = 0; i < totals->count; i++) {
        const struct nkb_executed_macs *part = &totals->counted[i]->executed;
        if (!totals->counted[i]->has_executed)
            continue;
        macs += part->macs;
        dot += part->dot_macs;
        conv += part->conv_macs;
        nki += part->nki_macs;
        other += part->other_macs;
        ragged += part->ragged_macs;
        matmul += part->custom_matmul_macs;
        unknown += part->unknown_trip_counts;
    }
    struct nkb_arena *arena = totals->arena;
    const char *source = totals->source;
    nkb_metric_count(arena, group, "macs", macs, "MAC", source, why);
    nkb_metric_count(arena, group, "dot_macs", dot, "MAC", source, why);
    nkb_metric_count(arena, group, "conv_macs", conv, "MAC", source, why);
    nkb_metric_count(arena, group, "nki_macs", nki, "MAC", source, why);
    nkb_metric_count(arena, group, "other_macs", other, "MAC", source, why);
    put_ratio(totals, group, nki, macs, why);
    nkb_metric_count(arena, group, "ragged_macs", ragged, "MAC", source, why);
    nkb_metric_count(arena, group, "custom_matmul_macs", matmul, "MAC", source, why);
    nkb_metric_count(arena, group, "unknown_trip_counts", unknown, NULL, source, why);
}

static void put_xla(const struct totals *totals, struct nkb_value *hlo)
{
    struct nkb_value *group = nkb_metric_group(totals->arena, hlo, "xla");
    const char *why = totals->why_no_xla, *source = totals->source;
    nkb_i128 flops = 0, transcendentals = 0, bytes = 0, unknown = 0;

    for (size_t i = 0; i < totals->count; i++) {
        const struct nkb_xla_cost *part = &totals->counted[i]->xla;
        if (!totals->counted[i]->has_xla)
            continue;
        flops += part->flops;
        transcendentals += part->transcendentals;
        bytes += part->bytes;
        unknown += part->unknown_calls;
    }
    nkb_metric_count(totals->arena, group, "flops", flops, "FLOP", source, why);
    nkb_metric_count(totals->arena, group, "transcendentals", transcendentals, NULL, source, why);
    nkb_metric_count(totals->arena, group, "bytes", bytes, "B", source, why);
    nkb_metric_count(totals->arena, group, "unknown_calls", unknown, NULL, source, why);
}

static void put_kernel(const struct totals *totals, struct nkb_value *list,
                       const struct nkb_kernel *kernel, const char *why)
{
    struct nkb_arena *arena = totals->arena;
    struct nkb_value *item = nkb_value_object(arena);
    /* An NKI kernel without a number counts 0, and cost_known says so. */
    bool nki = nkb_site_custom_kind(kernel->target) == NKB_SITE_NKI;
    const char *no_macs = nki || kernel->cost_known ? NULL : "the call states no MACs";

    if (kernel->name.len > 0)
        nkb_metric_string(arena, item, "name", kernel->name, NULL);
    else
        nkb_metric_absent(arena, item, "name", "the call's backend_config names no function");
    nkb_metric_string(arena, item, "target", kernel->target, NULL);
    nkb_metric_int(arena, item, "sites", kernel->sites, NULL, totals->source);
    nkb_metric_count(arena, item, "calls", kernel->calls, NULL, totals->source, why);
    nkb_metric_count(arena, item, "macs", kernel->macs, "MAC", totals->source, no_macs);
    nkb_metric_count(arena, item, "executed_macs", kernel->executed_macs, "MAC", totals->source,
                     no_macs ? no_macs : why);
    nkb_metric_bool(arena, item, "cost_known", kernel->cost_known, NULL);
    nkb_metric_count(arena, item, "reachable_sites", kernel->reachable_sites, NULL, totals->source,
                     why);
    if (nki)
        nkb_metric_text(arena, item, "config",
                        kernel->cost_known   ? "ok"
                        : kernel->unreadable ? "unreadable"
                                             : "no mac_count",
                        totals->source);
    else
        nkb_metric_absent(arena, item, "config", "only NKI kernels state a mac_count");
    nkb_value_append(arena, list, item);
}

static void put_kernels(const struct totals *totals, struct nkb_value *hlo)
{
    struct nkb_value *list = nkb_metric_list(totals->arena, hlo, "kernels");
    size_t count = 0, at = 0;
    for (size_t i = 0; i < totals->count; i++)
        count += totals->counted[i]->kernel_count;
    struct nkb_kernel *rows = nkb_arena_array(totals->arena, count, sizeof *rows);
    if (!rows)
        return;
    for (size_t i = 0; i < totals->count; i++)
        for (uint32_t k = 0; k < totals->counted[i]->kernel_count; k++)
            rows[at++] = totals->counted[i]->kernels[k];
    const char *why = totals->why_no_executed;
    if (!nkb_kernels_merge(rows, &count) && !why)
        why = NKB_BEYOND_63_BITS;
    for (size_t i = 0; i < count; i++)
        put_kernel(totals, list, &rows[i], why);
}

struct op_sums {
    nkb_i128 count, flops, transcendentals, bytes, executed_flops;
    bool executed_unknown;
};

static void put_ops(const struct totals *totals, struct nkb_value *hlo)
{
    struct nkb_arena *arena = totals->arena;
    struct nkb_value *list = nkb_metric_list(arena, hlo, "ops");
    struct op_sums sums[NKB_HLO_OPCODE_COUNT + 1] = {0};
    const char *why = totals->why_no_xla;
    const char *why_executed =
        totals->why_no_executed ? totals->why_no_executed : NKB_BEYOND_63_BITS;

    for (size_t i = 0; i < totals->count; i++) {
        const struct nkb_module *module = totals->counted[i];
        for (uint32_t k = 0; k < module->op_count; k++) {
            const struct nkb_op *op = &module->ops[k];
            struct op_sums *sum = &sums[op->opcode];
            sum->count += op->count;
            sum->flops += op->flops;
            sum->transcendentals += op->transcendentals;
            sum->bytes += op->bytes;
            sum->executed_flops += op->executed_flops;
            sum->executed_unknown = sum->executed_unknown || !op->has_executed_flops;
        }
    }
    for (int i = 0; i <= NKB_HLO_OPCODE_COUNT; i++) {
        const struct op_sums *sum = &sums[i];
        if (sum->count == 0)
            continue;
        struct nkb_value *item = nkb_value_object(arena);
        nkb_metric_text(arena, item, "opcode", nkb_hlo_opcode_name((enum nkb_hlo_opcode)i), NULL);
        nkb_metric_count(arena, item, "count", sum->count, NULL, totals->source, NULL);
        nkb_metric_count(arena, item, "flops", sum->flops, "FLOP", totals->source, why);
        nkb_metric_count(arena, item, "transcendentals", sum->transcendentals, NULL, totals->source,
                         why);
        nkb_metric_count(arena, item, "bytes", sum->bytes, "B", totals->source, why);
        nkb_metric_count(arena, item, "executed_flops", sum->executed_flops, "FLOP", totals->source,
                         why                     ? why
                         : sum->executed_unknown ? why_executed
                                                 : NULL);
        nkb_value_append(arena, list, item);
    }
}

struct entries {
    const struct nkb_module *modules;
    struct nkb_hlo_totals_options options;
};

static struct nkb_value *make_entry(const void *context, size_t i, struct nkb_arena *arena)
{
    const struct entries *entries = context;
    return nkb_hlo_entry(arena, &entries->modules[i],
                         nkb_hlo_counts(&entries->modules[i], &entries->options));
}

/* A tree of each would take many times what its module does. */
static void put_modules(struct nkb_arena *arena, struct nkb_value *hlo,
                        const struct nkb_module *modules, size_t count,
                        const struct nkb_hlo_totals_options *options)
{
    struct entries *entries = nkb_arena_alloc(arena, sizeof *entries);
    if (!entries)
        return;
    *entries = (struct entries){modules, *options};
    nkb_value_put(arena, hlo, "modules", nkb_value_made_list(arena, count, make_entry, entries));
}

struct nkb_value *nkb_hlo_metrics(struct nkb_arena *arena, const struct nkb_module *modules,
                                  size_t count, const struct nkb_hlo_totals_options *options)
{
    struct totals totals = {.arena = arena};
    struct nkb_value *hlo = nkb_value_object(arena);

    select_modules(&totals, modules, count, options);
    totals.source = nkb_arena_printf(arena, "%zu module%s in %s", totals.count,
                                     totals.count == 1 ? "" : "s", options->source);
    nkb_metric_int(arena, hlo, "files", totals.files, NULL, options->source);
    nkb_metric_int(arena, hlo, "failed", totals.failed, NULL, options->source);
    put_static(&totals, hlo);
    put_executed(&totals, hlo);
    put_xla(&totals, hlo);
    nkb_value_locate_all(arena, hlo, options->source, NULL);
    put_modules(arena, hlo, modules, count, options);
    put_kernels(&totals, hlo);
    put_ops(&totals, hlo);
    return hlo;
}
