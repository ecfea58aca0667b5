/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scheduler/journal.h"
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

static bool make(const struct spool *spool, enum spool_dir dir, const char *name)
{
	int fd = openat(spool->dirs[dir], name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	return fd >= 0 && close(fd) == 0;
}

static bool there(const struct spool *spool, enum spool_dir dir, const char *name)
{
	return faccessat(spool->dirs[dir], name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void test_sweep(const struct spool *spool)
{
	static const char *const stay[] = { "11.probe", "journal", "nine.probe", "11", "x11.y",
		".10.x" };
	const struct journal_open opens[] = { { .scheduleid = 5 }, { .scheduleid = 11 } };
	struct captures captures;
	bool right = true;

	captures_init(&captures, spool);
	for (size_t i = 0; i < sizeof(stay) / sizeof(stay[0]); i++)
		right &= make(spool, SPOOL_RUN, stay[i]);
	ok(right && make(spool, SPOOL_RUN, "10.probe") && make(spool, SPOOL_RUN, "12.x.y"),
	    "captures of slots that are open, of others, and what is no capture");
	captures_sweep(&captures, opens, 2);
	ok(!there(spool, SPOOL_RUN, "10.probe") && !there(spool, SPOOL_RUN, "12.x.y"),
	    "those of others go");
	for (size_t i = 0; i < sizeof(stay) / sizeof(stay[0]); i++)
		right &= there(spool, SPOOL_RUN, stay[i]) &&
			 spool_unlink(spool, SPOOL_RUN, stay[i]) == 0;
	ok(right, "the others stay");
	captures_done(&captures);
}

static void test_temporary(const struct spool *spool)
{
	static const char *const stay[] = { "a.tmp", ".tmp", ".tmp.a", ".a.tmp2", ".a" };
	bool right = true;

	for (size_t i = 0; i < sizeof(stay) / sizeof(stay[0]); i++)
		right &= make(spool, SPOOL_CLAIMS, stay[i]);
	ok(right && make(spool, SPOOL_CLAIMS, ".1-2-3.tmp") && make(spool, SPOOL_BAD, ".b.tmp"),
	    "temporary files, and others");
	spool_sweep(spool, SPOOL_CLAIMS, 60000);
	ok(there(spool, SPOOL_CLAIMS, ".1-2-3.tmp"), "one that is young may be being written");
	spool_sweep(spool, SPOOL_CLAIMS, 0);
	ok(!there(spool, SPOOL_CLAIMS, ".1-2-3.tmp") && there(spool, SPOOL_BAD, ".b.tmp"),
	    "in one's own folder it goes");
	for (size_t i = 0; i < sizeof(stay) / sizeof(stay[0]); i++)
		right &= there(spool, SPOOL_CLAIMS, stay[i]) &&
			 spool_unlink(spool, SPOOL_CLAIMS, stay[i]) == 0;
	ok(right && spool_unlink(spool, SPOOL_BAD, ".b.tmp") == 0, "what is none stays");
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
	test_sweep(&spool);
	test_temporary(&spool);
	(void)spool_unlink(&spool, SPOOL_TOP, "id");
	spool_close(&spool);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(folder, sizeof(folder), "%s/%s", path, names[i]);
		(void)rmdir(folder);
	}
	ok(rmdir(path) == 0, "nothing is left behind");
	return tap_done();
}
