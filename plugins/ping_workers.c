/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The workers of an Apache httpd, for the kinds http and https. */
#include "config.h"

#include "plugins/ping.h"

#include "lib/client/modstatus.h"

static void give_workers(struct ping *ping, const struct modstatus *status)
{
	CLEANUP_BUF struct buf line = BUF_INIT;
	double all = 0;

	for (int i = 0; i < MODSTATUS_N_WORKERS; i++) {
		all += status->workers[i];
		if (status->workers[i] > 0)
			buf_addf(&line, "%s%u %s", line.size ? ", " : "", status->workers[i],
			    modstatus_worker_text((enum modstatus_worker)i));
	}
	/* Without a scoreboard, at least those that run. */
	if (all < status->busy + status->idle)
		all = status->busy + status->idle;
	ping_share(ping, PING_WORKERS, PING_WORKERS_BUSY, status->busy, all);
	ping_value(ping, PING_WORKERS_IDLE, status->idle);
	ping_value(ping, PING_UPTIME, status->uptime_s);
	if (line.size > 0)
		result_detail(ping->check->result, STATE_OK, "workers: %s", buf_text(&line));
	/* Whoever comes next waits until one is done. */
	if (status->idle < 1 && status->workers[MODSTATUS_OPEN] == 0)
		ping_problem(ping, STATE_WARNING, "has no idle worker left: all %.0f are busy",
		    status->busy);
}

static void give_rates(struct ping *ping, sample_read_fn *read, void *context)
{
	CLEANUP(sample_pair_free) struct sample_pair pair = SAMPLE_PAIR_INIT;
	struct modstatus earlier, later;

	if (!ping_take_pair(ping, read, context, &pair) ||
	    modstatus_parse(buf_text(&pair.later), pair.later.size, &later, NULL) < 0 ||
	    modstatus_parse(buf_text(&pair.earlier), pair.earlier.size, &earlier, NULL) < 0)
		return;
	ping_rate(ping, PING_REQUESTS_RATE, earlier.accesses, later.accesses, pair.seconds);
	ping_rate(
	    ping, PING_BYTES_RATE, earlier.kbytes * 1024, later.kbytes * 1024, pair.seconds);
}

void ping_workers(struct ping *ping, const struct buf *page, sample_read_fn *read,
    void *context, const char *words)
{
	struct modstatus status;
	struct err err = ERR_INIT;

	if (modstatus_parse(buf_text(page), page->size, &status, &err) < 0) {
		ping_problem(ping, STATE_UNKNOWN,
		    "shows no mod_status: %s (its address ends with '?auto')", err.text);
		return;
	}
	give_workers(ping, &status);
	if (ping_wants_rates(ping))
		give_rates(ping, read, context);
	result_summary(ping->check->result,
	    "%s answered in %s; %s, %.0f worker%s busy, %.0f idle", ping->who, words,
	    status.version[0] ? status.version : "mod_status", status.busy,
	    status.busy == 1 ? "" : "s", status.idle);
}
