/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/cmd_spec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check/text.h"
#include "lib/store/node.h"

/* --- which specs --------------------------------------------------------------------------- */

static int no_memory(struct err *err)
{
	return err_sys(err, -ENOMEM, "cannot keep the specs");
}

/* Moves what was found behind what is there. */
static int append(struct spec_infos *to, struct spec_infos *from, struct err *err)
{
	struct spec_info *items =
	    realloc(to->items, (to->n + from->n + 1) * sizeof(*to->items));

	if (!items)
		return no_memory(err);
	to->items = items;
	if (from->n)
		memcpy(items + to->n, from->items, from->n * sizeof(*items));
	to->n += from->n;
	free(from->items);
	*from = (struct spec_infos){ 0 };
	return 0;
}

static int find(
    struct cli *cli, const struct spec_filter *filter, struct spec_infos *ret, struct err *err)
{
	CLEANUP(spec_infos_free) struct spec_infos found = { 0 };
	int r = db_spec_infos(cli->db, filter, &found, err);

	return r < 0 ? r : append(ret, &found, err);
}

int cmd_spec_path(const char *text, char **ret, struct err *err)
{
	int r;

	if (!text) {
		*ret = NULL;
		return 0;
	}
	r = node_path_parse(text, ret, err);
	if (r < 0)
		err_prefix(err, "option --group");
	return r;
}

/* Every place where a text may be cut in two: names may have the separator in them, too. */
static int find_cut(struct cli *cli, const char *text, char separator, bool is_group,
    struct spec_infos *ret, struct err *err)
{
	CLEANUP_FREE char *copy = strdup(text);
	int r = 0;

	if (!copy)
		return no_memory(err);
	for (char *at = strchr(copy, separator); r == 0 && at; at = strchr(at + 1, separator)) {
		CLEANUP_FREE char *path = NULL;
		struct spec_filter filter = { .name = at + 1, .only_group = is_group };
		struct err reason = ERR_INIT;

		*at = '\0';
		if (is_group && node_path_parse(copy, &path, &reason) == 0)
			filter.group = path;
		else if (!is_group)
			filter.node = copy;
		if (filter.group || filter.node)
			r = find(cli, &filter, ret, err);
		*at = separator;
	}
	return r;
}

static int find_named(
    struct cli *cli, const char *text, struct spec_infos *ret, struct err *err)
{
	CLEANUP(spec_infos_free) struct spec_infos found = { 0 };
	int r = find_cut(cli, text, '/', false, &found, err);

	if (r == 0)
		r = find_cut(cli, text, ':', true, &found, err);
	if (r < 0)
		return r;
	if (found.n == 0)
		return err_set(err, -ENOENT,
		    "no spec '%.200s'; haetae spec list shows them, as NODE/NAME and "
		    "GROUP:NAME",
		    text);
	if (found.n > 1)
		return err_set(err, -EINVAL,
		    "'%.200s' may mean more than one spec: give its node by --node, or NODE "
		    "and NAME as two words",
		    text);
	return append(ret, &found, err);
}

static int find_in_scope(
    struct cli *cli, const struct spec_scope *scope, struct spec_infos *ret, struct err *err)
{
	CLEANUP_FREE char *path = NULL;
	struct spec_filter filter = { .node = scope->node };
	size_t before = 0;
	int r = cmd_spec_path(scope->group, &path, err);

	filter.group = path;
	if (r == 0 && cli->n_arguments == 0)
		r = find(cli, &filter, ret, err);
	filter.only_group = path != NULL;
	for (size_t i = 0; r == 0 && i < cli->n_arguments; i++) {
		filter.name = cli->arguments[i];
		before = ret->n;
		r = find(cli, &filter, ret, err);
		if (r == 0 && ret->n == before)
			return err_set(err, -ENOENT, "no spec '%.100s' of %s '%.100s'",
			    filter.name, path ? "group" : "node",
			    path ? scope->group : scope->node);
	}
	if (r == 0 && ret->n == 0)
		return err_set(err, -ENOENT, "no spec of %s '%.100s'", path ? "group" : "node",
		    path ? scope->group : scope->node);
	return r;
}

int cmd_spec_find(
    struct cli *cli, const struct spec_scope *scope, struct spec_infos *ret, struct err *err)
{
	int r = 0;

	if (scope->node && scope->group)
		return err_set(err, -EINVAL, "--node and --group exclude each other");
	if (scope->node || scope->group)
		return find_in_scope(cli, scope, ret, err);
	if (cli->n_arguments == 0)
		return err_set(err, -EINVAL, "NODE/NAME, --node or --group is missing");
	if (cli->n_arguments == 2) {
		const struct spec_filter filter = { .node = cli->arguments[0],
			.name = cli->arguments[1] };

		r = find(cli, &filter, ret, err);
		if (r < 0 || ret->n)
			return r;
	}
	for (size_t i = 0; r == 0 && i < cli->n_arguments; i++)
		r = find_named(cli, cli->arguments[i], ret, err);
	return r;
}

int cmd_spec_find_one(
    struct cli *cli, const struct spec_scope *scope, struct spec_infos *ret, struct err *err)
{
	int r = cmd_spec_find(cli, scope, ret, err);

	if (r == 0 && ret->n != 1)
		r = err_set(err, -EINVAL, "one spec is needed, and these are %zu", ret->n);
	return r;
}

/* --- words --------------------------------------------------------------------------------- */

void cmd_spec_object(const struct spec *spec, struct buf *ret)
{
	if (spec->group)
		(void)buf_addf(ret, "%s:%s", *spec->group ? spec->group : "/", spec->name);
	else
		(void)buf_addf(ret, "%s/%s", spec->node, spec->name);
}

void cmd_spec_clean(const char *data, size_t size, struct buf *ret)
{
	const char *end = data + size;

	for (;;) {
		const char *bar = memchr(data, '|', (size_t)(end - data));

		text_clean(data, (size_t)((bar ? bar : end) - data), ret);
		if (!bar)
			return;
		(void)buf_addc(ret, '|');
		data = bar + 1;
	}
}

const char *cmd_spec_enabled(const struct spec_info *info)
{
	if (info->waits)
		return "waits";
	if (info->by_hand)
		return info->spec.enabled ? "yes (by hand)" : "no (by hand)";
	return info->spec.enabled ? "yes" : "no";
}

/* --- members ------------------------------------------------------------------------------- */

void cmd_spec_withouts_free(struct spec_withouts *withouts)
{
	for (size_t i = 0; i < withouts->n; i++) {
		free(withouts->items[i].text);
		free(withouts->items[i].attribute);
	}
	free(withouts->items);
	*withouts = (struct spec_withouts){ 0 };
}

static int take_without(const struct db_without *without, void *context, struct err *err)
{
	struct spec_withouts *all = context;
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct spec_without *items;
	size_t n = all->n;

	/* The room doubles at each power of two. */
	if ((n & (n - 1)) == 0) {
		items = realloc(all->items, (n ? n * 2 : 1) * sizeof(*items));
		if (!items)
			return no_memory(err);
		all->items = items;
	}
	if (*without->attribute)
		(void)buf_addf(&text, "%s lacks %s", without->node, without->attribute);
	else
		(void)buf_addf(&text, "%s has a value that is too long", without->node);
	all->items[n] = (struct spec_without){ without->specid, strdup(buf_text(&text)),
		strdup(*without->attribute ? without->attribute : "a value that fits") };
	all->n++;
	return all->items[n].text && all->items[n].attribute ? 0 : no_memory(err);
}

int cmd_spec_withouts(struct cli *cli, struct spec_withouts *ret, struct err *err)
{
	return db_specs_without(cli->db, take_without, ret, err);
}

static bool named_before(const struct spec_withouts *withouts, size_t index)
{
	const struct spec_without *item = &withouts->items[index];

	for (size_t i = 0; i < index; i++) {
		if (withouts->items[i].specid == item->specid &&
		    strcmp(withouts->items[i].attribute, item->attribute) == 0)
			return true;
	}
	return false;
}

void cmd_spec_members(
    const struct spec_info *info, const struct spec_withouts *withouts, struct buf *ret)
{
	size_t n = 0, n_named = 0;

	(void)buf_addf(ret, "%zu member%s", info->n_members, info->n_members == 1 ? "" : "s");
	for (size_t i = 0; i < withouts->n; i++)
		n += withouts->items[i].specid == info->spec.specid;
	if (n == 0)
		return;
	(void)buf_addf(ret, ", %zu without: ", n);
	for (size_t i = 0; i < withouts->n; i++) {
		if (withouts->items[i].specid == info->spec.specid &&
		    !named_before(withouts, i))
			(void)buf_addf(
			    ret, "%s%s", n_named++ ? ", " : "", withouts->items[i].attribute);
	}
}
