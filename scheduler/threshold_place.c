/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/threshold_place.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void threshold_place_free(struct threshold_place *place)
{
	free(place->node);
	free(place->title);
	*place = (struct threshold_place){ 0 };
}

const struct node *threshold_node(const struct node_tree *tree, uint32_t nodeid)
{
	for (size_t i = 0; i < tree->n_nodes; i++) {
		if (tree->nodes[i].nodeid == nodeid && !tree->nodes[i].removed_ms)
			return &tree->nodes[i];
	}
	return NULL;
}

static int name_place(
    struct threshold_place *place, const char *node, const char *word, const char *name)
{
	struct buf title = BUF_INIT;

	(void)buf_addf(&title, "%s%s", word, name);
	place->node = strdup(node);
	place->title = title.data;
	return place->node && place->title && !title.error ? 0 : -ENOMEM;
}

static int find_group(const struct node_tree *tree, const char *text,
    struct threshold_place *place, struct err *err)
{
	CLEANUP_FREE char *path = NULL;
	const struct node_group *group;
	int r = node_path_parse(text, &path, err);

	if (r < 0) {
		err_prefix(err, "group '%.100s'", text);
		return r;
	}
	place->scope = THRESHOLD_GROUP;
	if (!*path)
		return name_place(place, "", "everything", "");
	group = node_group_of_path(&tree->groups, path);
	if (!group) {
		CLEANUP_BUF struct buf hint = BUF_INIT;

		node_group_hint(&tree->groups, path, &hint);
		return err_set(
		    err, -ENOENT, "there is no group '%.100s'%s", path, buf_text(&hint));
	}
	place->scopeid = place->chain.groupid = group->groupid;
	return name_place(place, "", "group ", path);
}

static int find_node(const struct node_tree *tree, const char *name,
    struct threshold_place *place, struct err *err)
{
	const struct node *node = node_of_name(tree, name);

	if (!node || node->removed_ms) {
		CLEANUP_BUF struct buf hint = BUF_INIT;

		node_hint(tree, name, &hint);
		return err_set(err, -ENOENT, "there is no node '%.100s'%s%s", name,
		    node ? " any more: it was removed" : "", buf_text(&hint));
	}
	place->scope = THRESHOLD_NODE;
	place->scopeid = place->chain.nodeid = node->nodeid;
	place->chain.groupid = node->groupid;
	return 0;
}

/* The probes of a node: the one that is asked for, and the names of the others. */
struct search {
	const char *name;
	struct buf others;
	uint32_t specid, before;
};

static int look(const struct db_probe_label *row, void *context, struct err *err)
{
	struct search *search = context;

	(void)err;
	if (row->specid == search->before)
		return 0;
	search->before = row->specid;
	if (strcmp(row->probe, search->name) == 0)
		search->specid = row->specid;
	if (search->others.size < 200)
		(void)buf_addf(
		    &search->others, "%s%s", search->others.size ? ", " : "", row->probe);
	return 0;
}

static int find_spec(struct db *db, const struct node_tree *tree, const char *text,
    struct threshold_place *place, struct err *err)
{
	CLEANUP_FREE char *node = strdup(text);
	struct search search = { .others = BUF_INIT };
	char *slash = node ? strchr(node, '/') : NULL;
	int r;

	if (!node)
		return -ENOMEM;
	if (!slash)
		return err_set(
		    err, -EINVAL, "option --spec: expected NODE/NAME, found '%.100s'", text);
	*slash = '\0';
	search.name = slash + 1;
	r = find_node(tree, node, place, err);
	if (r == 0)
		r = db_probe_labels(db, place->scopeid, 0, look, &search, err);
	if (r == 0 && !search.specid)
		r = err_set(err, -ENOENT, "node '%.100s' has no probe '%.100s'; %s%s", node,
		    search.name, search.others.size ? "it has " : "it has none",
		    buf_text(&search.others));
	buf_free(&search.others);
	if (r < 0)
		return r;
	place->scope = THRESHOLD_SPEC;
	place->scopeid = place->chain.specid = search.specid;
	return name_place(place, node, "", text);
}

int threshold_place_find(struct db *db, const struct node_tree *tree,
    const struct threshold_where *where, struct threshold_place *ret, struct err *err)
{
	struct threshold_place place = { 0 };
	int r;

	if (!!where->group + !!where->node + !!where->spec > 1)
		return err_set(err, -EINVAL, "one of --group, --node and --spec, not several");
	if (where->spec) {
		r = find_spec(db, tree, where->spec, &place, err);
	} else if (where->node) {
		r = find_node(tree, where->node, &place, err);
		if (r == 0)
			r = name_place(&place, where->node, "node ", where->node);
	} else {
		r = find_group(tree, where->group ? where->group : "/", &place, err);
	}
	if (r < 0) {
		threshold_place_free(&place);
		return r == -ENOMEM ? err_sys(err, r, "cannot keep the place") : r;
	}
	*ret = place;
	return 0;
}
