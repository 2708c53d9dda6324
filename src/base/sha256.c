/* SHA-256 by libcrypto's own functions, not by EVP: EVP begins with reading openssl.cnf and looking
 * for providers, which takes longer than all that is digested here. */
#define OPENSSL_API_COMPAT 0x10101000L /* 3.0 would have EVP instead */
#include "base/sha256.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/sha.h>

#include "base/file.h"

static void to_hex(const unsigned char *digest, unsigned size, char out[NKB_SHA256_TEXT_BYTES])
{
    static const char hex[] = "0123456789abcdef";
    for (unsigned i = 0; i < size && i < 32; i++) {
        out[2 * i] = hex[digest[i] >> 4];
        out[2 * i + 1] = hex[digest[i] & 15];
    }
    out[64] = '\0';
}

static int not_available(struct nkb_err *err)
{
    return nkb_err_set(err, NKB_EMEMORY, "SHA-256 is not available in libcrypto");
}

int nkb_sha256_bytes(struct nkb_str data, unsigned char out[NKB_SHA256_BYTES], struct nkb_err *err)
{
    SHA256_CTX context;
    if (SHA256_Init(&context) != 1 ||
        SHA256_Update(&context, data.ptr ? data.ptr : "", data.len) != 1 ||
        SHA256_Final(out, &context) != 1)
        return not_available(err);
    return 0;
}

int nkb_sha256_text(struct nkb_str data, char out[NKB_SHA256_TEXT_BYTES], struct nkb_err *err)
{
    unsigned char digest[NKB_SHA256_BYTES];
    int code = nkb_sha256_bytes(data, digest, err);
    if (code == 0)
        to_hex(digest, sizeof digest, out);
    return code;
}

static int digest_file(const char *path, unsigned char digest[NKB_SHA256_BYTES],
                       long long *size_bytes_out, struct nkb_err *err)
{
    unsigned char block[64 * 1024];
    int64_t known_size;
    long long total = 0;
    int fd = -1, code = nkb_file_open(path, NULL, &fd, &known_size, err);
    if (code != 0)
        return code;

    SHA256_CTX context;
    if (SHA256_Init(&context) != 1) {
        code = not_available(err);
        goto out;
    }
    for (;;) {
        ssize_t got = read(fd, block, sizeof block);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            code = nkb_err_set(err, NKB_EINPUT, "%s: cannot be read", path);
            goto out;
        }
        if (got == 0)
            break;
        total += got;
        SHA256_Update(&context, block, (size_t)got);
    }
    SHA256_Final(digest, &context);
    *size_bytes_out = total;

out:
    close(fd);
    return code;
}

int nkb_sha256_file(const char *path, char out[NKB_SHA256_TEXT_BYTES], long long *size_bytes_out,
                    struct nkb_err *err)
{
    unsigned char digest[NKB_SHA256_BYTES];
    int code = digest_file(path, digest, size_bytes_out, err);
    if (code == 0)
        to_hex(digest, sizeof digest, out);
    return code;
}

int nkb_sha256_file_bytes(const char *path, unsigned char out[NKB_SHA256_BYTES],
                          struct nkb_err *err)
{
    unsigned char digest[NKB_SHA256_BYTES];
    long long size_bytes;
    int code = digest_file(path, digest, &size_bytes, err);
    if (code == 0)
        memcpy(out, digest, sizeof digest);
    return code;
}

struct nkb_sha256 {
    SHA256_CTX context;
};

struct nkb_sha256 *nkb_sha256_new(void)
{
    struct nkb_sha256 *digest = malloc(sizeof *digest);
    if (digest && SHA256_Init(&digest->context) != 1) {
        free(digest);
        return NULL;
    }
    return digest;
}

void nkb_sha256_free(struct nkb_sha256 *digest)
{
    free(digest);
}

void nkb_sha256_add(struct nkb_sha256 *digest, struct nkb_str data)
{
    SHA256_Update(&digest->context, data.ptr ? data.ptr : "", data.len);
}

void nkb_sha256_end(struct nkb_sha256 *digest, unsigned char out[NKB_SHA256_BYTES])
{
    SHA256_Final(out, &digest->context);
}
