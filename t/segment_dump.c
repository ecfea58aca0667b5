/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints the records of segment files, one a line: "SCHEDULEID OUTCOME SLOTS".
 *   segment_dump FILE...
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/base/buf.h"
#include "lib/base/fsroot.h"
#include "lib/base/pack.h"
#include "scheduler/record.h"

static int dump(const char *file)
{
	const struct fsroot root = FSROOT_LIVE;
	CLEANUP_BUF struct buf text = BUF_INIT;
	const char *p, *payload;
	struct record record;
	struct err err = ERR_INIT;
	size_t size;

	if (fsroot_read(&root, file, &text, &err) < 0) {
		(void)fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	p = buf_text(&text);
	while (frame_next(&p, buf_text(&text) + text.size, &payload, &size) == 1) {
		if (record_parse(payload, size, &record, &err) < 0) {
			(void)fprintf(stderr, "%s: %s\n", file, err.text);
			return 1;
		}
		(void)printf("%" PRIu64 " %s %" PRIu64 "\n", record.scheduleid,
		    outcome_text(record.outcome), record.n_slots);
	}
	return 0;
}

int main(int argc, char **argv)
{
	int status = 0;

	for (int i = 1; i < argc; i++)
		status |= dump(argv[i]);
	return status;
}
