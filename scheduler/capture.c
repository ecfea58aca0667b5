/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/num.h"
#include "scheduler/journal.h"

void capture_name(uint64_t scheduleid, const char *probetype, char out[CAPTURE_NAME_SIZE])
{
	(void)snprintf(out, CAPTURE_NAME_SIZE, "%" PRIu64 ".%.20s", scheduleid, probetype);
}

static void free_name(size_t n, char out[CAPTURE_NAME_SIZE])
{
	(void)snprintf(out, CAPTURE_NAME_SIZE, ".free.%zu", n);
}

static void delete_free(const struct spool *spool, size_t n_free)
{
	char name[CAPTURE_NAME_SIZE];

	for (size_t n = 0; n < n_free; n++) {
		free_name(n, name);
		(void)spool_unlink(spool, SPOOL_RUN, name);
	}
}

void captures_init(struct captures *captures, const struct spool *spool)
{
	*captures = (struct captures){ .spool = spool };
	delete_free(spool, CAPTURE_FREE_MAX);
}

/* "SCHEDULEID.PROBETYPE", of a slot that is not open. */
static bool is_forgotten(const char *name, const struct journal_open *opens, size_t n_opens)
{
	char id_text[24];
	size_t size = strcspn(name, ".");
	uint64_t id;

	if (size >= sizeof(id_text) || name[size] != '.')
		return false;
	(void)snprintf(id_text, sizeof(id_text), "%.*s", (int)size, name);
	if (num_u64(id_text, &id, NULL) < 0)
		return false;
	for (size_t i = 0; i < n_opens; i++) {
		if (opens[i].scheduleid == id)
			return false;
	}
	return true;
}

void captures_sweep(struct captures *captures, const struct journal_open *opens, size_t n_opens)
{
	CLEANUP(spool_names_free) struct spool_names names = { 0 };

	if (spool_list(captures->spool, SPOOL_RUN, &names, NULL) < 0)
		return;
	for (size_t i = 0; i < names.n; i++) {
		if (is_forgotten(names.items[i], opens, n_opens))
			(void)spool_unlink(captures->spool, SPOOL_RUN, names.items[i]);
	}
}

void captures_done(struct captures *captures)
{
	delete_free(captures->spool, captures->n_free);
	captures->n_free = 0;
}

/* Gives a free file the name, unless the name is taken. */
static bool reuse(struct captures *captures, const char *name)
{
	int dir = captures->spool->dirs[SPOOL_RUN];
	char old[CAPTURE_NAME_SIZE];

	if (captures->n_free == 0)
		return false;
	free_name(--captures->n_free, old);
	return renameat2(dir, old, dir, name, RENAME_NOREPLACE) == 0;
}

int captures_take(struct captures *captures, const char *name, int *ret_fd, struct err *err)
{
	int flags = O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW;
	int fd;

	if (!reuse(captures, name))
		flags |= O_CREAT | O_EXCL;
	fd = openat(captures->spool->dirs[SPOOL_RUN], name, flags, 0600);
	if (fd < 0)
		return err_sys(err, -errno, "cannot make capture file %s/run/%s",
		    captures->spool->path, name);
	*ret_fd = fd;
	return 0;
}

/* A write lease is given only while nobody else has the file open (fcntl(2), F_SETLEASE). */
static bool is_ours_alone(int fd)
{
	return fcntl(fd, F_SETLEASE, F_WRLCK) == 0 && fcntl(fd, F_SETLEASE, F_UNLCK) == 0;
}

void captures_give(struct captures *captures, const char *name)
{
	int dir = captures->spool->dirs[SPOOL_RUN];
	char next[CAPTURE_NAME_SIZE];
	bool kept = false;
	int fd = -1;

	if (captures->n_free < CAPTURE_FREE_MAX)
		fd = openat(dir, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0) {
		free_name(captures->n_free, next);
		kept = is_ours_alone(fd) && ftruncate(fd, 0) == 0 &&
		       renameat(dir, name, dir, next) == 0;
		close(fd);
	}
	if (kept)
		captures->n_free++;
	else
		(void)unlinkat(dir, name, 0);
}
