/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The collector of Open vSwitch. A node without a switch has none of its rows, and that is no
 * error unless the settings name one. What does not answer is a row that says so: the others are
 * read all the same.
 */
#include "config.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/health/ovs_ask.h"
#include "subagent/collector.h"
#include "subagent/ovs_fill.h"

/* ovs-vswitchd writes counters into its database every 5 s, and most pollers come once a minute. */
enum { INTERVAL_MS = 30000 };
/* The database's answer for so many interfaces takes megabytes, which are not kept for the next. */
enum { MANY_INTERFACES = 500 };

static int open_history(const struct settings *settings, void **ret, struct err *err)
{
	struct ovs_history *history = calloc(1, sizeof(*history));

	(void)settings;
	if (!history)
		return err_sys(err, -ENOMEM, "cannot keep the counters of interfaces");
	history->last = (struct buf)BUF_INIT;
	*ret = history;
	return 0;
}

static void close_history(void *state)
{
	struct ovs_history *history = state;

	if (history)
		buf_free(&history->last);
	free(history);
}

static int collect(const struct collect *given, struct mib_rows *rows, struct err *err)
{
	const struct settings *settings = given->settings;
	const char *rundir = settings->ovs_rundir, *db = settings->ovs_db;
	struct ovs_question question = {
		.root = given->root,
		.rundir = rundir	      ? rundir
			  : given->root->live ? OVS_RUNDIR
					      : NULL,
		.db = db,
		.family = ADDRESS_ANY,
		.parts = ovs_parts_to_ask(given->root->live, rundir, db),
		.until_ms = given->until_ms,
	};
	struct ovs_fill fill = {
		.history = given->state,
		.parts = question.parts,
		.interfaces_max = (size_t)settings->ovs_interfaces,
		.is_wanted = rundir || db,
	};
	struct ovs_ask ask;
	int r = ovs_ask(&question, &ask, err);
	bool many = ask.ovs.vswitch.n_interfaces > MANY_INTERFACES;

	fill.ovs = &ask.ovs;
	fill.now_ms = clock_mono_ms();
	if (r == 0)
		r = ovs_fill(&fill, rows, err);
	ovs_ask_free(&ask);
	if (many)
		(void)malloc_trim(0);
	return r;
}

const struct collector collector_ovs = {
	.name = "ovs",
	.interval_ms = INTERVAL_MS,
	.tables = ovs_tables,
	.open = open_history,
	.close = close_history,
	.collect = collect,
};
