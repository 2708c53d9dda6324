/* nkibench new: a rule to begin with, or an example to try. Files are made where none is; whatever
 * is there already stops it before the first is written, and where one cannot be made all that was
 * made before goes again. */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

static int refuse(struct cli *cli, const char *path, int number)
{
    char reason[128];
    if (strerror_r(number, reason, sizeof reason) != 0)
        reason[0] = '\0';
    return nkb_err_set(&cli->err, NKB_EOUTPUT, "%s: cannot be written: %s", path, reason);
}

/* What was made, the last first. */
struct made {
    const char *path;
    bool is_folder;
    struct made *before;
};

static int remember(struct cli *cli, struct made **made, const char *path, bool is_folder)
{
    struct made *entry = nkb_arena_alloc(&cli->arena, sizeof *entry);
    char *copy = nkb_arena_string(&cli->arena, path);
    if (!entry || !copy) {
        is_folder ? rmdir(path) : unlink(path);
        return nkb_err_memory(&cli->err);
    }
    *entry = (struct made){copy, is_folder, *made};
    *made = entry;
    return 0;
}

static void take_back(const struct made *made)
{
    for (; made; made = made->before)
        made->is_folder ? rmdir(made->path) : unlink(made->path);
}

/* The folders a path goes through, from the one behind the first `from` bytes on. */
static int make_folders(struct cli *cli, char *path, size_t from, struct made **made)
{
    int code = 0;
    for (char *at = path + from; code == 0 && (at = strchr(at + (at == path), '/')) != NULL; at++) {
        *at = '\0';
        if (*path && mkdir(path, 0777) == 0)
            code = remember(cli, made, path, true);
        else if (*path && errno != EEXIST)
            code = refuse(cli, path, errno);
        *at = '/';
    }
    return code;
}

static int write_new(struct cli *cli, char *path, const char *text, size_t size, struct made **made)
{
    int code = make_folders(cli, path, 0, made);
    if (code != 0)
        return code;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return refuse(cli, path, errno);
    code = remember(cli, made, path, false);
    if (code == 0)
        code = write_all(fd, text, size, path, &cli->err);
    if (close(fd) != 0 && code == 0)
        code = refuse(cli, path, errno);
    return code;
}

static char *path_in(struct cli *cli, const char *folder, const char *file)
{
    size_t len = strlen(folder);
    return nkb_arena_printf(&cli->arena, "%s%s%s", folder, len && folder[len - 1] == '/' ? "" : "/",
                            file);
}

/* Each line of `list` is a file of the text `what`. First are they all new? Then they are written.
 */
static int write_files(struct cli *cli, const char *what, char *list, const char *folder)
{
    struct nkb_buf said = NKB_BUF_INIT;
    struct made *made = NULL;
    struct stat st;
    int code = 0;

    for (int writing = 0; writing < 2 && code == 0; writing++)
        for (char *file = list; *file && code == 0;) {
            char *end = strchr(file, '\n');
            size_t size = 0;
            *end = '\0';
            char *path = strcmp(folder, ".") == 0 ? nkb_arena_string(&cli->arena, file)
                                                  : path_in(cli, folder, file);
            if (!path) {
                code = nkb_err_memory(&cli->err);
            } else if (lstat(path, &st) == 0 &&
                       file[0] == '.') { /* what all rules of a folder share */
                if (writing)
                    nkb_buf_printf(&said, "kept  %s\n", path);
            } else if (!writing) {
                if (lstat(path, &st) == 0)
                    code = nkb_err_set(&cli->err, NKB_EOUTPUT,
                                       "%s: is there already; nothing was written", path);
            } else {
                const char *text = nkb_run_text(cli->run, what, file, &size);
                code = text ? write_new(cli, path, text, size, &made)
                            : nkb_err_set(&cli->err, NKB_EOUTPUT, "%s", nkb_run_error(cli->run));
                if (code == 0)
                    nkb_buf_printf(&said, "wrote %s\n", path);
            }
            *end = '\n';
            file = end + 1;
        }
    if (code != 0)
        take_back(made);
    else if (said.data && say_text(cli, STDOUT_FILENO, said.data, said.len) != 0)
        code = NKB_EOUTPUT;
    nkb_buf_free(&said);
    return code;
}

/* A folder as a shell's `cd` takes it: 'it'\''s here', ./-x. */
static const char *shell_word(struct cli *cli, const char *folder)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "_./-+,:@%=";
    const char *front = folder[0] == '-' ? "./" : "";
    struct nkb_buf word = NKB_BUF_INIT;

    if (folder[strspn(folder, plain)] == '\0')
        return nkb_arena_printf(&cli->arena, "%s%s", front, folder);
    nkb_buf_printf(&word, "'%s", front);
    for (const char *at = folder; *at; at++)
        if (*at == '\'')
            nkb_buf_text(&word, "'\\''");
        else
            nkb_buf_printf(&word, "%c", *at);
    nkb_buf_text(&word, "'");
    const char *copy = word.failed ? NULL : nkb_arena_string(&cli->arena, word.data);
    nkb_buf_free(&word);
    return copy;
}

int command_new(struct cli *cli)
{
    const char *folder = cli->flags[FLAG_DIR], *example = cli->flags[FLAG_EXAMPLE];
    const char *what = example ? "example" : "new";

    if (example ? cli->word_count > 0 || folder : cli->word_count != 1) {
        nkb_err_set(&cli->err, NKB_EUSAGE,
                    "new takes one name, nkibench new NAME [--dir DIR], or --example DIR alone");
        return NKB_USAGE;
    }
    if ((folder && !*folder) || (example && !*example)) {
        nkb_err_set(&cli->err, NKB_EUSAGE, "%s is empty; a folder is expected, . for this one",
                    example ? "--example" : "--dir");
        return NKB_USAGE;
    }
    if (!example && nkb_run_ask(cli->run, "name", cli->words[0]) != NKB_DONE)
        return NKB_USAGE;
    const char *text = nkb_run_text(cli->run, what, NULL, NULL);
    if (!text)
        return NKB_USAGE;
    char *list = nkb_arena_string(&cli->arena, text);
    if (!list)
        return NKB_INPUT;
    int code = write_files(cli, what, list, example ? example : folder ? folder : ".");
    if (code != 0)
        return NKB_INPUT;
    /* What to do next. */
    text = example ? "nkibench\n" : nkb_run_text(cli->run, "new", "", NULL);
    if (text && (example || folder)) {
        const char *word = shell_word(cli, example ? example : folder);
        text = word ? nkb_arena_printf(&cli->arena, "\ncd %s\n%s", word, text) : NULL;
    } else if (text)
        text = nkb_arena_printf(&cli->arena, "\n%s", text);
    return text && say_text(cli, STDOUT_FILENO, text, strlen(text)) == 0 ? NKB_DONE : NKB_INPUT;
}
