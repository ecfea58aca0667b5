/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/num.h"

#include <errno.h>

#include "t/tap.h"

static void test_double(void)
{
	static const struct {
		const char *text;
		int r;
		double value;
	} rows[] = {
		{ "10", 0, 10 },
		{ "010", 0, 10 },
		{ ".5", 0, 0.5 },
		{ "5.", 0, 5 },
		{ "-1.5", 0, -1.5 },
		{ "-0", 0, 0 },
		{ "", -EINVAL, 0 },
		{ "-", -EINVAL, 0 },
		{ ".", -EINVAL, 0 },
		{ "1e2", -EINVAL, 0 },
		{ "0x10", -EINVAL, 0 },
		{ "nan", -EINVAL, 0 },
		{ "inf", -EINVAL, 0 },
		{ "1,5", -EINVAL, 0 },
		{ " 5", -EINVAL, 0 },
		{ "5 ", -EINVAL, 0 },
		{ "+5", -EINVAL, 0 },
		{ "--5", -EINVAL, 0 },
		{ "1.2.3", -EINVAL, 0 },
		{ "12345678901234567890", -ERANGE, 0 },
		{ "0.123456789012345678901234567890", 0, 0.123456789012345678 },
		{ "99999999999999999", 0, 99999999999999999.0 },
		{ "0000000000000000000000000000012", 0, 12 },
		{ "9000000000000000000", 0, 9e18 },
		{ "9999999999999999999", -ERANGE, 0 },
		{ "18446744073709551616", -ERANGE, 0 },
		{ "0.00000000000000000000000000001", 0, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		double value = -77;
		struct err err = ERR_INIT;
		int r = num_double(rows[i].text, &value, &err);

		ok(r == rows[i].r, "num_double '%s' returns %d", rows[i].text, rows[i].r);
		is_num(value, r == 0 ? rows[i].value : -77, "its value");
		ok((err.text[0] != '\0') == (r < 0), "a text on failure alone");
	}
}

static void test_units(void)
{
	double value = 0;

	ok(num_bytes("10G", &value, NULL) == 0 && value == 10737418240.0, "10G");
	ok(num_bytes("1.5MiB", &value, NULL) == 0 && value == 1572864.0, "1.5MiB");
	ok(num_bytes("1k", &value, NULL) == 0 && value == 1024, "1k");
	ok(num_bytes("1b", &value, NULL) == -EINVAL, "bits are refused");
	ok(num_bytes("8E", &value, NULL) == 0 && value == 9223372036854775808.0, "8E");
	ok(num_bytes("9E", &value, NULL) == -ERANGE, "9E cannot be written again");
	ok(num_bytes("-9E", &value, NULL) == -ERANGE, "-9E neither");
	ok(num_seconds("999999999999999999d", &value, NULL) == -ERANGE, "days past all time");
	ok(num_bytes("G", &value, NULL) == -EINVAL, "a unit alone is refused");
	ok(num_seconds("5m", &value, NULL) == 0 && value == 300, "5m");
	ok(num_seconds("500ms", &value, NULL) == 0 && value == 0.5, "500ms");
	ok(num_seconds("5M", &value, NULL) == -EINVAL, "5M is no time");
	ok(num_percent("90%", &value, NULL) == 0 && value == 90, "90%%");
	ok(num_percent("90%%", &value, NULL) == -EINVAL, "90%%%% is refused");
}

static void test_whole(void)
{
	uint64_t u = 0;
	int64_t i = 0;

	ok(num_u64("18446744073709551615", &u, NULL) == 0 && u == UINT64_MAX, "largest u64");
	ok(num_u64("18446744073709551616", &u, NULL) == -ERANGE, "one more is refused");
	ok(num_u64("-1", &u, NULL) == -EINVAL, "no sign");
	ok(num_u64(" 1", &u, NULL) == -EINVAL, "no blank");
	ok(num_u64("1x", &u, NULL) == -EINVAL, "nothing behind it");
	ok(num_i64("-5", &i, NULL) == 0 && i == -5, "-5");
	ok(num_i64("9223372036854775808", &i, NULL) == -ERANGE, "too large for i64");
}

static void test_text(void)
{
	char text[NUM_TEXT_SIZE];

	num_text(0.1, 6, text);
	is_str(text, "0.1", "no trailing zeros");
	num_text(1e-7, 6, text);
	is_str(text, "0", "too small for six decimals");
	num_text(-1e-9, 6, text);
	is_str(text, "0", "never -0");
	num_text(123456789012.0, 6, text);
	is_str(text, "123456789012", "no exponent");
	num_text(1200, 0, text);
	is_str(text, "1200", "zeros in front of the dot stay");
	num_text(9223372036854775808.0, 6, text);
	is_str(text, "9223372036854775808", "the largest amount with a unit");
	num_text(-1e19, 6, text);
	is_str(text, "", "what cannot be read again is not written");
	num_text(NAN, 6, text);
	is_str(text, "", "nan is nothing");
	num_text(INFINITY, 6, text);
	is_str(text, "", "inf is nothing");
	num_bytes_text(1536, text);
	is_str(text, "1.5KiB", "1536 bytes");
	num_bytes_text(512, text);
	is_str(text, "512B", "512 bytes");
}

static void test_counter(void)
{
	uint64_t delta = 0;

	ok(num_counter_delta(10, 15, &delta) == 0 && delta == 5, "forward");
	ok(num_counter_delta(UINT32_MAX - 1, 3, &delta) == 0 && delta == 5, "32-bit wrap");
	ok(num_counter_delta(1000, 3, &delta) == -ERANGE, "a reset is no wrap");
	ok(num_counter_delta((uint64_t)UINT32_MAX + 10, 3, &delta) == -ERANGE,
	    "64 bits: a reset");
}

static int scan(const char *text, bool hex, uint64_t *ret)
{
	const char *p = text, *end = text + strlen(text);
	int r = hex ? num_scan_hex(&p, end, ret) : num_scan_u64(&p, end, ret);

	return r < 0 ? r : (int)(p - text);
}

static void test_scan(void)
{
	uint64_t n = 7;

	ok(scan(" \t18446744073709551615x", false, &n) == 22 && n == UINT64_MAX, "the largest");
	ok(scan("18446744073709551609", false, &n) == 20 && n == UINT64_MAX - 6, "and near it");
	ok(scan("18446744073709551616", false, &n) == -ERANGE, "one more is too large");
	ok(scan("18446744073709551620", false, &n) == -ERANGE, "ten more, too");
	ok(scan("", false, &n) == -EINVAL && scan("x", false, &n) == -EINVAL, "no digit");
	ok(scan(" fFfFfFfFfFfFfFfF:", true, &n) == 17 && n == UINT64_MAX, "the largest, hex");
	ok(scan("10000000000000000", true, &n) == -ERANGE, "17 digits are too many");
	ok(scan("0000000000000000000A", true, &n) == 20 && n == 10, "zeros in front are not");
	ok(scan("1F90:", true, &n) == 4 && n == 8080, "up to what is no digit");
	ok(scan("0x1", true, &n) == 1 && n == 0, "no 0x");
	n = 7;
	ok(scan("g", true, &n) == -EINVAL && scan("", true, &n) == -EINVAL &&
		scan("-1", true, &n) == -EINVAL && n == 7,
	    "no digit, hex");
}

int main(void)
{
	test_scan();
	test_double();
	test_units();
	test_whole();
	test_text();
	test_counter();
	return tap_done();
}
