/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"

/* A process that SIGKILL does not end is in the kernel: its slot ends without it. */
enum { NOTE_PID_MS = 1000, UNKILLABLE_MS = 5000, STDERR_SIZE_MAX = 2000, REASON_SIZE = 256 };

void job_decide(
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

/* --- the end ------------------------------------------------------------------------- */

/* Appends at most max bytes of the file; *ret_cut says that there are more. */
static void read_some(int fd, size_t max, struct buf *buf, bool *ret_cut)
{
	struct stat st;
	size_t size;
	ssize_t n;
	char *to;

	if (fstat(fd, &st) < 0 || st.st_size <= 0)
		return;
	size = (size_t)st.st_size;
	*ret_cut |= size > max;
	if (size > max)
		size = max;
	to = buf_reserve(buf, size);
	if (!to)
		return;
	n = pread(fd, to, size, 0);
	if (n > 0)
		buf->size += (size_t)n;
	buf_terminate(buf);
}

/* Our own words about how it ended, "" when there is nothing to say. */
static void end_reason(const struct job *job, int status, char out[REASON_SIZE])
{
	out[0] = '\0';
	if (job->signals)
		(void)snprintf(out, REASON_SIZE, "%s", job->why);
	else if (WIFSIGNALED(status))
		(void)snprintf(out, REASON_SIZE, "killed by signal %d (%s)", WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
}

static void record_end(struct job *job, int status, const struct rusage *usage)
{
	const struct settings *settings = job->run->stage->settings;
	CLEANUP_BUF struct buf output = BUF_INIT;
	char reason[REASON_SIZE];
	bool cut = false, cut_stderr = false;
	struct settle settle = { .slot = job->slot, .capture = true };
	struct record record = {
		.scheduleid = job->slot.scheduleid,
		.due_ms = job->slot.due_ms,
		.last_due_ms = job->slot.due_ms,
		.n_slots = 1,
		.outcome = job->signals ? OUTCOME_TIMEOUT : OUTCOME_RUN,
		.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
		.signo = WIFSIGNALED(status) ? WTERMSIG(status) : 0,
		.started_ms = job->started_ms,
		.attempts = 1,
		.duration_ms = clock_mono_ms() - job->started_mono_ms,
		.rss_kb = (uint64_t)usage->ru_maxrss,
		.cpu_ms = (uint64_t)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000 +
			  (uint64_t)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1000,
	};

	read_some(job->child.stdout_fd, settings->output_max, &output, &cut);
	/* A limit below that of what is kept cuts too. */
	cut |= output.size >= settings->capture_max;
	/* What it says on stderr counts when it says nothing on stdout: an interpreter's
	 * traceback, a library that is missing. */
	if (output.size == 0)
		read_some(job->child.stderr_fd, STDERR_SIZE_MAX, &output, &cut_stderr);
	end_reason(job, status, reason);
	record.cut = cut;
	record.output = buf_text(&output);
	record.output_size = output.size;
	record.reason = reason;
	record.reason_size = strlen(reason);
	memcpy(settle.probetype, job->probetype, sizeof(settle.probetype));
	outbox_record(&job->run->outbox, &record, &settle);
}

void job_lost(struct run *run, const struct waiting *slot, const struct journal_open *open)
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
		.attempts = 1,
		.reason = reason,
		.reason_size = sizeof(reason) - 1 };
	struct settle settle = { .slot = *slot, .capture = true };

	capture_name(slot->scheduleid, open->probetype, capture);
	fd = openat(
	    run->stage->spool.dirs[SPOOL_RUN], capture, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0)
		read_some(fd, run->stage->settings->output_max, &output, &record.cut);
	record.output = buf_text(&output);
	record.output_size = output.size;
	(void)snprintf(settle.probetype, sizeof(settle.probetype), "%s", open->probetype);
	outbox_record(&run->outbox, &record, &settle);
}

static void job_free(struct job *job)
{
	struct run *run = job->run;

	HASH_DEL(run->jobs, job);
	run->n_jobs--;
	if (job->probe->job == job)
		job->probe->job = NULL;
	probes_group_release(job->group);
	loop_event_free(job->timer);
	close(job->child.stdout_fd);
	close(job->child.stderr_fd);
	exec_tree_free(&job->tree);
	free(job);
}

static void reap_one(struct run *run, pid_t pid)
{
	struct rusage usage;
	struct job *job;
	int status;

	HASH_FIND(hh, run->jobs, &pid, sizeof(pid), job);
	/* Before it is reaped its number still is its group's: what it left in the group goes,
	 * and of one that was told to end also what had left the group. */
	if (job && job->signals)
		exec_kill_tree(&job->tree, pid, job->slot.scheduleid, SIGKILL);
	else if (job)
		(void)kill(-pid, SIGKILL);
	if (wait4(pid, &status, 0, &usage) != pid || !job)
		return;
	if (!job->recorded)
		record_end(job, status, &usage);
	job_free(job);
}

void job_reap(void *context)
{
	struct run *run = context;

	for (;;) {
		siginfo_t info = { 0 };

		if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 ||
		    info.si_pid == 0)
			break;
		reap_one(run, info.si_pid);
	}
	run_tick(run);
}

/* --- the deadline ----------------------------------------------------------------------- */

static void give_up(struct job *job)
{
	static const struct rusage nothing;

	log_error("probe %s/%s, pid %ld: SIGKILL does not end it", job->probe->spec.node,
	    job->probe->spec.name, (long)job->child.pid);
	record_end(job, SIGKILL, &nothing);
	job->recorded = true;
}

static void deadline_passed(void *context)
{
	struct job *job = context;

	if (job->signals == 2) {
		if (!job->recorded)
			give_up(job);
		return;
	}
	job->signals++;
	exec_kill_tree(&job->tree, job->child.pid, job->slot.scheduleid,
	    job->signals == 1 ? SIGTERM : SIGKILL);
	loop_start_ms(
	    job->timer, job->signals == 1 ? job->probe->spec.killgrace_ms : UNKILLABLE_MS);
}

void job_kill_all(struct run *run, const char *why)
{
	struct job *job, *next;

	HASH_ITER(hh, run->jobs, job, next)
	{
		if (job->signals == 0) {
			job->why = why;
			deadline_passed(job);
		}
	}
}

/* --- the start ---------------------------------------------------------------------------- */

static int begin(struct run *run, const struct probe *probe, const struct waiting *slot,
    int64_t now_ms, struct err *err)
{
	struct journal_open open = {
		.scheduleid = slot->scheduleid, .due_ms = slot->due_ms, .started_ms = now_ms
	};

	(void)snprintf(open.probetype, sizeof(open.probetype), "%.16s", probe->spec.probetype);
	return journal_begin(&run->journal, &open, err);
}

/* The child runs: from here on it is known, whatever fails. */
static void adopt(struct run *run, struct job *job)
{
	HASH_ADD(hh, run->jobs, child.pid, sizeof(job->child.pid), job);
	run->n_jobs++;
	job->probe->job = job;
	job->why = "no end by its timeout: killed";
	loop_start_ms(job->timer, job->probe->spec.timeout_ms);
}

void job_note_pids(struct run *run)
{
	int64_t now = clock_mono_ms();
	struct job *job, *next;
	struct err err = ERR_INIT;

	HASH_ITER(hh, run->jobs, job, next)
	{
		if (job->starttime || now - job->started_mono_ms < NOTE_PID_MS)
			continue;
		job->starttime = proctree_starttime(job->child.pid);
		if (job->starttime && journal_spawned(&run->journal, job->slot.scheduleid,
					  job->child.pid, job->starttime, &err) < 0)
			log_error("%s", err.text);
	}
}

void job_start(
    struct run *run, struct probe *probe, const struct waiting *slot, struct synchgroup *group)
{
	struct job *job = calloc(1, sizeof(*job));
	struct err err = ERR_INIT;
	int r = job ? 0 : -ENOMEM;

	if (job) {
		*job = (struct job){ .probe = probe,
			.slot = *slot,
			.group = group,
			.run = run,
			.started_ms = clock_real_ms(),
			.started_mono_ms = clock_mono_ms() };
		(void)snprintf(
		    job->probetype, sizeof(job->probetype), "%.16s", probe->spec.probetype);
		job->timer = loop_timer(run->stage->loop, deadline_passed, job);
		r = job->timer ? begin(run, probe, slot, job->started_ms, &err) : -ENOMEM;
	}
	if (r == 0)
		r = exec_start(run->stage->settings, &run->captures, &probe->spec,
		    slot->scheduleid, &job->child, &err);
	if (r == 0) {
		adopt(run, job);
		return;
	}
	probes_group_release(group);
	if (job)
		loop_event_free(job->timer);
	free(job);
	job_decide(run, slot, OUTCOME_CANCELLED, err.text[0] ? err.text : "out of memory");
}
