/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "plugins/ovs.h"

static bool is_stopped(const struct ovs_daemon *daemon)
{
	return daemon->life == OVS_ALIVE && (daemon->state == 'T' || daemon->state == 't');
}

/* Behind a daemon that does not answer: what its process tells. */
static const char *process_hint(const struct ovs_daemon *daemon)
{
	if (is_stopped(daemon))
		return ": its process is stopped (SIGSTOP, or a debugger)";
	if (daemon->state == 'D')
		return ": its process waits in the kernel (state D)";
	return "";
}

/* --- verdicts ------------------------------------------------------------------------------------ */

/* True if it is not known to run. */
static bool judge_life(struct ovs_run *run, const struct ovs_daemon *daemon)
{
	struct result *result = run->check->result;

	if (daemon->life == OVS_DEAD) {
		result_problem(result, STATE_CRITICAL, "%s is not running: %s%s", daemon->name,
		    daemon->why.text,
		    daemon->has_monitor ? ", its monitor is about to start it again" : "");
		return true;
	}
	/* An answer on its control socket proves it, too. */
	if (daemon->life == OVS_UNSEEN && !(daemon->asked && daemon->code == 0)) {
		result_problem(result, STATE_UNKNOWN, "cannot see whether %s runs: %s",
		    daemon->name, daemon->why.text);
		return true;
	}
	return false;
}

/* The control socket. True if it shows that the daemon does not work. */
static bool judge_control(struct ovs_run *run, const struct ovs_daemon *daemon)
{
	struct result *result = run->check->result;

	if (!daemon->asked && is_stopped(daemon)) {
		result_problem(result, STATE_CRITICAL, "%s (pid %d) is stopped", daemon->name,
		    daemon->pid);
		return true;
	}
	if (!daemon->asked || daemon->code == 0)
		return false;
	if (ovs_is_denied(daemon->code)) {
		ovs_deny(run, daemon->socket);
		return false;
	}
	if (daemon->code == -ETIMEDOUT)
		result_problem(result, STATE_CRITICAL,
		    "%s (pid %d) hangs: no answer on its control socket in %.1f s%s",
		    daemon->name, daemon->pid, daemon->answer_s, process_hint(daemon));
	else if (daemon->code == -ENOENT || daemon->code == -ECONNREFUSED)
		result_problem(
		    result, STATE_CRITICAL, "%s: %s", daemon->name, daemon->err.text);
	else
		result_problem(result, STATE_CRITICAL, "%s: control socket %s: %s",
		    daemon->name, daemon->socket, daemon->err.text);
	return true;
}

static void judge_monitor(struct ovs_run *run, const struct ovs_daemon *daemon)
{
	struct result *result = run->check->result;
	const struct monitor *monitor = &daemon->monitor;
	enum state state = ovs_verdict(run, OVS_TOPIC_CRASH);
	const char *reason = strstr(monitor->status, ": ");
	bool is_back = daemon->life == OVS_ALIVE;
	char age[CLOCK_TEXT_SIZE], times[NUM_TEXT_SIZE + 8] = "once";

	if (!daemon->has_monitor || strcmp(monitor->status, "healthy") == 0)
		return;
	clock_age_text((int64_t)daemon->age_s, age);
	if (monitor->crashes > 1)
		(void)snprintf(
		    times, sizeof(times), "%llu times", (unsigned long long)monitor->crashes);
	if (monitor->crashes == 0)
		result_problem(
		    result, state, "the monitor of %s says: %s", daemon->name, monitor->status);
	else
		result_problem(result, state, "%s crashed %s (%s)%s%s%s", daemon->name, times,
		    reason ? reason + 2 : monitor->status, is_back ? ", started again " : "",
		    is_back ? age : "", is_back ? " ago" : "");
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
static bool is_absent(struct ovs_run *run)
{
	const struct ovs *ovs = &run->ovs;
	struct stat status;

	run->absent = false;
	if (!ovs->rundir || stat(ovs->rundir, &status) == 0)
		return false;
	run->absent = true;
	if (errno != ENOENT) {
		result_problem(run->check->result, STATE_UNKNOWN,
		    "cannot look into %s: %s; see PERMISSIONS in check_ovs(1)", ovs->rundir,
		    strerror(errno));
		return true;
	}
	result_problem(run->check->result, STATE_CRITICAL,
	    "Open vSwitch does not run here: no %s (--rundir?)", ovs->rundir);
	return true;
}

void ovs_judge_daemons(struct ovs_run *run)
{
	if (!(run->parts & (OVS_PART_PROCESSES | OVS_PART_CONTROL)) || is_absent(run))
		return;
	if (ovs_switchd_owes(&run->ovs))
		result_problem(run->check->result, STATE_CRITICAL,
		    "ovs-vswitchd (pid %d) does not answer %s on its control socket",
		    run->ovs.daemons[OVS_SWITCHD].pid, ovs_switchd_owes(&run->ovs));
	for (size_t i = 0; i < OVS_DAEMONS; i++) {
		const struct ovs_daemon *daemon = &run->ovs.daemons[i];
		enum state state = STATE_OK;

		if (judge_life(run, daemon) || judge_control(run, daemon))
			state = STATE_CRITICAL;
		run->bad[i] = state != STATE_OK;
		judge_monitor(run, daemon);
		give_values(run, daemon);
		detail(run, daemon, state);
	}
}
