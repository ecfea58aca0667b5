/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/status.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cleanup.h"
#include "lib/base/clock.h"
#include "lib/check/state.h"
#include "lib/store/db_node.h"
#include "scheduler/status_private.h"

enum { ITEMS_MAX = 1 << 22 };

/* The order is that of node_state_severity. */
const struct status_word node_words[NODE_STATES] = {
	[NODE_STATE_OFFLINE] = { "OFFLINE", "31;1", 0, true },
	[NODE_STATE_CRITICAL] = { "CRITICAL", "31", 1, true },
	[NODE_STATE_WARNING] = { "WARNING", "33", 2, true },
	[NODE_STATE_UNKNOWN] = { "UNKNOWN", "35", 4, true },
	[NODE_STATE_STALE] = { "STALE", "35", 3, true },
	[NODE_STATE_NEW] = { "NEW", NULL, 5, false },
	[NODE_STATE_MAINTENANCE] = { "MAINTENANCE", "36", 7, false },
	[NODE_STATE_OK] = { "OK", "32", 6, false },
};

const struct status_word probe_words[PROBE_STANDINGS] = {
	[PROBE_CRITICAL] = { "CRITICAL", "31", 0, true },
	[PROBE_WARNING] = { "WARNING", "33", 1, true },
	[PROBE_UNKNOWN] = { "UNKNOWN", "35", 2, true },
	[PROBE_NEW] = { "NEW", NULL, 3, false },
	[PROBE_OK] = { "OK", "32", 4, false },
	[PROBE_DISABLED] = { "DISABLED", "2", 5, false },
};

void status_free(struct status *status)
{
	for (size_t i = 0; i < status->n_nodes; i++) {
		struct status_node *node = &status->nodes[i];

		free(node->name);
		free(node->hostname);
		free(node->address);
	}
	for (size_t i = 0; i < status->n_said; i++) {
		free(status->said[i].name);
		free(status->said[i].text);
	}
	for (size_t i = 0; i < status->n_probes; i++)
		free(status->probes[i].texts);
	for (size_t i = 0; i < status->n_alarms; i++) {
		free(status->alarms[i].host);
		free(status->alarms[i].text);
	}
	node_groups_free(&status->groups);
	free(status->group_sums);
	free(status->said);
	free(status->nodes);
	free(status->probes);
	free(status->alarms);
	*status = (struct status){ 0 };
}

/* Room for one more: the array doubles. NULL without memory. */
void *status_grow(void *items, size_t n, size_t size)
{
	if ((n & (n - 1)) != 0)
		return items;
	return n >= ITEMS_MAX ? NULL : realloc(items, (n ? n * 2 : 1) * size);
}

int status_no_memory(struct err *err)
{
	return err_sys(err, -ENOMEM, "cannot keep the status");
}

/* --- nodes -------------------------------------------------------------------------------- */

static int keep_node(const struct db_status_node *row, void *context, struct err *err)
{
	struct status *status = context;
	struct status_node *nodes = status_grow(status->nodes, status->n_nodes, sizeof(*nodes)),
			   *node;

	if (!nodes)
		return status_no_memory(err);
	status->nodes = nodes;
	node = &nodes[status->n_nodes++];
	*node = (struct status_node){ .nodeid = row->nodeid,
		.group = node_group_of_id(&status->groups, row->groupid),
		.until_ms = node_until_ms(&status->groups, row->groupid, row->maintenance_ms),
		.stored_state = (enum node_state)row->state,
		.stored_since_ms = row->state_since_ms,
		.name = strdup(row->name),
		.hostname = strdup(row->hostname),
		.address = strdup(row->address) };
	return node->name && node->hostname && node->address ? 0 : status_no_memory(err);
}

static int by_nodeid(const void *a, const void *b)
{
	const struct status_node *x = a, *y = b;

	return (x->nodeid > y->nodeid) - (x->nodeid < y->nodeid);
}

/* --- probes ------------------------------------------------------------------------------- */

static enum probe_standing probe_standing(const struct db_status_probe *row)
{
	static const enum probe_standing of_state[STATE_COUNT] = { [STATE_OK] = PROBE_OK,
		[STATE_WARNING] = PROBE_WARNING,
		[STATE_CRITICAL] = PROBE_CRITICAL,
		[STATE_UNKNOWN] = PROBE_UNKNOWN };

	if (!row->enabled)
		return PROBE_DISABLED;
	if (!row->has_run)
		return PROBE_NEW;
	return row->state >= 0 && row->state < STATE_COUNT ? of_state[row->state]
							   : PROBE_UNKNOWN;
}

static int keep_said(struct status *status, const struct status_said *said,
    const struct db_status_probe *row, struct err *err)
{
	struct status_said *items = status_grow(status->said, status->n_said, sizeof(*items));
	struct status_said *kept;

	if (!items)
		return status_no_memory(err);
	status->said = items;
	kept = &items[status->n_said++];
	*kept = *said;
	if (row->state == STATE_OK)
		return 0;
	kept->name = strdup(row->name);
	kept->text = strdup(row->text);
	return kept->name && kept->text ? 0 : status_no_memory(err);
}

/* Copies the texts of a row into one piece of memory. */
static int keep_texts(struct status_probe *probe)
{
	const char **const fields[] = { &probe->row.name, &probe->row.probetype,
		&probe->row.text, &probe->row.details, &probe->row.perf };
	enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };
	size_t sizes[FIELDS], sum = 0;
	char *to;

	for (size_t i = 0; i < FIELDS; i++) {
		sizes[i] = strlen(*fields[i]) + 1;
		sum += sizes[i];
	}
	probe->texts = malloc(sum);
	if (!probe->texts)
		return -ENOMEM;
	to = probe->texts;
	for (size_t i = 0; i < FIELDS; i++) {
		memcpy(to, *fields[i], sizes[i]);
		*fields[i] = to;
		to += sizes[i];
	}
	return 0;
}

static int keep_probe(struct status *status, const struct status_probe *probe, struct err *err)
{
	struct status_probe *probes =
	    status_grow(status->probes, status->n_probes, sizeof(*probes));

	if (!probes)
		return status_no_memory(err);
	status->probes = probes;
	probes[status->n_probes] = *probe;
	if (keep_texts(&probes[status->n_probes]) < 0)
		return status_no_memory(err);
	status->n_probes++;
	return 0;
}

struct reading {
	struct status *status;
	const struct status_ask *ask;
};

static int take_probe(const struct db_status_probe *row, void *context, struct err *err)
{
	const struct reading *reading = context;
	struct status *status = reading->status;
	struct status_node key = { .nodeid = row->nodeid };
	struct status_node *node =
	    status->n_nodes
		? bsearch(&key, status->nodes, status->n_nodes, sizeof(key), by_nodeid)
		: NULL;
	struct status_probe probe = { .row = *row, .standing = probe_standing(row) };
	struct status_said said = { .since_ms = row->since_ms };
	int r = 0;

	/* A node that was removed, or came after the nodes were read. */
	if (!node)
		return 0;
	probe.node = said.node = (size_t)(node - status->nodes);
	said.probe = (struct node_probe){ .specid = row->specid,
		.alive = row->alive,
		.said = row->said,
		.state = row->state,
		.timed_out = row->outcome == OUTCOME_TIMEOUT,
		.due_ms = row->due_ms,
		.patience_ms = node_patience_ms(
		    row->interval_ms, row->timeout_ms, row->maxlate_ms, row->backoff_ms) };
	probe.stale =
	    row->enabled && row->said && !node_probe_fresh(&said.probe, status->now_ms);
	status->n_probe_standing[probe.standing]++;
	node->n_probes[probe.standing]++;
	node->n_stale += probe.stale;
	if (row->perf_ms)
		status_values_add(&node->values, row->perf, row->perf_ms);
	if (row->enabled && row->said)
		r = keep_said(status, &said, row, err);
	if (r < 0 || !reading->ask->probes)
		return r;
	if (reading->ask->problems && !probe_words[probe.standing].sick && !probe.stale)
		return 0;
	return keep_probe(status, &probe, err);
}

static int by_node_and_standing(const void *a, const void *b, void *context)
{
	const struct status_probe *x = a, *y = b;
	const struct status *status = context;
	int order = x->node == y->node
			? 0
			: strcmp(status->nodes[x->node].name, status->nodes[y->node].name);

	if (order == 0)
		order = (x->standing > y->standing) - (x->standing < y->standing);
	return order ? order : strcmp(x->row.name, y->row.name);
}

/* --- states ------------------------------------------------------------------------------- */

static int by_node(const void *a, const void *b)
{
	const struct status_said *x = a, *y = b;

	return (x->node > y->node) - (x->node < y->node);
}

static void judge(struct status_node *node, const struct status_said *said,
    struct node_probe *probes, size_t n, int64_t now_ms)
{
	struct node_verdict verdict;

	for (size_t i = 0; i < n; i++)
		probes[i] = said[i].probe;
	verdict = node_judge(probes, n, node->until_ms, now_ms);
	node->state = verdict.state;
	for (size_t i = 0; i < n; i++) {
		if (said[i].probe.specid == verdict.specid && node_words[verdict.state].sick)
			node->worst = &said[i];
	}
	if (node->state == node->stored_state)
		node->since_ms = node->stored_since_ms;
	else if (node->worst && node->state != NODE_STATE_STALE)
		node->since_ms = node->worst->since_ms;
}

static int judge_nodes(struct status *status, struct err *err)
{
	CLEANUP_FREE struct node_probe *probes = calloc(status->n_said + 1, sizeof(*probes));
	size_t at = 0;

	if (!probes)
		return status_no_memory(err);
	if (status->n_said)
		qsort(status->said, status->n_said, sizeof(*status->said), by_node);
	for (size_t i = 0; i < status->n_nodes; i++) {
		size_t begin = at;

		while (at < status->n_said && status->said[at].node == i)
			at++;
		judge(&status->nodes[i], status->said + begin, probes, at - begin,
		    status->now_ms);
	}
	return 0;
}

/* --- all together ------------------------------------------------------------------------- */

static int read_nodes(
    struct status *status, struct db *db, const struct status_ask *ask, struct err *err)
{
	int r = db_status_nodes(db, ask->node, keep_node, status, err);

	if (r < 0)
		return r;
	if (ask->node && status->n_nodes == 0)
		return err_set(
		    err, -ENOENT, "there is no node '%.60s' (haetae node list)", ask->node);
	if (status->n_nodes)
		qsort(status->nodes, status->n_nodes, sizeof(*status->nodes), by_nodeid);
	return 0;
}

int status_read(struct db *db, const struct settings *settings, const struct status_ask *ask,
    struct status *ret, struct err *err)
{
	struct reading reading = { .status = ret, .ask = ask };
	int r;

	*ret = (struct status){ .now_ms = clock_real_ms() };
	r = status_alarms_read(ret, db, settings, err);
	if (r == 0)
		r = db_groups_read(db, &ret->groups, err);
	if (r == 0)
		r = read_nodes(ret, db, ask, err);
	if (r == 0)
		r = db_status_probes(db, ask->node ? ret->nodes[0].nodeid : 0, ask->depth,
		    take_probe, &reading, err);
	if (r == 0)
		r = judge_nodes(ret, err);
	if (r == 0)
		r = status_sum(ret, err);
	if (r < 0)
		return r;
	if (ret->n_probes)
		qsort_r(ret->probes, ret->n_probes, sizeof(*ret->probes), by_node_and_standing,
		    ret);
	return 0;
}
