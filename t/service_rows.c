/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the collector of services publishes of a tree, and what another node makes of it:
 *
 *   service_rows ROOT PROFILE_DIR PROFILE [ROUNDS [STATE_DIR]]
 *
 * prints "TABLE NAME COLUMN=VALUE" for each cell that is not 0 or empty, as the view walks it;
 * then "same" where the rows, sent through SNMP's types, are judged as the node itself judges,
 * or what differs; then the CPU time of a round.
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "lib/health/service_rows.h"
#include "lib/mib/dependency.h"
#include "lib/mib/finding.h"
#include "lib/mib/listener.h"
#include "lib/mib/view.h"
#include "subagent/collector.h"

enum { TABLES = 4, WAIT_MS = 5000 };

extern const struct collector collector_services;

struct rows {
	struct mib_rows items[TABLES];
};

static int fail(const char *what, const struct err *err)
{
	printf("cannot %s: %s\n", what, err ? err->text : "");
	return 1;
}

static void rows_init(struct rows *rows)
{
	for (size_t i = 0; i < TABLES; i++)
		mib_rows_init(collector_services.tables[i], 0, &rows->items[i]);
}

static void rows_free(struct rows *rows)
{
	for (size_t i = 0; i < TABLES; i++)
		mib_rows_free(&rows->items[i]);
}

/* --- the cells, as they are walked ------------------------------------------------------------- */

static const char *service_name(const struct rows *rows, uint32_t index)
{
	for (size_t i = 0; i < rows->items[0].n; i++) {
		const struct mib_service *row = mib_rows_at(&rows->items[0], i);

		if (row->index[0] == index)
			return row->name;
	}
	return "?";
}

static const char *row_name(
    const struct rows *rows, const struct mib_table *table, const struct view_oid *oid)
{
	const struct mib_rows *own = &rows->items[0];
	const void *row;

	for (size_t i = 0; i < TABLES; i++) {
		if (rows->items[i].table == table)
			own = &rows->items[i];
	}
	row = mib_rows_find(own, oid->subids + 3, oid->n - 3);
	if (row && table == &mib_listener)
		return ((const struct mib_listener *)row)->name;
	if (row && table == &mib_dependency)
		return ((const struct mib_dependency *)row)->name;
	return service_name(rows, (uint32_t)oid->subids[3]);
}

static void print_cell(const struct rows *rows, const struct view_oid *oid,
    const struct mib_cell *cell, int64_t now_ms)
{
	for (size_t i = 0; i < TABLES; i++) {
		const struct mib_table *table = rows->items[i].table;
		const struct mib_column *column;

		if (table->number != oid->subids[0])
			continue;
		column = mib_column_find(table, (uint32_t)oid->subids[2]);
		if (!column || (!cell->bytes && cell->number == 0) ||
		    (cell->bytes && cell->size == 0))
			return;
		printf("%s %s %s=", table->name, row_name(rows, table, oid), column->name);
		if (cell->bytes && column->syntax == MIB_OCTETS)
			for (size_t k = 0; k < cell->size; k++)
				printf("%s%u", k ? "." : "", (unsigned char)cell->bytes[k]);
		else if (cell->bytes)
			printf("%.*s", (int)cell->size, cell->bytes);
		else if (column->syntax == MIB_ENUM)
			printf("%s", mib_word(column->words, cell->number));
		else
			printf("%" PRId64, cell->number);
		printf("\n");
	}
	(void)now_ms;
}

static int print_view(const struct rows *rows)
{
	struct view view = { .now_ms = clock_mono_ms() };
	struct view_oid oid = { .n = 0 }, next;
	struct mib_cell cell;
	size_t cells = 0, walked = 0;

	for (size_t i = 0; i < TABLES; i++) {
		const struct mib_rows *own = &rows->items[i];

		view.rows[mib_table_place(own->table)] = own;
		cells += own->n * own->table->n_columns;
	}
	while (view_next(&view, oid.subids, oid.n, &next, &cell)) {
		oid = next;
		walked++;
		print_cell(rows, &oid, &cell, view.now_ms);
	}
	if (walked != cells)
		printf("walked %zu of %zu cells\n", walked, cells);
	return walked == cells ? 0 : 1;
}

/* --- another node's view of them ------------------------------------------------------------------ */

/* Every cell goes through the types of SNMP. */
static int send_rows(const struct mib_rows *from, struct mib_rows *to)
{
	const struct mib_table *table = from->table;
	int64_t now_ms = clock_mono_ms();

	for (size_t i = 0; i < from->n; i++) {
		const void *row = mib_rows_at(from, i);
		void *copy = mib_rows_add_indexed(to);

		if (!copy)
			return -1;
		memcpy(copy, row, table->n_index * sizeof(uint32_t));
		for (size_t k = 0; k < table->n_columns; k++) {
			struct mib_cell cell;

			if (!mib_cell(table, &table->columns[k], row, now_ms, &cell) ||
			    mib_put(table, &table->columns[k], &cell, now_ms, copy) < 0)
				return -1;
		}
	}
	return mib_rows_finish(to);
}

static int judge_rows(const struct rows *rows, struct services *services)
{
	for (size_t i = 0; i < services->n_rows; i++) {
		struct service_row *row = &services->rows[i];
		const struct mib_service *from =
		    mib_rows_find_label(&rows->items[0], row->spec->name);

		if (!from)
			return fail("find a service", NULL);
		service_row_take(row, from, clock_mono_ms());
		service_findings_take(row, from->index[0], &rows->items[3]);
	}
	services_judge(services);
	return 0;
}

static int judge_node(struct services *services, const struct profile *profile,
    const struct services_how *how, struct err *err)
{
	int r = services_open(services, profile, how, err);

	if (r == 0)
		r = services_walk(services, err);
	if (r == 0)
		r = services_sockets(services, err);
	if (r < 0)
		return r;
	services_restarts(services, "", 0);
	services_rates(services, "", 0, 0);
	services_find(services);
	services_judge(services);
	return 0;
}

/* CPU in hundredths of a percent, ages in seconds, restarts of other runs. */
static bool is_same_fact(enum service_fact fact, double a, double b)
{
	double far = 1e-9;

	if (fact == SERVICE_RESTARTS)
		return true;
	if (fact == SERVICE_CPU)
		far = 0.006;
	if (fact == SERVICE_AGE || fact == SERVICE_AGE_MIN)
		far = 3;
	return (isnan(a) && isnan(b)) || fabs(a - b) <= far;
}

static int compare(const struct service_row *a, const struct service_row *b)
{
	CLEANUP_BUF struct buf x = BUF_INIT, y = BUF_INIT;
	int differ = 0;

	(void)buf_addf(&x, "%s %s: ", a->spec->name, state_text(a->state));
	service_words(a, &x);
	(void)buf_addf(&x, "; %s (%s)", buf_text(&a->sockets), buf_text(&a->notes));
	(void)buf_addf(&y, "%s %s: ", b->spec->name, state_text(b->state));
	service_words(b, &y);
	(void)buf_addf(&y, "; %s (%s)", buf_text(&b->sockets), buf_text(&b->notes));
	if (strcmp(buf_text(&x), buf_text(&y)) != 0) {
		printf("differs: '%s' and '%s'\n", buf_text(&x), buf_text(&y));
		differ = 1;
	}
	for (size_t i = 0; i < SERVICE_FACTS; i++) {
		if (!is_same_fact((enum service_fact)i, a->facts[i], b->facts[i])) {
			printf("differs: %s of %s is %.9g and %.9g\n", service_metrics[i].name,
			    a->spec->name, a->facts[i], b->facts[i]);
			differ = 1;
		}
	}
	return differ;
}

static int compare_both(const struct rows *rows, const struct fsroot *root,
    const struct profile_path *path, const char *name)
{
	CLEANUP(profile_free) struct profile profile = { 0 };
	CLEANUP(services_free) struct services near = { 0 };
	CLEANUP(services_free) struct services far = { 0 };
	CLEANUP(rows_free) struct rows sent;
	const struct services_how how = { .root = root,
		.asker = "check_services",
		.self = { root->live ? getpid() : 0 },
		.facts = SERVICE_ALL_FACTS };
	struct err err = ERR_INIT;
	int differ = 0;

	rows_init(&sent);
	if (profile_read(path, name, &profile, &err) < 0 ||
	    judge_node(&near, &profile, &how, &err) < 0 ||
	    services_open_rows(&far, &profile, &err) < 0)
		return fail("judge", &err);
	for (size_t i = 0; i < TABLES; i++) {
		if (send_rows(&rows->items[i], &sent.items[i]) < 0)
			return fail("send", NULL);
	}
	if (judge_rows(&sent, &far) != 0)
		return 1;
	for (size_t i = 0; i < near.n_rows; i++)
		differ |= compare(&near.rows[i], &far.rows[i]);
	if (!differ)
		printf("same\n");
	return differ;
}

/* --- rounds ---------------------------------------------------------------------------------------- */

static double cpu_ms(void)
{
	struct rusage usage;

	(void)getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

static int run_rounds(const struct settings *settings, const struct fsroot *root, uint64_t n,
    struct rows *rows, struct err *err)
{
	void *state = NULL;
	double first = 0, last = 0;
	int r = collector_services.open(settings, &state, err);

	for (uint64_t i = 0; r == 0 && i < n; i++) {
		const struct collect given = { .settings = settings,
			.root = root,
			.state = state,
			.until_ms = clock_mono_ms() + WAIT_MS };

		rows_free(rows);
		rows_init(rows);
		if (i > 0 && n <= 3)
			clock_sleep_ms(300);
		last = cpu_ms();
		r = collector_services.collect(&given, rows->items, err);
		if (r == 0 && err->text[0])
			printf("says without need: %s\n", err->text);
		last = cpu_ms() - last;
		if (i == 0)
			first = last;
	}
	for (size_t i = 0; r == 0 && i < TABLES; i++)
		r = mib_rows_finish(&rows->items[i]);
	collector_services.close(state);
	printf("round: first %.1f ms, last %.1f ms of CPU\n", first, last);
	return r;
}

int main(int argc, char **argv)
{
	CLEANUP(rows_free) struct rows rows;
	struct profile_path path = { .dirs = { argc > 2 ? argv[2] : NULL }, .n_dirs = 1 };
	struct settings settings = { .state_dir = argc > 5 ? argv[5] : NULL };
	struct err err = ERR_INIT;
	struct fsroot root;
	uint64_t n = 1;
	int r;

	rows_init(&rows);
	if (argc < 4 || (argc > 4 && num_u64(argv[4], &n, NULL) < 0))
		return fail("run without ROOT PROFILE_DIR PROFILE [ROUNDS [STATE_DIR]]", NULL);
	settings.profiles = (struct conf_texts){ .items = &argv[3], .n = 1 };
	settings.profile_dirs = (struct conf_texts){ .items = &argv[2], .n = 1 };
	if (fsroot_open(argv[1], &root, &err) < 0)
		return fail("open", &err);
	r = run_rounds(&settings, &root, n, &rows, &err);
	if (r < 0) {
		fsroot_close(&root);
		return fail("collect", &err);
	}
	r = print_view(&rows);
	r |= compare_both(&rows, &root, &path, argv[3]);
	fsroot_close(&root);
	return r;
}
