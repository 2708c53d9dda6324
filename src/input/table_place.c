#include "input/table_place.h"

#include <stdarg.h>

#include "base/text.h"

int nkb_table_refuse(const char *path, const char *list, const struct nkb_table_place *place,
                     struct nkb_err *err, const char *format, ...)
{
    char shown[NKB_SHOWN_BYTES];
    va_list args;
    va_start(args, format);
    nkb_err_setv(err, NKB_EINPUT, format, args);
    va_end(args);

    if (!list && place->column > 0)
        nkb_err_prefix(err, "%s:%u:%u: ", path, place->line, place->column);
    else if (!list)
        nkb_err_prefix(err, "%s:%u: ", path, place->line);
    else if (place->key.len > 0)
        nkb_err_prefix(err, "%s: '%s[%zu].%s': ", path, list, place->element,
                       nkb_show(place->key, shown));
    else
        nkb_err_prefix(err, "%s: '%s[%zu]': ", path, list, place->element);
    return NKB_EINPUT;
}
