/* nkibench: from argv to an exit code. Which command, its settings from everywhere, then the
 * command. */
#include "cli/cli.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int fail(struct cli *cli, int status)
{
    const char *text = cli->err.text[0] ? cli->err.text : nkb_run_error(cli->run);
    say(cli, "%s", text);
    for (const char *frame = nkb_run_trace(cli->run); *frame;) {
        size_t len = strcspn(frame, "\n");
        say(cli, "    %.*s", (int)len, frame);
        frame += len + (frame[len] == '\n');
    }
    const struct command *command = cli->command;
    bool has_page = command && command != cli_command(0) && command->run != command_help;
    if (status == NKB_USAGE)
        say(cli, "see nkibench %s%s", has_page ? "help " : "--help", has_page ? command->name : "");
    return status;
}

/* Our own codes become the program's where no nkb_run call has done so. */
static int status_of(int code)
{
    return code == 0            ? NKB_DONE
           : code == NKB_EUSAGE ? NKB_USAGE
           : code == NKB_ERULE  ? NKB_RULE
                                : NKB_INPUT;
}

/* A word that is neither a command nor a rule may be a command misspelt. */
static void suggest_command(struct cli *cli)
{
    const char *meant = cli->rule ? cli_command_suggest(cli->rule) : NULL;
    if (meant && strncmp(nkb_run_error(cli->run), "no rule ", 8) == 0)
        nkb_err_set(&cli->err, NKB_ERULE, "no command or rule '%s'; did you mean '%s'?", cli->rule,
                    meant);
}

/* A standard stream that is closed would give its number to the next file opened, an output among
 * them, and what is printed would land there. */
static void fill_standard_streams(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
            return;
}

/* The settings of a command, weakest first: file, environment, flags. The rule comes before them,
 * because its parameters are flags. */
static int prepare(struct cli *cli, int argc, char **argv)
{
    bool scores = cli->command->takes_rule;
    const char *rule = scores ? cli->rule : cli->flags[FLAG_RULE]; /* of hlo advise */

    guard_watch(cli);
    if (cli_has_rule(cli)) {
        int status = nkb_run_rule(cli->run, rule);
        if (status != NKB_DONE) {
            suggest_command(cli);
            return status;
        }
    }
    int code = cli_options_build(cli);
    if (code == 0) { /* a parameter's name may be what a prefix of a flag was taken for */
        memset(cli->flags, 0, sizeof cli->flags);
        code = cli_environment_apply(cli, true);
    }
    if (code == 0)
        code = cli_arguments_scan(cli, argc, argv);
    if (code == 0)
        code = cli_settings_apply(cli);
    if (code == 0)
        code = cli_environment_apply(cli, false);
    if (code == 0)
        code = cli_arguments_apply(cli, argc, argv);
    if (code == 0 && scores && cli->word_count > 0)
        code =
            nkb_err_set(&cli->err, NKB_EUSAGE,
                        "'%s' has no place here; a rule is the first argument, all else are flags",
                        cli->words[0]);
    return status_of(code);
}

int main(int argc, char **argv)
{
    struct cli cli = {.arena = NKB_ARENA_INIT};
    int status;

    fill_standard_streams();
    guard_start();
    cli.run = nkb_run_new();
    if (!cli.run) {
        nkb_err_memory(&cli.err);
        say(&cli, "%s", cli.err.text);
        return NKB_INPUT;
    }
    int code = cli_options_build(&cli);
    if (code == 0)
        code = cli_arguments_scan(&cli, argc, argv);
    if (code == 0 && cli.flags[FLAG_VERSION]) {
        static const char version[] = "nkibench " NKB_VERSION "\n";
        code = write_all(STDOUT_FILENO, version, sizeof version - 1, "standard output", &cli.err);
        status = status_of(code);
        goto out;
    }
    if (code == 0)
        code = cli_environment_apply(&cli, true);
    if (code == 0)
        code = cli_arguments_scan(&cli, argc, argv); /* flags win over the environment */
    status = status_of(code);
    if (status == NKB_DONE)
        status = prepare(&cli, argc, argv);
    if (cli.flags[FLAG_HELP] && (status == NKB_DONE || status == NKB_USAGE)) {
        cli.err = (struct nkb_err){0};
        status = status_of(cli_help(&cli));
    } else if (status == NKB_DONE) {
        status = cli.command->run(&cli);
    }

out:
    progress_clear();
    if (status != NKB_DONE)
        fail(&cli, status);
    nkb_run_free(cli.run);
    nkb_arena_free(&cli.arena);
    return status;
}
