/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/cleanup_report.h"

#include <errno.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/check/text.h"
#include "lib/store/db_event.h"
#include "scheduler/event.h"

/* Pids below a match that are listed by number. */
enum { PIDS_MAX = 20 };

/* "4711 (/usr/bin/gnuplot, user iepm, 7m 3s old)" */
static void add_match(const struct cleanup_match *match, struct buf *text)
{
	const struct passwd *user = getpwuid(match->uid);
	char age[CLOCK_TEXT_SIZE];

	clock_age_text(match->age_ms / 1000, age);
	(void)buf_addf(text, "%ld (", (long)match->process.pid);
	text_clean(match->name, strlen(match->name), text);
	if (user)
		(void)buf_addf(text, ", user %s, %s old)", user->pw_name, age);
	else
		(void)buf_addf(text, ", uid %lu, %s old)", (unsigned long)match->uid, age);
}

/* "'gnuplot,5' of FILE:LINE is in its script" */
static void add_why(
    const struct cleanup_report *report, const struct cleanup_match *match, struct buf *text)
{
	const struct cleanup_entry *entry = match->entry;

	(void)buf_addf(text, "'%s,%u%s%s' of %s:%u is in its %s", entry->pattern,
	    entry->minutes, entry->user ? ",user=" : "", entry->user ? entry->user : "",
	    report->list, entry->line, match->where);
	if (match->scheduleid)
		(void)buf_addf(text, "; it belongs to slot %" PRIu64 " of spec %" PRIu64,
		    match->scheduleid, match->scheduleid >> 32);
}

/* --- what would be done ---------------------------------------------------------------------------- */

/* Whether the match dies with itself, and not with one above it. */
static bool is_top(const struct cleanup_report *report, size_t match)
{
	pid_t pid = report->matches->items[match].process.pid;

	for (size_t i = 0; i < report->plan->n; i++) {
		if (report->plan->items[i].process.pid == pid)
			return report->plan->items[i].match == match;
	}
	return false;
}

static void print_below(const struct cleanup_report *report, size_t match)
{
	pid_t pid = report->matches->items[match].process.pid;

	for (size_t i = 0; i < report->plan->n; i++) {
		const struct cleanup_victim *victim = &report->plan->items[i];

		if (victim->match == match && victim->process.pid != pid)
			(void)printf("    and below it %ld\n", (long)victim->process.pid);
	}
}

void cleanup_report_plan(const struct cleanup_report *report)
{
	for (size_t i = 0; i < report->matches->n; i++) {
		const struct cleanup_match *match = &report->matches->items[i];
		CLEANUP_BUF struct buf text = BUF_INIT;

		if (!match->spared && !is_top(report, i))
			continue;
		(void)buf_adds(&text, match->spared ? "spares " : "would kill ");
		add_match(match, &text);
		if (match->spared)
			(void)buf_addf(&text, ", which is %s", match->spared);
		(void)buf_adds(&text, ": ");
		add_why(report, match, &text);
		(void)puts(buf_text(&text));
		if (!match->spared)
			print_below(report, i);
	}
	if (report->plan->spared.size)
		(void)printf("spares below a match: %s\n", buf_text(&report->plan->spared));
}

/* --- what was done ---------------------------------------------------------------------------------- */

struct outcome {
	size_t n_sent, n_below, n_left;
	bool forced;
	pid_t left; /* one that is still there */
	int code;   /* why it could not be signalled, or 0 */
};

static struct outcome sum_up(const struct cleanup_report *report, size_t match)
{
	pid_t pid = report->matches->items[match].process.pid;
	struct outcome outcome = { 0 };

	for (size_t i = 0; i < report->plan->n; i++) {
		const struct cleanup_victim *victim = &report->plan->items[i];

		if (victim->match != match)
			continue;
		outcome.n_sent += victim->sent;
		outcome.n_below += victim->sent && victim->process.pid != pid;
		outcome.forced = outcome.forced || victim->forced;
		if (!victim->alive)
			continue;
		outcome.n_left++;
		outcome.left = victim->process.pid;
		outcome.code = victim->code;
	}
	return outcome;
}

static void add_outcome(const struct outcome *outcome, struct buf *text)
{
	if (outcome->n_below)
		(void)buf_addf(text, " and %zu below it", outcome->n_below);
	if (outcome->n_sent)
		(void)buf_adds(text, outcome->forced ? " by SIGKILL" : " by SIGTERM");
	if (outcome->n_left == 0)
		return;
	(void)buf_addf(text, "; %zu could not be killed, such as %ld: %s", outcome->n_left,
	    (long)outcome->left,
	    outcome->code
		? strerror(-outcome->code)
		: "it has not ended yet, most likely it waits for a disk or a network "
		  "file system");
}

static void say(const struct cleanup_report *report, const struct cleanup_match *match,
    const struct outcome *outcome, char *text)
{
	char object[64];
	const struct db_event event = {
		.level = outcome->n_left ? EVENT_ERROR : EVENT_WARNING,
		.tag = "cleanup",
		.host = report->host,
		.object = object,
		.new_value = text,
	};

	/* A pattern or a path may be in any encoding. */
	(void)snprintf(object, sizeof(object), "%s", match->entry->pattern);
	text_clean_in_place(object);
	text_clean_in_place(text);
	if (outcome->n_left)
		log_error("%s", text);
	else
		log_warning("%s", text);
	if (report->spool)
		event_say(report->spool, &event);
}

size_t cleanup_report_done(const struct cleanup_report *report)
{
	size_t n_left = 0;

	for (size_t i = 0; i < report->matches->n; i++) {
		const struct cleanup_match *match = &report->matches->items[i];
		struct outcome outcome = sum_up(report, i);
		CLEANUP_BUF struct buf text = BUF_INIT;

		/* It ended by itself, or another cleanup was faster: nothing was done here. */
		if (outcome.n_sent == 0 && outcome.n_left == 0)
			continue;
		(void)buf_adds(&text, outcome.n_sent ? "killed " : "cannot kill ");
		add_match(match, &text);
		add_outcome(&outcome, &text);
		(void)buf_adds(&text, "; ");
		add_why(report, match, &text);
		if (!text.error)
			say(report, match, &outcome, text.data);
		n_left += outcome.n_left;
	}
	if (report->plan->spared.size)
		log_info("spared below a match: %s", buf_text(&report->plan->spared));
	return n_left;
}
