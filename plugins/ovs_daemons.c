/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>

#include "lib/base/clock.h"
#include "plugins/ovs.h"

/* --- verdicts ------------------------------------------------------------------------------------ */

static void report(struct ovs_run *run, enum state state, const struct buf *text)
{
	if (text->size)
		result_problem(run->check->result, state, "%s", buf_text(text));
}

/* True if it is not known to run, or its control socket shows that it does not work. */
static bool judge_life(struct ovs_run *run, const struct ovs_daemon *daemon)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	enum state state = ovs_verdict_life(daemon, &text);

	if (!text.size && daemon->asked && ovs_is_denied(daemon->code))
		ovs_deny(run, daemon->socket);
	else if (!text.size)
		state = ovs_verdict_control(daemon, &text);
	report(run, state, &text);
	return ovs_daemon_is_bad(daemon);
}

static void judge_monitor(struct ovs_run *run, const struct ovs_daemon *daemon)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	enum state state = ovs_verdict_monitor(daemon, &run->given->verdicts, &text);

	report(run, state, &text);
}

static void judge_owed(struct ovs_run *run)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	enum state state = ovs_verdict_owed(run->ovs, &text);

	report(run, state, &text);
}

/* --- values --------------------------------------------------------------------------------------- */

static void give_values(struct ovs_run *run, const struct ovs_daemon *daemon)
{
	struct result *result = run->check->result;
	const struct metric *metrics = run->metrics;

	if (daemon->has_monitor)
		result_value(result, &metrics[OVS_CRASHES], daemon->name,
		    (double)daemon->monitor.crashes, 0, RESULT_NONE);
	if (daemon->life == OVS_ALIVE)
		result_value(
		    result, &metrics[OVS_AGE], daemon->name, daemon->age_s, 0, RESULT_NONE);
	if (daemon->asked && daemon->code == 0)
		result_value(result, &metrics[OVS_ANSWER], daemon->name, daemon->answer_s, 0,
		    RESULT_NONE);
}

static void detail(struct ovs_run *run, const struct ovs_daemon *daemon, enum state state)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	char age[CLOCK_TEXT_SIZE];

	clock_age_text((int64_t)daemon->age_s, age);
	buf_adds(&text, daemon->name);
	if (daemon->life == OVS_ALIVE)
		buf_addf(&text, ": pid %d, up %s", daemon->pid, age);
	if (daemon->has_monitor)
		buf_addf(&text, "; monitor: %s", daemon->monitor.status);
	else if (daemon->life == OVS_ALIVE)
		buf_adds(&text, "; no monitor");
	if (daemon->asked && daemon->code == 0)
		buf_addf(&text, "; version %s, answered in %.3f s", daemon->version,
		    daemon->answer_s);
	result_detail(run->check->result, state, "%s", buf_text(&text));
}

/* No folder at all: one sentence for both daemons, if it was asked for. */
static bool report_absent(struct ovs_run *run)
{
	const struct ovs *ovs = run->ovs;

	if (!ovs_is_absent(ovs))
		return false;
	if (ovs->rundir_code == -ENOENT)
		result_problem(run->check->result, STATE_CRITICAL,
		    "Open vSwitch does not run %s: no %s (%s?)", run->where, ovs->rundir,
		    run->rundir);
	else
		result_problem(run->check->result, STATE_UNKNOWN,
		    "%s; see PERMISSIONS in check_ovs(1)", ovs->rundir_err.text);
	return true;
}

void ovs_judge_daemons(struct ovs_run *run)
{
	if (!(run->parts & (OVS_PART_PROCESSES | OVS_PART_CONTROL)) || report_absent(run))
		return;
	judge_owed(run);
	for (size_t i = 0; i < OVS_DAEMONS; i++) {
		const struct ovs_daemon *daemon = &run->ovs->daemons[i];

		run->bad[i] = judge_life(run, daemon);
		judge_monitor(run, daemon);
		give_values(run, daemon);
		detail(run, daemon, run->bad[i] ? STATE_CRITICAL : STATE_OK);
	}
}
