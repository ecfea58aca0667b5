/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The spool's marks: above the first one an alarm, above the second one only what is vital is
 * started. What is not loaded is never deleted for the sake of room.
 */
#include "config.h"

#include "scheduler/run.h"

#include <stdio.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "scheduler/event.h"

enum {
	MEASURE_MS = 5000,
	SHARE = 100, /* measuring takes at most one of so many parts of the time */
	REPEAT_MS = 3600000,
	QUIET_PERCENT = 5, /* so far below the alarm it is over */
};

static void say(
    struct run *run, enum event_level event_level, const char *old_value, const char *new_value)
{
	const struct db_event event = { .level = event_level,
		.tag = "spool",
		.user = "",
		.host = run->stage->settings->host,
		.object = run->stage->settings->spool,
		.old_value = old_value,
		.new_value = new_value };

	if (event_level == EVENT_WARNING)
		log_warning("spool: %s", new_value);
	else
		log_info("spool: %s", new_value);
	event_say(run->stage->settings->spool, &event);
}

static void alarm_if_due(struct run *run, int64_t mono_ms)
{
	const struct settings *settings = run->stage->settings;
	const struct level *level = &run->marks.level;
	struct marks *marks = &run->marks;
	enum mark now = level->percent >= settings->spool_stop	  ? MARK_STOP
			: level->percent >= settings->spool_alarm ? MARK_ALARM
								  : MARK_NONE;
	char text[200], before[40];

	(void)snprintf(before, sizeof(before), "%u %% of its room", marks->said_percent);
	(void)snprintf(text, sizeof(text),
	    "%u %% of its room is taken by %llu bytes in %llu files that are not loaded%s",
	    level->percent, (unsigned long long)level->bytes, (unsigned long long)level->files,
	    now == MARK_STOP ? ": only priorities 1 to 3 are started" : "");
	if (now > marks->said ||
	    (now != MARK_NONE && mono_ms - marks->said_mono_ms >= REPEAT_MS)) {
		say(run, EVENT_WARNING, marks->said ? before : "", text);
		marks->said = now;
		marks->said_mono_ms = mono_ms;
		marks->said_percent = level->percent;
	} else if (marks->said != MARK_NONE &&
		   level->percent + QUIET_PERCENT < settings->spool_alarm) {
		say(run, EVENT_INFO, before, text);
		marks->said = MARK_NONE;
	}
}

void run_measure(struct run *run)
{
	const struct stage *stage = run->stage;
	struct level *level = &run->marks.level;
	int64_t begun = clock_mono_ms(), took;
	struct err err = ERR_INIT;

	if (begun < run->marks.next_mono_ms)
		return;
	level->time_ms = clock_real_ms();
	level->refused = run->marks.refused_before + run->dispatch.n_refused;
	if (level_measure(&stage->spool, stage->settings, level, &err) < 0 ||
	    level_write(&stage->spool, level, &err) < 0)
		log_debug("%s", err.text);
	run->dispatch.percent = level->percent;
	run->dispatch.full = level->percent >= stage->settings->spool_stop;
	alarm_if_due(run, begun);
	took = clock_mono_ms() - begun;
	run->marks.next_mono_ms =
	    begun + (took * SHARE > MEASURE_MS ? took * SHARE : MEASURE_MS);
}

void run_marks_init(struct run *run)
{
	struct level level;
	struct err err = ERR_INIT;

	/* The count goes on where the stage before us left it. */
	if (level_read(&run->stage->spool, &level, &err) == 0)
		run->marks.refused_before = level.refused;
	run_measure(run);
}
