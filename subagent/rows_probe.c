/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/base/clock.h"
#include "lib/base/confset.h"
#include "lib/check/perf.h"
#include "lib/mib/probe.h"
#include "lib/mib/probe_perf.h"
#include "lib/store/db_grants.h"
#include "lib/store/db_probe.h"
#include "lib/store/db_settings.h"
#include "lib/store/node_state.h"
#include "subagent/collector.h"

enum { INTERVAL_MS = 30000, PERFS_A_PROBE = 10, IO_TIMEOUT_S = 10 };

static const struct mib_table *const tables[] = { &mib_probe, &mib_probe_perf, NULL };

static bool is_wanted(const struct settings *settings)
{
	return settings->probes;
}

#ifdef HAVE_STORE

/* --- where the database is ----------------------------------------------------------------- */

struct connection {
	struct db_settings settings;
	struct db_conf conf;
	struct db *db; /* NULL: not connected */
};

/* The group "database", and over it the one of the same name in "agentx". */
static int read_database(const struct conf_item *root, void *context, struct err *err)
{
	const struct conf_item *agentx = conf_member(root, "agentx");
	int r = db_settings_group(context, conf_member(root, "database"), err);

	if (r == 0 && agentx)
		r = db_settings_group(context, conf_member(agentx, "database"), err);
	return r;
}

static void disconnect(struct connection *connection)
{
	db_close(connection->db);
	connection->db = NULL;
	db_settings_free(&connection->settings);
}

/* Everything is read again, so that a new password counts without a signal. */
static int connect_database(
    const struct collect *given, struct connection *connection, struct err *err)
{
	struct db_settings *database = &connection->settings;
	int64_t left_s = (given->until_ms - clock_mono_ms()) / 1000;
	unsigned most_s = left_s < 1		  ? 1
			  : left_s < IO_TIMEOUT_S ? (unsigned)left_s
						  : IO_TIMEOUT_S;
	int r;

	if (connection->db)
		return 0;
	*database = (struct db_settings)DB_SETTINGS_INIT;
	r = confset_read(given->settings->file, false, read_database, database, NULL, err);
	if (r == 0)
		r = db_settings_finish(database, err);
	if (r == 0)
		r = db_settings_secrets(database, NULL, err);
	if (r < 0)
		return r;
	if (database->io_timeout_s > most_s)
		database->io_timeout_s = most_s;
	if (database->connect_timeout_s > most_s)
		database->connect_timeout_s = most_s;
	connection->conf = db_settings_conf(database);
	connection->conf.role = db_role_names[DB_ROLE_VIEWER];
	r = db_open(&connection->conf, &connection->db, err);
	if (r == 0)
		r = db_schema_check(connection->db, err);
	return r;
}

/* --- a probe's row -------------------------------------------------------------------------- */

/* One round. The values of a probe wait for its index. */
struct kept {
	char *name, *perf; /* owned */
	int64_t perf_ms;   /* clock_mono_ms */
};
struct round {
	struct mib_rows *rows;
	int64_t real_ms, mono_ms;
	struct kept *kept;
	size_t n, room;
};

static void round_free(struct round *round)
{
	for (size_t i = 0; i < round->n; i++) {
		free(round->kept[i].name);
		free(round->kept[i].perf);
	}
	free(round->kept);
}

/* An instant of the wall clock as one of our own; 0 and MIB_NONE have another meaning there. */
static int64_t instant(const struct round *round, int64_t real_ms)
{
	int64_t mono_ms = round->mono_ms - (round->real_ms - real_ms);

	return mono_ms ? mono_ms : 1;
}

struct judged {
	enum mib_state state;
	int64_t since_ms; /* wall clock; 0: not known */
	const char *why;  /* before its text */
};

static enum mib_state state_of(const struct db_status_probe *status)
{
	static const enum mib_state of_exit[] = { MIB_OK, MIB_WARNING, MIB_CRITICAL,
		MIB_UNKNOWN };

	if (status->alive && status->outcome == OUTCOME_TIMEOUT)
		return MIB_CRITICAL;
	return status->state >= 0 && status->state <= 3 ? of_exit[status->state] : MIB_UNKNOWN;
}

static int64_t patience_ms(const struct db_status_probe *status)
{
	return node_patience_ms(
	    status->interval_ms, status->timeout_ms, status->maxlate_ms, status->backoff_ms);
}

static bool is_stale(const struct db_status_probe *status, int64_t now_ms)
{
	const struct node_probe probe = { .said = status->said,
		.due_ms = status->due_ms,
		.patience_ms = patience_ms(status) };

	return status->enabled && status->said && !node_probe_fresh(&probe, now_ms);
}

static struct judged judge(
    const struct db_probe_node *node, const struct db_status_probe *status, int64_t now_ms)
{
	if (!status->enabled)
		return (struct judged){ MIB_DISABLED, 0, "disabled" };
	if (node->until_ms > now_ms)
		return (struct judged){ MIB_DISABLED, 0, "in maintenance" };
	if (!status->has_run)
		return (struct judged){ MIB_UNKNOWN, 0, "no result yet" };
	if (is_stale(status, now_ms))
		return (struct judged){ MIB_UNKNOWN, status->due_ms + patience_ms(status),
			"stale: nothing new from the scheduler" };
	return (struct judged){ state_of(status), status->since_ms, NULL };
}

static void fill(const struct round *round, const struct db_probe_node *node,
    const struct db_probe *probe, struct mib_probe *row)
{
	const struct db_status_probe *status = &probe->status;
	const struct judged judged = judge(node, status, round->real_ms);
	const char *said = status->has_run ? status->text : "";
	bool started = status->has_run && status->started_ms;

	(void)snprintf(row->name, sizeof(row->name), "%s", status->name);
	(void)snprintf(row->type, sizeof(row->type), "%s", status->probetype);
	(void)snprintf(row->state_text, sizeof(row->state_text), "%s%s%s",
	    judged.why ? judged.why : "", judged.why && *said ? "; last: " : "", said);
	row->state = judged.state;
	row->state_age = judged.since_ms ? instant(round, judged.since_ms) : MIB_NONE;
	row->outcome = status->has_run ? (int64_t)status->outcome : MIB_PROBE_NEVER;
	row->stale = is_stale(status, round->real_ms);
	row->interval = status->interval_ms;
	row->last_run_age = started ? instant(round, status->started_ms) : MIB_NONE;
	row->duration = started ? status->duration_ms : MIB_NONE;
	row->latency = started ? status->started_ms - status->due_ms : MIB_NONE;
	row->attempts = probe->logged ? (int64_t)probe->attempts : MIB_NONE;
	row->exit_code = probe->logged ? probe->exit_code : MIB_NONE;
}

static int keep_perf(struct round *round, const struct db_status_probe *status, struct err *err)
{
	struct kept *kept;

	if (round->n == round->room) {
		size_t room = round->room ? 2 * round->room : 64;
		struct kept *grown = realloc(round->kept, room * sizeof(*grown));

		if (!grown)
			return err_sys(err, -ENOMEM, "cannot keep the values of probes");
		round->kept = grown;
		round->room = room;
	}
	kept = &round->kept[round->n++];
	*kept = (struct kept){ strdup(status->name), strdup(status->perf),
		instant(round, status->perf_ms) };
	return kept->name && kept->perf
		   ? 0
		   : err_sys(err, -ENOMEM, "cannot keep the values of probes");
}

static int take_probe(const struct db_probe_node *node, const struct db_probe *probe,
    void *context, struct err *err)
{
	struct round *round = context;
	struct mib_probe *row = mib_rows_add(&round->rows[0], probe->status.name);

	if (!row)
		return err_sys(err, -ENOMEM, "cannot keep the probes");
	fill(round, node, probe, row);
	if (!probe->status.has_run || !probe->status.perf_ms || !*probe->status.perf)
		return 0;
	return keep_perf(round, &probe->status, err);
}

/* --- values --------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static void copy(char *to, size_t to_size, const char *from, size_t size)
{
	(void)snprintf(to, to_size, "%.*s", (int)(size < to_size ? size : to_size), from);
}

static void add_value(struct mib_rows *rows, const struct mib_probe *parent,
    const struct perf_item *item, int64_t printed_ms)
{
	char label[MIB_PERF_LABEL_SIZE];
	const char *text =
	    memchr(item->label + item->label_size, '=', (size_t)(item->uom - item->label));
	struct mib_probe_perf value = { .age = printed_ms }, *row;

	copy(label, sizeof(label), item->label, item->label_size);
	if (!text || mib_probe_perf_set(&value, text + 1, (size_t)(item->uom - text - 1)) < 0)
		return;
	row = mib_rows_add(rows, label);
	if (!row)
		return;
	*row = value;
	row->index[0] = parent->index[0];
	memcpy(row->label, label, sizeof(label));
	copy(row->unit, sizeof(row->unit), item->uom, item->uom_size);
}

static void add_values(struct round *round)
{
	const struct mib_rows *probes = &round->rows[0];

	if (round->n)
		qsort(round->kept, round->n, sizeof(*round->kept), by_name);
	for (size_t i = 0; round->n && i < probes->n; i++) {
		const struct mib_probe *probe = mib_rows_at(probes, i);
		struct kept key = { .name = (char *)(uintptr_t)probe->name };
		const struct kept *kept =
		    bsearch(&key, round->kept, round->n, sizeof(key), by_name);
		const char *text = kept ? kept->perf : "", *end = text + strlen(text);
		struct perf_item item;
		int r;

		while ((r = perf_next(&text, end, &item)) != 0) {
			if (r > 0)
				add_value(&round->rows[1], probe, &item, kept->perf_ms);
		}
	}
}

/* --- the collector -------------------------------------------------------------------------- */

static int open_state(const struct settings *settings, void **ret_state, struct err *err)
{
	struct connection *connection = calloc(1, sizeof(*connection));

	(void)settings;
	if (!connection)
		return err_sys(err, -ENOMEM, "cannot keep a connection");
	*ret_state = connection;
	return 0;
}

static void close_state(void *state)
{
	disconnect(state);
	free(state);
}

static int node_name(const struct settings *settings, char ret[HOST_NAME_MAX + 1],
    const char **ret_name, struct err *err)
{
	*ret_name = settings->probes_node;
	if (*ret_name)
		return 0;
	memset(ret, 0, HOST_NAME_MAX + 1);
	if (gethostname(ret, HOST_NAME_MAX) < 0)
		return err_sys(err, -errno, "cannot ask for this host's name");
	*ret_name = ret;
	return 0;
}

static int collect(const struct collect *given, struct mib_rows *rows, struct err *err)
{
	struct connection *connection = given->state;
	CLEANUP(round_free)
	struct round round = {
		.rows = rows, .real_ms = clock_real_ms(), .mono_ms = clock_mono_ms()
	};
	size_t cap = (size_t)given->settings->probes_rows;
	char host[HOST_NAME_MAX + 1];
	struct db_probe_node node;
	const char *name;
	int r = node_name(given->settings, host, &name, err);

	rows[0].cap = cap;
	rows[1].cap = cap * PERFS_A_PROBE < MIB_ROWS_MAX ? cap * PERFS_A_PROBE : MIB_ROWS_MAX;
	if (r == 0)
		r = connect_database(given, connection, err);
	if (r == 0)
		r = db_probes_of_node(
		    connection->db, name, cap, take_probe, &round, &node, err);
	if (r < 0) {
		disconnect(connection);
		return r;
	}
	if (node.n > rows[0].n)
		rows[0].n_dropped = node.n - rows[0].n;
	r = mib_rows_finish(&rows[0]);
	if (r < 0 && r != -EEXIST)
		return err_sys(err, r, "cannot sort the probes");
	add_values(&round);
	return 0;
}

#else

static int open_state(const struct settings *settings, void **ret_state, struct err *err)
{
	(void)settings;
	(void)ret_state;
	return err_set(err, -ENOTSUP, "haetae was built without a MySQL client library");
}

static void close_state(void *state)
{
	(void)state;
}

static int collect(const struct collect *given, struct mib_rows *rows, struct err *err)
{
	(void)given;
	(void)rows;
	return err_set(err, -ENOTSUP, "haetae was built without a MySQL client library");
}

#endif

const struct collector collector_probes = {
	.name = "probes",
	.interval_ms = INTERVAL_MS,
	.tables = tables,
	.is_wanted = is_wanted,
	.open = open_state,
	.close = close_state,
	.collect = collect,
};
