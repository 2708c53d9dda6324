/* What a command costs as a process of its own: measure ROUNDS COMMAND [ARGUMENT…] runs it so
 * often, its output thrown away, and prints of the fastest round "wall_s cpu_s peak_bytes
 * page_faults". */
#define _DEFAULT_SOURCE /* wait4 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec * 1e-6;
}

static void become(char **command)
{
    int nothing = open("/dev/null", O_RDWR);
    if (nothing >= 0) {
        dup2(nothing, STDOUT_FILENO);
        dup2(nothing, STDERR_FILENO);
    }
    execvp(command[0], command);
    _exit(127);
}

int main(int argc, char **argv)
{
    long rounds = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
    double best_s = 0;
    struct rusage best = {0}, used;

    if (rounds < 1)
        return fputs("measure ROUNDS COMMAND [ARGUMENT...]\n", stderr), 2;
    for (long i = 0; i < rounds; i++) {
        int status = 0;
        double begun = now_s();
        pid_t child = fork();
        if (child == 0)
            become(argv + 2);
        if (child < 0 || wait4(child, &status, 0, &used) != child)
            return perror("measure"), 1;
        double taken = now_s() - begun;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
            return fprintf(stderr, "measure: %s did not end well\n", argv[2]), 1;
        if (i == 0 || taken < best_s) {
            best_s = taken;
            best = used;
        }
    }
    printf("%.6f %.6f %lld %ld\n", best_s, seconds(best.ru_utime) + seconds(best.ru_stime),
           (long long)best.ru_maxrss * 1024, best.ru_minflt);
    return 0;
}
