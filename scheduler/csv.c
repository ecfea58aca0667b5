/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/csv.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

void csv_record_free(struct csv_record *record)
{
	buf_free(&record->text);
}

void csv_init(struct csv *csv, const char *text, size_t size)
{
	static const char mark[] = "\xef\xbb\xbf";

	*csv = (struct csv){ .p = text, .end = text + size, .line = 1 };
	if (size >= 3 && memcmp(text, mark, 3) == 0)
		csv->p += 3;
}

/* How many bytes end a line here: 0, 1 or 2. */
static size_t newline_at(const struct csv *csv, const char *p)
{
	if (p < csv->end && *p == '\n')
		return 1;
	if (csv->end - p >= 2 && p[0] == '\r' && p[1] == '\n')
		return 2;
	return 0;
}

static void skip_line(struct csv *csv)
{
	const char *newline = memchr(csv->p, '\n', (size_t)(csv->end - csv->p));

	csv->p = newline ? newline + 1 : csv->end;
	csv->line++;
}

static int refuse(struct csv *csv, struct err *err, const char *text)
{
	skip_line(csv);
	return err_set(err, -EBADMSG, "%s", text);
}

static int add(struct csv *csv, struct csv_record *record, const char *from, struct err *err)
{
	if (memchr(from, '\0', (size_t)(csv->p - from)))
		return refuse(csv, err, "expected text, found a NUL byte");
	return buf_add(&record->text, from, (size_t)(csv->p - from)) < 0
		   ? err_sys(err, record->text.error, "cannot keep a record")
		   : 0;
}

static int read_plain(struct csv *csv, struct csv_record *record, struct err *err)
{
	const char *from = csv->p;

	while (csv->p < csv->end && *csv->p != ',' && !newline_at(csv, csv->p)) {
		if (*csv->p == '"')
			return refuse(csv, err,
			    "expected a field with a quote in it to stand in quotes, and that "
			    "quote to be written twice");
		csv->p++;
	}
	return add(csv, record, from, err);
}

/* From the first quote to behind the last. */
static int read_quoted(struct csv *csv, struct csv_record *record, struct err *err)
{
	const char *from = ++csv->p;

	for (;; csv->p++) {
		int r;

		if (csv->p == csv->end)
			return err_set(err, -EBADMSG,
			    "expected a quote at the end of the field, found none");
		if (*csv->p == '\n')
			csv->line++;
		if (*csv->p != '"')
			continue;
		r = add(csv, record, from, err);
		if (r < 0)
			return r;
		csv->p++;
		if (csv->p == csv->end || *csv->p != '"')
			break;
		from = csv->p;
	}
	if (csv->p < csv->end && *csv->p != ',' && !newline_at(csv, csv->p))
		return refuse(csv, err, "expected a comma or a newline behind the quotes");
	return 0;
}

static int read_field(struct csv *csv, struct csv_record *record, struct err *err)
{
	int r;

	if (record->n == CSV_FIELDS_MAX)
		return refuse(csv, err, "expected at most 256 fields");
	record->fields[record->n].offset = record->text.size;
	record->fields[record->n].line = csv->line;
	r = csv->p < csv->end && *csv->p == '"' ? read_quoted(csv, record, err)
						: read_plain(csv, record, err);
	if (r < 0)
		return r;
	record->n++;
	return buf_add(&record->text, "", 1) < 0
		   ? err_sys(err, record->text.error, "cannot keep a record")
		   : 0;
}

int csv_next(struct csv *csv, struct csv_record *record, struct err *err)
{
	size_t newline;

	buf_reset(&record->text);
	record->n = 0;
	while ((newline = newline_at(csv, csv->p)) > 0) {
		csv->p += newline;
		csv->line++;
	}
	record->line = csv->line;
	if (csv->p == csv->end)
		return 0;
	for (;;) {
		int r = read_field(csv, record, err);

		if (r < 0)
			return r;
		if (csv->p == csv->end)
			return 1;
		if (*csv->p != ',')
			break;
		csv->p++;
	}
	csv->p += newline_at(csv, csv->p);
	csv->line++;
	return 1;
}

const char *csv_field(const struct csv_record *record, size_t field)
{
	return record->text.data + record->fields[field].offset;
}

void csv_add(struct buf *text, const char *field)
{
	if (!strpbrk(field, ",\"\r\n")) {
		(void)buf_adds(text, field);
		return;
	}
	(void)buf_addc(text, '"');
	for (; *field; field++) {
		if (*field == '"')
			(void)buf_addc(text, '"');
		(void)buf_addc(text, *field);
	}
	(void)buf_addc(text, '"');
}
