/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The AgentX session with snmpd (RFC 2741), by net-snmp. The one thread that calls agentx_run
 * makes every call of that library; agentx.c is the one place of the subagent with its headers.
 * It answers from a view that is pinned for one round of the loop, and so never waits for a
 * collector.
 */
#ifndef HAETAE_SUBAGENT_AGENTX_H
#define HAETAE_SUBAGENT_AGENTX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"
#include "lib/mib/view.h"
#include "subagent/notification.h"

/* Where answers and notifications come from. All are called by agentx_run's thread. */
struct agentx_source {
	void *context;
	/* Every snapshot as it is now, unchanged until unpin. */
	void (*pin)(void *context, struct view *ret);
	void (*unpin)(void *context);
	/* As notifications_take, _put_back and _wait_ms; asked only while connected. */
	bool (*take)(void *context, struct notification *ret);
	void (*put_back)(void *context, struct notification *taken);
	int64_t (*wait_ms)(void *context);
	/* Becomes readable when there may be something to send, or to stop (an eventfd, which
	 * agentx_run empties). */
	int wake_fd;
	bool (*is_stopped)(void *context);
	/* Once a second at least, and before it waits: for a watchdog. NULL: nobody asks. */
	void (*alive)(void *context);
};

struct agentx_options {
	const char *socket; /* "/var/agentx/master", "tcp:127.0.0.1:705" */
	int64_t ping_ms;
};

enum agentx_link {
	AGENTX_DISCONNECTED,
	AGENTX_CONNECTED,
	AGENTX_DUPLICATE, /* connected, but somebody else has registered our objects */
	AGENTX_REGISTERED,
};

/* What it tells of itself; written by its thread, read by any. */
struct agentx_stats {
	_Atomic int link;		 /* enum agentx_link */
	_Atomic uint32_t connects;	 /* to the master, registered */
	_Atomic uint64_t varbinds;	 /* asked for */
	_Atomic uint32_t handler_max_us; /* longest time of one request */
	_Atomic uint32_t errors;
};

/* Runs until is_stopped, whatever the master does. Negative only where it cannot start. stats
 * outlives it. Log lines go to lib/base/log.h, repeats counted. */
int agentx_run(const struct agentx_options *options, const struct agentx_source *source,
    struct agentx_stats *stats, struct err *err) ATTR_MUST_CHECK;

#endif
