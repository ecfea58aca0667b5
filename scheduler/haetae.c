/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/store/db_grants.h"
#include "scheduler/command.h"

static const struct command *const commands[] = {
	&cmd_db_init,
	&cmd_db_upgrade,
	&cmd_db_grants,
	&cmd_db_status,
	&cmd_node_add,
	&cmd_node_set,
	&cmd_node_rename,
	&cmd_node_move,
	&cmd_node_remove,
	&cmd_node_import,
	&cmd_node_export,
	&cmd_node_list,
	&cmd_node_show,
	&cmd_spec_import,
	&cmd_spec_diff,
	&cmd_spec_export,
	&cmd_spec_list,
	&cmd_spec_show,
	&cmd_spec_enable,
	&cmd_spec_disable,
	&cmd_spec_remove,
	&cmd_spec_run,
	&cmd_threshold_set,
	&cmd_threshold_unset,
	&cmd_threshold_list,
	&cmd_profile_list,
	&cmd_profile_show,
	&cmd_profile_test,
	&cmd_profile_suggest,
	&cmd_log,
	&cmd_status,
	&cmd_accounting,
	&cmd_history,
	&cmd_hold,
	&cmd_release,
	&cmd_spool,
};
enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

/* --- what commands share ------------------------------------------------------------------ */

int cli_fail(const struct err *err)
{
	(void)fprintf(stderr, "haetae: %s\n", err->text);
	return EXIT_FAILED;
}

int cli_usage(const struct err *err)
{
	(void)fprintf(stderr, "haetae: %s; see haetae --help\n", err->text);
	return EXIT_USAGE;
}

int cli_print(const struct buf *text)
{
	struct err err = ERR_INIT;
	int r = text->error;

	if (r == 0 && (fwrite(buf_text(text), 1, text->size, stdout) != text->size ||
			  fflush(stdout) != 0))
		r = errno ? -errno : -EIO;
	if (r == 0)
		return EXIT_DONE;
	(void)err_sys(&err, r, "cannot print");
	return cli_fail(&err);
}

int cli_settings(struct cli *cli)
{
	struct err err = ERR_INIT;

	if (cli->has_settings)
		return EXIT_DONE;
	if (settings_read(cli->config, &cli->settings, &err) < 0)
		return cli_fail(&err);
	cli->has_settings = true;
	return EXIT_DONE;
}

int cli_db(struct cli *cli)
{
	struct err err = ERR_INIT;
	int exit_code = cli_settings(cli);

	if (exit_code != EXIT_DONE || cli->db)
		return exit_code;
	cli->settings.db.role = db_role_names[DB_ROLE_OPERATOR];
	return db_open(&cli->settings.db, &cli->db, &err) < 0 ? cli_fail(&err) : EXIT_DONE;
}

int cli_tables(struct cli *cli)
{
	struct err err = ERR_INIT;
	int exit_code = cli_db(cli);

	if (exit_code != EXIT_DONE)
		return exit_code;
	return db_schema_check(cli->db, &err) < 0 ? cli_fail(&err) : EXIT_DONE;
}

int cli_wants_json(const char *output, bool *ret)
{
	struct err err = ERR_INIT;

	if (output && strcmp(output, "table") != 0 && strcmp(output, "json") != 0) {
		(void)err_set(&err, -EINVAL,
		    "option --output: '%.40s' is neither table nor json", output);
		return cli_usage(&err);
	}
	*ret = output && strcmp(output, "json") == 0;
	return EXIT_DONE;
}

static void cli_free(struct cli *cli)
{
	db_close(cli->db);
	if (cli->has_settings)
		settings_free(&cli->settings);
}

/* --- help --------------------------------------------------------------------------------- */

/* Whether the command's name begins with this word; NULL: any does. */
static bool is_of(const struct command *command, const char *word)
{
	size_t size = word ? strlen(word) : 0;

	return !word || (strncmp(command->name, word, size) == 0 && command->name[size] == ' ');
}

/* All commands, or those of one noun: "haetae node --help". */
static int print_help(const char *noun)
{
	CLEANUP_BUF struct buf text = BUF_INIT;

	(void)buf_adds(&text,
	    "usage: haetae [--config FILE] COMMAND [OPTION...] [ARGUMENT...]\n\n"
	    "Commands:\n");
	for (size_t i = 0; i < COMMANDS; i++) {
		const char *arguments = commands[i]->arguments;
		int width = 23 - (int)strlen(commands[i]->name);

		if (!is_of(commands[i], noun))
			continue;
		(void)buf_addf(&text, "  %s %-*s %s\n", commands[i]->name, width,
		    arguments ? arguments : "", commands[i]->help);
	}
	(void)buf_adds(&text, "\nhaetae COMMAND --help lists the options of a command.\n");
	return cli_print(&text);
}

static int print_command_help(const struct command *command)
{
	CLEANUP_BUF struct buf text = BUF_INIT;

	(void)buf_addf(&text, "usage: haetae [--config FILE] %s%s%s%s\n\n%s\n", command->name,
	    command->n_options ? " [OPTION...]" : "", command->arguments ? " " : "",
	    command->arguments ? command->arguments : "", command->help);
	if (command->n_options) {
		(void)buf_adds(&text, "\nOptions:\n");
		opt_help(command->options, command->n_options, &text);
	}
	return cli_print(&text);
}

static int print_version(void)
{
	CLEANUP_BUF struct buf text = BUF_INIT;

	(void)buf_adds(&text, "haetae " PACKAGE_VERSION "\n");
	return cli_print(&text);
}

/* --- the command line ---------------------------------------------------------------------- */

/* The command that argv begins with, and how many words its name has. */
static const struct command *find_command(int argc, char **argv, int *ret_words)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		const char *name = commands[i]->name, *blank = strchr(name, ' ');
		size_t first = blank ? (size_t)(blank - name) : strlen(name);

		if (argc < (blank ? 2 : 1) || strlen(argv[0]) != first ||
		    strncmp(argv[0], name, first) != 0)
			continue;
		if (blank && strcmp(argv[1], blank + 1) != 0)
			continue;
		*ret_words = blank ? 2 : 1;
		return commands[i];
	}
	return NULL;
}

static bool takes_word(const struct command *command, const char *option)
{
	for (size_t i = 0; i < command->n_options; i++) {
		const struct opt *row = &command->options[i];

		/* "[NAME]" may be left out, so it is never a word of its own. */
		if (!row->argument || row->argument[0] == '[')
			continue;
		if ((strncmp(option, "--", 2) == 0 && strcmp(option + 2, row->name) == 0) ||
		    (row->letter && option[0] == '-' && option[1] == row->letter && !option[2]))
			return true;
	}
	return false;
}

/* Puts the options and their words in front of the arguments, in their order; behind "--"
 * everything is an argument. Returns how many words of argv, from index 1 on, are options. */
static int count_options(const struct command *command, int argc, char **argv)
{
	int n = 1;

	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		int words = 1;

		if (argv[i][0] != '-' || !argv[i][1])
			continue;
		if (takes_word(command, argv[i]) && i + 1 < argc)
			words = 2;
		for (int j = 0; j < words; j++, i++, n++) {
			char *word = argv[i];

			memmove(argv + n + 1, argv + n, (size_t)(i - n) * sizeof(*argv));
			argv[n] = word;
		}
		i--;
	}
	return n;
}

/* argv[0] is the last word of the command's name. */
static int run_command(const struct command *command, struct cli *cli, int argc, char **argv)
{
	CLEANUP_FREE void *options = calloc(1, command->options_size + 1);
	struct opt_set set = { command->options, command->n_options, options };
	struct err err = ERR_INIT;
	int n = count_options(command, argc, argv);

	for (int i = 1; i < n; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return print_command_help(command);
	}
	if (!options) {
		(void)err_sys(&err, -ENOMEM, "cannot run");
		return cli_fail(&err);
	}
	if (opt_parse(&set, 1, n, argv, &err) < 0)
		return cli_usage(&err);
	/* Between the arguments it stands for nothing either. */
	for (int i = n; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0) {
			memmove(argv + i, argv + i + 1, (size_t)(argc - i) * sizeof(*argv));
			argc--;
			break;
		}
	}
	cli->arguments = argv + n;
	cli->n_arguments = (size_t)(argc - n);
	if (!command->arguments && cli->n_arguments) {
		(void)err_set(&err, -EINVAL, "%s takes no argument, found '%.60s'",
		    command->name, cli->arguments[0]);
		return cli_usage(&err);
	}
	/* "[NODE...]" may be left out. */
	if (command->arguments && command->arguments[0] != '[' && !cli->n_arguments) {
		(void)err_set(&err, -EINVAL, "%s needs %s", command->name, command->arguments);
		return cli_usage(&err);
	}
	return command->run(cli, options);
}

static int complain(int argc, char **argv)
{
	struct err err = ERR_INIT;

	if (argc == 0)
		(void)err_set(&err, -EINVAL, "a command is missing");
	else if (argv[0][0] == '-')
		(void)err_set(&err, -EINVAL, "unknown option '%.60s'", argv[0]);
	else
		(void)err_set(&err, -EINVAL, "unknown command '%.60s%s%.60s'", argv[0],
		    argc > 1 ? " " : "", argc > 1 ? argv[1] : "");
	return cli_usage(&err);
}

/* "node --help": what there is of a noun that commands begin with. */
static bool asks_for_noun(int argc, char **argv)
{
	if (argc != 2 || (strcmp(argv[1], "--help") != 0 && strcmp(argv[1], "-h") != 0))
		return false;
	for (size_t i = 0; i < COMMANDS; i++) {
		if (is_of(commands[i], argv[0]))
			return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	CLEANUP(cli_free) struct cli cli = { 0 };
	const struct command *command;
	int at = 1, words;

	/* For the widths of characters alone: numbers stay as the C locale writes them. The
	 * names in the database are UTF-8, also where cron has set no locale. */
	if (!setlocale(LC_CTYPE, "") || MB_CUR_MAX == 1)
		(void)setlocale(LC_CTYPE, "C.UTF-8");
	while (at < argc && argv[at][0] == '-') {
		if (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0)
			return print_help(NULL);
		if (strcmp(argv[at], "--version") == 0 || strcmp(argv[at], "-V") == 0)
			return print_version();
		if (strncmp(argv[at], "--config=", 9) == 0) {
			cli.config = argv[at] + 9;
			at++;
		} else if (strcmp(argv[at], "--config") == 0 && at + 1 < argc) {
			cli.config = argv[at + 1];
			at += 2;
		} else {
			return complain(argc - at, argv + at);
		}
	}
	command = find_command(argc - at, argv + at, &words);
	if (!command && asks_for_noun(argc - at, argv + at))
		return print_help(argv[at]);
	if (!command)
		return complain(argc - at, argv + at);
	at += words - 1;
	return run_command(command, &cli, argc - at, argv + at);
}
