/* Output files are complete or absent: opened (as a temporary beside the target) before the work,
 * written and synced once every text is there, renamed over the target last. What is no regular
 * file is written as it is. */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

enum { MAX_HOPS = 40 }; /* of links, as the system's own limit */

static const char *reason_of(int number, char *out, size_t size)
{
    if (strerror_r(number, out, size) != 0)
        out[0] = '\0';
    return out;
}

static int refuse(struct cli *cli, const struct output *output, int number)
{
    char reason[128];
    if (number == ENOENT || number == ENOTDIR)
        return nkb_err_set(&cli->err, NKB_EOUTPUT, "%s: its folder does not exist (%s)",
                           output->path, output->flag);
    return nkb_err_set(&cli->err, NKB_EOUTPUT, "%s: cannot be written: %s (%s)", output->path,
                       reason_of(number, reason, sizeof reason), output->flag);
}

static int open_special(struct cli *cli, struct output *output)
{
    output->fd = open(output->target, O_WRONLY | O_CLOEXEC);
    return output->fd < 0 ? refuse(cli, output, errno) : 0;
}

static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

/* Where the name really leads: links are followed, also to a file that is not there yet, so that a
 * link stays a link. A link that is no path (/dev/stdout to a pipe) stays as it is. */
static const char *real_target(struct cli *cli, const char *path)
{
    char buffer[PATH_MAX];
    struct stat st;

    if (stat(path, &st) == 0)
        return nkb_arena_string(&cli->arena, realpath(path, buffer) ? buffer : path);
    for (int hops = 0; hops < MAX_HOPS && path; hops++) {
        ssize_t size = readlink(path, buffer, sizeof buffer - 1);
        if (size < 0)
            break;
        buffer[size] = '\0';
        path = nkb_arena_printf(&cli->arena, "%.*s%s",
                                buffer[0] == '/' ? 0 : (int)folder_length(path), path, buffer);
    }
    return path;
}

int output_open(struct cli *cli, struct output *output, const char *flag, const char *path)
{
    struct stat st;
    mode_t mask = umask(0);
    umask(mask);
    mode_t mode = 0666 & ~mask;

    *output = (struct output){.flag = flag, .path = path, .fd = -1};
    if (strcmp(path, "-") == 0) {
        output->fd = STDOUT_FILENO;
        return 0;
    }
    output->target = real_target(cli, path);
    if (!output->target)
        return nkb_err_memory(&cli->err);
    if (stat(output->target, &st) == 0) {
        if (S_ISDIR(st.st_mode))
            return nkb_err_set(&cli->err, NKB_EOUTPUT,
                               "%s: is a directory; a file is expected (%s)", path, flag);
        if (!S_ISREG(st.st_mode))
            return open_special(cli, output);
        if (access(output->target, W_OK) != 0)
            return refuse(cli, output, errno);
        mode = st.st_mode & 0777;
    } else if (errno != ENOENT) {
        return refuse(cli, output, errno);
    }

    /* Its own name and not one made of the target's, which may be as long as names can be. */
    char *temporary = nkb_arena_printf(&cli->arena, "%.*s" NKB_TEMPORARY_NAME,
                                       (int)folder_length(output->target), output->target);
    if (!temporary)
        return nkb_err_memory(&cli->err);
    guard_hold(true);
    output->fd = mkstemp(temporary);
    int number = errno;
    if (output->fd >= 0) {
        output->temporary = temporary;
        if (!guard_add(temporary)) {
            close(output->fd);
            unlink(temporary);
            output->temporary = NULL;
            output->fd = -1;
            number = ENAMETOOLONG;
        }
    }
    guard_hold(false);
    if (output->fd < 0)
        return refuse(cli, output, number);
    if (fcntl(output->fd, F_SETFD, FD_CLOEXEC) != 0 || fchmod(output->fd, mode) != 0)
        return refuse(cli, output, errno);
    return 0;
}

bool output_same(const struct output *a, const struct output *b)
{
    struct stat x, y;
    if (!a->target || !b->target) /* standard output */
        return !a->target && !b->target;
    if (!a->temporary || !b->temporary) /* a device takes what comes */
        return false;
    /* The temporaries are in the folders of the targets, whatever these are called. */
    size_t in_a = folder_length(a->target), in_b = folder_length(b->target);
    char folder_a[PATH_MAX], folder_b[PATH_MAX];
    if (in_a >= sizeof folder_a || in_b >= sizeof folder_b)
        return false;
    memcpy(folder_a, in_a ? a->target : ".", in_a ? in_a : 1);
    memcpy(folder_b, in_b ? b->target : ".", in_b ? in_b : 1);
    folder_a[in_a ? in_a : 1] = folder_b[in_b ? in_b : 1] = '\0';
    return strcmp(a->target + in_a, b->target + in_b) == 0 && stat(folder_a, &x) == 0 &&
           stat(folder_b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* An output that is also an input would destroy it. Asked before the work, and after it again, when
 * the files found in folders are known. */
int output_check_input(struct cli *cli, const struct output *output)
{
    struct stat a, b;
    const char *input = output->temporary ? nkb_run_reads(cli->run, output->target) : NULL;
    const char *settings = cli->settings_path;

    if (output->temporary && settings && stat(settings, &a) == 0 && stat(output->target, &b) == 0 &&
        a.st_dev == b.st_dev && a.st_ino == b.st_ino)
        input = "the settings";
    if (input)
        return nkb_err_set(&cli->err, NKB_EUSAGE, "%s: %s would overwrite %s", output->path,
                           output->flag, input);
    return 0;
}

int output_add(struct cli *cli, struct output *output, const char *text, size_t size)
{
    return write_all(output->fd, text, size,
                     output->fd == STDOUT_FILENO ? "standard output" : output->path, &cli->err);
}

int output_write(struct cli *cli, struct output *output, const char *text, size_t size)
{
    int code = output_add(cli, output, text, size);
    if (code == 0 && output->temporary && fsync(output->fd) != 0)
        code = refuse(cli, output, errno);
    if (output->fd != STDOUT_FILENO) {
        if (close(output->fd) != 0 && code == 0)
            code = refuse(cli, output, errno);
        output->fd = -1;
    }
    return code;
}

int output_commit(struct cli *cli, struct output *output)
{
    if (!output->temporary)
        return 0;
    if (rename(output->temporary, output->target) != 0)
        return refuse(cli, output, errno);
    guard_remove(output->temporary);
    output->temporary = NULL;

    /* The rename itself must outlive a crash of the machine; where that cannot be asked for, it
     * need not. */
    char *copy = nkb_arena_string(&cli->arena, output->target);
    int folder = copy ? open(dirname(copy), O_RDONLY | O_CLOEXEC) : -1;
    if (folder >= 0) {
        (void)fsync(folder);
        close(folder);
    }
    return 0;
}

void output_discard(struct output *output)
{
    if (output->fd >= 0 && output->fd != STDOUT_FILENO)
        close(output->fd);
    output->fd = -1;
    if (output->temporary) {
        unlink(output->temporary);
        guard_remove(output->temporary);
        output->temporary = NULL;
    }
}
