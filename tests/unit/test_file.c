/* Files: what is read, what is refused and how that is worded; digests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sha256.h"

static char folder[] = "/tmp/nkibench-test-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static const char *file_with(const char *name, const char *text, char path[128])
{
    snprintf(path, 128, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
    return path;
}

static void file_is_read_whole_and_appended(void **state)
{
    (void)state;
    char path[128];
    struct nkb_buf out = NKB_BUF_INIT;
    struct nkb_err err = {0};
    nkb_buf_text(&out, "before ");
    assert_int_equal(nkb_file_read(file_with("a", "content", path), NULL, 7, &out, &err), 0);
    assert_string_equal(out.data, "before content");
    unlink(path);
    nkb_buf_free(&out);
    assert_int_equal(nkb_file_read(file_with("empty", "", path), NULL, 7, &out, &err), 0);
    assert_int_equal(out.len, 0);
    assert_string_equal(out.data, "");
    unlink(path);
    nkb_buf_free(&out);
}

static void file_past_its_limit_names_the_limit(void **state)
{
    (void)state;
    char path[128], want[256];
    struct nkb_buf out = NKB_BUF_INIT;
    struct nkb_err err = {0};
    assert_int_equal(nkb_file_read(file_with("a", "content", path), NULL, 6, &out, &err),
                     NKB_EINPUT);
    snprintf(want, sizeof want, "%s: larger than 6 bytes, the limit for such a file", path);
    assert_string_equal(err.text, want);
    unlink(path);
    nkb_buf_free(&out);
}

static void device_without_end_is_stopped_at_the_limit(void **state)
{
    (void)state;
    struct nkb_buf out = NKB_BUF_INIT;
    struct nkb_err err = {0};
    assert_int_equal(nkb_file_read("/dev/zero", "--log-file", 1000, &out, &err), NKB_EINPUT);
    assert_string_equal(err.text, "/dev/zero: larger than 1000 bytes, the limit for such a file");
    nkb_buf_free(&out);
}

static void file_that_is_not_there_is_named_with_its_flag(void **state)
{
    (void)state;
    struct nkb_buf out = NKB_BUF_INIT;
    struct nkb_err err = {0};
    assert_int_equal(nkb_file_read("/no/such/file", "--log-file", 9, &out, &err), NKB_EINPUT);
    assert_string_equal(err.text, "/no/such/file: no such file (--log-file)");
    assert_int_equal(nkb_file_read("/dev/null/x", NULL, 9, &out, &err), NKB_EINPUT);
    assert_string_equal(err.text, "/dev/null/x: no such file");
    assert_int_equal(nkb_file_read("/tmp", "--config", 9, &out, &err), NKB_EINPUT);
    assert_string_equal(err.text, "/tmp: is a directory; a file is expected (--config)");
    nkb_buf_free(&out);
}

static void file_nobody_may_read_says_so(void **state)
{
    (void)state;
    char path[128], want[256];
    struct nkb_buf out = NKB_BUF_INIT;
    struct nkb_err err = {0};
    uid_t self = geteuid();
    chmod(file_with("locked", "x", path), 0);
    if (self == 0) /* who may read everything: be somebody else for a moment */
        assert_int_equal(seteuid(65534), 0);
    int code = nkb_file_read(path, NULL, 9, &out, &err);
    if (self == 0)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(code, NKB_EINPUT);
    snprintf(want, sizeof want, "%s: no permission to read it", path);
    assert_string_equal(err.text, want);
    unlink(path);
    nkb_buf_free(&out);
}

static void file_size_is_known_of_regular_files_only(void **state)
{
    (void)state;
    char path[128];
    int fd = -1;
    int64_t size = 0;
    struct nkb_err err = {0};
    assert_int_equal(nkb_file_open(file_with("a", "content", path), NULL, &fd, &size, &err), 0);
    assert_int_equal(size, 7);
    close(fd);
    unlink(path);
    assert_int_equal(nkb_file_open("/dev/null", NULL, &fd, &size, &err), 0);
    assert_int_equal(size, -1);
    close(fd);
}

/* ---- digests: the examples of FIPS 180-2, appendix B */

static void digest_is_sha_256(void **state)
{
    (void)state;
    char text[NKB_SHA256_TEXT_BYTES], path[128], want[256];
    struct nkb_err err = {0};
    long long size = 0;
    assert_int_equal(nkb_sha256_text(NKB_STR_LITERAL("abc"), text, &err), 0);
    assert_string_equal(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(nkb_sha256_text(NKB_STR_NONE, text, &err), 0);
    assert_string_equal(text, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");

    file_with("digest", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", path);
    assert_int_equal(nkb_sha256_file(path, text, &size, &err), 0);
    assert_string_equal(text, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    assert_int_equal(size, 56);
    unlink(path);
    assert_int_equal(nkb_sha256_file(path, text, &size, &err), NKB_EINPUT);
    snprintf(want, sizeof want, "%s: no such file", path);
    assert_string_equal(err.text, want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(file_is_read_whole_and_appended),
        cmocka_unit_test(file_past_its_limit_names_the_limit),
        cmocka_unit_test(device_without_end_is_stopped_at_the_limit),
        cmocka_unit_test(file_that_is_not_there_is_named_with_its_flag),
        cmocka_unit_test(file_nobody_may_read_says_so),
        cmocka_unit_test(file_size_is_known_of_regular_files_only),
        cmocka_unit_test(digest_is_sha_256),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
