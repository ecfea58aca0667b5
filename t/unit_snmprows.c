/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows that go through the tables of lib/mib and back: the agent here is lib/mib/view.h itself,
 * behind a question and an answer that have no net-snmp between them, and that can be told to
 * misbehave.
 */
#include "config.h"

#include "lib/health/snmprows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/client/snmp_private.h"
#include "lib/mib/collector.h"
#include "lib/mib/view.h"
#include "t/mib_fill.h"
#include "t/tap.h"

enum mischief {
	HONEST,
	CUT,	      /* three values an answer */
	SMALL,	      /* too big, above five values */
	BACK,	      /* the third answer is the second */
	ENDLESS,      /* one more row, for ever */
	OTHER_OBJECT, /* the answer to something else */
	OTHER_TYPE,   /* a text for a number, and a number for a text */
	LONG_INDEX,   /* one number behind the index */
	NOTHING,      /* no such object */
	SILENT,
};

struct snmp_peer {
	struct view view;
	enum mischief mischief;
	unsigned n_asked;
	uint32_t without; /* a column that this node does not know, 0: all are known */
	size_t hidden;	  /* of its values, hides the last ones */
};

/* --- the agent -------------------------------------------------------------------------------- */

static unsigned long module[VIEW_OID_MAX];
static size_t module_size;

struct made {
	struct snmp_peer_value values[2000];
	unsigned long oids[2000][VIEW_OID_MAX + 20];
	struct mib_cell cells[2000];
};

static void give(struct snmp_peer_value *ret, const struct mib_cell *cell)
{
	static const enum snmp_peer_type types[] = {
		[MIB_STATE] = SNMP_PEER_INTEGER,
		[MIB_ENUM] = SNMP_PEER_INTEGER,
		[MIB_TRUTH] = SNMP_PEER_INTEGER,
		[MIB_INTEGER] = SNMP_PEER_INTEGER,
		[MIB_UNSIGNED] = SNMP_PEER_UNSIGNED,
		[MIB_GAUGE] = SNMP_PEER_UNSIGNED,
		[MIB_HUNDREDTHS] = SNMP_PEER_UNSIGNED,
		[MIB_AGE] = SNMP_PEER_UNSIGNED,
		[MIB_COUNTER] = SNMP_PEER_COUNTER,
		[MIB_COUNTER64] = SNMP_PEER_COUNTER64,
		[MIB_TEXT] = SNMP_PEER_TEXT,
		[MIB_OCTETS] = SNMP_PEER_TEXT,
		[MIB_DATE] = SNMP_PEER_TEXT,
		[MIB_MISSING] = SNMP_PEER_TEXT,
	};

	ret->type = types[cell->syntax];
	ret->number = cell->number;
	ret->bytes = cell->size ? cell->bytes : NULL;
	ret->size = cell->size;
}

static void put_oid(struct made *made, size_t i, const unsigned long *behind, size_t n)
{
	memcpy(made->oids[i], module, module_size * sizeof(module[0]));
	memcpy(made->oids[i] + module_size, behind, n * sizeof(behind[0]));
	made->values[i].oid = made->oids[i];
	made->values[i].n_oid = module_size + n;
}

static void answer_get(struct snmp_peer *peer, const struct snmp_question *question,
    struct made *made, struct snmp_answer *ret)
{
	for (size_t i = 0; i < question->n; i++) {
		const struct snmp_peer_oid *oid = question->oids[i];

		put_oid(made, i, oid->subids + module_size, oid->n - module_size);
		if (peer->mischief != NOTHING &&
		    view_get(&peer->view, oid->subids + module_size, oid->n - module_size,
			&made->cells[i]))
			give(&made->values[i], &made->cells[i]);
		else
			made->values[i].type = peer->mischief == NOTHING
						   ? SNMP_PEER_NO_OBJECT
						   : SNMP_PEER_NO_INSTANCE;
	}
	ret->n = question->n;
}

/* The next value of a column, or the end. */
static void answer_next(const struct snmp_peer *peer, const unsigned long *last, size_t n,
    struct made *made, size_t i)
{
	struct view_oid oid;

	if (peer->mischief != NOTHING &&
	    view_next(
		&peer->view, last + module_size, n - module_size, &oid, &made->cells[i]) &&
	    (!peer->without || oid.subids[2] != peer->without)) {
		put_oid(made, i, oid.subids, oid.n);
		give(&made->values[i], &made->cells[i]);
		return;
	}
	put_oid(made, i, last + module_size, n - module_size);
	made->values[i].type = (enum snmp_peer_type)SNMP_PEER_END;
}

static void answer_bulk(struct snmp_peer *peer, const struct snmp_question *question,
    struct made *made, struct snmp_answer *ret)
{
	size_t n = question->n * question->max_repetitions;

	if (n > 2000)
		n = 2000;
	for (size_t i = 0; i < n; i++) {
		const struct snmp_peer_oid *asked = question->oids[i % question->n];
		size_t before = i - question->n;

		if (i < question->n)
			answer_next(peer, asked->subids, asked->n, made, i);
		else
			answer_next(
			    peer, made->oids[before], made->values[before].n_oid, made, i);
	}
	ret->n = n;
}

static void misbehave(
    struct snmp_peer *peer, const struct snmp_question *question, struct snmp_answer *ret)
{
	struct made *made = ret->pdu;

	if (peer->mischief == CUT && question->bulk && ret->n > 3)
		ret->n = 3;
	if (peer->mischief == SMALL && ret->n > 5) {
		ret->n = 0;
		ret->is_too_big = true;
	}
	if (peer->mischief == OTHER_OBJECT)
		made->oids[0][made->values[0].n_oid - 1]++;
	if (peer->mischief == LONG_INDEX)
		made->oids[0][made->values[0].n_oid++] = 1;
	for (size_t i = 0; peer->mischief == BACK && peer->n_asked > 2 && i < ret->n; i++)
		made->oids[i][module_size + 3] = 1;
	for (size_t i = 0; peer->mischief == ENDLESS && question->bulk && i < ret->n; i++) {
		const struct snmp_peer_oid *asked = question->oids[i % question->n];

		memcpy(made->oids[i], asked->subids, asked->n * sizeof(asked->subids[0]));
		made->values[i].n_oid = module_size + 5;
		if (asked->n < made->values[i].n_oid)
			made->oids[i][module_size + 4] = 0;
		made->oids[i][module_size + 4] += i / question->n + 1;
		made->values[i].type = SNMP_PEER_UNSIGNED;
		made->values[i].number = 1;
	}
	for (size_t i = 0; peer->mischief == OTHER_TYPE && i < ret->n; i++) {
		bool is_text = made->values[i].type == SNMP_PEER_TEXT;

		made->values[i].type = is_text ? SNMP_PEER_UNSIGNED : SNMP_PEER_TEXT;
		made->values[i].number = 1;
	}
}

int snmp_ask(struct snmp_peer *peer, const struct snmp_question *question, int64_t until_ms,
    struct snmp_answer *ret, struct err *err)
{
	struct made *made = calloc(1, sizeof(*made));

	(void)until_ms;
	if (!made)
		abort();
	peer->n_asked++;
	ret->pdu = made;
	ret->values = made->values;
	if (peer->mischief == SILENT)
		return err_set(err, -ETIMEDOUT, "no answer");
	if (question->bulk)
		answer_bulk(peer, question, made, ret);
	else
		answer_get(peer, question, made, ret);
	ret->size = ret->n * 40;
	misbehave(peer, question, ret);
	return 0;
}

void snmp_answer_free(struct snmp_answer *answer)
{
	free(answer->pdu);
	*answer = (struct snmp_answer)SNMP_ANSWER_INIT;
}

const char *snmp_peer_host(const struct snmp_peer *peer)
{
	(void)peer;
	return "node";
}

/* --- rows ------------------------------------------------------------------------------------- */

/* The fields of one column in two rows; ages to the second. */
static bool is_same(const struct mib_column *column, const char *a, const char *b)
{
	int64_t x, y;

	if (column->syntax == MIB_MISSING)
		return true;
	if (column->syntax == MIB_TEXT)
		return strcmp(a + column->offset, b + column->offset) == 0;
	if (column->syntax == MIB_OCTETS)
		return memcmp(a + column->offset, b + column->offset, column->size) == 0;
	memcpy(&x, a + column->offset, sizeof(x));
	memcpy(&y, b + column->offset, sizeof(y));
	if (column->syntax == MIB_AGE)
		return x - y < 3000 && y - x < 3000;
	return x == y;
}

static size_t n_wrong(const struct mib_rows *a, const struct mib_rows *b)
{
	size_t ret = a->n == b->n ? 0 : 1;

	for (size_t i = 0; !ret && i < a->n; i++) {
		const char *left = mib_rows_at(a, i), *right = mib_rows_at(b, i);

		ret += memcmp(left, right, a->table->n_index * sizeof(uint32_t)) != 0;
		for (size_t k = 0; k < a->table->n_columns; k++)
			if (!is_same(&a->table->columns[k], left, right)) {
				note("%s%s of row %zu", a->table->name,
				    a->table->columns[k].name, i);
				ret++;
			}
	}
	return ret;
}

/* --- tests ------------------------------------------------------------------------------------ */

static const struct mib_table *a_table(void)
{
	for (size_t i = 0; i < mib_n_tables; i++)
		if (mib_tables[i]->n_index == 1 && mib_fill_has_missing(mib_tables[i]))
			return mib_tables[i];
	abort();
}

static int read_one(struct snmp_peer *peer, const struct mib_table *table, struct mib_rows *ret,
    struct err *err)
{
	struct snmprows_want want = { .table = table, .rows = ret };

	peer->n_asked = 0;
	return snmprows_read(peer, &want, 1, NULL, 0, clock_mono_ms() + 1000, err);
}

static void test_tables(void)
{
	for (size_t i = 0; i < mib_n_tables; i++) {
		const struct mib_table *table = mib_tables[i];
		struct snmp_peer peer = { .view.now_ms = clock_mono_ms() };
		struct mib_rows rows, got;
		struct err err = ERR_INIT;

		if (table->n_index == 0)
			continue;
		mib_fill(&rows, table, 40, peer.view.now_ms);
		peer.view.rows[i] = &rows;
		for (enum mischief m = HONEST; m <= SMALL; m++) {
			peer.mischief = m;
			is_num(read_one(&peer, table, &got, &err), 0, table->name);
			is_num(n_wrong(&rows, &got), 0,
			    m == HONEST ? "all of it comes back"
			    : m == CUT	? "also in answers that are cut short"
					: "also when more is too big");
			mib_rows_free(&got);
		}
		mib_rows_free(&rows);
	}
}

static void test_scalars(void)
{
	for (size_t i = 0; i < mib_n_tables; i++) {
		const struct mib_table *table = mib_tables[i];
		struct snmp_peer peer = { .view.now_ms = clock_mono_ms() };
		struct mib_rows rows, got = { .table = table, .n = 1 };
		struct err err = ERR_INIT;
		struct snmprows_want want = { .table = table };

		if (table->n_index > 0)
			continue;
		want.row = got.items = calloc(1, table->row_size);
		mib_fill(&rows, table, 1, peer.view.now_ms);
		peer.view.rows[i] = &rows;
		is_num(snmprows_read(&peer, &want, 1, NULL, 0, 0, &err), 0, table->name);
		is_num(
		    n_wrong(&rows, &got), 0, "scalars come back, and none where there is none");
		peer.mischief = SMALL;
		is_num(snmprows_read(&peer, &want, 1, NULL, 0, 0, &err), 0, "in small pieces");
		is_num(n_wrong(&rows, &got), 0, "they are the same");
		peer.mischief = NOTHING;
		is_num(snmprows_read(&peer, &want, 1, NULL, 0, 0, &err), -ENOENT,
		    "an agent without the module");
		peer.mischief = OTHER_OBJECT;
		is_num(snmprows_read(&peer, &want, 1, NULL, 0, 0, &err), -EBADMSG,
		    "one that answers something else");
		mib_rows_free(&rows);
		free(got.items);
	}
}

static void test_mischief(void)
{
	static const struct {
		enum mischief mischief;
		int result;
		const char *name, *text;
	} cases[] = {
		{ BACK, -EBADMSG, "a walk that goes back", "does not go forward" },
		{ ENDLESS, -E2BIG, "a walk without an end", "" },
		{ OTHER_TYPE, -EBADMSG, "values of another type", "that it cannot have" },
		{ LONG_INDEX, -EBADMSG, "an index that is too long",
		    "an index that it cannot" },
		{ SILENT, -ETIMEDOUT, "silence", "no answer" },
	};
	const struct mib_table *table = a_table();
	struct snmp_peer peer = { .view.now_ms = clock_mono_ms() };
	struct mib_rows rows, got;

	mib_fill(&rows, table, 40, peer.view.now_ms);
	peer.view.rows[mib_table_place(table)] = &rows;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = ERR_INIT;
		int r;

		peer.mischief = cases[i].mischief;
		r = read_one(&peer, table, &got, &err);
		ok((r == cases[i].result || (cases[i].result == -E2BIG && r == -EBADMSG)) &&
			strstr(err.text, cases[i].text),
		    "%s: %d %s", cases[i].name, r, err.text);
		mib_rows_free(&got);
	}
	mib_rows_free(&rows);
}

static void test_collectors(void)
{
	static const struct {
		const char *name;
		int64_t state, age_s;
		bool found, stale;
	} cases[] = {
		{ "fresh", MIB_OK, 5, true, false },
		{ "failed", MIB_WARNING, 50, true, false },
		{ "hidden", MIB_CRITICAL, 500, true, true },
		{ "old", MIB_OK, 301, true, true },
		{ "new", MIB_UNKNOWN, MIB_NONE, true, true },
		{ "absent", 0, 0, false, false },
	};
	enum { N = sizeof(cases) / sizeof(cases[0]) };
	struct snmp_peer peer = { .view.now_ms = clock_mono_ms() };
	struct snmprows_collector got[N] = { { .name = "" } };
	struct err err = ERR_INIT;
	struct mib_rows rows;

	mib_rows_init(&mib_collector, 0, &rows);
	for (size_t i = 0; i < N; i++) {
		struct mib_collector *row;

		got[i].name = cases[i].name;
		if (!cases[i].found)
			continue;
		row = mib_rows_add(&rows, cases[i].name);
		if (!row)
			abort();
		row->state = cases[i].state;
		row->age = cases[i].age_s == MIB_NONE
			       ? MIB_NONE
			       : peer.view.now_ms - cases[i].age_s * 1000;
		row->limit = 300;
		(void)snprintf(row->state_text, sizeof(row->state_text), "why");
	}
	is_num(mib_rows_finish(&rows), 0, "rows of collectors");
	peer.view.rows[mib_table_place(&mib_collector)] = &rows;
	is_num(
	    snmprows_read(&peer, NULL, 0, got, N, clock_mono_ms() + 1000, &err), 0, "are read");
	is_num(peer.n_asked, 1, "by one question");
	for (size_t i = 0; i < N; i++) {
		ok(got[i].found == cases[i].found && got[i].stale == cases[i].stale,
		    "collector %s", cases[i].name);
		ok(!got[i].found || (cases[i].age_s == MIB_NONE) == (got[i].age_s == MIB_NONE),
		    "has an age, or none");
		is_str(got[i].error, got[i].found && cases[i].state != MIB_OK ? "why" : "",
		    "and a reason");
	}
	mib_rows_free(&rows);
}

static void test_older_node(void)
{
	const struct mib_table *table = a_table();
	const struct mib_column *column = NULL;
	struct snmp_peer peer = { .view.now_ms = clock_mono_ms() };
	struct mib_rows rows, got;
	struct err err = ERR_INIT;
	int64_t number = 0;

	for (size_t i = 0; i < table->n_columns; i++)
		if (table->columns[i].syntax == MIB_GAUGE)
			column = &table->columns[i];
	if (!column)
		abort();
	mib_fill(&rows, table, 4, peer.view.now_ms);
	peer.view.rows[mib_table_place(table)] = &rows;
	peer.without = column->number;
	is_num(read_one(&peer, table, &got, &err), 0, "a node that does not know a column");
	is_num(got.n, 4, "has all its rows");
	if (got.n)
		memcpy(&number, (const char *)mib_rows_at(&got, 0) + column->offset,
		    sizeof(number));
	ok(number == MIB_NONE, "and the column's values are not known");
	mib_rows_free(&got);
	mib_rows_free(&rows);
}

/* Some columns alone: the others are not known, and cost nothing. */
static void test_columns(void)
{
	static const char *const names[] = { "Disk", "Name", "Missing", NULL };
	const struct mib_table *table = mib_table_named("haetaeFilesystem");
	struct snmp_peer peer = { .view = { .now_ms = clock_mono_ms() } };
	CLEANUP(mib_rows_free) struct mib_rows rows, got;
	struct snmprows_want want = { .table = table, .rows = &got, .columns = names };
	struct err err = ERR_INIT;
	const struct mib_column *name = mib_column_named(table, "Name");
	const struct mib_column *state = mib_column_named(table, "State");
	int64_t number;

	mib_fill(&rows, table, 3, clock_mono_ms());
	peer.view.rows[mib_table_place(table)] = &rows;
	is_num(snmprows_read(&peer, &want, 1, NULL, 0, clock_mono_ms() + 1000, &err), 0,
	    "three columns of a table");
	is_num(got.n, 3, "have its rows");
	ok(got.n == 3 && is_same(name, mib_rows_at(&rows, 1), mib_rows_at(&got, 1)),
	    "... and their values");
	if (got.n == 3) {
		memcpy(&number, (const char *)mib_rows_at(&got, 1) + state->offset,
		    sizeof(number));
		is_num(number, MIB_NONE, "... another column is not known");
	}
}

int main(void)
{
	struct snmp_peer_oid root = { .n = 0 };

	if (snmp_peer_oid_add(&root, HAETAE_ENTERPRISE_OID ".1") < 0)
		abort();
	memcpy(module, root.subids, root.n * sizeof(module[0]));
	module_size = root.n;
	is_num(snmp_peer_oid_add(&root, "1..2"), -EINVAL, "no OID");
	is_num(snmp_peer_oid_add(&root, "1.2."), -EINVAL, "nor this");
	is_num(snmp_peer_oid_add(&root, "4294967296"), -EINVAL, "a number above 32 bits");
	test_tables();
	test_scalars();
	test_mischief();
	test_older_node();
	test_collectors();
	test_columns();
	return tap_done();
}
