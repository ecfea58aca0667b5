/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows about Open vSwitch: all that is judged of a switch, so that who reads them from
 * another node judges it as the node itself does. subagent/ovs_fill.h makes them of
 * lib/health/ovs.h, plugins/ovs_facts.h the reverse.
 */
#ifndef HAETAE_MIB_OVS_H
#define HAETAE_MIB_OVS_H

#include <stdint.h>

#include "lib/mib/mib.h"

enum { MIB_OVS_MONITOR_SIZE = 160 };

/* What came of asking a peer. */
enum mib_ovs_answer {
	MIB_OVS_NOT_ASKED = 1,
	MIB_OVS_ANSWERED,
	MIB_OVS_SILENT,
	MIB_OVS_DENIED,
	MIB_OVS_GONE,	/* nobody listens there */
	MIB_OVS_FAILED, /* in another way */
	MIB_OVS_UNABLE, /* nobody can ask it so */
};

extern const struct mib_word mib_ovs_answer_words[];

enum mib_ovs_life { MIB_OVS_UNSEEN = 1, MIB_OVS_DEAD, MIB_OVS_ALIVE };
enum mib_ovs_fail_mode { MIB_OVS_STANDALONE = 1, MIB_OVS_SECURE };
enum mib_ovs_link { MIB_OVS_LINK_UNKNOWN = 1, MIB_OVS_LINK_UP, MIB_OVS_LINK_DOWN };
enum mib_ovs_kind { MIB_OVS_CONTROLLER = 1, MIB_OVS_MANAGER };
enum mib_ovs_rundir { MIB_OVS_PRESENT = 1, MIB_OVS_ABSENT, MIB_OVS_RUNDIR_DENIED };

struct mib_ovs_daemon {
	uint32_t index[1];
	char name[MIB_NAME_SIZE];
	int64_t state;	   /* enum mib_state */
	int64_t state_age; /* an instant */
	char state_text[MIB_TEXT_SIZE];
	int64_t life; /* enum mib_ovs_life */
	char reason[MIB_TEXT_SIZE];
	int64_t pid;
	char process[2];
	int64_t age; /* an instant */
	int64_t monitored;
	char monitor[MIB_OVS_MONITOR_SIZE];
	int64_t crashes;
	int64_t restarts;
	int64_t answer; /* enum mib_ovs_answer */
	char answer_text[MIB_TEXT_SIZE];
	int64_t answer_time_ms;
	char version[MIB_WORD_SIZE];
	char socket[MIB_TEXT_SIZE];
	char owes[MIB_WORD_SIZE];
};
extern const struct mib_table mib_ovs_daemon;

struct mib_ovs_bridge {
	uint32_t index[1];
	char name[MIB_NAME_SIZE];
	int64_t state;	   /* enum mib_state */
	int64_t state_age; /* an instant */
	char state_text[MIB_TEXT_SIZE];
	int64_t fail_mode; /* enum mib_ovs_fail_mode */
	char datapath_type[MIB_WORD_SIZE];
	int64_t ports;
	int64_t port_errors;
	int64_t links_down;
	int64_t controllers;
	int64_t controllers_connected;
	int64_t flows;
	int64_t answer; /* enum mib_ovs_answer */
	char answer_text[MIB_TEXT_SIZE];
};
extern const struct mib_table mib_ovs_bridge;

struct mib_ovs_interface {
	uint32_t index[1];
	char name[MIB_NAME_SIZE];
	int64_t state;	   /* enum mib_state */
	int64_t state_age; /* an instant */
	char state_text[MIB_TEXT_SIZE];
	char bridge[MIB_NAME_SIZE];
	char type[MIB_WORD_SIZE];
	char error[MIB_TEXT_SIZE];
	int64_t ofport;
	int64_t admin; /* enum mib_ovs_link */
	int64_t link;  /* enum mib_ovs_link */
	int64_t in_errors;
	int64_t out_errors;
	int64_t in_drops;
	int64_t out_drops;
};
extern const struct mib_table mib_ovs_interface;

struct mib_ovs_remote {
	uint32_t index[1];
	char name[MIB_TEXT_SIZE];
	int64_t state;	   /* enum mib_state */
	int64_t state_age; /* an instant */
	char state_text[MIB_TEXT_SIZE];
	int64_t kind; /* enum mib_ovs_kind */
	char bridge[MIB_NAME_SIZE];
	int64_t connected;
	char role[MIB_WORD_SIZE];
	char status[MIB_WORD_SIZE];
	char error[MIB_TEXT_SIZE];
};
extern const struct mib_table mib_ovs_remote;

struct mib_ovs_datapath {
	uint32_t index[1];
	char name[MIB_NAME_SIZE];
	int64_t hit;
	int64_t missed;
	int64_t lost;
	int64_t flows;
	int64_t flow_limit;
	int64_t masks; /* hundredths */
	int64_t ports;
};
extern const struct mib_table mib_ovs_datapath;

struct mib_ovs_bond {
	uint32_t index[1];
	char name[MIB_NAME_SIZE];
	int64_t state;	   /* enum mib_state */
	int64_t state_age; /* an instant */
	char state_text[MIB_TEXT_SIZE];
	char mode[MIB_WORD_SIZE];
	char lacp[MIB_WORD_SIZE];
	int64_t members;
	int64_t members_disabled;
	char disabled[MIB_TEXT_SIZE];
};
extern const struct mib_table mib_ovs_bond;

struct mib_ovs {
	int64_t state; /* enum mib_state */
	char state_text[MIB_TEXT_SIZE];
	int64_t database_state;	    /* enum mib_state */
	int64_t database_state_age; /* an instant */
	char database_state_text[MIB_TEXT_SIZE];
	char database[MIB_TEXT_SIZE];
	int64_t database_answer; /* enum mib_ovs_answer */
	char database_answer_text[MIB_TEXT_SIZE];
	int64_t database_answer_time_ms;
	char rundir[MIB_TEXT_SIZE];
	int64_t rundir_answer; /* enum mib_ovs_rundir */
	char rundir_text[MIB_TEXT_SIZE];
	char version[MIB_WORD_SIZE];
	char schema[MIB_WORD_SIZE];
	int64_t bridges;
	int64_t ports;
	int64_t interfaces;
	int64_t port_errors;
	int64_t links_down;
	int64_t controllers;
	int64_t controllers_down;
	int64_t managers_down;
	int64_t flows;
	int64_t config_running;
	int64_t config_wanted;
	int64_t config_gap;
	int64_t interfaces_left_out;
	int64_t in_errors;
	int64_t out_errors;
	int64_t in_drops;
	int64_t out_drops;
	int64_t read_at_ms;
	char parts[MIB_WORD_SIZE * 2];
};
extern const struct mib_table mib_ovs;

#endif
