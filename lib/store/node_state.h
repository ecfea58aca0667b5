/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of a node, from what its probes said last. Every program that shows one asks
 * here, so that all agree.
 */
#ifndef HAETAE_STORE_NODE_STATE_H
#define HAETAE_STORE_NODE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The numbers stand in NODE.state. */
enum node_state {
	NODE_STATE_NEW = 0,	    /* no enabled probe of it has ever said anything */
	NODE_STATE_OK = 1,	    /* so are its fresh probes */
	NODE_STATE_WARNING = 2,	    /* the worst of its fresh probes */
	NODE_STATE_CRITICAL = 3,    /* the worst of its fresh probes */
	NODE_STATE_UNKNOWN = 4,	    /* the worst of its fresh probes */
	NODE_STATE_STALE = 5,	    /* it has no fresh probe, though one has said something */
	NODE_STATE_OFFLINE = 6,	    /* a fresh probe with alive is CRITICAL or was timed out */
	NODE_STATE_MAINTENANCE = 7, /* somebody works on it: hides all others */
	NODE_STATES
};

/* "NEW", "OK", …; "UNKNOWN" for what is no state. */
const char *node_state_text(enum node_state state);
/* For sorting and for the worst of several nodes, 0 the least: MAINTENANCE, OK, NEW, UNKNOWN,
 * STALE, WARNING, CRITICAL, OFFLINE. */
int node_state_severity(enum node_state state);

/* What counts of an enabled probe: its spec, and its row of STATUS. */
struct node_probe {
	uint32_t specid;
	bool alive;
	bool said; /* it has said something: a row of STATUS whose seq is not 0 */
	int state; /* 0 to 3 as a plugin's exit code */
	bool timed_out;
	int64_t due_ms;	     /* of the slot that it said it in */
	int64_t patience_ms; /* how long that is fresh, see node_patience_ms */
};

/* 2 * interval + timeout + maxlate, and the backoff: one slot may fail to come. */
int64_t node_patience_ms(
    int64_t interval_ms, int64_t timeout_ms, int64_t maxlate_ms, int64_t backoff_ms);
bool node_probe_fresh(const struct node_probe *probe, int64_t now_ms);

struct node_verdict {
	enum node_state state;
	uint32_t specid; /* the probe that decided, or the one to look at first; 0: none */
};
/* until_ms: the end of its maintenance, 0 for none. */
struct node_verdict node_judge(
    const struct node_probe *probes, size_t n, int64_t until_ms, int64_t now_ms);

#endif
