/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints a segment: N records of a spec, one a second from SECOND on, each with a value 'second'
 * that is its own.
 *   segment_make SPECID SECOND N [EXIT_CODE [PHASE_MS]]
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/num.h"
#include "scheduler/record.h"

static int make_record(uint64_t specid, uint64_t second, uint64_t exit_code, uint64_t phase_ms)
{
	CLEANUP_BUF struct buf frame = BUF_INIT;
	char output[100];
	int64_t due_ms = (int64_t)(second * 1000 + phase_ms);
	struct record record = { .scheduleid = specid << 32 | second,
		.due_ms = due_ms,
		.last_due_ms = due_ms,
		.n_slots = 1,
		.outcome = OUTCOME_RUN,
		.exit_code = (int)exit_code,
		.started_ms = due_ms + 5,
		.duration_ms = 3,
		.output = output,
		.reason = "" };

	record.output_size = (size_t)snprintf(output, sizeof(output),
	    "MADE OK - slot %" PRIu64 " | 'second'=%" PRIu64 "s\n", record.scheduleid, second);
	if (record_add(&record, &frame) < 0)
		return 1;
	return fwrite(frame.data, 1, frame.size, stdout) == frame.size ? 0 : 1;
}

int main(int argc, char **argv)
{
	/* SPECID SECOND N EXIT_CODE PHASE_MS */
	uint64_t numbers[5] = { 0 };
	int status = 0;

	if (argc < 4 || argc > 6)
		return 2;
	for (int i = 1; i < argc; i++) {
		if (num_u64(argv[i], &numbers[i - 1], NULL) < 0)
			return 2;
	}
	for (uint64_t i = 0; i < numbers[2]; i++)
		status |= make_record(numbers[0], numbers[1] + i, numbers[3], numbers[4]);
	return status;
}
