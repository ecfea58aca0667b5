/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/check/sample.h"
#include "lib/client/mysqld_query.h"
#include "plugins/mysql_server.h"

/* A server's own clock and ours may go apart by this much between two runs. */
enum { CLOCKS_APART_S = 5 };

/* --- what cannot be had --------------------------------------------------------------------- */

void mysql_missing_right(struct mysql_run *run, const char *right, const char *what,
    bool is_needed, const enum mysql_metric *metrics, size_t n_metrics)
{
	struct thresholds *thresholds = &run->check->thresholds;

	if (!run->account[0] && mysqld_account(run->session, run->until_ms, run->account,
				    sizeof(run->account), NULL) < 0)
		(void)snprintf(run->account, sizeof(run->account), "this account");
	for (size_t i = 0; i < n_metrics; i++) {
		if (thresholds_given(thresholds, &mysql_metrics[metrics[i]]))
			is_needed = true;
		thresholds_excuse(thresholds, &mysql_metrics[metrics[i]], NULL);
	}
	if (is_needed)
		result_problem(run->check->result, STATE_UNKNOWN,
		    "%s not seen: GRANT %s ON *.* TO %s", what, right, run->account);
	else
		result_detail(run->check->result, STATE_UNKNOWN,
		    "%s not seen: GRANT %s ON *.* TO %s", what, right, run->account);
}

/* A statement failed, and no right is missing. */
static void no_answer(struct mysql_run *run, int code, const struct err *err)
{
	if (code == -EOPNOTSUPP)
		result_detail(run->check->result, STATE_UNKNOWN, "%s", err->text);
	else
		result_problem(run->check->result,
		    code == -ECHILD ? STATE_UNKNOWN : STATE_CRITICAL, "%s: %s", run->peer,
		    err->text);
}

/* --- status ------------------------------------------------------------------------------- */

static int ask_into(
    struct mysql_run *run, const char *sql, const char *what, struct buf *text, struct err *err)
{
	CLEANUP_MYSQLD_TABLE struct mysqld_table table = { .cells = NULL };
	int r = mysqld_ask(run->session, sql, what, run->until_ms, &table, err);

	if (r < 0)
		return r;
	r = mysqld_status_add(&table, text);
	return r < 0 ? err_sys(err, r, "cannot keep %s", what) : 0;
}

/* What MySQL does not count in its status. */
static int ask_innodb_metrics(struct mysql_run *run, struct buf *text, struct err *err)
{
	struct mysqld_status status;
	int r;

	mysqld_status_parse(buf_text(text), text->size, &status);
	if (run->metrics_denied || mysqld_is_mariadb(run->session) ||
	    !isnan(status.number[MYSQLD_DEADLOCKS]))
		return 0;
	r = ask_into(
	    run, mysqld_innodb_metrics_sql, "information_schema.INNODB_METRICS", text, err);
	run->metrics_denied = r == -EACCES;
	return mysqld_is_open(run->session) ? 0 : r;
}

/* One sample: what is set and what is counted. */
static int read_sample(
    const struct fsroot *root, struct buf *buf, void *context, struct err *err)
{
	CLEANUP_BUF struct buf sql = BUF_INIT;
	struct mysql_run *run = context;
	int r;

	(void)root;
	r = mysqld_status_sql(MYSQLD_STATUS, &sql);
	if (r == 0)
		r = ask_into(run, buf_text(&sql), "SHOW GLOBAL STATUS", buf, err);
	if (r == 0)
		r = ask_innodb_metrics(run, buf, err);
	if (r < 0)
		return r;
	mysqld_status_parse(buf_text(buf), buf->size, &run->now);
	return buf_add(buf, run->variables.data, run->variables.size);
}

static int read_variables(struct mysql_run *run, struct err *err)
{
	CLEANUP_BUF struct buf sql = BUF_INIT;
	int r = mysqld_status_sql(MYSQLD_VARIABLES, &sql);

	return r < 0 ? r
		     : ask_into(
			   run, buf_text(&sql), "SHOW GLOBAL VARIABLES", &run->variables, err);
}

/* Whether the last run saw the server that answers now, or what became of that. */
static void judge_restart(struct mysql_run *run, const struct mysqld_status *last, double age_s)
{
	const struct mysql_options *given = run->check->options;
	double was_s = last->number[MYSQLD_UPTIME], is_s = run->now.number[MYSQLD_UPTIME];
	const char *was_host = last->word[MYSQLD_HOSTNAME];
	const char *host = run->now.word[MYSQLD_HOSTNAME];
	enum state state = given->restart ? given->restart_state : STATE_OK;
	char age[CLOCK_TEXT_SIZE];

	if (isnan(was_s) || isnan(is_s))
		return;
	mysql_age_text(is_s, age);
	if (*was_host && *host && strcmp(was_host, host) != 0) {
		result_problem(run->check->result, state,
		    "another server answers: %s, not %s as at the last run", host, was_host);
		result_detail(run->check->result, state, "another server answers: %s, not %s",
		    host, was_host);
	} else if (is_s < was_s || is_s + CLOCKS_APART_S < age_s) {
		result_problem(run->check->result, state, "restarted %s ago", age);
		result_detail(run->check->result, state, "restarted %s ago", age);
	}
}

/* Another server's counters are no earlier ones of this server: averages since its start. */
static void use_earlier(struct mysql_run *run, const struct sample_pair *pair)
{
	const char *host = run->now.word[MYSQLD_HOSTNAME];

	mysqld_status_parse(buf_text(&pair->earlier), pair->earlier.size, &run->before);
	run->seconds = pair->seconds;
	if (strcmp(run->before.word[MYSQLD_HOSTNAME], host) == 0)
		return;
	run->seconds = run->now.number[MYSQLD_UPTIME] > 1 ? run->now.number[MYSQLD_UPTIME] : 1;
	for (size_t i = 0; i < MYSQLD_NUMBERS; i++)
		run->before.number[i] = 0;
}

static void ask_status(struct mysql_run *run)
{
	/* Rates are those of our own time, whatever tree --root is. */
	static const struct fsroot live = FSROOT_LIVE;
	CLEANUP(sample_pair_free) struct sample_pair pair = SAMPLE_PAIR_INIT;
	CLEANUP_BUF struct buf last = BUF_INIT;
	struct mysqld_status before;
	struct err err = ERR_INIT;
	double age_s = 0;
	int known, r = read_variables(run, &err);

	known = sample_store_read(&run->check->samples, &live, &last, &age_s);
	if (r == 0)
		r = sample_pair_take(
		    &run->check->samples, &live, read_sample, run, &pair, &err);
	if (r < 0)
		no_answer(run, r, &err);
	/* The first of two samples is there even if the second one is not. */
	mysqld_status_parse(buf_text(&pair.later), pair.later.size, &run->now);
	if (pair.later.size == 0)
		mysqld_status_parse(buf_text(&pair.earlier), pair.earlier.size, &run->now);
	if (r == 0)
		use_earlier(run, &pair);
	if (known != -ENOENT) {
		mysqld_status_parse(buf_text(&last), last.size, &before);
		judge_restart(run, &before, age_s);
	}
	mysql_judge_status(run);
	mysql_judge_galera(run);
}

/* --- the other sources ---------------------------------------------------------------------- */

static void ask_replicas(struct mysql_run *run)
{
	static const enum mysql_metric metrics[] = { MYSQL_CHANNELS, MYSQL_REPLICA_LAG,
		MYSQL_REPLICA_DELAY };
	const struct mysql_options *given = run->check->options;
	CLEANUP_MYSQLD_REPLICAS struct mysqld_replicas replicas = { .items = NULL };
	struct err err = ERR_INIT;
	int r = mysqld_replicas_read(run->session, run->until_ms, &replicas, &err);

	if (r == 0)
		mysql_judge_replicas(run, &replicas);
	else if (r == -EACCES)
		mysql_missing_right(run, mysqld_replicas_right(run->session), "replication",
		    given->replica || given->channels.n_items > 0, metrics,
		    sizeof(metrics) / sizeof(metrics[0]));
	else
		no_answer(run, r, &err);
}

static void ask_trx(struct mysql_run *run)
{
	static const enum mysql_metric metrics[] = { MYSQL_TRANSACTIONS,
		MYSQL_OLDEST_TRANSACTION, MYSQL_OLDEST_LOCK_WAIT };
	struct mysqld_trx trx;
	struct err err = ERR_INIT;
	int r = mysqld_trx_read(run->session, run->until_ms, &trx, &err);

	if (r == 0)
		mysql_judge_trx(run, &trx);
	else if (r == -EACCES)
		mysql_missing_right(run, "PROCESS", "transactions", false, metrics,
		    sizeof(metrics) / sizeof(metrics[0]));
	/* A Galera node that lost its cluster has its verdict. */
	else if (r != -EAGAIN)
		no_answer(run, r, &err);
}

static void ask_query(struct mysql_run *run)
{
	const struct mysql_options *given = run->check->options;
	const char *name = given->query_name ? given->query_name : "query";
	struct result *result = run->check->result;
	int64_t start_ms = clock_mono_ms();
	struct err err = ERR_INIT;
	double value;
	int r =
	    mysqld_query_number(run->session, given->query, name, run->until_ms, &value, &err);

	if (r == 0) {
		result_value(result, &mysql_metrics[MYSQL_QUERY], given->query_name, value,
		    RESULT_NONE, RESULT_NONE);
		result_metric(result, &mysql_metrics[MYSQL_QUERY_TIME],
		    (double)(clock_mono_ms() - start_ms) / 1000);
		result_detail(result, STATE_OK, "%s is %g", name, value);
		return;
	}
	thresholds_excuse(&run->check->thresholds, &mysql_metrics[MYSQL_QUERY], NULL);
	thresholds_excuse(
	    &run->check->thresholds, &mysql_metrics[MYSQL_QUERY], given->query_name);
	/* A Galera node that lost its cluster has its verdict. */
	if (r == -EAGAIN) {
		result_detail(result, STATE_UNKNOWN, "%s was not asked: %s", name, err.text);
		return;
	}
	/* Its answer, or that it may not be asked, says nothing about the server. */
	if (r == -EACCES || r == -EOPNOTSUPP || r == -EIO || r == -ENODATA || r == -EDOM ||
	    r == -ECHILD)
		result_problem(result, STATE_UNKNOWN, "%s", err.text);
	else
		result_problem(result, STATE_CRITICAL, "%s: %s", run->peer, err.text);
}

void mysql_ask_all(struct mysql_run *run)
{
	const struct mysql_options *given = run->check->options;
	struct err err = ERR_INIT;
	int r = mysqld_prepare(run->session, run->until_ms, &err);

	if (r < 0)
		no_answer(run, r, &err);
	if (mysqld_is_open(run->session))
		ask_status(run);
	if (mysqld_is_open(run->session))
		ask_replicas(run);
	if (mysqld_is_open(run->session))
		ask_trx(run);
	if (mysqld_is_open(run->session) && given->query)
		ask_query(run);
}
