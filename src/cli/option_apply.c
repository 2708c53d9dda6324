/* What giving an option does, wherever it was given: the program's own are kept, the others go to the
 * run as settings, parameters, or how a text is wanted. */
#include "cli/cli.h"

#include <string.h>

#include "base/num.h"
#include "base/text.h"

/* One of the words of choices? */
static bool is_choice(const char *choices, const char *value)
{
    size_t len = strlen(value);
    for (const char *at = choices; *at; at += strcspn(at, " "), at += *at == ' ')
        if (strcspn(at, " ") == len && strncmp(at, value, len) == 0)
            return true;
    return false;
}

/* A switch's text as "true" or NULL; any other value as it is. */
static int read_switch(struct cli *cli, const struct option *option, const char **value,
                       const char *origin)
{
    char shown[NKB_SHOWN_BYTES];
    bool on;

    if (option->metavar)
        return 0;
    if (!nkb_parse_bool(nkb_str_from(*value), &on))
        return nkb_err_set(&cli->err, NKB_EUSAGE, "%s is \"%s\"; true or false is expected", origin,
                           nkb_show(nkb_str_from(*value), shown));
    *value = on ? "true" : NULL;
    return 0;
}

static int ask(struct cli *cli, const struct option *option, const char *value, const char *origin)
{
    if (value && option->choices && !is_choice(option->choices, value))
        return nkb_err_set(&cli->err, NKB_EUSAGE, "%s is '%s'; one of %s is expected", origin,
                           value, option->choices);
    if (nkb_run_ask(cli->run, option->name, value) != NKB_DONE)
        return nkb_err_set(&cli->err, NKB_EUSAGE, "%s", nkb_run_error(cli->run));
    return 0;
}

int cli_option_apply(struct cli *cli, const struct option *option, const char *value,
                     const char *origin)
{
    int code = option->owner == OWNER_CLI || option->owner == OWNER_ASKED
                   ? read_switch(cli, option, &value, origin)
                   : 0;
    if (code != 0)
        return code;
    if (option->owner == OWNER_ASKED)
        return ask(cli, option, value, origin);
    if (option->owner == OWNER_CLI) {
        cli->flags[option->flag] = value;
        return 0;
    }
    /* A list adds up within one layer; what a stronger one gives replaces it. */
    if (strcmp(option->name, "hlo") == 0 && cli->list_layer != cli->layer) {
        cli->list_layer = cli->layer;
        if (nkb_run_set(cli->run, option->name, NULL, origin) != NKB_DONE)
            return nkb_err_set(&cli->err, NKB_EUSAGE, "%s", nkb_run_error(cli->run));
    }
    if (nkb_run_set(cli->run, option->name, value, origin) != NKB_DONE)
        return nkb_err_set(&cli->err, NKB_EUSAGE, "%s", nkb_run_error(cli->run));
    return 0;
}
