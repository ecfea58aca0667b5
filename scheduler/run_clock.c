/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Steps of the wall clock: the slots go by it, so somebody who looks for missing ones should
 * find when it was set, and by how much.
 */
#include "config.h"

#include "scheduler/run.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "scheduler/event.h"

enum {
	STEP_LEAST_MS = 500, /* a clock that is slewed moves 0.5 ms a second */
	READ_MOST_MS = 50,   /* between two readings: else the scheduler's pause is no step */
};

static void say(const struct run *run, int64_t expected_ms, int64_t found_ms, bool slept)
{
	char expected[CLOCK_TEXT_SIZE], found[CLOCK_TEXT_SIZE], size[80];
	double step_s = (double)(found_ms - expected_ms) / 1000.0;
	const struct db_event event = { .level = EVENT_WARNING,
		.tag = "clock",
		.user = "",
		.host = run->stage->settings->host,
		.object = "wall clock",
		.time_ms = found_ms,
		.old_value = expected,
		.new_value = size };

	clock_text(expected_ms, 1, expected);
	clock_text(found_ms, 1, found);
	(void)snprintf(size, sizeof(size), "%s, a step of %+.1f s%s", found, step_s,
	    slept ? ": the machine slept" : "");
	log_warning("the clock went from %s to %s", expected, size);
	event_say(run->stage->settings->spool, &event);
}

void run_watch_clock(struct run *run)
{
	int64_t mono = clock_mono_ms(), boot = clock_boot_ms(), real = clock_real_ms();
	struct clock_watch *watch = &run->clock;
	int64_t step = (real - mono) - (watch->real_ms - watch->mono_ms);
	int64_t slept = (boot - mono) - (watch->boot_ms - watch->mono_ms);

	if (clock_mono_ms() - mono > READ_MOST_MS)
		return;
	if (watch->real_ms && llabs(step) >= STEP_LEAST_MS) {
		say(run, real - step, real, llabs(step - slept) < STEP_LEAST_MS);
		/* What was due meanwhile must not burst. */
		if (step > 0)
			dispatch_renew(&run->dispatch, real);
	}
	*watch = (struct clock_watch){ .mono_ms = mono, .boot_ms = boot, .real_ms = real };
}
