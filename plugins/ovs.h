/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check_ovs and check_ovs_snmp: what their files share. Facts come from the node's own switch or
 * from another node's subagent; here they are judged.
 */
#ifndef HAETAE_PLUGINS_OVS_H
#define HAETAE_PLUGINS_OVS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/buf.h"
#include "lib/check/plugin.h"
#include "lib/health/ovs.h"
#include "lib/health/ovs_verdict.h"

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
	OVS_METRICS,
};

/* What both programs are told, of which the rows of options are OVS_OPTIONS. */
struct ovs_options {
	const char *fail_mode;
	struct opt_list bridges, interfaces;
	unsigned parts; /* enum ovs_part; 0: what is there to be looked at */
	struct ovs_verdicts verdicts;
};

extern const struct metric ovs_metrics[OVS_METRICS];

/* As opt_call_fn; the target begins with a struct ovs_options. */
int ovs_take_parts(void *target, const char *value, struct err *err);
int ovs_take_verdict(void *target, const char *value, struct err *err);
int ovs_take_fail_mode(void *target, const char *value, struct err *err);
void ovs_options_free(struct ovs_options *options);

#define OVS_OPTIONS(type, field)                                                          \
	{ 'b', "bridge", "NAME", OPT_LIST, offsetof(type, field.bridges), NULL,           \
		"this bridge must exist; CRITICAL if not" },                              \
	    { 'i', "interface", "NAME", OPT_LIST, offsetof(type, field.interfaces), NULL, \
		    "this interface must exist, work and be up; CRITICAL if not" },       \
	    { 0, "fail-mode", "MODE", OPT_CALL, 0, ovs_take_fail_mode,                    \
		    "bridges (those of -b, else all) must have fail mode secure or "      \
		    "standalone" },                                                       \
	    { 0, "check", "LIST", OPT_CALL, 0, ovs_take_parts,                            \
		    "look at these alone: processes,control,database,flows" },            \
	{                                                                                 \
		0, "verdict", "TOPIC=STATE", OPT_CALL, 0, ovs_take_verdict,               \
		    "change the state of what can be wrong; may repeat"                   \
	}

/* A part of the plugin's notes. */
#define OVS_NOTES                                                                     \
	"Topics of --verdict: crash, port, link, controller, manager, bond, config\n" \
	"(WARNING); no-controller, bond-down, no-flows (CRITICAL).\n"

/* Whether what was asked for by name belongs to these parts. */
int ovs_check_parts(const struct ovs_options *given, unsigned parts, const char *left_out_by,
    struct err *err) ATTR_MUST_CHECK;

/* The judging of one check. */
struct ovs_run {
	struct check *check;
	const struct ovs_options *given;
	const struct ovs *ovs;
	const struct metric *metrics;
	const char *who;    /* may not open sockets: "this user" */
	const char *where;  /* it runs: "here" */
	const char *rundir; /* what says in which folder: "--rundir" */
	unsigned parts;
	struct buf denied; /* sockets that may not be opened */
	double flows;	   /* of all bridges that answered */
	size_t n_flows;
	bool no_flows;	       /* of some bridge, which was said */
	bool bad[OVS_DAEMONS]; /* what is wrong with the daemon was said */
};

/* Judges the facts, gives values, and keeps the counters for the next run. */
void ovs_judge(struct ovs_run *run);

/* Its parts. */
enum state ovs_verdict_of(const struct ovs_run *run, enum ovs_topic topic);
/* Collects a socket that may not be opened: one UNKNOWN names them all. */
void ovs_deny(struct ovs_run *run, const char *path);
void ovs_judge_daemons(struct ovs_run *run);
void ovs_judge_database(struct ovs_run *run);
void ovs_judge_controllers(struct ovs_run *run);
void ovs_judge_ports(struct ovs_run *run);
void ovs_judge_flows(struct ovs_run *run);
void ovs_judge_datapaths(struct ovs_run *run);
void ovs_judge_bonds(struct ovs_run *run);
/* Rates since the last run, and the sample for the next one. */
void ovs_judge_rates(struct ovs_run *run);

#endif
