/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The spool: the folder of one scheduler instance. What the stages hand to each other is
 * here, so that each may die at any instant.
 *
 *   id              who this spool is, a UUID
 *   lock.STAGE      held while a stage (or the supervisor) runs; its pid is in it
 *   specs           copy of the host's specs: materialise to claim and run
 *   frontier        slots due before this time are in SCHEDULE: materialise to claim
 *   level           how full it is: run to materialise and to people
 *   claims/N        claimed slots: claim to run
 *   run/ID.TYPE     what a probe writes while it runs; run/.free.N: emptied, to be used again
 *   run/journal     starts and ends: run to itself
 *   segments/N.open records that are being appended: run to itself
 *   ready/N         whole segments: run to load
 *   data/ID.TYPE    results that other programs rename into here: to load
 *   loaded/N        loaded, kept for a while where COMMIT is not durable
 *   bad/N           what could not be loaded
 *   events/N        what happened: any program to load (event.h)
 */
#ifndef HAETAE_SCHEDULER_SPOOL_H
#define HAETAE_SCHEDULER_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"

enum spool_dir {
	SPOOL_TOP,
	SPOOL_CLAIMS,
	SPOOL_RUN,
	SPOOL_SEGMENTS,
	SPOOL_READY,
	SPOOL_DATA,
	SPOOL_LOADED,
	SPOOL_BAD,
	SPOOL_EVENTS,
};
enum { SPOOL_DIR_COUNT = SPOOL_EVENTS + 1, SPOOL_ID_SIZE = 37, SPOOL_NAME_SIZE = 64 };

struct spool {
	const char *path; /* borrowed */
	int dirs[SPOOL_DIR_COUNT];
	char id[SPOOL_ID_SIZE];
};

/* Opens the spool and makes what is missing below it (not the folder itself). A spool that
 * belongs to another user or that others may write to is refused. */
int spool_open(const char *path, struct spool *ret, struct err *err) ATTR_MUST_CHECK;
void spool_close(struct spool *spool);

/* Takes lock.NAME; the descriptor holds it until it is closed. -EBUSY: somebody has it. */
int spool_lock(
    const struct spool *spool, const char *name, int *ret_fd, struct err *err) ATTR_MUST_CHECK;

/* Writes the pid of this process into the lock, for people. */
void spool_lock_sign(int fd);

/* Writes a whole file by temporary, fdatasync and rename, and syncs the folder. */
int spool_write(const struct spool *spool, enum spool_dir dir, const char *name,
    const char *data, size_t size, struct err *err) ATTR_MUST_CHECK;
/* Appends a whole file to ret. -EBADMSG for what is no regular file, a link for example; -E2BIG
 * for what is longer than ret->max. */
int spool_read(const struct spool *spool, enum spool_dir dir, const char *name, struct buf *ret,
    struct err *err) ATTR_MUST_CHECK;
int spool_unlink(const struct spool *spool, enum spool_dir dir, const char *name);
int spool_rename(const struct spool *spool, enum spool_dir from, const char *name,
    enum spool_dir to, const char *new_name, struct err *err) ATTR_MUST_CHECK;

/* Deletes the temporary files, ".NAME.tmp", that a stage has left in a folder when it was killed
 * while it wrote: those that are older than age_ms. 0 is for a folder where the caller alone
 * writes, and only before it does. */
void spool_sweep(const struct spool *spool, enum spool_dir dir, int64_t age_ms);

/* The names in a folder, sorted; those that begin with '.' are left out. The caller frees
 * with spool_names_free. */
struct spool_names {
	char **items;
	size_t n;
};
int spool_list(const struct spool *spool, enum spool_dir dir, struct spool_names *ret,
    struct err *err) ATTR_MUST_CHECK;
void spool_names_free(struct spool_names *names);

/* A name that sorts by time and does not repeat: "MILLISECONDS-PID-COUNT". */
void spool_new_name(char out[SPOOL_NAME_SIZE]);

/* An inotify descriptor that is readable when a file is renamed into one of the folders
 * (a mask of 1 << enum spool_dir); the caller closes it. */
int spool_watch(
    const struct spool *spool, unsigned dirs, int *ret_fd, struct err *err) ATTR_MUST_CHECK;
/* Reads away what made it readable. */
void spool_watch_clear(int fd);

#endif
