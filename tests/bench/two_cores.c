/* two_cores ROUNDS: how much faster two threads are than one where they share nothing, not even
 * memory: the most that this machine gives. A loop of about 50 ms whole, and in two halves, in
 * turns; the fastest of each. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { LOOP_S_INVERSE = 20, FIRST = 1 << 20 };

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Each step needs the one before. */
static void *loop(void *steps)
{
    volatile uint64_t end = 0;
    uint64_t x = 1;
    for (uint64_t i = *(const uint64_t *)steps; i > 0; i--)
        x = x * 6364136223846793005u + 1442695040888963407u;
    end = x;
    (void)end;
    return NULL;
}

static double one_s(uint64_t steps)
{
    double from = now_s();
    loop(&steps);
    return now_s() - from;
}

static double two_s(uint64_t steps)
{
    double from = now_s();
    uint64_t half = steps / 2;
    pthread_t other;
    if (pthread_create(&other, NULL, loop, &half) != 0)
        return one_s(steps);
    loop(&half);
    pthread_join(other, NULL);
    return now_s() - from;
}

int main(int argc, char **argv)
{
    long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
    if (rounds < 1)
        return fputs("two_cores ROUNDS\n", stderr), 2;
    double first = one_s(FIRST), one = 1e9, two = 1e9;
    uint64_t steps = (uint64_t)(FIRST / first / LOOP_S_INVERSE);
    for (long i = 0; i < rounds; i++) {
        double a = one_s(steps), b = two_s(steps);
        one = a < one ? a : one;
        two = b < two ? b : two;
    }
    printf("%.2f %.0f\n", one / two, one * 1e3);
    return 0;
}
