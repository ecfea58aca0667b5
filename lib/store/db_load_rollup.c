/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/store/db_load.h"

enum { MS_AN_HOUR = 3600000 };

void db_hours_free(struct db_hours *hours)
{
	free(hours->items);
	*hours = (struct db_hours){ 0 };
}

int db_hours_add(struct db_hours *hours, int64_t first_ms, int64_t last_ms)
{
	for (int64_t hour = first_ms / MS_AN_HOUR; hour <= last_ms / MS_AN_HOUR; hour++) {
		/* Neighbours mostly share their hour. */
		if (hours->n && hours->items[hours->n - 1] == hour)
			continue;
		if (hours->n == hours->room) {
			size_t room = hours->room ? hours->room * 2 : 64;
			int64_t *items = realloc(hours->items, room * sizeof(*items));

			if (!items)
				return -ENOMEM;
			hours->items = items;
			hours->room = room;
		}
		hours->items[hours->n++] = hour;
	}
	return 0;
}

static int by_number(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* changed_ms grows with each mark, also of one millisecond: whoever has rolled the hour up sees
 * that it was marked again. */
int db_hours_mark(struct db *db, uint32_t hostid, struct db_hours *hours, struct err *err)
{
	CLEANUP_SQL_MANY struct sql_many many =
	    SQL_MANY_INIT(db->sql, "INSERT INTO ROLLUP_TODO (hostid, hour, changed_ms) VALUES ",
		" ON DUPLICATE KEY UPDATE changed_ms = GREATEST(changed_ms + 1, "
		"VALUES(changed_ms))");
	long long now = (long long)clock_real_ms();

	if (hours->n == 0)
		return 0;
	qsort(hours->items, hours->n, sizeof(*hours->items), by_number);
	for (size_t i = 0; i < hours->n; i++) {
		if (i == 0 || hours->items[i] != hours->items[i - 1])
			(void)buf_addf(sql_many_next(&many, err), "(%u, %lld, %lld)", hostid,
			    (long long)hours->items[i], now);
	}
	return sql_many_end(&many, err);
}

int db_load_rollup(struct load *load, struct err *err)
{
	CLEANUP(db_hours_free) struct db_hours hours = { 0 };

	for (size_t i = 0; i < load->n; i++) {
		const struct db_run *run = load->entries[i].run;

		if (db_hours_add(&hours, run->due_ms, run->last_due_ms) < 0)
			return err_sys(err, -ENOMEM, "cannot load runs");
	}
	return db_hours_mark(load->db, load->hostid, &hours, err);
}
