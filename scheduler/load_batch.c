/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/load_batch.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "scheduler/segment.h"

/* More records with an error that nobody knows: it is the database's, not theirs. */
enum { ODD_MAX = 8 };

void load_batch_free(struct load_batch *batch)
{
	for (size_t i = 0; i < batch->n; i++)
		loadable_free(&batch->items[i]);
	free(batch->items);
	free(batch->runs);
	free(batch->records);
	*batch = (struct load_batch){ 0 };
}

static int grow(struct load_batch *batch, struct err *err)
{
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
	return 0;
}

int load_batch_add(struct load_batch *batch, const struct record *record, struct err *err)
{
	int r = batch->n == batch->room ? grow(batch, err) : 0;

	if (r < 0)
		return r;
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

int load_quarantine(const struct load_target *target, const char *name, const char *data,
    size_t size, const char *reason, struct err *err)
{
	int r = spool_write(target->spool, SPOOL_BAD, name, data, size, err);

	if (r == 0)
		r = db_load_error(
		    target->db, target->hostid, name, reason, clock_real_ms(), err);
	if (r == 0)
		log_error("bad/%s: %zu bytes cannot be loaded: %s", name, size, reason);
	return r;
}

/* As a segment of its own: moved back into ready/ it is loaded again. */
static int quarantine_record(const struct load_target *target, const struct record *record,
    const char *reason, struct err *err)
{
	CLEANUP_BUF struct buf frame = BUF_INIT_MAX(SEGMENT_FILE_MAX);
	char name[SPOOL_NAME_SIZE];
	int r = record_add(record, &frame);

	(void)snprintf(name, sizeof(name), "%" PRIu64 ".refused", record->scheduleid);
	if (r < 0)
		return err_sys(err, r, "cannot write bad/%s", name);
	return load_quarantine(target, name, frame.data, frame.size, reason, err);
}

/* --- into the tables ----------------------------------------------------------------------- */

/* By the rules of this moment: effective with the next record. */
static int judge(struct load_batch *batch, const struct load_target *target, struct err *err)
{
	int r = load_judge_refresh(target->judge, target->db, false, err);

	if (r == 0)
		r = load_judge_batch(target->judge, target->db, batch->items, batch->n, err);
	for (size_t i = 0; r == 0 && i < batch->n; i++)
		batch->runs[i] = batch->items[i].run;
	return r;
}

bool load_error_is_odd(int code)
{
	return code == -EIO || code == -EEXIST;
}

struct storing {
	const struct load_batch *batch;
	const struct load_target *target;
	size_t n_odd; /* records with an odd error: */
	int odd;      /* the first one's code */
	struct err odd_reason;
};

/* Returns what ends it all. */
static int store_odd(struct storing *storing, int code, const struct err *reason)
{
	if (storing->n_odd++ == 0) {
		storing->odd = code;
		storing->odd_reason = *reason;
	}
	return storing->n_odd > ODD_MAX ? code : 0;
}

/* A refused part is halved until the one row is found that the store does not take. */
static int store(struct storing *storing, size_t first, size_t n, struct err *err)
{
	const struct load_target *target = storing->target;
	struct err reason = ERR_INIT;
	int r;

	if (n == 0)
		return 0;
	r = db_load(target->db, target->hostid, storing->batch->runs + first, n, &reason);
	if (r != -EBADMSG && !load_error_is_odd(r))
		return r < 0 ? err_set(err, r, "%s", reason.text) : 0;
	if (n == 1 && r == -EBADMSG)
		return quarantine_record(
		    target, storing->batch->records + first, reason.text, err);
	if (n == 1)
		return store_odd(storing, r, &reason);
	r = store(storing, first, n / 2, err);
	return r < 0 ? r : store(storing, first + n / 2, n - n / 2, err);
}

int load_batch_store(
    struct load_batch *batch, const struct load_target *target, struct err *err)
{
	struct storing storing = { .batch = batch, .target = target };
	int r = judge(batch, target, err);

	if (r == 0)
		r = store(&storing, 0, batch->n, err);
	if (storing.n_odd == 0 || (r < 0 && !load_error_is_odd(r)))
		return r;
	return err_set(err, storing.odd, "%s", storing.odd_reason.text);
}
