/* A score from C: one handle is one run. Each call returns the program's exit code, and
 * nkb_run_error says why. */
#include <nkibench.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    nkb_run *run = nkb_run_new();
    if (!run || argc != 3)
        return NKB_USAGE;
    int status = nkb_run_rule(run, argv[1]);
    if (status == NKB_DONE)
        status = nkb_run_set(run, "inference-results", argv[2], "the second argument");
    if (status == NKB_DONE)
        status = nkb_run_measure(run);
    if (status == NKB_DONE)
        status = nkb_run_score(run);
    const char *text = nkb_run_text(run, "console", NULL, NULL);
    if (status == NKB_DONE && text)
        fputs(text, stdout);
    else
        fprintf(stderr, "%s\n", nkb_run_error(run));
    nkb_run_free(run);
    return status;
}
