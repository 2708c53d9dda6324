/* Settings from outside argv: NKIBENCH_X for each flag, NKIBENCH_P_X for each parameter of the
 * rule, and the nearest nkibench.yaml upward, no further than $HOME. Flags win over the
 * environment, that over the file. */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

extern char **environ;

/* NKIBENCH_MODEL_CONFIG -> model-config */
static char *flag_name(struct cli *cli, const char *name, size_t len)
{
    struct nkb_str copy = nkb_arena_copy(&cli->arena, (struct nkb_str){name, len});
    char *text = (char *)copy.ptr;
    for (size_t i = 0; text && i < len; i++) {
        if (text[i] == '_')
            text[i] = '-';
        else if (text[i] >= 'A' && text[i] <= 'Z')
            text[i] = (char)(text[i] - 'A' + 'a');
    }
    return text;
}

static const struct option *exact(const struct cli *cli, const char *name, bool is_param)
{
    for (size_t i = 0; i < cli->option_count; i++)
        if ((cli->options[i].owner == OWNER_PARAM) == is_param &&
            cli->options[i].owner != OWNER_ASKED && strcmp(cli->options[i].name, name) == 0)
            return &cli->options[i];
    return NULL;
}

static bool early_name(const char *name)
{
    return strncmp(name, "max-", 4) == 0 || strcmp(name, "unsafe") == 0 ||
           strcmp(name, "settings") == 0 || strcmp(name, "no-settings") == 0 ||
           strcmp(name, "quiet") == 0 || strcmp(name, "ascii") == 0;
}

static int apply_variable(struct cli *cli, const char *variable, const char *value, size_t len,
                          bool early)
{
    static const char prefix[] = "NKIBENCH_", param_prefix[] = "NKIBENCH_P_";
    bool is_param = strncmp(variable, param_prefix, sizeof param_prefix - 1) == 0;
    size_t skip = is_param ? sizeof param_prefix - 1 : sizeof prefix - 1;
    char *name = flag_name(cli, variable + skip, len - skip);
    char *origin = nkb_arena_printf(&cli->arena, "%.*s", (int)len, variable);

    if (!name || !origin)
        return nkb_err_memory(&cli->err);
    if (*value == '\0') /* an empty variable is one that is not set */
        return 0;
    const struct option *option = exact(cli, name, is_param);
    if (option && option->owner == OWNER_CLI &&
        (option->flag == FLAG_HELP || option->flag == FLAG_VERSION || option->flag == FLAG_RULE))
        option = NULL;
    if (option && !cli_option_is_for(option, cli->command)) /* another command's */
        return 0;
    if (early)
        return option && !is_param && early_name(name)
                   ? cli_option_apply(cli, option, value, origin)
                   : 0;
    if (!option) {
        /* A command without a rule knows no parameters. */
        if (!cli->flags[FLAG_QUIET] && !is_param && exact(cli, name, true))
            say(cli, "warning: %s is ignored: a parameter of the rule is NKIBENCH_P_%s", origin,
                origin + sizeof prefix - 1);
        else if (!cli->flags[FLAG_QUIET] && (!is_param || cli_has_rule(cli)))
            say(cli, "warning: %s is no setting%s and is ignored", origin,
                is_param ? " of this rule" : "");
        return 0;
    }
    return cli_option_apply(cli, option, value, origin);
}

int cli_environment_apply(struct cli *cli, bool early)
{
    cli->layer = LAYER_ENVIRONMENT;
    for (char **at = environ; *at; at++) {
        const char *equals = strchr(*at, '=');
        if (strncmp(*at, "NKIBENCH_", 9) != 0 || !equals ||
            strncmp(*at, "NKIBENCH_RULE_PATH=", 19) == 0)
            continue;
        int code = apply_variable(cli, *at, equals + 1, (size_t)(equals - *at), early);
        if (code != 0)
            return code;
    }
    return 0;
}

/* One folder by two names (a link, a slash at the end) is one folder. */
static bool is_folder(const char *path, const char *other)
{
    struct stat a, b;
    return other && stat(path, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

/* The nearest nkibench.yaml, or NULL. The path is relative ("../nkibench.yaml"), so that what is
 * relative to it stays short and the same wherever the tree is moved. */
static const char *find_file(struct cli *cli)
{
    char folder[4096];
    const char *home = getenv("HOME"), *up = "";

    if (!getcwd(folder, sizeof folder))
        return NULL;
    for (;;) {
        char *path = nkb_arena_printf(&cli->arena, "%snkibench.yaml", up);
        char *slash = strrchr(folder, '/');
        if (path && access(path, F_OK) == 0)
            return path;
        if (!path || !slash || strcmp(folder, "/") == 0 || is_folder(folder, home))
            return NULL;
        slash[slash == folder] = '\0';
        up = nkb_arena_printf(&cli->arena, "%s../", up);
        if (!up)
            return NULL;
    }
}

struct applying {
    struct cli *cli;
    const char *path;
    int code;
};

static void apply_setting(void *context, const char *name, const char *value, int line,
                          int is_param)
{
    struct applying *applying = context;
    struct cli *cli = applying->cli;
    if (applying->code != 0)
        return;
    char *origin = nkb_arena_printf(&cli->arena, "%s:%d", applying->path, line);
    char *flag = flag_name(cli, name, strlen(name));
    if (!origin || !flag) {
        applying->code = nkb_err_memory(&cli->err);
        return;
    }
    const struct option *option = exact(cli, flag, is_param);
    if (option)
        applying->code = cli_option_apply(cli, option, value, origin);
    else if (cli_has_rule(cli))
        applying->code =
            nkb_err_set(&cli->err, NKB_EUSAGE,
                        "%s: the rule has no parameter '%s' (--help lists them)", origin, name);
}

int cli_settings_apply(struct cli *cli)
{
    struct applying applying = {cli, cli->flags[FLAG_SETTINGS], 0};
    if (!applying.path && cli->flags[FLAG_NO_SETTINGS])
        return 0;
    if (!applying.path)
        applying.path = find_file(cli);
    if (!applying.path)
        return 0;
    cli->layer = LAYER_FILE;
    cli->settings_path = applying.path;
    if (nkb_run_read_settings(cli->run, applying.path, apply_setting, &applying) != NKB_DONE)
        return nkb_err_set(&cli->err, NKB_EUSAGE, "%s", nkb_run_error(cli->run));
    return applying.code;
}
