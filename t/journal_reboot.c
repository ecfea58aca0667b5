/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes a run stage's journal one of an earlier boot: what is left when the host lost power, but
 * for the tests' own host, which did not.
 *   journal_reboot FILE
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/cleanup.h"
#include "lib/base/fsroot.h"
#include "lib/base/pack.h"

/* The first frame is the boot's: a number and the id, whose last digit becomes another. */
static int reboot(const char *file, struct err *err)
{
	const struct fsroot root = FSROOT_LIVE;
	CLEANUP_BUF struct buf text = BUF_INIT;
	CLEANUP_BUF struct buf boot = BUF_INIT;
	CLEANUP_BUF struct buf next = BUF_INIT;
	CLEANUP_CLOSE int fd = -1;
	const char *p, *payload;
	size_t size;
	int r = fsroot_read(&root, file, &text, err);

	if (r < 0)
		return r;
	p = buf_text(&text);
	if (frame_next(&p, p + text.size, &payload, &size) != 1 || size < 9)
		return err_set(err, -1, "%s: no journal", file);
	buf_add(&boot, payload, size);
	boot.data[size - 1] = boot.data[size - 1] == '0' ? '1' : '0';
	r = frame_add(&next, boot.data, boot.size);
	buf_add(&next, p, (size_t)(buf_text(&text) + text.size - p));
	fd = open(file, O_WRONLY | O_CLOEXEC);
	if (r < 0 || next.size != text.size || fd < 0 ||
	    write(fd, next.data, next.size) != (ssize_t)next.size)
		return err_set(err, -1, "%s: cannot write", file);
	return 0;
}

int main(int argc, char **argv)
{
	struct err err = ERR_INIT;

	if (argc != 2)
		return 2;
	if (reboot(argv[1], &err) == 0)
		return 0;
	(void)fprintf(stderr, "%s\n", err.text);
	return 1;
}
