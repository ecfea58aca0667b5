/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/num.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

int num_scan_u64(const char **text, const char *end, uint64_t *ret)
{
	const char *p = *text;
	uint64_t value = 0;

	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	if (p == end || !is_digit(*p))
		return -EINVAL;
	for (; p < end && is_digit(*p); p++) {
		unsigned digit = (unsigned)(*p - '0');

		/* The division only where it may be needed. */
		if (value >= UINT64_MAX / 10 && value > (UINT64_MAX - digit) / 10)
			return -ERANGE;
		value = value * 10 + digit;
	}
	*text = p;
	*ret = value;
	return 0;
}

/* The value of a hexadecimal digit and 1, 0 for any other character: tables of sockets have
 * millions of them. */
static const unsigned char hex_digits[256] = { ['0'] = 1,
	['1'] = 2,
	['2'] = 3,
	['3'] = 4,
	['4'] = 5,
	['5'] = 6,
	['6'] = 7,
	['7'] = 8,
	['8'] = 9,
	['9'] = 10,
	['a'] = 11,
	['b'] = 12,
	['c'] = 13,
	['d'] = 14,
	['e'] = 15,
	['f'] = 16,
	['A'] = 11,
	['B'] = 12,
	['C'] = 13,
	['D'] = 14,
	['E'] = 15,
	['F'] = 16 };

int num_scan_hex(const char **text, const char *end, uint64_t *ret)
{
	const char *p = *text, *first;
	uint64_t value = 0;
	unsigned digit;

	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	for (first = p; p < end && (digit = hex_digits[(unsigned char)*p]) > 0; p++) {
		if (value >> 60)
			return -ERANGE;
		value = value << 4 | (digit - 1);
	}
	if (p == first)
		return -EINVAL;
	*text = p;
	*ret = value;
	return 0;
}

int num_scan_double(const char **text, const char *end, double *ret)
{
	const char *p = *text, *start;
	bool negative = false;

	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	if (p < end && *p == '-') {
		negative = true;
		p++;
	}
	start = p;
	while (p < end && is_digit(*p))
		p++;
	if (p < end && *p == '.') {
		p++;
		while (p < end && is_digit(*p))
			p++;
	}
	if (num_double_n(start, (size_t)(p - start), ret) < 0)
		return -EINVAL;
	if (negative)
		*ret = -*ret;
	*text = p;
	return 0;
}

/* As many digits fit into the mantissa. More are refused in front of the dot and dropped
 * behind it, where they would not be seen. */
enum { NUM_DIGITS = 19 };

int num_double_n(const char *text, size_t size, double *ret)
{
	const char *p = text, *end = text + size;
	bool negative = false;
	uint64_t mantissa = 0, scale = 1;
	int digits = 0, seen = 0;
	double value;

	if (p < end && *p == '-') {
		negative = true;
		p++;
	}
	for (; p < end && is_digit(*p); p++, seen++) {
		if (mantissa || *p != '0')
			digits++;
		if (digits > NUM_DIGITS)
			return -ERANGE;
		mantissa = mantissa * 10 + (unsigned)(*p - '0');
	}
	if (p < end && *p == '.') {
		for (p++; p < end && is_digit(*p); p++, seen++) {
			if (digits >= NUM_DIGITS || scale >= 1000000000000000ULL)
				continue;
			mantissa = mantissa * 10 + (unsigned)(*p - '0');
			scale *= 10;
			if (mantissa)
				digits++;
		}
	}
	if (p != end || seen == 0)
		return -EINVAL;
	value = (double)mantissa / (double)scale;
	if (value >= NUM_MAX)
		return -ERANGE;
	*ret = negative && mantissa ? -value : value;
	return 0;
}

int num_double(const char *text, double *ret, struct err *err)
{
	int r = num_double_n(text, strlen(text), ret);

	if (r == -ERANGE)
		return err_set(err, r, "number '%.40s' is too large", text);
	if (r < 0)
		return err_set(err, r, "'%.40s' is not a decimal number", text);
	return 0;
}

int num_float(const char *text, double *ret, struct err *err)
{
	size_t size = strspn(text, "+-.0123456789eE");
	char *end;
	double value;

	/* strtod alone would also take blanks, hex, nan and inf. */
	if (size == 0 || text[size] || *text == '+')
		return err_set(err, -EINVAL, "'%.40s' is not a number", text);
	value = strtod(text, &end);
	if (end != text + size)
		return err_set(err, -EINVAL, "'%.40s' is not a number", text);
	if (isinf(value))
		return err_set(err, -ERANGE, "number '%.40s' is too large", text);
	*ret = value;
	return 0;
}

int num_u64(const char *text, uint64_t *ret, struct err *err)
{
	const char *p = text, *end = text + strlen(text);
	uint64_t value;
	int r = is_digit(*text) ? num_scan_u64(&p, end, &value) : -EINVAL;

	if (r == 0 && p != end)
		r = -EINVAL;
	if (r == -ERANGE)
		return err_set(err, r, "number '%.40s' is too large", text);
	if (r < 0)
		return err_set(err, r, "'%.40s' is not a whole number", text);
	*ret = value;
	return 0;
}

int num_i64(const char *text, int64_t *ret, struct err *err)
{
	bool negative = *text == '-';
	uint64_t value;
	int r = num_u64(text + (negative ? 1 : 0), &value, err);

	if (r < 0)
		return r;
	if (value > (uint64_t)INT64_MAX)
		return err_set(err, -ERANGE, "number '%.40s' is too large", text);
	*ret = negative ? -(int64_t)value : (int64_t)value;
	return 0;
}

struct num_unit {
	const char *suffix;
	double factor;
};

/* Splits text into a number and a suffix that is one of the rows. */
static int num_with_unit(const char *text, const struct num_unit *units, size_t n_units,
    const char *what, double *ret, struct err *err)
{
	size_t size = strspn(text, "-.0123456789");
	double value;
	int r = num_double_n(text, size, &value);

	if (r == -ERANGE)
		return err_set(err, r, "number '%.40s' is too large", text);
	if (r < 0)
		return err_set(err, r, "'%.40s' is not %s", text, what);
	for (size_t i = 0; i < n_units; i++) {
		if (strcmp(text + size, units[i].suffix) != 0)
			continue;
		value *= units[i].factor;
		if (value >= NUM_MAX || value <= -NUM_MAX)
			return err_set(err, -ERANGE, "number '%.40s' is too large", text);
		*ret = value;
		return 0;
	}
	return err_set(
	    err, -EINVAL, "'%.40s' is not %s: unknown unit '%.20s'", text, what, text + size);
}

#define NUM_ROWS(table) (table), sizeof(table) / sizeof((table)[0])

int num_bytes(const char *text, double *ret, struct err *err)
{
	static const struct num_unit units[] = {
		{ "", 1 },
		{ "B", 1 },
#define BYTES_ROW(letter, factor)                                           \
	{ letter, factor }, { letter "B", factor }, { letter "i", factor }, \
	    { letter "iB", factor }
		BYTES_ROW("k", 1024.0),
		BYTES_ROW("K", 1024.0),
		BYTES_ROW("M", 1048576.0),
		BYTES_ROW("G", 1073741824.0),
		BYTES_ROW("T", 1099511627776.0),
		BYTES_ROW("P", 1125899906842624.0),
		BYTES_ROW("E", 1152921504606846976.0),
#undef BYTES_ROW
	};

	return num_with_unit(
	    text, NUM_ROWS(units), "a number of bytes (such as 10G)", ret, err);
}

int num_seconds(const char *text, double *ret, struct err *err)
{
	static const struct num_unit units[] = { { "", 1 }, { "s", 1 }, { "ms", 0.001 },
		{ "m", 60 }, { "h", 3600 }, { "d", 86400 } };

	return num_with_unit(
	    text, NUM_ROWS(units), "a time (such as 90, 500ms, 5m, 2h)", ret, err);
}

int num_percent(const char *text, double *ret, struct err *err)
{
	static const struct num_unit units[] = { { "", 1 }, { "%", 1 } };

	return num_with_unit(
	    text, NUM_ROWS(units), "a percentage (such as 90 or 90%)", ret, err);
}

void num_text(double value, int decimals, char out[NUM_TEXT_SIZE])
{
	size_t size;

	out[0] = '\0';
	/* The comparison is false for nan. */
	if (!(value > -NUM_MAX && value < NUM_MAX))
		return;
	(void)snprintf(out, NUM_TEXT_SIZE, "%.*f", decimals, value);
	size = strlen(out);
	if (strchr(out, '.')) {
		while (out[size - 1] == '0')
			size--;
		if (out[size - 1] == '.')
			size--;
		out[size] = '\0';
	}
	if (strcmp(out, "-0") == 0)
		memmove(out, "0", 2);
}

void num_bytes_text(double bytes, char out[NUM_TEXT_SIZE])
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	size_t unit = 0;
	char number[NUM_TEXT_SIZE];

	while (
	    (bytes >= 1024 || bytes <= -1024) && unit + 1 < sizeof(units) / sizeof(units[0])) {
		bytes /= 1024;
		unit++;
	}
	num_text(bytes, 1, number);
	(void)snprintf(out, NUM_TEXT_SIZE, "%.30s%s", number, units[unit]);
}

int num_counter_delta(uint64_t earlier, uint64_t later, uint64_t *ret)
{
	if (later >= earlier) {
		*ret = later - earlier;
		return 0;
	}
	if (earlier <= UINT32_MAX && earlier - later > UINT32_MAX / 2) {
		*ret = ((uint64_t)UINT32_MAX + 1 - earlier) + later;
		return 0;
	}
	return -ERANGE;
}
