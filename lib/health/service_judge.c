/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/health/service.h"

/* --- words -------------------------------------------------------------------------------- */

const char *service_problem(
    struct service_row *row, enum service_source source, enum state state, const char *fmt, ...)
{
	struct service_problem *problems;
	char *text;
	va_list ap;
	int size;

	if (row->n_problems >= SERVICE_PROBLEMS_MAX)
		return NULL;
	row->state = state_worst(row->state, state);
	problems = reallocarray(row->problems, row->n_problems + 1, sizeof(row->problems[0]));
	if (!problems)
		return NULL;
	row->problems = problems;
	va_start(ap, fmt);
	size = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (size < 0)
		return NULL;
	problems[row->n_problems++] = (struct service_problem){ state, source, text };
	return text;
}

void service_note(struct service_row *row, const char *fmt, ...)
{
	va_list ap;

	(void)buf_adds(&row->notes, row->notes.size ? "; " : "");
	va_start(ap, fmt);
	(void)buf_vaddf(&row->notes, fmt, ap);
	va_end(ap);
}

void service_words(const struct service_row *row, struct buf *buf)
{
	for (size_t i = 0; i < row->n_problems; i++)
		(void)buf_addf(buf, "%s%s", i ? " and " : "", row->problems[i].text);
}

/* --- what ranges find wrong ------------------------------------------------------------------- */

static void judge_count(
    struct service_row *row, enum state state, const struct range *range, double count)
{
	struct buf wanted = BUF_INIT_MAX(256);

	/* More may be there than are seen, never fewer. */
	if (row->unseen.size && count < range->start) {
		(void)service_problem(
		    row, SERVICE_FROM_RANGE, STATE_UNKNOWN, "%s", buf_text(&row->unseen));
		return;
	}
	range_format(range, true, &wanted);
	if (count == 0)
		(void)service_problem(row, SERVICE_FROM_RANGE, state, "not running");
	else
		(void)service_problem(
		    row, SERVICE_FROM_RANGE, state, "%g of %s", count, buf_text(&wanted));
	buf_free(&wanted);
}

static void judge_number(struct service_row *row, enum service_fact fact, enum state state,
    const struct range *range)
{
	const struct metric *metric = &service_metrics[fact];
	struct buf reason = BUF_INIT_MAX(512);

	range_reason(range, metric->unit, row->facts[fact], &reason);
	if (fact == SERVICE_STALE && row->stale.size)
		(void)buf_addf(&reason, " (%s)", buf_text(&row->stale));
	(void)service_problem(
	    row, SERVICE_FROM_RANGE, state, "%s %s", metric->name, buf_text(&reason));
	buf_free(&reason);
}

/* What may not be seen is no alarm; who asked for it on the command line is told. */
static void judge_absent(struct service_row *row, enum service_fact fact)
{
	if (row->crit[fact].is_asked || row->warn[fact].is_asked)
		(void)service_problem(row, SERVICE_FROM_RANGE, STATE_UNKNOWN, "%s is not known",
		    service_metrics[fact].name);
}

/* None was seen, and there may be some. */
static bool is_unseen(const struct service_row *row)
{
	return isnan(row->facts[SERVICE_COUNT]) && row->unseen.size;
}

static void judge_fact(struct service_row *row, enum service_fact fact)
{
	const struct service_range *crit = &row->crit[fact], *warn = &row->warn[fact], *range;
	double value = row->facts[fact];
	enum state state = STATE_CRITICAL;

	if (fact == SERVICE_COUNT && is_unseen(row))
		value = 0;
	if (isnan(value)) {
		judge_absent(row, fact);
		return;
	}
	range = crit;
	if (!crit->is_set || !range_alerts(&crit->range, value)) {
		state = STATE_WARNING;
		range = warn;
		if (!warn->is_set || !range_alerts(&warn->range, value))
			return;
	}
	if (fact == SERVICE_COUNT)
		judge_count(row, state, &range->range, value);
	else if (fact == SERVICE_DEFUNCT)
		(void)service_problem(row, SERVICE_FROM_RANGE, state, "%s",
		    row->zombies.size ? buf_text(&row->zombies) : "zombies 0");
	else
		judge_number(row, fact, state, &range->range);
}

/* Whether a is told before b: the worse one; of the same weight the processes come before
 * sockets and what else follows from them. */
static bool is_before(const struct service_problem *a, const struct service_problem *b)
{
	int x = state_severity(a->state), y = state_severity(b->state);

	return x != y ? x > y : a->source < b->source;
}

static void sort_problems(struct service_row *row)
{
	for (size_t i = 1; i < row->n_problems; i++) {
		struct service_problem problem = row->problems[i];
		size_t k = i;

		for (; k > 0 && is_before(&problem, &row->problems[k - 1]); k--)
			row->problems[k] = row->problems[k - 1];
		row->problems[k] = problem;
	}
}

/* One that may be absent is, whatever its numbers say, unless the command line asks. */
static bool may_be_absent(const struct service_row *row)
{
	return (row->spec->optional || row->spec->unwanted) && row->n_zombies == 0 &&
	       !row->crit[SERVICE_COUNT].is_asked && !row->warn[SERVICE_COUNT].is_asked;
}

/* Of one that does not run, that is said, and not what follows from it. */
static bool is_judged(const struct service_row *row, enum service_fact fact)
{
	if (row->n_processes > 0 || fact == SERVICE_COUNT)
		return true;
	return fact == SERVICE_DEFUNCT && !is_unseen(row);
}

static void judge_row(struct service_row *row)
{
	size_t n = row->n_processes;

	if (row->spec->unwanted && n > 0)
		(void)service_problem(row, SERVICE_FROM_RANGE, STATE_WARNING,
		    "unwanted, but %zu process%s run%s", n, n == 1 ? "" : "es",
		    n == 1 ? "s" : "");
	if (n > 0 || !may_be_absent(row)) {
		for (size_t i = 0; i < SERVICE_FACTS; i++) {
			if (is_judged(row, (enum service_fact)i))
				judge_fact(row, (enum service_fact)i);
		}
	}
	sort_problems(row);
	if (is_unseen(row) && row->n_problems == 0)
		service_note(row, "%s", buf_text(&row->unseen));
}

void services_judge(struct services *services)
{
	for (size_t i = 0; i < services->n_rows; i++)
		judge_row(&services->rows[i]);
}
