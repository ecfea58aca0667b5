/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check/perf.h"
#include "lib/check/text.h"
#include "scheduler/status_private.h"

static void add_text(const char *key, const char *value, struct buf *text)
{
	(void)buf_addf(text, ",\"%s\":", key);
	if (value)
		text_json(value, text);
	else
		(void)buf_adds(text, "null");
}

static void add_ms(const char *key, bool known, int64_t value_ms, struct buf *text)
{
	if (known)
		(void)buf_addf(text, ",\"%s\":%lld", key, (long long)value_ms);
	else
		(void)buf_addf(text, ",\"%s\":null", key);
}

static void add_counts(
    const size_t *counts, const struct status_word *words, size_t n, struct buf *text)
{
	(void)buf_addc(text, '{');
	for (size_t i = 0; i < n; i++)
		(void)buf_addf(text, "%s\"%s\":%zu", i ? "," : "", words[i].word, counts[i]);
	(void)buf_addc(text, '}');
}

static const char *separator(size_t i)
{
	return i ? ",\n" : "\n";
}

static void add_alarms(const struct status *status, struct buf *text)
{
	for (size_t i = 0; i < status->n_alarms; i++) {
		const struct status_alarm *alarm = &status->alarms[i];

		(void)buf_addf(text, "%s{\"kind\":\"%s\"", separator(i), alarm->kind);
		add_text("host", alarm->host, text);
		add_text("text", alarm->text, text);
		(void)buf_addc(text, '}');
	}
}

static void add_sums(const char *path, const struct status_sums *sums, struct buf *text)
{
	(void)buf_adds(text, "{\"group\":");
	text_json(path, text);
	(void)buf_addf(text, ",\"nodes\":%zu,\"worst\":", sums->n_nodes);
	text_json(sums->n_nodes ? node_words[sums->worst].word : "", text);
	(void)buf_adds(text, ",\"states\":");
	add_counts(sums->n_states, node_words, NODE_STATES, text);
	(void)buf_adds(text, ",\"values\":{");
	for (size_t i = 0; i < STATUS_METRICS; i++) {
		(void)buf_addf(text, "%s\"%s\":{\"sum\":", i ? "," : "", status_labels[i]);
		if (sums->counts[i])
			(void)buf_addf(text, "%.15g,\"mean\":%.15g", sums->sums[i],
			    sums->sums[i] / (double)sums->counts[i]);
		else
			(void)buf_adds(text, "null,\"mean\":null");
		(void)buf_addf(text, ",\"n\":%zu}", sums->counts[i]);
	}
	(void)buf_addf(text, "},\"disk_used\":%.15g,\"disk_size\":%.15g}", sums->disk_used,
	    sums->disk_size);
}

static void add_groups(const struct status *status, struct buf *text)
{
	(void)buf_addc(text, '\n');
	add_sums("/", &status->sums, text);
	for (size_t i = 0; i < status->groups.n; i++) {
		(void)buf_adds(text, ",\n");
		add_sums(status->groups.items[i].path, &status->group_sums[i], text);
	}
}

static void add_values(const struct status_values *values, struct buf *text)
{
	bool any = false;

	(void)buf_adds(text, ",\"values\":{");
	for (size_t i = 0; i < STATUS_METRICS; i++) {
		if (!values->ms[i])
			continue;
		(void)buf_addf(text, "%s\"%s\":{\"value\":%.15g,\"time_ms\":%lld}",
		    any ? "," : "", status_labels[i], values->values[i],
		    (long long)values->ms[i]);
		any = true;
	}
	(void)buf_addc(text, '}');
	add_text("fullest_mount", *values->mount ? values->mount : NULL, text);
	if (values->disk_size > 0)
		(void)buf_addf(text, ",\"disk_size\":%.15g", values->disk_size);
	(void)buf_adds(text, ",\"processes\":{");
	for (size_t i = 0; i < values->n_processes; i++) {
		(void)buf_adds(text, i ? "," : "");
		text_json(values->processes[i].name, text);
		(void)buf_addf(text, ":%.15g", values->processes[i].count);
	}
	(void)buf_addc(text, '}');
}

static void add_node(
    const struct status *status, const struct status_node *node, struct buf *text)
{
	(void)buf_adds(text, "{\"node\":");
	text_json(node->name, text);
	add_text("state", node_words[node->state].word, text);
	add_text("group", node->group ? node->group->path : "", text);
	add_text("hostname", node->hostname, text);
	add_text("address", node->address, text);
	add_ms("since_ms", node->since_ms != 0, node->since_ms, text);
	add_ms("maintenance_ms", node->until_ms > status->now_ms, node->until_ms, text);
	(void)buf_adds(text, ",\"probes\":");
	add_counts(node->n_probes, probe_words, PROBE_STANDINGS, text);
	(void)buf_addf(text, ",\"stale\":%zu", node->n_stale);
	add_text("worst_probe", node->worst ? node->worst->name : NULL, text);
	add_text("text", node->worst && node->worst->text ? node->worst->text : "", text);
	add_values(&node->values, text);
	(void)buf_addc(text, '}');
}

static int add_nodes(
    const struct status *status, const struct status_form *form, struct buf *text)
{
	CLEANUP_FREE const struct status_node **order = NULL;
	size_t n = status_order(status, &order), n_shown = 0;

	if (!order)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		if (form->problems && !node_words[order[i]->state].sick)
			continue;
		(void)buf_adds(text, separator(n_shown++));
		add_node(status, order[i], text);
	}
	return 0;
}

static void add_perf(const char *perf, struct buf *text)
{
	const char *end = perf + strlen(perf);
	struct perf_item item;
	bool any = false;
	int r;

	while ((r = perf_next(&perf, end, &item)) != 0) {
		char label[256];

		if (r < 0 || item.label_size >= sizeof(label))
			continue;
		memcpy(label, item.label, item.label_size);
		label[item.label_size] = '\0';
		(void)buf_adds(text, any ? ",{\"label\":" : "{\"label\":");
		text_json(label, text);
		(void)buf_addf(text, ",\"value\":%.15g,\"unit\":\"%.*s\"}", item.value,
		    (int)item.uom_size, item.uom);
		any = true;
	}
}

static void add_probe(
    const struct status *status, const struct status_probe *probe, struct buf *text)
{
	const struct db_status_probe *row = &probe->row;
	bool started = row->has_run && row->started_ms;

	(void)buf_adds(text, "{\"node\":");
	text_json(status->nodes[probe->node].name, text);
	add_text("probe", row->name, text);
	add_text("probetype", row->probetype, text);
	(void)buf_addf(text,
	    ",\"enabled\":%s,\"interval_ms\":%lld,\"standing\":\"%s\",\"stale\":%s",
	    row->enabled ? "true" : "false", (long long)row->interval_ms,
	    probe_words[probe->standing].word, probe->stale ? "true" : "false");
	if (row->has_run)
		(void)buf_addf(text, ",\"state\":%d,\"outcome\":\"%s\"", row->state,
		    outcome_text(row->outcome));
	else
		(void)buf_adds(text, ",\"state\":null,\"outcome\":null");
	add_ms("due_ms", row->has_run, row->due_ms, text);
	add_ms("started_ms", started, row->started_ms, text);
	add_ms("duration_ms", started, row->duration_ms, text);
	add_ms("since_ms", row->has_run, row->since_ms, text);
	add_text("text", row->text, text);
	add_text("details", row->details, text);
	add_ms("perf_ms", row->perf_ms != 0, row->perf_ms, text);
	(void)buf_adds(text, ",\"perf\":[");
	add_perf(row->perf, text);
	(void)buf_adds(text, "]}");
}

int status_json(const struct status *status, const struct status_form *form, struct buf *text)
{
	int r;

	(void)buf_addf(text, "{\"time_ms\":%lld,\"alarms\":[", (long long)status->now_ms);
	add_alarms(status, text);
	(void)buf_adds(text, "],\n\"groups\":[");
	add_groups(status, text);
	(void)buf_adds(text, "],\n\"nodes\":[");
	r = add_nodes(status, form, text);
	(void)buf_addc(text, ']');
	if (form->probes) {
		(void)buf_adds(text, ",\n\"probes\":[");
		for (size_t i = 0; i < status->n_probes; i++) {
			(void)buf_adds(text, separator(i));
			add_probe(status, &status->probes[i], text);
		}
		(void)buf_addc(text, ']');
	}
	(void)buf_adds(text, "}\n");
	return r < 0 ? r : text->error;
}
