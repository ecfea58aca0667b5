/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preloaded into the scheduler by the kill test: a segment that the load stage deletes is kept
 * under another name, so that the test can compare every synced record with the tables.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

__attribute__((__visibility__("default"))) int unlinkat(int fd, const char *name, int flags);

int unlinkat(int fd, const char *name, int flags)
{
	const char *keep = getenv("HAETAE_TEST_KEEP");
	char folder[4096], link[64];
	ssize_t size;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	size = readlink(link, folder, sizeof(folder) - 1);
	if (keep && size > 6 && memcmp(folder + size - 6, "/ready", 6) == 0) {
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
