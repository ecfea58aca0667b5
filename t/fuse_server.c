/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An empty FUSE file system of 1 MiB, by the kernel's protocol alone: what hangs, and how, is
 * in the hands of the test that stops it.
 *
 *   fuse_server FOLDER     prints "ready" when mounted; ends when the mount does
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static void reply(int fd, const struct fuse_in_header *in, int error, void *body, size_t size)
{
	struct fuse_out_header out = {
		.len = (uint32_t)(sizeof(out) + (error ? 0 : size)),
		.error = -error,
		.unique = in->unique,
	};
	struct iovec parts[] = { { &out, sizeof(out) }, { body, error ? 0 : size } };

	(void)!writev(fd, parts, error ? 1 : 2);
}

static void answer(int fd, const struct fuse_in_header *in)
{
	struct fuse_init_out init = { .major = FUSE_KERNEL_VERSION,
		.minor = 19,
		.max_readahead = 4096,
		.max_write = 4096 };
	struct fuse_attr_out attr = { .attr = {
					  .ino = 1, .mode = S_IFDIR | 0755, .nlink = 2 } };
	struct fuse_statfs_out statfs = { .st = { .blocks = 256,
					      .bfree = 192,
					      .bavail = 192,
					      .files = 100,
					      .ffree = 90,
					      .bsize = 4096,
					      .frsize = 4096,
					      .namelen = 255 } };

	switch (in->opcode) {
	case FUSE_INIT:
		/* Minor 19 has an answer of 24 bytes. */
		reply(fd, in, 0, &init, FUSE_COMPAT_22_INIT_OUT_SIZE);
		break;
	case FUSE_GETATTR:
		reply(fd, in, 0, &attr, sizeof(attr));
		break;
	case FUSE_STATFS:
		reply(fd, in, 0, &statfs, sizeof(statfs));
		break;
	case FUSE_LOOKUP:
		reply(fd, in, ENOENT, NULL, 0);
		break;
	case FUSE_FORGET:
	case FUSE_INTERRUPT:
		break;
	default:
		reply(fd, in, ENOSYS, NULL, 0);
	}
}

int main(int argc, char **argv)
{
	static union {
		struct fuse_in_header header;
		char bytes[FUSE_MIN_READ_BUFFER + 65536];
	} request;
	char options[128];
	int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);

	if (argc != 2 || fd < 0) {
		perror("fuse_server: cannot open /dev/fuse");
		return 1;
	}
	(void)snprintf(options, sizeof(options),
	    "fd=%d,rootmode=40000,user_id=%u,group_id=%u,allow_other", fd, geteuid(),
	    getegid());
	if (mount("test", argv[1], "fuse.test", MS_NOSUID | MS_NODEV, options) < 0) {
		perror("fuse_server: cannot mount");
		return 1;
	}
	printf("ready\n");
	(void)fflush(stdout);
	for (;;) {
		ssize_t size = read(fd, &request, sizeof(request));

		if (size < 0 && (errno == EINTR || errno == ENOENT || errno == EAGAIN))
			continue;
		if (size < (ssize_t)sizeof(request.header))
			return 0;
		answer(fd, &request.header);
	}
}
