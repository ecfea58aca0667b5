/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/db_lease.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/store/db_private.h"

/* The server's clock in ms. Hosts disagree, and the loser's clock must not decide. */
#define SERVER_MS "CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)"

void db_lease_holder(const char *program, char ret[DB_LEASE_HOLDER_SIZE])
{
	char since[CLOCK_TEXT_SIZE], host[HOST_NAME_MAX + 1] = "?";
	uint16_t digits = 0;

	(void)gethostname(host, sizeof(host) - 1);
	clock_text(clock_real_ms(), 1, since);
	if (getrandom(&digits, sizeof(digits), 0) != sizeof(digits))
		digits = (uint16_t)clock_mono_ms();
	(void)snprintf(ret, DB_LEASE_HOLDER_SIZE, "%.60s on %.100s, pid %ld, since %s (%04x)",
	    program, host, (long)getpid(), since, digits);
}

static int take(
    struct sql *sql, const char *name, const char *holder, int64_t for_ms, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT;

	(void)buf_adds(&statement, "INSERT INTO LEASE (name, holder, until_ms) VALUES (");
	sql_quotes(&statement, name);
	(void)buf_adds(&statement, ", ");
	sql_quotes(&statement, holder);
	/* Assigned from left to right: until_ms moves when the holder is ours by then. */
	(void)buf_addf(&statement,
	    ", " SERVER_MS " + %lld) ON DUPLICATE KEY UPDATE holder = IF(until_ms < " SERVER_MS
	    ", VALUES(holder), holder), until_ms = IF(holder = VALUES(holder), "
	    "VALUES(until_ms), until_ms)",
	    (long long)for_ms);
	return sql_run(sql, &statement, NULL, err);
}

int db_lease_take(
    struct db *db, const char *name, const char *holder, int64_t for_ms, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_BUF struct buf statement = BUF_INIT;
	char until[CLOCK_TEXT_SIZE];
	int r = take(db->sql, name, holder, for_ms, err);

	if (r < 0)
		return r;
	(void)buf_adds(&statement, "SELECT holder = ");
	sql_quotes(&statement, holder);
	(void)buf_adds(&statement, ", holder, until_ms FROM LEASE WHERE name = ");
	sql_quotes(&statement, name);
	r = sql_select(db->sql, &statement, &rows, err);
	if (r < 0)
		return r;
	if (!sql_rows_next(&rows))
		return err_set(err, -EAGAIN, "the lease '%.40s' was given back just now", name);
	if (sql_i64(&rows, 0))
		return 0;
	clock_text(sql_i64(&rows, 2), 0, until);
	return err_set(err, -EBUSY,
	    "the lease '%.40s' is held by %.255s until %s; if that one is dead, it ends then",
	    name, sql_text(&rows, 1), until);
}

int db_lease_release(struct db *db, const char *name, const char *holder, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT;

	(void)buf_adds(&statement, "DELETE FROM LEASE WHERE name = ");
	sql_quotes(&statement, name);
	(void)buf_adds(&statement, " AND holder = ");
	sql_quotes(&statement, holder);
	return sql_run(db->sql, &statement, NULL, err);
}

static void keep(
    const struct db_conf *conf, const char *name, const char *holder, int64_t for_ms)
{
	struct sql *sql = NULL;

	for (;;) {
		clock_sleep_ms(for_ms / 4);
		if (!sql && sql_open(conf, &sql, NULL) < 0)
			continue;
		/* Lost leases stay with who has them: the row's own condition sees to that. */
		(void)take(sql, name, holder, for_ms, NULL);
	}
}

pid_t db_lease_keep(
    const struct db_conf *conf, const char *name, const char *holder, int64_t for_ms)
{
	pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		return -errno;
	if (pid > 0)
		return pid;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(1);
	keep(conf, name, holder, for_ms);
	_exit(0);
}

void db_lease_keep_end(pid_t pid)
{
	if (pid <= 0)
		return;
	(void)kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
	}
}

int db_lease_list(struct db *db, db_lease_fn *each, void *context, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	int r;

	r = sql_selectf(db->sql, &rows, err,
	    "SELECT name, holder, until_ms, until_ms < " SERVER_MS
	    " FROM LEASE WHERE holder <> '' ORDER BY name");
	while (r == 0 && sql_rows_next(&rows)) {
		struct db_lease_row row = { .name = sql_text(&rows, 0),
			.holder = sql_text(&rows, 1),
			.until_ms = sql_i64(&rows, 2),
			.over = sql_i64(&rows, 3) != 0 };

		r = each(&row, context, err);
	}
	return r;
}
