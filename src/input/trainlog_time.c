#include "input/trainlog_time.h"

#include <string.h>

static bool digits(const char *p, int count, int *out)
{
    int value = 0;
    for (int i = 0; i < count; i++) {
        if (p[i] < '0' || p[i] > '9')
            return false;
        value = value * 10 + (p[i] - '0');
    }
    *out = value;
    return true;
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar: years counted from March, so that the
 * leap day is a year's last and the months' lengths follow (153 m + 2) / 5. */
static int64_t day_number(int year, int month, int day)
{
    int64_t y = month > 2 ? year : year - 1;
    int64_t m = month > 2 ? month - 3 : month + 9;
    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

static bool compose(int year, int month, int day, const char *clock, int64_t *us_out)
{
    static const int month_days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int hour, minute, second;
    if (!digits(clock, 2, &hour) || clock[2] != ':' || !digits(clock + 3, 2, &minute) ||
        clock[5] != ':' || !digits(clock + 6, 2, &second))
        return false;
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > month_days[month - 1] ||
        hour > 23 || minute > 59 || second > 60)
        return false;
    int64_t seconds = day_number(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
    *us_out = seconds * 1000000;
    return true;
}

bool nkb_stamp_read(const char *p, const char *end, int64_t *us_out)
{
    enum { LENGTH = sizeof "2026-03-04 09:15:02" - 1 };
    int year, month, day;
    if (end - p < LENGTH || !digits(p, 4, &year) || p[4] != '-' || !digits(p + 5, 2, &month) ||
        p[7] != '-' || !digits(p + 8, 2, &day) || (p[10] != ' ' && p[10] != 'T') ||
        !compose(year, month, day, p + 11, us_out))
        return false;

    p += LENGTH;
    if (end - p < 2 || (*p != '.' && *p != ','))
        return true;
    int64_t unit = 100000;
    for (p++; p < end && *p >= '0' && *p <= '9'; p++, unit /= 10)
        *us_out += (*p - '0') * unit;
    return true;
}

bool nkb_ctime_read(const char *start, const char *colon, const char *end, int64_t *us_out)
{
    enum { BEFORE = sizeof "Sep 29 22" - 1, BEHIND = sizeof ":30:10 2022" - 1 };
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (colon - start < BEFORE || end - colon < BEHIND)
        return false;

    const char *p = colon - BEFORE;
    int month = 0, day, year;
    /* Most colons are those of a bar's clock: what is cheap to see is looked at first. */
    if (p[3] != ' ' || p[6] != ' ' || colon[6] != ' ' || !digits(colon + 7, 4, &year))
        return false;
    while (month < 12 && memcmp(p, months + 3 * month, 3) != 0)
        month++;
    if (month == 12)
        return false;
    /* ctime pads the day with a space. */
    if (!(p[4] == ' ' ? digits(p + 5, 1, &day) : digits(p + 4, 2, &day)))
        return false;
    return compose(year, month + 1, day, p + 7, us_out);
}
