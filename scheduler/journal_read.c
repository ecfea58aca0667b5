/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_UTHASH_H
#include <uthash.h>
#endif

#include "lib/base/fsroot.h"
#include "lib/base/pack.h"
#include "lib/store/spec.h"
#include "scheduler/journal_private.h"

void journal_boot_id(char out[SPOOL_ID_SIZE])
{
	const struct fsroot root = FSROOT_LIVE;
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(4096);

	out[0] = '\0';
	if (fsroot_read(&root, "/proc/sys/kernel/random/boot_id", &text, NULL) == 0)
		(void)snprintf(out, SPOOL_ID_SIZE, "%.36s", buf_text(&text));
}

struct open_row {
	struct journal_open open;
	UT_hash_handle hh;
};

struct cursor_row {
	struct journal_cursor cursor;
	UT_hash_handle hh;
};

struct reader {
	struct open_row *opens;
	struct cursor_row *cursors;
};

static void reader_free(struct reader *reader)
{
	struct open_row *open, *next_open;
	struct cursor_row *cursor, *next_cursor;

	HASH_ITER(hh, reader->opens, open, next_open)
	{
		HASH_DEL(reader->opens, open);
		free(open);
	}
	HASH_ITER(hh, reader->cursors, cursor, next_cursor)
	{
		HASH_DEL(reader->cursors, cursor);
		free(cursor);
	}
}

static struct open_row *find_open(const struct reader *reader, uint64_t scheduleid)
{
	struct open_row *row;

	HASH_FIND(hh, reader->opens, &scheduleid, sizeof(scheduleid), row);
	return row;
}

static int read_begin(struct reader *reader, struct unpack *in)
{
	struct open_row *row = calloc(1, sizeof(*row));
	const char *type;
	size_t size;

	if (!row)
		return -ENOMEM;
	row->open.scheduleid = unpack_u64(in);
	row->open.due_ms = unpack_i64(in);
	row->open.started_ms = unpack_i64(in);
	row->open.pid = (int32_t)unpack_u32(in);
	row->open.starttime = unpack_u64(in);
	row->open.attempts = 1;
	type = unpack_text(in, &size);
	if (!unpack_done(in) || size >= sizeof(row->open.probetype) ||
	    find_open(reader, row->open.scheduleid)) {
		free(row);
		return -EBADMSG;
	}
	memcpy(row->open.probetype, type, size);
	HASH_ADD(hh, reader->opens, open.scheduleid, sizeof(row->open.scheduleid), row);
	return 0;
}

static int read_spawned(struct reader *reader, struct unpack *in)
{
	uint64_t scheduleid = unpack_u64(in);
	int32_t pid = (int32_t)unpack_u32(in);
	uint64_t starttime = unpack_u64(in);
	struct open_row *row = find_open(reader, scheduleid);

	if (!unpack_done(in))
		return -EBADMSG;
	if (row) {
		row->open.pid = pid;
		row->open.starttime = starttime;
	}
	return 0;
}

static int read_again(struct reader *reader, struct unpack *in)
{
	struct open_row *row = find_open(reader, unpack_u64(in));

	if (!unpack_done(in))
		return -EBADMSG;
	if (row && row->open.attempts < SPEC_ATTEMPTS_MAX)
		row->open.attempts++;
	return 0;
}

static int move_cursor(struct reader *reader, uint32_t specid, int64_t due_ms)
{
	struct cursor_row *row;

	HASH_FIND(hh, reader->cursors, &specid, sizeof(specid), row);
	if (!row) {
		row = calloc(1, sizeof(*row));
		if (!row)
			return -ENOMEM;
		row->cursor = (struct journal_cursor){ .specid = specid, .due_ms = due_ms };
		HASH_ADD(hh, reader->cursors, cursor.specid, sizeof(row->cursor.specid), row);
	}
	if (due_ms > row->cursor.due_ms)
		row->cursor.due_ms = due_ms;
	return 0;
}

static int read_end(struct reader *reader, struct unpack *in)
{
	uint64_t scheduleid = unpack_u64(in);
	int64_t due_ms = unpack_i64(in);
	struct open_row *row = find_open(reader, scheduleid);

	if (!unpack_done(in))
		return -EBADMSG;
	if (row) {
		HASH_DEL(reader->opens, row);
		free(row);
	}
	return move_cursor(reader, (uint32_t)(scheduleid >> 32), due_ms);
}

static int read_cursor(struct reader *reader, struct unpack *in)
{
	uint32_t specid = unpack_u32(in);
	int64_t due_ms = unpack_i64(in);

	return unpack_done(in) ? move_cursor(reader, specid, due_ms) : -EBADMSG;
}

static int read_boot(struct unpack *in, struct journal_state *state)
{
	char boot[SPOOL_ID_SIZE];
	const char *text;
	size_t size;

	text = unpack_text(in, &size);
	journal_boot_id(boot);
	state->same_boot = size == strlen(boot) && memcmp(text, boot, size) == 0;
	return unpack_done(in) ? 0 : -EBADMSG;
}

static int read_entry(
    struct reader *reader, const char *payload, size_t size, struct journal_state *state)
{
	struct unpack in = { .p = payload, .end = payload + size };

	switch ((enum journal_entry)unpack_u32(&in)) {
	case ENTRY_BOOT:
		return read_boot(&in, state);
	case ENTRY_BEGIN:
		return read_begin(reader, &in);
	case ENTRY_SPAWNED:
		return read_spawned(reader, &in);
	case ENTRY_AGAIN:
		return read_again(reader, &in);
	case ENTRY_END:
		return read_end(reader, &in);
	case ENTRY_CURSOR:
		return read_cursor(reader, &in);
	case ENTRY_DECIDED:
		/* Of another boot: its record may not have reached the disk. */
		return state->same_boot ? read_cursor(reader, &in) : 0;
	}
	return -EBADMSG;
}

static int reader_result(const struct reader *reader, struct journal_state *state)
{
	const struct open_row *open;
	const struct cursor_row *cursor;
	size_t i = 0;

	state->n_opens = HASH_COUNT(reader->opens);
	state->n_cursors = HASH_COUNT(reader->cursors);
	state->opens = calloc(state->n_opens + 1, sizeof(*state->opens));
	state->cursors = calloc(state->n_cursors + 1, sizeof(*state->cursors));
	if (!state->opens || !state->cursors)
		return -ENOMEM;
	for (open = reader->opens; open; open = open->hh.next)
		state->opens[i++] = open->open;
	i = 0;
	for (cursor = reader->cursors; cursor; cursor = cursor->hh.next)
		state->cursors[i++] = cursor->cursor;
	return 0;
}

void journal_state_free(struct journal_state *state)
{
	free(state->opens);
	free(state->cursors);
	*state = (struct journal_state){ 0 };
}

int journal_parse(const char *text, size_t size, struct journal_state *ret, struct err *err)
{
	CLEANUP(reader_free) struct reader reader = { 0 };
	struct journal_state state = { 0 };
	const char *p = text, *end = text + size, *payload;
	size_t payload_size;
	int r;

	while ((r = frame_next(&p, end, &payload, &payload_size)) == 1) {
		r = read_entry(&reader, payload, payload_size, &state);
		if (r == -ENOMEM)
			return err_set(err, r, "out of memory");
		if (r < 0)
			break;
	}
	state.torn = r < 0;
	if (reader_result(&reader, &state) < 0) {
		journal_state_free(&state);
		return err_set(err, -ENOMEM, "out of memory");
	}
	*ret = state;
	return 0;
}

int journal_read(const struct spool *spool, struct journal_state *ret, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(JOURNAL_SIZE_MAX);
	int r = spool_read(spool, SPOOL_RUN, JOURNAL_NAME, &text, err);

	if (r < 0 && r != -ENOENT)
		return r;
	return journal_parse(buf_text(&text), text.size, ret, err);
}
