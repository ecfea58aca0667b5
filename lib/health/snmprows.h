/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of HAETAE-MIB as another node's subagent tells them: scalars and tables of lib/mib are
 * read into the same structs that the subagent fills there, together with how old they are.
 *
 * What the subagent of that node does not know yet, a column or a table that is newer than it,
 * is MIB_NONE or an empty text, as if its facts were not known.
 */
#ifndef HAETAE_HEALTH_SNMPROWS_H
#define HAETAE_HEALTH_SNMPROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"
#include "lib/client/snmp.h"
#include "lib/mib/mib.h"
#include "lib/mib/rows.h"

/* The collector of some rows, from its row of haetaeCollectorTable. */
struct snmprows_collector {
	const char *name; /* asked for */
	bool found;	  /* the node has such a collector; the rest is 0 without */
	enum mib_state state;
	int64_t age_s;		   /* of its last good snapshot; MIB_NONE: there was none yet */
	bool stale;		   /* its data are too old to be judged, or there are none */
	char error[MIB_TEXT_SIZE]; /* why it failed, or what it could not read; "" */
};

/* One table or group of scalars to be read. */
struct snmprows_want {
	const struct mib_table *table;
	void *row;	       /* of scalars: a struct of table->row_size */
	struct mib_rows *rows; /* of a table: initialised here, finished; the caller frees them,
				* also after a failure */
	/* Names of the columns that are asked for, the last is NULL; NULL: all. Others are as if
	 * they were not known. */
	const char *const *columns;
	bool optional; /* a node that has nothing of it is no failure */
	size_t n_read; /* rows, or scalars that are known */
};

/*
 * Reads all of it: the scalars and the collectors' rows by one GET where they fit into a
 * datagram, then each table. Failures are those of lib/client/snmp.h; -ENOENT is an agent
 * without any object of the module, or without what is wanted and is not optional. -EBADMSG names
 * the object whose value cannot be one.
 */
int snmprows_read(struct snmp_peer *peer, struct snmprows_want *wants, size_t n_wants,
    struct snmprows_collector *collectors, size_t n_collectors, int64_t until_ms,
    struct err *err) ATTR_MUST_CHECK;

#endif
