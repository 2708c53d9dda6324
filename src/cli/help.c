/* --help: made of the option table, so that it cannot forget a flag. */
#include "cli/cli.h"

#include <string.h>
#include <unistd.h>

#include "base/buf.h"

enum { TEXT_COLUMN = 30, LAST_COLUMN = 80 };

/* The words of text from TEXT_COLUMN on, wrapped. */
static void wrap(struct nkb_buf *out, const char *text)
{
    size_t column = TEXT_COLUMN;
    while (*text) {
        size_t word = strcspn(text, " ");
        if (column > TEXT_COLUMN && column + 1 + word > LAST_COLUMN) {
            nkb_buf_printf(out, "\n%*s", TEXT_COLUMN, "");
            column = TEXT_COLUMN;
        } else if (column > TEXT_COLUMN) {
            nkb_buf_char(out, ' ');
            column++;
        }
        nkb_buf_append(out, text, word);
        column += word;
        text += word;
        text += *text == ' ';
    }
}

/* What a rule says of itself stays within its line. */
static const char *one_line(struct cli *cli, const char *text)
{
    char *copy = nkb_arena_string(&cli->arena, text ? text : "");
    for (char *c = copy; c && *c; c++)
        if ((unsigned char)*c < 0x20)
            *c = ' ';
    return copy ? copy : "";
}

/* " (default 50.0 %, above 0)", " (ms)", " (from 0 to 1)" */
static void put_facts(struct nkb_buf *text, const struct option *option)
{
    bool initial = option->initial && (option->metavar || strcmp(option->initial, "true") == 0);
    const char *unit = option->unit ? option->unit : "";
    if (!initial && strncmp(unit, ", ", 2) == 0)
        unit += 2;
    if (initial)
        nkb_buf_printf(text, " (default %s%s%s)", option->initial, *unit && *unit != ',' ? " " : "",
                       unit);
    else if (*unit)
        nkb_buf_printf(text, " (%s)", unit);
}

static void describe(struct cli *cli, struct nkb_buf *out, const struct option *option)
{
    char letter[] = {'-', option->letter, ',', ' ', '\0'};
    char *head =
        nkb_arena_printf(&cli->arena, "  %s--%s%s%s", option->letter ? letter : "", option->name,
                         option->metavar ? " " : "", option->metavar ? option->metavar : "");
    struct nkb_buf text = NKB_BUF_INIT;
    if (!head)
        return;
    nkb_buf_text(&text, option->about ? option->about : "");
    if (option->choices)
        nkb_buf_printf(&text, ": %s", option->choices);
    put_facts(&text, option);
    nkb_buf_text(out, head);
    if (strlen(head) + 2 > TEXT_COLUMN)
        nkb_buf_printf(out, "\n%*s", TEXT_COLUMN, "");
    else
        nkb_buf_printf(out, "%*s", (int)(TEXT_COLUMN - strlen(head)), "");
    if (text.data)
        wrap(out, one_line(cli, text.data));
    nkb_buf_char(out, '\n');
    nkb_buf_free(&text);
}

/* Does the command's help list the group? What is about inputs of a score helps nobody who asks for
 * `hlo --help`. */
static bool lists(const struct command *command, const char *group, const struct option *option)
{
    if (option->owner != OWNER_SETTING || !command->groups || strcmp(group, "Run") == 0)
        return true;
    if (command->run == command_hlo && option->letter == 'o') /* of --scan */
        return true;
    return strstr(command->groups, group) != NULL;
}

static void list_commands(struct nkb_buf *out)
{
    const struct command *command;
    for (size_t i = 0; (command = cli_command(i)) != NULL; i++)
        nkb_buf_printf(out, "  nkibench %-22s %s\n", command->usage, command->about);
}

int cli_help(struct cli *cli)
{
    static const char *const groups[] = {"Asked", "Inputs", "Training", "Inference", "HLO",
                                         "Score", "Rule",   "Output",   "Run"};
    struct nkb_buf out = NKB_BUF_INIT;
    const struct command *command = cli->command;
    const char *rule = nkb_run_rule_info(cli->run, "name");
    const char *about = nkb_run_rule_info(cli->run, "about");

    nkb_buf_text(&out,
                 "nkibench " NKB_VERSION ": scores what an AWS Trainium NKI run left behind\n\n");
    if (command->run == command_score)
        list_commands(&out);
    else
        nkb_buf_printf(&out, "  nkibench %-22s %s\n", command->usage, command->about);
    for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++) {
        bool titled = false;
        for (size_t i = 0; i < cli->option_count; i++) {
            const struct option *option = &cli->options[i];
            const char *group = option->owner == OWNER_ASKED ? "Asked" : option->group;
            if (strcmp(group, groups[g]) != 0 || !cli_option_is_for(option, command) ||
                !lists(command, group, option))
                continue;
            if (!titled && strcmp(groups[g], "Rule") == 0)
                nkb_buf_printf(&out, "\nParameters of the rule %s%s%s\n", one_line(cli, rule),
                               about ? ": " : "", one_line(cli, about));
            else if (!titled && strcmp(groups[g], "Asked") == 0)
                nkb_buf_char(&out, '\n');
            else if (!titled)
                nkb_buf_printf(&out, "\n%s\n", groups[g]);
            titled = true;
            describe(cli, &out, option);
        }
    }
    nkb_buf_text(
        &out,
        "\nA unique prefix of a flag will do. Each is also NKIBENCH_NAME in the environment (a "
        "rule's\nparameter NKIBENCH_P_NAME) and a key of nkibench.yaml, the nearest one upward.\n"
        "\nExit: 0 done  1 input or output  2 usage  3 scored but not valid  5 the rule is at "
        "fault\n");
    int code =
        out.failed ? nkb_err_memory(&cli->err) : say_text(cli, STDOUT_FILENO, out.data, out.len);
    nkb_buf_free(&out);
    return code;
}
