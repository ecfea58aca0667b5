/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/check/text.h"
#include "scheduler/cmd_spec.h"
#include "scheduler/event.h"

static const struct opt scope_rows[] = {
	{ 0, "node", "NODE", OPT_STRING, offsetof(struct spec_scope, node), NULL,
	    "specs of this node: those named, or all" },
	{ 0, "group", "PATH", OPT_STRING, offsetof(struct spec_scope, group), NULL,
	    "specs of this group: those named, or all below it" },
};

/* Finds them anew for each try: what changed in between may have changed what is meant. */
static int try_once(struct cli *cli, const struct spec_scope *scope, enum spec_deed deed,
    struct spec_infos *infos, size_t *ret_n, struct err *err)
{
	CLEANUP_FREE uint32_t *specids = NULL;
	char user[SPEC_USER_SIZE];
	const struct db_author author = { .user = user, .host = cli->settings.host };
	size_t n = 0;
	bool whole = cli->n_arguments == 0;
	int r = cmd_spec_find(cli, scope, infos, err);

	if (r < 0)
		return r;
	specids = calloc(infos->n + 1, sizeof(*specids));
	if (!specids)
		return err_sys(err, -ENOMEM, "cannot change specs");
	for (size_t i = 0; i < infos->n; i++) {
		/* Of a whole node its own go; its groups' stay. */
		if (deed == SPEC_REMOVE && whole && infos->items[i].parentid)
			continue;
		specids[n++] = infos->items[i].spec.specid;
	}
	event_user(user, sizeof(user));
	return db_specs_do(cli->db, deed, specids, n, &author, clock_real_ms(), ret_n, err);
}

static int do_deed(struct cli *cli, const struct spec_scope *scope, enum spec_deed deed)
{
	static const char *const words[] = { [SPEC_ENABLE] = "enabled",
		[SPEC_DISABLE] = "disabled",
		[SPEC_REMOVE] = "removed" };
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	size_t n = 0;
	int r = -EAGAIN, exit_code;

	if (!scope->node && !scope->group && cli->n_arguments == 0) {
		(void)err_set(&err, -EINVAL, "NODE/NAME, --node or --group is missing");
		return cli_usage(&err);
	}
	exit_code = cli_tables(cli);
	if (exit_code != EXIT_DONE)
		return exit_code;
	for (int i = 0; r == -EAGAIN && i < SPEC_TRIES; i++) {
		CLEANUP(spec_infos_free) struct spec_infos infos = { 0 };

		if (i)
			clock_sleep_ms(SPEC_WAIT_MS);
		r = try_once(cli, scope, deed, &infos, &n, &err);
	}
	if (r < 0)
		return r == -EINVAL ? cli_usage(&err) : cli_fail(&err);
	(void)buf_addf(&text, "%s %zu\n", words[deed], n);
	return cli_print(&text);
}

static int enable(struct cli *cli, const void *scope)
{
	return do_deed(cli, scope, SPEC_ENABLE);
}

static int disable(struct cli *cli, const void *scope)
{
	return do_deed(cli, scope, SPEC_DISABLE);
}

static int remove_specs(struct cli *cli, const void *scope)
{
	return do_deed(cli, scope, SPEC_REMOVE);
}

const struct command cmd_spec_enable = {
	.name = "spec enable",
	.arguments = "[NODE/NAME...]",
	.help = "lets specs run again; a member follows its group again",
	COMMAND_OPTIONS(scope_rows, struct spec_scope),
	.run = enable,
};

const struct command cmd_spec_disable = {
	.name = "spec disable",
	.arguments = "[NODE/NAME...]",
	.help = "keeps specs from running, of a group or of single nodes",
	COMMAND_OPTIONS(scope_rows, struct spec_scope),
	.run = disable,
};

const struct command cmd_spec_remove = {
	.name = "spec remove",
	.arguments = "[NODE/NAME...]",
	.help = "removes specs; what they said stays",
	COMMAND_OPTIONS(scope_rows, struct spec_scope),
	.run = remove_specs,
};
