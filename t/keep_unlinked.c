/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preloaded into the scheduler by the kill test: a segment that the load stage deletes is kept
 * under another name, so that the test can compare every synced record with the tables; and of
 * one that is written it is noted how much of it is synced, which is what a loss of power leaves.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

__attribute__((__visibility__("default"))) int unlinkat(int fd, const char *name, int flags);
__attribute__((__visibility__("default"))) int fdatasync(int fd);

/* Where the descriptor leads to; "" when nobody says. */
static void path_of(int fd, char *out, size_t size)
{
	char link[64];
	ssize_t n;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, out, size - 1);
	out[n > 0 ? n : 0] = '\0';
}

static bool ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), end_size = strlen(end);

	return size >= end_size && memcmp(text + size - end_size, end, end_size) == 0;
}

int unlinkat(int fd, const char *name, int flags)
{
	const char *keep = getenv("HAETAE_TEST_KEEP");
	char folder[4096];

	path_of(fd, folder, sizeof(folder));
	if (keep && ends_with(folder, "/ready")) {
		int to = open(keep, O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (to >= 0) {
			/* One that is there already is the same segment, loaded again. */
			if (linkat(fd, name, to, name, 0) < 0 && errno != EEXIST)
				perror("cannot keep a segment");
			close(to);
		}
	}
	return (int)syscall(SYS_unlinkat, fd, name, flags);
}

/* Its size before is what is synced at least. */
int fdatasync(int fd)
{
	const char *synced = getenv("HAETAE_TEST_SYNCED");
	char path[4096], file[4300];
	struct stat st;
	int r, to;

	(void)fstat(fd, &st);
	r = (int)syscall(SYS_fdatasync, fd);
	path_of(fd, path, sizeof(path));
	if (r < 0 || !synced || !ends_with(path, ".open"))
		return r;
	(void)snprintf(file, sizeof(file), "%s/%s", synced, strrchr(path, '/') + 1);
	to = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (to >= 0) {
		(void)dprintf(to, "%lld\n", (long long)st.st_size);
		close(to);
	}
	return r;
}
