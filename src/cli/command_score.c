/* nkibench [RULE]: the main job. Outputs are opened first, so that a folder that is not there costs
 * nothing; every text is made before the first is written; standard output comes last. */
#include "cli/cli.h"

#include <string.h>
#include <unistd.h>

static int open_outputs(struct cli *cli, struct output *result, struct output *training)
{
    int code = output_open(cli, result, "--output", nkb_run_setting(cli->run, "output"));
    if (code == 0)
        code = output_check_input(cli, result);
    if (code != 0 || !nkb_run_rule_info(cli->run, "training_json"))
        return code;
    code = output_open(cli, training, "--training-output",
                       nkb_run_setting(cli->run, "training-output"));
    if (code == 0 && output_same(result, training))
        return nkb_err_set(&cli->err, NKB_EUSAGE,
                           "%s: --output and --training-output are the same file", result->path);
    return code == 0 ? output_check_input(cli, training) : code;
}

static int write_one(struct cli *cli, struct output *output, const char *text_name)
{
    size_t size = 0;
    const char *text = nkb_run_text(cli->run, text_name, NULL, &size);
    return text && output->path ? output_write(cli, output, text, size) : 0;
}

static int write_outputs(struct cli *cli, struct output *result, struct output *training)
{
    bool to_stdout =
        strcmp(result->path, "-") == 0 || (training->path && strcmp(training->path, "-") == 0);
    size_t size = 0;
    const char *console = nkb_run_text(cli->run, "console", NULL, &size);
    /* Standard output last: the files first, whichever comes first in the order of outputs. */
    bool result_last = strcmp(result->path, "-") == 0;
    struct output *first = result_last ? training : result,
                  *second = result_last ? result : training;

    int code = write_one(cli, first, first == result ? "json" : "training_json");
    if (code == 0 && !(second->path && strcmp(second->path, "-") == 0))
        code = write_one(cli, second, second == result ? "json" : "training_json");
    if (code == 0)
        code = output_commit(cli, result);
    if (code == 0 && training->path)
        code = output_commit(cli, training);
    if (code == 0 && second->path && strcmp(second->path, "-") == 0)
        code = write_one(cli, second, second == result ? "json" : "training_json");
    if (code == 0 && console && !(to_stdout && cli->flags[FLAG_QUIET]))
        code = say_text(cli, to_stdout ? STDERR_FILENO : STDOUT_FILENO, console, size);
    return code;
}

/* The dry run makes no temporary; the question is the same. */
static int check_output(struct cli *cli, const char *flag, const char *setting)
{
    const char *path = nkb_run_setting(cli->run, setting);
    struct output output = {flag, path, (char *)path, (char *)path, -1};
    return access(path, F_OK) == 0 ? output_check_input(cli, &output) : 0;
}

static int dry_run(struct cli *cli)
{
    size_t size = 0;
    int status = nkb_run_check(cli->run);
    if (check_output(cli, "--output", "output") != 0 ||
        check_output(cli, "--training-output", "training-output") != 0)
        return NKB_USAGE;
    const char *text = status == NKB_DONE || status == NKB_INPUT
                           ? nkb_run_text(cli->run, "dry-run", NULL, &size)
                           : NULL;
    if (text && say_text(cli, STDOUT_FILENO, text, size) != 0)
        return NKB_INPUT;
    if (status == NKB_INPUT) /* making the text has cleared why */
        status = nkb_run_check(cli->run);
    return status;
}

int command_score(struct cli *cli)
{
    struct output result = {.fd = -1}, training = {.fd = -1};

    if (cli->flags[FLAG_DRY_RUN])
        return dry_run(cli);
    if (!cli->any_argument && nkb_run_check(cli->run) == NKB_INPUT &&
        cli_say_missing(cli) == NKB_INPUT)
        return NKB_INPUT;
    int code = open_outputs(cli, &result, &training);
    int status = code == 0 ? NKB_DONE : code == NKB_EUSAGE ? NKB_USAGE : NKB_INPUT;
    if (code == 0) {
        progress_watch(cli);
        status = nkb_run_measure(cli->run);
        progress_clear();
    }
    bool measured = status == NKB_DONE;
    if (code == 0 && status == NKB_DONE) {
        if (output_check_input(cli, &result) != 0 || output_check_input(cli, &training) != 0)
            status = NKB_USAGE;
        else
            status = nkb_run_score(cli->run);
    }
    if (code == 0)
        say_diagnostics(cli);
    if (code == 0 && status == NKB_INPUT && !measured)
        cli_say_why(cli);
    if (code == 0 && (status == NKB_DONE || status == NKB_INVALID) &&
        write_outputs(cli, &result, &training) != 0)
        status = NKB_INPUT;
    output_discard(&result);
    output_discard(&training);
    return status;
}
