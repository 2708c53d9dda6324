/* nkibench help: of a command, or the rule API on one page. */
#include "cli/cli.h"

#include <string.h>
#include <unistd.h>

int command_help(struct cli *cli)
{
    const char *word = cli->word_count ? cli->words[0] : "score";
    const struct command *command =
        strcmp(word, "score") == 0 ? cli_command(0) : cli_command_find(word);
    size_t size = 0;

    if (cli->word_count > 1 || (!command && strcmp(word, "api") != 0)) {
        nkb_err_set(&cli->err, NKB_EUSAGE, "help takes a command or api; nkibench help lists them");
        return NKB_USAGE;
    }
    if (command) {
        cli->command = command;
        return cli_help(cli) == 0 ? NKB_DONE : NKB_INPUT;
    }
    const char *text = nkb_run_text(cli->run, "api.text", NULL, &size);
    return text && say_text(cli, STDOUT_FILENO, text, size) == 0 ? NKB_DONE : NKB_INPUT;
}
