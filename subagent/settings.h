/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the subagent is told: the group "agentx" of haetae.conf, conf.d/NAME.cfg and
 * hosts/HOSTNAME.cfg, as the scheduler reads them, and options over it.
 */
#ifndef HAETAE_SUBAGENT_SETTINGS_H
#define HAETAE_SUBAGENT_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/conf.h"
#include "lib/base/err.h"

/* One collector's, where it differs from its default. */
struct settings_collector {
	char *name;
	int64_t interval_ms; /* 0: its own; 1 s to 1 day */
	int64_t limit_ms;    /* rows older than this disappear; 0: ten intervals */
	bool off;
	char *where; /* "FILE:LINE", for who knows which collectors there are */
};

struct settings {
	char *socket;	 /* of the master: "/var/agentx/master" (net-snmp's default), tcp:… */
	int64_t ping_ms; /* ping and reconnect interval (5,000; 1,000 to 60,000) */
	char *user;	 /* whom root becomes ("haetae"); "root": stay */
	char *root;	 /* facts of another tree, as --root of the plugins; NULL: this node */
	char *state_dir; /* what lives from one start to the next; NULL: the plugins' default */
	char *role;	 /* free text, haetaeAgentRole: "controller" */
	struct settings_collector *collectors;
	size_t n_collectors;
	/* node */
	struct conf_texts exclude_paths, exclude_types; /* mounts, as the plugins' options */
	/* services */
	struct conf_texts profiles, profile_dirs;
	/* ovs */
	char *ovs_rundir, *ovs_db;
	int64_t ovs_interfaces; /* rows of interfaces at most (500) */
	/* rabbitmq: HOST[:PORT] of the management API; NULL: not asked */
	char *rabbitmq_host, *rabbitmq_config, *rabbitmq_ca;
	bool rabbitmq_tls;
	int64_t rabbitmq_queues;			   /* rows of queues at most (200) */
	struct conf_texts rabbitmq_queue, rabbitmq_ignore; /* regular expressions */
	/* libvirt; NULL: not asked */
	char *libvirt_uri;
	/* probes: rows of the scheduler's database, if one is configured for the subagent */
	bool probes;
	char *probes_node;   /* the node whose probes are shown; NULL: this host's name */
	int64_t probes_rows; /* at most (1,000) */
	/* notifications */
	bool notifications;		/* true */
	int64_t notification_rate;	/* a second (20) */
	int64_t notification_burst;	/* at once (50) */
	int64_t notification_queue;	/* that wait at most (1,000) */
	int64_t notification_repeat_ms; /* again while critical; 0: never */
	/* logs */
	bool log_syslog;
	int log_level;
	char *file; /* that it was read from; for SIGHUP */
};

#define SETTINGS_SOCKET "/var/agentx/master"
#define SETTINGS_USER	"haetae"

/* A key of the group is a field's name, without its unit; "collectors" is a list of groups. file
 * NULL: HAETAE_SYSCONFDIR/haetae.conf; a file that is not there is no error then. Messages name
 * file and line. */
int settings_read(const char *file, struct settings *ret, struct err *err) ATTR_MUST_CHECK;
void settings_free(struct settings *settings);
/* The collector's entry, or NULL. */
const struct settings_collector *settings_collector(
    const struct settings *settings, const char *name);

#endif
