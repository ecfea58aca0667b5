/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gathers the facts about this node's switch (ovs.h): reads its processes, and asks its control
 * sockets, its database and its bridges. Nothing is judged here, nothing is changed, and no peer
 * is waited for past the end.
 */
#ifndef HAETAE_HEALTH_OVS_ASK_H
#define HAETAE_HEALTH_OVS_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"
#include "lib/base/fsroot.h"
#include "lib/client/jsonrpc.h"
#include "lib/health/ovs.h"

/* What is asked. All is borrowed, and outlives the facts. */
struct ovs_question {
	const struct fsroot *root; /* of /proc */
	const char *rundir;	   /* NULL: daemons are found by their names */
	const char *db;		   /* as jsonrpc_open takes it; NULL: RUNDIR/db.sock */
	struct jsonrpc_tls tls;
	enum address_family family;
	unsigned parts; /* enum ovs_part */
	/* Bridges whose flows are asked for where the database is not known. */
	const char *const *bridges;
	size_t n_bridges;
	int64_t until_ms; /* clock_mono_ms */
	/* Is told what is done next: "asking the database", "unix:…". NULL: nobody. */
	void (*doing)(void *context, const char *what, const char *object);
	void *context;
};

struct ovs_ask {
	struct ovs ovs; /* the facts */
	/* What they are asked over. */
	struct jsonrpc ctl[OVS_DAEMONS], db;
	int64_t asked_ms[OVS_DAEMONS];
	size_t n_answers; /* of the commands for ovs-vswitchd */
	bool is_owed;	  /* the next one was asked */
	char remote[PATH_MAX + 16];
};

/* Gathers all that is asked for. Negative only where /proc cannot be read. *ret is for
 * ovs_ask_free in any case. */
int ovs_ask(
    const struct ovs_question *question, struct ovs_ask *ret, struct err *err) ATTR_MUST_CHECK;
void ovs_ask_free(struct ovs_ask *ask);

/* The part that needs no peer: pidfiles, and one walk over /proc. */
int ovs_read_daemons(
    struct ovs *ovs, const struct fsroot *root, struct err *err) ATTR_MUST_CHECK;

#endif
