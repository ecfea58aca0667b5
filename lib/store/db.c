/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/db.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/store/db_private.h"
#include "lib/store/labels.h"

int db_open(const struct db_conf *conf, struct db **ret, struct err *err)
{
	struct db *db = calloc(1, sizeof(*db));
	int r;

	if (!db)
		return err_sys(err, -ENOMEM, "cannot connect to the database");
	r = labels_new(&db->labels);
	if (r < 0)
		(void)err_sys(err, r, "cannot connect to the database");
	else
		r = sql_open(conf, &db->sql, err);
	if (r < 0) {
		db_close(db);
		return r;
	}
	*ret = db;
	return 0;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	sql_close(db->sql);
	labels_free(db->labels);
	free(db);
}

int db_durable(struct db *db, bool *ret, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	int r;

	/* Asked after each outage, which may have taken a COMMIT with it: the cache may know
	 * numbers that the server has lost. */
	labels_clear(db->labels);
	r = sql_selectf(db->sql, &rows, err,
	    "SELECT @@innodb_flush_log_at_trx_commit, @@log_bin, @@sync_binlog");
	if (r < 0)
		return r;
	if (!sql_rows_next(&rows))
		return err_set(err, -EIO, "cannot read the server's settings: no row");
	*ret = sql_i64(&rows, 0) == 1 && (sql_i64(&rows, 1) == 0 || sql_i64(&rows, 2) == 1);
	return 0;
}

const char *outcome_text(enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_RUN:
		return "run";
	case OUTCOME_TIMEOUT:
		return "timeout";
	case OUTCOME_CANCELLED:
		return "cancelled";
	case OUTCOME_SKIPPED:
		return "skipped";
	case OUTCOME_LOST:
		return "lost";
	case OUTCOME_MISSED:
		return "missed";
	}
	return "unknown";
}

int outcome_rank(enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_RUN:
	case OUTCOME_TIMEOUT:
		return 4;
	case OUTCOME_CANCELLED:
	case OUTCOME_SKIPPED:
		return 3;
	case OUTCOME_LOST:
		return 2;
	case OUTCOME_MISSED:
		return 1;
	}
	return 0;
}
