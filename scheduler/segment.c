/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/pack.h"

/* Above what is ever appended between two syncs. */
enum { UNSYNCED_MAX = 256 << 20 };

void segment_init(struct segment *segment, const struct spool *spool)
{
	*segment = (struct segment){ .spool = spool, .fd = -1 };
	segment->unsynced = (struct buf)BUF_INIT_MAX(UNSYNCED_MAX);
}

void segment_free(struct segment *segment)
{
	if (segment->fd >= 0)
		close(segment->fd);
	segment->fd = -1;
	buf_free(&segment->unsynced);
}

/* This segment gets no more; recovery hands over what is whole in it, which may then be there
 * twice: a repeat changes nothing. */
static void segment_abandon(struct segment *segment)
{
	close(segment->fd);
	segment->fd = -1;
}

static int segment_open(struct segment *segment, struct err *err)
{
	char file[SPOOL_NAME_SIZE + 8];

	spool_new_name(segment->name);
	(void)snprintf(file, sizeof(file), "%s.open", segment->name);
	segment->fd = openat(segment->spool->dirs[SPOOL_SEGMENTS], file,
	    O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
	if (segment->fd < 0)
		return err_sys(err, -errno, "cannot make segment %s/segments/%s",
		    segment->spool->path, file);
	segment->size = 0;
	segment->n_records = 0;
	segment->named = false;
	segment->opened_ms = clock_mono_ms();
	return 0;
}

/* All of it or nothing. */
static int segment_write(
    struct segment *segment, const char *frames, size_t size, struct err *err)
{
	ssize_t n = write(segment->fd, frames, size);

	if (n < 0 || (size_t)n != size) {
		int code = n < 0 ? -errno : -ENOSPC;

		/* A torn record in the middle would hide those behind it. */
		if (ftruncate(segment->fd, (off_t)segment->size) < 0)
			segment_abandon(segment);
		return err_sys(err, code, "cannot append to segment %s/segments/%s.open",
		    segment->spool->path, segment->name);
	}
	segment->size += size;
	return 0;
}

/* An open segment that holds every record that is not synced. */
static int segment_ready(struct segment *segment, struct err *err)
{
	int r;

	if (segment->fd >= 0)
		return 0;
	r = segment_open(segment, err);
	if (r < 0 || segment->unsynced.size == 0)
		return r;
	r = segment_write(segment, segment->unsynced.data, segment->unsynced.size, err);
	if (r == 0)
		segment->n_records = segment->n_unsynced;
	else if (segment->fd >= 0)
		segment_abandon(segment);
	return r;
}

int segment_append(struct segment *segment, const char *frame, size_t size, struct err *err)
{
	int r = segment_ready(segment, err);

	if (r == 0)
		r = segment_write(segment, frame, size, err);
	if (r < 0)
		return r;
	/* Without memory for the copy it is as safe as its first sync. */
	(void)buf_add(&segment->unsynced, frame, size);
	segment->n_records++;
	segment->n_unsynced++;
	return 0;
}

static bool rotation_is_due(const struct segment *segment)
{
	return segment->n_records >= SEGMENT_RECORDS_MAX || segment->size >= SEGMENT_SIZE_MAX ||
	       clock_mono_ms() - segment->opened_ms >= SEGMENT_AGE_MS;
}

/* The records, and once a segment its name. */
static int segment_flush(struct segment *segment, struct err *err)
{
	int code;

	if (segment->n_unsynced == 0)
		return 0;
	if (fdatasync(segment->fd) == 0 &&
	    (segment->named || fsync(segment->spool->dirs[SPOOL_SEGMENTS]) == 0)) {
		segment->named = true;
		segment->n_unsynced = 0;
		buf_reset(&segment->unsynced);
		return 0;
	}
	code = -errno;
	segment_abandon(segment);
	return err_sys(err, code, "cannot sync segment %s/segments/%s.open",
	    segment->spool->path, segment->name);
}

int segment_sync(struct segment *segment, bool rotate, struct err *err)
{
	const struct spool *spool = segment->spool;
	char file[SPOOL_NAME_SIZE + 8];
	int r;

	if (segment->fd < 0 && segment->n_unsynced == 0)
		return 0;
	r = segment_ready(segment, err);
	if (r == 0)
		r = segment_flush(segment, err);
	if (r < 0 || segment->n_records == 0 || (!rotate && !rotation_is_due(segment)))
		return r;
	(void)snprintf(file, sizeof(file), "%s.open", segment->name);
	r = spool_rename(spool, SPOOL_SEGMENTS, file, SPOOL_READY, segment->name, err);
	if (r < 0)
		return r;
	close(segment->fd);
	segment->fd = -1;
	return 0;
}

/* Written anew rather than renamed: what a sync has failed to write may be in memory alone, and
 * would not be written again (fsync(2), "errors"). */
static int recover_one(const struct spool *spool, const char *file, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(SEGMENT_FILE_MAX);
	char name[SPOOL_NAME_SIZE];
	int r = spool_read(spool, SPOOL_SEGMENTS, file, &text, err);

	(void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(file, "."), file);
	/* Nothing of ours: the load stage says so. */
	if (r == -E2BIG || r == -EBADMSG || r == -EACCES)
		return spool_rename(spool, SPOOL_SEGMENTS, file, SPOOL_READY, name, err);
	if (r == 0 && text.size)
		r = spool_write(spool, SPOOL_READY, name, text.data, text.size, err);
	if (r == 0)
		(void)spool_unlink(spool, SPOOL_SEGMENTS, file);
	return r;
}

int segment_recover(const struct spool *spool, struct err *err)
{
	CLEANUP(spool_names_free) struct spool_names names = { 0 };
	int r = spool_list(spool, SPOOL_SEGMENTS, &names, err);

	for (size_t i = 0; r == 0 && i < names.n; i++)
		r = recover_one(spool, names.items[i], err);
	return r;
}
