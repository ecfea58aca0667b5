/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/check/perf.h"

#include <errno.h>
#include <string.h>

#include "lib/check/text.h"

static void add_number(struct buf *buf, double value)
{
	char text[NUM_TEXT_SIZE];

	num_text(value, PERF_DECIMALS, text);
	buf_adds(buf, text);
}

static bool is_printable_number(double value)
{
	char text[NUM_TEXT_SIZE];

	num_text(value, PERF_DECIMALS, text);
	return text[0] != '\0';
}

void perf_format(const struct perf *perf, struct buf *buf)
{
	/* Fields behind the value, in order; trailing empty ones are left out. */
	bool has[4] = { perf->has_warn, perf->has_crit, perf->has_min, perf->has_max };
	int last = -1;

	if (!is_printable_number(perf->value))
		return;
	buf_addf(buf, "'%s'=", perf->label);
	add_number(buf, perf->value);
	buf_adds(buf, unit_uom(perf->unit));
	for (int i = 0; i < 4; i++) {
		if (has[i])
			last = i;
	}
	for (int i = 0; i <= last; i++) {
		buf_addc(buf, ';');
		if (!has[i])
			continue;
		if (i == 0)
			range_format(&perf->warn, perf->positive, buf);
		else if (i == 1)
			range_format(&perf->crit, perf->positive, buf);
		else
			add_number(buf, i == 2 ? perf->min : perf->max);
	}
}

static void json_range(
    const char *key, bool has, const struct range *range, bool positive, struct buf *buf)
{
	CLEANUP_BUF struct buf text = BUF_INIT;

	if (!has) {
		buf_addf(buf, ",\"%s\":null", key);
		return;
	}
	range_format(range, positive, &text);
	buf_addf(buf, ",\"%s\":", key);
	text_json(buf_text(&text), buf);
}

static void json_number(const char *key, bool has, double value, struct buf *buf)
{
	buf_addf(buf, ",\"%s\":", key);
	if (has)
		add_number(buf, value);
	else
		buf_adds(buf, "null");
}

void perf_json(const struct perf *perf, struct buf *buf)
{
	buf_adds(buf, "{\"label\":");
	text_json(perf->label, buf);
	json_number("value", is_printable_number(perf->value), perf->value, buf);
	buf_addf(buf, ",\"unit\":\"%s\"", unit_uom(perf->unit));
	json_range("warn", perf->has_warn, &perf->warn, perf->positive, buf);
	json_range("crit", perf->has_crit, &perf->crit, perf->positive, buf);
	json_number("min", perf->has_min, perf->min, buf);
	json_number("max", perf->has_max, perf->max, buf);
	buf_addc(buf, '}');
}

void perf_label(const char *text, struct buf *buf)
{
	size_t start = buf->size;

	text_clean(text, strlen(text), buf);
	for (size_t i = start; i < buf->size; i++) {
		char *c = &buf->data[i];

		if (*c == '\'' || *c == '=')
			*c = '_';
		/* Icinga 2 glues the text before "::" onto the labels that follow. */
		if (*c == ':' && i > start && c[-1] == ':')
			*c = '.';
	}
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool in_number(char c)
{
	return (c >= '0' && c <= '9') || c == '.' || c == '-';
}

static bool in_unit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '%' || c == '/';
}

/* Moves behind the item that cannot be read. */
static int perf_skip(const char **text, const char *p, const char *end)
{
	while (p < end && !is_blank(*p))
		p++;
	*text = p;
	return -EBADMSG;
}

/* The label, up to its '='. Returns where the value begins, or NULL. */
static const char *perf_read_label(const char *p, const char *end, struct perf_item *item)
{
	if (p < end && *p == '\'') {
		const char *quote = memchr(p + 1, '\'', (size_t)(end - p - 1));

		if (!quote || quote + 1 >= end || quote[1] != '=')
			return NULL;
		item->label = p + 1;
		item->label_size = (size_t)(quote - p - 1);
		return item->label_size ? quote + 2 : NULL;
	}
	item->label = p;
	while (p < end && *p != '=' && !is_blank(*p))
		p++;
	item->label_size = (size_t)(p - item->label);
	return p < end && *p == '=' && item->label_size ? p + 1 : NULL;
}

int perf_next(const char **text, const char *end, struct perf_item *ret)
{
	const char *p = *text, *start;
	struct perf_item item;

	while (p < end && is_blank(*p))
		p++;
	if (p == end) {
		*text = p;
		return 0;
	}
	start = p;
	p = perf_read_label(p, end, &item);
	if (!p)
		return perf_skip(text, start, end);
	start = p;
	while (p < end && in_number(*p))
		p++;
	if (num_double_n(start, (size_t)(p - start), &item.value) < 0)
		return perf_skip(text, p, end);
	item.uom = p;
	while (p < end && in_unit(*p))
		p++;
	item.uom_size = (size_t)(p - item.uom);
	/* An exponent or a decimal comma is no unit. */
	if (p < end && *p != ';' && !is_blank(*p))
		return perf_skip(text, p, end);
	if (p < end && *p == ';')
		p++;
	item.rest = p;
	while (p < end && !is_blank(*p))
		p++;
	item.rest_size = (size_t)(p - item.rest);
	*text = p;
	*ret = item;
	return 1;
}
