/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The states of nodes in the database: worked out from the rows of STATUS, and kept in NODE.
 */
#ifndef HAETAE_STORE_DB_NODE_STATE_H
#define HAETAE_STORE_DB_NODE_STATE_H

#include "lib/store/db.h"
#include "lib/store/node_state.h"

struct db_node_state {
	uint32_t nodeid;
	const char *name;
	enum node_state stored; /* what NODE says, and since when */
	int64_t stored_since_ms;
	struct node_verdict now;
	const char
	    *probe; /* when one node was asked for: the name of that which decided, or "" */
	size_t n_probes; /* enabled ones */
};
typedef int db_node_state_fn(const struct db_node_state *state, void *context, struct err *err);
/*
 * Works out the states of the nodes that a probe host answers for, by nodeid: those that it has
 * specs of, those of hosts that have not beaten for two minutes, and those without any spec.
 * hostid 0: of all nodes. nodeid not 0: of that one alone.
 */
int db_node_states(struct db *db, uint32_t hostid, uint32_t nodeid, int64_t now_ms,
    db_node_state_fn *each, void *context, struct err *err) ATTR_MUST_CHECK;

/*
 * The same, and NODE says so afterwards: where the state is still the one that was read, it is
 * replaced, and an EVENTLOG row tells (tag "state", object "node"). host is the name that the
 * events have. Two hosts that find the same change write it once. *ret_changed counts them.
 */
int db_node_states_store(struct db *db, uint32_t hostid, const char *host, int64_t now_ms,
    size_t *ret_changed, struct err *err) ATTR_MUST_CHECK;

#endif
