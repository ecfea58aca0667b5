/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A record: what became of one slot (or of a range of slots that did not run). The run
 * stage appends records to segments; the load stage reads them.
 */
#ifndef HAETAE_SCHEDULER_RECORD_H
#define HAETAE_SCHEDULER_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/store/db.h"

struct record {
	uint64_t scheduleid;
	int64_t due_ms;
	int64_t last_due_ms; /* due_ms but for ranges */
	uint64_t n_slots;
	enum outcome outcome;
	int exit_code; /* -1: killed by signo, or never ran */
	int signo;
	int64_t started_ms; /* 0: never */
	int64_t duration_ms;
	uint64_t rss_kb;
	uint64_t cpu_ms;
	unsigned attempts;  /* how often it was started; 0: never */
	bool cut;	    /* the output was longer than what is kept */
	const char *output; /* stdout as it came; not NUL-terminated */
	size_t output_size;
	const char *reason; /* our own words: why it did not run, or was killed */
	size_t reason_size;
};

/* Appends the record as one frame. */
int record_add(const struct record *record, struct buf *buf);
/* Reads a frame's payload; the texts point into it. 0 or -EBADMSG. */
int record_parse(
    const char *payload, size_t size, struct record *ret, struct err *err) ATTR_MUST_CHECK;

#endif
