/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/pack.h"
#include "scheduler/journal_private.h"

enum { JOURNAL_GROWTH_MAX = 8 << 20 };

static void add_entry(struct buf *buf, const struct buf *payload)
{
	if (payload->error)
		buf->error = payload->error;
	else
		(void)frame_add(buf, buf_text(payload), payload->size);
}

static void add_begin(struct buf *buf, const struct journal_open *open)
{
	CLEANUP_BUF struct buf payload = BUF_INIT;

	pack_u32(&payload, ENTRY_BEGIN);
	pack_u64(&payload, open->scheduleid);
	pack_i64(&payload, open->due_ms);
	pack_i64(&payload, open->started_ms);
	pack_u32(&payload, (uint32_t)open->pid);
	pack_u64(&payload, open->starttime);
	pack_text(&payload, open->probetype, strlen(open->probetype));
	add_entry(buf, &payload);
}

static void add_again(struct buf *buf, uint64_t scheduleid)
{
	CLEANUP_BUF struct buf payload = BUF_INIT;

	pack_u32(&payload, ENTRY_AGAIN);
	pack_u64(&payload, scheduleid);
	add_entry(buf, &payload);
}

static void add_cursor(struct buf *buf, const struct journal_cursor *cursor)
{
	CLEANUP_BUF struct buf payload = BUF_INIT;

	pack_u32(&payload, ENTRY_CURSOR);
	pack_u32(&payload, cursor->specid);
	pack_i64(&payload, cursor->due_ms);
	add_entry(buf, &payload);
}

static void add_boot(struct buf *buf)
{
	CLEANUP_BUF struct buf payload = BUF_INIT;
	char boot[SPOOL_ID_SIZE];

	journal_boot_id(boot);
	pack_u32(&payload, ENTRY_BOOT);
	pack_text(&payload, boot, strlen(boot));
	add_entry(buf, &payload);
}

int journal_start(struct journal *journal, const struct spool *spool,
    const struct journal_state *state, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(JOURNAL_SIZE_MAX);
	int r, fd;

	add_boot(&text);
	for (size_t i = 0; i < state->n_cursors; i++)
		add_cursor(&text, &state->cursors[i]);
	for (size_t i = 0; i < state->n_opens; i++) {
		add_begin(&text, &state->opens[i]);
		for (unsigned n = 1; n < state->opens[i].attempts; n++)
			add_again(&text, state->opens[i].scheduleid);
	}
	if (text.error)
		return err_sys(err, text.error, "cannot build the journal");
	r = spool_write(spool, SPOOL_RUN, JOURNAL_NAME, buf_text(&text), text.size, err);
	if (r < 0)
		return r;
	fd = openat(spool->dirs[SPOOL_RUN], JOURNAL_NAME, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, -errno, "cannot open %s/run/journal", spool->path);
	*journal = (struct journal){ .spool = spool,
		.fd = fd,
		.ends = BUF_INIT,
		.size = text.size,
		.start_size = text.size };
	return 0;
}

void journal_close(struct journal *journal)
{
	if (journal->fd >= 0)
		close(journal->fd);
	journal->fd = -1;
	buf_free(&journal->ends);
}

bool journal_is_long(const struct journal *journal)
{
	return journal->size - journal->start_size > JOURNAL_GROWTH_MAX;
}

static int journal_append(struct journal *journal, const struct buf *frames, struct err *err)
{
	ssize_t n;

	if (frames->error)
		return err_sys(err, frames->error, "cannot build a journal entry");
	n = write(journal->fd, frames->data, frames->size);
	if (n < 0 || (size_t)n != frames->size) {
		int code = n < 0 ? -errno : -ENOSPC;

		(void)!ftruncate(journal->fd, (off_t)journal->size);
		return err_sys(
		    err, code, "cannot append to %s/run/journal", journal->spool->path);
	}
	journal->size += frames->size;
	return 0;
}

int journal_begin(struct journal *journal, const struct journal_open *open, struct err *err)
{
	CLEANUP_BUF struct buf frame = BUF_INIT;

	add_begin(&frame, open);
	return journal_append(journal, &frame, err);
}

int journal_again(struct journal *journal, uint64_t scheduleid, struct err *err)
{
	CLEANUP_BUF struct buf frame = BUF_INIT;

	add_again(&frame, scheduleid);
	return journal_append(journal, &frame, err);
}

int journal_spawned(struct journal *journal, uint64_t scheduleid, int32_t pid,
    uint64_t starttime, struct err *err)
{
	CLEANUP_BUF struct buf payload = BUF_INIT;
	CLEANUP_BUF struct buf frame = BUF_INIT;

	pack_u32(&payload, ENTRY_SPAWNED);
	pack_u64(&payload, scheduleid);
	pack_u32(&payload, (uint32_t)pid);
	pack_u64(&payload, starttime);
	add_entry(&frame, &payload);
	return journal_append(journal, &frame, err);
}

int journal_decided(struct journal *journal, uint32_t specid, int64_t due_ms, struct err *err)
{
	CLEANUP_BUF struct buf payload = BUF_INIT;
	CLEANUP_BUF struct buf frame = BUF_INIT;

	pack_u32(&payload, ENTRY_DECIDED);
	pack_u32(&payload, specid);
	pack_i64(&payload, due_ms);
	add_entry(&frame, &payload);
	return journal_append(journal, &frame, err);
}

void journal_end(struct journal *journal, uint64_t scheduleid, int64_t due_ms)
{
	CLEANUP_BUF struct buf payload = BUF_INIT;

	pack_u32(&payload, ENTRY_END);
	pack_u64(&payload, scheduleid);
	pack_i64(&payload, due_ms);
	add_entry(&journal->ends, &payload);
}

int journal_flush(struct journal *journal, struct err *err)
{
	int r = journal->ends.size || journal->ends.error
		    ? journal_append(journal, &journal->ends, err)
		    : 0;

	/* What could not be written stays open in the journal: after a restart it is recorded
	 * as lost, which the record that is synced outranks. */
	buf_reset(&journal->ends);
	return r;
}
