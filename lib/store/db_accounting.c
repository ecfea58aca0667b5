/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/store/db_private.h"

#define DAY_MS INT64_C(86400000)

/* A sum of something, as a statement gives it: many of one key come together at the end. */
struct part {
	uint64_t key;
	struct db_accounting sums;
	int64_t latency_ms; /* -1: none */
	uint64_t n_latency;
};

struct work {
	struct db *db;
	const struct db_accounting_ask *ask;
	int64_t from_day;
	struct part *parts;
	size_t n_parts;
};

static int add_part(struct work *work, const struct part *part, struct err *err)
{
	size_t n = work->n_parts;
	struct part *parts = work->parts;

	if ((n & (n - 1)) == 0) {
		parts = reallocarray(parts, n ? n * 2 : 1, sizeof(*parts));
		if (!parts)
			return err_sys(err, -ENOMEM, "cannot add up the slots");
		work->parts = parts;
	}
	parts[work->n_parts++] = *part;
	return 0;
}

/* The column that is grouped by; day is that of the table at hand. */
static const char *key_of(const struct work *work, const char *day)
{
	switch (work->ask->by) {
	case DB_BY_HOST:
		return "t.hostid";
	case DB_BY_SPEC:
		return "t.specid";
	case DB_BY_DAY:
		return day;
	case DB_BY_ALL:
		break;
	}
	return "0";
}

/* Which specs count: those of one host, or all. */
static void and_host(struct buf *statement, const struct work *work)
{
	if (work->ask->hostid)
		(void)buf_addf(statement, " AND t.hostid = %u", work->ask->hostid);
}

/* --- one statement each ------------------------------------------------------------------- */

static int first_day(struct work *work, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	int r;

	work->from_day = work->ask->from_day;
	if (work->from_day)
		return 0;
	r = sql_selectf(work->db->sql, &rows, err, "SELECT MIN(day) FROM SLOTS");
	if (r == 0 && sql_rows_next(&rows))
		work->from_day = sql_i64(&rows, 0);
	return r;
}

static int take_slots(const struct sql_rows *rows, void *context, struct err *err)
{
	const struct part part = {
		.key = sql_u64(rows, 0), .sums.slots = sql_u64(rows, 1), .latency_ms = -1
	};

	return add_part(context, &part, err);
}

static int read_slots(struct work *work, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT;

	(void)buf_addf(&statement,
	    "SELECT %s k, SUM(s.n_slots) FROM SLOTS s JOIN TOOLSPECS t "
	    "ON t.specid = s.specid WHERE s.day >= %lld",
	    key_of(work, "s.day"), (long long)work->from_day);
	and_host(&statement, work);
	(void)buf_adds(&statement, " GROUP BY k");
	return sql_each(work->db->sql, &statement, take_slots, work, err);
}

static int take_open(const struct sql_rows *rows, void *context, struct err *err)
{
	const struct part part = { .key = sql_u64(rows, 0),
		.sums.open = sql_u64(rows, 1),
		.sums.ahead = sql_u64(rows, 2),
		.latency_ms = -1 };

	return add_part(context, &part, err);
}

static int read_open(struct work *work, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT;

	(void)buf_addf(&statement,
	    "SELECT %s k, COUNT(*), SUM(s.due_ms > %lld) FROM SCHEDULE s "
	    "JOIN TOOLSPECS t ON t.specid = s.scheduleid >> 32 "
	    "LEFT JOIN RUNLOG r ON r.day = s.due_ms DIV 86400000 AND r.kind = 0 "
	    "AND r.scheduleid = s.scheduleid WHERE r.scheduleid IS NULL AND s.due_ms >= %lld",
	    key_of(work, "s.due_ms DIV 86400000"), (long long)work->ask->now_ms,
	    (long long)(work->from_day * DAY_MS));
	and_host(&statement, work);
	(void)buf_adds(&statement, " GROUP BY k");
	return sql_each(work->db->sql, &statement, take_open, work, err);
}

static void add_outcome(
    struct db_accounting *ret, enum outcome outcome, uint64_t slots, uint64_t late)
{
	switch (outcome) {
	case OUTCOME_RUN:
		ret->run += slots;
		ret->late += late;
		break;
	case OUTCOME_TIMEOUT:
		ret->timeout += slots;
		ret->late += late;
		break;
	case OUTCOME_CANCELLED:
		ret->cancelled += slots;
		break;
	case OUTCOME_SKIPPED:
		ret->skipped += slots;
		break;
	case OUTCOME_LOST:
		ret->lost += slots;
		break;
	case OUTCOME_MISSED:
		ret->missed += slots;
		break;
	}
}

static int take_outcomes(const struct sql_rows *rows, void *context, struct err *err)
{
	struct part part = { .key = sql_u64(rows, 0), .latency_ms = -1 };
	enum outcome outcome = (enum outcome)sql_u64(rows, 1);

	add_outcome(&part.sums, outcome, sql_u64(rows, 2), sql_u64(rows, 3));
	if ((outcome == OUTCOME_RUN || outcome == OUTCOME_TIMEOUT) && !sql_is_null(rows, 4)) {
		part.latency_ms = sql_i64(rows, 4);
		part.n_latency = sql_u64(rows, 2);
		part.sums.latency_max_ms = part.latency_ms;
	}
	return add_part(context, &part, err);
}

/* Rows whose last slot is counted: it has been made, or materialise never will make it and the
 * loader has counted it. */
#define IS_COUNTED                                                            \
	"(r.last_due_ms < t.nextdue_ms OR (r.kind = 0 AND (t.enabled = 0 OR " \
	"MOD(r.due_ms - t.phase_ms, t.interval_ms) <> 0)))"

/* The same latencies come together, for they are few numbers of milliseconds; by spec only the
 * longest. */
static int read_rows(
    struct work *work, const char *rows, int64_t day, sql_row_fn *take, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT;
	bool by_spec = work->ask->by == DB_BY_SPEC;

	(void)buf_addf(&statement,
	    "SELECT %s k, r.outcome, SUM(r.slots), SUM(r.latency_ms > %lld), %s l FROM %s "
	    "AND r.day %s %lld",
	    key_of(work, "r.day"), (long long)work->ask->late_ms,
	    by_spec ? "MAX(r.latency_ms)" : "r.latency_ms", rows,
	    day ? "=" : ">=", (long long)(day ? day : work->from_day));
	and_host(&statement, work);
	(void)buf_addf(&statement, " GROUP BY k, r.outcome%s", by_spec ? "" : ", l");
	return sql_each(work->db->sql, &statement, take, work, err);
}

static int take_uncounted(const struct sql_rows *rows, void *context, struct err *err)
{
	struct work *work = context;
	int r = take_outcomes(rows, work, err);
	struct part *part;

	if (r < 0)
		return r;
	/* Modulo 2^64: the sums come out right. */
	part = &work->parts[work->n_parts - 1];
	part->sums = (struct db_accounting){ 0 };
	add_outcome(
	    &part->sums, (enum outcome)sql_u64(rows, 1), -sql_u64(rows, 2), -sql_u64(rows, 3));
	part->n_latency = -part->n_latency;
	return 0;
}

/* Of specs whose slots are not made up to now, which are few, by their key; of the others only
 * what is due after now. */
static int read_uncounted(struct work *work, struct err *err)
{
	CLEANUP_BUF struct buf behind = BUF_INIT;
	CLEANUP_BUF struct buf ahead = BUF_INIT;
	int64_t now_ms = work->ask->now_ms;
	int r;

	(void)buf_addf(&behind,
	    "TOOLSPECS t STRAIGHT_JOIN RUNLOG r ON r.specid = t.specid "
	    "AND r.due_ms >= t.nextdue_ms WHERE t.enabled = 1 AND t.nextdue_ms <= %lld "
	    "AND r.kind = 0 AND NOT " IS_COUNTED,
	    (long long)now_ms);
	(void)buf_addf(&ahead,
	    "RUNLOG r JOIN TOOLSPECS t ON t.specid = r.specid WHERE r.kind = 0 "
	    "AND r.due_ms > %lld AND r.day >= %lld AND t.nextdue_ms > %lld AND NOT " IS_COUNTED,
	    (long long)now_ms, (long long)db_day(now_ms), (long long)now_ms);
	r = read_rows(work, buf_text(&behind), 0, take_uncounted, err);
	return r < 0 ? r : read_rows(work, buf_text(&ahead), 0, take_uncounted, err);
}

/* Day by day, so that no statement takes long. A row's spec is looked at only where it matters:
 * nearly all rows of kind 0 are counted, and those that are not are few and come off again. */
static int read_outcomes(struct work *work, struct err *err)
{
	static const char with_spec[] =
	    "RUNLOG r JOIN TOOLSPECS t ON t.specid = r.specid WHERE " IS_COUNTED;
	static const char alone[] = "RUNLOG r WHERE r.kind = 0";
	static const char ranges[] = "RUNLOG r JOIN TOOLSPECS t ON t.specid = r.specid "
				     "WHERE r.kind = 1 AND " IS_COUNTED;
	bool by_day = work->ask->by == DB_BY_ALL || work->ask->by == DB_BY_DAY;
	int64_t last = db_day(work->ask->now_ms) + 1;
	int r = 0;

	if (!by_day || work->ask->hostid)
		return read_rows(work, with_spec, 0, take_outcomes, err);
	for (int64_t day = work->from_day; r == 0 && day && day <= last; day++)
		r = read_rows(work, alone, day, take_outcomes, err);
	if (r == 0)
		r = read_rows(work, ranges, 0, take_outcomes, err);
	return r < 0 ? r : read_uncounted(work, err);
}

/* A range that materialise is in the middle of: what of it has been made, less what has a row of
 * its own. */
static int read_cut_ranges(struct work *work, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT;

	(void)buf_addf(&statement,
	    "SELECT %s k, r.outcome, (t.nextdue_ms - 1 - r.due_ms) DIV r.step_ms + 1 - "
	    "(SELECT COUNT(*) FROM RUNLOG o WHERE o.day = r.day AND o.kind = 0 AND "
	    "o.scheduleid "
	    "BETWEEN r.scheduleid AND (r.specid << 32 | r.last_due_ms DIV 1000) "
	    "AND o.due_ms < t.nextdue_ms AND MOD(o.due_ms - r.due_ms, r.step_ms) = 0), 0, NULL "
	    "FROM RUNLOG r JOIN TOOLSPECS t ON t.specid = r.specid WHERE r.kind = 1 "
	    "AND r.due_ms < t.nextdue_ms AND r.last_due_ms >= t.nextdue_ms AND r.day >= %lld",
	    key_of(work, "r.day"), (long long)work->from_day);
	and_host(&statement, work);
	return sql_each(work->db->sql, &statement, take_outcomes, work, err);
}

static int take_errors(const struct sql_rows *rows, void *context, struct err *err)
{
	const struct part part = {
		.key = sql_u64(rows, 0), .sums.load_errors = sql_u64(rows, 1), .latency_ms = -1
	};

	return add_part(context, &part, err);
}

static int read_errors(struct work *work, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT;

	if (work->ask->by == DB_BY_SPEC || work->ask->by == DB_BY_DAY)
		return 0;
	(void)buf_addf(
	    &statement, "SELECT %s k, COUNT(*) FROM LOADERR t WHERE 1 = 1", key_of(work, ""));
	and_host(&statement, work);
	(void)buf_adds(&statement, " GROUP BY k HAVING COUNT(*) > 0");
	return sql_each(work->db->sql, &statement, take_errors, work, err);
}

static int read_all(struct work *work, struct err *err)
{
	static int (*const steps[])(struct work *, struct err *) = { first_day, read_slots,
		read_open, read_outcomes, read_cut_ranges, read_errors };
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(steps) / sizeof(steps[0]); i++)
		r = steps[i](work, err);
	return r;
}

/* --- together ----------------------------------------------------------------------------- */

static int by_key(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	if (x->key != y->key)
		return x->key > y->key ? 1 : -1;
	if (x->latency_ms != y->latency_ms)
		return x->latency_ms > y->latency_ms ? 1 : -1;
	/* What comes off stands behind what it comes off from. */
	return (x->n_latency > y->n_latency) - (x->n_latency < y->n_latency);
}

static void add(struct db_accounting *to, const struct db_accounting *from)
{
	to->slots += from->slots;
	to->run += from->run;
	to->timeout += from->timeout;
	to->cancelled += from->cancelled;
	to->skipped += from->skipped;
	to->lost += from->lost;
	to->missed += from->missed;
	to->late += from->late;
	to->open += from->open;
	to->ahead += from->ahead;
	to->load_errors += from->load_errors;
	if (from->latency_max_ms > to->latency_max_ms)
		to->latency_max_ms = from->latency_max_ms;
}

/* The latency of the one that stands at a share of all, the parts being in its order. */
static int64_t percentile(const struct part *parts, size_t n, unsigned percent)
{
	uint64_t sum = 0, at, before = 0;

	for (size_t i = 0; i < n; i++)
		sum += parts[i].n_latency;
	at = sum ? (sum - 1) * percent / 100 : 0;
	for (size_t i = 0; i < n; i++) {
		before += parts[i].n_latency;
		if (before > at)
			return parts[i].latency_ms;
	}
	return 0;
}

static void fold(
    const struct part *parts, size_t n, bool percentiles, struct db_accounting *ret)
{
	for (size_t i = 0; i < n; i++)
		add(ret, &parts[i].sums);
	ret->unaccounted =
	    (int64_t)ret->slots - (int64_t)(ret->run + ret->timeout + ret->cancelled +
					    ret->skipped + ret->lost + ret->missed + ret->open);
	if (!percentiles)
		return;
	ret->latency_p50_ms = percentile(parts, n, 50);
	ret->latency_p95_ms = percentile(parts, n, 95);
}

static int fold_all(struct work *work, struct db_accounting_list *list, struct err *err)
{
	size_t begin = 0;

	list->from_day = work->from_day;
	list->items = calloc(work->n_parts + 1, sizeof(*list->items));
	if (!list->items)
		return err_sys(err, -ENOMEM, "cannot add up the slots");
	if (work->n_parts)
		qsort(work->parts, work->n_parts, sizeof(*work->parts), by_key);
	for (size_t i = 0; i < work->n_parts; i++) {
		if (i + 1 < work->n_parts && work->parts[i + 1].key == work->parts[i].key)
			continue;
		list->items[list->n].key = work->parts[i].key;
		fold(work->parts + begin, i + 1 - begin, work->ask->by != DB_BY_SPEC,
		    &list->items[list->n++].sums);
		begin = i + 1;
	}
	/* The sum of nothing is a row too. */
	if (work->ask->by == DB_BY_ALL && list->n == 0)
		list->n = 1;
	return 0;
}

/* --- names -------------------------------------------------------------------------------- */

static int compare_key(const void *a, const void *b)
{
	uint64_t x = ((const struct db_accounting_row *)a)->key;
	uint64_t y = ((const struct db_accounting_row *)b)->key;

	return (x > y) - (x < y);
}

static int take_name(const struct sql_rows *rows, void *context, struct err *err)
{
	struct db_accounting_list *list = context;
	const struct db_accounting_row key = { .key = sql_u64(rows, 0) };
	struct db_accounting_row *row =
	    bsearch(&key, list->items, list->n, sizeof(key), compare_key);

	if (!row)
		return 0;
	row->name = strdup(sql_text(rows, 1));
	return row->name ? 0 : err_sys(err, -ENOMEM, "cannot add up the slots");
}

static int name_rows(const struct work *work, struct db_accounting_list *list, struct err *err)
{
	static const char *const names[] = {
		[DB_BY_HOST] = "SELECT hostid, name FROM HOST",
		[DB_BY_SPEC] = "SELECT t.specid, CONCAT(n.name, '/', t.name) FROM TOOLSPECS t "
			       "JOIN NODE n ON n.nodeid = t.nodeid",
	};
	CLEANUP_BUF struct buf statement = BUF_INIT;
	int r = 0;

	if (work->ask->by == DB_BY_HOST || work->ask->by == DB_BY_SPEC) {
		(void)buf_adds(&statement, names[work->ask->by]);
		r = sql_each(work->db->sql, &statement, take_name, list, err);
	}
	for (size_t i = 0; r == 0 && i < list->n; i++) {
		char text[CLOCK_TEXT_SIZE] = "";

		if (list->items[i].name)
			continue;
		if (work->ask->by == DB_BY_DAY)
			clock_text((int64_t)list->items[i].key * DAY_MS, 1, text);
		text[strcspn(text, " ")] = '\0';
		list->items[i].name = strdup(text);
		if (!list->items[i].name)
			r = err_sys(err, -ENOMEM, "cannot add up the slots");
	}
	return r;
}

void db_accounting_list_free(struct db_accounting_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->items[i].name);
	free(list->items);
	*list = (struct db_accounting_list){ 0 };
}

int db_accounting_list(struct db *db, const struct db_accounting_ask *ask,
    struct db_accounting_list *ret, struct err *err)
{
	CLEANUP(db_accounting_list_free) struct db_accounting_list list = { 0 };
	struct work work = { .db = db, .ask = ask };
	int r = sql_begin_snapshot(db->sql, err);

	if (r == 0)
		r = sql_end(db->sql, read_all(&work, err), err);
	if (r == 0)
		r = fold_all(&work, &list, err);
	free(work.parts);
	if (r == 0)
		r = name_rows(&work, &list, err);
	if (r < 0)
		return r;
	*ret = list;
	list = (struct db_accounting_list){ 0 };
	return 0;
}

int db_accounting(struct db *db, uint32_t hostid, int64_t now_ms, int64_t late_ms,
    struct db_accounting *ret, struct err *err)
{
	const struct db_accounting_ask ask = {
		.hostid = hostid, .now_ms = now_ms, .late_ms = late_ms
	};
	CLEANUP(db_accounting_list_free) struct db_accounting_list list = { 0 };
	int r = db_accounting_list(db, &ask, &list, err);

	if (r == 0)
		*ret = list.items[0].sums;
	return r;
}
