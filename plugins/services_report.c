/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plugins/services.h"

enum { NAME_WIDTH_MAX = 32, CELL_SIZE = UNIT_TEXT_SIZE };

/* Those of the name column. */
static int name_width(const struct services *services)
{
	size_t width = 0;

	for (size_t i = 0; i < services->n_rows; i++) {
		size_t size = strlen(services->rows[i].spec->name);

		if (size > width)
			width = size;
	}
	return (int)(width < NAME_WIDTH_MAX ? width : NAME_WIDTH_MAX);
}

static void fact_text(
    const struct service_row *row, enum service_fact fact, char out[CELL_SIZE])
{
	if (isnan(row->facts[fact]))
		(void)snprintf(out, CELL_SIZE, "-");
	else
		unit_value_text(service_metrics[fact].unit, row->facts[fact], out);
}

static void count_text(const struct service_row *row, char out[CELL_SIZE])
{
	if (isnan(row->facts[SERVICE_COUNT]))
		(void)snprintf(out, CELL_SIZE, "-");
	else if (row->facts[SERVICE_WORKERS] > 0)
		(void)snprintf(out, CELL_SIZE, "%g (%g)", row->facts[SERVICE_COUNT],
		    row->facts[SERVICE_WORKERS]);
	else
		(void)snprintf(out, CELL_SIZE, "%g", row->facts[SERVICE_COUNT]);
}

/* What stands behind the columns: sockets, what is wrong, what to do. */
static void add_end(const struct service_row *row, struct buf *line)
{
	CLEANUP_BUF struct buf words = BUF_INIT;

	(void)buf_addf(line, "  %s", buf_text(&row->sockets));
	if (row->sockets.size && service_proof_text(row))
		(void)buf_addf(line, " [%s]", service_proof_text(row));
	service_words(row, &words);
	if (words.size)
		(void)buf_addf(line, "%s! %s", row->sockets.size ? "  " : "", buf_text(&words));
	if (row->spec->assumed && words.size)
		(void)buf_adds(line, " (this rule is assumed)");
	if (row->spec->advice && *row->spec->advice && words.size)
		(void)buf_addf(line, "; advice: %s", row->spec->advice);
	if (row->notes.size)
		(void)buf_addf(line, "  (%s)", buf_text(&row->notes));
	while (line->size > 0 && line->data[line->size - 1] == ' ')
		buf_cut(line, line->size - 1);
}

static void add_row(struct check *check, const struct service_row *row, int width)
{
	CLEANUP_BUF struct buf line = BUF_INIT;
	char count[CELL_SIZE], age[CELL_SIZE], rss[CELL_SIZE], fds[CELL_SIZE];

	count_text(row, count);
	fact_text(row, SERVICE_AGE, age);
	fact_text(row, SERVICE_RSS, rss);
	fact_text(row, SERVICE_FDS_PCT, fds);
	(void)buf_addf(&line, "%-8s %-*s", state_text(row->state), width, row->spec->name);
	if (row->n_processes > 0)
		(void)buf_addf(&line, " %7s  age %-7s rss %-8s fds %-5s", count, age, rss, fds);
	else if (row->state == STATE_OK && !isnan(row->facts[SERVICE_COUNT]))
		(void)buf_adds(&line,
		    row->spec->unwanted ? "       0, as it should be" : "       0, optional");
	else
		(void)buf_addf(&line, " %7s", count);
	add_end(row, &line);
	result_detail(check->result, row->state, "%s", buf_text(&line));
}

/* The sick first: they are what is looked for. */
static void add_rows(struct check *check, const struct services *services)
{
	int width = name_width(services);

	for (int severity = 3; severity >= 0; severity--) {
		for (size_t i = 0; i < services->n_rows; i++) {
			if (state_severity(services->rows[i].state) == severity)
				add_row(check, &services->rows[i], width);
		}
	}
}

static const struct range *range_of(const struct service_range *range)
{
	return range->is_set ? &range->range : NULL;
}

/* One metric after the other, so that the last ones go first when there is no room. */
static void add_perfdata(struct check *check, const struct services *services)
{
	for (size_t fact = 0; fact < SERVICE_FACTS; fact++) {
		for (size_t i = 0; i < services->n_rows; i++) {
			const struct service_row *row = &services->rows[i];

			result_datum(check->result, &service_metrics[fact], row->spec->name,
			    row->facts[fact], range_of(&row->warn[fact]),
			    range_of(&row->crit[fact]));
		}
	}
}

void services_report(struct check *check, const struct services *services)
{
	size_t well = 0;

	for (size_t i = 0; i < services->n_rows; i++) {
		const struct service_row *row = &services->rows[i];
		CLEANUP_BUF struct buf words = BUF_INIT;

		service_words(row, &words);
		well += row->state == STATE_OK;
		result_problem(
		    check->result, row->state, "%s %s", row->spec->name, buf_text(&words));
	}
	if (well == services->n_rows)
		result_summary(check->result, "%zu service%s of %s well", services->n_rows,
		    services->n_rows == 1 ? "" : "s", services->profile->name);
	else
		result_summary(
		    check->result, "%zu of %zu services well", well, services->n_rows);
	result_details_tell(check->result);
	add_rows(check, services);
	add_perfdata(check, services);
}
