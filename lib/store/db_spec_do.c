/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/db_import_work.h"

struct work {
	struct db *db;
	enum spec_deed deed;
	int64_t now_ms;
	struct specrow_list rows, parents;
	struct specput *puts;
	struct spec_filled *specs; /* shallow copies of the rows' specs, otherwise enabled */
	uint32_t *nodeids;
	size_t n_nodeids, n_done;
	bool all_nodes;
	struct spec_teller teller;
};

static void work_free(struct work *work)
{
	free(work->puts);
	free(work->specs);
	free(work->nodeids);
	specrow_list_free(&work->rows);
	specrow_list_free(&work->parents);
	spec_teller_free(&work->teller);
}

static int groups_first(const void *a, const void *b)
{
	const struct specrow *x = a, *y = b;

	if (!x->nodeid != !y->nodeid)
		return x->nodeid ? 1 : -1;
	return (x->spec.specid > y->spec.specid) - (x->spec.specid < y->spec.specid);
}

static int read_rows(struct work *work, const uint32_t *specids, size_t n, struct err *err)
{
	CLEANUP_BUF struct buf condition = BUF_INIT;
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i += SPECROWS_AT_ONCE) {
		buf_reset(&condition);
		for (size_t j = i; j < n && j < i + SPECROWS_AT_ONCE; j++)
			(void)buf_addf(&condition, "%s%u",
			    j > i ? ", " : " WHERE t.removed_ms = 0 AND t.specid IN (",
			    specids[j]);
		(void)buf_addc(&condition, ')');
		r = db_specrows_read(work->db, &condition, &work->rows, err);
	}
	if (r == 0 && work->rows.n)
		qsort(work->rows.items, work->rows.n, sizeof(*work->rows.items), groups_first);
	buf_reset(&condition);
	(void)buf_adds(&condition, " WHERE t.nodeid = 0");
	return r < 0 ? r : db_specrows_read(work->db, &condition, &work->parents, err);
}

static const struct specrow *find_row(const struct specrow_list *rows, uint32_t specid)
{
	for (size_t i = 0; i < rows->n; i++) {
		if (rows->items[i].spec.specid == specid)
			return &rows->items[i];
	}
	return NULL;
}

/* Groups' specs stand first among the rows. */
static bool is_among(const struct work *work, uint32_t specid)
{
	for (size_t i = 0; i < work->rows.n && work->rows.items[i].nodeid == 0; i++) {
		if (work->rows.items[i].spec.specid == specid)
			return true;
	}
	return false;
}

/* What is left for a member to say beside its group's spec, which may be switched along. */
static int wanted_of(const struct work *work, uint32_t parentid)
{
	const struct specrow *parent = find_row(&work->parents, parentid);

	if (parent && is_among(work, parentid))
		return WANTED_NOTHING;
	if (work->deed == SPEC_DISABLE)
		return WANTED_OFF;
	return parent && parent->spec.enabled ? WANTED_NOTHING : WANTED_ON;
}

/* A node's own spec that waits for an attribute is enabled later. */
static void plan_switch(const struct work *work, struct specput *put, struct spec *spec)
{
	bool enable = work->deed == SPEC_ENABLE;

	spec->enabled = enable;
	if (put->parentid) {
		put->wanted = wanted_of(work, put->parentid);
	} else if (put->wanted != WANTED_NOTHING) {
		put->wanted = enable ? WANTED_ON : WANTED_OFF;
		spec->enabled = false;
	}
}

static int tell(struct work *work, const struct specput *put, struct err *err)
{
	CLEANUP(spec_filled_free) struct spec_filled old = { 0 };
	struct spec source;
	int r = specrow_source(put->old, &old, err);

	if (r < 0)
		return r;
	source = old.spec;
	source.enabled = work->deed == SPEC_ENABLE;
	return spec_tell(&work->teller, put->old, &old.spec, put,
	    work->deed == SPEC_REMOVE ? NULL : &source, err);
}

static int plan(struct work *work, size_t i, struct err *err)
{
	struct specrow *row = &work->rows.items[i];
	struct specput *put = &work->puts[i];

	*put = (struct specput){ .old = row,
		.template = row->template,
		.nodeid = row->nodeid,
		.groupid = row->groupid,
		.parentid = row->parentid,
		.hostid = row->hostid,
		.wanted = row->wanted };
	if (work->deed == SPEC_REMOVE && row->parentid)
		return err_set(err, -EINVAL,
		    "%s/%s is there as its group says: disable it, or remove the group's",
		    row->spec.node, row->spec.name);
	if (work->deed != SPEC_REMOVE) {
		work->specs[i].spec = row->spec;
		plan_switch(work, put, &work->specs[i].spec);
		put->spec = &work->specs[i].spec;
	}
	if (db_specput_same(put))
		return 0;
	work->n_done++;
	if (row->nodeid == 0)
		work->all_nodes = true;
	else if (work->deed == SPEC_REMOVE)
		work->nodeids[work->n_nodeids++] = row->nodeid;
	return tell(work, put, err);
}

static int do_all(struct work *work, const uint32_t *specids, size_t n, struct err *err)
{
	struct db_expand_counts counts;
	int r = db_tree_lock(work->db, work->now_ms, err);

	if (r == 0)
		r = spec_teller_init(&work->teller, work->db, err);
	if (r == 0)
		r = read_rows(work, specids, n, err);
	if (r < 0)
		return r;
	work->puts = calloc(work->rows.n + 1, sizeof(*work->puts));
	work->specs = calloc(work->rows.n + 1, sizeof(*work->specs));
	work->nodeids = calloc(work->rows.n + 1, sizeof(*work->nodeids));
	if (!work->puts || !work->specs || !work->nodeids)
		return err_sys(err, -ENOMEM, "cannot change specs");
	for (size_t i = 0; r == 0 && i < work->rows.n; i++)
		r = plan(work, i, err);
	if (r == 0)
		r = db_specs_put(work->db, work->puts, work->rows.n, work->now_ms, err);
	if (r == 0)
		r = spec_teller_end(&work->teller, err);
	if (r == 0 && (work->all_nodes || work->n_nodeids))
		r = db_specs_expand(work->db, work->nodeids,
		    work->all_nodes ? 0 : work->n_nodeids, work->now_ms, &counts, err);
	return r;
}

int db_specs_do(struct db *db, enum spec_deed deed, const uint32_t *specids, size_t n,
    const struct db_author *author, int64_t now_ms, size_t *ret_n, struct err *err)
{
	CLEANUP(work_free)
	struct work work = { .db = db,
		.deed = deed,
		.now_ms = now_ms,
		.teller = { .author = author, .now_ms = now_ms } };
	int r = sql_begin(db->sql, err);

	if (r == 0)
		r = sql_end(db->sql, do_all(&work, specids, n, err), err);
	if (r == 0)
		*ret_n = work.n_done;
	return r;
}
