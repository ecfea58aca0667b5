/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The probes of one node with what each said last, for who shows them elsewhere than in haetae
 * status: at most so many, those first that need somebody's hand.
 */
#ifndef HAETAE_STORE_DB_PROBE_H
#define HAETAE_STORE_DB_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/store/db_status.h"

struct db_probe {
	struct db_status_probe status;
	bool logged;   /* its slot has a row of its own in RUNLOG: the next two are known */
	int exit_code; /* -1: a signal, or it never ran */
	unsigned attempts;
};
struct db_probe_node {
	uint32_t nodeid;
	int64_t until_ms; /* the end of its maintenance or of a group's above it, 0: none */
	uint64_t n;	  /* probes that it has */
};
typedef int db_probe_fn(const struct db_probe_node *node, const struct db_probe *probe,
    void *context, struct err *err);

/* -ENOENT when the node is not there. Two statements, and one that reads groups where there are
 * any. The worst first, then by name; those that are disabled last. */
int db_probes_of_node(struct db *db, const char *node, uint64_t limit, db_probe_fn *each,
    void *context, struct db_probe_node *ret, struct err *err) ATTR_MUST_CHECK;

#endif
