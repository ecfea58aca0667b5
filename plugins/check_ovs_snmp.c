/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>

#include "lib/base/clock.h"
#include "plugins/ovs.h"
#include "plugins/ovs_facts.h"
#include "plugins/remote.h"

struct options {
	struct ovs_options ovs; /* the first */
	struct remote remote;
};

static const struct opt options[] = {
	OVS_OPTIONS(struct options, ovs),
	REMOTE_OPTIONS(struct options, remote),
};

static const char notes[] = OVS_NOTES REMOTE_NOTES;

static int validate(struct check *check, struct err *err)
{
	struct options *given = check->options;

	return remote_validate(&given->remote, err);
}

static void release(struct check *check)
{
	struct options *given = check->options;

	ovs_options_free(&given->ovs);
	remote_release(&given->remote);
}

/* --- the rows ----------------------------------------------------------------------------------- */

enum { OWN = OVS_PART_PROCESSES | OVS_PART_CONTROL };

/* Of the table that may be large: no states, which are judged here. */
static const char *const interface_columns[] = { "Name", "Missing", "Bridge", "Type", "Error",
	"Ofport", "Admin", "Link", "InErrors", "OutErrors", "InDrops", "OutDrops", NULL };

/* The tables, and what they are read for. */
static const struct {
	const struct mib_table *table;
	size_t offset;
	unsigned parts;
	const char *const *columns; /* NULL: all */
} tables[] = {
	{ &mib_ovs_daemon, offsetof(struct ovs_rows, daemons), OWN, NULL },
	{ &mib_ovs_bridge, offsetof(struct ovs_rows, bridges),
	    OVS_PART_DATABASE | OVS_PART_FLOWS, NULL },
	{ &mib_ovs_interface, offsetof(struct ovs_rows, interfaces), OVS_PART_DATABASE,
	    interface_columns },
	{ &mib_ovs_remote, offsetof(struct ovs_rows, remotes), OVS_PART_DATABASE, NULL },
	{ &mib_ovs_datapath, offsetof(struct ovs_rows, datapaths), OVS_PART_CONTROL, NULL },
	{ &mib_ovs_bond, offsetof(struct ovs_rows, bonds), OVS_PART_CONTROL, NULL },
};
enum { TABLES = sizeof(tables) / sizeof(tables[0]) };

static struct mib_rows *rows_at(struct ovs_rows *rows, size_t i)
{
	return (struct mib_rows *)((char *)rows + tables[i].offset);
}

static void rows_init(struct ovs_rows *rows)
{
	for (size_t i = 0; i < TABLES; i++)
		mib_rows_init(tables[i].table, 0, rows_at(rows, i));
}

static void rows_free(struct ovs_rows *rows)
{
	for (size_t i = 0; i < TABLES; i++)
		mib_rows_free(rows_at(rows, i));
}

/* As remote_read. */
static int read_rows(
    struct check *check, unsigned parts, struct ovs_rows *rows, struct err *err)
{
	struct options *given = check->options;
	struct snmprows_want wants[TABLES + 1] = { { .table = &mib_ovs, .row = &rows->all } };
	struct snmprows_collector collector = { .name = "ovs" };
	size_t n = 1;

	for (size_t i = 0; i < TABLES; i++) {
		if (tables[i].parts & parts)
			wants[n++] = (struct snmprows_want){ .table = tables[i].table,
				.rows = rows_at(rows, i),
				.columns = tables[i].columns,
				.optional = true };
	}
	return remote_read(check, &given->remote, wants, n, &collector, 1, err);
}

/* --- the plugin --------------------------------------------------------------------------------- */

/* What is to be judged, which the subagent has a say in. */
static int choose_parts(
    const struct options *given, const struct ovs_rows *rows, unsigned *ret, struct err *err)
{
	unsigned known = ovs_facts_parts(rows);
	CLEANUP_BUF struct buf words = BUF_INIT;

	*ret = given->ovs.parts ? given->ovs.parts : known;
	ovs_parts_add(known, &words);
	if (*ret & ~known)
		return err_set(err, -EINVAL,
		    "option --check: that node's subagent looks at %s alone",
		    words.size ? buf_text(&words) : "nothing");
	return ovs_check_parts(&given->ovs, *ret, "--check or that node's subagent", err);
}

static int judge(struct check *check, const struct ovs_rows *rows, struct err *err)
{
	const struct options *given = check->options;
	struct ovs_run run = { .check = check,
		.given = &given->ovs,
		.who = "the subagent",
		.where = "there",
		.rundir = "ovs_rundir in haetae.conf" };
	struct ovs ovs;
	int r = choose_parts(given, rows, &run.parts, err);

	if (r < 0)
		return r;
	r = ovs_facts_make(rows, run.parts, given->ovs.bridges.items,
	    given->ovs.bridges.n_items, clock_mono_ms(), &ovs, err);
	run.ovs = &ovs;
	if (r == 0)
		ovs_judge(&run);
	ovs_facts_free(&ovs);
	return r;
}

static int run(struct check *check, struct err *err)
{
	const struct options *given = check->options;
	struct ovs_rows rows = { .all = { .state = MIB_UNKNOWN } };
	int r;

	rows_init(&rows);
	r = read_rows(check, given->ovs.parts ? given->ovs.parts : OVS_PARTS, &rows, err);
	if (r == 0)
		r = judge(check, &rows, err);
	rows_free(&rows);
	return r < 0 ? r : 0;
}

static const struct plugin ovs_snmp_plugin = {
	.name = "check_ovs_snmp",
	.title = "OVS",
	.summary = "checks Open vSwitch of another node, which haetae-agentx shows by SNMP",
	.notes = notes,
	.metrics = ovs_metrics,
	.n_metrics = OVS_METRICS,
	PLUGIN_OPTIONS(options, struct options),
	.validate = validate,
	.run = run,
	.release = release,
};

int main(int argc, char **argv)
{
	return plugin_main(&ovs_snmp_plugin, argc, argv);
}
