/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/capture.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "t/tap.h"

static ino_t inode(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? st.st_ino : 0;
}

static void test_reuse(const struct spool *spool)
{
	struct captures captures;
	int first, held, third;
	ino_t was;
	char byte;

	captures_init(&captures, spool);
	ok(captures_take(&captures, "1.probe", &first, NULL) == 0, "a capture");
	ok(captures_take(&captures, "1.probe", &held, NULL) == -EEXIST, "its name is taken");
	was = inode(first);
	ok(write(first, "secret", 6) == 6, "a probe writes");
	close(first);
	captures_give(&captures, "1.probe");
	ok(captures.n_free == 1, "it is kept");
	ok(captures_take(&captures, "2.probe", &held, NULL) == 0 && inode(held) == was,
	    "and used again");
	ok(pread(held, &byte, 1, 0) == 0, "empty");
	/* A process that outlives its probe still has it open. */
	captures_give(&captures, "2.probe");
	ok(captures.n_free == 0, "one that is held open is not kept");
	ok(captures_take(&captures, "3.probe", &third, NULL) == 0 && inode(third) != was,
	    "what is written there reaches no other probe");
	close(held);
	close(third);
	captures_give(&captures, "3.probe");
	captures_done(&captures);
	ok(spool_unlink(spool, SPOOL_RUN, ".free.0") == -ENOENT, "free ones go at the end");
}

int main(void)
{
	static const char *const names[] = { "claims", "run", "segments", "ready", "data",
		"loaded", "bad", "events" };
	char path[] = "/tmp/haetae-unit-capture.XXXXXX", folder[96];
	struct spool spool;
	struct err err = ERR_INIT;

	if (!mkdtemp(path) || !ok(spool_open(path, &spool, &err) == 0, "a spool %s", err.text))
		return 99;
	test_reuse(&spool);
	(void)spool_unlink(&spool, SPOOL_TOP, "id");
	spool_close(&spool);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(folder, sizeof(folder), "%s/%s", path, names[i]);
		(void)rmdir(folder);
	}
	ok(rmdir(path) == 0, "nothing is left behind");
	return tap_done();
}
