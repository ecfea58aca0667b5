/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Load: takes whole segments, and files that other programs have put into the spool, into
 * the database, and deletes them after COMMIT. Nothing that is not loaded is deleted.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "scheduler/handover.h"
#include "scheduler/load_batch.h"
#include "scheduler/load_data.h"
#include "scheduler/load_event.h"
#include "scheduler/load_held.h"
#include "scheduler/load_judge.h"
#include "scheduler/segment.h"
#include "scheduler/segment_read.h"
#include "scheduler/stage.h"

enum { PASS_MS = 2000, BATCH_RUNS = 1000, ODD_FILES_MAX = 10 };

struct load {
	struct stage *stage;
	struct loop_event *timer, *on_files;
	int watch_fd;
	uint32_t hostid;
	bool durable_known, durable;
	bool stuck;		/* said that a file cannot be moved away */
	struct spec_list specs; /* the copy, for files of other programs */
	struct load_judge *judge;
	bool was_away; /* what a server without durability may have lost is loaded again */
};

static struct load_target target_of(const struct load *self, struct db *db)
{
	return (struct load_target){ .spool = &self->stage->spool,
		.db = db,
		.hostid = self->hostid,
		.judge = self->judge };
}

/* --- what cannot be loaded --------------------------------------------------------------- */

/* A file that cannot be read for what it is: another program's, a link, a folder, too long. */
static int refuse_file(struct load *self, struct db *db, enum spool_dir dir, const char *name,
    const char *reason, struct err *err)
{
	int r = db_load_error(db, self->hostid, name, reason, clock_real_ms(), err);

	if (r < 0)
		return r;
	/* Also when it cannot be moved, the others are loaded. */
	if (spool_rename(&self->stage->spool, dir, name, SPOOL_BAD, name, err) == 0) {
		log_error("moved to bad/: %s", reason);
	} else if (!self->stuck) {
		log_error("%s: %s", err->text, reason);
		self->stuck = true;
	}
	return 0;
}

/* What is no event goes to bad/ without more: nothing depends on it. */
struct refusing {
	struct load *self;
	struct db *db;
};

static int refuse_event(void *context, const char *name, const char *reason, struct err *err)
{
	struct refusing *refusing = context;

	return refuse_file(refusing->self, refusing->db, SPOOL_EVENTS, name, reason, err);
}

/* --- one file -------------------------------------------------------------------------------- */

/* What of a segment is no record. */
struct damages {
	size_t n, n_bytes, n_records; /* records that are whole */
	size_t offset;		      /* of the first, */
	struct err reason;	      /* and what is wrong with it */
};

static void damages_add(
    struct damages *damages, const struct segment_damage *damage, const struct err *reason)
{
	if (damages->n == 0) {
		damages->offset = damage->offset;
		damages->reason = *reason;
	}
	damages->n++;
	damages->n_bytes += damage->size;
}

/* At most a batch of records. Returns 1 when there may be more, 0 at the end. */
static int fill_batch(struct load_batch *batch, struct segment_reader *reader,
    struct damages *damages, struct err *err)
{
	while (batch->n < BATCH_RUNS) {
		struct segment_damage damage;
		struct err reason = ERR_INIT;
		struct record record;
		int r = segment_next(reader, &record, &damage, &reason);

		if (r == 0)
			return 0;
		if (r == 1)
			r = load_batch_add(batch, &record, err);
		else
			damages_add(damages, &damage, &reason);
		if (r < 0 && r != -EBADMSG)
			return r;
	}
	return 1;
}

/* What is whole is in the tables. The file stays as it is, for people to look at. Returns 1. */
static int set_aside(struct load *self, struct db *db, const char *name,
    const struct damages *damages, struct err *err)
{
	struct err reason = ERR_INIT;
	int r;

	(void)err_set(&reason, -EBADMSG,
	    "%s at byte %zu; %zu damaged bytes in %zu places, %zu records are whole and loaded",
	    damages->reason.text, damages->offset, damages->n_bytes, damages->n,
	    damages->n_records);
	r = db_load_error(db, self->hostid, name, reason.text, clock_real_ms(), err);
	if (r == 0)
		r = spool_rename(&self->stage->spool, SPOOL_READY, name, SPOOL_BAD, name, err);
	if (r == 0)
		log_error("bad/%s: %s", name, reason.text);
	return r < 0 ? r : 1;
}

/* Returns 1 when the file is in bad/ now. */
static int load_segment(
    struct load *self, struct db *db, const char *name, const struct buf *text, struct err *err)
{
	struct damages damages = { .reason = ERR_INIT };
	struct segment_reader reader;
	int more = 1;

	segment_read(&reader, buf_text(text), text->size);
	while (more == 1) {
		struct load_target target = target_of(self, db);
		struct load_batch batch = { 0 };
		int r;

		more = fill_batch(&batch, &reader, &damages, err);
		r = more < 0 ? more : load_batch_store(&batch, &target, err);
		damages.n_records += batch.n;
		load_batch_free(&batch);
		if (r < 0)
			return r;
	}
	return damages.n ? set_aside(self, db, name, &damages, err) : 0;
}

static int load_data(
    struct load *self, struct db *db, const char *name, const struct buf *text, struct err *err)
{
	struct load_target target = target_of(self, db);
	struct err reason = ERR_INIT;
	struct load_batch batch = { 0 };
	struct record record = { 0 };
	bool stateless = false;
	struct stat st;
	int r;

	if (fstatat(self->stage->spool.dirs[SPOOL_DATA], name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0
				       : err_sys(err, -errno, "cannot look at data/%s", name);
	r = load_data_parse(
	    name, buf_text(text), text->size, &self->specs, &record, &stateless, &reason);
	record.started_ms = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
	if (r == 0)
		r = load_batch_add(&batch, &record, &reason);
	if (r == 0) {
		batch.items[0].stateless = stateless;
		r = load_batch_store(&batch, &target, err);
	} else if (r == -EBADMSG) {
		r = load_quarantine(
		    &target, name, buf_text(text), text->size, reason.text, err);
	} else {
		(void)err_set(err, r, "%s", reason.text);
	}
	load_batch_free(&batch);
	return r;
}

/* Loaded: it goes, or stays for a while where a crash of the server could undo the COMMIT. */
static int dispose(
    const struct load *self, enum spool_dir dir, const char *name, struct err *err)
{
	if (!self->durable && dir != SPOOL_EVENTS)
		return spool_rename(&self->stage->spool, dir, name, SPOOL_LOADED, name, err);
	(void)spool_unlink(&self->stage->spool, dir, name);
	return 0;
}

static int load_file(
    struct load *self, struct db *db, enum spool_dir dir, const char *name, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(SEGMENT_FILE_MAX);
	struct err reason = ERR_INIT;
	int r = spool_read(&self->stage->spool, dir, name, &text, &reason);

	if (r == -ENOENT)
		return 0;
	if (r == -E2BIG || r == -EBADMSG || r == -EACCES)
		return refuse_file(self, db, dir, name, reason.text, err);
	if (r < 0)
		return err_set(err, r, "%s", reason.text);
	if (dir == SPOOL_READY)
		r = load_segment(self, db, name, &text, err);
	else
		r = load_data(self, db, name, &text, err);
	/* It stays, and is tried again. */
	if (load_error_is_odd(r))
		(void)!db_load_error(db, self->hostid, name, err->text, clock_real_ms(), NULL);
	return r ? r < 0 ? r : 0 : dispose(self, dir, name, err);
}

/* --- the stage ---------------------------------------------------------------------------------- */

/* What is to be known and done before the first file, and after each outage. */
static int prepare(struct load *self, struct db *db, struct err *err)
{
	int r = 0;

	if (!self->durable_known || self->was_away) {
		r = db_durable(db, &self->durable, err);
		if (r == 0 && !self->durable && !self->durable_known)
			log_warning("a COMMIT of this server may be lost in a crash: loaded "
				    "segments are kept for %lld s",
			    (long long)self->stage->settings->hold_ms / 1000);
		self->durable_known = r == 0;
	}
	if (r == 0 && self->was_away) {
		r = load_held_again(&self->stage->spool, err);
		self->was_away = r != 0;
	}
	return r < 0 ? r : load_judge_refresh(self->judge, db, true, err);
}

static int load_folder(struct load *self, struct db *db, enum spool_dir dir, struct err *err)
{
	CLEANUP(spool_names_free) struct spool_names names = { 0 };
	int odd = 0, r = spool_list(&self->stage->spool, dir, &names, err);
	size_t n_odd = 0;

	if (r == 0 && dir == SPOOL_DATA && names.n) {
		spec_list_free(&self->specs);
		r = handover_read_specs(&self->stage->spool, &self->hostid, &self->specs, err);
	}
	if (r == 0 && dir == SPOOL_EVENTS) {
		struct load_target target = target_of(self, db);
		struct refusing refusing = { self, db };

		return load_events(
		    &target, &names, self->stage->settings->host, refuse_event, &refusing, err);
	}
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		struct err reason = ERR_INIT;

		stage_beat(self->stage);
		r = load_file(self, db, dir, names.items[i], &reason);
		/* One that the database does not take must not keep back the others. */
		if (load_error_is_odd(r) && n_odd++ < ODD_FILES_MAX) {
			if (odd == 0)
				odd = err_set(err, r, "%s: %s", names.items[i], reason.text);
			r = 0;
		} else if (r < 0) {
			(void)err_set(err, r, "%s", reason.text);
		}
	}
	return r < 0 ? r : odd;
}

static const enum spool_dir loaded_dirs[] = { SPOOL_READY, SPOOL_DATA, SPOOL_EVENTS };

static bool has_files(const struct load *self, enum spool_dir dir)
{
	CLEANUP(spool_names_free) struct spool_names names = { 0 };

	return spool_list(&self->stage->spool, dir, &names, NULL) == 0 && names.n;
}

/* While segments are held the server is asked, too: only who asks learns of its crash. */
static bool has_work(const struct load *self)
{
	for (size_t i = 0; i < sizeof(loaded_dirs) / sizeof(loaded_dirs[0]); i++) {
		if (has_files(self, loaded_dirs[i]))
			return true;
	}
	return has_files(self, SPOOL_LOADED);
}

static int pass(struct load *self, struct err *err)
{
	struct db *db;
	int r;

	if (!self->was_away && !has_work(self))
		return 0;
	/* Before there is a copy of the specs nothing has run. */
	if (self->hostid == 0 && stage_hostid(self->stage, &self->hostid, err) < 0)
		return 0;
	r = stage_db(self->stage, &db, err);
	if (r < 0) {
		self->was_away = true;
		return r;
	}
	r = prepare(self, db, err);
	for (size_t i = 0; r == 0 && i < sizeof(loaded_dirs) / sizeof(loaded_dirs[0]); i++)
		r = load_folder(self, db, loaded_dirs[i], err);
	if (r < 0) {
		self->was_away |= !load_error_is_odd(r);
		stage_db_failed(self->stage, r, err);
		return r;
	}
	stage_db_well(self->stage);
	load_held_drop(&self->stage->spool, self->stage->settings->hold_ms);
	return 0;
}

static void tick(void *context)
{
	struct load *self = context;
	struct err err = ERR_INIT;
	int r;

	if (self->watch_fd >= 0)
		spool_watch_clear(self->watch_fd);
	r = pass(self, &err);
	/* The run stage has ended before us: what is in ready/ now is the last. */
	if (self->stage->stopping) {
		loop_stop(self->stage->loop);
		return;
	}
	loop_start_ms(self->timer, r < 0 ? PASS_MS / 4 : PASS_MS);
}

static void stop(void *context)
{
	tick(context);
}

static void load_free(struct load *self)
{
	loop_event_free(self->timer);
	loop_event_free(self->on_files);
	spec_list_free(&self->specs);
	load_judge_free(self->judge);
	if (self->watch_fd >= 0)
		close(self->watch_fd);
}

int stage_load(struct stage *stage, struct err *err)
{
	/* A server without durability may have crashed while nobody loaded. */
	struct load self = { .stage = stage, .watch_fd = -1, .was_away = true };
	int r = load_judge_new(stage->settings, &self.judge, err);

	if (r < 0)
		return r;
	if (stage->once) {
		r = pass(&self, err);
		load_free(&self);
		return r;
	}
	r = spool_watch(&stage->spool,
	    1U << SPOOL_READY | 1U << SPOOL_DATA | 1U << SPOOL_EVENTS, &self.watch_fd, err);
	if (r < 0) {
		load_free(&self);
		return r;
	}
	self.timer = loop_timer(stage->loop, tick, &self);
	self.on_files = loop_readable(stage->loop, self.watch_fd, tick, &self);
	if (!self.timer || !self.on_files || loop_start(self.on_files) < 0)
		r = err_set(err, -ENOMEM, "out of memory");
	stage->stop = stop;
	stage->context = &self;
	if (r == 0) {
		loop_start_ms(self.timer, 0);
		r = loop_run(stage->loop);
	}
	load_free(&self);
	return r;
}
