/* Any HLO that can be read is put together by every dimension, now and then on several threads: the
 * groups add up to the module's counts whatever it is. */
#include <stdint.h>
#include <stdlib.h>

#include "analyze/module.h"
#include "input/hlo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(const struct nkb_groups *groups, enum nkb_figure figure, nkb_i128 want)
{
    nkb_i128 sum = groups->has_rest ? groups->rest.figures[figure] : 0;
    uint32_t absent = groups->has_rest ? groups->rest.absent : 0;
    for (uint32_t i = 0; i < groups->count; i++) {
        sum += groups->at[i].figures[figure];
        absent |= groups->at[i].absent;
    }
    if ((absent >> figure & 1) == 0 && sum != want)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct nkb_attribution by = {.dimensions = (1 << NKB_DIMENSIONS) - 1,
                                       .depth = (uint32_t)(size % 4),
                                       .top = 3,
                                       .sort = NKB_FIG_MACS,
                                       .threads = size % 8 == 0 ? 3 : 1};
    struct nkb_arena scratch = NKB_ARENA_INIT, keep = NKB_ARENA_INIT;
    struct nkb_module m = {0};
    struct nkb_err err = {0};
    struct nkb_hlo hlo;

    if (nkb_hlo_read_bytes((struct nkb_str){(const char *)data, size}, &scratch, &hlo, &err) == 0 &&
        nkb_module_analyze_by(&hlo, &by, &keep, &m, &err) == 0)
        for (int d = 0; d < NKB_DIMENSIONS; d++) {
            expect(&m.groups[d], NKB_FIG_INSTRUCTIONS, m.instructions);
            expect(&m.groups[d], NKB_FIG_STATIC_MACS, m.static_macs.macs);
            if (m.has_executed)
                expect(&m.groups[d], NKB_FIG_MACS, m.executed.macs);
            if (m.has_xla)
                expect(&m.groups[d], NKB_FIG_XLA_FLOPS,
                       (nkb_i128)m.xla.flops + m.xla.unknown_calls);
        }
    nkb_arena_free(&scratch);
    nkb_arena_free(&keep);
    return 0;
}
