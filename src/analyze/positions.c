/* Counting lattice points. XLA walks kernel x output positions; a hostile window of 2^60 would walk
 * for ever, so we solve the congruence for all points at once: they form a plane lattice
 *     k = k0 + G x,   o = c + d x + B y,   i = e + f x + S y        (x, y integers)
 * and the bounds on o and i become, for each x, an interval of y between straight lines. Between
 * the points where two lines cross the same pair bounds y, and a sum of ceilings along a line is
 * Euclid's algorithm (the "floor sum"). Every step is checked: what does not fit 127 bits is no
 * result. */
#include "analyze/positions.h"

/* A bound on y: the quotient (at_zero + slope * x) / over, over > 0. */
struct line {
    nkb_i128 at_zero, slope, over;
};

static nkb_i128 floor_div(nkb_i128 a, nkb_i128 b) /* b > 0 */
{
    return a / b - (a % b < 0); /* NOLINT(clang-analyzer-core.DivideZero): an over is never 0 */
}

static nkb_i128 modulo(nkb_i128 a, nkb_i128 b) /* in 0 … b-1 */
{
    nkb_i128 rest = a % b;
    return rest < 0 ? rest + b : rest;
}

static nkb_i128 gcd(nkb_i128 a, nkb_i128 b)
{
    while (b != 0) {
        nkb_i128 rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* The inverse of a modulo m, which have no common divisor; 0 when m is 1. */
static nkb_i128 inverse(nkb_i128 a, nkb_i128 m)
{
    nkb_i128 r0 = m, r1 = modulo(a, m), t0 = 0, t1 = 1;
    while (r1 != 0) {
        nkb_i128 q = r0 / r1, r = r0 - q * r1, t = t0 - q * t1;
        r0 = r1;
        r1 = r;
        t0 = t1;
        t1 = t;
    }
    return modulo(t0, m);
}

static bool add_product(nkb_i128 *sum, nkb_i128 a, nkb_i128 b)
{
    nkb_i128 product;
    return nkb_i128_mul(a, b, &product) && nkb_i128_add(*sum, product, sum);
}

/* Sum of floor((a x + b) / m) over 0 <= x < n. */
static bool floor_sum(nkb_i128 n, nkb_i128 m, nkb_i128 a, nkb_i128 b, nkb_i128 *out)
{
    nkb_i128 sum = 0;
    while (n > 0) {
        nkb_i128 qa = floor_div(a, m), qb = floor_div(b, m), pairs, top;
        if (!nkb_i128_mul(n, n - 1, &pairs) || !add_product(&sum, pairs / 2, qa) ||
            !add_product(&sum, n, qb))
            return false;
        a -= qa * m;
        b -= qb * m;
        top = b;
        if (!add_product(&top, a, n))
            return false;
        /* What is left is the points under the line: turn the axes round and count them by rows. */
        n = top / m;
        b = top % m;
        nkb_i128 swap = a;
        a = m;
        m = swap;
    }
    *out = sum;
    return true;
}

/* Sum of the line's ceilings over first <= x < end. */
static bool ceil_sum(const struct line *line, nkb_i128 first, nkb_i128 end, nkb_i128 *out)
{
    nkb_i128 start = line->at_zero;
    return add_product(&start, line->slope, first) && nkb_i128_add(start, line->over - 1, &start) &&
           floor_sum(end - first, line->over, line->slope, start, out);
}

/* (a - b) * a.over * b.over as at_zero + slope * x. */
static bool difference(const struct line *a, const struct line *b, nkb_i128 *at_zero,
                       nkb_i128 *slope)
{
    *at_zero = 0;
    *slope = 0;
    return add_product(at_zero, a->at_zero, b->over) &&
           add_product(at_zero, -b->at_zero, a->over) && add_product(slope, a->slope, b->over) &&
           add_product(slope, -b->slope, a->over);
}

/* The sign of a - b at x. */
static bool compare(const struct line *a, const struct line *b, nkb_i128 x, int *sign)
{
    nkb_i128 at_zero, slope;
    if (!difference(a, b, &at_zero, &slope) || !add_product(&at_zero, slope, x))
        return false;
    *sign = (at_zero > 0) - (at_zero < 0);
    return true;
}

enum { MAX_STARTS = 5 }; /* x = 0 and four crossings */

/* Put the first x behind the crossing of a and b among the sorted starts, if it lies below end. */
static bool add_crossing(const struct line *a, const struct line *b, nkb_i128 end,
                         nkb_i128 starts[MAX_STARTS], int *count)
{
    nkb_i128 at_zero, slope;
    if (!difference(a, b, &at_zero, &slope))
        return false;
    if (slope == 0)
        return true;
    nkb_i128 x = slope > 0 ? floor_div(-at_zero, slope) + 1 : floor_div(at_zero, -slope) + 1;
    if (x <= 0 || x >= end)
        return true;
    int at = (*count)++;
    for (; at > 0 && starts[at - 1] > x; at--)
        starts[at] = starts[at - 1];
    starts[at] = x;
    return true;
}

/* Sum over 0 <= x < end of the integers y with both lower <= y and y < both upper. lower[j] and
 * upper[j] are parallel, lower[j] the smaller. */
static bool count_between(const struct line lower[2], const struct line upper[2], nkb_i128 end,
                          nkb_i128 *out)
{
    nkb_i128 starts[MAX_STARTS] = {0}, sum = 0;
    int count = 1;
    if (!add_crossing(&lower[0], &lower[1], end, starts, &count) ||
        !add_crossing(&upper[0], &upper[1], end, starts, &count) ||
        !add_crossing(&upper[0], &lower[1], end, starts, &count) ||
        !add_crossing(&upper[1], &lower[0], end, starts, &count))
        return false;
    for (int j = 0; j < count; j++) {
        nkb_i128 first = starts[j], stop = j + 1 < count ? starts[j + 1] : end, high, low;
        int lower_sign, upper_sign, open;
        if (!compare(&lower[0], &lower[1], first, &lower_sign) ||
            !compare(&upper[0], &upper[1], first, &upper_sign))
            return false;
        const struct line *bottom = &lower[lower_sign < 0], *top = &upper[upper_sign > 0];
        if (!compare(top, bottom, first, &open))
            return false;
        if (open <= 0 || first == stop)
            continue;
        if (!ceil_sum(top, first, stop, &high) || !ceil_sum(bottom, first, stop, &low) ||
            !nkb_i128_add(sum, high - low, &sum))
            return false;
    }
    *out = sum;
    return true;
}

bool nkb_positions_count(const struct nkb_hlo_window_dim *window, int64_t kernel, int64_t output,
                         int64_t input, nkb_i128 *out)
{
    nkb_i128 stride = window->stride, dilation = window->window_dilation,
             base = window->base_dilation, padding = window->padding_low;
    if (stride < 1 || dilation < 1 || base < 1 || kernel < 0 || output < 0 || input < 0)
        return false;
    *out = 0;
    if (kernel == 0 || output == 0 || input == 0)
        return true;
    /* stride o + dilation k = padding (mod base): first the k that have any o … */
    nkb_i128 g = gcd(stride, base), h = gcd(dilation, g), k_step = g / h;
    if (padding % h != 0)
        return true;
    nkb_i128 k0 = modulo(modulo(padding / h, k_step) * inverse(dilation / h, k_step), k_step);
    if (k0 >= kernel)
        return true;
    nkb_i128 x_end = (kernel - 1 - k0) / k_step + 1;
    /* … then o by x and y, and i with them. */
    nkb_i128 o_step = base / g, i_step = stride / g, stride_inverse = inverse(i_step, o_step);
    nkb_i128 rest = modulo((padding - dilation * k0) / g, o_step);
    nkb_i128 c = modulo(stride_inverse * rest, o_step);
    nkb_i128 d = modulo(-stride_inverse * modulo(dilation / h, o_step), o_step);
    nkb_i128 e = -padding, f = 0;
    if (!add_product(&e, stride, c) || !add_product(&e, dilation, k0) ||
        !add_product(&f, stride, d) || !add_product(&f, dilation, k_step))
        return false;
    e /= base;
    f /= base;
    const struct line lower[2] = {{-c, -d, o_step}, {-e, -f, i_step}};
    const struct line upper[2] = {{output - c, -d, o_step}, {input - e, -f, i_step}};
    return count_between(lower, upper, x_end, out);
}
