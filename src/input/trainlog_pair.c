/* The "key=value" and "key : value" pairs of a training log.
 *
 * A key counts only when it stands by itself: what precedes it is a space, a comma, a bracket, a
 * bar or a quote. "val_loss=2.8-step=1999" inside a checkpoint's path is therefore none, nor is
 * min_lr one. A value is the longest run of bytes up to such a separator, and all of it must be a
 * number. */
#include "input/trainlog_line.h"

#include <math.h>
#include <string.h>

#include "base/num.h"
#include "input/trainlog_number.h"

struct nkb_log_name {
    const char *text;
    unsigned char length;
    unsigned char key;
};

/* Together stand those that end in one letter, so that find_name looks at these alone. */
static const struct nkb_log_name names[] = {
    {"reduced_train_loss", 18, NKB_LOG_REDUCED_TRAIN_LOSS},
    {"step_loss", 9, NKB_LOG_STEP_LOSS},
    {"loss", 4, NKB_LOG_LOSS},
    {"val_loss", 8, NKB_LOG_VAL_LOSS},
    {"consumed_samples", 16, NKB_LOG_SAMPLES},
    {"train_step_timing in s", 22, NKB_LOG_TRAIN_STEP_TIMING},
    {"throughput", 10, NKB_LOG_THROUGHPUT},
    {"throughput_peak", 15, NKB_LOG_THROUGHPUT_PEAK},
    {"thoughput_peak", 14, NKB_LOG_THROUGHPUT_PEAK},
    {"samples/sec", 11, NKB_LOG_SAMPLES_PER_SEC},
    {"lr", 2, NKB_LOG_LEARNING_RATE},
    {"learning_rate", 13, NKB_LOG_LEARNING_RATE},
    {"iteration_time", 14, NKB_LOG_ITERATION_TIME},
    {"step_time", 9, NKB_LOG_STEP_TIME},
    {"gradient_norm", 13, NKB_LOG_GRADIENT_NORM},
    {"grad_norm", 9, NKB_LOG_GRADIENT_NORM},
    {"parameter_norm", 14, NKB_LOG_PARAMETER_NORM},
    {"global_step", 11, NKB_LOG_STEP},
    {"epoch", 5, NKB_LOG_EPOCH},
};

/* Whole numbers up to here are exact in a double. */
#define MOST_WHOLE 9007199254740992.0

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* The names that end in a letter: the first of them, and how many. */
static const struct {
    unsigned char first, count;
} endings[256] = {
    ['s'] = {0, 6},  ['t'] = {6, 1},  ['k'] = {7, 2},  ['c'] = {9, 1},  ['r'] = {10, 1},
    ['e'] = {11, 3}, ['m'] = {14, 3}, ['p'] = {17, 1}, ['h'] = {18, 1},
};

static const struct nkb_log_name *find_name(const char *start, const char *end)
{
    unsigned char last = (unsigned char)end[-1];
    const struct nkb_log_name *name = &names[endings[last].first];
    for (int left = endings[last].count; left > 0; left--, name++) {
        if (end - start < name->length || name->text[0] != end[-name->length] ||
            memcmp(end - name->length, name->text, name->length) != 0)
            continue;
        char before = end - start == name->length ? ' ' : end[-name->length - 1];
        if (nkb_log_separates(before) || before == ':')
            return name;
    }
    return NULL;
}

const char *nkb_log_number_read(const char *p, double *value, int *exponent)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    enum { MOST_POWER = 22 };
    bool negative = *p == '-';
    uint64_t whole = 0;

    p += negative || *p == '+';
    const char *digits = p;
    for (; nkb_log_is_digit(*p); p++)
        whole = whole * 10 + (uint64_t)(*p - '0');
    ptrdiff_t count = p - digits, power = 0;
    if (*p == '.') {
        digits = ++p;
        for (; nkb_log_is_digit(*p); p++)
            whole = whole * 10 + (uint64_t)(*p - '0');
        power = digits - p;
        count -= power;
    }
    if (count < 1 || count > NKB_LOG_WHOLE_DIGITS)
        return NULL;
    if (*p == 'e' || *p == 'E') {
        bool down = *++p == '-';
        int written = 0;
        p += down || *p == '+';
        if (!nkb_log_is_digit(*p))
            return NULL;
        for (; nkb_log_is_digit(*p) && written <= 2 * MOST_POWER; p++)
            written = written * 10 + (*p - '0');
        power += down ? -written : written;
        if (power < -MOST_POWER || power > MOST_POWER)
            return NULL;
    }
    /* One rounding: see nkb_log_decimal_read. */
    double size = power < 0 ? (double)whole / powers[-power] : (double)whole * powers[power];
    *value = negative ? -size : size;
    *exponent = (int)power;
    return p;
}

static bool read_number(struct nkb_str text, double *out)
{
    int ignored;
    return nkb_log_number_read(text.ptr, out, &ignored) == text.ptr + text.len ||
           nkb_parse_double(text, true, out);
}

/* As of nkb_log_number_read, for any number. */
static int64_t exponent_of(struct nkb_str text)
{
    enum { FAR_EXPONENT = 1000000 }; /* no line has so many decimals */
    int decimals = 0;
    int64_t exponent = 0;
    size_t whole = 0;
    while (whole < text.len && nkb_log_is_digit(text.ptr[whole]))
        whole++;
    for (size_t i = whole; i < text.len; i++) {
        if (text.ptr[i] == '.') {
            while (i + 1 < text.len && nkb_log_is_digit(text.ptr[i + 1])) {
                decimals++;
                i++;
            }
        } else if (text.ptr[i] == 'e' || text.ptr[i] == 'E') {
            nkb_parse_i64((struct nkb_str){text.ptr + i + 1, text.len - i - 1}, &exponent);
            break;
        }
    }
    if (exponent < -FAR_EXPONENT || exponent > FAR_EXPONENT)
        exponent = exponent < 0 ? -FAR_EXPONENT : FAR_EXPONENT;
    return exponent - decimals;
}

/* 1000 for 3, 0.01 for -2, 1 for 0. */
static double unit_of(int64_t exponent)
{
    double unit = 1;
    for (; exponent > 0 && unit < MOST_WHOLE; exponent--)
        unit *= 10;
    for (; exponent < 0 && unit > 1 / MOST_WHOLE; exponent++)
        unit /= 10;
    return unit;
}

static bool starts_like_a_number(const char *p, const char *end)
{
    double ignored;
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    if (p < end && *p == '.')
        p++;
    if (p == end)
        return false;
    if (nkb_log_is_digit(*p))
        return true;
    return (*p == 'n' || *p == 'N' || *p == 'i' || *p == 'I') && end - p >= 3 &&
           nkb_parse_double((struct nkb_str){p, 3}, true, &ignored);
}

/* Where any value at p ends; a record without a newline before it ends one, too. */
static const char *value_end(const char *p, const char *end)
{
    static const char *const openers[] = {"LOG ", "Epoch ", "Training "};
    const char *stop;
    for (stop = p; !nkb_log_value_ends(stop, end); stop++) {
        if (*stop != 'L' && *stop != 'E' && *stop != 'T')
            continue;
        for (size_t i = 0; i < sizeof openers / sizeof *openers; i++) {
            size_t n = strlen(openers[i]);
            if ((size_t)(end - stop) >= n && memcmp(stop, openers[i], n) == 0)
                return stop;
        }
    }
    return stop;
}

/* `exponent` is that of its last digit. */
static void take_value(double value, int64_t exponent, struct nkb_log_pair *out)
{
    if (nkb_log_is_whole(out->key)) {
        if (!(fabs(value) < MOST_WHOLE))
            return;
        if (out->key == NKB_LOG_STEP)
            out->unit = unit_of(exponent);
        value = trunc(value);
    }
    out->value = value;
    out->readable = true;
}

/* Any value at p, with what may stand around it. */
static bool read_any_value(const char *p, const char *end, struct nkb_log_pair *out)
{
    double value;
    if (!starts_like_a_number(p, end))
        return false;
    const char *stop = value_end(p, end);
    struct nkb_str number = {p, (size_t)(stop - p)};
    out->end = stop;

    /* The unit of a time, glued or behind a space: "30.8 s", "30829ms". */
    bool is_ms = false;
    if (nkb_log_has_unit(out->key)) {
        const char *unit = stop;
        while (unit < end && is_space(*unit))
            unit++;
        if (end - unit >= 2 && memcmp(unit, "ms", 2) == 0 &&
            (end - unit == 2 || nkb_log_separates(unit[2])))
            is_ms = true;
        else if (number.len > 2 && memcmp(stop - 2, "ms", 2) == 0) {
            number.len -= 2;
            is_ms = true;
        } else if (number.len > 1 && stop[-1] == 's') {
            number.len -= 1;
        }
    }
    /* A full stop that ends a sentence, the colon of a bar whose description ends in a value. */
    if (number.len > 1 && (number.ptr[number.len - 1] == '.' || number.ptr[number.len - 1] == ':'))
        number.len--;
    if (read_number(number, &value))
        take_value(is_ms ? value / 1000 : value, exponent_of(number), out);
    return true;
}

/* As nearly all values are: a number and nothing else. */
static bool read_value(const char *p, const char *end, struct nkb_log_pair *out)
{
    double value;
    int exponent;
    const char *stop = nkb_log_number_read(p, &value, &exponent);
    out->readable = false;
    if (!stop || !nkb_log_value_ends(stop, end) || nkb_log_has_unit(out->key))
        return read_any_value(p, end, out);
    out->end = stop;
    take_value(value, exponent, out);
    return true;
}

bool nkb_log_pair_read(const char *start, const char *separator, const char *end,
                       struct nkb_log_pair *out)
{
    const char *name_end = separator;
    while (name_end > start && is_space(name_end[-1]))
        name_end--;
    if (name_end > start && (name_end[-1] == '\'' || name_end[-1] == '"'))
        name_end--;
    if (name_end == start)
        return false;
    const struct nkb_log_name *name = find_name(start, name_end);
    if (!name)
        return false;

    const char *p = separator + 1;
    while (is_space(*p))
        p++;
    out->name = name;
    out->key = (enum nkb_log_key)name->key;
    out->value_at = p;
    if (!read_value(p, end, out))
        return false;
    out->text =
        (struct nkb_str){name_end - name->length, (size_t)(out->end - name_end) + name->length};
    return true;
}
