/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of db_import.h: looking specs up, telling what changes, and writing it.
 */
#ifndef HAETAE_STORE_DB_IMPORT_WORK_H
#define HAETAE_STORE_DB_IMPORT_WORK_H

#include "lib/store/db_import.h"
#include "lib/store/db_specrow.h"

/* One given spec, and what the database has of it. */
struct import_entry {
	const struct spec *spec;
	uint32_t nodeid, groupid;
	bool new_node;
	struct specrow *old; /* its row, removed or not; or NULL */
	struct spec_filled filled;
	char *template;
	struct specput put;
};

/* Finds the nodes of entries that are sorted by them, and makes those that are not there. */
int db_import_nodes(struct db *db, const struct db_import *import, int64_t now_ms,
    struct import_entry *entries, size_t n, size_t *ret_bad, struct err *err) ATTR_MUST_CHECK;

/* What changes, told and written down. */
struct spec_teller {
	struct db *db;
	const struct db_author *author; /* or NULL */
	spec_change_fn *each;		/* or NULL */
	void *context;
	int64_t now_ms;
	struct node_groups groups; /* for their paths */
	struct spec_names {
		uint32_t id;
		char *name;
	} * hosts; /* by id */
	size_t n_hosts;
	struct sql_many events;
};
int spec_teller_init(
    struct spec_teller *teller, struct db *db, struct err *err) ATTR_MUST_CHECK;
void spec_teller_free(struct spec_teller *teller);
/* Tells of a change; old or new may be NULL. Both as they are written. */
int spec_tell(struct spec_teller *teller, const struct specrow *old,
    const struct spec *old_spec, const struct specput *put, const struct spec *spec,
    struct err *err) ATTR_MUST_CHECK;
/* Writes what is left of the events. */
int spec_teller_end(struct spec_teller *teller, struct err *err) ATTR_MUST_CHECK;
const char *spec_host_name(const struct spec_teller *teller, uint32_t hostid);

/* A row's spec as it is written: borrows all but synchgroup and args, which are ret's. */
int specrow_source(
    const struct specrow *row, struct spec_filled *ret, struct err *err) ATTR_MUST_CHECK;

/* "NODE/NAME", or "GROUP:NAME" with "/" for the root. */
void spec_object(const char *node, const char *path, const char *name, struct buf *ret);

#endif
