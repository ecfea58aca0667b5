/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/diskchild.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Of which some 8 KiB are used. */
enum { STACK_SIZE = 65536 };

/* A name that nobody gives to a folder. */
#define NO_SUCH_FOLDER "/.haetae-no-such-folder"

/* Leaves the pipe, as descriptor 0, and nothing else. */
static void keep_only(int fd)
{
	(void)dup2(fd, STDIN_FILENO);
	child_close_from(1);
}

static void send_reply(const struct diskchild_reply *reply)
{
	/* Whoever does not listen any more does not need the rest either. */
	if (write(STDIN_FILENO, reply, sizeof(*reply)) != (ssize_t)sizeof(*reply))
		_exit(1);
}

static uint64_t minus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* Returns whether there was an answer to build on. */
static bool ask_space(const char *path, size_t index)
{
	struct diskchild_reply reply;
	struct statvfs st;

	/* Padding goes through the pipe too. */
	memset(&reply, 0, sizeof(reply));
	reply.index = index;
	reply.question = DISKCHILD_SPACE;
	if (statvfs(path, &st) < 0) {
		reply.error = errno;
	} else {
		reply.size_bytes = (uint64_t)st.f_blocks * st.f_frsize;
		reply.used_bytes = minus(st.f_blocks, st.f_bfree) * st.f_frsize;
		/* Below zero, where more than the reserve is used. */
		if (st.f_bavail <= INT64_MAX)
			reply.avail_bytes = (uint64_t)st.f_bavail * st.f_frsize;
		reply.inodes = st.f_files;
		reply.inodes_used = minus(st.f_files, st.f_ffree);
		/* As df does: not f_favail, which few file systems fill. */
		reply.inodes_avail = st.f_ffree;
		reply.read_only = (st.f_flag & ST_RDONLY) != 0;
	}
	send_reply(&reply);
	return reply.error == 0;
}

static void ask_write(const char *path, size_t index)
{
	struct diskchild_reply reply;

	memset(&reply, 0, sizeof(reply));
	reply.index = index;
	reply.question = DISKCHILD_WRITE;
	if (rmdir(path) < 0)
		reply.error = errno;
	send_reply(&reply);
}

static int run(void *context)
{
	const struct diskchild_task *task = context;
	const struct disk *disk = task->disk;
	char path[PATH_MAX + sizeof(NO_SUCH_FOLDER)];

	keep_only(task->fd);
	for (size_t index = task->index; index < disk->n_items; index++) {
		const struct disk_fs *fs = &disk->items[index];
		size_t size = strlen(fs->path);

		if (fs->space != DISK_UNASKED || !ask_space(fs->path, index))
			continue;
		if (!fs->probe_write || fs->write != DISK_UNASKED)
			continue;
		memcpy(path, fs->path, size);
		memcpy(path + size, NO_SUCH_FOLDER, sizeof(NO_SUCH_FOLDER));
		ask_write(path, index);
	}
	/* The end is heard now, not when the memory is gone. */
	close(STDIN_FILENO);
	return 0;
}

int diskchild_start(const struct diskchild_task *task, struct child *ret)
{
	return child_start(run, task, sizeof(*task), STACK_SIZE, ret);
}
