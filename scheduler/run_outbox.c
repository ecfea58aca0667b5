/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"

enum {
	SYNC_MS = 100,	    /* group sync: at most so long after a record */
	SYNC_RECORDS = 100, /* or after so many */
	RETRY_MS = 1000,
	UNSENT_MAX = 10000, /* then slots wait, and those that wait too long are missed */
};

static void outbox_timer(void *context)
{
	struct outbox *outbox = context;

	outbox->armed = false;
	outbox_flush(outbox, false);
}

int outbox_init(struct outbox *outbox, struct run *run, struct err *err)
{
	*outbox = (struct outbox){ .run = run };
	STAILQ_INIT(&outbox->unsent);
	segment_init(&outbox->segment, &run->stage->spool);
	outbox->timer = loop_timer(run->stage->loop, outbox_timer, outbox);
	return outbox->timer ? 0 : err_set(err, -ENOMEM, "out of memory");
}

static void unsent_free(struct outbox *outbox)
{
	struct unsent *unsent = STAILQ_FIRST(&outbox->unsent);

	STAILQ_REMOVE_HEAD(&outbox->unsent, entry);
	buf_free(&unsent->frame);
	free(unsent);
	outbox->n_unsent--;
}

void outbox_free(struct outbox *outbox)
{
	while (!STAILQ_EMPTY(&outbox->unsent))
		unsent_free(outbox);
	segment_free(&outbox->segment);
	loop_event_free(outbox->timer);
	free(outbox->settles);
}

static void arm(struct outbox *outbox, int64_t ms)
{
	if (outbox->armed)
		return;
	outbox->armed = true;
	loop_start_ms(outbox->timer, ms);
}

static void complain(struct outbox *outbox, const struct err *err)
{
	if (!outbox->complained)
		log_error("%s; kept in memory, tried again each second", err->text);
	outbox->complained = true;
}

static void add_settle(struct outbox *outbox, const struct settle *settle)
{
	if (outbox->n_settles == outbox->room) {
		size_t room = outbox->room ? 2 * outbox->room : 256;
		struct settle *settles = reallocarray(outbox->settles, room, sizeof(*settles));

		/* The slot stays open in the journal: after a restart it is recorded as lost,
		 * and the record that is in a segment outranks that. */
		if (!settles)
			return;
		outbox->settles = settles;
		outbox->room = room;
	}
	outbox->settles[outbox->n_settles++] = *settle;
}

static int keep_unsent(struct outbox *outbox, struct buf *frame)
{
	struct unsent *unsent = calloc(1, sizeof(*unsent));

	if (!unsent)
		return -ENOMEM;
	unsent->frame = *frame;
	*frame = (struct buf)BUF_INIT;
	STAILQ_INSERT_TAIL(&outbox->unsent, unsent, entry);
	outbox->n_unsent++;
	return 0;
}

void outbox_record(
    struct outbox *outbox, const struct record *record, const struct settle *settle)
{
	CLEANUP_BUF struct buf frame = BUF_INIT;
	struct err err = ERR_INIT;
	int r = record_add(record, &frame);

	if (r == 0 && outbox->n_unsent == 0)
		r = segment_append(&outbox->segment, frame.data, frame.size, &err);
	else if (r == 0)
		r = -EAGAIN;
	if (r < 0 && frame.size) {
		if (err.text[0])
			complain(outbox, &err);
		r = keep_unsent(outbox, &frame);
	}
	if (r < 0) {
		log_error("slot %llu: its record is lost: out of memory",
		    (unsigned long long)record->scheduleid);
		return;
	}
	/* One that was begun is in the journal already. */
	if (!settle->capture && outbox->n_unsent == 0 &&
	    journal_decided(&outbox->run->journal, (uint32_t)(settle->slot.scheduleid >> 32),
		settle->slot.due_ms, &err) < 0)
		complain(outbox, &err);
	add_settle(outbox, settle);
	/* What is missed settles its claims before its range is recorded: no sync between. */
	if (outbox->segment.n_unsynced >= SYNC_RECORDS && outbox->run->n_missed == 0)
		outbox_flush(outbox, false);
	else
		arm(outbox, outbox->n_unsent ? RETRY_MS : SYNC_MS);
}

void outbox_settle_quietly(struct outbox *outbox, const struct waiting *slot)
{
	struct settle settle = { .slot = *slot, .quiet = true };

	if (slot->batch)
		add_settle(outbox, &settle);
}

static int send_unsent(struct outbox *outbox, struct err *err)
{
	while (!STAILQ_EMPTY(&outbox->unsent)) {
		const struct unsent *unsent = STAILQ_FIRST(&outbox->unsent);
		int r = segment_append(
		    &outbox->segment, unsent->frame.data, unsent->frame.size, err);

		if (r < 0)
			return r;
		unsent_free(outbox);
	}
	return 0;
}

/* The records are durable: the journal may forget the slots, and their files may go. */
static void settle_all(struct outbox *outbox)
{
	struct run *run = outbox->run;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < outbox->n_settles; i++) {
		const struct settle *settle = &outbox->settles[i];
		char capture[CAPTURE_NAME_SIZE];

		if (!settle->quiet)
			journal_end(
			    &run->journal, settle->slot.scheduleid, settle->slot.due_ms);
		if (settle->capture) {
			capture_name(settle->slot.scheduleid, settle->probetype, capture);
			captures_give(&run->captures, capture);
		}
		run_batch_done(run, settle->slot.batch);
	}
	outbox->n_settles = 0;
	if (journal_flush(&run->journal, &err) < 0)
		complain(outbox, &err);
}

void outbox_flush(struct outbox *outbox, bool rotate)
{
	struct err err = ERR_INIT;
	int r = send_unsent(outbox, &err);

	if (r == 0)
		r = segment_sync(&outbox->segment, rotate, &err);
	if (r < 0) {
		complain(outbox, &err);
		arm(outbox, RETRY_MS);
		return;
	}
	if (outbox->complained)
		log_info("the spool can be written again");
	outbox->complained = false;
	settle_all(outbox);
	if (outbox->segment.fd >= 0)
		arm(outbox, SYNC_MS);
}

bool outbox_is_empty(const struct outbox *outbox)
{
	return outbox->n_unsent == 0 && outbox->n_settles == 0;
}

bool outbox_is_stuck(const struct outbox *outbox)
{
	return outbox->n_unsent >= UNSENT_MAX;
}
