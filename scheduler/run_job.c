/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"

/* A process that SIGKILL does not end is in the kernel: its slot ends without it. */
enum { NOTE_PID_MS = 1000, UNKILLABLE_MS = 5000 };

/* --- the end ------------------------------------------------------------------------- */

static void child_close(struct exec_child *child)
{
	close(child->stdout_fd);
	close(child->stderr_fd);
}

static void job_free(struct job *job)
{
	LIST_REMOVE(job, entry);
	job->probe->job = NULL;
	loop_event_free(job->timer);
	child_close(&job->child);
	exec_tree_free(&job->tree);
	free(job);
}

/* What backoff makes of it. */
static enum run_end end_of(const struct job *job)
{
	if (job->replaced)
		return RUN_NEITHER;
	return !job->signals && WIFEXITED(job->status) && WEXITSTATUS(job->status) <= 1
		   ? RUN_GOOD
		   : RUN_FAILED;
}

/* The slot's last attempt has ended. */
static void finish(struct job *job)
{
	struct run *run = job->run;
	struct probe *probe = job->probe;
	enum run_end end = end_of(job);

	if (!job->recorded)
		record_end(job);
	job_free(job);
	dispatch_ended(&run->dispatch, probe, end);
}

static bool is_to_go_again(const struct job *job)
{
	const struct spec *spec = &job->probe->spec;
	bool is_ok = !job->signals && WIFEXITED(job->status) && WEXITSTATUS(job->status) == 0;

	return !is_ok && !job->replaced && !job->recorded && !job->run->stage->stopping &&
	       job->probe->known &&
	       decide_may_retry(
		   spec, job->attempts, job->slot.due_ms, clock_real_ms() + spec->retry_ms);
}

static void pause_job(struct job *job)
{
	job->child.pid = 0;
	job->starttime = 0;
	job->signals = 0;
	exec_tree_free(&job->tree);
	dispatch_paused(&job->run->dispatch, job->probe);
	loop_start_ms(job->timer, job->probe->spec.retry_ms);
}

static void reap_one(struct run *run, pid_t pid)
{
	struct rusage usage;
	struct job *job;
	int status;

	HASH_FIND(hh, run->by_pid, &pid, sizeof(pid), job);
	/* Before it is reaped its number still is its group's: what it left in the group goes,
	 * and of one that was told to end also what had left the group. */
	if (job && job->signals)
		exec_kill_tree(&job->tree, pid, job->slot.scheduleid, SIGKILL);
	else if (job)
		(void)kill(-pid, SIGKILL);
	if (wait4(pid, &status, 0, &usage) != pid || !job)
		return;
	HASH_DEL(run->by_pid, job);
	run->n_running--;
	job->status = status;
	job->usage = usage;
	job->duration_ms = clock_mono_ms() - job->started_mono_ms;
	if (is_to_go_again(job))
		pause_job(job);
	else
		finish(job);
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

void job_give_up(struct job *job)
{
	finish(job);
}

void job_give_up_all(struct run *run)
{
	struct job *job = LIST_FIRST(&run->jobs), *next;

	for (; job; job = next) {
		next = LIST_NEXT(job, entry);
		if (job->child.pid == 0)
			finish(job);
	}
}

/* --- the deadline ----------------------------------------------------------------------- */

static void give_up_killing(struct job *job)
{
	log_error("probe %s/%s, pid %ld: SIGKILL does not end it", job->probe->spec.node,
	    job->probe->spec.name, (long)job->child.pid);
	job->status = SIGKILL;
	job->duration_ms = clock_mono_ms() - job->started_mono_ms;
	record_end(job);
	job->recorded = true;
}

static void send_next_signal(struct job *job)
{
	if (job->signals == 2) {
		if (!job->recorded)
			give_up_killing(job);
		return;
	}
	job->signals++;
	exec_kill_tree(&job->tree, job->child.pid, job->slot.scheduleid,
	    job->signals == 1 ? SIGTERM : SIGKILL);
	loop_start_ms(
	    job->timer, job->signals == 1 ? job->probe->spec.killgrace_ms : UNKILLABLE_MS);
}

static void timer_fired(void *context)
{
	struct job *job = context;
	struct run *run = job->run;

	if (job->child.pid) {
		send_next_signal(job);
		return;
	}
	dispatch_again(&run->dispatch, job->probe, &job->slot);
	run_tick(run);
}

void job_kill_all(struct run *run, const char *why)
{
	struct job *job;

	LIST_FOREACH(job, &run->jobs, entry)
	{
		if (job->child.pid && job->signals == 0) {
			job->why = why;
			send_next_signal(job);
		}
	}
}

void job_replace(struct job *job)
{
	siginfo_t info = { 0 };

	/* One that has ended by itself a moment ago keeps its own end. */
	if (!job || job->signals ||
	    (waitid(P_PID, (id_t)job->child.pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
		info.si_pid))
		return;
	job->replaced = true;
	job->why = "its next slot was due: killed, overrun = replace";
	send_next_signal(job);
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
static void adopt(struct job *job)
{
	struct run *run = job->run;

	HASH_ADD(hh, run->by_pid, child.pid, sizeof(job->child.pid), job);
	run->n_running++;
	job->attempts++;
	job->probe->started_ms = job->started_ms;
	job->why = "no end by its timeout: killed";
	loop_start_ms(job->timer, job->probe->spec.timeout_ms);
}

void job_note_pids(struct run *run)
{
	int64_t now = clock_mono_ms();
	struct job *job;
	struct err err = ERR_INIT;

	LIST_FOREACH(job, &run->jobs, entry)
	{
		if (!job->child.pid || job->starttime ||
		    now - job->started_mono_ms < NOTE_PID_MS)
			continue;
		job->starttime = proctree_starttime(job->child.pid);
		if (job->starttime && journal_spawned(&run->journal, job->slot.scheduleid,
					  job->child.pid, job->starttime, &err) < 0)
			log_error("%s", err.text);
	}
}

static struct job *job_new(struct run *run, struct probe *probe, const struct waiting *slot)
{
	struct job *job = calloc(1, sizeof(*job));

	if (!job)
		return NULL;
	*job = (struct job){ .probe = probe,
		.slot = *slot,
		.run = run,
		.started_ms = clock_real_ms(),
		.started_mono_ms = clock_mono_ms() };
	(void)snprintf(job->probetype, sizeof(job->probetype), "%.16s", probe->spec.probetype);
	job->timer = loop_timer(run->stage->loop, timer_fired, job);
	if (!job->timer) {
		free(job);
		return NULL;
	}
	return job;
}

bool job_start(struct run *run, struct probe *probe, const struct waiting *slot)
{
	struct job *job = job_new(run, probe, slot);
	struct err err = ERR_INIT;
	int r = job ? begin(run, probe, slot, job->started_ms, &err) : -ENOMEM;

	if (r == 0)
		r = exec_start(run->stage->settings, &run->captures, &probe->spec,
		    slot->scheduleid, &job->child, &err);
	if (r == 0) {
		LIST_INSERT_HEAD(&run->jobs, job, entry);
		probe->job = job;
		adopt(job);
		return true;
	}
	if (job)
		loop_event_free(job->timer);
	free(job);
	record_decided(run, slot, OUTCOME_CANCELLED, err.text[0] ? err.text : "out of memory");
	return false;
}

bool job_again(struct job *job)
{
	struct run *run = job->run;
	struct exec_child child;
	struct err err = ERR_INIT;
	char capture[CAPTURE_NAME_SIZE];
	int r = journal_again(&run->journal, job->slot.scheduleid, &err);

	/* Another file: what the last attempt has left behind may still write into its own. */
	capture_name(job->slot.scheduleid, job->probetype, capture);
	captures_give(&run->captures, capture);
	if (r == 0)
		r = exec_start(run->stage->settings, &run->captures, &job->probe->spec,
		    job->slot.scheduleid, &child, &err);
	if (r < 0) {
		log_warning("probe %s/%s: attempt %u: %s", job->probe->spec.node,
		    job->probe->spec.name, job->attempts + 1, err.text);
		record_end(job);
		job_free(job);
		return false;
	}
	child_close(&job->child);
	job->child = child;
	job->started_ms = clock_real_ms();
	job->started_mono_ms = clock_mono_ms();
	adopt(job);
	return true;
}
