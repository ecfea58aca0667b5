/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Load: takes whole segments, and files that other programs have put into the spool, into
 * the database, and deletes them after COMMIT. Nothing that is not loaded is deleted.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "scheduler/event.h"
#include "scheduler/handover.h"
#include "scheduler/load_data.h"
#include "scheduler/load_judge.h"
#include "scheduler/load_parse.h"
#include "scheduler/segment.h"
#include "scheduler/segment_read.h"
#include "scheduler/stage.h"

enum { PASS_MS = 2000, BATCH_RUNS = 1000 };

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

/* The records of one file, ready for the store. */
struct batch {
	struct loadable *items;
	struct db_run *runs;
	struct record *records; /* their texts are the file's */
	size_t n, room;
};

static void batch_free(struct batch *batch)
{
	for (size_t i = 0; i < batch->n; i++)
		loadable_free(&batch->items[i]);
	free(batch->items);
	free(batch->runs);
	free(batch->records);
	*batch = (struct batch){ 0 };
}

static int batch_add(struct batch *batch, const struct record *record, struct err *err)
{
	int r;

	if (batch->n == batch->room) {
		size_t room = batch->room ? 2 * batch->room : 256;
		struct loadable *items = reallocarray(batch->items, room, sizeof(*items));
		struct db_run *runs = reallocarray(batch->runs, room, sizeof(*runs));
		struct record *records = reallocarray(batch->records, room, sizeof(*records));

		if (items)
			batch->items = items;
		if (runs)
			batch->runs = runs;
		if (records)
			batch->records = records;
		if (!items || !runs || !records)
			return err_set(err, -ENOMEM, "out of memory");
		batch->room = room;
	}
	r = loadable_init(&batch->items[batch->n], record, err);
	if (r < 0) {
		loadable_free(&batch->items[batch->n]);
		return r;
	}
	batch->runs[batch->n] = batch->items[batch->n].run;
	batch->records[batch->n] = *record;
	batch->n++;
	return 0;
}

/* --- what cannot be loaded --------------------------------------------------------------- */

static int quarantine(struct load *self, struct db *db, const char *name, const char *data,
    size_t size, const char *reason, struct err *err)
{
	int r = spool_write(&self->stage->spool, SPOOL_BAD, name, data, size, err);

	if (r == 0)
		r = db_load_error(db, self->hostid, name, reason, clock_real_ms(), err);
	if (r == 0)
		log_error("bad/%s: %zu bytes cannot be loaded: %s", name, size, reason);
	return r;
}

/* As a segment of its own: moved back into ready/ it is loaded again. */
static int quarantine_record(struct load *self, struct db *db, const struct record *record,
    const char *reason, struct err *err)
{
	CLEANUP_BUF struct buf frame = BUF_INIT_MAX(SEGMENT_FILE_MAX);
	char name[SPOOL_NAME_SIZE];
	int r = record_add(record, &frame);

	(void)snprintf(name, sizeof(name), "%" PRIu64 ".refused", record->scheduleid);
	if (r < 0)
		return err_sys(err, r, "cannot write bad/%s", name);
	return quarantine(self, db, name, frame.data, frame.size, reason, err);
}

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

/* By the rules of this moment: effective with the next record. */
static int judge(struct load *self, struct db *db, struct batch *batch, struct err *err)
{
	int r = load_judge_refresh(self->judge, db, false, err);

	if (r == 0)
		r = load_judge_batch(self->judge, db, batch->items, batch->n, err);
	for (size_t i = 0; r == 0 && i < batch->n; i++)
		batch->runs[i] = batch->items[i].run;
	return r;
}

/* A refused batch is halved until the one row is found that the store does not take. */
static int store(struct load *self, struct db *db, const struct batch *batch, size_t first,
    size_t n, struct err *err)
{
	struct err reason = ERR_INIT;
	int r;

	if (n == 0)
		return 0;
	r = db_load(db, self->hostid, batch->runs + first, n, &reason);
	if (r != -EBADMSG) {
		if (r < 0)
			(void)err_set(err, r, "%s", reason.text);
		return r;
	}
	if (n == 1)
		return quarantine_record(self, db, batch->records + first, reason.text, err);
	r = store(self, db, batch, first, n / 2, err);
	return r < 0 ? r : store(self, db, batch, first + n / 2, n - n / 2, err);
}

/* What is no event goes to bad/ without more: nothing depends on it. */
static int load_event(
    struct load *self, struct db *db, const char *name, const struct buf *text, struct err *err)
{
	struct err reason = ERR_INIT;
	struct db_event event;

	if (event_parse(buf_text(text), text->size, &event, &reason) < 0)
		return refuse_file(self, db, SPOOL_EVENTS, name, reason.text, err);
	if (!*event.host)
		event.host = self->stage->settings->host;
	return db_events_add(db, &event, 1, err);
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
static int fill_batch(struct batch *batch, struct segment_reader *reader,
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
			r = batch_add(batch, &record, err);
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
		struct batch batch = { 0 };
		int r;

		more = fill_batch(&batch, &reader, &damages, err);
		r = more < 0 ? more : judge(self, db, &batch, err);
		if (r == 0)
			r = store(self, db, &batch, 0, batch.n, err);
		damages.n_records += batch.n;
		batch_free(&batch);
		if (r < 0)
			return r;
	}
	return damages.n ? set_aside(self, db, name, &damages, err) : 0;
}

static int load_data(
    struct load *self, struct db *db, const char *name, const struct buf *text, struct err *err)
{
	struct err reason = ERR_INIT;
	struct batch batch = { 0 };
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
		r = batch_add(&batch, &record, &reason);
	if (r == 0) {
		batch.items[0].stateless = stateless;
		r = judge(self, db, &batch, err);
		if (r == 0)
			r = store(self, db, &batch, 0, batch.n, err);
	} else if (r == -EBADMSG)
		r = quarantine(self, db, name, buf_text(text), text->size, reason.text, err);
	else
		(void)err_set(err, r, "%s", reason.text);
	batch_free(&batch);
	return r;
}

/* Loaded: it goes, or stays for a while where a crash of the server could undo the COMMIT. */
static int dispose(
    const struct load *self, enum spool_dir dir, const char *name, struct err *err)
{
	if (!self->durable && dir == SPOOL_READY)
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
	else if (dir == SPOOL_DATA)
		r = load_data(self, db, name, &text, err);
	else
		r = load_event(self, db, name, &text, err);
	return r ? r < 0 ? r : 0 : dispose(self, dir, name, err);
}

/* --- held files --------------------------------------------------------------------------------- */

/* Back to ready/: a repeat of what is in the tables changes nothing. */
static int load_again(struct load *self, struct err *err)
{
	CLEANUP(spool_names_free) struct spool_names names = { 0 };
	int r = spool_list(&self->stage->spool, SPOOL_LOADED, &names, err);

	for (size_t i = 0; r == 0 && i < names.n; i++)
		r = spool_rename(&self->stage->spool, SPOOL_LOADED, names.items[i], SPOOL_READY,
		    names.items[i], err);
	return r;
}

static void drop_held(const struct load *self)
{
	CLEANUP(spool_names_free) struct spool_names names = { 0 };
	int64_t now = clock_real_ms();

	if (spool_list(&self->stage->spool, SPOOL_LOADED, &names, NULL) < 0)
		return;
	for (size_t i = 0; i < names.n; i++) {
		struct stat st;

		/* A rename sets the time of change. */
		if (fstatat(self->stage->spool.dirs[SPOOL_LOADED], names.items[i], &st,
			AT_SYMLINK_NOFOLLOW) == 0 &&
		    now - (int64_t)st.st_ctim.tv_sec * 1000 > self->stage->settings->hold_ms)
			(void)spool_unlink(&self->stage->spool, SPOOL_LOADED, names.items[i]);
	}
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
		r = load_again(self, err);
		self->was_away = r != 0;
	}
	return r < 0 ? r : load_judge_refresh(self->judge, db, true, err);
}

static int load_folder(struct load *self, struct db *db, enum spool_dir dir, struct err *err)
{
	CLEANUP(spool_names_free) struct spool_names names = { 0 };
	int r = spool_list(&self->stage->spool, dir, &names, err);

	if (r == 0 && dir == SPOOL_DATA && names.n) {
		spec_list_free(&self->specs);
		r = handover_read_specs(&self->stage->spool, &self->hostid, &self->specs, err);
	}
	for (size_t i = 0; r == 0 && i < names.n; i++)
		r = load_file(self, db, dir, names.items[i], err);
	return r;
}

static const enum spool_dir loaded_dirs[] = { SPOOL_READY, SPOOL_DATA, SPOOL_EVENTS };

static bool has_work(const struct load *self)
{
	for (size_t i = 0; i < sizeof(loaded_dirs) / sizeof(loaded_dirs[0]); i++) {
		CLEANUP(spool_names_free) struct spool_names names = { 0 };

		if (spool_list(&self->stage->spool, loaded_dirs[i], &names, NULL) == 0 &&
		    names.n)
			return true;
	}
	return false;
}

static int pass(struct load *self, struct err *err)
{
	struct db *db;
	int r;

	if (!self->was_away && !has_work(self)) {
		drop_held(self);
		return 0;
	}
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
		self->was_away = true;
		stage_db_failed(self->stage, r, err);
		return r;
	}
	stage_db_well(self->stage);
	drop_held(self);
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
