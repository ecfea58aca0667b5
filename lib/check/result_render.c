/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/check/result_private.h"
#include "lib/check/text.h"

/* Line 1 is for a pager. More problems than fit here are counted, and stand in the details;
 * so does a summary that does not fit beside them. */
enum { LINE1_SIZE = 110 };

/* What line 1 has no room for. */
struct rest {
	size_t n_problems;
	bool has_summary;
};

/* Problems by severity, worst first, each in the order given. */
static void add_problems(const struct result *result, struct buf *buf, struct rest *rest)
{
	size_t start = buf->size, printed = 0;

	for (int severity = 3; severity > 0; severity--) {
		for (size_t i = 0; i < result->problems.n; i++) {
			const struct line *line = &result->problems.items[i];

			if (state_severity(line->state) != severity)
				continue;
			if (printed && buf->size - start + strlen(line->text) > LINE1_SIZE) {
				rest->n_problems++;
				continue;
			}
			buf_addf(buf, "%s%s", printed ? ", " : "", line->text);
			printed++;
		}
	}
	if (rest->n_problems)
		buf_addf(buf, ", and %zu more", rest->n_problems);
}

/* What follows "NAME STATE - " in line 1. */
static void add_line1_text(const struct result *result, struct buf *buf, struct rest *rest)
{
	size_t start = buf->size;

	*rest = (struct rest){ .n_problems = 0 };
	if (result->out_of_memory) {
		buf_adds(buf, "out of memory");
		return;
	}
	add_problems(result, buf, rest);
	if (!result->summary.text || !*result->summary.text)
		return;
	if (buf->size == start)
		buf_adds(buf, result->summary.text);
	else if (buf->size - start + strlen(result->summary.text) <= LINE1_SIZE)
		buf_addf(buf, "; %s", result->summary.text);
	else
		rest->has_summary = true;
}

/* The pieces of the text form, and which of them are left when it is too long. */
struct layout {
	struct buf line1;
	const struct line **rows; /* details, and before them what line 1 has no room for */
	size_t n_rows;
	size_t n_lost; /* rows of what is not well that had no room */
	char **perfs;
	size_t n_perfs;
};

/* Of "and N more rows have no room (--max-output)". */
enum { LOST_SIZE = 64 };

static void layout_free(struct layout *layout)
{
	buf_free(&layout->line1);
	free(layout->rows);
	for (size_t i = 0; i < layout->n_perfs; i++)
		free(layout->perfs[i]);
	free(layout->perfs);
}

static void layout_rows(
    const struct result *result, const struct rest *rest, struct layout *layout)
{
	size_t n = 0;

	layout->rows =
	    calloc(result->problems.n + result->details.n + 2, sizeof(*layout->rows));
	if (!layout->rows)
		return;
	/* When line 1 could not hold them all, the details list them all. */
	for (size_t i = 0; rest->n_problems && !result->details_tell && i < result->problems.n;
	     i++)
		layout->rows[n++] = &result->problems.items[i];
	if (rest->has_summary)
		layout->rows[n++] = &result->summary;
	for (size_t i = 0; i < result->details.n; i++)
		layout->rows[n++] = &result->details.items[i];
	layout->n_rows = n;
}

static void layout_perfs(const struct result *result, struct layout *layout)
{
	layout->perfs = calloc(result->n_data + 1, sizeof(*layout->perfs));
	if (!layout->perfs)
		return;
	for (size_t i = 0; i < result->n_data; i++) {
		struct buf item = BUF_INIT;

		perf_format(&result->data[i].perf, &item);
		if (item.size && !item.error)
			layout->perfs[layout->n_perfs++] = item.data;
		else
			buf_free(&item);
	}
}

static size_t layout_size(const struct layout *layout)
{
	size_t size = layout->line1.size + 1;

	for (size_t i = 0; i < layout->n_rows; i++)
		size += strlen(layout->rows[i]->text) + 1;
	for (size_t i = 0; i < layout->n_perfs; i++)
		size += strlen(layout->perfs[i]) + 1;
	return size + (layout->n_perfs ? 2 : 0);
}

/* Drops the last row that is healthy (or any, if `any`). Returns the bytes saved, 0 if none. */
static size_t drop_row(struct layout *layout, bool any)
{
	for (size_t i = layout->n_rows; i-- > 0;) {
		size_t size = strlen(layout->rows[i]->text) + 1;

		if (!any && layout->rows[i]->state != STATE_OK)
			continue;
		memmove(&layout->rows[i], &layout->rows[i + 1],
		    (layout->n_rows - i - 1) * sizeof(layout->rows[0]));
		layout->n_rows--;
		return size;
	}
	return 0;
}

static size_t drop_perf(struct layout *layout)
{
	size_t size;

	if (layout->n_perfs == 0)
		return 0;
	layout->n_perfs--;
	size = strlen(layout->perfs[layout->n_perfs]) + 1;
	free(layout->perfs[layout->n_perfs]);
	return size + (layout->n_perfs == 0 ? 2 : 0);
}

static void layout_fit(struct layout *layout, size_t max)
{
	size_t size = layout_size(layout), saved;

	while (size > max && (saved = drop_row(layout, false)) > 0)
		size -= saved;
	while (size > max && (saved = drop_perf(layout)) > 0)
		size -= saved;
	if (size > max)
		size += LOST_SIZE;
	while (size > max && (saved = drop_row(layout, true)) > 0) {
		size -= saved;
		layout->n_lost++;
	}
	if (layout->n_lost)
		size -= LOST_SIZE;
	if (size > max) {
		size_t keep = max > 0 ? max - 1 : 0;
		const char *text = buf_text(&layout->line1);

		/* Not in the middle of a UTF-8 character. */
		while (keep > 0 && ((unsigned char)text[keep] & 0xC0) == 0x80)
			keep--;
		buf_cut(&layout->line1, keep);
	}
}

static void render_text(const struct result *result, bool one_line, size_t max, struct buf *buf)
{
	CLEANUP(layout_free) struct layout layout = { .line1 = BUF_INIT };
	struct rest rest;
	size_t head;

	buf_addf(&layout.line1, "%s %s", result->name, state_text(result_state(result)));
	head = layout.line1.size;
	buf_adds(&layout.line1, " - ");
	add_line1_text(result, &layout.line1, &rest);
	if (layout.line1.size == head + 3)
		buf_cut(&layout.line1, head);
	if (!one_line)
		layout_rows(result, &rest, &layout);
	layout_perfs(result, &layout);
	layout_fit(&layout, max);
	buf_add(buf, buf_text(&layout.line1), layout.line1.size);
	for (size_t i = 0; i < layout.n_rows; i++)
		buf_addf(buf, "\n%s", layout.rows[i]->text);
	/* Where no row at all has room, line 1 has little, too. */
	if (layout.n_lost && layout.n_rows)
		buf_addf(buf, "\nand %zu more rows have no room (--max-output)", layout.n_lost);
	for (size_t i = 0; i < layout.n_perfs; i++)
		buf_addf(buf, "%s%s", i ? " " : " | ", layout.perfs[i]);
	buf_addc(buf, '\n');
}

static void render_json(const struct result *result, struct buf *buf)
{
	CLEANUP(layout_free) struct layout layout = { .line1 = BUF_INIT };
	enum state state = result_state(result);
	struct rest rest;

	add_line1_text(result, &layout.line1, &rest);
	layout_rows(result, &rest, &layout);
	buf_adds(buf, "{\"name\":");
	text_json(result->plugin, buf);
	buf_addf(buf,
	    ",\"state\":%d,\"state_text\":\"%s\",\"severity\":%d,\"text\":", (int)state,
	    state_text(state), state_severity(state));
	text_json(buf_text(&layout.line1), buf);
	buf_adds(buf, ",\"details\":[");
	for (size_t i = 0; i < layout.n_rows; i++) {
		buf_adds(buf, i ? "," : "");
		text_json(layout.rows[i]->text, buf);
	}
	buf_adds(buf, "],\"perf\":[");
	for (size_t i = 0; i < result->n_data; i++) {
		buf_adds(buf, i ? "," : "");
		perf_json(&result->data[i].perf, buf);
	}
	buf_adds(buf, "]}\n");
}

/* Label values escape backslash, quote and newline (Prometheus text format 0.0.4). */
static void prometheus_quote(const char *text, struct buf *buf)
{
	CLEANUP_BUF struct buf clean = BUF_INIT;

	text_clean(text, strlen(text), &clean);
	for (const char *p = buf_text(&clean); *p; p++) {
		if (*p == '\\' || *p == '"')
			buf_addc(buf, '\\');
		buf_addc(buf, *p);
	}
}

static void prometheus_metric(const struct result *result, const struct metric *metric,
    const char *prefix, struct buf *buf)
{
	bool first = true;

	for (size_t i = 0; i < result->n_data; i++) {
		const struct datum *datum = &result->data[i];
		char number[NUM_TEXT_SIZE];

		if (datum->metric != metric)
			continue;
		num_text(datum->perf.value, PERF_DECIMALS, number);
		if (number[0] == '\0')
			continue;
		if (first)
			buf_addf(buf, "# HELP haetae_%s_%s %s\n# TYPE haetae_%s_%s gauge\n",
			    prefix, metric->name, metric->help, prefix, metric->name);
		first = false;
		buf_addf(buf, "haetae_%s_%s", prefix, metric->name);
		if (datum->instance) {
			buf_adds(buf, "{instance=\"");
			prometheus_quote(datum->instance, buf);
			buf_adds(buf, "\"}");
		}
		buf_addf(buf, " %s\n", number);
	}
}

static void render_prometheus(const struct result *result, struct buf *buf)
{
	const char *prefix = result->plugin;

	if (strncmp(prefix, "check_", 6) == 0)
		prefix += 6;
	buf_adds(buf, "# HELP haetae_check_state 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN\n"
		      "# TYPE haetae_check_state gauge\n");
	buf_addf(buf, "haetae_check_state{check=\"%s\"} %d\n", result->plugin,
	    (int)result_state(result));
	for (size_t i = 0; i < result->thresholds->n_metrics; i++)
		prometheus_metric(result, &result->thresholds->metrics[i], prefix, buf);
}

void result_render(
    const struct result *result, enum result_form form, size_t max, struct buf *buf)
{
	switch (form) {
	case RESULT_TEXT:
	case RESULT_ONE_LINE:
		render_text(result, form == RESULT_ONE_LINE, max, buf);
		return;
	case RESULT_JSON:
		render_json(result, buf);
		return;
	case RESULT_PROMETHEUS:
		render_prometheus(result, buf);
		return;
	}
}
