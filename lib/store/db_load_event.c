/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes of state as events. What STATUS says before the batch is read under the lock of the
 * specs, and the batch's runs are gone through as the server does: what is not newer changes
 * nothing, so a repeat of the batch finds no change.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/db_event.h"
#include "lib/store/db_load.h"

/* The words that people read; the numbers are RUNLOG.state. */
static const struct {
	const char *word;
	enum event_level level;
} states[] = {
	{ "OK", EVENT_INFO },
	{ "WARNING", EVENT_WARNING },
	{ "CRITICAL", EVENT_ERROR },
	{ "UNKNOWN", EVENT_WARNING },
};
static const char not_heard[] = "NEW";
enum { HEAD_MAX = 60 };

struct change {
	const struct load_entry *entry;
	const char *old;
};

struct changes {
	struct change *items;
	size_t n;
};

static void changes_free(struct changes *changes)
{
	free(changes->items);
}

/* --- what has changed -------------------------------------------------------------------- */

static int read_status(const struct load *load, struct sql_rows *rows, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT_MAX(SQL_STATEMENT_SIZE_MAX);
	uint32_t before = 0;

	/* 0 is no spec. */
	(void)buf_adds(&statement, "SELECT specid, seq, state FROM STATUS WHERE specid IN (0");
	for (size_t i = 0; i < load->n; i++) {
		if (load->entries[i].specid != before)
			(void)buf_addf(&statement, ", %u", load->entries[i].specid);
		before = load->entries[i].specid;
	}
	(void)buf_adds(&statement, ") ORDER BY specid");
	return sql_select(load->db->sql, &statement, rows, err);
}

/* The runs of one spec, with what its row says: seq 0 for none, or for one in which nothing was
 * said yet. */
static void find_changes(
    const struct load_entry *entries, size_t n, int64_t seq, int state, struct changes *changes)
{
	for (size_t i = 0; i < n; i++) {
		const struct load_entry *entry = &entries[i];
		int64_t entry_seq = db_run_seq(entry->run);

		if (entry_seq <= seq)
			continue;
		if (seq == 0 || state != entry->run->state)
			changes->items[changes->n++] = (struct change){ entry,
				seq == 0 ? not_heard : states[state & 3].word };
		seq = entry_seq;
		state = entry->run->state;
	}
}

static int compare(const struct load *load, struct changes *changes, struct err *err)
{
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	int r = read_status(load, &rows, err);
	bool more = r == 0 && sql_rows_next(&rows);
	size_t n;

	for (size_t i = 0; r == 0 && i < load->n; i += n) {
		const struct load_entry *entries = load->entries + i;
		bool has_row = more && sql_u64(&rows, 0) == entries->specid;

		n = 1;
		while (i + n < load->n && entries[n].specid == entries->specid)
			n++;
		find_changes(entries, n, has_row ? sql_i64(&rows, 1) : 0,
		    has_row ? (int)sql_u64(&rows, 2) : 0, changes);
		if (has_row)
			more = sql_rows_next(&rows);
	}
	return r;
}

/* --- their rows -------------------------------------------------------------------------- */

/* Names of the specs that changed, and of the host: only for these are they asked for. */
static int read_names(const struct load *load, const struct changes *changes,
    struct sql_rows *rows, struct err *err)
{
	CLEANUP_BUF struct buf statement = BUF_INIT_MAX(SQL_STATEMENT_SIZE_MAX);

	(void)buf_addf(&statement,
	    "SELECT t.specid, n.name, t.name, h.name FROM TOOLSPECS t "
	    "JOIN NODE n ON n.nodeid = t.nodeid LEFT JOIN HOST h ON h.hostid = %u "
	    "WHERE t.specid IN (",
	    load->hostid);
	for (size_t i = 0; i < changes->n; i++)
		(void)buf_addf(
		    &statement, "%s%u", i ? ", " : "", changes->items[i].entry->specid);
	(void)buf_adds(&statement, ") ORDER BY t.specid");
	return sql_select(load->db->sql, &statement, rows, err);
}

/* What stands behind "NAME STATE - ": the state is said in front of it already. */
static const char *plain_text(const char *text, const char *word)
{
	size_t size = strlen(word);
	const char *found = strstr(text, word);

	if (found && found - text < HEAD_MAX && strncmp(found + size, " - ", 3) == 0 &&
	    (found == text || found[-1] == ' '))
		return found + size + 3;
	return text;
}

static int add_event(const struct change *change, const struct sql_rows *rows,
    struct sql_many *many, struct err *err)
{
	CLEANUP_BUF struct buf object = BUF_INIT;
	CLEANUP_BUF struct buf value = BUF_INIT;
	const struct db_run *run = change->entry->run;
	const char *word = states[run->state].word, *text = plain_text(run->text, word);
	struct db_event event = {
		.time_ms = run->started_ms ? run->started_ms : run->due_ms,
		.eventid = run->scheduleid,
		.level = states[run->state].level,
		.tag = "state",
		.host = sql_text(rows, 3),
		.node = sql_text(rows, 1),
		.old_value = change->old,
	};

	(void)buf_addf(&object, "%s/%s", sql_text(rows, 1), sql_text(rows, 2));
	(void)buf_addf(&value, "%s%s%s", word, *text ? " - " : "", text);
	if (object.error || value.error)
		return err_sys(err, -ENOMEM, "cannot load runs");
	event.object = buf_text(&object);
	event.new_value = buf_text(&value);
	db_event_row(&event, sql_many_next(many, err));
	return 0;
}

static int put_events(const struct load *load, const struct changes *changes, struct err *err)
{
	CLEANUP_SQL_MANY struct sql_many many = DB_EVENTS_MANY(load->db);
	CLEANUP_SQL_ROWS struct sql_rows rows = { 0 };
	uint32_t specid = 0;
	int r = read_names(load, changes, &rows, err);

	for (size_t i = 0; r == 0 && i < changes->n; i++) {
		const struct change *change = &changes->items[i];

		while (specid < change->entry->specid && sql_rows_next(&rows))
			specid = (uint32_t)sql_u64(&rows, 0);
		/* A spec whose node is not there has no name. */
		if (specid == change->entry->specid)
			r = add_event(change, &rows, &many, err);
	}
	return r < 0 ? r : sql_many_end(&many, err);
}

int db_load_events(struct load *load, struct err *err)
{
	CLEANUP(changes_free) struct changes changes = { 0 };
	int r;

	changes.items = calloc(load->n + 1, sizeof(*changes.items));
	if (!changes.items)
		return err_sys(err, -ENOMEM, "cannot load runs");
	r = compare(load, &changes, err);
	return r < 0 || changes.n == 0 ? r : put_events(load, &changes, err);
}
