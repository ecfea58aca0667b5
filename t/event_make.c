/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes N events of the tag "test" into a spool: event_make SPOOL N */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/num.h"
#include "scheduler/event.h"

int main(int argc, char **argv)
{
	struct err err = ERR_INIT;
	uint64_t n = 0;

	if (argc != 3 || num_u64(argv[2], &n, &err) < 0)
		return 2;
	for (uint64_t i = 0; i < n; i++) {
		const struct db_event event = { .level = EVENT_INFO, .tag = "test" };

		if (event_write(argv[1], &event, &err) < 0) {
			(void)fprintf(stderr, "%s\n", err.text);
			return 1;
		}
	}
	return 0;
}
