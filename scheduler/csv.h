/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CSV as RFC 4180 has it: fields separated by commas, records by newlines (with or without a
 * carriage return), and fields with any of these or a quote in them in quotes, where a quote is
 * written twice. A byte order mark of UTF-8 in front is passed over; so are empty lines.
 */
#ifndef HAETAE_SCHEDULER_CSV_H
#define HAETAE_SCHEDULER_CSV_H

#include <stddef.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"

enum { CSV_FIELDS_MAX = 256 };

struct csv {
	const char *p, *end; /* borrowed text that is not read yet */
	size_t line;	     /* of p, from 1 */
};

struct csv_record {
	size_t line; /* where it begins */
	size_t n;
	struct {
		size_t offset; /* of its text, which ends with a NUL */
		size_t line;   /* where it begins */
	} fields[CSV_FIELDS_MAX];
	struct buf text;
};
#define CSV_RECORD_INIT                                 \
	{                                               \
		.text = BUF_INIT_MAX((size_t)128 << 20) \
	}
void csv_record_free(struct csv_record *record);

void csv_init(struct csv *csv, const char *text, size_t size);
/* 1: a record was read; 0: there is none any more. -EBADMSG for one that is none: its line and
 * what is wrong with it are known, and the next call goes on with the next line, if it can be
 * told where that begins. */
int csv_next(struct csv *csv, struct csv_record *record, struct err *err) ATTR_MUST_CHECK;
/* The text of a field, up to a NUL. */
const char *csv_field(const struct csv_record *record, size_t field);

/* Appends a field, in quotes where it must be. */
void csv_add(struct buf *text, const char *field);

#endif
