/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/node_state.h"

static const struct {
	const char *text;
	int severity;
} states[NODE_STATES] = {
	[NODE_STATE_NEW] = { "NEW", 2 },
	[NODE_STATE_OK] = { "OK", 1 },
	[NODE_STATE_WARNING] = { "WARNING", 5 },
	[NODE_STATE_CRITICAL] = { "CRITICAL", 6 },
	[NODE_STATE_UNKNOWN] = { "UNKNOWN", 3 },
	[NODE_STATE_STALE] = { "STALE", 4 },
	[NODE_STATE_OFFLINE] = { "OFFLINE", 7 },
	[NODE_STATE_MAINTENANCE] = { "MAINTENANCE", 0 },
};

const char *node_state_text(enum node_state state)
{
	return states[(unsigned)state < NODE_STATES ? state : NODE_STATE_UNKNOWN].text;
}

int node_state_severity(enum node_state state)
{
	return states[(unsigned)state < NODE_STATES ? state : NODE_STATE_UNKNOWN].severity;
}

int64_t node_patience_ms(
    int64_t interval_ms, int64_t timeout_ms, int64_t maxlate_ms, int64_t backoff_ms)
{
	return 2 * interval_ms + timeout_ms + maxlate_ms + backoff_ms;
}

bool node_probe_fresh(const struct node_probe *probe, int64_t now_ms)
{
	return probe->said && now_ms - probe->due_ms <= probe->patience_ms;
}

/* The states of a probe, as an exit code gives them. */
static enum node_state state_of(const struct node_probe *probe)
{
	static const enum node_state of_exit[] = { NODE_STATE_OK, NODE_STATE_WARNING,
		NODE_STATE_CRITICAL, NODE_STATE_UNKNOWN };

	return probe->state >= 0 && probe->state <= 3 ? of_exit[probe->state]
						      : NODE_STATE_UNKNOWN;
}

static bool says_offline(const struct node_probe *probe)
{
	return probe->alive && (probe->timed_out || state_of(probe) == NODE_STATE_CRITICAL);
}

struct node_verdict node_judge(
    const struct node_probe *probes, size_t n, int64_t until_ms, int64_t now_ms)
{
	struct node_verdict verdict = { .state = NODE_STATE_NEW };
	bool any_fresh = false;

	for (size_t i = 0; i < n; i++) {
		enum node_state state;

		if (!probes[i].said)
			continue;
		if (!node_probe_fresh(&probes[i], now_ms)) {
			if (verdict.state == NODE_STATE_NEW)
				verdict =
				    (struct node_verdict){ NODE_STATE_STALE, probes[i].specid };
			continue;
		}
		state = says_offline(&probes[i]) ? NODE_STATE_OFFLINE : state_of(&probes[i]);
		if (!any_fresh ||
		    node_state_severity(state) > node_state_severity(verdict.state))
			verdict = (struct node_verdict){ state, probes[i].specid };
		any_fresh = true;
	}
	if (until_ms > now_ms)
		verdict.state = NODE_STATE_MAINTENANCE;
	return verdict;
}
