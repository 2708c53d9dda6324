/* nkibench check: are rules well written? Nothing is measured; the findings go to stdout, the
 * verdict is the exit code. */
#include "cli/cli.h"

#include <string.h>
#include <unistd.h>

int command_check(struct cli *cli)
{
    size_t size = 0;
    int status = nkb_run_check_rules(cli->run, cli->words, cli->word_count);
    const char *text = NULL;

    if (status == NKB_DONE || status == NKB_RULE) {
        nkb_err_set(&cli->err, NKB_ERULE, "%s",
                    nkb_run_error(cli->run)); /* before it is forgotten */
        text = nkb_run_text(cli->run, "check", NULL, &size);
    }
    if (!text)
        return status == NKB_DONE ? NKB_INPUT : status;
    /* JSON and SARIF are for programs, and escape on their own; a log shows the other forms as they
     * are. A finding's line begins with a path or with "::". */
    int code = size > 1 && text[0] == '{' && text[1] == '\n'
                   ? write_all(STDOUT_FILENO, text, size, "standard output", &cli->err)
                   : say_text(cli, STDOUT_FILENO, text, size);
    if (code != 0)
        return NKB_INPUT;
    return status;
}
