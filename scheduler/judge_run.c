/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One result judged: each value against its ranges, and what comes of it. judge.c finds the
 * ranges.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/check/range.h"
#include "lib/check/state.h"
#include "scheduler/judge.h"

/* Line 1 is for a pager: what is out of its range, the worst first, as far as it goes. */
enum { REASONS_MAX = 4 };

/* What is out of its range, by state. */
struct reasons {
	struct buf texts[STATE_COUNT];
	size_t n[STATE_COUNT];
};

static void reasons_init(struct reasons *reasons)
{
	*reasons = (struct reasons){ 0 };
	for (int i = 0; i < STATE_COUNT; i++)
		reasons->texts[i] = (struct buf)BUF_INIT;
}

static void reasons_free(struct reasons *reasons)
{
	for (int i = 0; i < STATE_COUNT; i++)
		buf_free(&reasons->texts[i]);
}

/* Where the next one goes, or NULL when enough is said. */
static struct buf *next_reason(struct reasons *reasons, enum state state)
{
	struct buf *text = &reasons->texts[state];

	if (reasons->n[state]++ >= REASONS_MAX)
		return NULL;
	(void)buf_adds(text, text->size ? ", " : "");
	return text;
}

static enum unit unit_of(const char *text)
{
	static const enum unit units[] = { UNIT_SECONDS, UNIT_PERCENT, UNIT_BYTES,
		UNIT_COUNTER };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(unit_uom(units[i]), text) == 0)
			return units[i];
	}
	return UNIT_NONE;
}

/* A value and one of its two ranges. */
struct question {
	struct db_value *value;
	const struct judge_range *range;
	enum state state;   /* WARNING or CRITICAL */
	const char **shown; /* where the value keeps that range */
	bool replaces;	    /* without a range of ours none is in effect */
};

/* Returns 1 when the value is out of the range, which is then said. */
static int ask(
    const struct question *question, struct loadable *loadable, struct reasons *reasons)
{
	CLEANUP_BUF struct buf shown = BUF_INIT;
	const struct db_value *value = question->value;
	enum unit unit = unit_of(value->unit);
	struct err err = ERR_INIT;
	struct range range;
	struct buf *reason;

	if (!question->range->text) {
		if (question->replaces)
			*question->shown = "";
		return 0;
	}
	if (range_parse(question->range->text, unit, &range, &err) < 0) {
		/* It was set for a metric that had another unit, or before it had one. */
		*question->shown = "";
		reason = next_reason(reasons, STATE_UNKNOWN);
		return reason ? buf_addf(reason, "%s: threshold '%s' is no range%s%s",
				    value->label, question->range->text,
				    *value->unit ? " of " : "", value->unit)
			      : 0;
	}
	range_format(&range, false, &shown);
	*question->shown = loadable_keep(loadable, shown.data, shown.size);
	if (!*question->shown || shown.error) {
		*question->shown = "";
		return -ENOMEM;
	}
	if (!range_alerts(&range, value->value))
		return 0;
	reason = next_reason(reasons, question->state);
	if (reason) {
		(void)buf_addf(reason, "%s ", value->label);
		range_reason(&range, unit, value->value, reason);
	}
	return 1;
}

/* What is critical is not said to be worth a warning as well. */
static int judge_value(const struct judge_range *warn, const struct judge_range *crit,
    bool replaces, struct db_value *value, struct loadable *loadable, struct reasons *reasons)
{
	struct question questions[] = {
		{ value, crit, STATE_CRITICAL, &value->crit, replaces },
		{ value, warn, STATE_WARNING, &value->warn, replaces },
	};
	struct reasons unsaid;
	int r = ask(&questions[0], loadable, reasons);

	if (r <= 0)
		return r < 0 ? r : ask(&questions[1], loadable, reasons);
	reasons_init(&unsaid);
	r = ask(&questions[1], loadable, &unsaid);
	reasons_free(&unsaid);
	return r;
}

/* Whether there is a value of the metric itself, beside those of its instances. */
static bool has_plain(const struct loadable *loadable, const char *label)
{
	const char *at = strchr(label, '@');
	size_t size = at ? (size_t)(at - label) : 0;

	for (size_t i = 0; at && i < loadable->run.n_values; i++) {
		const char *other = loadable->values[i].label;

		if (strncmp(other, label, size) == 0 && other[size] == '\0')
			return true;
	}
	return false;
}

static bool same_metric(const char *a, const char *b)
{
	size_t size = strcspn(a, "@");

	return a[size] && strncmp(a, b, size) == 0 && b[size] == '@';
}

static int judge_values(const struct judge_rules *judge, const struct db_spec_place *place,
    bool replaces, struct loadable *loadable, struct reasons *reasons)
{
	bool plain = false;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < loadable->run.n_values; i++) {
		struct db_value *value = &loadable->values[i];
		struct judge_range warn, crit;

		/* Instances of a metric stand side by side: it is sought once for them all. */
		if (i == 0 || !same_metric(value->label, value[-1].label))
			plain = has_plain(loadable, value->label);
		judge_find(judge, place, value->label, plain, &warn, &crit);
		r = judge_value(&warn, &crit, replaces, value, loadable, reasons);
	}
	return r < 0 ? r : 0;
}

/* --- what comes of it ------------------------------------------------------------------------ */

static enum state reasons_state(const struct reasons *reasons)
{
	enum state state = STATE_OK;

	for (int i = 0; i < STATE_COUNT; i++) {
		if (reasons->n[i])
			state = state_worst(state, (enum state)i);
	}
	return state;
}

/* "disk 96% > 95%, load1 5 > 4 and 3 more", the worst first. */
static void add_reasons(const struct reasons *reasons, struct buf *text)
{
	static const enum state order[] = { STATE_CRITICAL, STATE_WARNING, STATE_UNKNOWN };
	size_t start = text->size, more = 0;

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		size_t n = reasons->n[order[i]];

		if (n == 0)
			continue;
		(void)buf_adds(text, text->size > start ? ", " : "");
		(void)buf_adds(text, buf_text(&reasons->texts[order[i]]));
		more += n > REASONS_MAX ? n - REASONS_MAX : 0;
	}
	if (more)
		(void)buf_addf(text, " and %zu more", more);
}

/* What is wrong stands first: the ranges' words in front of the probe's, unless the probe says
 * something worse. */
static int write_text(
    const struct reasons *reasons, enum state own, const char *head, struct loadable *loadable)
{
	struct buf text = BUF_INIT;
	enum state judged = reasons_state(reasons);

	if (judged != STATE_OK && state_severity(judged) >= state_severity(own)) {
		add_reasons(reasons, &text);
		(void)buf_addf(&text, "%s%s%s", *head || *loadable->text ? ": " : "", head,
		    loadable->text);
	} else {
		(void)buf_addf(&text, "%s%s", head, loadable->text);
		if (judged != STATE_OK) {
			(void)buf_adds(&text, "; ");
			add_reasons(reasons, &text);
		}
	}
	return loadable_set_text(loadable, &text);
}

static int decide(const struct reasons *reasons, const struct db_spec_place *place,
    bool stateless, struct loadable *loadable)
{
	struct db_run *run = &loadable->run;
	enum state own = (enum state)run->state, state;
	char head[32] = "";

	if (stateless) {
		own = run->exit_code == 0 ? STATE_OK : STATE_UNKNOWN;
		/* Above 3 it is said already. */
		if (run->exit_code >= 1 && run->exit_code <= 3)
			(void)snprintf(head, sizeof(head), "exit code %d: ", run->exit_code);
	} else if (place->judge == JUDGE_THRESHOLDS && run->n_values && run->exit_code <= 3) {
		own = STATE_OK;
	}
	state = state_worst(own, reasons_state(reasons));
	run->state = (int)state;
	if (reasons_state(reasons) == STATE_OK && !*head)
		return 0;
	return write_text(reasons, own, head, loadable);
}

int judge_run(const struct judge_rules *judge, const struct db_spec_place *place,
    bool stateless, struct loadable *loadable, struct err *err)
{
	struct reasons reasons;
	bool replaces = stateless || place->judge == JUDGE_THRESHOLDS;
	int r;

	if (loadable->run.outcome != OUTCOME_RUN || loadable->run.exit_code < 0 ||
	    (place->judge == JUDGE_OWN && !stateless))
		return 0;
	reasons_init(&reasons);
	r = judge_values(judge, place, replaces, loadable, &reasons);
	if (r == 0)
		r = decide(&reasons, place, stateless, loadable);
	reasons_free(&reasons);
	return r < 0 ? err_set(err, -ENOMEM, "out of memory") : 0;
}
