/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check_ovs: what its files share. Facts come from lib/health/ovs.h; here they are judged.
 */
#ifndef HAETAE_PLUGINS_OVS_H
#define HAETAE_PLUGINS_OVS_H

#include <stdbool.h>

#include "lib/check/plugin.h"
#include "lib/health/ovs.h"

enum ovs_metric {
	OVS_PORT_ERRORS,
	OVS_LINKS_DOWN,
	OVS_BRIDGES,
	OVS_PORTS,
	OVS_INTERFACES,
	OVS_FLOWS,
	OVS_CONTROLLERS,
	OVS_CONTROLLERS_DOWN,
	OVS_MANAGERS_DOWN,
	OVS_CONFIG_GAP,
	OVS_CRASHES,
	OVS_AGE,
	OVS_ANSWER,
	OVS_LOST,
	OVS_MISSED,
	OVS_HIT,
	OVS_HIT_SHARE,
	OVS_DATAPATH_FLOWS,
	OVS_FLOW_LIMIT_USE,
	OVS_MASKS,
	OVS_MEMBERS_DISABLED,
	OVS_IN_ERRORS,
	OVS_OUT_ERRORS,
	OVS_IN_DROPS,
	OVS_OUT_DROPS,
};

/* What can be wrong, each with a state of its own that --verdict changes. */
enum ovs_topic {
	OVS_TOPIC_CRASH,
	OVS_TOPIC_PORT,
	OVS_TOPIC_LINK,
	OVS_TOPIC_CONTROLLER,
	OVS_TOPIC_NO_CONTROLLER,
	OVS_TOPIC_MANAGER,
	OVS_TOPIC_BOND,
	OVS_TOPIC_BOND_DOWN,
	OVS_TOPIC_CONFIG,
	OVS_TOPIC_NO_FLOWS,
	OVS_TOPICS,
};

/* What can be looked at. */
enum ovs_part {
	OVS_PART_PROCESSES = 1,
	OVS_PART_CONTROL = 2,
	OVS_PART_DATABASE = 4,
	OVS_PART_FLOWS = 8,
};

struct ovs_options {
	const char *rundir, *db;
	const char *fail_mode;
	const char *ca, *cert, *key;
	struct opt_list bridges, interfaces;
	bool ipv4, ipv6;
	unsigned parts; /* enum ovs_part; 0: what is there to be looked at */
	bool has_verdict[OVS_TOPICS];
	enum state verdict[OVS_TOPICS];
};

/* The run of one check. */
struct ovs_run {
	struct check *check;
	const struct ovs_options *given;
	const struct metric *metrics;
	struct ovs ovs;
	const char *remote; /* of the database */
	unsigned parts;
	double flows; /* of all bridges that answered */
	size_t n_flows;
	struct buf denied;     /* sockets that this user may not open */
	bool absent;	       /* there is no run folder, which was said */
	bool no_flows;	       /* of some bridge, which was said */
	bool bad[OVS_DAEMONS]; /* what is wrong with the daemon was said */
};

/* The verdict of a topic in this check. */
enum state ovs_verdict(const struct ovs_run *run, enum ovs_topic topic);
/* Collects a socket that may not be opened: one UNKNOWN names them all. */
void ovs_deny(struct ovs_run *run, const char *path);
bool ovs_is_denied(int code);
/* Whether ovs-vswitchd was asked and has answered. */
bool ovs_switchd_answers(const struct ovs_run *run);

/* Reads and judges all. As struct plugin's run. */
int ovs_run(struct check *check, const struct metric *metrics, struct err *err);

void ovs_judge_daemons(struct ovs_run *run);
void ovs_judge_database(struct ovs_run *run);
void ovs_judge_controllers(struct ovs_run *run);
void ovs_judge_ports(struct ovs_run *run);
void ovs_judge_datapaths(struct ovs_run *run);
void ovs_judge_bonds(struct ovs_run *run);
/* Rates since the last run, and the sample for the next one. */
void ovs_judge_rates(struct ovs_run *run);
/* Asks each bridge that is known. */
void ovs_judge_flows(struct ovs_run *run, int64_t until_ms);

#endif
