/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/level.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/base/pack.h"

enum { LEVEL_VERSION = 1, BLOCK_SIZE = 512 /* of st_blocks, stat(2) */ };

static const char level_name[] = "level";

unsigned level_percent(uint64_t used, uint64_t free, uint64_t most)
{
	uint64_t room = used + free;

	if (most && room > most)
		room = most;
	if (used >= room)
		return room || used ? 100 : 0;
	return (unsigned)((double)used * 100.0 / (double)room);
}

static int add_folder(int dir_fd, struct level *level)
{
	CLEANUP_CLOSEDIR DIR *dir = NULL;
	const struct dirent *entry;
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (!dir) {
		int error = errno;

		close(fd);
		return -error;
	}
	while ((entry = readdir(dir))) {
		struct stat st;

		if (fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		    !S_ISREG(st.st_mode))
			continue;
		level->files++;
		level->bytes += (uint64_t)st.st_blocks * BLOCK_SIZE;
	}
	return 0;
}

int level_measure(const struct spool *spool, const struct settings *settings,
    struct level *level, struct err *err)
{
	static const enum spool_dir folders[] = { SPOOL_SEGMENTS, SPOOL_READY, SPOOL_DATA,
		SPOOL_EVENTS };
	struct level found = *level;
	struct statvfs fs;
	uint64_t available;
	unsigned inodes;
	int r = 0;

	found.bytes = found.files = 0;
	for (size_t i = 0; r == 0 && i < sizeof(folders) / sizeof(folders[0]); i++)
		r = add_folder(spool->dirs[folders[i]], &found);
	if (r == 0 && fstatvfs(spool->dirs[SPOOL_TOP], &fs) < 0)
		r = -errno;
	if (r < 0)
		return err_sys(err, r, "cannot measure %s", spool->path);
	available = (uint64_t)fs.f_bavail * fs.f_frsize;
	available -= available < settings->spool_reserve ? available : settings->spool_reserve;
	found.percent = level_percent(found.bytes, available, settings->spool_max);
	/* Some file systems have no fixed number of inodes, and say 0. */
	inodes = fs.f_files ? level_percent(found.files, fs.f_favail, 0) : 0;
	if (inodes > found.percent)
		found.percent = inodes;
	*level = found;
	return 0;
}

int level_write(const struct spool *spool, const struct level *level, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	CLEANUP_BUF struct buf payload = BUF_INIT;
	CLEANUP_CLOSE int fd = -1;

	pack_u32(&payload, LEVEL_VERSION);
	pack_i64(&payload, level->time_ms);
	pack_u64(&payload, level->bytes);
	pack_u64(&payload, level->files);
	pack_u32(&payload, level->percent);
	pack_u64(&payload, level->refused);
	if (payload.error || frame_add(&text, buf_text(&payload), payload.size) < 0)
		return err_sys(err, -ENOMEM, "cannot write %s/%s", spool->path, level_name);
	fd = openat(spool->dirs[SPOOL_TOP], level_name,
	    O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || pwrite(fd, buf_text(&text), text.size, 0) != (ssize_t)text.size)
		return err_sys(err, errno ? -errno : -ENOSPC, "cannot write %s/%s", spool->path,
		    level_name);
	return 0;
}

int level_read(const struct spool *spool, struct level *ret, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(4096);
	const char *p, *payload;
	struct level level;
	struct unpack in;
	size_t size;
	int r = spool_read(spool, SPOOL_TOP, level_name, &text, err);

	if (r < 0)
		return r;
	p = buf_text(&text);
	if (frame_next(&p, p + text.size, &payload, &size) != 1)
		return err_set(err, -EBADMSG, "%s/%s is damaged", spool->path, level_name);
	in = (struct unpack){ .p = payload, .end = payload + size };
	if (unpack_u32(&in) != LEVEL_VERSION)
		return err_set(
		    err, -EBADMSG, "%s/%s is of another version", spool->path, level_name);
	level.time_ms = unpack_i64(&in);
	level.bytes = unpack_u64(&in);
	level.files = unpack_u64(&in);
	level.percent = unpack_u32(&in);
	level.refused = unpack_u64(&in);
	if (!unpack_done(&in) || level.percent > 100)
		return err_set(err, -EBADMSG, "%s/%s is damaged", spool->path, level_name);
	*ret = level;
	return 0;
}
