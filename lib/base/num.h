/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Strict numbers. The one place where text becomes a number: the whole text
 * must be the number, decimal, without blanks, sign tricks, hex, exponent or
 * overflow. Nothing here depends on the locale.
 *
 * Each parser returns 0, or -EINVAL (not a number) or -ERANGE (too large), with
 * err saying what was found; *ret is untouched on failure.
 */
#ifndef HAETAE_BASE_NUM_H
#define HAETAE_BASE_NUM_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"

/* Numbers with a fraction or a unit are below this, so that each can be written again. */
#define NUM_MAX 1e19

int num_u64(const char *text, uint64_t *ret, struct err *err) ATTR_MUST_CHECK;
int num_i64(const char *text, int64_t *ret, struct err *err) ATTR_MUST_CHECK;
/* "12", "-1.5", ".5": digits with at most one dot. */
int num_double(const char *text, double *ret, struct err *err) ATTR_MUST_CHECK;

/* As num_double, or with an exponent ("1e-9"), as a database prints it. Expects the C locale's
 * LC_NUMERIC, which no program here changes. */
int num_float(const char *text, double *ret, struct err *err) ATTR_MUST_CHECK;

/* The first size bytes of text as a decimal number, as num_double. */
int num_double_n(const char *text, size_t size, double *ret) ATTR_MUST_CHECK;

/* A number with a unit. Bytes: none, B, k, M, G, T, P, E or Ki … Ei, with an optional
 * B; k and Ki are both 1024, as in df and free. Seconds: none, ms, s, m, h, d.
 * Percent: none or %. ret is in bytes, seconds or percent. */
int num_bytes(const char *text, double *ret, struct err *err) ATTR_MUST_CHECK;
int num_seconds(const char *text, double *ret, struct err *err) ATTR_MUST_CHECK;
int num_percent(const char *text, double *ret, struct err *err) ATTR_MUST_CHECK;

/*
 * For the parsers of /proc: skips blanks (not newlines), reads digits up to the
 * first other character, and moves *text behind them. Returns 0, -EINVAL if no
 * digit is there, -ERANGE on overflow. end is where the text ends.
 */
int num_scan_u64(const char **text, const char *end, uint64_t *ret) ATTR_MUST_CHECK;
/* The same for hexadecimal digits without 0x. */
int num_scan_hex(const char **text, const char *end, uint64_t *ret) ATTR_MUST_CHECK;
/* The same for "[-]digits[.digits]". */
int num_scan_double(const char **text, const char *end, double *ret) ATTR_MUST_CHECK;

/* Writes value as "[-]digits[.digits]": whole numbers without a dot, others with at most
 * `decimals` (0 to 9) digits behind it and no trailing zeros; never an exponent, nan, inf
 * or "-0". A value that cannot be written so (nan, inf, NUM_MAX and above) gives "". */
enum { NUM_TEXT_SIZE = 40 };
void num_text(double value, int decimals, char out[NUM_TEXT_SIZE]);

/* For people: "512B", "1.5KiB", "12.3GiB". */
void num_bytes_text(double bytes, char out[NUM_TEXT_SIZE]);

/* later - earlier of a counter that counts up and wraps at 32 bits, as some drivers'
 * do. Returns 0, or -ERANGE when the counter was reset instead: it went back, and a
 * 32-bit wrap does not explain it (that needs a step back of more than half its range). */
int num_counter_delta(uint64_t earlier, uint64_t later, uint64_t *ret) ATTR_MUST_CHECK;

#endif
