/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the commands about specs share: which specs are meant, and who changes them.
 */
#ifndef HAETAE_SCHEDULER_CMD_SPEC_H
#define HAETAE_SCHEDULER_CMD_SPEC_H

#include "lib/store/db_import.h"
#include "scheduler/command.h"

enum { SPEC_TRIES = 5, SPEC_WAIT_MS = 300, SPEC_USER_SIZE = 64 };

/* Which specs: --node or --group, and arguments. */
struct spec_scope {
	const char *node;
	const char *group;
};

/*
 * Appends the specs that are meant: with a node or a group the arguments are names of its specs,
 * and without any all of it; else each is "NODE/NAME" or "GROUP:NAME", and two may be NODE and
 * NAME. -ENOENT for one that is not there, -EINVAL for one that may mean more than one.
 */
int cmd_spec_find(struct cli *cli, const struct spec_scope *scope, struct spec_infos *ret,
    struct err *err) ATTR_MUST_CHECK;
/* The same of the one that is meant. */
int cmd_spec_find_one(struct cli *cli, const struct spec_scope *scope, struct spec_infos *ret,
    struct err *err) ATTR_MUST_CHECK;

/* The path of --group as it is kept; NULL stays NULL. The caller frees it. */
int cmd_spec_path(const char *text, char **ret, struct err *err) ATTR_MUST_CHECK;

/* "NODE/NAME" or "GROUP:NAME". */
void cmd_spec_object(const struct spec *spec, struct buf *ret);
/* Text from outside, made fit to print; a '|' stays. */
void cmd_spec_clean(const char *data, size_t size, struct buf *ret);
/* "yes", "no", "no (by hand)", "waits". */
const char *cmd_spec_enabled(const struct spec_info *info);

/* Whether a spec of a group is not given to some nodes, and why: "1 without: address". */
struct spec_withouts {
	struct spec_without {
		uint32_t specid;
		char *text; /* "n7 lacks address" */
		char *attribute;
	} * items;
	size_t n;
};
int cmd_spec_withouts(
    struct cli *cli, struct spec_withouts *ret, struct err *err) ATTR_MUST_CHECK;
void cmd_spec_withouts_free(struct spec_withouts *withouts);
/* "12 members, 1 without: address". */
void cmd_spec_members(
    const struct spec_info *info, const struct spec_withouts *withouts, struct buf *ret);

#endif
