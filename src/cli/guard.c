/* Signals. An interrupt removes our temporaries and ends the program as the signal would have. A
 * rule that spends its time inside one of Lua's C functions, where no hook can stop it, is ended by
 * a timer. Handlers use only what is safe in one: unlink, write, _exit, and text made beforehand.
 */
#include "cli/cli.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/num.h"

enum { MAX_TEMPORARIES = 8, PATH_BYTES = 4096 };

static char temporaries[MAX_TEMPORARIES][PATH_BYTES];
static volatile sig_atomic_t in_use[MAX_TEMPORARIES];
static const int interrupts[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGXCPU, SIGXFSZ};
enum { INTERRUPTS = sizeof interrupts / sizeof interrupts[0] };
static char verdict[NKB_ERR_TEXT_BYTES + 1];
static volatile sig_atomic_t verdict_size;

bool guard_add(const char *path)
{
    for (int i = 0; i < MAX_TEMPORARIES; i++)
        if (!in_use[i] && strlen(path) < PATH_BYTES) {
            memcpy(temporaries[i], path, strlen(path) + 1);
            in_use[i] = 1;
            return true;
        }
    return false;
}

void guard_remove(const char *path)
{
    for (int i = 0; i < MAX_TEMPORARIES; i++)
        if (in_use[i] && strcmp(temporaries[i], path) == 0)
            in_use[i] = 0;
}

void guard_hold(bool hold)
{
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < INTERRUPTS; i++)
        sigaddset(&set, interrupts[i]);
    pthread_sigmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

static void remove_temporaries(void)
{
    for (int i = 0; i < MAX_TEMPORARIES; i++)
        if (in_use[i])
            unlink(temporaries[i]);
}

static void on_interrupt(int number)
{
    remove_temporaries();
    signal(number, SIG_DFL);
    raise(number);
}

static void on_timer(int number)
{
    (void)number;
    remove_temporaries();
    if (write(STDERR_FILENO, verdict, (size_t)verdict_size) < 0)
        _exit(5);
    _exit(5);
}

void guard_start(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = on_interrupt;
    sigfillset(&action.sa_mask);
    for (int i = 0; i < INTERRUPTS; i++) {
        struct sigaction old;
        /* A signal the parent has us ignore (nohup) stays ignored. */
        if (sigaction(interrupts[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(interrupts[i], &action, NULL);
    }
    action.sa_handler = on_timer;
    sigaction(SIGALRM, &action, NULL);
}

/* Lua's own hook stops a rule at the limit; the timer comes a little later, for what no hook
 * reaches. */
static void on_enter(void *context, const char *what)
{
    struct cli *cli = context;
    struct itimerval timer = {{0, 0}, {0, 0}};
    const char *limit = nkb_run_setting(cli->run, "max-seconds");
    const char *unsafe = nkb_run_setting(cli->run, "unsafe");

    if (what && limit && !(unsafe && strcmp(unsafe, "true") == 0)) {
        struct nkb_err line; /* for its cleaning */
        double seconds = 0;
        nkb_err_set(&line, NKB_ERULE,
                    "nkibench: %s: stopped after %s s inside a C function (--max-seconds)", what,
                    limit);
        verdict_size = snprintf(verdict, sizeof verdict, "%s\n", line.text);
        nkb_parse_double(nkb_str_from(limit), false, &seconds);
        seconds += 0.5;
        if (seconds > 1e6)
            seconds = 1e6;
        timer.it_value.tv_sec = (time_t)floor(seconds);
        timer.it_value.tv_usec = (suseconds_t)((seconds - floor(seconds)) * 1e6);
    }
    setitimer(ITIMER_REAL, &timer, NULL);
}

void guard_watch(struct cli *cli)
{
    nkb_run_on_enter(cli->run, on_enter, cli);
}
