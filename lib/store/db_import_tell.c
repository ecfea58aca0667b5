/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/db_event.h"
#include "lib/store/db_import_work.h"
#include "lib/store/spec_field.h"

void spec_object(const char *node, const char *path, const char *name, struct buf *ret)
{
	if (path)
		(void)buf_addf(ret, "%s:%s", *path ? path : "/", name);
	else
		(void)buf_addf(ret, "%s/%s", node, name);
}

int specrow_source(const struct specrow *row, struct spec_filled *ret, struct err *err)
{
	CLEANUP(spec_filled_free) struct spec_filled source = { .spec = row->spec };
	CLEANUP_BUF struct buf text = BUF_INIT;
	int r = 0;

	if (row->nodeid && row->parentid == 0 && row->wanted != WANTED_NOTHING)
		source.spec.enabled = row->wanted == WANTED_ON;
	if (row->nodeid) {
		source.spec.synchgroup = NULL;
		source.spec.args = NULL;
		source.spec.n_args = 0;
		source.owned = true;
		if (row->template)
			(void)buf_adds(&text, row->template);
		else
			(void)spec_source_text(&row->spec, &text);
		r = text.error ? err_sys(err, text.error, "cannot keep the specs")
			       : spec_source_parse(buf_text(&text), &source.spec, err);
		if (r == 0 && !row->template)
			r = spec_source_escape(&source.spec, err);
	}
	if (r < 0)
		return r;
	*ret = source;
	source = (struct spec_filled){ 0 };
	return 0;
}

/* --- names --------------------------------------------------------------------------------- */

static int read_hosts(struct spec_teller *teller, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	int r = sql_selectf(
	    teller->db->sql, &rows, err, "SELECT hostid, name FROM HOST ORDER BY hostid");

	if (r < 0)
		return r;
	teller->hosts = calloc(sql_rows_count(&rows) + 1, sizeof(*teller->hosts));
	if (!teller->hosts)
		return err_sys(err, -ENOMEM, "cannot keep the hosts");
	while (sql_rows_next(&rows)) {
		struct spec_names *host = &teller->hosts[teller->n_hosts++];

		host->id = (uint32_t)sql_u64(&rows, 0);
		host->name = strdup(sql_text(&rows, 1));
		if (!host->name)
			return err_sys(err, -ENOMEM, "cannot keep the hosts");
	}
	return 0;
}

int spec_teller_init(struct spec_teller *teller, struct db *db, struct err *err)
{
	int r;

	teller->db = db;
	teller->events = (struct sql_many)DB_EVENTS_MANY(db);
	r = read_hosts(teller, err);
	return r < 0 ? r : db_groups_read(db, &teller->groups, err);
}

void spec_teller_free(struct spec_teller *teller)
{
	for (size_t i = 0; i < teller->n_hosts; i++)
		free(teller->hosts[i].name);
	free(teller->hosts);
	node_groups_free(&teller->groups);
	sql_many_free(&teller->events);
}

const char *spec_host_name(const struct spec_teller *teller, uint32_t hostid)
{
	for (size_t i = 0; i < teller->n_hosts; i++) {
		if (teller->hosts[i].id == hostid)
			return teller->hosts[i].name;
	}
	return "?";
}

/* --- telling ------------------------------------------------------------------------------- */

static int tell(struct spec_teller *teller, const struct spec_change *change, struct err *err)
{
	CLEANUP_BUF struct buf object = BUF_INIT;
	int r = teller->each ? teller->each(change, teller->context, err) : 0;

	if (r < 0 || !teller->author)
		return r;
	(void)buf_adds(&object, change->object);
	if (change->field)
		(void)buf_addf(&object, " %s", change->field);
	db_event_row(&(const struct db_event){ .time_ms = teller->now_ms,
			 .level = EVENT_INFO,
			 .tag = "spec",
			 .user = teller->author->user,
			 .host = teller->author->host,
			 .node = change->node,
			 .object = buf_text(&object),
			 .old_value = change->old_value,
			 .new_value = change->new_value },
	    sql_many_next(&teller->events, err));
	return object.error ? err_sys(err, object.error, "cannot keep the events")
			    : teller->events.error;
}

static int tell_field(struct spec_teller *teller, struct spec_change *change, const char *field,
    const char *old_value, const char *new_value, struct err *err)
{
	int r;

	change->field = field;
	change->old_value = old_value;
	change->new_value = new_value;
	r = tell(teller, change, err);
	change->first = false;
	return r;
}

static void add_group(
    const struct spec_teller *teller, uint32_t parentid, struct buf *ret, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };

	if (parentid == 0 ||
	    sql_selectf(teller->db->sql, &rows, err,
		"SELECT groupid, name FROM TOOLSPECS WHERE specid = %u", parentid) < 0 ||
	    !sql_rows_next(&rows))
		return;
	spec_object("", node_group_path(&teller->groups, (uint32_t)sql_u64(&rows, 0)),
	    sql_text(&rows, 1), ret);
}

static void add_enabled(
    const struct specrow *row, uint32_t parentid, int wanted, bool enabled, struct buf *ret)
{
	(void)row;
	(void)buf_adds(ret, enabled ? "yes" : "no");
	if (parentid && wanted != WANTED_NOTHING)
		(void)buf_adds(ret, " (by hand)");
}

/* A phase that follows from names and interval is not worth a word. */
static bool phase_by_name(const struct spec *spec)
{
	return spec->phase_ms == spec_default_phase(spec->node, spec->name, spec->interval_ms);
}

static int tell_fields(struct spec_teller *teller, struct spec_change *change,
    const struct specrow *old, const struct spec *old_spec, const struct specput *put,
    const struct spec *spec, struct err *err)
{
	CLEANUP_BUF struct buf was = BUF_INIT, is = BUF_INIT;
	int r = 0;

	if (old->hostid != put->hostid)
		r = tell_field(teller, change, "host", spec_host_name(teller, old->hostid),
		    spec_host_name(teller, put->hostid), err);
	if (r == 0 && old->parentid != put->parentid) {
		add_group(teller, old->parentid, &was, err);
		add_group(teller, put->parentid, &is, err);
		r = tell_field(teller, change, "group", buf_text(&was), buf_text(&is), err);
	}
	for (size_t i = 0; r == 0 && i < SPEC_FIELDS; i++) {
		const struct spec_field *field = &spec_fields[i];
		bool enabled = strcmp(field->key, "enabled") == 0;

		if (spec_field_same(field, old_spec, spec) &&
		    (!enabled || !put->parentid || old->wanted == put->wanted))
			continue;
		if (strcmp(field->key, "phase") == 0 && phase_by_name(old_spec) &&
		    phase_by_name(spec))
			continue;
		buf_reset(&was);
		buf_reset(&is);
		if (enabled) {
			add_enabled(old, old->parentid, old->wanted, old_spec->enabled, &was);
			add_enabled(old, put->parentid, put->wanted, spec->enabled, &is);
		} else {
			spec_field_text(field, old_spec, &was);
			spec_field_text(field, spec, &is);
		}
		r = tell_field(teller, change, field->key, buf_text(&was), buf_text(&is), err);
	}
	return r;
}

int spec_tell(struct spec_teller *teller, const struct specrow *old,
    const struct spec *old_spec, const struct specput *put, const struct spec *spec,
    struct err *err)
{
	const struct spec *named = spec ? spec : old_spec;
	CLEANUP_BUF struct buf object = BUF_INIT, command = BUF_INIT;
	struct spec_change change = { .first = true };

	if (!teller->each && !teller->author)
		return 0;
	spec_object(named->node,
	    put->nodeid ? NULL : node_group_path(&teller->groups, put->groupid), named->name,
	    &object);
	change.object = buf_text(&object);
	change.node = put->nodeid ? named->node : "";
	if (spec && old && !old->removed_ms) {
		change.verb = SPEC_CHANGED;
		return tell_fields(teller, &change, old, old_spec, put, spec, err);
	}
	change.verb = spec ? SPEC_ADDED : SPEC_REMOVED;
	spec_command_text(named, &command);
	if (named->probetype && !*buf_text(&command))
		(void)buf_adds(&command, named->probetype);
	return tell_field(teller, &change, NULL, spec ? "" : buf_text(&command),
	    spec ? buf_text(&command) : "", err);
}

int spec_teller_end(struct spec_teller *teller, struct err *err)
{
	return sql_many_end(&teller->events, err);
}
