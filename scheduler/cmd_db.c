/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/store/db_event.h"
#include "lib/store/db_partition.h"
#include "scheduler/command.h"
#include "scheduler/event.h"

/* A statement that changes a table of years may last. */
enum { UPGRADE_TIMEOUT_S = 7 * 86400 };

static int connect_for_long(struct cli *cli)
{
	int exit_code = cli_settings(cli);

	if (exit_code != EXIT_DONE)
		return exit_code;
	cli->settings.db.io_timeout_s = UPGRADE_TIMEOUT_S;
	return cli_db(cli);
}

/* The days that come, so that the first rows go where they belong. What is in use now, the
 * maintain stage does later. */
static int make_partitions(struct cli *cli, struct err *err)
{
	struct db_partitioned done;

	return db_partition_maintain(cli->db, NULL, clock_real_ms(), &done, err);
}

/* Who changed the schema, from which to which. */
static int add_event(struct cli *cli, unsigned from, unsigned to, struct err *err)
{
	char user[64], texts[2][16];
	struct db_event event = { .time_ms = clock_real_ms(),
		.level = EVENT_INFO,
		.tag = "schema",
		.user = user,
		.host = cli->settings.host,
		.object = "version",
		.old_value = texts[0],
		.new_value = texts[1] };

	event_user(user, sizeof(user));
	(void)snprintf(texts[0], sizeof(texts[0]), "%u", from);
	(void)snprintf(texts[1], sizeof(texts[1]), "%u", to);
	return db_events_add(cli->db, &event, 1, err);
}

static int init(struct cli *cli, const void *options)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	unsigned version, ran;
	int exit_code = connect_for_long(cli);

	(void)options;
	if (exit_code != EXIT_DONE)
		return exit_code;
	if (db_schema_init(cli->db, &version, &ran, &err) < 0 || make_partitions(cli, &err) < 0)
		return cli_fail(&err);
	if (ran)
		(void)buf_addf(
		    &text, "schema %u: %u file%s run\n", version, ran, ran == 1 ? "" : "s");
	else
		(void)buf_addf(&text, "schema %u: nothing to do\n", version);
	return cli_print(&text);
}

const struct command cmd_db_init = {
	.name = "db init",
	.help = "makes the tables of an empty database",
	.run = init,
};

struct upgrade_options {
	bool dry_run;
};

static const struct opt upgrade_rows[] = {
	{ 0, "dry-run", NULL, OPT_FLAG, offsetof(struct upgrade_options, dry_run), NULL,
	    "print the statements that would be run, and change nothing" },
};

/* Each is shown when it begins, for it may last. */
static void show_step(const struct db_upgrade_step *step, void *context)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	const struct upgrade_options *options = context;

	(void)buf_addf(&text, "-- schema %u, statement %zu of %zu", step->version, step->number,
	    step->total);
	if (step->there)
		(void)buf_adds(&text, ": is there already\n");
	else if (options->dry_run)
		(void)buf_addf(&text, "\n%s;\n", step->statement);
	else
		(void)buf_addf(
		    &text, ": %.*s\n", (int)strcspn(step->statement, "(\n"), step->statement);
	(void)cli_print(&text);
}

static int upgrade(struct cli *cli, const void *given)
{
	struct upgrade_options options = *(const struct upgrade_options *)given;
	const struct db_upgrade how = {
		.dry_run = options.dry_run, .each = show_step, .context = &options
	};
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct db_upgraded done = { 0 };
	struct err err = ERR_INIT;
	int exit_code = connect_for_long(cli);

	if (exit_code != EXIT_DONE)
		return exit_code;
	if (db_schema_upgrade(cli->db, &how, &done, &err) < 0)
		return cli_fail(&err);
	if (!options.dry_run &&
	    (make_partitions(cli, &err) < 0 ||
		(done.files && add_event(cli, done.from, done.to, &err) < 0)))
		return cli_fail(&err);
	if (done.files == 0)
		(void)buf_addf(&text, "schema %u: nothing to do\n", done.to);
	else if (options.dry_run)
		(void)buf_addf(&text,
		    "-- schema %u would become %u: %zu statements to run, %zu there already\n",
		    done.from, done.to, done.ran, done.recognised);
	else
		(void)buf_addf(&text,
		    "schema %u is now %u: %zu statements run, %zu were there already\n",
		    done.from, done.to, done.ran, done.recognised);
	return cli_print(&text);
}

const struct command cmd_db_upgrade = {
	.name = "db upgrade",
	.help = "brings the tables of an older release up to this one's",
	COMMAND_OPTIONS(upgrade_rows, struct upgrade_options),
	.run = upgrade,
};
