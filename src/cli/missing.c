/* Inputs that are missing: all of them are named, not the first alone. */
#include "cli/cli.h"

#include <string.h>

/* Is every input where upstream's defaults point? */
static bool no_input_is_given(const struct cli *cli)
{
    const char *group;
    for (size_t i = 0; (group = nkb_run_setting_info(cli->run, i, "group")) != NULL; i++) {
        const char *origin = nkb_run_setting_info(cli->run, i, "origin");
        if (strcmp(group, "Inputs") == 0 && origin && strcmp(origin, "default") != 0)
            return false;
    }
    return true;
}

int cli_say_missing(struct cli *cli)
{
    const char *lines = nkb_run_text(cli->run, "missing", NULL, NULL);
    bool hint = (!cli->rule || strcmp(cli->rule, "score.lua") == 0) && no_input_is_given(cli);

    if (!lines || !*lines)
        return NKB_DONE;
    for (const char *line = lines; *line;) {
        size_t len = strcspn(line, "\n");
        const char *next = line + len + (line[len] == '\n');
        if (*next || hint)
            say(cli, "%.*s", (int)len, line);
        else
            nkb_err_set(&cli->err, NKB_EINPUT, "%.*s", (int)len, line);
        line = next;
    }
    if (hint)
        nkb_err_set(&cli->err, NKB_EINPUT,
                    "to see it work: nkibench new --example demo && cd demo && nkibench");
    return NKB_INPUT;
}

void cli_say_why(struct cli *cli)
{
    struct nkb_err why = {0};
    nkb_err_set(&why, NKB_EINPUT, "%s", nkb_run_error(cli->run));
    const char *lines = nkb_run_text(cli->run, "missing", NULL, NULL);
    if (lines && strstr(lines, why.text))
        cli_say_missing(cli);
    else
        cli->err = why;
}
