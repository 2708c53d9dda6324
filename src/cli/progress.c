/* Long work shows itself on a terminal: files, bytes, rate and time left, from half a second on. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct {
    double started_s, shown_s;
    bool visible;
} state;

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void progress_clear(void)
{
    static const char erase[] = "\r\033[K";
    if (state.visible && write(STDERR_FILENO, erase, sizeof erase - 1) > 0)
        state.visible = false;
}

static int on_progress(void *context, size_t files_done, size_t files_total, uint64_t bytes_done)
{
    char line[160];
    double now = now_s();
    (void)context;

    if (state.started_s <= 0)
        state.started_s = now;
    double elapsed = now - state.started_s;
    if (elapsed < 0.5 || now - state.shown_s < 0.1)
        return 0;
    double left =
        files_done ? elapsed * (double)(files_total - files_done) / (double)files_done : 0;
    int size = snprintf(
        line, sizeof line, "\r\033[K%zu of %zu files  %.1f MB  %.1f MB/s  %.0f s left", files_done,
        files_total, (double)bytes_done / 1e6, (double)bytes_done / 1e6 / elapsed, left);
    state.shown_s = now;
    if (size > 0 && write(STDERR_FILENO, line, (size_t)size) > 0)
        state.visible = true;
    return 0;
}

void progress_watch(struct cli *cli)
{
    if (isatty(STDERR_FILENO) == 1 && !cli->flags[FLAG_QUIET]) {
        state.started_s = now_s();
        nkb_run_on_progress(cli->run, on_progress, NULL);
    }
}
