/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "lib/check/text.h"
#include "lib/store/db_lease.h"
#include "lib/store/db_partition.h"
#include "lib/store/db_rollup.h"
#include "lib/store/db_size.h"
#include "scheduler/command.h"
#include "scheduler/table.h"

enum { MS_A_DAY = 86400000, PARTITIONED_MAX = 16, LEASES_MAX = 16 };

struct lease {
	char name[40], holder[DB_LEASE_HOLDER_SIZE];
	int64_t until_ms;
	bool over;
};

/* All that is shown. */
struct facts {
	struct db_server server;
	int64_t now_ms;
	struct buf tables_json;
	struct table tables;
	struct db_partition_row partitioned[PARTITIONED_MAX];
	size_t n_partitioned;
	uint64_t bytes; /* of all tables */
	size_t hours_waiting;
	int64_t hours_since_ms;
	struct lease leases[LEASES_MAX];
	size_t n_leases;
	double raw_a_day; /* bytes; 0: not known yet */
	unsigned full_days;
	double raw_full;
	bool has_room;
	double room; /* bytes that are left */
	const char *room_from;
};

static const struct table_column columns[] = {
	{ .title = "TABLE" },
	{ .title = "ROWS", .align = TABLE_RIGHT },
	{ .title = "SIZE", .align = TABLE_RIGHT },
	{ .title = "PARTITIONS", .align = TABLE_RIGHT },
	{ .title = "FROM" },
	{ .title = "UNTIL" },
};

static void size_text(double bytes, char out[32])
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	size_t unit = 0;

	for (; bytes >= 1024 && unit + 1 < sizeof(units) / sizeof(units[0]); unit++)
		bytes /= 1024;
	(void)snprintf(out, 32, "%.*f %s", bytes < 10 && unit ? 1 : 0, bytes, units[unit]);
}

/* --- gathering ------------------------------------------------------------------------------- */

static int take_partitioned(const struct db_partition_row *row, void *context, struct err *err)
{
	struct facts *facts = context;

	(void)err;
	if (facts->n_partitioned < PARTITIONED_MAX)
		facts->partitioned[facts->n_partitioned++] = *row;
	return 0;
}

static const struct db_partition_row *find_partitioned(
    const struct facts *facts, const char *table)
{
	for (size_t i = 0; i < facts->n_partitioned; i++) {
		if (strcmp(facts->partitioned[i].table, table) == 0)
			return &facts->partitioned[i];
	}
	return NULL;
}

static int take_table(const struct db_table_size *row, void *context, struct err *err)
{
	struct facts *facts = context;
	const struct db_partition_row *parts = find_partitioned(facts, row->table);
	char size[32], from[CLOCK_TEXT_SIZE] = "", until[CLOCK_TEXT_SIZE] = "";

	(void)err;
	facts->bytes += row->bytes;
	size_text((double)row->bytes, size);
	if (parts && parts->partitions) {
		clock_text(parts->oldest_ms, 1, from);
		clock_text(parts->ahead_ms, 1, until);
	}
	table_add(&facts->tables, row->table);
	table_addf(&facts->tables, "%llu", (unsigned long long)row->rows);
	table_add(&facts->tables, size);
	if (parts)
		table_addf(&facts->tables, "%zu", parts->partitions);
	else
		table_add(&facts->tables, "");
	table_addf(&facts->tables, "%.10s", from);
	table_addf(&facts->tables, "%.10s", until);
	(void)buf_adds(&facts->tables_json, facts->tables_json.size ? "," : "");
	(void)buf_adds(&facts->tables_json, "{\"table\":");
	text_json(row->table, &facts->tables_json);
	(void)buf_addf(&facts->tables_json, ",\"rows\":%llu,\"bytes\":%llu",
	    (unsigned long long)row->rows, (unsigned long long)row->bytes);
	if (parts)
		(void)buf_addf(&facts->tables_json,
		    ",\"partitions\":%zu,\"oldest_ms\":%lld,\"ahead_ms\":%lld,"
		    "\"rows_behind_the_last\":%llu",
		    parts->partitions, (long long)parts->oldest_ms, (long long)parts->ahead_ms,
		    (unsigned long long)parts->last_rows);
	(void)buf_addc(&facts->tables_json, '}');
	return 0;
}

static int take_lease(const struct db_lease_row *row, void *context, struct err *err)
{
	struct facts *facts = context;
	struct lease *lease = &facts->leases[facts->n_leases];

	(void)err;
	if (facts->n_leases == LEASES_MAX)
		return 0;
	(void)snprintf(lease->name, sizeof(lease->name), "%s", row->name);
	(void)snprintf(lease->holder, sizeof(lease->holder), "%s", row->holder);
	lease->until_ms = row->until_ms;
	lease->over = row->over;
	facts->n_leases++;
	return 0;
}

/* Bytes a day of what retention.raw is about: of whole days, or of today so far. */
static void reckon_growth(struct facts *facts, const struct settings *settings)
{
	double today = 0, share = (double)(facts->now_ms % MS_A_DAY) / MS_A_DAY;

	for (size_t i = 0; i < facts->n_partitioned; i++) {
		const struct db_partition_row *row = &facts->partitioned[i];

		if (strcmp(row->table, "RUNLOG") != 0 && strcmp(row->table, "RESULT") != 0)
			continue;
		facts->raw_a_day += row->bytes_a_day;
		today += (double)row->today_bytes;
		if (row->full_days > facts->full_days)
			facts->full_days = row->full_days;
	}
	if (facts->full_days == 0 && share > 0)
		facts->raw_a_day = today / share;
	facts->raw_full =
	    facts->raw_a_day * (double)(settings->retention.raw_ms / MS_A_DAY + 1);
}

/* Where the server is on this machine, and its folder may be asked. */
static void reckon_room(struct facts *facts, const struct settings *settings)
{
	const struct db_conf *db = &settings->db;
	struct statvfs st;

	if (settings->database.capacity) {
		facts->has_room = true;
		facts->room = (double)settings->database.capacity - (double)facts->bytes;
		facts->room_from = "database.capacity";
	} else if (db->socket && statvfs(facts->server.datadir, &st) == 0) {
		facts->has_room = true;
		facts->room = (double)st.f_bavail * (double)st.f_frsize;
		facts->room_from = "the server's file system";
	}
	if (facts->room < 0)
		facts->room = 0;
}

static int gather(struct cli *cli, struct facts *facts, struct err *err)
{
	int r = db_server_read(cli->db, &facts->server, err);

	if (r == 0)
		r = db_partition_list(cli->db, facts->now_ms, take_partitioned, facts, err);
	if (r == 0)
		r = db_table_sizes(cli->db, take_table, facts, err);
	if (r == 0)
		r = db_rollup_waiting(
		    cli->db, facts->now_ms, &facts->hours_waiting, &facts->hours_since_ms, err);
	if (r == 0)
		r = db_lease_list(cli->db, take_lease, facts, err);
	reckon_growth(facts, &cli->settings);
	reckon_room(facts, &cli->settings);
	return r;
}

/* --- showing --------------------------------------------------------------------------------- */

static void add_growth(
    const struct facts *facts, const struct settings *settings, struct buf *text)
{
	char day[32], full[32], room[32];
	double rest = facts->raw_full;

	size_text(facts->raw_a_day, day);
	size_text(facts->raw_full, full);
	size_text(facts->room, room);
	if (facts->has_room)
		(void)buf_addf(text, "room: %s left (%s)\n", room, facts->room_from);
	else
		(void)buf_adds(text, "room: not known from here; set database.capacity\n");
	if (facts->raw_a_day <= 0) {
		(void)buf_adds(text, "days left: nothing is stored yet\n");
		return;
	}
	for (size_t i = 0; i < facts->n_partitioned; i++) {
		const struct db_partition_row *row = &facts->partitioned[i];

		if (strcmp(row->table, "RUNLOG") == 0 || strcmp(row->table, "RESULT") == 0)
			rest -= (double)row->bytes;
	}
	(void)buf_adds(text, "days left: ");
	if (facts->has_room)
		(void)buf_addf(text, "%.0f", facts->room / facts->raw_a_day);
	else
		(void)buf_adds(text, "not known");
	(void)buf_addf(text, " (%s a day%s, raw values stay %lld days: %s when full%s)\n", day,
	    facts->full_days ? "" : " by today so far",
	    (long long)(settings->retention.raw_ms / MS_A_DAY), full,
	    !facts->has_room	  ? ""
	    : rest <= facts->room ? ", which is enough room"
				  : ", which is MORE than there is room for");
}

static void add_leases(const struct facts *facts, struct buf *text)
{
	for (size_t i = 0; i < facts->n_leases; i++) {
		const struct lease *lease = &facts->leases[i];
		char until[CLOCK_TEXT_SIZE];

		clock_text(lease->until_ms, 0, until);
		(void)buf_addf(text, "lease %s: %s, %s %s\n", lease->name, lease->holder,
		    lease->over ? "over since" : "until", until);
	}
}

static int add_lines(
    const struct facts *facts, const struct settings *settings, struct buf *text)
{
	int r;

	(void)buf_addf(text,
	    "schema: %u, as this program needs it\nserver: %s\ncommit: ", facts->server.schema,
	    facts->server.version);
	if (facts->server.durable)
		(void)buf_adds(text, "outlives a crash of the server\n");
	else
		(void)buf_addf(text,
		    "may be lost in a crash of the server (innodb_flush_log_at_trx_commit, "
		    "sync_binlog); results are kept in the spool for %lld s more\n",
		    (long long)(settings->hold_ms / 1000));
	add_growth(facts, settings, text);
	if (facts->hours_waiting) {
		char since[CLOCK_TEXT_SIZE];

		clock_text(facts->hours_since_ms, 0, since);
		(void)buf_addf(text, "roll-ups: %zu hours wait, the first of %s\n",
		    facts->hours_waiting, since);
	} else {
		(void)buf_adds(text, "roll-ups: none waits\n");
	}
	(void)buf_addf(text, "records that could not be loaded: %llu\n",
	    (unsigned long long)facts->server.load_errors);
	add_leases(facts, text);
	(void)buf_addc(text, '\n');
	r = table_print(&facts->tables, table_terminal(), text);
	for (size_t i = 0; i < facts->n_partitioned; i++) {
		const struct db_partition_row *row = &facts->partitioned[i];

		if (row->ahead_ms < facts->now_ms + 2 * (int64_t)MS_A_DAY)
			(void)buf_addf(text,
			    "WARNING: table %s has no partitions for the days that come: does "
			    "a scheduler run, and may it change tables (db grants --role "
			    "runner)?\n",
			    row->table);
	}
	return r;
}

static void add_json(const struct facts *facts, struct buf *text)
{
	(void)buf_addf(text, "{\"schema\":%u,\"server\":", facts->server.schema);
	text_json(facts->server.version, text);
	(void)buf_addf(text,
	    ",\"durable\":%s,\"bytes\":%llu,\"raw_bytes_a_day\":%.0f,\"full_days\":%u,"
	    "\"raw_bytes_when_full\":%.0f,",
	    facts->server.durable ? "true" : "false", (unsigned long long)facts->bytes,
	    facts->raw_a_day, facts->full_days, facts->raw_full);
	if (facts->has_room)
		(void)buf_addf(text, "\"room_bytes\":%.0f,", facts->room);
	if (facts->has_room && facts->raw_a_day > 0)
		(void)buf_addf(text, "\"days_left\":%.1f,", facts->room / facts->raw_a_day);
	(void)buf_addf(text, "\"hours_waiting\":%zu,\"load_errors\":%llu,\"leases\":[",
	    facts->hours_waiting, (unsigned long long)facts->server.load_errors);
	for (size_t i = 0; i < facts->n_leases; i++) {
		(void)buf_addf(text, "%s{\"name\":", i ? "," : "");
		text_json(facts->leases[i].name, text);
		(void)buf_adds(text, ",\"holder\":");
		text_json(facts->leases[i].holder, text);
		(void)buf_addf(text, ",\"until_ms\":%lld,\"over\":%s}",
		    (long long)facts->leases[i].until_ms,
		    facts->leases[i].over ? "true" : "false");
	}
	(void)buf_addf(text, "],\"tables\":[%s]}\n", buf_text(&facts->tables_json));
}

struct status_options {
	const char *output;
};

static const struct opt rows[] = {
	{ 0, "output", "FORM", OPT_STRING, offsetof(struct status_options, output), NULL,
	    "table (the default) or json" },
};

static void facts_free(struct facts *facts)
{
	table_free(&facts->tables);
	buf_free(&facts->tables_json);
}

static int run(struct cli *cli, const void *given)
{
	const struct status_options *options = given;
	CLEANUP(facts_free)
	struct facts facts = { .now_ms = clock_real_ms(),
		.tables = TABLE_INIT(columns),
		.tables_json = BUF_INIT };
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	bool json = false;
	int exit_code = cli_wants_json(options->output, &json);

	if (exit_code == EXIT_DONE)
		exit_code = cli_tables(cli);
	if (exit_code != EXIT_DONE)
		return exit_code;
	if (gather(cli, &facts, &err) < 0)
		return cli_fail(&err);
	if (json) {
		add_json(&facts, &text);
	} else if (add_lines(&facts, &cli->settings, &text) < 0) {
		(void)err_sys(&err, -ENOMEM, "cannot print");
		return cli_fail(&err);
	}
	return cli_print(&text);
}

const struct command cmd_db_status = {
	.name = "db status",
	.help = "how the tables and the server are: schema, sizes, room, roll-ups, leases",
	COMMAND_OPTIONS(rows, struct status_options),
	.run = run,
};
