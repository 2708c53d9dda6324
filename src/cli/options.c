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
                   FLAG_HELP},
    [FLAG_VERSION] = {"version", NULL, "Run", "show the version and stop", NULL, NULL, NULL,
                      OWNER_CLI, FLAG_VERSION},
    [FLAG_QUIET] = {"quiet", NULL, "Run", "no warnings, notes or progress on stderr", NULL, NULL,
                    NULL, OWNER_CLI, FLAG_QUIET},
    [FLAG_ASCII] = {"ascii", NULL, "Output", "only ASCII on the console", NULL, NULL, NULL,
                    OWNER_CLI, FLAG_ASCII},
    [FLAG_SETTINGS] = {"settings", "FILE", "Run",
                       "settings file instead of the nearest nkibench.yaml", NULL, NULL, NULL,
                       OWNER_CLI, FLAG_SETTINGS},
    [FLAG_NO_SETTINGS] = {"no-settings", NULL, "Run", "read no settings file", NULL, NULL, NULL,
                          OWNER_CLI, FLAG_NO_SETTINGS},
    [FLAG_DRY_RUN] = {"dry-run", NULL, "Run", "show what would be read and written, and stop", NULL,
                      NULL, NULL, OWNER_CLI, FLAG_DRY_RUN},
    [FLAG_JSON] = {"json", NULL, "Output", "metrics, hlo, log: JSON instead of text", NULL, NULL,
                   NULL, OWNER_CLI, FLAG_JSON},
    [FLAG_LUA] = {"lua", NULL, "Output", "metrics, hlo, log: a Lua table instead of text", NULL,
                  NULL, NULL, OWNER_CLI, FLAG_LUA},
};

/* What decides how a rule is loaded, and how what goes wrong by then is said. */
static bool matters_early(const struct option *option)
{
    static const char *const names[] = {
        "settings",    "no-settings", "unsafe",  "max-memory", "max-instructions",
        "max-seconds", "help",        "version", "quiet",      "ascii"};
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

int cli_options_build(struct cli *cli)
{
    nkb_run *run = cli->run;
    size_t settings = 0, params = 0;

    while (nkb_run_setting_info(run, settings, "name"))
        settings++;
    while (nkb_run_param(run, params, "name"))
        params++;
    struct option *options =
        nkb_arena_array(&cli->arena, FLAG_COUNT + settings + params, sizeof *options);
    if (!options)
        return nkb_err_memory(&cli->err);

    memcpy(options, own, sizeof own);
    size_t n = FLAG_COUNT;
    for (size_t i = 0; i < settings; i++)
        options[n++] = (struct option){
            .name = nkb_run_setting_info(run, i, "name"),
            .metavar = nkb_run_setting_info(run, i, "metavar"),
            .group = nkb_run_setting_info(run, i, "group"),
            .about = nkb_run_setting_info(run, i, "about"),
            .initial = nkb_run_setting_info(run, i, "default"),
            .choices = nkb_run_setting_info(run, i, "choices"),
            .owner = OWNER_SETTING,
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
            .unit = nkb_run_param(run, i, "unit"),
            .owner = OWNER_PARAM,
        };
    }
    cli->options = options;
    cli->option_count = n;

    /* A parameter that has the name of a flag could never be given; the run looks after its
     * settings. */
    for (size_t i = FLAG_COUNT + settings; i < n; i++)
        for (size_t k = 0; k < FLAG_COUNT; k++)
            if (strcmp(options[i].name, own[k].name) == 0)
                return nkb_err_set(
                    &cli->err, NKB_ERULE,
                    "%s: the parameter '%s' has the name of a flag (--%s); another is needed",
                    nkb_run_rule_info(run, "path"), options[i].name, own[k].name);
    return 0;
}

static bool is_prefix(struct nkb_str prefix, const char *name)
{
    return strlen(name) >= prefix.len && strncmp(name, prefix.ptr, prefix.len) == 0;
}

int cli_option_find(struct cli *cli, struct nkb_str name, const struct option **out)
{
    const char *names[MAX_CANDIDATES];
    size_t count = 0, found = 0;
    char shown[NKB_SHOWN_BYTES];
    struct nkb_buf candidates = NKB_BUF_INIT;

    for (size_t i = 0; i < cli->option_count; i++) {
        const struct option *option = &cli->options[i];
        if (nkb_str_is(name, option->name)) {
            *out = option;
            nkb_buf_free(&candidates);
            return 0;
        }
        if (name.len > 0 && is_prefix(name, option->name)) {
            *out = option;
            nkb_buf_printf(&candidates, "%s--%s", found++ ? ", " : "", option->name);
        }
        if (count < MAX_CANDIDATES)
            names[count++] = option->name;
    }
    int code = 0;
    if (found > 1) {
        code = nkb_err_set(&cli->err, NKB_EUSAGE, "--%s could be %s", nkb_show(name, shown),
                           candidates.data ? candidates.data : "");
    } else if (found == 0) {
        const char *meant = nkb_suggest(name, names, count);
        code = nkb_err_set(&cli->err, NKB_EUSAGE, "no flag --%s%s%s%s", nkb_show(name, shown),
                           meant ? "; did you mean --" : "", meant ? meant : "", meant ? "?" : "");
    }
    nkb_buf_free(&candidates);
    return code;
}

int cli_option_apply(struct cli *cli, const struct option *option, const char *value,
                     const char *origin)
{
    if (option->owner == OWNER_CLI) {
        if (!option->metavar && strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
            return nkb_err_set(&cli->err, NKB_EUSAGE, "%s is a switch; it takes no value '%s'",
                               origin, value);
        cli->flags[option->flag] = !option->metavar && strcmp(value, "false") == 0 ? NULL : value;
        return 0;
    }
    /* A list adds up within one layer; what a stronger one gives replaces it. */
    if (strcmp(option->name, "hlo") == 0 && cli->list_layer != cli->layer) {
        cli->list_layer = cli->layer;
        if (nkb_run_set(cli->run, option->name, NULL, origin) != NKB_DONE)
            return nkb_err_set(&cli->err, NKB_EUSAGE, "%s", nkb_run_error(cli->run));
    }
    if (nkb_run_set(cli->run, option->name, value, origin) != NKB_DONE)
        return nkb_err_set(&cli->err, NKB_EUSAGE, "%s", nkb_run_error(cli->run));
    return 0;
}

/* A flag that would change nothing was meant for something else. */
static int check_place(struct cli *cli, const struct option *option)
{
    bool scores = strcmp(cli->command, "score") == 0;
    if (option->owner != OWNER_CLI || cli->flags[FLAG_HELP])
        return 0;
    if (option->flag == FLAG_DRY_RUN && !scores)
        return nkb_err_set(&cli->err, NKB_EUSAGE,
                           "--dry-run is for scoring: nkibench [RULE] --dry-run");
    if (option->flag != FLAG_JSON && option->flag != FLAG_LUA)
        return 0;
    if (scores)
        return nkb_err_set(&cli->err, NKB_EUSAGE,
                           "--%s is for metrics, hlo and log; --output - prints a score's JSON",
                           option->name);
    if (strcmp(cli->command, "rules") == 0)
        return nkb_err_set(&cli->err, NKB_EUSAGE, "--%s is for metrics, hlo and log", option->name);
    return 0;
}

/* Take the flag at argv[*i], with its value, past which *i is moved. */
static int take_flag(struct cli *cli, int argc, char **argv, int *i, bool early)
{
    const char *argument = argv[*i] + 2, *equals = strchr(argument, '=');
    struct nkb_str name = {argument, equals ? (size_t)(equals - argument) : strlen(argument)};
    const struct option *option = NULL;
    const char *value = equals ? equals + 1 : NULL;

    int code = cli_option_find(cli, name, &option);
    if (code != 0 && early) { /* it may be a parameter of a rule not yet loaded */
        cli->err = (struct nkb_err){0};
        return 0;
    }
    if (code == 0 && !early)
        code = check_place(cli, option);
    if (code != 0)
        return code;
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

static int add_word(struct cli *cli, const char *word, int argc)
{
    if (!cli->words)
        cli->words = nkb_arena_array(&cli->arena, (size_t)argc, sizeof *cli->words);
    if (!cli->words)
        return nkb_err_memory(&cli->err);
    cli->words[cli->word_count++] = word;
    return 0;
}

static int take_short(struct cli *cli, const char *argument)
{
    if (strcmp(argument, "-h") == 0)
        cli->flags[FLAG_HELP] = "true";
    else if (strcmp(argument, "-q") == 0)
        cli->flags[FLAG_QUIET] = "true";
    else
        return nkb_err_set(&cli->err, NKB_EUSAGE,
                           "no flag %s; flags are written out: --help lists them", argument);
    return 0;
}

int cli_arguments_scan(struct cli *cli, int argc, char **argv)
{
    static const char *const commands[] = {"metrics", "hlo", "log", "rules"};
    int first = 1;

    cli->command = "score";
    cli->any_argument = argc > 1;
    cli->layer = LAYER_FLAGS;
    if (argc > 1 && argv[1][0] != '-') {
        first = 2;
        cli->rule = argv[1];
        for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
            if (strcmp(argv[1], commands[i]) == 0) {
                cli->command = commands[i];
                cli->rule = NULL;
            }
    }
    for (int i = first, code = 0; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0)
            break;
        if (strncmp(argv[i], "--", 2) == 0)
            code = take_flag(cli, argc, argv, &i, true);
        else if (strcmp(argv[i], "-h") == 0)
            cli->flags[FLAG_HELP] = "true";
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
    for (int i = strcmp(cli->command, "score") == 0 && !cli->rule ? 1 : 2; i < argc && code == 0;
         i++) {
        if (only_words || argv[i][0] != '-' || argv[i][1] == '\0')
            code = add_word(cli, argv[i], argc);
        else if (strcmp(argv[i], "--") == 0)
            only_words = true;
        else if (argv[i][1] == '-')
            code = take_flag(cli, argc, argv, &i, false);
        else
            code = take_short(cli, argv[i]);
    }
    return code;
}
