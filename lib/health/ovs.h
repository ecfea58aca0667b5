/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The facts about a switch, Open vSwitch: its two daemons and their monitors, what they answer
 * on their control sockets, its database, the flows of its bridges. Each part was read on its
 * own; one that could not be read leaves a code and a text. They come from the node itself
 * (ovs_ask.h) or from the rows that another node's subagent shows; who judges them
 * (ovs_verdict.h) does not see the difference.
 */
#ifndef HAETAE_HEALTH_OVS_H
#define HAETAE_HEALTH_OVS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/client/bond.h"
#include "lib/client/datapath.h"
#include "lib/client/vswitch.h"
#include "lib/collect/monitor.h"

#define OVS_RUNDIR "/var/run/openvswitch"

enum { OVS_SERVER, OVS_SWITCHD, OVS_DAEMONS }; /* ovsdb-server, ovs-vswitchd */
enum { OVS_VERSION_SIZE = 32 };

/* What can be looked at. */
enum ovs_part {
	OVS_PART_PROCESSES = 1,
	OVS_PART_CONTROL = 2,
	OVS_PART_DATABASE = 4,
	OVS_PART_FLOWS = 8,
	OVS_PARTS = 15,
};

enum ovs_life {
	OVS_UNSEEN, /* it may live, but this user cannot see that */
	OVS_DEAD,
	OVS_ALIVE,
};

struct ovs_daemon {
	const char *name;
	int32_t pid; /* 0: not known */
	enum ovs_life life;
	struct err why; /* it is not known to be alive */
	char state;	/* of the process: T when it is stopped */
	double age_s;
	bool has_monitor;
	struct monitor monitor;
	/* Its control socket. */
	char socket[PATH_MAX];
	bool asked;
	int code; /* 0 once it has answered */
	struct err err;
	double answer_s; /* that it took, or that it was waited for */
	char version[OVS_VERSION_SIZE];
};

/* What a bridge says over OpenFlow. */
struct ovs_flows {
	const char *bridge; /* borrowed */
	bool is_secure;	    /* its fail mode is */
	int code;	    /* 0: it has answered */
	struct err err;
	uint64_t flows;
};

/* Interfaces that are counted, but not among the facts: another node shows so many only, the
 * sick ones first. The counters are sums over all of that node's interfaces. */
struct ovs_hidden {
	size_t interfaces, failed, down;
	struct vswitch_counters counters;
};

struct ovs {
	const char *rundir; /* borrowed; NULL: daemons are found by their names in /proc */
	int rundir_code;    /* of looking into it: -ENOENT where there is no Open vSwitch */
	struct err rundir_err;
	struct ovs_daemon daemons[OVS_DAEMONS];
	const char *owes; /* the command that ovs-vswitchd has not answered, though it lives */
	/* The database. */
	const char *remote; /* "unix:/var/run/openvswitch/db.sock"; borrowed */
	bool db_asked;
	int db_code;
	struct err db_err;
	double db_answer_s;
	struct vswitch vswitch;
	struct ovs_hidden hidden;
	/* What ovs-vswitchd says on its control socket. */
	bool has_datapaths, has_bonds;
	struct datapaths datapaths;
	struct bonds bonds;
	/* Of the bridges that were asked. */
	struct ovs_flows *flows;
	size_t n_flows;
	/* When another node read all that, by its own monotonic clock; 0: now, here. */
	int64_t read_at_ms;
};

/* "processes", "control", "database", "flows": the part, 0 for another word. */
unsigned ovs_part_of(const char *word, size_t size);
/* Their words with blanks between them. */
void ovs_parts_add(unsigned parts, struct buf *buf);

/* -EACCES, -EPERM: what this user may not open. */
bool ovs_is_denied(int code);
bool ovs_is_absent(const struct ovs *ovs);
/* What is there to be looked at: live is this node's own /proc, rundir and db what was said, NULL
 * where nothing was. A database over the network may be another node's. */
unsigned ovs_parts_to_ask(bool live, const char *rundir, const char *db);
bool ovs_has_database(const struct ovs *ovs);
/* Whether ovs-vswitchd was asked and has answered. */
bool ovs_switchd_answers(const struct ovs *ovs);
bool ovs_daemon_is_stopped(const struct ovs_daemon *daemon);
/* It is not known to run, or shows on its control socket that it does not work. */
bool ovs_daemon_is_bad(const struct ovs_daemon *daemon);

bool ovs_interface_has_failed(const struct vswitch_interface *one);
/* Set up, and without a link. What nobody has set up is down for a reason, and a port that was
 * moved into another namespace looks so to a userspace datapath. */
bool ovs_interface_is_down(const struct vswitch_interface *one);
/* Not connected, and it should be: one that waits to be asked ("ptcp:") need not be. */
bool ovs_remote_is_down(const struct vswitch_remote *remote);

#endif
