/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/command.h"

static int init(struct cli *cli, const void *options)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	unsigned version, ran;
	int exit_code = cli_db(cli);

	(void)options;
	if (exit_code != EXIT_DONE)
		return exit_code;
	if (db_schema_init(cli->db, &version, &ran, &err) < 0)
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
	.help = "makes the tables, or those that are missing",
	.run = init,
};

static int status(struct cli *cli, const void *options)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	bool durable;
	int exit_code = cli_tables(cli);

	(void)options;
	if (exit_code != EXIT_DONE)
		return exit_code;
	if (db_durable(cli->db, &durable, &err) < 0)
		return cli_fail(&err);
	(void)buf_adds(&text, "schema: as this program needs it\n");
	if (durable)
		(void)buf_adds(&text, "commit: outlives a crash of the server\n");
	else
		(void)buf_addf(&text,
		    "commit: may be lost in a crash of the server "
		    "(innodb_flush_log_at_trx_commit, sync_binlog); results are kept in the "
		    "spool for %lld s more\n",
		    (long long)(cli->settings.hold_ms / 1000));
	return cli_print(&text);
}

const struct command cmd_db_status = {
	.name = "db status",
	.help = "says whether the tables fit, and whether COMMIT is durable",
	.run = status,
};
