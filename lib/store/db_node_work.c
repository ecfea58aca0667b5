/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/db_node_work.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/db_event.h"
#include "lib/store/db_expand.h"

/* The low bits of an eventid count the changes of a command. */
enum { EVENTS_MASK = 0xffffff };

/* --- changes ------------------------------------------------------------------------------- */

static void change_free(struct node_change *change)
{
	free(change->name);
	free(change->attribute);
	free(change->old_value);
	free(change->new_value);
	free(change->details);
}

void node_changes_free(struct node_changes *changes)
{
	for (size_t i = 0; i < changes->n; i++)
		change_free(&changes->items[i]);
	free(changes->items);
	*changes = (struct node_changes){ 0 };
}

static bool copy_or_null(const char *text, char **ret)
{
	*ret = text ? strdup(text) : NULL;
	return !text || *ret;
}

void node_work_add(struct node_work *work, const struct node_change *change)
{
	struct node_changes *changes = &work->changes;
	size_t n = changes->n;
	struct node_change *to;

	if (work->error)
		return;
	if ((n & (n - 1)) == 0) {
		to = reallocarray(changes->items, n ? n * 2 : 1, sizeof(*to));
		if (!to) {
			work->error = -ENOMEM;
			return;
		}
		changes->items = to;
	}
	to = &changes->items[n];
	*to = (struct node_change){ .verb = change->verb, .is_group = change->is_group };
	changes->n++;
	if (!copy_or_null(change->name, &to->name) ||
	    !copy_or_null(change->attribute, &to->attribute) ||
	    !copy_or_null(change->old_value, &to->old_value) ||
	    !copy_or_null(change->new_value, &to->new_value) ||
	    !copy_or_null(change->details, &to->details))
		work->error = -ENOMEM;
}

/* --- their events ---------------------------------------------------------------------------- */

/* What an event points at that is put together for it. */
struct event_texts {
	struct buf object, old_value, new_value;
};

struct events {
	struct db_event *items;
	struct event_texts *texts;
	size_t n;
};

static void events_free(struct events *events)
{
	for (size_t i = 0; events->texts && i < events->n; i++) {
		buf_free(&events->texts[i].object);
		buf_free(&events->texts[i].old_value);
		buf_free(&events->texts[i].new_value);
	}
	free(events->items);
	free(events->texts);
}

/* "address" of a node, "Zone1/Test name" of a group; "node" and "group" for what came and went,
 * whose path is the value. */
static void fill_texts(const struct node_change *change, struct event_texts *texts)
{
	*texts = (struct event_texts){ BUF_INIT, BUF_INIT, BUF_INIT };
	if (change->verb != NODE_CHANGED) {
		(void)buf_adds(&texts->object, change->is_group ? "group" : "node");
		if (change->old_value)
			(void)buf_adds(&texts->old_value, node_shown_path(change->old_value));
		else if (change->verb == NODE_REVIVED)
			(void)buf_adds(&texts->old_value, "removed");
		if (change->new_value)
			(void)buf_adds(&texts->new_value, node_shown_path(change->new_value));
		if (change->details)
			(void)buf_addf(&texts->new_value, " %s", change->details);
		return;
	}
	if (change->is_group)
		(void)buf_addf(&texts->object, "%s ", change->name);
	(void)buf_adds(&texts->object, change->attribute);
	(void)buf_adds(&texts->old_value, change->old_value);
	(void)buf_adds(&texts->new_value, change->new_value);
}

static int add_events(struct node_work *work, struct err *err)
{
	CLEANUP(events_free) struct events events = { .n = work->changes.n };
	/* One behind the other, so that they are told in the order of their doing. */
	uint64_t eventid = db_event_id() & ~(uint64_t)EVENTS_MASK;

	if (events.n == 0)
		return 0;
	events.items = calloc(events.n, sizeof(*events.items));
	events.texts = calloc(events.n, sizeof(*events.texts));
	if (!events.items || !events.texts)
		return err_sys(err, -ENOMEM, "cannot keep the events");
	for (size_t i = 0; i < events.n; i++) {
		const struct node_change *change = &work->changes.items[i];
		struct event_texts *texts = &events.texts[i];

		fill_texts(change, texts);
		events.items[i] = (struct db_event){ .time_ms = work->now_ms,
			.eventid = eventid | ((i + 1) & EVENTS_MASK),
			.level = EVENT_INFO,
			.tag = change->is_group ? "group" : "node",
			.user = work->author->user,
			.host = work->author->host,
			.node = change->is_group ? "" : change->name,
			.object = buf_text(&texts->object),
			.old_value = buf_text(&texts->old_value),
			.new_value = buf_text(&texts->new_value) };
	}
	return db_events_add(work->db, events.items, events.n, err);
}

/* --- the specs that follow -------------------------------------------------------------------- */

void node_work_touch(struct node_work *work, uint32_t nodeid)
{
	size_t n = work->n_nodeids;
	uint32_t *nodeids = work->nodeids;

	if ((n & (n - 1)) == 0) {
		nodeids = reallocarray(nodeids, n ? n * 2 : 1, sizeof(*nodeids));
		if (!nodeids) {
			work->error = -ENOMEM;
			return;
		}
		work->nodeids = nodeids;
	}
	nodeids[n] = nodeid;
	work->n_nodeids++;
}

static int by_id(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static int expand(struct node_work *work, struct err *err)
{
	struct db_expand_counts counts;

	if (work->all_nodes)
		return db_specs_expand(work->db, NULL, 0, work->now_ms, &counts, err);
	if (work->n_nodeids == 0)
		return 0;
	qsort(work->nodeids, work->n_nodeids, sizeof(*work->nodeids), by_id);
	return db_specs_expand(
	    work->db, work->nodeids, work->n_nodeids, work->now_ms, &counts, err);
}

/* --- the transaction --------------------------------------------------------------------------- */

static node_work_fn *const actions[] = {
	[NODE_WANT] = node_work_want,
	[NODE_RENAME] = node_work_rename,
	[NODE_MOVE] = node_work_move,
	[NODE_REMOVE] = node_work_remove,
	[GROUP_RENAME] = node_work_group_rename,
	[GROUP_MAINTENANCE] = node_work_group_maintenance,
	[GROUP_REMOVE] = node_work_group_remove,
};

static int change_tree(
    struct node_work *work, const struct node_request *request, struct err *err)
{
	int r = work->dry_run ? 0 : db_tree_lock(work->db, work->now_ms, err);

	if (r == 0)
		r = db_tree_read(work->db, &work->tree, err);
	if (r == 0)
		r = actions[request->action](work, request, err);
	if (r == 0 && work->error)
		r = err_sys(err, work->error, "cannot keep the changes");
	if (r < 0 || work->dry_run || work->changes.n == 0)
		return r;
	r = add_events(work, err);
	return r < 0 ? r : expand(work, err);
}

int db_nodes_change(struct db *db, const struct node_request *request,
    const struct db_author *author, int64_t now_ms, struct node_changes *ret, struct err *err)
{
	struct node_work work = {
		.db = db, .author = author, .now_ms = now_ms, .dry_run = request->dry_run
	};
	int r = sql_begin(db->sql, err);

	if (r == 0)
		r = sql_end(db->sql, change_tree(&work, request, err), err);
	if (r == 0) {
		*ret = work.changes;
		work.changes = (struct node_changes){ 0 };
	}
	node_changes_free(&work.changes);
	node_tree_free(&work.tree);
	free(work.nodeids);
	return r;
}

int db_tree_lock(struct db *db, int64_t now_ms, struct err *err)
{
	return sql_runf(db->sql, err,
	    "INSERT INTO LEASE (name, holder, until_ms) VALUES ('tree', '', %lld) ON DUPLICATE "
	    "KEY UPDATE until_ms = VALUES(until_ms)",
	    (long long)now_ms);
}
