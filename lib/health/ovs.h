/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The switch of this node, Open vSwitch: its two daemons and their monitors, what they answer
 * on their control sockets, its database, the flows of its bridges. Each part is read on its
 * own; one that cannot be read leaves a code and a text, and the others are read all the same.
 * Nothing is judged here.
 */
#ifndef HAETAE_HEALTH_OVS_H
#define HAETAE_HEALTH_OVS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"
#include "lib/base/fsroot.h"
#include "lib/client/bond.h"
#include "lib/client/datapath.h"
#include "lib/client/jsonrpc.h"
#include "lib/client/openflow.h"
#include "lib/client/vswitch.h"
#include "lib/collect/monitor.h"

#define OVS_RUNDIR "/var/run/openvswitch"

enum { OVS_SERVER, OVS_SWITCHD, OVS_DAEMONS }; /* ovsdb-server, ovs-vswitchd */
enum { OVS_VERSION_SIZE = 32 };

enum ovs_life {
	OVS_UNSEEN, /* it may live, but this user cannot see that */
	OVS_DEAD,
	OVS_ALIVE,
};

struct ovs_daemon {
	const char *name;
	char pidfile[PATH_MAX]; /* "" where daemons are found by name */
	int32_t pid;		/* 0: not known */
	enum ovs_life life;
	struct err why; /* it is not known to be alive */
	char state;	/* of the process: T when it is stopped */
	double age_s;
	bool has_monitor;
	struct monitor monitor;
	/* Its control socket. */
	struct jsonrpc ctl;
	char socket[PATH_MAX];
	bool asked;
	int code; /* 0 once it has answered */
	struct err err;
	int64_t asked_ms;
	double answer_s; /* that it took, or that it was waited for */
	char version[OVS_VERSION_SIZE];
};

struct ovs {
	const char *rundir; /* NULL: daemons are found by their names in /proc */
	struct ovs_daemon daemons[OVS_DAEMONS];
	/* The database: asked once db_code is 0 or negative. */
	struct jsonrpc db;
	bool db_asked;
	int db_code;
	struct err db_err;
	double db_answer_s;
	struct vswitch vswitch;
	/* What ovs-vswitchd says on its control socket. */
	size_t n_answers; /* of what ovs_ask_switchd asks */
	bool is_owed;	  /* the next one was asked */
	bool has_datapaths, has_bonds;
	struct datapaths datapaths;
	struct bonds bonds;
};

/* rundir is borrowed. */
void ovs_init(const char *rundir, struct ovs *ret);
void ovs_free(struct ovs *ovs);

/* Pidfiles, and one walk over /proc. Negative only where /proc cannot be read. */
int ovs_read_daemons(
    struct ovs *ovs, const struct fsroot *root, struct err *err) ATTR_MUST_CHECK;

/* Asks the daemons that may live for their versions, both at once, and waits for what has come
 * until then. May be called again, to wait for the rest. */
void ovs_ask_daemons(struct ovs *ovs, int64_t until_ms);

/* remote and tls as jsonrpc_open takes them. */
void ovs_ask_database(struct ovs *ovs, const char *remote, const struct jsonrpc_tls *tls,
    enum address_family family, int64_t until_ms);
/* Where the running configuration is behind, asks again every 50 ms until it is not. */
void ovs_await_config(struct ovs *ovs, int64_t until_ms);

/* Datapaths and bonds, if ovs-vswitchd has answered before. May be called again, to wait for the
 * rest. */
void ovs_ask_switchd(struct ovs *ovs, int64_t until_ms);
/* The command that it has not answered, though it lives; NULL if there is none. */
const char *ovs_switchd_owes(const struct ovs *ovs);

/* The flows of a bridge. -EINVAL for a name that cannot be a bridge's; else as openflow_ask. */
int ovs_ask_flows(const struct ovs *ovs, const char *bridge, int64_t until_ms,
    struct openflow_aggregate *ret, struct err *err) ATTR_MUST_CHECK;

#endif
