/* nkibench explain [RULE]: where the score comes from. It scores as `nkibench [RULE]` does and
 * writes no file. */
#include "cli/cli.h"

#include <string.h>
#include <unistd.h>

int command_explain(struct cli *cli)
{
    bool json = cli->flags[FLAG_JSON];
    size_t size = 0;

    if (cli->word_count > 0) {
        nkb_err_set(&cli->err, NKB_EUSAGE,
                    "'%s' has no place here; explain takes a rule first, all else are flags",
                    cli->words[0]);
        return NKB_USAGE;
    }
    progress_watch(cli);
    int status = nkb_run_measure(cli->run);
    progress_clear();
    int scored = status == NKB_DONE ? nkb_run_score(cli->run) : status;
    say_diagnostics(cli);
    if (status == NKB_INPUT)
        cli_say_why(cli);
    if (scored != NKB_DONE && scored != NKB_INVALID)
        return scored;

    const char *text = nkb_run_text(cli->run, json ? "explain.json" : "explain.text", NULL, &size);
    if (!text) /* --target is read by who makes the text */
        return strncmp(nkb_run_error(cli->run), "--", 2) == 0 ? NKB_USAGE : NKB_INPUT;
    int code = json ? write_all(STDOUT_FILENO, text, size, "standard output", &cli->err)
                    : say_text(cli, STDOUT_FILENO, text, size);
    return code != 0 ? NKB_INPUT : scored;
}
