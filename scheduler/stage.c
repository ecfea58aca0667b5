/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/stage.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/store/db_grants.h"
#include "scheduler/handover.h"

/* What another program writes is there for an instant. */
enum { EVENT_AGE_MS = 60000, BEAT_MS = 1000 };
enum { LOCK_WAIT_MS = 10000, LOCK_STEP_MS = 50, BACKOFF_FIRST_MS = 500, BACKOFF_MAX_MS = 5000 };

const struct stage_entry stage_entries[STAGE_COUNT] = {
	{ "materialise", stage_materialise, 0 },
	{ "claim", stage_claim, 1U << SPOOL_CLAIMS },
	{ "run", stage_run, 1U << SPOOL_RUN | 1U << SPOOL_READY },
	{ "load", stage_load, 1U << SPOOL_BAD },
	{ "maintain", stage_maintain, 0 },
};

static void stage_terminated(void *context)
{
	struct stage *stage = context;

	if (stage->stopping)
		return;
	stage->stopping = true;
	if (stage->stop)
		stage->stop(stage->context);
	else
		loop_stop(stage->loop);
}

static int stage_lock(struct stage *stage, struct err *err)
{
	int64_t end = clock_mono_ms() + LOCK_WAIT_MS;
	int r;

	do {
		r = spool_lock(&stage->spool, stage->name, &stage->lock_fd, err);
		if (r != -EBUSY)
			return r;
		clock_sleep_ms(LOCK_STEP_MS);
	} while (clock_mono_ms() < end);
	return r;
}

/* The kernel kills us when the supervisor dies. It may have died before we asked for that. */
static int stage_bind(pid_t supervisor, struct err *err)
{
	if (supervisor == 0)
		return 0;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return err_sys(err, -errno, "cannot bind to the supervisor");
	if (getppid() != supervisor)
		return err_set(err, -ESRCH, "the supervisor is gone");
	return 0;
}

/* What it left half written when it was killed. (In the spool itself the same few names are used
 * again; data/ is other programs'.) */
static void stage_sweep(const struct stage *stage, unsigned writes)
{
	for (int i = 0; i < SPOOL_DIR_COUNT; i++) {
		if (writes & 1U << i)
			spool_sweep(&stage->spool, (enum spool_dir)i, 0);
	}
	spool_sweep(&stage->spool, SPOOL_EVENTS, EVENT_AGE_MS);
}

void stage_beat(struct stage *stage)
{
	int64_t now_ms = clock_mono_ms();

	if (stage->beat_ms && now_ms - stage->beat_ms < BEAT_MS)
		return;
	stage->beat_ms = now_ms;
	(void)futimens(stage->lock_fd, NULL);
}

static void tick_beat(void *context)
{
	struct stage *stage = context;

	stage_beat(stage);
	loop_start_ms(stage->beat_timer, BEAT_MS);
}

static int stage_setup(struct stage *stage, pid_t supervisor, struct err *err)
{
	int r = stage_bind(supervisor, err);

	if (r == 0)
		r = spool_open(stage->settings->spool, &stage->spool, err);
	if (r == 0)
		r = stage_lock(stage, err);
	if (r == 0)
		r = loop_new(&stage->loop, err);
	if (r < 0)
		return r;
	spool_lock_sign(stage->lock_fd);
	(void)signal(SIGPIPE, SIG_IGN);
	stage->on_term = loop_signal(stage->loop, SIGTERM, stage_terminated, stage);
	stage->on_int = loop_signal(stage->loop, SIGINT, stage_terminated, stage);
	stage->beat_timer = loop_timer(stage->loop, tick_beat, stage);
	if (!stage->on_term || !stage->on_int || !stage->beat_timer ||
	    loop_start(stage->on_term) < 0 || loop_start(stage->on_int) < 0)
		return err_set(err, -ENOMEM, "cannot watch for signals");
	tick_beat(stage);
	return 0;
}

int stage_execute(const struct stage_entry *entry, const struct settings *settings,
    pid_t supervisor, bool once)
{
	struct stage stage = { .name = entry->name,
		.settings = settings,
		.once = once,
		.lock_fd = -1,
		.db_backoff_ms = BACKOFF_FIRST_MS };
	struct err err = ERR_INIT;
	int r;

	for (int i = 0; i < SPOOL_DIR_COUNT; i++)
		stage.spool.dirs[i] = -1;
	log_open("haetae-scheduler", entry->name, settings->log_syslog,
	    (enum log_level)settings->log_level);
	r = stage_setup(&stage, supervisor, &err);
	if (r == 0) {
		stage_sweep(&stage, entry->writes);
		r = entry->main(&stage, &err);
	}
	if (r < 0)
		log_error("%s", err.text);
	db_close(stage.db);
	loop_event_free(stage.on_term);
	loop_event_free(stage.on_int);
	loop_event_free(stage.beat_timer);
	loop_free(stage.loop);
	spool_close(&stage.spool);
	if (stage.lock_fd >= 0)
		close(stage.lock_fd);
	return r == -EEXIST ? STAGE_EXIT_REFUSED : r < 0 ? STAGE_EXIT_FAILED : 0;
}

int stage_db(struct stage *stage, struct db **ret, struct err *err)
{
	struct db *db = NULL;
	int r;

	stage_beat(stage);
	if (stage->db) {
		*ret = stage->db;
		return 0;
	}
	if (!stage->once && clock_mono_ms() < stage->db_retry_ms)
		return err_set(err, -EAGAIN, "waiting before the next attempt");
	stage->db_conf = stage->settings->db;
	stage->db_conf.role = db_role_names[DB_ROLE_RUNNER];
	r = db_open(&stage->db_conf, &db, err);
	if (r == 0)
		r = db_schema_check(db, err);
	if (r < 0) {
		db_close(db);
		stage_db_failed(stage, r, err);
		return -EAGAIN;
	}
	stage->db = db;
	*ret = db;
	return 0;
}

void stage_db_failed(struct stage *stage, int code, const struct err *err)
{
	/* Said once, however long it lasts; a single pass ends with it, and says it then. */
	if (stage->once || strcmp(stage->db_complaint, err->text) == 0 ||
	    (code != -EAGAIN && code == stage->db_code))
		log_debug("%s", err->text);
	else
		log_warning("%s", err->text);
	stage->db_code = code;
	(void)snprintf(stage->db_complaint, sizeof(stage->db_complaint), "%.255s", err->text);
	stage->db_retry_ms = clock_mono_ms() + stage->db_backoff_ms;
	stage->db_backoff_ms *= 2;
	if (stage->db_backoff_ms > BACKOFF_MAX_MS)
		stage->db_backoff_ms = BACKOFF_MAX_MS;
}

void stage_db_well(struct stage *stage)
{
	if (stage->db_complaint[0])
		log_info("%s",
		    stage->db_code == -EAGAIN ? "the database answers again" : "goes on again");
	stage->db_complaint[0] = '\0';
	stage->db_code = 0;
	stage->db_backoff_ms = BACKOFF_FIRST_MS;
	stage->db_retry_ms = 0;
}

int stage_hostid(const struct stage *stage, uint32_t *ret, struct err *err)
{
	struct spec_list specs = { 0 };
	int r = handover_read_specs(&stage->spool, ret, &specs, err);

	spec_list_free(&specs);
	return r;
}
