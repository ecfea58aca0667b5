/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "lib/base/cleanup.h"
#include "lib/health/suggest.h"
#include "scheduler/cmd_profile.h"
#include "scheduler/command.h"

struct suggest_options {
	struct profile_path path;
	const char *root, *name;
	bool all;
};

static const struct opt suggest_rows[] = {
	PROFILE_DIR_ROW,
	{ 0, "root", "DIR", OPT_STRING, offsetof(struct suggest_options, root), NULL,
	    "the node is below DIR: a host's tree in a container, or a captured one" },
	{ 0, "name", "NAME", OPT_STRING, offsetof(struct suggest_options, name), NULL,
	    "the name of the profile (this-node)" },
	{ 0, "all", NULL, OPT_FLAG, offsetof(struct suggest_options, all), NULL,
	    "also what was started less than a minute ago" },
};

enum { AGE_MIN_S = 60 };

static int draft(const struct suggest_how *how, const struct profile_path *path,
    const char *name, struct buf *buf, struct err *err)
{
	CLEANUP(suggest_free) struct suggestion suggestion = { 0 };
	struct suggest_fit fits[SUGGEST_FITS_MAX];
	size_t n_fits = 0;
	int r = suggest_read(how, &suggestion, err);

	if (r == 0)
		r = suggest_fits(how, path, fits, &n_fits, err);
	if (r < 0)
		return r;
	r = suggest_write(&suggestion, name, fits, n_fits, buf);
	suggest_fits_free(fits, n_fits);
	return r < 0 ? err_sys(err, r, "cannot write the profile") : 0;
}

/* What is not a profile is not printed: names and paths come from outside. */
static int check(const struct buf *buf, const struct profile_path *path, struct err *err)
{
	CLEANUP(profile_free) struct profile profile = { 0 };
	int r = profile_parse(buf_text(buf), buf->size, "draft", path, &profile, err);

	return r < 0 ? err_prefix(err, "cannot draft a profile"), r : 0;
}

static int run_suggest(struct cli *cli, const void *options)
{
	const struct suggest_options *given = options;
	const struct profile_path path = profile_path_whole(&given->path);
	CLEANUP_BUF struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	struct fsroot root;
	struct suggest_how how = {
		.root = &root, .asker = "haetae", .age_min_s = given->all ? 0 : AGE_MIN_S
	};
	int r;

	(void)cli;
	r = fsroot_open(given->root, &root, &err);
	if (r < 0)
		return cli_fail(&err);
	r = draft(&how, &path, given->name ? given->name : "this-node", &out, &err);
	fsroot_close(&root);
	if (r == 0)
		r = check(&out, &path, &err);
	return r < 0 ? cli_fail(&err) : cli_print(&out);
}

const struct command cmd_profile_suggest = {
	.name = "profile suggest",
	.help = "drafts a profile from what runs on this node now",
	.run = run_suggest,
	COMMAND_OPTIONS(suggest_rows, struct suggest_options),
};
