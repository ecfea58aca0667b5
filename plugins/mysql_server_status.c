/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "plugins/mysql_server.h"

/* A number as the server says it. */
static const struct {
	enum mysql_metric metric;
	enum mysqld_number number;
} gauges[] = {
	{ MYSQL_CONNECTIONS_USED, MYSQLD_THREADS_CONNECTED },
	{ MYSQL_THREADS_RUNNING, MYSQLD_THREADS_RUNNING },
	{ MYSQL_ROW_LOCK_WAITING, MYSQLD_ROW_LOCK_WAITING },
	{ MYSQL_HISTORY_LENGTH, MYSQLD_HISTORY_LENGTH },
	{ MYSQL_UPTIME, MYSQLD_UPTIME },
};

/* A number of a limit. */
static const struct {
	enum mysql_metric metric;
	enum mysqld_number number, limit;
} shares[] = {
	{ MYSQL_CONNECTIONS, MYSQLD_THREADS_CONNECTED, MYSQLD_MAX_CONNECTIONS },
	{ MYSQL_CONNECTIONS_PEAK, MYSQLD_MAX_USED_CONNECTIONS, MYSQLD_MAX_CONNECTIONS },
	{ MYSQL_OPEN_FILES, MYSQLD_OPEN_FILES, MYSQLD_OPEN_FILES_LIMIT },
	{ MYSQL_OPEN_TABLES, MYSQLD_OPEN_TABLES, MYSQLD_TABLE_OPEN_CACHE },
};

/* What is counted, per second. */
static const struct {
	enum mysql_metric metric;
	enum mysqld_number number;
	double scale;
} rates[] = {
	{ MYSQL_NEW_CONNECTIONS, MYSQLD_CONNECTIONS, 1 },
	{ MYSQL_REFUSED, MYSQLD_REFUSED, 1 },
	{ MYSQL_ABORTED_CLIENTS, MYSQLD_ABORTED_CLIENTS, 1 },
	{ MYSQL_ABORTED_CONNECTS, MYSQLD_ABORTED_CONNECTS, 1 },
	{ MYSQL_ACCESS_DENIED, MYSQLD_ACCESS_DENIED, 1 },
	{ MYSQL_QUERIES, MYSQLD_QUERIES, 1 },
	{ MYSQL_QUESTIONS, MYSQLD_QUESTIONS, 1 },
	{ MYSQL_COMMITS, MYSQLD_COM_COMMIT, 1 },
	{ MYSQL_ROLLBACKS, MYSQLD_COM_ROLLBACK, 1 },
	{ MYSQL_SELECTS, MYSQLD_COM_SELECT, 1 },
	{ MYSQL_INSERTS, MYSQLD_COM_INSERT, 1 },
	{ MYSQL_UPDATES, MYSQLD_COM_UPDATE, 1 },
	{ MYSQL_DELETES, MYSQLD_COM_DELETE, 1 },
	{ MYSQL_SLOW_QUERIES, MYSQLD_SLOW_QUERIES, 1 },
	{ MYSQL_TMP_DISK_TABLES, MYSQLD_TMP_DISK_TABLES, 1 },
	{ MYSQL_BYTES_IN, MYSQLD_BYTES_RECEIVED, 1 },
	{ MYSQL_BYTES_OUT, MYSQLD_BYTES_SENT, 1 },
	{ MYSQL_ROW_LOCK_WAITS, MYSQLD_ROW_LOCK_WAITS, 1 },
	{ MYSQL_ROW_LOCK_TIME, MYSQLD_ROW_LOCK_TIME, 0.001 },
	{ MYSQL_DEADLOCKS, MYSQLD_DEADLOCKS, 1 },
	{ MYSQL_OPENED_TABLES, MYSQLD_OPENED_TABLES, 1 },
};

void mysql_age_text(double age_s, char out[CLOCK_TEXT_SIZE])
{
	clock_age_text(age_s < 1e12 ? (int64_t)age_s : (int64_t)1e12, out);
}

static void give(struct mysql_run *run, enum mysql_metric metric, double value)
{
	if (!isnan(value))
		result_metric(run->check->result, &mysql_metrics[metric], value);
}

static double delta(const struct mysql_run *run, enum mysqld_number number)
{
	return run->seconds > 0 ? mysqld_status_delta(&run->before, &run->now, number) : NAN;
}

static double share(
    const struct mysql_run *run, enum mysqld_number number, enum mysqld_number limit)
{
	const double *numbers = run->now.number;

	return numbers[limit] > 0 ? 100 * numbers[number] / numbers[limit] : NAN;
}

/* Where nothing was asked for, nothing was missed. */
static double pool_hit(const struct mysql_run *run)
{
	double requests = delta(run, MYSQLD_POOL_REQUESTS);
	double reads = delta(run, MYSQLD_POOL_READS);

	if (isnan(requests) || isnan(reads))
		return NAN;
	if (!(requests > 0))
		return 100;
	return reads < requests ? 100 * (1 - reads / requests) : 0;
}

static double average_wait_s(const struct mysql_run *run)
{
	double waits = delta(run, MYSQLD_ROW_LOCK_WAITS);
	double time_ms = delta(run, MYSQLD_ROW_LOCK_TIME);

	if (isnan(waits) || isnan(time_ms))
		return NAN;
	return waits > 0 ? time_ms / waits / 1000 : 0;
}

static bool is_on(double number)
{
	return number == 1;
}

static void judge_read_only(struct mysql_run *run)
{
	const struct mysql_options *given = run->check->options;
	const double *numbers = run->now.number;
	bool is_read_only =
	    is_on(numbers[MYSQLD_READ_ONLY]) || is_on(numbers[MYSQLD_SUPER_READ_ONLY]);

	if (isnan(numbers[MYSQLD_READ_ONLY]))
		return;
	give(run, MYSQL_READ_ONLY, is_read_only);
	if (given->read_only && !is_read_only)
		result_problem(run->check->result, STATE_CRITICAL,
		    "accepts writes, and must not: read_only is OFF");
	if (given->writable && is_read_only)
		result_problem(run->check->result, STATE_CRITICAL,
		    "accepts no writes: %sread_only is ON",
		    is_on(numbers[MYSQLD_SUPER_READ_ONLY]) ? "super_" : "");
}

static void describe_connections(struct mysql_run *run)
{
	const double *numbers = run->now.number;
	double clients = delta(run, MYSQLD_ABORTED_CLIENTS);
	double connects = delta(run, MYSQLD_ABORTED_CONNECTS);

	if (isnan(numbers[MYSQLD_THREADS_CONNECTED]) ||
	    isnan(numbers[MYSQLD_MAX_USED_CONNECTIONS]) || isnan(clients) || isnan(connects))
		return;
	result_detail(run->check->result, STATE_OK,
	    "%g of %g connections, at most %g since the start; in the last %.0f s %g "
	    "clients left without a goodbye, %g did not get in",
	    numbers[MYSQLD_THREADS_CONNECTED], numbers[MYSQLD_MAX_CONNECTIONS],
	    numbers[MYSQLD_MAX_USED_CONNECTIONS], run->seconds, clients, connects);
}

static void describe_work(struct mysql_run *run)
{
	double queries = delta(run, MYSQLD_QUERIES), commits = delta(run, MYSQLD_COM_COMMIT);
	double slow = delta(run, MYSQLD_SLOW_QUERIES);
	double deadlocks = delta(run, MYSQLD_DEADLOCKS);
	double hit = pool_hit(run), s = run->seconds;

	if (isnan(queries) || isnan(commits))
		return;
	result_detail(run->check->result, STATE_OK,
	    "%.1f queries/s, %.1f commits/s, %g running; in the last %.0f s %g slow, "
	    "%g deadlocks",
	    queries / s, commits / s, run->now.number[MYSQLD_THREADS_RUNNING], s,
	    isnan(slow) ? 0 : slow, isnan(deadlocks) ? 0 : deadlocks);
	if (!isnan(hit))
		result_detail(run->check->result, STATE_OK,
		    "buffer pool hit %.2f%%, row locks: %g wait now, %g waited", hit,
		    run->now.number[MYSQLD_ROW_LOCK_WAITING],
		    delta(run, MYSQLD_ROW_LOCK_WAITS));
}

void mysql_judge_status(struct mysql_run *run)
{
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++)
		give(run, shares[i].metric, share(run, shares[i].number, shares[i].limit));
	for (size_t i = 0; i < sizeof(gauges) / sizeof(gauges[0]); i++)
		give(run, gauges[i].metric, run->now.number[gauges[i].number]);
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
		give(run, rates[i].metric,
		    delta(run, rates[i].number) * rates[i].scale / run->seconds);
	give(run, MYSQL_BUFFER_POOL_HIT, pool_hit(run));
	give(run, MYSQL_ROW_LOCK_WAIT, average_wait_s(run));
	judge_read_only(run);
	describe_connections(run);
	describe_work(run);
	if (run->metrics_denied) {
		static const enum mysql_metric denied[] = { MYSQL_DEADLOCKS,
			MYSQL_HISTORY_LENGTH };

		mysql_missing_right(run, "PROCESS", "deadlocks and history length", false,
		    denied, sizeof(denied) / sizeof(denied[0]));
	}
}

/* --- transactions ------------------------------------------------------------------------- */

static void describe_trx(
    struct mysql_run *run, const char *what, const struct mysqld_one_trx *one, enum state state)
{
	char age[CLOCK_TEXT_SIZE];

	mysql_age_text(one->age_s, age);
	if (one->id[0])
		result_detail(run->check->result, state, "%s for %s%s%s", what, age,
		    one->who[0] ? ": " : "", one->who);
}

void mysql_judge_trx(struct mysql_run *run, const struct mysqld_trx *trx)
{
	enum state oldest, waits;

	give(run, MYSQL_TRANSACTIONS, trx->n);
	oldest = result_metric(
	    run->check->result, &mysql_metrics[MYSQL_OLDEST_TRANSACTION], trx->oldest.age_s);
	waits = result_metric(
	    run->check->result, &mysql_metrics[MYSQL_OLDEST_LOCK_WAIT], trx->waits.age_s);
	describe_trx(run, "the oldest transaction is open", &trx->oldest, oldest);
	describe_trx(run, "a transaction waits for a lock", &trx->waits, waits);
}

/* --- Galera --------------------------------------------------------------------------------- */

static bool is_galera(const struct mysql_run *run)
{
	const char *provider = run->now.word[MYSQLD_WSREP_PROVIDER];

	return *provider && strcmp(provider, "none") != 0;
}

static void judge_member(struct mysql_run *run)
{
	const double *numbers = run->now.number;
	const char *status = run->now.word[MYSQLD_WSREP_CLUSTER_STATUS];
	const char *state = run->now.word[MYSQLD_WSREP_LOCAL_STATE_COMMENT];
	struct result *result = run->check->result;

	if (!is_on(numbers[MYSQLD_WSREP_ON])) {
		result_problem(
		    result, STATE_WARNING, "wsrep_on is OFF: what is written here stays here");
		return;
	}
	if (!is_on(numbers[MYSQLD_WSREP_CONNECTED]))
		result_problem(result, STATE_CRITICAL, "Galera: not connected to the cluster");
	else if (numbers[MYSQLD_WSREP_LOCAL_STATE] == 1)
		result_problem(result, STATE_CRITICAL,
		    "Galera: %s: refuses statements until it has joined", state);
	else if (strcasecmp(status, "Primary") != 0)
		result_problem(result, STATE_CRITICAL,
		    "Galera: cluster status %s: this node lost the majority and refuses "
		    "statements",
		    *status ? status : "unknown");
	else if (!is_on(numbers[MYSQLD_WSREP_READY]))
		result_problem(result, STATE_CRITICAL,
		    "Galera: not ready (%s): refuses statements", state);
	else if (numbers[MYSQLD_WSREP_LOCAL_STATE] != 4)
		result_problem(result, STATE_WARNING, "Galera: %s instead of Synced%s", state,
		    is_on(numbers[MYSQLD_WSREP_DESYNC]) ? " (wsrep_desync is ON)" : "");
}

static double flow_control(const struct mysql_run *run)
{
	double share = delta(run, MYSQLD_WSREP_PAUSED) / run->seconds / 1e7;

	return share > 100 ? 100 : share;
}

void mysql_judge_galera(struct mysql_run *run)
{
	static const struct {
		enum mysql_metric metric;
		enum mysqld_number number;
	} facts[] = {
		{ MYSQL_CLUSTER_SIZE, MYSQLD_WSREP_CLUSTER_SIZE },
		{ MYSQL_CLUSTER_STATE, MYSQLD_WSREP_LOCAL_STATE },
		{ MYSQL_RECV_QUEUE, MYSQLD_WSREP_RECV_QUEUE },
		{ MYSQL_RECV_QUEUE_AVG, MYSQLD_WSREP_RECV_QUEUE_AVG },
		{ MYSQL_SEND_QUEUE, MYSQLD_WSREP_SEND_QUEUE },
	};
	const struct mysql_options *given = run->check->options;

	if (!is_galera(run)) {
		if (given->galera)
			result_problem(run->check->result, STATE_CRITICAL,
			    "is no Galera node: wsrep_provider is none");
		return;
	}
	judge_member(run);
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		give(run, facts[i].metric, run->now.number[facts[i].number]);
	give(run, MYSQL_FLOW_CONTROL, flow_control(run));
	give(run, MYSQL_CERT_FAILURES, delta(run, MYSQLD_WSREP_CERT_FAILURES) / run->seconds);
	give(run, MYSQL_BF_ABORTS, delta(run, MYSQLD_WSREP_BF_ABORTS) / run->seconds);
	result_detail(run->check->result, STATE_OK,
	    "Galera cluster %s: size %g, %s, this node is %s; %g write sets wait",
	    run->now.word[MYSQLD_WSREP_CLUSTER_NAME],
	    run->now.number[MYSQLD_WSREP_CLUSTER_SIZE],
	    run->now.word[MYSQLD_WSREP_CLUSTER_STATUS],
	    run->now.word[MYSQLD_WSREP_LOCAL_STATE_COMMENT],
	    run->now.number[MYSQLD_WSREP_RECV_QUEUE]);
}
