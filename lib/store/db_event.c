/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/db_event.h"

#include "lib/store/db_load.h"

enum { TAG_MAX = 32, USER_MAX = 64, NAME_MAX_BYTES = 190, OBJECT_MAX = 400, VALUE_MAX = 1000 };

void db_event_row(const struct db_event *event, struct buf *row)
{
	const struct {
		const char *text;
		size_t max;
	} texts[] = { { event->user, USER_MAX }, { event->host, NAME_MAX_BYTES },
		{ event->node, NAME_MAX_BYTES }, { event->object, OBJECT_MAX },
		{ event->old_value, VALUE_MAX }, { event->new_value, VALUE_MAX } };
	uint64_t id = event->eventid ? event->eventid : db_event_id();

	(void)buf_addf(row, "(%lld, %lld, %llu, %d, ", (long long)db_day(event->time_ms),
	    (long long)event->time_ms, (unsigned long long)id, (int)event->level);
	db_quote_cut(row, event->tag ? event->tag : "", TAG_MAX);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		(void)buf_adds(row, ", ");
		db_quote_cut(row, texts[i].text ? texts[i].text : "", texts[i].max);
	}
	(void)buf_addc(row, ')');
}

int db_events_add(struct db *db, const struct db_event *events, size_t n, struct err *err)
{
	CLEANUP_SQL_MANY struct sql_many many = DB_EVENTS_MANY(db);

	if (n == 0)
		return 0;
	for (size_t i = 0; i < n; i++)
		db_event_row(&events[i], sql_many_next(&many, err));
	return sql_many_end(&many, err);
}

static void add_filter(const struct db_event_filter *filter, struct buf *statement)
{
	(void)buf_addf(statement, " WHERE day >= %lld AND time_ms >= %lld AND level <= %d",
	    (long long)db_day(filter->since_ms), (long long)filter->since_ms,
	    filter->level_most);
	if (filter->until_ms)
		(void)buf_addf(statement, " AND day <= %lld AND time_ms < %lld",
		    (long long)db_day(filter->until_ms), (long long)filter->until_ms);
	if (filter->node) {
		(void)buf_adds(statement, " AND node = ");
		sql_quotes(statement, filter->node);
	}
	if (filter->tag) {
		(void)buf_adds(statement, " AND tag = ");
		sql_quotes(statement, filter->tag);
	}
}

int db_events_read(struct db *db, const struct db_event_filter *filter, db_event_fn *each,
    void *context, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	CLEANUP_BUF struct buf statement = BUF_INIT;
	int r;

	(void)buf_adds(&statement,
	    "SELECT * FROM (SELECT time_ms, eventid, level, tag, user_name, host_name, node, "
	    "object, old_value, new_value FROM EVENTLOG");
	add_filter(filter, &statement);
	(void)buf_adds(&statement, " ORDER BY day DESC, time_ms DESC, tag DESC, eventid DESC");
	if (filter->limit)
		(void)buf_addf(&statement, " LIMIT %zu", filter->limit);
	(void)buf_adds(&statement, ") newest ORDER BY time_ms, tag, eventid");
	r = sql_select(db->sql, &statement, &rows, err);
	while (r == 0 && sql_rows_next(&rows)) {
		struct db_event event = { .time_ms = sql_i64(&rows, 0),
			.eventid = sql_u64(&rows, 1),
			.level = (enum event_level)sql_u64(&rows, 2),
			.tag = sql_text(&rows, 3),
			.user = sql_text(&rows, 4),
			.host = sql_text(&rows, 5),
			.node = sql_text(&rows, 6),
			.object = sql_text(&rows, 7),
			.old_value = sql_text(&rows, 8),
			.new_value = sql_text(&rows, 9) };

		r = each(&event, context, err);
	}
	return r;
}
