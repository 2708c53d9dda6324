/* What the process takes while a rule fills its memory with blocks of every size: no more than the
 * rule's cap and 8 MiB. The peak of a process only rises, so each attack is a process of its own.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host_fixture.h"
#include "under_asan.h"

static long peak_kib(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss : -1;
}

/* How much the process has grown when the rule has been stopped, in KiB; -1: it was not. */
static long growth_kib(const char *body)
{
    struct fixture f;
    fixture_open(&f);
    fixture_run(&f, "return 1"); /* what any rule takes is there */
    long before = peak_kib();
    bool stopped = fixture_run(&f, body) == NKB_ERULE;
    long grown = peak_kib() - before;
    fixture_close(&f);
    return stopped ? grown : -1;
}

static void test_blocks_of_every_size(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "local a = {} local b = a while true do b[1] = {} b = b[1] end",
        "local a = false while true do local b = a a = function() return b end end",
        "local a = {} for i = 1, 1e9 do a[i] = 'x' .. i end",
        "local a = {} for i = 1, 1e9 do a[i] = ('x'):rep(100 + i % 50) .. i end",
        "local a = {} for i = 1, 1e9 do a[i] = ('x'):rep(5000) .. i end",
        "local a = {} for i = 1, 1e9 do a[i * 1048576] = i end",
        "local s = 'x' while true do s = s .. s end",
        "local function f(n) return 1 + f(n + 1) end f(1)",
        "local t = {} for i = 1, 1e9 do t[i] = load('return ' .. i) end",
        ("local t = {} for i = 1, 300000 do t[i] = 1 end "
         "for i = 1, 190 do t = { t } end nkb.json.encode(t, 8)"),
        "local s = ('\\1'):rep(20 << 20) nkb.json.encode { s, s, s }",
        "local t = { 1 } for i = 1, 60 do t = { t, t } end nkb.json.encode(t)",
    };
    enum { CAP_MIB = 64, MORE_MIB = 8 };
#ifdef UNDER_ASAN
    skip(); /* it keeps what was freed, and a zone around each block */
#endif
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        int status = 0;
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            long grown = growth_kib(bodies[i]);
            if (grown > (CAP_MIB + MORE_MIB) * 1024)
                fprintf(stderr, "%ld KiB: %s\n", grown, bodies[i]);
            _exit(grown < 0 ? 2 : grown > (CAP_MIB + MORE_MIB) * 1024);
        }
        assert_true(waitpid(child, &status, 0) == child);
        assert_int_equal(status, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_blocks_of_every_size)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
