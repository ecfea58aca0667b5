/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A row's field as SNMP has it, and the way back. */
#include "config.h"

#include "lib/mib/mib.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "lib/base/utf8.h"

enum { TRUTH_TRUE = 1, TRUTH_FALSE = 2, DATE_SIZE = 8, DATE_UTC_SIZE = 11 };

/* Ends a list of missing columns that did not all fit: what is 0 behind the last one may be
 * missing, too. */
static const char and_more[] = "+";

static bool is_number(const struct mib_column *column)
{
	return column->syntax != MIB_TEXT && column->syntax != MIB_OCTETS &&
	       column->syntax != MIB_MISSING;
}

static const char *bytes_field(const struct mib_column *column, const void *row)
{
	return (const char *)row + column->offset;
}

static int64_t number_field(const struct mib_column *column, const void *row)
{
	int64_t number;

	memcpy(&number, bytes_field(column, row), sizeof(number));
	return number;
}

static void put_number(const struct mib_column *column, int64_t number, void *row)
{
	memcpy((char *)row + column->offset, &number, sizeof(number));
}

static bool is_missing(const struct mib_column *column, const void *row)
{
	return is_number(column) && number_field(column, row) == MIB_NONE;
}

/* --- from a row ----------------------------------------------------------------------------- */

static int64_t clamp(int64_t number, int64_t low, int64_t high)
{
	if (number < low)
		return low;
	return number > high ? high : number;
}

/* In a table, for a number that is not known: 0 where the type has one. */
static int64_t number_of_none(const struct mib_column *column)
{
	if (column->syntax == MIB_STATE)
		return MIB_UNKNOWN;
	if (column->syntax == MIB_TRUTH)
		return TRUTH_FALSE;
	return column->syntax == MIB_ENUM && column->words ? column->words[0].number : 0;
}

static int64_t number_of(const struct mib_column *column, int64_t value, int64_t now_ms)
{
	switch (column->syntax) {
	case MIB_STATE:
		return value < MIB_OK || value > MIB_DISABLED ? MIB_UNKNOWN : value;
	case MIB_ENUM:
		return mib_word(column->words, value) ? value : number_of_none(column);
	case MIB_TRUTH:
		return value ? TRUTH_TRUE : TRUTH_FALSE;
	case MIB_INTEGER:
		return clamp(value, INT32_MIN, INT32_MAX);
	case MIB_AGE:
		/* Of what is older than the boot, the instant is below 0. */
		return value >= now_ms ? 0 : clamp(now_ms / 1000 - value / 1000, 0, UINT32_MAX);
	case MIB_COUNTER:
		return (int64_t)(uint32_t)value;
	case MIB_COUNTER64:
		return value;
	case MIB_UNSIGNED:
	case MIB_GAUGE:
	case MIB_HUNDREDTHS:
	case MIB_TEXT:
	case MIB_OCTETS:
	case MIB_DATE:
	case MIB_MISSING:
		break;
	}
	return clamp(value, 0, UINT32_MAX);
}

/* The size without the character at the end that somebody has cut in the middle. */
static size_t without_half(const char *text, size_t size)
{
	size_t back = 0;
	unsigned char first;

	while (back < 3 && back < size && ((unsigned char)text[size - back - 1] & 0xC0) == 0x80)
		back++;
	if (back == size)
		return size;
	first = (unsigned char)text[size - back - 1];
	if ((first >= 0xC2 && back < 1) || (first >= 0xE0 && back < 2) ||
	    (first >= 0xF0 && back < 3))
		return size - back - 1;
	return size;
}

static bool is_clean(const char *text, size_t size)
{
	const char *end = text + size;

	while (text < end) {
		size_t n = utf8_size(text, end);

		if (n == 0 || utf8_is_control(text, n))
			return false;
		text += n;
	}
	return true;
}

/* '?' for what is no character, or would steer a terminal. Returns the size, never more. */
static size_t clean(const char *text, size_t size, char *ret)
{
	const char *end = text + size;
	size_t at = 0;

	while (text < end) {
		size_t n = utf8_size(text, end);

		if (n == 0 || utf8_is_control(text, n)) {
			ret[at++] = *text == '\n' || *text == '\t' ? ' ' : '?';
		} else {
			memcpy(ret + at, text, n);
			at += n;
		}
		text += n ? n : 1;
	}
	return at;
}

static void text_cell(const char *text, size_t field_size, struct mib_cell *ret)
{
	size_t size = strnlen(text, field_size > 0 ? field_size - 1 : 0);

	if (size > sizeof(ret->scratch) - 1)
		size = sizeof(ret->scratch) - 1;
	size = without_half(text, size);
	ret->bytes = text;
	ret->size = size;
	if (!is_clean(text, size)) {
		ret->size = clean(text, size, ret->scratch);
		ret->bytes = ret->scratch;
	}
}

/* All of them, but of an InetAddress, whose first byte is its size. */
static void octets_cell(const char *octets, size_t field_size, struct mib_cell *ret)
{
	size_t size = field_size;

	if (field_size == MIB_ADDRESS_SIZE) {
		size = (unsigned char)*octets++;
		if (size > MIB_ADDRESS_SIZE - 1)
			size = MIB_ADDRESS_SIZE - 1;
	}
	ret->bytes = octets;
	ret->size = size;
}

/* RFC 2579. What is not known is the first day of the year 0, without a time zone. */
static void date_cell(int64_t real_ms, struct mib_cell *ret)
{
	time_t seconds = (time_t)(clamp(real_ms, 0, INT64_C(253402300799999)) / 1000);
	unsigned char *to = (unsigned char *)ret->scratch;
	struct tm tm;

	ret->bytes = ret->scratch;
	ret->size = DATE_SIZE;
	memset(to, 0, DATE_UTC_SIZE);
	to[2] = to[3] = 1;
	if (real_ms == MIB_NONE || !gmtime_r(&seconds, &tm))
		return;
	to[0] = (unsigned char)((tm.tm_year + 1900) >> 8);
	to[1] = (unsigned char)((tm.tm_year + 1900) & 0xFF);
	to[2] = (unsigned char)(tm.tm_mon + 1);
	to[3] = (unsigned char)tm.tm_mday;
	to[4] = (unsigned char)tm.tm_hour;
	to[5] = (unsigned char)tm.tm_min;
	to[6] = (unsigned char)tm.tm_sec;
	to[7] = (unsigned char)(real_ms > 0 ? real_ms % 1000 / 100 : 0);
	to[8] = '+';
	ret->size = DATE_UTC_SIZE;
}

/* Whole names only; where they do not all fit, "+" is the last. */
static void missing_cell(const struct mib_table *table, const void *row, struct mib_cell *ret)
{
	const size_t room = sizeof(ret->scratch) - 1;

	ret->bytes = ret->scratch;
	ret->size = 0;
	for (size_t i = 0; i < table->n_columns; i++) {
		const char *name = table->columns[i].name;
		size_t size = strlen(name);

		if (!is_missing(&table->columns[i], row))
			continue;
		if (ret->size > 0)
			ret->scratch[ret->size++] = ' ';
		/* A blank and the mark must fit behind whatever is added. */
		if (ret->size + size + 1 + sizeof(and_more) - 1 > room) {
			memcpy(ret->scratch + ret->size, and_more, sizeof(and_more) - 1);
			ret->size += sizeof(and_more) - 1;
			return;
		}
		memcpy(ret->scratch + ret->size, name, size);
		ret->size += size;
	}
}

bool mib_cell(const struct mib_table *table, const struct mib_column *column, const void *row,
    int64_t now_ms, struct mib_cell *ret)
{
	if (table->n_index == 0 && is_missing(column, row))
		return false;
	ret->syntax = column->syntax;
	ret->number = 0;
	ret->bytes = NULL;
	ret->size = 0;
	if (column->syntax == MIB_TEXT)
		text_cell(bytes_field(column, row), column->size, ret);
	else if (column->syntax == MIB_OCTETS)
		octets_cell(bytes_field(column, row), column->size, ret);
	else if (column->syntax == MIB_MISSING)
		missing_cell(table, row, ret);
	else if (column->syntax == MIB_DATE)
		date_cell(number_field(column, row), ret);
	else if (is_missing(column, row))
		ret->number = number_of_none(column);
	else
		ret->number = number_of(column, number_field(column, row), now_ms);
	return true;
}

/* --- into a row ----------------------------------------------------------------------------- */

static int put_text(const struct mib_column *column, const struct mib_cell *cell, void *row)
{
	char *to = (char *)row + column->offset;

	if (cell->size >= column->size)
		return -EBADMSG;
	memset(to, 0, column->size);
	(void)clean(cell->bytes, cell->size, to);
	return 0;
}

static int put_octets(const struct mib_column *column, const struct mib_cell *cell, void *row)
{
	char *to = (char *)row + column->offset;

	if (column->size == MIB_ADDRESS_SIZE) {
		if (cell->size > MIB_ADDRESS_SIZE - 1)
			return -EBADMSG;
		memset(to, 0, column->size);
		*to++ = (char)cell->size;
	} else if (cell->size != column->size) {
		return -EBADMSG;
	}
	if (cell->size > 0)
		memcpy(to, cell->bytes, cell->size);
	return 0;
}

static int put_date(const struct mib_column *column, const struct mib_cell *cell, void *row)
{
	const unsigned char *from = (const unsigned char *)cell->bytes;
	int64_t offset_s = 0, real_s;
	struct tm tm = { 0 };

	if (cell->size != DATE_SIZE && cell->size != DATE_UTC_SIZE)
		return -EBADMSG;
	if (from[2] < 1 || from[2] > 12 || from[3] < 1 || from[3] > 31 || from[4] > 23 ||
	    from[5] > 59 || from[6] > 60 || from[7] > 9)
		return -EBADMSG;
	if (cell->size == DATE_UTC_SIZE) {
		if ((from[8] != '+' && from[8] != '-') || from[9] > 14 || from[10] > 59)
			return -EBADMSG;
		offset_s = (from[9] * 60 + from[10]) * 60 * (from[8] == '+' ? 1 : -1);
	}
	tm.tm_year = from[0] * 256 + from[1] - 1900;
	tm.tm_mon = from[2] - 1;
	tm.tm_mday = from[3];
	tm.tm_hour = from[4];
	tm.tm_min = from[5];
	tm.tm_sec = from[6];
	real_s = (int64_t)timegm(&tm) - offset_s;
	put_number(
	    column, from[0] + from[1] == 0 ? MIB_NONE : real_s * 1000 + from[7] * 100, row);
	return 0;
}

static void mark_behind(const struct mib_table *table, size_t first, int64_t now_ms, void *row)
{
	for (size_t i = first; i < table->n_columns; i++) {
		const struct mib_column *column = &table->columns[i];
		int64_t none = column->syntax == MIB_AGE ? now_ms : 0;

		if (is_number(column) && number_field(column, row) == none)
			put_number(column, MIB_NONE, row);
	}
}

/* Names that this table does not have are of another release. */
static void put_missing(
    const struct mib_table *table, const struct mib_cell *cell, int64_t now_ms, void *row)
{
	const char *p = cell->bytes, *end = cell->bytes + cell->size;
	size_t at = 0;

	while (p < end) {
		const char *blank = memchr(p, ' ', (size_t)(end - p));
		size_t size = (size_t)((blank ? blank : end) - p);

		if (size == sizeof(and_more) - 1 && memcmp(p, and_more, size) == 0)
			mark_behind(table, at, now_ms, row);
		for (size_t i = 0; i < table->n_columns; i++) {
			const struct mib_column *column = &table->columns[i];

			if (strlen(column->name) == size &&
			    memcmp(column->name, p, size) == 0 && is_number(column)) {
				put_number(column, MIB_NONE, row);
				at = i + 1;
			}
		}
		p += size + (blank ? 1 : 0);
	}
}

/* The reverse of number_of; false: not of this column's type. */
static bool number_from(
    const struct mib_column *column, int64_t number, int64_t now_ms, int64_t *ret)
{
	int64_t low = 0, high = UINT32_MAX;

	*ret = number;
	switch (column->syntax) {
	case MIB_STATE:
		low = MIB_OK;
		high = MIB_DISABLED;
		break;
	case MIB_ENUM:
		return mib_word(column->words, number) != NULL;
	case MIB_TRUTH:
		*ret = number == TRUTH_TRUE;
		low = TRUTH_TRUE;
		high = TRUTH_FALSE;
		break;
	case MIB_INTEGER:
		low = INT32_MIN;
		high = INT32_MAX;
		break;
	case MIB_COUNTER64:
		return true;
	case MIB_AGE:
		*ret = number >= low && number <= high ? now_ms - number * 1000 : 0;
		break;
	case MIB_UNSIGNED:
	case MIB_GAUGE:
	case MIB_HUNDREDTHS:
	case MIB_COUNTER:
	case MIB_TEXT:
	case MIB_OCTETS:
	case MIB_DATE:
	case MIB_MISSING:
		break;
	}
	return number >= low && number <= high;
}

int mib_put(const struct mib_table *table, const struct mib_column *column,
    const struct mib_cell *cell, int64_t now_ms, void *row)
{
	int64_t number;

	if (is_number(column) && column->syntax != MIB_DATE) {
		if (cell->bytes || !number_from(column, cell->number, now_ms, &number))
			return -EBADMSG;
		put_number(column, number, row);
		return 0;
	}
	if (!cell->bytes)
		return -EBADMSG;
	if (column->syntax == MIB_TEXT)
		return put_text(column, cell, row);
	if (column->syntax == MIB_OCTETS)
		return put_octets(column, cell, row);
	if (column->syntax == MIB_DATE)
		return put_date(column, cell, row);
	put_missing(table, cell, now_ms, row);
	return 0;
}
