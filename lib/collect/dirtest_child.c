/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/dirtest_child.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"

/* No run is as old as LEFT_AGE_S: its file was left. */
enum { ALIGNMENT = DIRTEST_SIZE, NAME_SIZE = 100, LEFT_AGE_S = 3600 };

struct work {
	const struct dirtest *item;
	int reply_fd;
	int folder, file;
	char name[NAME_SIZE];
	struct stat folder_st;
	_Alignas(ALIGNMENT) unsigned char wrote[DIRTEST_SIZE];
	_Alignas(ALIGNMENT) unsigned char got[DIRTEST_SIZE];
};

static double now_s(void)
{
	return (double)clock_mono_us() / 1e6;
}

/* --- the steps: each returns 0 or errno --------------------------------------------------- */

static int open_folder(struct work *work)
{
	work->folder = open(work->item->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (work->folder < 0 || fstat(work->folder, &work->folder_st) < 0)
		return errno;
	return 0;
}

static int list_folder(struct work *work)
{
	int fd = openat(work->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	int error;

	if (!dir)
		return errno;
	errno = 0;
	error = readdir(dir) ? 0 : errno;
	(void)closedir(dir);
	return error;
}

static void set_name(struct work *work, int number)
{
	struct utsname host;

	if (uname(&host) < 0)
		host.nodename[0] = '\0';
	(void)snprintf(
	    work->name, sizeof(work->name), ".haetae-check.%.64s.%d", host.nodename, number);
}

static bool make_file(struct work *work, int number)
{
	set_name(work, number);
	work->file = openat(
	    work->folder, work->name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return work->file >= 0;
}

/* Root's own files on NFS are another user's (root_squash of exports(5)); anybody else leaves
 * others' files alone. */
static bool may_sweep(const struct stat *st)
{
	return !S_ISDIR(st->st_mode) && (geteuid() == 0 || st->st_uid == geteuid());
}

/* Removes what killed runs have left in the names below end, if it is older than our own file
 * by so much, on the file system's own clock. */
static void sweep(struct work *work, int end, int64_t age_s)
{
	struct stat own = { 0 }, st;

	if (work->file >= 0 && fstat(work->file, &own) < 0)
		return;
	for (int i = 0; i < end; i++) {
		set_name(work, i);
		if (fstatat(work->folder, work->name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		    !may_sweep(&st))
			continue;
		if (work->file < 0 || own.st_mtime - st.st_mtime > age_s)
			(void)unlinkat(work->folder, work->name, 0);
	}
	set_name(work, end);
}

static int create(struct work *work)
{
	for (int pass = 0; pass < 2; pass++) {
		for (int i = 0; i < DIRTEST_NAMES; i++) {
			if (make_file(work, i)) {
				sweep(work, i, LEFT_AGE_S);
				return 0;
			}
			if (errno != EEXIST)
				return errno;
		}
		/* Others that are at work now lose their file, which is better than that
		 * nobody can work. */
		sweep(work, DIRTEST_NAMES, 0);
	}
	return EEXIST;
}

static int write_file(struct work *work)
{
	unsigned seed = (unsigned)time(NULL) ^ (unsigned)getpid();
	size_t done = 0;

	/* Other bytes each time: old ones must not pass for these. */
	for (size_t i = 0; i < DIRTEST_SIZE; i++) {
		seed = seed * 1103515245U + 12345U;
		work->wrote[i] = (unsigned char)(seed >> 16);
	}
	while (done < DIRTEST_SIZE) {
		ssize_t n = write(work->file, work->wrote + done, DIRTEST_SIZE - done);

		if (n < 0 && errno != EINTR)
			return errno;
		done += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

static int sync_file(struct work *work)
{
	return fsync(work->file) < 0 ? errno : 0;
}

/* Past the page cache, where the file system lets us: what is in memory proves nothing. */
static int read_file(struct work *work)
{
	size_t done = 0;
	int fd = openat(work->folder, work->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_DIRECT);

	if (fd < 0 && errno == EINVAL)
		fd = openat(work->folder, work->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno;
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	while (done < DIRTEST_SIZE) {
		ssize_t n = read(fd, work->got + done, DIRTEST_SIZE - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		if (n == 0)
			return EBADMSG;
		done += (size_t)n;
	}
	close(fd);
	return memcmp(work->got, work->wrote, DIRTEST_SIZE) == 0 ? 0 : EBADMSG;
}

static int remove_file(struct work *work)
{
	/* NFS tells of a failed write at close. */
	if (close(work->file) < 0)
		return errno;
	work->file = -1;
	return unlinkat(work->folder, work->name, 0) < 0 ? errno : 0;
}

static int (*const steps[DIRTEST_STEPS])(struct work *work) = {
	[DIRTEST_OPEN] = open_folder,
	[DIRTEST_LIST] = list_folder,
	[DIRTEST_CREATE] = create,
	[DIRTEST_WRITE] = write_file,
	[DIRTEST_SYNC] = sync_file,
	[DIRTEST_READ] = read_file,
	[DIRTEST_UNLINK] = remove_file,
};

void dirtest_child(const struct dirtest *item, int fd)
{
	struct work work = { .item = item, .reply_fd = fd, .folder = -1, .file = -1 };
	int n_steps = item->no_write ? DIRTEST_LIST + 1 : DIRTEST_STEPS;

	for (int step = 0; step < n_steps; step++) {
		struct dirtest_reply reply;
		double began = now_s();

		/* Padding goes through the pipe too. */
		memset(&reply, 0, sizeof(reply));
		reply.step = (enum dirtest_step)step;
		reply.next = (enum dirtest_step)(step + 1);
		reply.is_last = step + 1 == n_steps;
		reply.error = steps[step](&work);
		reply.seconds = now_s() - began;
		if (work.folder >= 0) {
			reply.has_owner = true;
			reply.owner = work.folder_st.st_uid;
		}
		if (write(work.reply_fd, &reply, sizeof(reply)) != (ssize_t)sizeof(reply))
			return;
		if (reply.error) {
			if (work.file >= 0)
				(void)unlinkat(work.folder, work.name, 0);
			return;
		}
	}
}
