/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cleanup.h"
#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "scheduler/status_private.h"
#include "scheduler/table.h"

/* More rows than this on a terminal: the healthy ones are left out. */
enum { ROWS_MAX = 40 };

static const char *colour_of(const struct status_word *words, size_t n, const char *cell)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(cell, words[i].word) == 0)
			return words[i].colour;
	}
	return NULL;
}
static const char *node_colour(const char *cell)
{
	return colour_of(node_words, NODE_STATES, cell);
}
static const char *probe_colour(const char *cell)
{
	return colour_of(probe_words, PROBE_STANDINGS, cell);
}

static int add_table(
    const struct table *table, const struct status_form *form, struct buf *text)
{
	const struct table_terminal terminal = {
		.is_terminal = form->width > 0, .coloured = form->colour, .width = form->width
	};

	return table_print(table, terminal, text);
}

/* "2 OFFLINE, 1 STALE, 40 OK", the most urgent first. */
static void add_counts(
    const size_t *counts, const struct status_word *words, size_t n, struct buf *text)
{
	bool first = true;

	for (int rank = 0; rank < (int)n; rank++) {
		for (size_t i = 0; i < n; i++) {
			if (words[i].rank != rank || !counts[i])
				continue;
			(void)buf_addf(
			    text, "%s%zu %s", first ? "" : ", ", counts[i], words[i].word);
			first = false;
		}
	}
}

/* --- cells -------------------------------------------------------------------------------- */

enum cell { CELL_AGE, CELL_NUMBER, CELL_PERCENT, CELL_BYTES, CELL_DEGREES };

static void add_cell(bool known, enum cell cell, double value, struct table *table)
{
	char text[(int)NUM_TEXT_SIZE + (int)CLOCK_TEXT_SIZE] = "";

	if (!known) {
		table_add(table, "");
		return;
	}
	switch (cell) {
	case CELL_AGE:
		clock_age_text((int64_t)value, text);
		table_add(table, text);
		return;
	case CELL_NUMBER:
		table_addf(table, "%.2f", value);
		return;
	case CELL_PERCENT:
		table_addf(table, "%.0f%%", value);
		return;
	case CELL_BYTES:
		num_bytes_text(value, text);
		table_add(table, text);
		return;
	case CELL_DEGREES:
		table_addf(table, "%.0f", value);
		return;
	}
}

static void add_ages(int64_t from_ms, int64_t now_ms, struct table *table)
{
	add_cell(from_ms > 0, CELL_AGE, (double)((now_ms - from_ms) / 1000), table);
}

/* In this order in both tables. */
static const struct {
	enum status_metric metric;
	enum cell cell;
	bool is_sum; /* over a group; else its mean */
} metrics[] = {
	{ STATUS_LOAD, CELL_NUMBER, false },
	{ STATUS_CPU, CELL_PERCENT, false },
	{ STATUS_IO, CELL_PERCENT, false },
	{ STATUS_MEMORY, CELL_PERCENT, false },
	{ STATUS_IN, CELL_BYTES, true },
	{ STATUS_OUT, CELL_BYTES, true },
};
enum { N_METRICS = sizeof(metrics) / sizeof(metrics[0]) };

/* --- groups ------------------------------------------------------------------------------- */

static void add_group(const char *path, const struct status_sums *sums, struct table *table)
{
	CLEANUP_BUF struct buf states = BUF_INIT;

	table_add(table, path);
	table_addf(table, "%zu", sums->n_nodes);
	table_add(table, sums->n_nodes ? node_words[sums->worst].word : "");
	for (size_t i = 0; i < N_METRICS; i++) {
		enum status_metric metric = metrics[i].metric;
		size_t n = sums->counts[metric];
		double divisor = metrics[i].is_sum || !n ? 1 : (double)n;

		add_cell(n, metrics[i].cell, sums->sums[metric] / divisor, table);
	}
	/* The mean of the nodes' own, as they stand below: df's, which leaves out what is kept for
	 * root. */
	add_cell(sums->counts[STATUS_DISK], CELL_PERCENT,
	    sums->counts[STATUS_DISK]
		? sums->sums[STATUS_DISK] / (double)sums->counts[STATUS_DISK]
		: 0,
	    table);
	add_cell(sums->disk_size > 0, CELL_BYTES, sums->disk_used, table);
	add_cell(sums->disk_size > 0, CELL_BYTES, sums->disk_size, table);
	add_counts(sums->n_states, node_words, NODE_STATES, &states);
	table_add(table, buf_text(&states));
}

static int add_groups(
    const struct status *status, const struct status_form *form, struct buf *text)
{
	static const struct table_column columns[] = { { "GROUP", TABLE_LEFT, NULL, 0 },
		{ "NODES", TABLE_RIGHT, NULL, 0 }, { "WORST", TABLE_LEFT, node_colour, 0 },
		{ "LOAD", TABLE_RIGHT, NULL, 6 }, { "CPU", TABLE_RIGHT, NULL, 1 },
		{ "IO", TABLE_RIGHT, NULL, 4 }, { "MEM", TABLE_RIGHT, NULL, 2 },
		{ "IN/s", TABLE_RIGHT, NULL, 5 }, { "OUT/s", TABLE_RIGHT, NULL, 5 },
		{ "DISK", TABLE_RIGHT, NULL, 3 }, { "USED", TABLE_RIGHT, NULL, 7 },
		{ "OF", TABLE_RIGHT, NULL, 7 }, { "STATES", TABLE_LEFT, NULL, 0 } };
	CLEANUP(table_free) struct table table = TABLE_INIT(columns);
	const struct node_groups *groups = &status->groups;
	bool few = form->all || !form->width || groups->n <= ROWS_MAX;
	size_t n_hidden = 0;

	add_group("/", &status->sums, &table);
	for (size_t i = 0; i < groups->n; i++) {
		const struct status_sums *sums = &status->group_sums[i];
		bool sick = sums->n_nodes && node_words[sums->worst].sick;

		if (sick || (few && !form->problems) ||
		    (!form->problems && groups->items[i].depth == 1))
			add_group(groups->items[i].path, sums, &table);
		else
			n_hidden++;
	}
	(void)add_table(&table, form, text);
	if (n_hidden)
		(void)buf_addf(text, "%zu groups without a sick node are not shown%s\n",
		    n_hidden, form->problems ? "" : " (--all)");
	return text->error;
}

/* --- nodes -------------------------------------------------------------------------------- */

/* CCMT's 1, 2 and 3: named processes, as many as fit a row. */
static void add_processes(const struct status_values *values, struct table *table)
{
	CLEANUP_BUF struct buf text = BUF_INIT;

	for (size_t i = 0; i < values->n_processes; i++)
		(void)buf_addf(&text, "%s%s:%.0f", i ? " " : "", values->processes[i].name,
		    values->processes[i].count);
	table_add(table, buf_text(&text));
}

static void add_mount(const struct status_values *values, struct table *table)
{
	if (!values->ms[STATUS_MOUNT])
		table_add(table, "");
	else
		table_addf(table, "%s%s%.0f%%", values->mount, *values->mount ? " " : "",
		    values->values[STATUS_MOUNT]);
}

static void add_reason(const struct status_node *node, bool utc, struct table *table)
{
	char until[CLOCK_TEXT_SIZE];

	if (node->state == NODE_STATE_MAINTENANCE && node->until_ms < NODE_MAINTENANCE_ON) {
		clock_text(node->until_ms, utc, until);
		table_addf(table, "until %s", until);
	} else if (node->state == NODE_STATE_STALE) {
		table_add(table, "no probe of it has a fresh result");
	} else if (node->worst && node->worst->text) {
		table_addf(table, "%s: %s", node->worst->name, node->worst->text);
	} else {
		table_add(table, "");
	}
}

static void add_node(
    const struct status *status, const struct status_node *node, bool utc, struct table *table)
{
	const struct status_values *values = &node->values;

	table_add(table, node_words[node->state].word);
	table_add(table, node->name);
	table_add(table, node->hostname);
	table_add(table, node->address);
	add_cell(values->ms[STATUS_UPTIME], CELL_AGE, values->values[STATUS_UPTIME], table);
	for (size_t i = 0; i < N_METRICS; i++)
		add_cell(values->ms[metrics[i].metric], metrics[i].cell,
		    values->values[metrics[i].metric], table);
	add_processes(values, table);
	add_cell(values->ms[STATUS_DISK], CELL_PERCENT, values->values[STATUS_DISK], table);
	add_mount(values, table);
	add_cell(values->ms[STATUS_TEMP], CELL_DEGREES, values->values[STATUS_TEMP], table);
	add_ages(status_values_oldest(values), status->now_ms, table);
	add_ages(node->since_ms, status->now_ms, table);
	table_add(table, node->group ? node->group->path : "");
	add_reason(node, utc, table);
}

static int by_rank_and_name(const void *a, const void *b)
{
	const struct status_node *x = *(const struct status_node *const *)a;
	const struct status_node *y = *(const struct status_node *const *)b;
	int order = node_words[x->state].rank - node_words[y->state].rank;

	return order ? order : strcmp(x->name, y->name);
}

size_t status_order(const struct status *status, const struct status_node ***ret)
{
	const struct status_node **order = calloc(status->n_nodes + 1, sizeof(const void *));

	*ret = order;
	if (!order)
		return 0;
	for (size_t i = 0; i < status->n_nodes; i++)
		order[i] = &status->nodes[i];
	qsort(order, status->n_nodes, sizeof(const void *), by_rank_and_name);
	return status->n_nodes;
}

/* "5,990 OK, 3 NEW nodes are not shown (--all)" */
static void add_hidden(const size_t *hidden, bool problems, struct buf *text)
{
	CLEANUP_BUF struct buf counts = BUF_INIT;

	add_counts(hidden, node_words, NODE_STATES, &counts);
	if (counts.size)
		(void)buf_addf(text, "not shown: %s%s\n", buf_text(&counts),
		    problems ? "" : " (--all shows them)");
}

static int add_nodes(
    const struct status *status, const struct status_form *form, struct buf *text)
{
	static const struct table_column columns[] = { { "STATE", TABLE_LEFT, node_colour, 0 },
		{ "NAME", TABLE_LEFT, NULL, 0 }, { "HOSTNAME", TABLE_LEFT, NULL, 13 },
		{ "IP", TABLE_LEFT, NULL, 10 }, { "UP", TABLE_RIGHT, NULL, 11 },
		{ "LOAD", TABLE_RIGHT, NULL, 1 }, { "CPU", TABLE_RIGHT, NULL, 2 },
		{ "IO", TABLE_RIGHT, NULL, 5 }, { "MEM", TABLE_RIGHT, NULL, 3 },
		{ "IN/s", TABLE_RIGHT, NULL, 9 }, { "OUT/s", TABLE_RIGHT, NULL, 9 },
		{ "PROCESSES", TABLE_LEFT, NULL, 12 }, { "DISK", TABLE_RIGHT, NULL, 8 },
		{ "MAX PART", TABLE_LEFT, NULL, 4 }, { "CPU\302\260C", TABLE_RIGHT, NULL, 8 },
		{ "AGE", TABLE_RIGHT, NULL, 7 }, { "SINCE", TABLE_RIGHT, NULL, 6 },
		{ "GROUP", TABLE_LEFT, NULL, 14 }, { "TEXT", TABLE_LEFT, NULL, 0 } };
	CLEANUP(table_free) struct table table = TABLE_INIT(columns);
	CLEANUP_FREE const struct status_node **order = NULL;
	size_t hidden[NODE_STATES] = { 0 }, n = status_order(status, &order), n_shown = 0;
	bool every = !form->problems && (form->all || !form->width || n <= ROWS_MAX);

	if (!order)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		if (!every && !node_words[order[i]->state].sick) {
			hidden[order[i]->state]++;
			continue;
		}
		add_node(status, order[i], form->utc, &table);
		n_shown++;
	}
	if (n_shown) {
		(void)buf_addc(text, '\n');
		(void)add_table(&table, form, text);
	}
	add_hidden(hidden, form->problems, text);
	return text->error;
}

/* --- probes ------------------------------------------------------------------------------- */

static bool has_started(const struct db_status_probe *row)
{
	return row->has_run && row->started_ms;
}

static void add_probe(
    const struct status *status, const struct status_probe *probe, struct table *table)
{
	const struct db_status_probe *row = &probe->row;

	table_add(table, status->nodes[probe->node].name);
	table_add(table, row->name);
	table_add(table, probe_words[probe->standing].word);
	add_ages(row->has_run ? (has_started(row) ? row->started_ms : row->due_ms) : 0,
	    status->now_ms, table);
	if (has_started(row))
		table_addf(table, "%lld ms", (long long)(row->started_ms - row->due_ms));
	else
		table_add(table, "");
	table_addf(
	    table, "%s%s", probe->stale ? "(stale) " : "", row->has_run ? row->text : "");
}

static int add_probes(
    const struct status *status, const struct status_form *form, struct buf *text)
{
	static const struct table_column columns[] = { { "NODE", TABLE_LEFT, NULL, 0 },
		{ "PROBE", TABLE_LEFT, NULL, 0 }, { "STATE", TABLE_LEFT, probe_colour, 0 },
		{ "AGE", TABLE_RIGHT, NULL, 1 }, { "LATENCY", TABLE_RIGHT, NULL, 2 },
		{ "TEXT", TABLE_LEFT, NULL, 0 } };
	CLEANUP(table_free) struct table table = TABLE_INIT(columns);

	if (status->n_probes == 0)
		return 0;
	for (size_t i = 0; i < status->n_probes; i++)
		add_probe(status, &status->probes[i], &table);
	(void)buf_addc(text, '\n');
	return add_table(&table, form, text);
}

/* "2026-11-21 21:04:50+00:00  3 nodes: 3 OK; 8 probes: 1 CRITICAL, 7 OK" */
static void add_summary(
    const struct status *status, const struct status_form *form, struct buf *text)
{
	size_t n_probes = 0;
	char now[CLOCK_TEXT_SIZE];

	clock_text(status->now_ms, form->utc, now);
	for (size_t i = 0; i < PROBE_STANDINGS; i++)
		n_probes += status->n_probe_standing[i];
	(void)buf_addf(text, "%s  %zu node%s%s", now, status->n_nodes,
	    status->n_nodes == 1 ? "" : "s", status->n_nodes ? ": " : "");
	add_counts(status->sums.n_states, node_words, NODE_STATES, text);
	(void)buf_addf(
	    text, "; %zu probe%s%s", n_probes, n_probes == 1 ? "" : "s", n_probes ? ": " : "");
	add_counts(status->n_probe_standing, probe_words, PROBE_STANDINGS, text);
	(void)buf_addc(text, '\n');
}

static void add_alarms(
    const struct status *status, const struct status_form *form, struct buf *text)
{
	for (size_t i = 0; i < status->n_alarms; i++)
		(void)buf_addf(text, "%s! %s%s\n", form->colour ? "\033[31;1m" : "",
		    status->alarms[i].text, form->colour ? "\033[0m" : "");
}

int status_table(const struct status *status, const struct status_form *form, struct buf *text)
{
	add_summary(status, form, text);
	add_alarms(status, form, text);
	if (form->groups && status->n_nodes) {
		(void)buf_addc(text, '\n');
		(void)add_groups(status, form, text);
	}
	if (status->n_nodes)
		(void)add_nodes(status, form, text);
	return form->probes ? add_probes(status, form, text) : text->error;
}
