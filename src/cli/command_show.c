/* The commands that show: metrics, log, rules; hlo has a file of its own. Each measures what it was
 * given and prints one text. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

int show_usage(struct cli *cli, const char *text)
{
    nkb_err_set(&cli->err, NKB_EUSAGE, "%s", text);
    return NKB_USAGE;
}

int show_text(struct cli *cli, const char *what, const char *path)
{
    size_t size = 0;
    const char *text = nkb_run_text(cli->run, what, path, &size);
    if (!text)
        return path ? NKB_USAGE : NKB_INPUT;
    /* Data for programs goes out as it is. */
    bool data = strstr(what, ".json") || strstr(what, ".lua") || strstr(what, ".csv");
    int code = data ? write_all(STDOUT_FILENO, text, size, "standard output", &cli->err)
                    : say_text(cli, STDOUT_FILENO, text, size);
    return code == 0 ? NKB_DONE : NKB_INPUT;
}

int show_measured(struct cli *cli, int status, const char *name, const char *path)
{
    char what[32];
    progress_clear();
    say_diagnostics(cli);
    if (status != NKB_DONE)
        return status;
    snprintf(what, sizeof what, "%s.%s", name,
             cli->flags[FLAG_JSON]  ? "json"
             : cli->flags[FLAG_LUA] ? "lua"
             : cli->flags[FLAG_CSV] ? "csv"
                                    : "text");
    return show_text(cli, what, path);
}

static int measure_and_show(struct cli *cli, const char *name, const char *path)
{
    progress_watch(cli);
    return show_measured(cli, nkb_run_measure(cli->run), name, path);
}

/* Only what is named is measured: the other inputs of a score are left out. */
int show_only(struct cli *cli, const char *needs)
{
    return nkb_run_only(cli->run, needs) == NKB_DONE ? 0 : NKB_INPUT;
}

int command_metrics(struct cli *cli)
{
    const char *path = cli->word_count ? cli->words[0] : NULL;
    if (cli->word_count > 1)
        return show_usage(
            cli, "metrics takes one path of the tree at most, such as training or hlo.static");
    if (path && strncmp(path, "files", 5) != 0) {
        char *needs = nkb_arena_printf(&cli->arena, "%.*s?", (int)strcspn(path, ".["), path);
        if (!needs || show_only(cli, needs) != 0)
            return NKB_INPUT;
    }
    return measure_and_show(cli, "metrics", path);
}

int command_log(struct cli *cli)
{
    if (cli->word_count > 1)
        return show_usage(cli, "log takes one file: nkibench log FILE");
    if (cli->word_count == 1 &&
        nkb_run_set(cli->run, "log-file", cli->words[0], "argument") != NKB_DONE)
        return NKB_USAGE;
    return show_only(cli, "log") ? NKB_INPUT : measure_and_show(cli, "log", NULL);
}

int command_rules(struct cli *cli)
{
    bool show = cli->word_count > 0 && strcmp(cli->words[0], "show") == 0;
    bool doc = cli->word_count > 0 && strcmp(cli->words[0], "doc") == 0;
    size_t size = 0;

    if (cli->word_count == 0)
        return show_text(cli, "rules.text", NULL);
    if (cli->word_count != 2 || !(show || doc))
        return show_usage(cli, "rules takes nothing, or show NAME, or doc NAME");
    const char *text =
        nkb_run_text(cli->run, show ? "rules.source" : "rules.doc", cli->words[1], &size);
    if (!text)
        return NKB_RULE;
    /* A source is data; a page is for people. */
    int code = show ? write_all(STDOUT_FILENO, text, size, "standard output", &cli->err)
                    : say_text(cli, STDOUT_FILENO, text, size);
    return code == 0 ? NKB_DONE : NKB_INPUT;
}
