/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/supervise.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/loop.h"
#include "scheduler/news.h"
#include "scheduler/notify.h"
#include "scheduler/stage.h"

enum {
	PAUSE_FIRST_MS = 200,
	PAUSE_MAX_MS = 30000,
	STEADY_MS = 10000, /* a stage that lived so long starts without pause */
	NEWS_TICK_MS = 10000,
	/* run waits 10 s for probes, then their killgrace; load one pass */
	STOP_MS = 40000,
};

struct supervisor;

struct child {
	struct supervisor *supervisor;
	const struct stage_entry *entry;
	pid_t pid;		      /* 0: not running */
	bool asked;		      /* to stop: a second signal would find it tidying up */
	int64_t started_ms, pause_ms; /* monotonic */
	struct loop_event *restart;
	struct news news;
};

struct supervisor {
	const struct supervise *options;
	struct loop *loop;
	struct child children[STAGE_COUNT];
	struct loop_event *on_child, *on_term, *on_int, *on_hup, *stop_timer;
	struct loop_event *news_timer;
	struct news news; /* of the supervisor itself */
	struct notify *notify;
	bool stopping;
	int exit_code;
};

/* Returns the pid or -errno. */
static pid_t spawn_stage(const struct supervise *options, const char *stage, bool once)
{
	char supervisor[24];
	const char *words[] = { "haetae-scheduler", "--stage", stage, "--supervisor",
		supervisor, NULL, NULL, NULL, NULL };
	char *argv[10];
	posix_spawnattr_t attributes;
	sigset_t all, none;
	size_t n = 5;
	pid_t pid;
	int r;

	(void)snprintf(supervisor, sizeof(supervisor), "%ld", (long)getpid());
	if (options->config) {
		words[n++] = "--config";
		words[n++] = options->config;
	}
	if (once)
		words[n++] = "--once";
	/* The words are not written to: execve only lacks the const. */
	memcpy(argv, words, sizeof(words));
	argv[n] = NULL;
	if (posix_spawnattr_init(&attributes) != 0)
		return -ENOMEM;
	sigfillset(&all);
	sigemptyset(&none);
	/* A session of its own: Ctrl-C on a terminal is for the supervisor, which stops the stages
	 * in their order, and no probe asks there for a password. */
	(void)posix_spawnattr_setflags(
	    &attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	(void)posix_spawnattr_setsigdefault(&attributes, &all);
	(void)posix_spawnattr_setsigmask(&attributes, &none);
	r = posix_spawn(&pid, "/proc/self/exe", NULL, &attributes, argv, environ);
	(void)posix_spawnattr_destroy(&attributes);
	return r ? -r : pid;
}

/* --- events --------------------------------------------------------------------------------- */

#define say(child, kind, level, ...)                                                     \
	do {                                                                             \
		news_say(&(child)->news, (kind), (level), clock_mono_ms(), __VA_ARGS__); \
		loop_start_ms((child)->supervisor->news_timer, NEWS_TICK_MS);            \
	} while (0)

static void tick_news(void *context)
{
	struct supervisor *self = context;
	int64_t now_ms = clock_mono_ms();
	bool waits = false;

	for (int i = 0; i < STAGE_COUNT; i++)
		waits |= news_tick(&self->children[i].news, now_ms);
	if (waits)
		loop_start_ms(self->news_timer, NEWS_TICK_MS);
}

static struct news news_of(const struct supervise *options, const char *object)
{
	return (struct news){ .spool = options->settings->spool,
		.host = options->settings->host,
		.object = object };
}

/* --- starting ------------------------------------------------------------------------------- */

static void start(void *context)
{
	struct child *child = context;
	pid_t pid;

	if (child->supervisor->stopping || child->pid)
		return;
	pid = spawn_stage(child->supervisor->options, child->entry->name, false);
	child->started_ms = clock_mono_ms();
	if (pid < 0) {
		log_error("cannot start stage %s: %s", child->entry->name, strerror((int)-pid));
		say(child, NEWS_START, EVENT_ERROR, "cannot be started: %s",
		    strerror((int)-pid));
		loop_start_ms(child->restart, PAUSE_MAX_MS);
		return;
	}
	child->pid = pid;
	if (child->pause_ms)
		say(child, NEWS_START, EVENT_INFO, "restarted after %lld.%lld s",
		    (long long)child->pause_ms / 1000, (long long)child->pause_ms % 1000 / 100);
	else
		say(child, NEWS_START, EVENT_INFO, "started");
}

/* --- stopping ------------------------------------------------------------------------------ */

/* The stages that end before others: those that make work, then those that finish it. */
static const int stop_order[STAGE_COUNT] = { 0, 0, 1, 2, 0 };

static void stop_next(struct supervisor *self)
{
	int step = STAGE_COUNT;

	for (int i = 0; i < STAGE_COUNT; i++) {
		if (self->children[i].pid && stop_order[i] < step)
			step = stop_order[i];
	}
	if (step == STAGE_COUNT) {
		loop_stop(self->loop);
		return;
	}
	for (int i = 0; i < STAGE_COUNT; i++) {
		struct child *child = &self->children[i];

		if (!child->pid || stop_order[i] != step || child->asked)
			continue;
		child->asked = true;
		(void)kill(child->pid, SIGTERM);
	}
}

static void stop(void *context)
{
	struct supervisor *self = context;

	if (self->stopping)
		return;
	self->stopping = true;
	notify_stopping(self->notify);
	loop_start_ms(self->stop_timer, STOP_MS);
	stop_next(self);
}

static void stop_hard(void *context)
{
	struct supervisor *self = context;

	for (int i = 0; i < STAGE_COUNT; i++) {
		if (self->children[i].pid) {
			log_error(
			    "stage %s does not stop: killed", self->children[i].entry->name);
			(void)kill(self->children[i].pid, SIGKILL);
			say(&self->children[i], NEWS_END, EVENT_ERROR,
			    "does not stop within %d s: killed", STOP_MS / 1000);
		}
	}
}

/* --- ends of children ---------------------------------------------------------------------- */

static void end_text(int status, char out[NEWS_TEXT_SIZE])
{
	if (WIFSIGNALED(status))
		(void)snprintf(out, NEWS_TEXT_SIZE, "killed by signal %d (%s)",
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		(void)snprintf(
		    out, NEWS_TEXT_SIZE, "ended with exit code %d", WEXITSTATUS(status));
}

static void ended(struct child *child, int status)
{
	struct supervisor *self = child->supervisor;
	bool steady = clock_mono_ms() - child->started_ms >= STEADY_MS;
	bool well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	char how[NEWS_TEXT_SIZE];

	child->pid = 0;
	end_text(status, how);
	if (self->stopping) {
		news_flush(&child->news);
		say(child, NEWS_STOP, well ? EVENT_INFO : EVENT_ERROR, "%s",
		    well ? "stopped" : how);
		stop_next(self);
		return;
	}
	log_warning(
	    "stage %s %s%s", child->entry->name, WIFSIGNALED(status) ? "was " : "", how);
	say(child, NEWS_END, well ? EVENT_WARNING : EVENT_ERROR, "%s", how);
	if (WIFEXITED(status) && WEXITSTATUS(status) == STAGE_EXIT_REFUSED) {
		self->exit_code = 1;
		stop(self);
		return;
	}
	child->pause_ms = steady || child->pause_ms == 0 ? PAUSE_FIRST_MS : 2 * child->pause_ms;
	if (child->pause_ms > PAUSE_MAX_MS)
		child->pause_ms = PAUSE_MAX_MS;
	loop_start_ms(child->restart, child->pause_ms);
}

static void reap(void *context)
{
	struct supervisor *self = context;
	int status;
	pid_t pid;

	/* Orphans of a run stage that was killed come here too. */
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (int i = 0; i < STAGE_COUNT; i++) {
			if (self->children[i].pid == pid)
				ended(&self->children[i], status);
		}
	}
}

static bool setup(struct supervisor *self)
{
	self->on_child = loop_signal(self->loop, SIGCHLD, reap, self);
	self->on_term = loop_signal(self->loop, SIGTERM, stop, self);
	self->on_int = loop_signal(self->loop, SIGINT, stop, self);
	/* The terminal is gone: the end of one in the foreground, which nobody can see any more. */
	self->on_hup = loop_signal(self->loop, SIGHUP, stop, self);
	self->stop_timer = loop_timer(self->loop, stop_hard, self);
	self->news_timer = loop_timer(self->loop, tick_news, self);
	if (!self->on_child || !self->on_term || !self->on_int || !self->on_hup ||
	    !self->stop_timer || !self->news_timer || loop_start(self->on_child) < 0 ||
	    loop_start(self->on_term) < 0 || loop_start(self->on_int) < 0 ||
	    loop_start(self->on_hup) < 0)
		return false;
	for (int i = 0; i < STAGE_COUNT; i++) {
		struct child *child = &self->children[i];

		*child = (struct child){ .supervisor = self, .entry = &stage_entries[i] };
		child->news = news_of(self->options, child->entry->name);
		child->restart = loop_timer(self->loop, start, child);
		if (!child->restart)
			return false;
	}
	return true;
}

static void teardown(struct supervisor *self)
{
	for (int i = 0; i < STAGE_COUNT; i++)
		loop_event_free(self->children[i].restart);
	loop_event_free(self->on_child);
	loop_event_free(self->on_term);
	loop_event_free(self->on_int);
	loop_event_free(self->on_hup);
	loop_event_free(self->stop_timer);
	loop_event_free(self->news_timer);
	notify_free(self->notify);
	loop_free(self->loop);
}

int supervise_run(const struct supervise *supervise)
{
	struct supervisor self = { .options = supervise };
	struct err err = ERR_INIT;

	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (loop_new(&self.loop, &err) < 0 || !setup(&self) ||
	    notify_new(self.loop, supervise->settings->spool, &self.notify, &err) < 0) {
		log_error("cannot start: %s", err.text[0] ? err.text : "out of memory");
		teardown(&self);
		return 1;
	}
	self.news = news_of(supervise, "supervisor");
	news_say(&self.news, NEWS_START, EVENT_INFO, clock_mono_ms(), "started");
	for (int i = 0; i < STAGE_COUNT; i++)
		start(&self.children[i]);
	log_info("started for host %s, spool %s", supervise->settings->host,
	    supervise->settings->spool);
	if (supervise->ready_fd >= 0) {
		(void)!write(supervise->ready_fd, "1", 1);
		close(supervise->ready_fd);
	}
	if (loop_run(self.loop) < 0)
		self.exit_code = 1;
	for (int i = 0; i < STAGE_COUNT; i++)
		news_flush(&self.children[i].news);
	news_say(&self.news, NEWS_STOP, self.exit_code ? EVENT_ERROR : EVENT_INFO,
	    clock_mono_ms(), "stopped");
	log_info("stopped");
	teardown(&self);
	return self.exit_code;
}

/* One of these, as it comes; the rest of the time nothing is to be done. */
static int wait_signal(const sigset_t *signals)
{
	int signo;

	do {
		signo = sigwaitinfo(signals, NULL);
	} while (signo < 0 && errno == EINTR);
	return signo;
}

/* Waits for the stage; asked to stop, it asks the stage. Returns its wait status. */
static int wait_stage(pid_t pid, const sigset_t *signals, bool *stopping)
{
	int status = 0;
	pid_t r;

	while ((r = waitpid(pid, &status, WNOHANG)) == 0) {
		if (wait_signal(signals) == SIGCHLD)
			continue;
		*stopping = true;
		(void)kill(pid, SIGTERM);
	}
	return r == pid ? status : -1;
}

int supervise_once(const struct supervise *supervise)
{
	sigset_t signals;
	bool stopping = false;

	/* Blocked, so that none is missed between two looks. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &signals, NULL);
	for (int i = 0; i < STAGE_COUNT; i++) {
		struct news news = news_of(supervise, stage_entries[i].name);
		char how[NEWS_TEXT_SIZE];
		pid_t pid;
		int status;

		/* What has run is loaded in any case. */
		if (stopping && stage_entries[i].main != stage_load)
			continue;
		pid = spawn_stage(supervise, stage_entries[i].name, true);
		if (pid < 0) {
			log_error("cannot start stage %s: %s", stage_entries[i].name,
			    strerror((int)-pid));
			news_say(&news, NEWS_START, EVENT_ERROR, clock_mono_ms(),
			    "cannot be started: %s", strerror((int)-pid));
			return 1;
		}
		status = wait_stage(pid, &signals, &stopping);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
			log_error("stage %s failed", stage_entries[i].name);
			end_text(status, how);
			news_say(&news, NEWS_END, EVENT_ERROR, clock_mono_ms(), "%s", how);
			return 1;
		}
	}
	return 0;
}
