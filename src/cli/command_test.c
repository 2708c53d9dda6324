/* nkibench test: run the tests of rules. The report goes to stdout and, where asked, as XML into a
 * file, whatever the verdict; the verdict is the exit code. */
#include "cli/cli.h"

#include <string.h>
#include <unistd.h>

static int print(struct cli *cli, const char *form)
{
    size_t size = 0;
    const char *text = nkb_run_text(cli->run, form, NULL, &size);
    if (!text)
        return nkb_err_set(&cli->err, NKB_EINPUT, "%s", nkb_run_error(cli->run));
    return strcmp(form, "test.text") == 0
               ? say_text(cli, STDOUT_FILENO, text, size)
               : write_all(STDOUT_FILENO, text, size, "standard output", &cli->err);
}

static int write_junit(struct cli *cli, struct output *output)
{
    size_t size = 0;
    const char *text = nkb_run_text(cli->run, "test.junit", NULL, &size);
    if (!text)
        return nkb_err_set(&cli->err, NKB_EINPUT, "%s", nkb_run_error(cli->run));
    int code = output_write(cli, output, text, size);
    return code == 0 ? output_commit(cli, output) : code;
}

/* The file first, standard output last. */
static int report(struct cli *cli, struct output *junit)
{
    bool to_stdout = junit->path && strcmp(junit->path, "-") == 0;
    int code = junit->path ? write_junit(cli, junit) : 0;
    if (code != 0 || to_stdout)
        return code;
    return print(cli, cli->flags[FLAG_TAP] ? "test.tap" : "test.text");
}

int command_test(struct cli *cli)
{
    struct output junit = {.fd = -1};
    const char *path = cli->flags[FLAG_JUNIT];
    int status = NKB_INPUT;

    int code = path ? output_open(cli, &junit, "--junit", path) : 0;
    if (code == 0 && path && output_check_input(cli, &junit) != 0)
        code = status = NKB_USAGE;
    if (code == 0 && junit.temporary && nkb_run_ask(cli->run, "junit", junit.target) != NKB_DONE)
        code = NKB_EMEMORY;
    if (code == 0)
        status = nkb_run_test(cli->run, cli->words, cli->word_count);
    if (status != NKB_USAGE && code == 0) {
        struct nkb_err verdict; /* before it is forgotten */
        nkb_err_set(&verdict, NKB_EINPUT, "%s", nkb_run_error(cli->run));
        if (nkb_run_text(cli->run, "test.text", NULL, NULL))
            code = report(cli, &junit);
        if (code == 0 && status != NKB_DONE)
            cli->err = verdict;
    }
    output_discard(&junit);
    return code == 0 || status == NKB_USAGE ? status : NKB_INPUT;
}
