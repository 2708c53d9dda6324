/* SHA-256 by libcrypto (hardware support; our own would cost 8 times the reading). */
#ifndef NKB_BASE_SHA256_H
#define NKB_BASE_SHA256_H

#include "base/err.h"
#include "base/str.h"

enum { NKB_SHA256_TEXT_BYTES = 65, NKB_SHA256_BYTES = 32 };

/* Lower-case hex, terminated. */
int nkb_sha256_text(struct nkb_str data, char out[NKB_SHA256_TEXT_BYTES], struct nkb_err *err);
/* The same, not as text. */
int nkb_sha256_bytes(struct nkb_str data, unsigned char out[NKB_SHA256_BYTES], struct nkb_err *err);
/* The digest and size of a file's bytes. */
int nkb_sha256_file(const char *path, char out[NKB_SHA256_TEXT_BYTES], long long *size_bytes_out,
                    struct nkb_err *err);
int nkb_sha256_file_bytes(const char *path, unsigned char out[NKB_SHA256_BYTES],
                          struct nkb_err *err);

/* Of bytes that come piece by piece. NULL when memory runs out. */
struct nkb_sha256;
struct nkb_sha256 *nkb_sha256_new(void);
void nkb_sha256_free(struct nkb_sha256 *digest);
void nkb_sha256_add(struct nkb_sha256 *digest, struct nkb_str data);
/* After the last. */
void nkb_sha256_end(struct nkb_sha256 *digest, unsigned char out[NKB_SHA256_BYTES]);

#endif
