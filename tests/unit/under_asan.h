/* Peaks of memory say nothing under AddressSanitizer, whose own are in them. */
#ifndef NKB_TESTS_UNDER_ASAN_H
#define NKB_TESTS_UNDER_ASAN_H

#if defined(__SANITIZE_ADDRESS__)
#define UNDER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_ASAN 1
#endif
#endif

#endif
