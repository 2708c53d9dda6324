/* The option table and argv. A flag is --name VALUE, --name=VALUE or, for a switch, --name; a
 * unique prefix of a name will do; the last of repeated flags wins. */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

enum { MAX_CANDIDATES = 512 };

static const struct option own[FLAG_COUNT] = {
    [FLAG_HELP] = {"help", NULL, "Run", "show this and stop", NULL, NULL, NULL, OWNER_CLI,
                   FLAG_HELP, NULL, 'h'},
    [FLAG_VERSION] = {"version", NULL, "Run", "show the version and stop", NULL, NULL, NULL,
                      OWNER_CLI, FLAG_VERSION, NULL, 0},
    [FLAG_QUIET] = {"quiet", NULL, "Run", "no warnings, notes or progress on stderr", NULL, NULL,
                    NULL, OWNER_CLI, FLAG_QUIET, NULL, 'q'},
    [FLAG_ASCII] = {"ascii", NULL, "Output", "only ASCII on the console", NULL, NULL, NULL,
                    OWNER_CLI, FLAG_ASCII, NULL, 0},
    [FLAG_SETTINGS] = {"settings", "FILE", "Run",
                       "settings file instead of the nearest nkibench.yaml", NULL, NULL, NULL,
                       OWNER_CLI, FLAG_SETTINGS, NULL, 0},
    [FLAG_NO_SETTINGS] = {"no-settings", NULL, "Run", "read no settings file", NULL, NULL, NULL,
                          OWNER_CLI, FLAG_NO_SETTINGS, NULL, 0},
    [FLAG_DRY_RUN] = {"dry-run", NULL, "Run", "show what would be read and written, and stop", NULL,
                      NULL, NULL, OWNER_CLI, FLAG_DRY_RUN, "score", 0},
    [FLAG_JSON] = {"json", NULL, "Output", "JSON instead of text", NULL, NULL, NULL, OWNER_CLI,
                   FLAG_JSON, "explain metrics hlo log", 0},
    [FLAG_LUA] = {"lua", NULL, "Output", "a Lua table instead of text", NULL, NULL, NULL, OWNER_CLI,
                  FLAG_LUA, "metrics hlo log", 0},
    [FLAG_CSV] = {"csv", NULL, "Output", "CSV instead of text, of modules or what --by says", NULL,
                  NULL, NULL, OWNER_CLI, FLAG_CSV, "hlo", 0},
    [FLAG_SCAN] = {"scan", NULL, "HLO", "write what was found to -o as a part, to be merged later",
                   NULL, NULL, NULL, OWNER_CLI, FLAG_SCAN, "hlo", 0},
    [FLAG_RULE] = {"rule", "RULE", "HLO",
                   "of hlo advise: what each would do to the score by this rule, whose inputs are "
                   "read as for a score",
                   NULL, NULL, NULL, OWNER_CLI, FLAG_RULE, "hlo", 0},
    [FLAG_DIR] = {"dir", "DIR", "Output", "where to write", ".", NULL, NULL, OWNER_CLI, FLAG_DIR,
                  "new", 0},
    [FLAG_EXAMPLE] = {"example", "DIR", "Output", "a runnable example with its inputs, into DIR",
                      NULL, NULL, NULL, OWNER_CLI, FLAG_EXAMPLE, "new", 0},
    [FLAG_TAP] = {"tap", NULL, "Output", "print TAP, for other programs", NULL, NULL, NULL,
                  OWNER_CLI, FLAG_TAP, "test", 0},
    [FLAG_JUNIT] = {"junit", "FILE", "Output", "write JUnit's XML, too", NULL, NULL, NULL,
                    OWNER_CLI, FLAG_JUNIT, "test", 0},
};

/* What is written to is -o everywhere. */
static char letter_of(const char *setting)
{
    return strcmp(setting, "output") == 0 ? 'o' : 0;
}

/* What decides how a rule is loaded, and how what goes wrong by then is said. */
static bool matters_early(const struct option *option)
{
    static const char *const names[] = {
        "settings",    "no-settings", "unsafe",  "max-memory", "max-instructions",
        "max-seconds", "help",        "version", "quiet",      "ascii",
        "rule"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(option->name, names[i]) == 0)
            return true;
    return false;
}

static const char *metavar_of(const char *type)
{
    if (strcmp(type, "boolean") == 0)
        return NULL;
    if (strcmp(type, "integer") == 0)
        return "N";
    if (strcmp(type, "number") == 0)
        return "X";
    return strcmp(type, "date") == 0 ? "DATE" : "TEXT";
}

/* What stands behind a parameter's default: "%", ", from 0 to 1", "ms, above 0". */
static const char *unit_and_range(struct cli *cli, size_t i)
{
    const char *unit = nkb_run_param(cli->run, i, "unit"),
               *range = nkb_run_param(cli->run, i, "range");
    if (!range)
        return unit;
    return nkb_arena_printf(&cli->arena, "%s, %s", unit ? unit : "", range);
}

/* Is it a flag of a command that takes a rule, and so its parameters' flags? */
static bool meets_rules(const struct option *option)
{
    const struct command *command;
    for (size_t i = 0; (command = cli_command(i)) != NULL; i++)
        if (command->takes_rule && cli_option_is_for(option, command))
            return true;
    return false;
}

int cli_options_build(struct cli *cli)
{
    nkb_run *run = cli->run;
    size_t asked = 0, settings = 0, params = 0;

    while (cli_asked_option(asked))
        asked++;
    while (nkb_run_setting_info(run, settings, "name"))
        settings++;
    while (nkb_run_param(run, params, "name"))
        params++;
    struct option *options =
        nkb_arena_array(&cli->arena, FLAG_COUNT + asked + settings + params, sizeof *options);
    if (!options)
        return nkb_err_memory(&cli->err);

    memcpy(options, own, sizeof own);
    size_t n = FLAG_COUNT;
    for (size_t i = 0; i < asked; i++)
        options[n++] = *cli_asked_option(i);
    for (size_t i = 0; i < settings; i++)
        options[n++] = (struct option){
            .name = nkb_run_setting_info(run, i, "name"),
            .metavar = nkb_run_setting_info(run, i, "metavar"),
            .group = nkb_run_setting_info(run, i, "group"),
            .about = nkb_run_setting_info(run, i, "about"),
            .initial = nkb_run_setting_info(run, i, "default"),
            .choices = nkb_run_setting_info(run, i, "choices"),
            .owner = OWNER_SETTING,
            .letter = letter_of(nkb_run_setting_info(run, i, "name")),
        };
    for (size_t i = 0; i < params; i++) {
        const char *choices = nkb_run_param(run, i, "choices");
        options[n++] = (struct option){
            .name = nkb_run_param(run, i, "name"),
            .metavar = choices ? "NAME" : metavar_of(nkb_run_param(run, i, "type")),
            .group = "Rule",
            .about = nkb_run_param(run, i, "about"),
            .initial = nkb_run_param(run, i, "default"),
            .choices = choices,
            .unit = unit_and_range(cli, i),
            .owner = OWNER_PARAM,
        };
    }
    cli->options = options;
    cli->option_count = n;

    /* A parameter that has the name of a flag could never be given; the run looks after its
     * settings. */
    for (size_t i = n - params; i < n; i++)
        for (size_t k = 0; k < FLAG_COUNT + asked; k++)
            if (strcmp(options[i].name, options[k].name) == 0 && meets_rules(&options[k]))
                return nkb_err_set(
                    &cli->err, NKB_ERULE,
                    "%s: the parameter '%s' has the name of a flag (--%s); another is needed",
                    nkb_run_rule_info(run, "path"), options[i].name, options[k].name);
    return 0;
}

static bool is_prefix(struct nkb_str prefix, const char *name)
{
    return strlen(name) >= prefix.len && strncmp(name, prefix.ptr, prefix.len) == 0;
}

/* "hlo", "metrics and hlo", "metrics, hlo and log" */
static void list_commands(struct nkb_buf *out, const char *names)
{
    for (const char *at = names; *at;) {
        size_t len = strcspn(at, " ");
        bool last = at[len] == '\0';
        const char *between = at == names ? "" : last ? " and " : ", ";
        nkb_buf_printf(out, "%s%.*s", between, (int)len, at);
        at += len + !last;
    }
}

/* A flag that would change nothing was meant for something else. */
static int refuse_place(struct cli *cli, const struct option *option)
{
    struct nkb_buf names = NKB_BUF_INIT;
    if (strcmp(option->commands, "score") == 0)
        return nkb_err_set(&cli->err, NKB_EUSAGE, "--%s is for scoring: nkibench [RULE] --%s",
                           option->name, option->name);
    list_commands(&names, option->commands);
    bool json = option->flag == FLAG_JSON && option->owner == OWNER_CLI;
    int code = nkb_err_set(
        &cli->err, NKB_EUSAGE, "--%s is for %s%s", option->name, names.data ? names.data : "",
        json && cli->command->run == command_score ? "; --output - prints a score's JSON" : "");
    nkb_buf_free(&names);
    return code;
}

int cli_option_find(struct cli *cli, struct nkb_str name, const struct option **out)
{
    const char *names[MAX_CANDIDATES];
    size_t count = 0, found = 0;
    char shown[NKB_SHOWN_BYTES];
    const struct option *elsewhere = NULL, *other = NULL;
    struct nkb_buf candidates = NKB_BUF_INIT;

    for (size_t i = 0; i < cli->option_count; i++) {
        const struct option *option = &cli->options[i];
        bool here = cli_option_is_for(option, cli->command);
        if (nkb_str_is(name, option->name) && here) {
            nkb_buf_free(&candidates);
            *out = option;
            return 0;
        }
        if (nkb_str_is(name, option->name))
            other = option; /* a parameter may have the name, too */
        if (name.len > 0 && is_prefix(name, option->name)) {
            if (!here) {
                elsewhere = option;
                continue;
            }
            *out = option;
            nkb_buf_printf(&candidates, "%s--%s", found++ ? ", " : "", option->name);
        }
        if (here && count < MAX_CANDIDATES)
            names[count++] = option->name;
    }
    int code = 0;
    if (other) {
        code = refuse_place(cli, other);
    } else if (found > 1) {
        code = nkb_err_set(&cli->err, NKB_EUSAGE, "--%s could be %s", nkb_show(name, shown),
                           candidates.data ? candidates.data : "");
    } else if (found == 0 && elsewhere) {
        code = refuse_place(cli, elsewhere);
    } else if (found == 0) {
        const char *meant = nkb_suggest(name, names, count);
        code = nkb_err_set(&cli->err, NKB_EUSAGE, "no flag --%s%s%s%s", nkb_show(name, shown),
                           meant ? "; did you mean --" : "", meant ? meant : "", meant ? "?" : "");
    }
    nkb_buf_free(&candidates);
    return code;
}

/* The option at argv[*i], given its value in the same word or NULL; past a value of its own *i is
 * moved. */
static int take_option(struct cli *cli, const struct option *option, const char *value, int argc,
                       char **argv, int *i, bool early)
{
    if (!value && option->metavar) {
        if (*i + 1 >= argc || strncmp(argv[*i + 1], "--", 2) == 0) {
            if (early)
                return 0;
            return nkb_err_set(&cli->err, NKB_EUSAGE, "--%s needs a value: --%s %s", option->name,
                               option->name, option->metavar);
        }
        value = argv[++*i];
    }
    if (early && !matters_early(option))
        return 0;
    char *origin = nkb_arena_printf(&cli->arena, "--%s", option->name);
    if (!origin)
        return nkb_err_memory(&cli->err);
    return cli_option_apply(cli, option, value ? value : "true", origin);
}

static int take_flag(struct cli *cli, int argc, char **argv, int *i, bool early)
{
    const char *argument = argv[*i] + 2, *equals = strchr(argument, '=');
    struct nkb_str name = {argument, equals ? (size_t)(equals - argument) : strlen(argument)};
    const struct option *option = NULL;

    int code = cli_option_find(cli, name, &option);
    if (code != 0 && early) { /* it may be a parameter of a rule not yet loaded */
        cli->err = (struct nkb_err){0};
        return 0;
    }
    if (code != 0 && cli->flags[FLAG_HELP])
        return 0; /* --help shows what there is */
    return code != 0 ? code
                     : take_option(cli, option, equals ? equals + 1 : NULL, argc, argv, i, early);
}

/* -k VALUE or, for a switch, -q. */
static int take_short(struct cli *cli, int argc, char **argv, int *i, bool early)
{
    const char *argument = argv[*i];
    for (size_t k = 0; k < cli->option_count && argument[2] == '\0'; k++) {
        const struct option *option = &cli->options[k];
        if (option->letter == argument[1] && cli_option_is_for(option, cli->command))
            return take_option(cli, option, NULL, argc, argv, i, early);
    }
    if (early)
        return 0;
    return nkb_err_set(&cli->err, NKB_EUSAGE,
                       "no flag %s; flags are written out: --help lists them", argument);
}

static int add_word(struct cli *cli, const char *word, int argc)
{
    if (!cli->words)
        cli->words = nkb_arena_array(&cli->arena, (size_t)argc, sizeof *cli->words);
    if (!cli->words)
        return nkb_err_memory(&cli->err);
    cli->words[cli->word_count++] = word;
    return 0;
}

static bool is_short(const char *argument)
{
    return argument[0] == '-' && argument[1] != '\0' && argument[1] != '-';
}

int cli_arguments_scan(struct cli *cli, int argc, char **argv)
{
    int at = 1;

    cli->command = at < argc ? cli_command_find(argv[at]) : NULL;
    if (cli->command)
        at++;
    else
        cli->command = cli_command(0);
    cli->rule = NULL;
    if (cli->command->takes_rule && at < argc && argv[at][0] != '-')
        cli->rule = argv[at++];
    cli->first_argument = at;
    cli->any_argument = argc > 1;
    cli->layer = LAYER_FLAGS;

    for (int i = at, code = 0; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0)
            break;
        if (strncmp(argv[i], "--", 2) == 0)
            code = take_flag(cli, argc, argv, &i, true);
        else if (is_short(argv[i]))
            code = take_short(cli, argc, argv, &i, true);
        if (code != 0)
            return code;
    }
    return 0;
}

int cli_arguments_apply(struct cli *cli, int argc, char **argv)
{
    bool only_words = false;
    int code = 0;

    cli->layer = LAYER_FLAGS;
    for (int i = cli->first_argument; i < argc && code == 0; i++) {
        if (!only_words && strcmp(argv[i], "--") == 0)
            only_words = true;
        else if (only_words || argv[i][0] != '-' || argv[i][1] == '\0')
            code = add_word(cli, argv[i], argc);
        else if (is_short(argv[i]))
            code = take_short(cli, argc, argv, &i, false);
        else
            code = take_flag(cli, argc, argv, &i, false);
    }
    return code;
}
