/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of TOOLSPECS, whole, and how they are written: by an import, by hand, and for the members
 * of groups alike. Only db_*.c files include this.
 */
#ifndef HAETAE_STORE_DB_SPECROW_H
#define HAETAE_STORE_DB_SPECROW_H

#include "lib/store/db_private.h"
#include "lib/store/node.h"
#include "lib/store/spec_source.h"

/* TOOLSPECS.wanted */
enum { WANTED_OFF = 0, WANTED_ON = 1, WANTED_NOTHING = 2 };

/* Specs that are looked up, or locked, in one statement. */
enum { SPECROWS_AT_ONCE = 500 };

struct specrow {
	struct spec spec; /* synchgroup and args as they run; those of a group with variables */
	uint32_t nodeid, groupid, parentid, hostid;
	char *template; /* or NULL */
	int wanted;
	int64_t used_ms, removed_ms, created_ms, changed_ms;
};

struct specrow_list {
	struct specrow *items;
	size_t n;
};
void specrow_list_free(struct specrow_list *list);

/* The rows of "SELECT … FROM TOOLSPECS t LEFT JOIN NODE n …" with this behind it. Appends. */
int db_specrows_read(struct db *db, const struct buf *condition, struct specrow_list *list,
    struct err *err) ATTR_MUST_CHECK;

/* What a row is to become. */
struct specput {
	struct specrow *old;	 /* the row that is there; NULL: there is none */
	const struct spec *spec; /* as in struct specrow; NULL: the row is removed */
	const char *template;	 /* or NULL */
	uint32_t nodeid, groupid, parentid, hostid;
	int wanted;
};
/* Whether there is nothing to write. */
bool db_specput_same(const struct specput *put);

/*
 * Inside the transaction: writes them, and locks the rows that are there before. The first slot
 * of a new spec, and of one whose grid changes, is the first of its grid at or after now_ms, and
 * never in a second that an older grid has used; slots of the old grid that nobody has made are
 * missed. Open slots go along to another host. -EAGAIN when somebody else was faster.
 */
int db_specs_put(struct db *db, struct specput *puts, size_t n, int64_t now_ms,
    struct err *err) ATTR_MUST_CHECK;

/* An attribute of a node, by column or a site's own, or its name: a template_value_fn whose
 * context is a struct node. */
const char *db_node_value(const char *name, void *node);

/*
 * A node's own spec as it runs: the settings are spec's, synchgroup and args the template's. When
 * the node lacks an attribute it is not enabled, its template stands where the arguments do, and
 * ret_wanted is whether it will be enabled once the attribute is there; else WANTED_NOTHING.
 */
int db_own_fill(const char *template, const struct spec *spec, bool enabled, struct node *node,
    struct spec_filled *ret, int *ret_wanted, char *ret_lacks, struct err *err) ATTR_MUST_CHECK;

#endif
