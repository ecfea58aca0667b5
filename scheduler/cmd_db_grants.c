/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "lib/store/db_grants.h"
#include "scheduler/command.h"

struct grants_options {
	const char *role, *user, *from;
};

static const struct opt rows[] = {
	{ 0, "role", "ROLE", OPT_STRING, offsetof(struct grants_options, role), NULL,
	    "runner (haetae-scheduler), operator (this command) or viewer (who only looks)" },
	{ 0, "user", "NAME", OPT_STRING, offsetof(struct grants_options, user), NULL,
	    "for this user of the database, instead of the configured one" },
	{ 0, "from", "HOST", OPT_STRING, offsetof(struct grants_options, from), NULL,
	    "who connects from there: localhost where the database is on this machine, else "
	    "% (anywhere)" },
};

static const char *default_from(const struct db_conf *db)
{
	if (db->socket || !db->host || strcmp(db->host, "localhost") == 0)
		return "localhost";
	return "%";
}

/* It asks no server: what it prints is for whoever may grant. */
static int run(struct cli *cli, const void *given)
{
	const struct grants_options *options = given;
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	const struct db_conf *db = &cli->settings.db;
	const char *user, *from;
	enum db_role role;
	int exit_code;

	if (!options->role) {
		(void)err_set(
		    &err, -EINVAL, "db grants needs --role: runner, operator or viewer");
		return cli_usage(&err);
	}
	if (db_role_parse(options->role, &role, &err) < 0) {
		err_prefix(&err, "option --role");
		return cli_usage(&err);
	}
	exit_code = cli_settings(cli);
	if (exit_code != EXIT_DONE)
		return exit_code;
	user = options->user ? options->user : db->user ? db->user : "haetae";
	from = options->from ? options->from : default_from(db);
	(void)buf_addf(&text,
	    "-- %s of database %s, once its tables are there. The user is made before:\n"
	    "-- CREATE USER '%s'@'%s' IDENTIFIED BY 'a password';\n",
	    db_role_names[role], db->database, user, from);
	db_grants(role, db->database, user, from, &text);
	return cli_print(&text);
}

const struct command cmd_db_grants = {
	.name = "db grants",
	.help = "prints the least GRANT statements of a role",
	COMMAND_OPTIONS(rows, struct grants_options),
	.run = run,
};
