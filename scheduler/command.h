/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The subcommands of haetae, one a file cmd_*.c, and what they share: the settings, the
 * database, options. Tables go to stdout, messages to stderr.
 */
#ifndef HAETAE_SCHEDULER_COMMAND_H
#define HAETAE_SCHEDULER_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/buf.h"
#include "lib/check/opt.h"
#include "lib/store/db.h"
#include "scheduler/settings.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* What main has found before a command runs. */
struct cli {
	const char *config; /* --config, or NULL */
	struct settings settings;
	bool has_settings;
	struct db *db;
	char **arguments; /* behind the options */
	size_t n_arguments;
};

struct command {
	const char *name;      /* "db init": one word or two */
	const char *arguments; /* "FILE...", or NULL when it takes none */
	const char *help;      /* one sentence, lower case, no full stop */
	const struct opt *options;
	size_t n_options;
	size_t options_size; /* of the struct that they are stored in, zeroed before */
	int (*run)(struct cli *cli, const void *options);
};
#define COMMAND_OPTIONS(rows, type)                                       \
	.options = (rows), .n_options = sizeof(rows) / sizeof((rows)[0]), \
	.options_size = sizeof(type)

extern const struct command cmd_db_init, cmd_db_upgrade, cmd_db_status, cmd_db_grants;
extern const struct command cmd_node_add, cmd_node_set, cmd_node_rename, cmd_node_move,
    cmd_node_remove, cmd_node_import, cmd_node_export, cmd_node_list, cmd_node_show;
extern const struct command cmd_spec_import, cmd_spec_diff, cmd_spec_export, cmd_spec_list,
    cmd_spec_show, cmd_spec_enable, cmd_spec_disable, cmd_spec_remove, cmd_spec_run;
extern const struct command cmd_status;
extern const struct command cmd_history;
extern const struct command cmd_hold, cmd_release;
extern const struct command cmd_log;
extern const struct command cmd_threshold_set, cmd_threshold_unset, cmd_threshold_list;
extern const struct command cmd_profile_list, cmd_profile_show, cmd_profile_test,
    cmd_profile_suggest;
extern const struct command cmd_spool;
extern const struct command cmd_accounting;

/* Read and connect when first asked for. On failure the message is printed, and the value is
 * what the command exits with. */
int cli_settings(struct cli *cli);
int cli_db(struct cli *cli);
/* As cli_db, and the tables are those of this program. */
int cli_tables(struct cli *cli);

/* "haetae: TEXT" on stderr; returns EXIT_FAILED. */
int cli_fail(const struct err *err);
/* As cli_fail, and points at --help; returns EXIT_USAGE. */
int cli_usage(const struct err *err);
/* Prints to stdout; a failure to write is one of the command. Returns an exit code. */
int cli_print(const struct buf *text);

/* --output of those that have it: NULL and "table", or "json". */
int cli_wants_json(const char *output, bool *ret);

#endif
