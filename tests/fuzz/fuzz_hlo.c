/* Any bytes as an HLO file: read or refused with a message, and never read differently from memory
 * and from a file with a small window, now and then on several threads. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "input/hlo_proto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nkb_str bytes = {(const char *)data, size};
    struct nkb_arena arena = NKB_ARENA_INIT;
    struct nkb_err whole = {0}, windowed = {0};
    struct nkb_hlo one = {0}, two = {0};
    struct nkb_wire wire;
    struct nkb_hlo_build build = {
        0}; /* for both: what one reading leaves must not touch the next */

    nkb_wire_from_bytes(&wire, bytes);
    int code = nkb_hlo_proto_read(&wire, &nkb_hlo_default_limits, &build, &arena, &one, &whole);
    if ((code == 0) != (whole.text[0] == '\0'))
        abort();
    int fd = memfd_create("fuzz", 0);
    if (fd >= 0 && write(fd, data, size) == (ssize_t)size &&
        nkb_wire_from_file(&wire, fd, size, NKB_WIRE_HEADER_BYTES + size % 40, &windowed) == 0) {
        build.threads = size % 8 == 0 ? 3 : 0;
        int again =
            nkb_hlo_proto_read(&wire, &nkb_hlo_default_limits, &build, &arena, &two, &windowed);
        if (again != code || strcmp(whole.text, windowed.text) != 0 ||
            one.instruction_count != two.instruction_count || one.entry != two.entry ||
            !nkb_str_equal(one.name, two.name))
            abort();
        nkb_wire_close(&wire);
    }
    if (fd >= 0)
        close(fd);
    nkb_hlo_build_free(&build);
    nkb_arena_free(&arena);
    return 0;
}
