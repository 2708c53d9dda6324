/* The commands, and the flags that mean something to some of them only. The first word of argv is a
 * command or a rule to score by; what else is written here (help, suggestions, where a flag has a
 * place) follows from the two tables. */
#include "cli/cli.h"

#include <string.h>

#include "base/text.h"

static const struct command commands[] = {
    {"score", "[RULE] [flags]", "score: RULE is a Lua file or a rule's name; score.lua if left out",
     command_score, true, NULL},
    {"explain", "explain [RULE]", "where the score comes from, and what would move it",
     command_explain, true, NULL},
    {"metrics", "metrics [PATH]", "the numbers a rule would see", command_metrics, false,
     "Inputs Training Inference HLO"},
    {"hlo", "hlo [VIEW] FILE|DIR...",
     "what HLO modules hold: MACs, kernels, loops; VIEW is advise, roofline or diff", command_hlo,
     false, "HLO"},
    {"log", "log FILE", "what a training log says", command_log, false, ""},
    {"check", "check [RULE|DIR...]", "is a rule well written? Nothing is measured", command_check,
     false, ""},
    {"test", "test [PATH...]", "run the tests of rules: *_test.lua beside them", command_test,
     false, ""},
    {"new", "new NAME", "a rule to begin with, its layout and its test", command_new, false, ""},
    {"rules", "rules [show|doc NAME]", "the rules there are; one's source, or a page about it",
     command_rules, false, ""},
    {"help", "help [api|COMMAND]", "this; the rule API on one page", command_help, false, ""},
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

/* Flags of some commands: the text that is asked for depends on them (nkb_run_ask). */
static const struct option asked[] = {
    {.name = "by",
     .metavar = "DIM[,DIM]",
     .group = "HLO",
     .about = "a table of counts by module, computation, opcode, kernel, scope, source, dtype, "
              "shape or instruction",
     .owner = OWNER_ASKED,
     .commands = "hlo"},
    {.name = "count",
     .metavar = "WHICH",
     .group = "HLO",
     .about = "of --by: what runs, upstream's count, or XLA's cost with loop bodies once",
     .choices = "executed static xla",
     .initial = "executed",
     .owner = OWNER_ASKED,
     .commands = "hlo"},
    {.name = "sort",
     .metavar = "KEY",
     .group = "HLO",
     .about = "of --by: the largest first",
     .choices = "macs nki flops transcendentals bytes calls instructions key",
     .owner = OWNER_ASKED,
     .commands = "hlo"},
    {.name = "top",
     .metavar = "N",
     .group = "HLO",
     .about = "of --by: so many rows, and the others together; 0: all",
     .initial = "20",
     .owner = OWNER_ASKED,
     .commands = "hlo"},
    {.name = "depth",
     .metavar = "N",
     .group = "HLO",
     .about = "of --by scope: so many parts of a name; left out, the first that make 8 rows",
     .owner = OWNER_ASKED,
     .commands = "hlo"},
    {.name = "chip",
     .metavar = "NAME",
     .group = "HLO",
     .about = "of hlo roofline: trn1, trn2, trn3, inf2 or any --hw-backend",
     .initial = "trn1",
     .owner = OWNER_ASKED,
     .commands = "hlo"},
    {.name = "cores",
     .metavar = "N",
     .group = "HLO",
     .about = "of hlo roofline: the module runs on one of the chip's N cores, and has 1/N of it",
     .initial = "1",
     .owner = OWNER_ASKED,
     .commands = "hlo"},
    {.name = "shard",
     .metavar = "I/N",
     .group = "HLO",
     .about = "of --scan: the files that fall to the I-th of N processes",
     .owner = OWNER_ASKED,
     .commands = "hlo"},
    {.name = "merge",
     .group = "HLO",
     .about = "take parts alone, which --scan wrote; other commands take them among files too",
     .owner = OWNER_ASKED,
     .commands = "hlo"},
    {.name = "target",
     .metavar = "X",
     .group = "Score",
     .about = "a score: what one input alone would need for it",
     .owner = OWNER_ASKED,
     .commands = "explain"},
    {.name = "format",
     .metavar = "NAME",
     .group = "Output",
     .about = "how findings are written",
     .choices = "text json github sarif",
     .initial = "text",
     .owner = OWNER_ASKED,
     .commands = "check"},
    {.name = "strict",
     .group = "Run",
     .about = "warnings count as errors",
     .owner = OWNER_ASKED,
     .commands = "check"},
    {.name = "only",
     .letter = 'k',
     .metavar = "TEXT",
     .group = "Run",
     .about = "only cases whose name holds this",
     .owner = OWNER_ASKED,
     .commands = "test"},
    {.name = "seed",
     .metavar = "N",
     .group = "Run",
     .about = "where the inputs of properties begin",
     .initial = "the test's, or 1",
     .owner = OWNER_ASKED,
     .commands = "test"},
    {.name = "runs",
     .metavar = "N",
     .group = "Run",
     .about = "inputs of each property",
     .initial = "the test's, or 200",
     .owner = OWNER_ASKED,
     .commands = "test"},
    {.name = "coverage",
     .group = "Run",
     .about = "say which lines of the rules ran",
     .owner = OWNER_ASKED,
     .commands = "test"},
    {.name = "min",
     .metavar = "PERCENT",
     .group = "Run",
     .about = "fail when fewer lines ran",
     .owner = OWNER_ASKED,
     .commands = "test"},
    {.name = NULL},
};

const struct command *cli_command(size_t i)
{
    return i < COMMANDS ? &commands[i] : NULL;
}

const struct command *cli_command_find(const char *word)
{
    for (size_t i = 1; i < COMMANDS; i++) /* "score" is what is done without a command */
        if (strcmp(word, commands[i].name) == 0)
            return &commands[i];
    return NULL;
}

const char *cli_command_suggest(const char *word)
{
    const char *names[COMMANDS];
    for (size_t i = 1; i < COMMANDS; i++)
        names[i - 1] = commands[i].name;
    return nkb_suggest(nkb_str_from(word), names, COMMANDS - 1);
}

const struct option *cli_asked_option(size_t i)
{
    return i < sizeof asked / sizeof asked[0] && asked[i].name ? &asked[i] : NULL;
}

bool cli_has_rule(const struct cli *cli)
{
    return cli->command->takes_rule || cli->flags[FLAG_RULE];
}

bool cli_option_is_for(const struct option *option, const struct command *command)
{
    size_t len = strlen(command->name);
    for (const char *at = option->commands; at && *at; at += strcspn(at, " "), at += *at == ' ')
        if (strcspn(at, " ") == len && strncmp(at, command->name, len) == 0)
            return true;
    return !option->commands;
}
