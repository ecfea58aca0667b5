/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cleanup.h"
#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "lib/check/text.h"
#include "scheduler/hold.h"
#include "scheduler/status_private.h"

/* A host beats every few seconds; a name that is silent for so long is free for another spool. */
enum { BEAT_OLD_MS = 60000, SPOOL_PERCENT_WARN = 80 };

static int add(struct status *status, const char *kind, const char *host,
    const struct buf *text, struct err *err)
{
	struct status_alarm *alarms =
	    status_grow(status->alarms, status->n_alarms, sizeof(*alarms));
	struct status_alarm *alarm;

	if (!alarms)
		return status_no_memory(err);
	status->alarms = alarms;
	alarm = &alarms[status->n_alarms++];
	*alarm = (struct status_alarm){
		.kind = kind, .host = host ? strdup(host) : NULL, .text = strdup(buf_text(text))
	};
	if (!alarm->text)
		return status_no_memory(err);
	/* Reasons and names of files come from elsewhere. */
	text_clean_in_place(alarm->text);
	return 0;
}

static void add_age(int64_t from_ms, int64_t now_ms, struct buf *text)
{
	char age[CLOCK_TEXT_SIZE];

	clock_age_text((now_ms - from_ms) / 1000, age);
	(void)buf_adds(text, age);
}

/* --- one kind each: 0 nothing to say, 1 a text ------------------------------------------------ */

static int say_beat(const struct db_status_host *host, int64_t now_ms, struct buf *text)
{
	char last[CLOCK_TEXT_SIZE];

	if (now_ms - host->beat_ms < BEAT_OLD_MS || !host->n_specs)
		return 0;
	(void)buf_addf(text, "probe host %s is silent", host->name);
	if (host->beat_ms > 0) {
		clock_text(host->beat_ms, 0, last);
		(void)buf_adds(text, " for ");
		add_age(host->beat_ms, now_ms, text);
		(void)buf_addf(text, " (last heard %s)", last);
	}
	(void)buf_addf(text,
	    ": its %llu probes bring nothing new; there, look with: haetae spool",
	    (unsigned long long)host->n_specs);
	return 1;
}

static int say_spool(const struct db_status_host *host, int64_t now_ms, struct buf *text)
{
	char bytes[NUM_TEXT_SIZE];

	(void)now_ms;
	if (host->spool_percent < SPOOL_PERCENT_WARN && !host->spool_refused)
		return 0;
	num_bytes_text((double)host->spool_bytes, bytes);
	(void)buf_addf(text,
	    "probe host %s: %llu files, %s, wait for the database and take %u%% of the "
	    "spool's room",
	    host->name, (unsigned long long)host->spool_files, bytes, host->spool_percent);
	if (host->spool_refused)
		(void)buf_addf(text, "; %llu slots were not started for it",
		    (unsigned long long)host->spool_refused);
	return 1;
}

static int say_errors(const struct db_status_host *host, int64_t now_ms, struct buf *text)
{
	if (!host->n_errors)
		return 0;
	(void)buf_addf(text, "probe host %s: %llu record%s could not be loaded, the newest ",
	    host->name, (unsigned long long)host->n_errors, host->n_errors == 1 ? "" : "s");
	add_age(host->error_ms, now_ms, text);
	(void)buf_addf(text, " ago: %s: %s; kept in bad/ of its spool", host->error_file,
	    host->error_reason);
	return 1;
}

static int say_overdue(const struct db_status_host *host, int64_t now_ms, struct buf *text)
{
	if (!host->n_overdue)
		return 0;
	(void)buf_addf(text, "probe host %s: %llu slot%s no outcome yet, the oldest due ",
	    host->name, (unsigned long long)host->n_overdue,
	    host->n_overdue == 1 ? " has" : "s have");
	add_age(host->overdue_ms, now_ms, text);
	(void)buf_adds(text, " ago; look with: haetae accounting");
	return 1;
}

static int say_durable(const struct db_status_host *host, int64_t now_ms, struct buf *text)
{
	if (host->durable || now_ms - host->beat_ms >= BEAT_OLD_MS)
		return 0;
	(void)buf_addf(text,
	    "probe host %s: the database may lose a COMMIT in a crash, so loaded results are "
	    "kept for a while (innodb_flush_log_at_trx_commit and sync_binlog are to be 1)",
	    host->name);
	return 1;
}

static const struct {
	const char *kind;
	int (*say)(const struct db_status_host *host, int64_t now_ms, struct buf *text);
} kinds[] = {
	{ "beat", say_beat },
	{ "spool", say_spool },
	{ "errors", say_errors },
	{ "overdue", say_overdue },
	{ "durable", say_durable },
};

static int take_host(const struct db_status_host *host, void *context, struct err *err)
{
	struct status *status = context;
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		CLEANUP_BUF struct buf text = BUF_INIT;

		if (kinds[i].say(host, status->now_ms, &text))
			r = add(status, kinds[i].kind, host->name, &text, err);
	}
	return r;
}

/* This host's own; who may not look into the spool is told nothing. */
static int add_hold(struct status *status, const struct settings *settings, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct hold hold;
	char why[800];

	if (hold_read(settings->spool, &hold, NULL) < 0)
		return 0;
	hold_text(&hold, false, why, sizeof(why));
	(void)buf_addf(
	    &text, "the scheduler of this host is held %s; to end that: haetae release", why);
	return add(status, "hold", settings->host, &text, err);
}

int status_alarms_read(
    struct status *status, struct db *db, const struct settings *settings, struct err *err)
{
	int r = add_hold(status, settings, err);

	return r < 0 ? r : db_status_hosts(db, status->now_ms, take_host, status, err);
}
