/* nkibench hlo --scan: the work of hlo without its page. The part is written when it is whole, also
 * when it has to say that a named file is no good; that is the exit code then, as it is hlo's. */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>

/* --output has a default, which is that of a score. */
static const char *asked_output(struct cli *cli)
{
    const char *name;
    for (size_t i = 0; (name = nkb_run_setting_info(cli->run, i, "name")) != NULL; i++)
        if (strcmp(name, "output") == 0)
            return strcmp(nkb_run_setting_info(cli->run, i, "origin"), "default") == 0
                       ? NULL
                       : nkb_run_setting_info(cli->run, i, "value");
    return NULL;
}

struct writing {
    struct cli *cli;
    struct output *output;
    bool begun;
};

static int write_piece(void *context, const char *data, size_t size)
{
    struct writing *to = context;
    int code = to->begun ? 0 : output_check_input(to->cli, to->output); /* now there is a part */
    to->begun = true;
    return code == 0 ? output_add(to->cli, to->output, data, size) : code;
}

/* What waits for the part to be written lies beside it: most of it will be there anyway. */
static int ask_spool(struct cli *cli, const struct output *output)
{
    const char *slash = output->temporary ? strrchr(output->temporary, '/') : NULL;
    const char *folder = output->temporary ? "." : getenv("TMPDIR");
    if (slash)
        folder = slash == output->temporary
                     ? "/"
                     : nkb_arena_printf(&cli->arena, "%.*s", (int)(slash - output->temporary),
                                        output->temporary);
    return nkb_run_ask(cli->run, "spool", folder);
}

static int write_part(struct cli *cli, struct output *output, int status)
{
    struct writing to = {cli, output, false};
    if (status != NKB_DONE && status != NKB_INPUT)
        return status;
    int code = 0;
    if (nkb_run_write(cli->run, "hlo.part", write_piece, &to) != NKB_DONE) {
        if (!cli->err.text[0]) /* no part, and the run says why */
            return NKB_INPUT;
        code = cli->err.code;
    }
    if (code == 0)
        code = output_write(cli, output, "", 0);
    if (code == 0)
        code = output_commit(cli, output);
    return code == 0 ? NKB_DONE : code == NKB_EUSAGE ? NKB_USAGE : NKB_INPUT;
}

int command_scan(struct cli *cli)
{
    struct output output = {.fd = -1};
    const char *path = asked_output(cli);

    if (cli->flags[FLAG_JSON] || cli->flags[FLAG_LUA] || cli->flags[FLAG_CSV]) {
        nkb_err_set(&cli->err, NKB_EUSAGE,
                    "a part has one form; --json, --lua and --csv are for what is shown");
        return NKB_USAGE;
    }
    if (!path) {
        nkb_err_set(&cli->err, NKB_EUSAGE,
                    "hlo --scan needs a file to write: nkibench hlo --scan -o PART FILE|DIR...");
        return NKB_USAGE;
    }
    int code = output_open(cli, &output, "--output", path);
    if (code == 0)
        code = output_check_input(cli, &output);
    int status = code == 0 ? NKB_DONE : code == NKB_EUSAGE ? NKB_USAGE : NKB_INPUT;
    if (code == 0)
        status = nkb_run_ask(cli->run, "scan", "true");
    if (status == NKB_DONE)
        status = ask_spool(cli, &output);
    if (status == NKB_DONE) {
        progress_watch(cli);
        status = nkb_run_measure(cli->run);
        progress_clear();
        say_diagnostics(cli);
    }
    int written = code == 0 ? write_part(cli, &output, status) : status;
    output_discard(&output);
    return written != NKB_DONE ? written : status;
}
