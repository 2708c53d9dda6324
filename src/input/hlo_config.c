/* Both configs are scanned without a tree. What Python would raise an exception for counts as
 * unreadable wherever in the text it stands: a number of 5000 digits under another key, too. */
#include "input/hlo_config.h"

#include <math.h>

#include "input/json_scan.h"
#include "input/python_text.h"

enum { DOUBLE_INTEGER_BITS = 127 };

/* The last value of a key at the top of the object; text as the token's. */
struct member {
    enum nkb_json_token token; /* NKB_JSON_FAULT: the key is not there */
    struct nkb_str text;
};

struct config {
    bool is_object;
    struct member mac_count, func_name;
};

/* Digits of an integer of JSON; int() refuses more than 4300. */
static bool too_many_digits(struct nkb_str number)
{
    return number.len - (number.ptr[0] == '-') > NKB_PYTHON_INT_DIGITS;
}

/* All of the text must be good, also behind what we look for. */
static bool scan_config(struct nkb_json_scan *scan, struct config *config)
{
    struct member *wanted = NULL;

    for (;;) {
        enum nkb_json_token token = nkb_json_scan_next(scan);
        switch (token) {
        case NKB_JSON_FAULT:
            return false;
        case NKB_JSON_END:
            return true;
        case NKB_JSON_KEY:
            if (scan->depth != 1)
                continue;
            wanted = nkb_json_text_is(scan->text, "mac_count")   ? &config->mac_count
                     : nkb_json_text_is(scan->text, "func_name") ? &config->func_name
                                                                 : NULL;
            continue;
        case NKB_JSON_INTEGER:
            if (too_many_digits(scan->text)) {
                scan->fault = "a number of more than 4300 digits";
                return false;
            }
            break;
        case NKB_JSON_OBJECT:
            config->is_object = config->is_object || scan->depth == 1;
            break;
        default:
            break;
        }
        if (wanted) /* a value follows its key at once, before anything deeper */
            *wanted = (struct member){token, scan->text};
        wanted = NULL;
    }
}

/* int(value) */
static enum nkb_nki_status take_mac_count(const struct member *member, nkb_i128 *out,
                                          const char **why)
{
    double number;

    *why = "mac_count does not fit 127 bits";
    switch (member->token) {
    case NKB_JSON_FAULT:
        return NKB_NKI_NO_COUNT;
    case NKB_JSON_TRUE:
    case NKB_JSON_FALSE:
        *out = member->token == NKB_JSON_TRUE;
        return NKB_NKI_OK;
    case NKB_JSON_INTEGER:
    case NKB_JSON_STRING:
        switch (nkb_python_int(member->text, out, why)) {
        case NKB_PYTHON_INT_OK:
            return NKB_NKI_OK;
        case NKB_PYTHON_INT_TOO_LONG:
            *why = "mac_count does not fit 127 bits";
            return NKB_NKI_OVERFLOW;
        default:
            return NKB_NKI_UNREADABLE;
        }
    case NKB_JSON_FLOAT:
        if (nkb_parse_double(member->text, false, &number) && isfinite(number)) {
            if (fabs(number) >= ldexp(1, DOUBLE_INTEGER_BITS))
                return NKB_NKI_OVERFLOW;
            *out = (nkb_i128)number;
            return NKB_NKI_OK;
        }
        *why = "a number beyond all doubles";
        return NKB_NKI_UNREADABLE;
    case NKB_JSON_NOT_FINITE:
        *why = "NaN or Infinity";
        return NKB_NKI_UNREADABLE;
    case NKB_JSON_NULL:
        *why = "null";
        return NKB_NKI_UNREADABLE;
    default:
        *why = "a list or an object";
        return NKB_NKI_UNREADABLE;
    }
}

static bool take_func_name(const struct member *member, struct nkb_arena *arena,
                           struct nkb_str *out)
{
    struct nkb_buf name = NKB_BUF_INIT;

    if (member->token != NKB_JSON_STRING)
        return true;
    nkb_json_text_append(member->text, &name);
    *out = nkb_arena_keep(arena, &name);
    return out->ptr != NULL;
}

/* False: out of memory. */
static bool read_config(struct nkb_str json, struct nkb_arena *arena, struct nkb_nki_config *out)
{
    struct nkb_json_scan scan;
    struct config config = {.is_object = false};
    const char *why = NULL;

    nkb_json_scan_start(&scan, json);
    out->status = NKB_NKI_UNREADABLE;
    if (!scan_config(&scan, &config)) {
        out->why = nkb_arena_printf(arena, "not JSON: %s at byte %zu", scan.fault,
                                    (size_t)(scan.at - scan.start));
        return out->why != NULL;
    }
    if (!config.is_object) {
        out->why = "JSON, but no object";
        return true;
    }
    out->status = take_mac_count(&config.mac_count, &out->mac_count, &why);
    if (out->status == NKB_NKI_OVERFLOW)
        out->why = why;
    if (out->status == NKB_NKI_UNREADABLE)
        out->why = nkb_arena_printf(arena, "mac_count is %s; a number is expected", why);
    if (out->status != NKB_NKI_OK)
        out->mac_count = 0;
    return (out->status != NKB_NKI_UNREADABLE || out->why) &&
           take_func_name(&config.func_name, arena, &out->func_name);
}

struct nkb_nki_config *nkb_nki_config_read(struct nkb_str backend_config, struct nkb_arena *arena)
{
    struct nkb_nki_config *config = nkb_arena_alloc(arena, sizeof *config);
    struct nkb_buf bytes = NKB_BUF_INIT, scratch = NKB_BUF_INIT;
    struct nkb_str json;
    const char *why = NULL;
    bool memory = config != NULL;

    if (!config)
        return NULL;
    config->status = NKB_NKI_UNREADABLE;
    if (backend_config.len == 0)
        config->why = "no backend_config";
    else if (!nkb_python_base64(backend_config, &bytes, &why) ||
             !nkb_python_decode(nkb_buf_str(&bytes), &scratch, &json, &why)) {
        config->why = why;
        memory = !bytes.failed && !scratch.failed;
    } else
        memory = read_config(json, arena, config);
    nkb_buf_free(&bytes);
    nkb_buf_free(&scratch);
    return memory ? config : NULL;
}

/* A whole number of at least 0, as JSON number or (protobuf's JSON for 64 bits) string. */
static bool take_trips(const struct member *member, int64_t *out)
{
    double number;

    switch (member->token) {
    case NKB_JSON_INTEGER:
    case NKB_JSON_STRING:
        return nkb_parse_i64(member->text, out) && *out >= 0;
    case NKB_JSON_FLOAT: /* 7.0 is taken by protobuf's JSON, 7.5 is not */
        if (!nkb_parse_double(member->text, false, &number) || !(number >= 0) ||
            number > ldexp(1, 53) || floor(number) != number)
            return false;
        *out = (int64_t)number;
        return true;
    default:
        return false;
    }
}

bool nkb_trip_count_read(struct nkb_str backend_config, int64_t *trip_count)
{
    struct nkb_json_scan scan;
    struct member n = {.token = NKB_JSON_FAULT};
    bool known = false, inside = false, is_n = false;

    nkb_json_scan_start(&scan, backend_config);
    for (;;) {
        enum nkb_json_token token = nkb_json_scan_next(&scan);
        if (token == NKB_JSON_FAULT)
            return false;
        if (token == NKB_JSON_END)
            break;
        if (token == NKB_JSON_KEY) {
            if (scan.depth == 1)
                inside = nkb_json_text_is(scan.text, "known_trip_count");
            is_n = scan.depth == 2 && inside && nkb_json_text_is(scan.text, "n");
            continue;
        }
        if (inside && token == NKB_JSON_OBJECT && scan.depth == 2) {
            known = true;
            n.token = NKB_JSON_FAULT;
        }
        if (is_n)
            n = (struct member){token, scan.text};
        is_n = false;
    }
    if (!known)
        return false;
    if (n.token == NKB_JSON_FAULT) { /* protobuf's JSON leaves a zero out */
        *trip_count = 0;
        return true;
    }
    return take_trips(&n, trip_count);
}
