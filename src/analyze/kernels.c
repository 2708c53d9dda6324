/* Rows are made one a site, sorted, and added up in place, so the table's order and sums depend on
 * nothing but the module. */
#include "analyze/kernels.h"

#include <stdlib.h>

#include "analyze/work.h"

static int compare_rows(const void *left, const void *right)
{
    const struct nkb_kernel *a = left, *b = right;
    int order = nkb_str_compare(a->target, b->target);
    if (order == 0)
        order = nkb_str_compare(a->name, b->name);
    if (order == 0)
        order = (a->cost_known > b->cost_known) - (a->cost_known < b->cost_known);
    if (order == 0)
        order = (a->unreadable > b->unreadable) - (a->unreadable < b->unreadable);
    if (order == 0)
        order = (a->macs > b->macs) - (a->macs < b->macs);
    return order;
}

bool nkb_kernels_merge(struct nkb_kernel *rows, size_t *count)
{
    bool fits = true;
    size_t kept = 0;
    if (*count > 1)
        qsort(rows, *count, sizeof *rows, compare_rows);
    for (size_t i = 0; i < *count; i++) {
        struct nkb_kernel *to = kept > 0 ? &rows[kept - 1] : NULL;
        const struct nkb_kernel *from = &rows[i];
        if (!to || compare_rows(to, from) != 0) {
            rows[kept++] = *from;
            continue;
        }
        fits = nkb_i64_add(to->sites, from->sites, &to->sites) && fits;
        fits =
            nkb_i64_add(to->reachable_sites, from->reachable_sites, &to->reachable_sites) && fits;
        fits = nkb_i64_add(to->calls, from->calls, &to->calls) && fits;
        fits = nkb_i64_add(to->executed_macs, from->executed_macs, &to->executed_macs) && fits;
    }
    *count = kept;
    return fits;
}

static bool is_custom_call(enum nkb_site_kind kind)
{
    return kind == NKB_SITE_NKI || kind == NKB_SITE_CUSTOM_MATMUL || kind == NKB_SITE_CUSTOM_CALL;
}

bool nkb_kernel_call_macs(const struct nkb_sites *sites, const struct nkb_site *site, int64_t *out)
{
    const struct nkb_hlo_instruction *in = nkb_site_instruction(sites, site);
    const struct nkb_nki_config *nki = in->attrs ? in->attrs->nki : NULL;
    nkb_i128 macs = 0;
    bool known = site->kind == NKB_SITE_NKI
                     ? nki && nki->status == NKB_NKI_OK
                     : site->kind == NKB_SITE_CUSTOM_MATMUL &&
                           nkb_custom_matmul_macs(nkb_site_computation(sites, site), in, &macs);
    if (known && site->kind == NKB_SITE_NKI)
        macs = nki->mac_count;
    *out = 0;
    return known && nkb_i128_fits(macs, out);
}

/* One site's row; false when it is executed too often for 63 bits. */
static bool make_row(const struct nkb_sites *sites, const struct nkb_site *site,
                     const nkb_i128 *times, struct nkb_kernel *row)
{
    const struct nkb_hlo_attrs *attrs = nkb_site_instruction(sites, site)->attrs;
    *row = (struct nkb_kernel){.sites = 1};
    if (attrs)
        row->target = attrs->custom_call_target;
    if (site->kind == NKB_SITE_NKI && attrs && attrs->nki) {
        row->name = attrs->nki->func_name;
        row->unreadable = attrs->nki->status == NKB_NKI_UNREADABLE;
    }
    row->cost_known = nkb_kernel_call_macs(sites, site, &row->macs);
    if (!times || times[site->computation] == 0)
        return true;
    row->reachable_sites = 1;
    return nkb_i128_fits(times[site->computation], &row->calls) &&
           nkb_i64_mul(row->calls, row->macs, &row->executed_macs);
}

int nkb_kernels_tabulate(const struct nkb_sites *sites, const nkb_i128 *times,
                         struct nkb_arena *scratch, struct nkb_arena *keep,
                         struct nkb_module *module, const char **why, struct nkb_err *err)
{
    size_t count = 0, specials = sites->first_special[sites->hlo->computation_count];
    bool fits = true;
    for (size_t i = 0; i < specials; i++)
        count += is_custom_call(nkb_site_special(sites, i)->kind);
    struct nkb_kernel *rows = nkb_arena_array(scratch, count, sizeof *rows);
    if (!rows)
        return nkb_err_memory(err);

    const size_t all = count;
    count = 0;
    for (size_t i = 0; count < all; i++)
        if (is_custom_call(nkb_site_special(sites, i)->kind))
            fits = make_row(sites, nkb_site_special(sites, i), times, &rows[count++]) && fits;
    fits = nkb_kernels_merge(rows, &count) && fits;
    if (!fits)
        *why = "a custom-call is executed more often, or for more MACs, than 63 bits can hold";

    module->kernels = nkb_arena_array(keep, count, sizeof *module->kernels);
    if (!module->kernels)
        return nkb_err_memory(err);
    module->kernel_count = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        module->kernels[i] = rows[i];
        module->kernels[i].name = nkb_arena_copy(keep, rows[i].name);
        module->kernels[i].target = nkb_arena_copy(keep, rows[i].target);
    }
    return nkb_arena_failed(keep) ? nkb_err_memory(err) : 0;
}

/* Parts of names, in small letters: __cublas$gemm, __cudnn$convForward, __op$block_scaled_dot,
 * AwsNeuronMLPNKI, a future AwsNeuronCustomNativeKernelV2 … */
static const char *const multipliers[] = {"matmul", "gemm", "dot",       "convolution", "$conv",
                                          "mlp",    "fmha", "attention", "nativekernel"};

static char small(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool contains(struct nkb_str text, const char *part)
{
    size_t len = strlen(part);
    for (size_t at = 0; at + len <= text.len; at++) {
        size_t i = 0;
        while (i < len && small(text.ptr[at + i]) == part[i])
            i++;
        if (i == len)
            return true;
    }
    return false;
}

void nkb_kernels_note(const struct nkb_module *module, struct nkb_notes *notes)
{
    for (uint32_t i = 0; i < module->kernel_count; i++) {
        struct nkb_str target = module->kernels[i].target;
        char shown[NKB_SHOWN_BYTES];
        if (nkb_site_custom_kind(target) != NKB_SITE_CUSTOM_CALL)
            continue;
        for (size_t k = 0; k < sizeof multipliers / sizeof *multipliers; k++) {
            if (!contains(target, multipliers[k]))
                continue;
            nkb_notes_add(
                notes,
                "custom-call '%s' multiplies by its name, but its MACs are not known: counts 0",
                nkb_show(target, shown));
            break;
        }
    }
}
