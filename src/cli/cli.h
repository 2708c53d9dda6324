/* Inside of the program: what its files share. cli includes base/ and nkibench.h, nothing else; it
 * is the only room that prints, and the only one that knows of argv, the environment, terminals and
 * signals. */
#ifndef NKB_CLI_CLI_H
#define NKB_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "nkibench.h"

/* The program's own flags; all others are settings of the run or parameters of the rule. */
enum cli_flag {
    FLAG_HELP,
    FLAG_VERSION,
    FLAG_QUIET,
    FLAG_ASCII,
    FLAG_SETTINGS,
    FLAG_NO_SETTINGS,
    FLAG_DRY_RUN,
    FLAG_JSON,
    FLAG_LUA,
    FLAG_CSV,
    FLAG_SCAN,
    FLAG_RULE,
    FLAG_DIR,
    FLAG_EXAMPLE,
    FLAG_TAP,
    FLAG_JUNIT,
    FLAG_COUNT,
};

enum option_owner { OWNER_CLI, OWNER_ASKED, OWNER_SETTING, OWNER_PARAM };

/* One line of the one option table: parsing, the environment, settings files and --help read it. */
struct option {
    const char *name, *metavar; /* metavar NULL: a switch */
    const char *group, *about, *initial, *choices, *unit; /* unit: with the range */
    enum option_owner owner;
    enum cli_flag flag;   /* OWNER_CLI */
    const char *commands; /* the only ones it means something to, separated by spaces; NULL: all */
    char letter;          /* -k is --only; 0: none */
};

struct cli;

/* One command. Its words are in scripts/, its function in a file of its own. */
struct command {
    const char *name, *usage, *about; /* of --help */
    int (*run)(struct cli *);
    bool takes_rule;    /* the first word may be a rule; it is loaded, and its parameters are flags */
    const char *groups; /* of settings that its --help lists beside Output and Run; NULL: all */
};

struct cli {
    struct nkb_arena arena;
    nkb_run *run;
    const struct command *command;
    int first_argument; /* of argv, past the command and the rule */
    const char *rule;   /* NULL: the default */
    const char **words;  /* arguments that are no flags, after the command or rule */
    size_t word_count;
    const char *flags[FLAG_COUNT]; /* the value, "true" for a switch that is on; NULL: not given */
    struct option *options;
    size_t option_count;
    bool any_argument;
    enum layer { LAYER_NONE, LAYER_FILE, LAYER_ENVIRONMENT, LAYER_FLAGS } layer, list_layer;
    const char *settings_path; /* of the settings file that was read */
    struct nkb_err err;
};

/* commands.c */
const struct command *cli_command(size_t i);           /* in order, score first; NULL past the last */
const struct command *cli_command_find(const char *word); /* NULL: it is none */
const char *cli_command_suggest(const char *word);     /* NULL: none is like it */
const struct option *cli_asked_option(size_t i);       /* of some commands only; NULL past the last */
/* Is there a rule, whose parameters are flags? */
bool cli_has_rule(const struct cli *cli);
bool cli_option_is_for(const struct option *option, const struct command *command);

/* options.c */
/* (Re)build the table: the program's flags, the run's settings, and the rule's parameters if one is
 * loaded. */
int cli_options_build(struct cli *cli);
/* By exact name, else unique prefix; 0, or NKB_EUSAGE with a suggestion or the candidates. */
int cli_option_find(struct cli *cli, struct nkb_str name, const struct option **out);
/* option_apply.c: `value` of a switch is "true", "yes", "off" … */
int cli_option_apply(struct cli *cli, const struct option *option, const char *value,
                     const char *origin);
/* options.c */
/* Split argv: command, rule, words; and of the flags those that matter before a rule is loaded. */
int cli_arguments_scan(struct cli *cli, int argc, char **argv);
/* All flags, once the table is whole. */
int cli_arguments_apply(struct cli *cli, int argc, char **argv);

/* settings.c: nkibench.yaml and NKIBENCH_*. `early`: only what matters before a rule is loaded. */
int cli_environment_apply(struct cli *cli, bool early);
int cli_settings_apply(struct cli *cli);

/* help.c */
int cli_help(struct cli *cli);

/* missing.c: whoever lacks one input hears of all that are missing, at once; who has none yet hears
 * also of the one command that shows how it works. NKB_DONE when none is missing. */
int cli_say_missing(struct cli *cli);
/* The measuring ended with NKB_INPUT: a file that is missing may be why, and then it may not be the
 * only one. Anything else is kept as what the program ends with. */
void cli_say_why(struct cli *cli);

/* say.c: talk on stderr, data on stdout */
void say(const struct cli *cli, const char *format, ...) NKB_PRINTF(2, 3);
void say_diagnostics(const struct cli *cli);
/* Text meant for people, as this stream can show it: --ascii, colour on a terminal. */
int say_text(struct cli *cli, int fd, const char *text, size_t size);
int write_all(int fd, const char *data, size_t size, const char *name, struct nkb_err *err);

/* output.c: files that are complete or absent */
struct output {
    const char *flag, *path; /* path "-": standard output */
    const char *target,
        *temporary; /* what is renamed over what; temporary NULL for devices and pipes */
    int fd;
};
/* Before the work: is it writable? Makes the temporary. */
int output_open(struct cli *cli, struct output *output, const char *flag, const char *path);
int output_add(struct cli *cli, struct output *output, const char *text, size_t size);
/* The last of it, and nothing more. */
int output_write(struct cli *cli, struct output *output, const char *text, size_t size);
int output_commit(struct cli *cli, struct output *output);
void output_discard(struct output *output);
/* Would it destroy what the run reads? NKB_EUSAGE; asked before the work, and after it again. */
int output_check_input(struct cli *cli, const struct output *output);
/* Would one replace the other? */
bool output_same(const struct output *a, const struct output *b);

/* guard.c: signals and the hard limit on time spent inside a rule's C functions */
void guard_start(void);
void guard_watch(struct cli *cli);
/* Remember a file to remove should we be interrupted; forget it again. */
bool guard_add(const char *path);
void guard_remove(const char *path);
/* No signal of ours between making such a file and remembering it. */
void guard_hold(bool hold);

/* progress.c */
void progress_watch(struct cli *cli);
void progress_clear(void);

/* command_show.c: what commands that show share */
/* The error, and NKB_USAGE. */
int show_usage(struct cli *cli, const char *text);
/* Measure these names of the tree and no others. */
int show_only(struct cli *cli, const char *needs);
/* A text of the run, below `path` when that is not NULL. */
int show_text(struct cli *cli, const char *what, const char *path);
/* After measuring ended with `status`: what there is to say, and NAME in the form that was asked for. */
int show_measured(struct cli *cli, int status, const char *name, const char *path);

/* commands */
int command_score(struct cli *cli);
int command_explain(struct cli *cli);
int command_metrics(struct cli *cli);
int command_hlo(struct cli *cli);
int command_scan(struct cli *cli); /* hlo --scan */
int command_log(struct cli *cli);
int command_rules(struct cli *cli);
int command_test(struct cli *cli);
int command_check(struct cli *cli);
int command_new(struct cli *cli);
int command_help(struct cli *cli);

#endif
