/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is recorded of a slot: how its last attempt ended, that it was lost, why it never ran,
 * and ranges of those that nobody started.
 */
#include "config.h"

#include "scheduler/run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STDERR_SIZE_MAX = 2000, REASON_SIZE = 256, MS_A_DAY = 86400000 };

void record_decided(
    struct run *run, const struct waiting *slot, enum outcome outcome, const char *reason)
{
	struct record record = { .scheduleid = slot->scheduleid,
		.due_ms = slot->due_ms,
		.last_due_ms = slot->due_ms,
		.n_slots = 1,
		.outcome = outcome,
		.exit_code = -1,
		.output = "",
		.reason = reason,
		.reason_size = strlen(reason) };
	struct settle settle = { .slot = *slot };

	outbox_record(&run->outbox, &record, &settle);
}

/* --- slots that were begun ----------------------------------------------------------------- */

static enum outcome ended_as(const struct job *job)
{
	if (job->replaced)
		return OUTCOME_CANCELLED;
	return job->signals ? OUTCOME_TIMEOUT : OUTCOME_RUN;
}

/* Our own words about how it ended, "" when there is nothing to say. */
static void end_reason(const struct job *job, char out[REASON_SIZE])
{
	int status = job->status;

	out[0] = '\0';
	if (job->signals)
		(void)snprintf(out, REASON_SIZE, "%s", job->why);
	else if (WIFSIGNALED(status))
		(void)snprintf(out, REASON_SIZE, "killed by signal %d (%s)", WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
}

void record_end(struct job *job)
{
	const struct settings *settings = job->run->stage->settings;
	const struct rusage *usage = &job->usage;
	int status = job->status;
	CLEANUP_BUF struct buf output = BUF_INIT;
	char reason[REASON_SIZE];
	bool cut = false, cut_stderr = false;
	struct settle settle = { .slot = job->slot, .capture = true };
	struct record record = {
		.scheduleid = job->slot.scheduleid,
		.due_ms = job->slot.due_ms,
		.last_due_ms = job->slot.due_ms,
		.n_slots = 1,
		.outcome = ended_as(job),
		.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
		.signo = WIFSIGNALED(status) ? WTERMSIG(status) : 0,
		.started_ms = job->started_ms,
		.attempts = job->attempts,
		.duration_ms = job->duration_ms,
		.rss_kb = (uint64_t)usage->ru_maxrss,
		.cpu_ms = (uint64_t)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000 +
			  (uint64_t)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1000,
	};

	exec_read(job->child.stdout_fd, settings->output_max, &output, &cut);
	/* A limit below that of what is kept cuts too. */
	cut |= output.size >= settings->capture_max;
	/* What it says on stderr counts when it says nothing on stdout: an interpreter's
	 * traceback, a library that is missing. */
	if (output.size == 0)
		exec_read(job->child.stderr_fd, STDERR_SIZE_MAX, &output, &cut_stderr);
	end_reason(job, reason);
	record.cut = cut;
	record.output = buf_text(&output);
	record.output_size = output.size;
	record.reason = reason;
	record.reason_size = strlen(reason);
	memcpy(settle.probetype, job->probetype, sizeof(settle.probetype));
	outbox_record(&job->run->outbox, &record, &settle);
}

void record_lost(struct run *run, const struct waiting *slot, const struct journal_open *open)
{
	static const char reason[] = "the scheduler was killed while it ran";
	CLEANUP_BUF struct buf output = BUF_INIT;
	CLEANUP_CLOSE int fd = -1;
	char capture[CAPTURE_NAME_SIZE];
	struct record record = { .scheduleid = slot->scheduleid,
		.due_ms = slot->due_ms,
		.last_due_ms = slot->due_ms,
		.n_slots = 1,
		.outcome = OUTCOME_LOST,
		.exit_code = -1,
		.started_ms = open->started_ms,
		.attempts = open->attempts ? open->attempts : 1,
		.reason = reason,
		.reason_size = sizeof(reason) - 1 };
	struct settle settle = { .slot = *slot, .capture = true };

	capture_name(slot->scheduleid, open->probetype, capture);
	fd = openat(
	    run->stage->spool.dirs[SPOOL_RUN], capture, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0)
		exec_read(fd, run->stage->settings->output_max, &output, &record.cut);
	record.output = buf_text(&output);
	record.output_size = output.size;
	(void)snprintf(settle.probetype, sizeof(settle.probetype), "%s", open->probetype);
	outbox_record(&run->outbox, &record, &settle);
}

/* --- slots that nobody started ------------------------------------------------------------ */

static int remember_missed(struct run *run, uint32_t specid)
{
	if (run->n_missed == run->missed_room) {
		size_t room = run->missed_room ? 2 * run->missed_room : 64;
		uint32_t *missed = reallocarray(run->missed, room, sizeof(*missed));

		if (!missed)
			return -ENOMEM;
		run->missed = missed;
		run->missed_room = room;
	}
	run->missed[run->n_missed++] = specid;
	return 0;
}

static void record_range(struct run *run, struct probe *probe)
{
	const struct decide_view view = { .percent = run->dispatch.percent };
	const struct decision decision = { .verdict = VERDICT_MISS,
		.why = probe->missed_room ? WHY_SPOOL : WHY_NOBODY };
	char reason[DECIDE_REASON_SIZE];
	struct record record = {
		.scheduleid = spec_scheduleid(probe->specid, probe->missed_first_ms),
		.due_ms = probe->missed_first_ms,
		.last_due_ms = probe->missed_last_ms,
		.n_slots = probe->n_missed,
		.outcome = OUTCOME_MISSED,
		.exit_code = -1,
		.output = "",
		.reason = reason,
	};
	struct settle settle = { .slot = { .scheduleid = spec_scheduleid(
					       probe->specid, probe->missed_last_ms),
				     .due_ms = probe->missed_last_ms } };

	decide_reason(&decision, probe, &view, reason);
	record.reason_size = strlen(reason);
	outbox_record(&run->outbox, &record, &settle);
	probe->n_missed = 0;
}

void record_all_missed(struct run *run)
{
	for (size_t i = 0; i < run->n_missed; i++) {
		struct probe *probe = probes_find(run->probes, run->missed[i]);

		if (probe && probe->n_missed)
			record_range(run, probe);
	}
	run->n_missed = 0;
}

/* Slots in a row share a record, within a UTC day. */
void record_missed(struct run *run, struct probe *probe, const struct waiting *slot, bool room)
{
	bool again = probe->n_missed && slot->due_ms == probe->missed_last_ms;
	bool joins = probe->n_missed && probe->missed_room == room &&
		     slot->due_ms / MS_A_DAY == probe->missed_last_ms / MS_A_DAY &&
		     slot->due_ms == probe->missed_last_ms + probe->spec.interval_ms;

	/* Handed over twice. */
	if (again) {
		outbox_settle_quietly(&run->outbox, slot);
		return;
	}
	if (probe->n_missed && !joins)
		record_range(run, probe);
	if (probe->n_missed == 0) {
		probe->missed_first_ms = slot->due_ms;
		probe->missed_room = room;
		if (remember_missed(run, probe->specid) < 0) {
			record_decided(run, slot, OUTCOME_MISSED, "out of memory");
			return;
		}
	}
	probe->missed_last_ms = slot->due_ms;
	probe->n_missed++;
	outbox_settle_quietly(&run->outbox, slot);
}
