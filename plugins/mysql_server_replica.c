/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include "plugins/mysql_server.h"

/* Why a thread does not run, shortly. */
static const char *reason(unsigned number, const char *error, const char *state)
{
	return number && *error ? error : *state ? state : "stopped, without an error";
}

/* Returns whether both threads run. */
static bool judge_threads(struct mysql_run *run, const struct mysqld_replica *replica)
{
	struct result *result = run->check->result;
	const char *channel = replica->channel;

	if (replica->io == MYSQLD_IO_STOPPED && !replica->sql_running && !replica->io_errno &&
	    !replica->sql_errno) {
		result_problem(
		    result, STATE_CRITICAL, "channel %s: stopped (START REPLICA)", channel);
		return false;
	}
	if (replica->io == MYSQLD_IO_STOPPED)
		result_problem(result, STATE_CRITICAL, "channel %s: IO thread stopped: %s",
		    channel, reason(replica->io_errno, replica->io_error, ""));
	/* Before its first failure it has only just begun. */
	if (replica->io == MYSQLD_IO_CONNECTING)
		result_problem(result, replica->io_errno ? STATE_CRITICAL : STATE_WARNING,
		    "channel %s: no connection to %s: %s", channel, replica->source,
		    reason(replica->io_errno, replica->io_error, replica->io_state));
	if (!replica->sql_running)
		result_problem(result, STATE_CRITICAL, "channel %s: SQL thread stopped: %s",
		    channel, reason(replica->sql_errno, replica->sql_error, ""));
	return replica->io == MYSQLD_IO_RUNNING && replica->sql_running;
}

static void judge_lag(struct mysql_run *run, const struct mysqld_replica *replica, bool runs)
{
	struct result *result = run->check->result;
	double lag_s = replica->lag_s - replica->delay_s;

	if (!isnan(replica->lag_s))
		result_value(result, &mysql_metrics[MYSQL_REPLICA_LAG], replica->channel,
		    lag_s > 0 ? lag_s : 0, 0, RESULT_NONE);
	else if (!runs)
		/* The stopped thread is the verdict. */
		thresholds_excuse(
		    &run->check->thresholds, &mysql_metrics[MYSQL_REPLICA_LAG], NULL);
	result_value(result, &mysql_metrics[MYSQL_REPLICA_DELAY], replica->channel,
	    replica->delay_s, 0, RESULT_NONE);
}

static void describe(struct mysql_run *run, const struct mysqld_replica *replica, bool runs)
{
	static const char *const io[] = { [MYSQLD_IO_STOPPED] = "stopped",
		[MYSQLD_IO_CONNECTING] = "connecting",
		[MYSQLD_IO_RUNNING] = "runs" };
	char lag[CLOCK_TEXT_SIZE] = "not known", delay[CLOCK_TEXT_SIZE];

	if (!isnan(replica->lag_s))
		mysql_age_text(replica->lag_s, lag);
	mysql_age_text(replica->delay_s, delay);
	result_detail(run->check->result, runs ? STATE_OK : STATE_CRITICAL,
	    "channel %s from %s: IO thread %s, SQL thread %s, behind %s%s%s%s%s%s%s",
	    replica->channel, replica->source, io[replica->io],
	    replica->sql_running ? "runs" : "stopped", lag,
	    replica->delay_s > 0 ? ", delay " : "", replica->delay_s > 0 ? delay : "",
	    replica->gtid[0] ? ", GTID " : "", replica->gtid, replica->sql_state[0] ? "; " : "",
	    replica->sql_state);
}

static bool is_there(const struct mysqld_replicas *replicas, const char *channel)
{
	for (size_t i = 0; i < replicas->n; i++) {
		if (strcmp(replicas->items[i].channel, channel) == 0)
			return true;
	}
	return false;
}

void mysql_judge_replicas(struct mysql_run *run, const struct mysqld_replicas *replicas)
{
	const struct mysql_options *given = run->check->options;
	struct result *result = run->check->result;

	result_metric(result, &mysql_metrics[MYSQL_CHANNELS], (double)replicas->n);
	if (given->replica && replicas->n == 0)
		result_problem(
		    result, STATE_CRITICAL, "is no replica: no channel is configured");
	for (size_t i = 0; i < given->channels.n_items; i++) {
		if (!is_there(replicas, given->channels.items[i]))
			result_problem(result, STATE_CRITICAL, "channel %s is not configured",
			    given->channels.items[i]);
	}
	for (size_t i = 0; i < replicas->n; i++) {
		bool runs = judge_threads(run, &replicas->items[i]);

		judge_lag(run, &replicas->items[i], runs);
		describe(run, &replicas->items[i], runs);
	}
}
