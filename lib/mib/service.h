/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * haetaeServiceTable: the services of the node's profiles. A service that does not run has its
 * row all the same. Names of numbers are those of check_services's perfdata.
 */
#ifndef HAETAE_MIB_SERVICE_H
#define HAETAE_MIB_SERVICE_H

#include "lib/mib/mib.h"

enum mib_service_wanted {
	MIB_SERVICE_REQUIRED = 1,
	MIB_SERVICE_OPTIONAL,
	MIB_SERVICE_UNWANTED,
};

/* Who owns its sockets is proved so, by the weakest proof of them. */
enum mib_service_proof {
	MIB_SERVICE_PROOF_NONE = 1, /* nothing was proved: it has none */
	MIB_SERVICE_PROOF_FD,
	MIB_SERVICE_PROOF_CGROUP,
	MIB_SERVICE_PROOF_UID,
	MIB_SERVICE_UNPROVED,
};

/* ExpectedMax where there is no upper bound. */
#define MIB_SERVICE_NO_MAX UINT32_MAX

struct mib_service {
	uint32_t index[1];
	char name[MIB_NAME_SIZE];
	int64_t state, state_age;
	char state_text[MIB_TEXT_SIZE];
	char profile[MIB_NAME_SIZE]; /* the first of the node's that has it */
	char component[MIB_NAME_SIZE];
	int64_t wanted;			    /* enum mib_service_wanted */
	int64_t expected_min, expected_max; /* processes */
	int64_t running, workers, defunct;  /* processes; zombies are in defunct alone */
	int64_t age, age_min;		    /* when the oldest and the youngest one started */
	int64_t restarts;		    /* in the last hour */
	int64_t restarts_total;		    /* since the subagent started */
	int64_t threads;
	int64_t rss;	  /* KiB */
	int64_t cpu;	  /* hundredths of a percent of one CPU */
	int64_t cpu_time; /* ms, of its processes since the subagent started */
	int64_t fds, fds_sockets, fds_pipes, fds_files;
	int64_t fds_pct;	     /* hundredths of a percent, of the process below */
	int64_t fds_most, fds_limit; /* of the one that is nearest to its limit */
	int64_t stale;
	int64_t listeners, listeners_down;
	int64_t connections, stalled, dependencies_down;
	int64_t main_pid; /* 0: none */
	char unit_state[MIB_WORD_SIZE];
	int64_t proof; /* enum mib_service_proof */
	char advice[MIB_TEXT_SIZE];
};

extern const struct mib_table mib_service;

#endif
