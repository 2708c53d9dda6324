/* nkibench help: of a command, or the rule API, on one page or in a form for tools. */
#include "cli/cli.h"

#include <string.h>
#include <unistd.h>

int command_help(struct cli *cli)
{
    const char *word = cli->word_count ? cli->words[0] : "score";
    const struct command *command =
        strcmp(word, "score") == 0 ? cli_command(0) : cli_command_find(word);
    bool api = strcmp(word, "api") == 0;
    size_t size = 0;

    if (cli->word_count > (api ? 2 : 1) || (!command && !api)) {
        nkb_err_set(&cli->err, NKB_EUSAGE,
                    "help takes a command, or api; nkibench help lists them");
        return NKB_USAGE;
    }
    if (command) {
        cli->command = command;
        if (command->takes_rule) { /* its parameters are flags */
            int status = nkb_run_rule(cli->run, NULL);
            if (status != NKB_DONE)
                return status;
            if (cli_options_build(cli) != 0)
                return NKB_INPUT;
        }
        return cli_help(cli) == 0 ? NKB_DONE : NKB_INPUT;
    }
    const char *form = cli->word_count == 2 ? cli->words[1] : "text";
    const char *what = nkb_arena_printf(&cli->arena, "api.%s", form);
    const char *text = what ? nkb_run_text(cli->run, what, NULL, &size) : NULL;
    if (!text)
        return NKB_USAGE;
    int code = strcmp(form, "text") == 0
                   ? say_text(cli, STDOUT_FILENO, text, size)
                   : write_all(STDOUT_FILENO, text, size, "standard output", &cli->err);
    return code == 0 ? NKB_DONE : NKB_INPUT;
}
