/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of several targets can be reached, and in what time: in each round every target is
 * sent one ICMP echo, or one TCP connection is opened to it and closed. All are asked side
 * by side, so that many silent ones take no longer than one.
 */
#ifndef HAETAE_CLIENT_REACH_H
#define HAETAE_CLIENT_REACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "lib/base/attr.h"
#include "lib/base/cleanup.h"
#include "lib/base/err.h"
#include "lib/client/icmp.h"

enum { REACH_TARGETS_MAX = 64, REACH_ROUNDS_MAX = 100 };

struct reach_target {
	struct sockaddr_storage address;
	socklen_t address_size; /* 0: it is not asked */
	bool tcp;

	unsigned sent;				/* rounds in which it was asked */
	unsigned received;			/* of them, answered in time */
	double rtt_sum_s, rtt_min_s, rtt_max_s; /* of those received */
	int error; /* the last errno, such as ECONNREFUSED; 0: silence */
};

struct reach {
	struct reach_target *targets; /* borrowed */
	size_t n_targets;
	unsigned rounds;
	int64_t interval_ms; /* from the start of a round to that of the next */
	int64_t wait_ms;     /* for each answer */
	/* For TCP; those of ICMP sockets are set when they are opened. */
	const char *interface; /* or NULL */
	struct sockaddr_storage source;
	socklen_t source_size;	  /* 0: none */
	struct icmp icmp4, icmp6; /* fd -1 when no target needs it */
};

/* Asks all rounds, or as many as fit before until_ms with the wait for their answers; one at
 * least. Negative only when it cannot work at
 * all, such as without memory. */
int reach_run(struct reach *reach, int64_t until_ms, struct err *err) ATTR_MUST_CHECK;

#endif
