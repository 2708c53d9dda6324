/* nkibench hlo: which files, which view of them, and what is to come of it. */
#include "cli/cli.h"

#include <string.h>
#include <unistd.h>

#include "base/text.h"

/* A named file that cannot be read does not keep the others from being shown: its line comes last.
 */
static int say_refused(struct cli *cli)
{
    size_t size = 0;
    const char *line = nkb_run_text(cli->run, "hlo.refused", NULL, &size), *end;
    if (!line)
        return NKB_INPUT;
    for (; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        if (cli->err.text[0])
            say(cli, "%s", cli->err.text);
        nkb_err_set(&cli->err, NKB_EINPUT, "%.*s", (int)(end - line), line);
    }
    return cli->err.text[0] ? NKB_INPUT : NKB_DONE;
}

static int show_hlo(struct cli *cli)
{
    const char *csv = cli->flags[FLAG_CSV];
    if (csv && (cli->flags[FLAG_JSON] || cli->flags[FLAG_LUA]))
        return show_usage(cli, "--csv, --json and --lua are three forms; one is right");
    if (nkb_run_ask(cli->run, "page", "hlo") != NKB_DONE ||
        nkb_run_ask(cli->run, "csv", csv) != NKB_DONE)
        return NKB_INPUT;
    progress_watch(cli);
    int status = show_measured(cli, nkb_run_measure(cli->run), "hlo", NULL);
    return status == NKB_DONE ? say_refused(cli) : status;
}

static const char *const views[] = {"roofline", "advise", "diff"};

/* The first word may be a view: hlo roofline FILE. (A file of that name is ./roofline.) */
static const char *take_view(struct cli *cli)
{
    for (size_t i = 0; cli->word_count > 0 && i < sizeof views / sizeof *views; i++)
        if (strcmp(cli->words[0], views[i]) == 0) {
            cli->words++;
            cli->word_count--;
            return views[i];
        }
    return NULL;
}

/* The view that a first word means which is none, and no file either; NULL: none. */
static const char *view_meant(const struct cli *cli)
{
    enum { LEAST = 3 }; /* letters of an abbreviation */
    const char *word = cli->word_count > 0 ? cli->words[0] : "";
    if (strlen(word) < LEAST || strpbrk(word, "./") || access(word, F_OK) == 0)
        return NULL;
    return nkb_suggest(nkb_str_from(word), views, sizeof views / sizeof *views);
}

/* `hlo diff BEFORE AFTER`: the run reads the first, and has the second to compare with. */
static int ask_view(struct cli *cli, const char *view)
{
    bool diff = view && strcmp(view, "diff") == 0;
    if (diff && cli->word_count != 2)
        return show_usage(cli,
                          "hlo diff takes two: nkibench hlo diff BEFORE AFTER, files or folders");
    if (diff)
        cli->word_count = 1;
    return nkb_run_ask(cli->run, "view", view) == NKB_DONE &&
                   nkb_run_ask(cli->run, "against", diff ? cli->words[1] : NULL) == NKB_DONE
               ? NKB_DONE
               : NKB_INPUT;
}

/* With --rule the modules are judged by what they would do to a score, so all it needs is measured.
 */
static int score_for_advice(struct cli *cli)
{
    int status = nkb_run_measure(cli->run);
    if (status == NKB_DONE)
        status = nkb_run_score(cli->run);
    return status == NKB_INVALID ? NKB_DONE : status;
}

static int show_view(struct cli *cli)
{
    progress_watch(cli);
    int status = cli->flags[FLAG_RULE] ? score_for_advice(cli) : nkb_run_measure(cli->run);
    return show_measured(cli, status, "hlo", NULL);
}

/* -o is where --scan writes; what is shown goes to standard output. (One that a file of settings
 * gives is a score's.) */
static bool output_is_flag(struct cli *cli)
{
    const char *name;
    for (size_t i = 0; (name = nkb_run_setting_info(cli->run, i, "name")) != NULL; i++)
        if (strcmp(name, "output") == 0)
            return strcmp(nkb_run_setting_info(cli->run, i, "origin"), "--output") == 0;
    return false;
}

int command_hlo(struct cli *cli)
{
    const char *view = take_view(cli), *rule = cli->flags[FLAG_RULE];
    const char *meant = view ? NULL : view_meant(cli);
    if (meant) {
        nkb_err_set(&cli->err, NKB_EUSAGE, "no view or file '%s'; did you mean '%s'?",
                    cli->words[0], meant);
        return NKB_USAGE;
    }
    if (cli->word_count == 0 && !rule && !nkb_run_setting(cli->run, "hlo"))
        return show_usage(cli, "hlo needs files or folders: nkibench hlo FILE|DIR...");
    if (rule && (!view || strcmp(view, "advise") != 0))
        return show_usage(cli, "--rule is for nkibench hlo advise");
    if (!cli->flags[FLAG_SCAN] && output_is_flag(cli))
        return show_usage(cli, "--output is for --scan: what hlo shows goes to standard output");
    if (view && (cli->flags[FLAG_SCAN] || cli->flags[FLAG_CSV]))
        return show_usage(cli, cli->flags[FLAG_SCAN]
                                   ? "--scan is for hlo without a view"
                                   : "a view has the forms text, --json and --lua");
    if (cli->flags[FLAG_JSON] && cli->flags[FLAG_LUA])
        return show_usage(cli, "--json and --lua are two forms; one is right");
    const struct option *option = NULL;
    if (cli_option_find(cli, nkb_str_from("hlo"), &option) != 0)
        return NKB_USAGE;
    int status = ask_view(cli, view);
    if (status != NKB_DONE)
        return status;
    for (size_t i = 0; i < cli->word_count; i++)
        if (cli_option_apply(cli, option, cli->words[i], "argument") != 0)
            return NKB_USAGE;
    if (!rule && show_only(cli, "hlo") != 0)
        return NKB_INPUT;
    if (view)
        return show_view(cli);
    return cli->flags[FLAG_SCAN] ? command_scan(cli) : show_hlo(cli);
}
