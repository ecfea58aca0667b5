/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <math.h>

#include "lib/base/cleanup.h"
#include "lib/base/num.h"
#include "t/fuzz/fuzz.h"

typedef int num_double_fn(const char *text, double *ret, struct err *err);

/* A number that was read is finite, and what num_text writes is read again as it was. */
static void check_double(num_double_fn *parse, const char *text)
{
	struct err err = ERR_INIT;
	char out[NUM_TEXT_SIZE];
	double value = -42, again;

	if (parse(text, &value, &err) < 0) {
		fuzz_promise(value == -42);
		fuzz_promise(err.text[0] != '\0');
		return;
	}
	fuzz_promise(isfinite(value));
	num_text(value, 6, out);
	fuzz_promise(out[0] != '\0');
	fuzz_promise(strspn(out, "-.0123456789") == strlen(out));
	fuzz_promise(num_double(out, &again, NULL) == 0);
	fuzz_promise(fabs(again - value) <= 1e-6 + fabs(value) * 1e-9);
}

static void check_scan(const uint8_t *data, size_t size)
{
	const char *start = (const char *)data, *end = start + size, *p;
	uint64_t whole;
	double number;

	if (size == 0)
		return;
	p = start;
	if (num_scan_u64(&p, end, &whole) == 0)
		fuzz_promise(p > start && p <= end);
	p = start;
	if (num_scan_double(&p, end, &number) == 0)
		fuzz_promise(p > start && p <= end && isfinite(number));
	if (num_double_n(start, size, &number) == 0)
		fuzz_promise(isfinite(number));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_FREE char *text = fuzz_text(data, size);
	char out[NUM_TEXT_SIZE];
	uint64_t whole;
	int64_t integer;
	double bytes;

	check_double(num_double, text);
	check_double(num_bytes, text);
	check_double(num_seconds, text);
	check_double(num_percent, text);
	check_scan(data, size);
	if (num_i64(text, &integer, NULL) == 0)
		fuzz_promise(strspn(text, "-0123456789") == strlen(text));
	if (num_u64(text, &whole, NULL) == 0)
		fuzz_promise(strspn(text, "0123456789") == strlen(text));
	if (num_bytes(text, &bytes, NULL) == 0)
		num_bytes_text(bytes, out);
	if (size >= sizeof(bytes)) {
		memcpy(&bytes, data, sizeof(bytes));
		num_text(bytes, data[0] % 10, out);
		num_bytes_text(bytes, out);
	}
	return 0;
}
