/* Positions of a window that meet an input: a walk, and sizes no walk would come back from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyze/positions.h"

static struct nkb_hlo_window_dim window_of(int64_t size)
{
    return (struct nkb_hlo_window_dim){
        .size = size, .stride = 1, .window_dilation = 1, .base_dilation = 1};
}

static int64_t walk_positions(const struct nkb_hlo_window_dim *w, int64_t kernel, int64_t output,
                              int64_t input)
{
    int64_t count = 0;
    for (int64_t k = 0; k < kernel; k++)
        for (int64_t o = 0; o < output; o++) {
            int64_t at = o * w->stride - w->padding_low + k * w->window_dilation;
            count += at >= 0 && at % w->base_dilation == 0 && at / w->base_dilation < input;
        }
    return count;
}

static void positions_equal_a_walk(void **state)
{
    (void)state;
    uint64_t seed = 88172645463325252u;
    for (int round = 0; round < 40000; round++) {
        int64_t pick[8];
        for (int i = 0; i < 8; i++) {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            pick[i] = (int64_t)(seed >> 33);
        }
        int64_t reach = round % 3 == 0 ? 40 : 12;
        struct nkb_hlo_window_dim w = {.stride = 1 + pick[0] % 12,
                                       .window_dilation = 1 + pick[1] % 12,
                                       .base_dilation = 1 + pick[2] % 12,
                                       .padding_low = pick[3] % (4 * reach) - 2 * reach};
        int64_t kernel = pick[4] % reach, output = pick[5] % reach, input = pick[6] % reach;
        nkb_i128 count;
        assert_true(nkb_positions_count(&w, kernel, output, input, &count));
        assert_int_equal((int64_t)count, walk_positions(&w, kernel, output, input));
    }
}

static void a_window_of_2_60_takes_no_time(void **state)
{
    (void)state;
    const int64_t huge = INT64_C(1) << 60;
    struct nkb_hlo_window_dim w = window_of(huge);
    nkb_i128 count;
    /* VALID: every kernel position of the one output meets an input. */
    assert_true(nkb_positions_count(&w, huge, 1, huge, &count) && count == huge);
    assert_true(nkb_positions_count(&w, 1, huge, huge, &count) && count == huge);
    /* SAME at full length: k + o - p in range, a hexagon. */
    w.padding_low = w.padding_high = 1 << 10;
    assert_true(nkb_positions_count(&w, 2049, huge, huge, &count));
    assert_true(count == (nkb_i128)2049 * huge - 1024 * 1025);
    w = (struct nkb_hlo_window_dim){.stride = 3, .window_dilation = 2, .base_dilation = 6};
    assert_true(nkb_positions_count(&w, 6000000, 1, 100000000, &count) && count == 2000000);
    /* All limits at their largest: the triangle k + o < 2^63 - 1. */
    const nkb_i128 most = INT64_MAX;
    w = window_of(1);
    assert_true(nkb_positions_count(&w, INT64_MAX, INT64_MAX, INT64_MAX, &count));
    assert_true(count == most * (most + 1) / 2);
    w.padding_low = INT64_MIN;
    assert_true(nkb_positions_count(&w, INT64_MAX, INT64_MAX, INT64_MAX, &count) && count == 0);
    assert_false(nkb_positions_count(&w, -1, 1, 1, &count));
    w.base_dilation = 0;
    assert_false(nkb_positions_count(&w, 1, 1, 1, &count));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(positions_equal_a_walk),
        cmocka_unit_test(a_window_of_2_60_takes_no_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
