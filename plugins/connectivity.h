/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What check_connectivity was asked and what it found, shared by its files.
 */
#ifndef HAETAE_PLUGINS_CONNECTIVITY_H
#define HAETAE_PLUGINS_CONNECTIVITY_H

#include "lib/check/plugin.h"
#include "lib/client/reach.h"

enum { CONNECTIVITY_LABEL_SIZE = 320 };

struct connectivity_options {
	struct opt_list hosts;
	const char *tcp_port;
	uint64_t rounds, fail, need;
	bool has_need;
	double interval_s, wait_s;
	const char *source, *interface, *netns;
	bool ipv4, ipv6;
};

/* What an operator named, beside what reach_run knows of it. */
struct connectivity_peer {
	const char *network; /* text before '=', not NUL-terminated; NULL: none */
	size_t network_size;
	const char *address;		     /* HOST[:PORT] */
	char label[CONNECTIVITY_LABEL_SIZE]; /* "storage 192.0.2.1" */
	struct err err;			     /* why it cannot be asked */
	bool failed;
};

struct connectivity {
	struct reach_target targets[REACH_TARGETS_MAX];
	struct connectivity_peer peers[REACH_TARGETS_MAX];
	size_t n;
	struct reach reach;
};

/* By enum connectivity_metric. */
enum connectivity_metric { ANSWERING, LOSS, RTT, RTT_MAX, CONNECTIVITY_METRICS };
extern const struct metric connectivity_metrics[CONNECTIVITY_METRICS];

/* Gives verdicts, values and the summary. */
void connectivity_report(struct check *check, const struct connectivity *work);

#endif
