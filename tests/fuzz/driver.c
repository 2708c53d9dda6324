/* Where libFuzzer is not linked: every file named (or standard input) goes once through the fuzz
 * target, in memory of exactly its size, so that a sanitizer sees the first byte read too far. The
 * name goes to stderr first. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_INPUT_BYTES = 64 << 20 };

static int replay(const char *path)
{
    struct nkb_buf bytes = NKB_BUF_INIT;
    struct nkb_err err = {0};
    uint8_t *exact = NULL;
    int bad = 1;

    fprintf(stderr, "replaying %s\n", path);
    if (nkb_file_read(path, NULL, MAX_INPUT_BYTES, &bytes, &err) != 0) {
        fprintf(stderr, "%s\n", err.text);
        goto out;
    }
    exact = malloc(bytes.len ? bytes.len : 1);
    if (!exact)
        goto out;
    if (bytes.len)
        memcpy(exact, bytes.data, bytes.len);
    bad = LLVMFuzzerTestOneInput(exact, bytes.len);

out:
    free(exact);
    nkb_buf_free(&bytes);
    return bad;
}

int main(int argc, char **argv)
{
    int bad = 0;
    for (int i = 1; i < argc; i++)
        bad |= replay(argv[i]);
    if (argc < 2)
        bad = replay("-");
    return bad != 0;
}
