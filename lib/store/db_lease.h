/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Leases: who may do alone what two must not do at once, until when. A row of LEASE each, by the
 * server's clock. A holder that dies keeps the lease to its end, and nobody else is hurt.
 */
#ifndef HAETAE_STORE_DB_LEASE_H
#define HAETAE_STORE_DB_LEASE_H

#include <stdint.h>
#include <sys/types.h>

#include "lib/store/db.h"

enum { DB_LEASE_HOLDER_SIZE = 256 };

/* Who we are, for others to read: "PROGRAM on HOST, pid N, since TIME" and four digits that tell
 * two apart which have all of that in common. */
void db_lease_holder(const char *program, char ret[DB_LEASE_HOLDER_SIZE]);

/* Takes or renews a lease for so long. -EBUSY with who holds it and until when. */
int db_lease_take(struct db *db, const char *name, const char *holder, int64_t for_ms,
    struct err *err) ATTR_MUST_CHECK;
/* Gives it back; nothing happens when it is somebody else's by now. */
int db_lease_release(
    struct db *db, const char *name, const char *holder, struct err *err) ATTR_MUST_CHECK;

/* A process of its own with a connection of its own that renews a lease while this one is busy
 * with statements that may last hours. It dies with us. Returns its pid or -errno. */
pid_t db_lease_keep(
    const struct db_conf *conf, const char *name, const char *holder, int64_t for_ms);
/* Ends it. */
void db_lease_keep_end(pid_t pid);

struct db_lease_row {
	const char *name, *holder;
	int64_t until_ms; /* as far as now_ms is the server's */
	bool over;
};
typedef int db_lease_fn(const struct db_lease_row *row, void *context, struct err *err);
/* Those that somebody took; a row without a holder is a lock. */
int db_lease_list(
    struct db *db, db_lease_fn *each, void *context, struct err *err) ATTR_MUST_CHECK;

#endif
