/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/ovs_facts.h"
#include "subagent/ovs_fill.h"
#include "t/tap.h"

enum { NOW_MS = 5000000, MANY = 2000, SHOWN = 500 };

static struct vswitch_bridge bridges[] = {
	{ .name = "br-int",
	    .fail_mode = "secure",
	    .datapath_type = "",
	    .n_ports = 3,
	    .n_controllers = 1 },
	{ .name = "br-ex",
	    .fail_mode = "",
	    .datapath_type = "netdev",
	    .n_ports = 1,
	    .n_controllers = 2,
	    .n_connected = 1 },
};

static struct vswitch_interface interfaces[] = {
	{ .name = "ok",
	    .type = "internal",
	    .error = "",
	    .has_ofport = true,
	    .ofport = 1,
	    .admin = VSWITCH_LINK_UP,
	    .link = VSWITCH_LINK_UP,
	    .bridge = 0,
	    .counters = { true, 1, 2, 3, UINT64_MAX } },
	{ .name = "broken",
	    .type = "",
	    .error = "could not open network device",
	    .has_ofport = true,
	    .ofport = -1,
	    .bridge = 0 },
	{ .name = "down",
	    .type = "",
	    .error = "",
	    .has_ofport = true,
	    .ofport = 2,
	    .admin = VSWITCH_LINK_UP,
	    .link = VSWITCH_LINK_DOWN,
	    .bridge = 1 },
	{ .name = "new", .type = "", .error = "", .bridge = VSWITCH_NO_BRIDGE },
};

static struct vswitch_remote controllers[] = {
	{ .target = "tcp:192.0.2.1:6653",
	    .role = "",
	    .state = "BACKOFF",
	    .error = "Connection refused",
	    .bridge = 0 },
	{ .target = "tcp:192.0.2.1:6653",
	    .role = "",
	    .state = "BACKOFF",
	    .error = "",
	    .bridge = 1 },
	{ .target = "tcp:192.0.2.2:6653",
	    .connected = true,
	    .role = "master",
	    .state = "ACTIVE",
	    .error = "",
	    .bridge = 1 },
};
static struct vswitch_remote managers[] = {
	{ .target = "ptcp:6640",
	    .role = "",
	    .state = "",
	    .error = "",
	    .bridge = VSWITCH_NO_BRIDGE },
};

/* A round: facts to rows, rows through SNMP's types, and back to facts. */
struct round {
	struct mib_rows rows[OVS_TABLES];
	struct ovs_rows read;
	struct ovs ovs;
};

static void copy_row(const struct mib_table *table, const void *row, void *ret)
{
	int failed = 0;

	for (size_t i = 0; i < table->n_columns; i++) {
		const struct mib_column *column = &table->columns[i];
		struct mib_cell cell;

		if (column->syntax != MIB_MISSING &&
		    mib_cell(table, column, row, NOW_MS, &cell))
			failed += mib_put(table, column, &cell, NOW_MS, ret) < 0;
	}
	for (size_t i = 0; i < table->n_columns; i++) {
		struct mib_cell cell;

		if (table->columns[i].syntax == MIB_MISSING &&
		    mib_cell(table, &table->columns[i], row, NOW_MS, &cell))
			failed += mib_put(table, &table->columns[i], &cell, NOW_MS, ret) < 0;
	}
	if (failed)
		ok(false, "%s: a cell cannot be put back", table->name);
}

static void copy_rows(const struct mib_rows *rows, struct mib_rows *ret)
{
	mib_rows_init(rows->table, 0, ret);
	for (size_t i = 0; i < rows->n; i++) {
		const void *row = mib_rows_at(rows, i);
		void *copy = mib_rows_add_indexed(ret);

		memcpy(copy, row, sizeof(uint32_t));
		copy_row(rows->table, row, copy);
	}
	ok(mib_rows_finish(ret) == 0, "%s: %zu rows", rows->table->name, rows->n);
}

/* What is not known of a scalar does not come. */
static void copy_scalars(const struct mib_rows *rows, struct mib_ovs *ret)
{
	const struct mib_table *table = rows->table;

	for (size_t i = 0; i < table->n_columns; i++) {
		if (table->columns[i].syntax != MIB_TEXT)
			*(int64_t *)((char *)ret + table->columns[i].offset) = MIB_NONE;
	}
	copy_row(table, mib_rows_at(rows, 0), ret);
}

static void go(struct round *round, const struct ovs *ovs, struct ovs_history *history,
    unsigned parts, bool is_wanted)
{
	const struct ovs_fill fill = { .ovs = ovs,
		.history = history,
		.parts = OVS_PARTS,
		.interfaces_max = SHOWN,
		.is_wanted = is_wanted,
		.now_ms = NOW_MS };
	static const char *const asked[] = { "br-int", "br-none" };
	struct ovs_rows *read = &round->read;
	struct mib_rows *tables[] = { &read->daemons, &read->bridges, &read->interfaces,
		&read->remotes, &read->datapaths, &read->bonds };
	struct err err = ERR_INIT;

	memset(round, 0, sizeof(*round));
	for (size_t i = 0; i < OVS_TABLES; i++)
		mib_rows_init(ovs_tables[i], 0, &round->rows[i]);
	ok(ovs_fill(&fill, round->rows, &err) == 0, "rows %s", err.text);
	for (size_t i = 0; i < OVS_TABLES; i++)
		(void)!mib_rows_finish(&round->rows[i]);
	for (size_t i = 0; i < OVS_TABLE_ALL; i++)
		copy_rows(&round->rows[i], tables[i]);
	copy_scalars(&round->rows[OVS_TABLE_ALL], &read->all);
	ok(ovs_facts_make(read, parts, asked, 2, NOW_MS, &round->ovs, &err) == 0, "facts");
}

static void round_free(struct round *round)
{
	struct ovs_rows *read = &round->read;

	ovs_facts_free(&round->ovs);
	for (size_t i = 0; i < OVS_TABLES; i++)
		mib_rows_free(&round->rows[i]);
	mib_rows_free(&read->daemons);
	mib_rows_free(&read->bridges);
	mib_rows_free(&read->interfaces);
	mib_rows_free(&read->remotes);
	mib_rows_free(&read->datapaths);
	mib_rows_free(&read->bonds);
}

static struct ovs healthy(void)
{
	struct ovs ovs = {
		.rundir = "/run/openvswitch",
		.remote = "unix:/run/openvswitch/db.sock",
		.db_asked = true,
		.db_answer_s = 0.004,
		.has_datapaths = true,
		.has_bonds = true,
		.vswitch = {
			.version = "3.1.0", .schema = "8.3.1", .has_config = true,
			.current = 7, .next = 7,
			.bridges = bridges, .n_bridges = 2,
			.n_ports = 4,
			.interfaces = interfaces, .n_interfaces = 4,
			.controllers = controllers, .n_controllers = 3,
			.managers = managers, .n_managers = 1,
		},
		.datapaths = { .items = { { .name = "system@ovs-system", .hit = 1ULL << 40,
			.missed = 5, .lost = 1, .flows = 9, .ports = 4, .has_masks = true,
			.masks_per_packet = 1.25, .has_limit = true, .flow_limit = 200000 } },
			.n_items = 1 },
	};

	for (size_t i = 0; i < OVS_DAEMONS; i++) {
		struct ovs_daemon *daemon = &ovs.daemons[i];

		*daemon = (struct ovs_daemon){
			.name = i == OVS_SERVER ? "ovsdb-server" : "ovs-vswitchd",
			.pid = 100 + (int32_t)i,
			.life = OVS_ALIVE,
			.state = 'S',
			.age_s = 90,
			.has_monitor = true,
			.asked = true,
			.answer_s = 0.003,
			.version = "3.1.0",
			.socket = "/run/openvswitch/x.ctl",
			.monitor = { .status = "healthy" },
		};
	}
	return ovs;
}

static const void *row_of(const struct round *round, enum ovs_table table, const char *label)
{
	const void *row = mib_rows_find_label(&round->rows[table], label);

	if (!row)
		ok(false, "there is no row %s", label);
	return row;
}

static void test_rows(void)
{
	struct bond bond = { .name = "bond0",
		.mode = "active-backup",
		.lacp = "off",
		.n_members = 2,
		.n_disabled = 1,
		.disabled = "eth1" };
	struct ovs_flows flows[] = { { .bridge = "br-int", .is_secure = true },
		{ .bridge = "br-ex", .code = -ETIMEDOUT, .err = { "no answer" } } };
	struct ovs_history history = { .last = BUF_INIT };
	struct ovs ovs = healthy();
	struct round round;
	const struct mib_ovs_daemon *daemon;
	const struct mib_ovs_bridge *bridge;
	const struct mib_ovs_interface *interface;
	const struct mib_ovs *all;

	ovs.bonds = (struct bonds){ &bond, 1 };
	ovs.flows = flows;
	ovs.n_flows = 2;
	ovs.daemons[OVS_SWITCHD].code = -ETIMEDOUT;
	ovs.daemons[OVS_SWITCHD].state = 'T';
	ovs.daemons[OVS_SWITCHD].answer_s = 4;
	go(&round, &ovs, &history, OVS_PARTS, false);

	daemon = row_of(&round, OVS_TABLE_DAEMON, "ovs-vswitchd");
	is_num((double)daemon->state, MIB_CRITICAL, "a daemon that hangs is critical");
	is_str(daemon->state_text,
	    "ovs-vswitchd (pid 101) hangs: no answer on its control socket in 4.0 s: its "
	    "process is "
	    "stopped (SIGSTOP, or a debugger)",
	    "and says so");
	daemon = row_of(&round, OVS_TABLE_DAEMON, "ovsdb-server");
	ok(daemon->state == MIB_OK && !*daemon->state_text, "the other is well");
	bridge = row_of(&round, OVS_TABLE_BRIDGE, "br-int");
	is_str(bridge->state_text,
	    "bridge br-int has no flows and fail mode secure: it forwards "
	    "nothing; bridge br-int: no controller is connected",
	    "a bridge has two troubles");
	ok(bridge->port_errors == 1 && bridge->flows == 0, "its numbers");
	bridge = row_of(&round, OVS_TABLE_BRIDGE, "br-ex");
	ok(bridge->state == MIB_CRITICAL && bridge->flows == MIB_NONE &&
		bridge->links_down == 1,
	    "a bridge that does not answer");
	interface = row_of(&round, OVS_TABLE_INTERFACE, "broken");
	is_str(interface->state_text,
	    "interface broken of br-int does not work: could not open network device",
	    "an interface");
	all = mib_rows_at(&round.rows[OVS_TABLE_ALL], 0);
	is_num((double)all->state, MIB_CRITICAL, "the worst state");
	ok(strstr(all->state_text, "hangs") && strstr(all->state_text, "2 bridges, 4 ports"),
	    "its text: %s", all->state_text);
	ok(all->flows == MIB_NONE && all->port_errors == 1 && all->links_down == 1 &&
		all->controllers_down == 2 && all->managers_down == 0,
	    "counts");

	ok(round.ovs.vswitch.n_bridges == 2 && round.ovs.vswitch.n_interfaces == 4 &&
		round.ovs.vswitch.n_controllers == 3 && round.ovs.vswitch.n_managers == 1 &&
		round.ovs.vswitch.n_ports == 4,
	    "back: as many of each");
	ok(round.ovs.daemons[OVS_SWITCHD].code == -ETIMEDOUT &&
		round.ovs.daemons[OVS_SWITCHD].state == 'T' &&
		round.ovs.daemons[OVS_SWITCHD].answer_s == 4,
	    "the daemon that hangs");
	is_num(round.ovs.daemons[OVS_SERVER].age_s, 90, "an age");
	is_num((double)round.ovs.datapaths.items[0].hit, (double)(1ULL << 40), "64 bits");
	is_num(round.ovs.datapaths.items[0].masks_per_packet, 1.25, "hundredths");
	is_num((double)round.ovs.n_flows, 2, "both bridges were asked");
	for (size_t i = 0; i < round.ovs.vswitch.n_interfaces; i++) {
		const struct vswitch_interface *one = &round.ovs.vswitch.interfaces[i];

		if (strcmp(one->name, "ok") == 0)
			ok(one->counters.known && one->counters.out_drops == UINT64_MAX &&
				one->ofport == 1 && one->link == VSWITCH_LINK_UP &&
				strcmp(vswitch_bridge_name(&round.ovs.vswitch, one->bridge),
				    "br-int") == 0,
			    "an interface as it was");
		if (strcmp(one->name, "new") == 0)
			ok(!one->has_ofport && one->bridge == VSWITCH_NO_BRIDGE &&
				!one->counters.known && one->link == VSWITCH_LINK_UNKNOWN,
			    "and what is not known of another");
	}
	ok(round.ovs.hidden.interfaces == 0 && round.ovs.hidden.failed == 0,
	    "nothing is hidden");
	is_num(ovs_facts_parts(&round.read), OVS_PARTS, "all was looked at");
	round_free(&round);

	go(&round, &ovs, &history, OVS_PART_PROCESSES, false);
	ok(!round.ovs.db_asked && !round.ovs.daemons[OVS_SWITCHD].asked && !round.ovs.n_flows &&
		round.ovs.daemons[OVS_SWITCHD].life == OVS_ALIVE,
	    "processes alone");
	round_free(&round);
	buf_free(&history.last);
}

/* The database is away: what was asked by name is told. */
static void test_no_database(void)
{
	struct ovs_history history = { .last = BUF_INIT };
	struct ovs ovs = healthy();
	struct round round;
	const struct mib_ovs *all;

	memset(&ovs.vswitch, 0, sizeof(ovs.vswitch));
	ovs.vswitch.version = ovs.vswitch.schema = "";
	ovs.db_code = -ETIMEDOUT;
	(void)err_set(&ovs.db_err, 0, "no answer in time");
	go(&round, &ovs, &history, OVS_PARTS, false);
	all = mib_rows_at(&round.rows[OVS_TABLE_ALL], 0);
	is_str(all->database_state_text,
	    "database unix:/run/openvswitch/db.sock: no answer in time",
	    "the database is silent");
	ok(all->database_state == MIB_CRITICAL && all->state == MIB_CRITICAL, "critical");
	ok(all->bridges == MIB_NONE && all->in_errors == MIB_NONE, "nothing is known of it");
	is_num(round.ovs.db_code, -ETIMEDOUT, "back");
	ok(round.ovs.n_flows == 2 && round.ovs.flows[1].code == -ENOENT,
	    "bridges that were named");
	round_free(&round);
	buf_free(&history.last);
}

static void test_absent(void)
{
	struct ovs_history history = { .last = BUF_INIT };
	struct ovs ovs = { .rundir = "/run/none",
		.rundir_code = -ENOENT,
		.remote = "unix:x",
		.db_asked = true,
		.db_code = -ENOENT,
		.vswitch = { .version = "", .schema = "" },
		.daemons = {
		    { .name = "ovsdb-server", .life = OVS_DEAD, .why = { "no /run/none" } },
		    { .name = "ovs-vswitchd", .life = OVS_DEAD, .why = { "no /run/none" } } } };
	struct round round;
	const struct mib_ovs *all;

	go(&round, &ovs, &history, OVS_PARTS, false);
	all = mib_rows_at(&round.rows[OVS_TABLE_ALL], 0);
	ok(all->state == MIB_DISABLED && all->database_state == MIB_DISABLED,
	    "no switch: disabled");
	is_num((double)round.rows[OVS_TABLE_DAEMON].n, 0, "and no daemons");
	ok(ovs_is_absent(&round.ovs) && !round.ovs.db_asked, "back");
	is_num(ovs_facts_parts(&round.read), OVS_PARTS, "all was looked at");
	round_free(&round);
	go(&round, &ovs, &history, OVS_PARTS, true);
	all = mib_rows_at(&round.rows[OVS_TABLE_ALL], 0);
	is_num((double)all->state, MIB_CRITICAL, "unless it was to be there");
	is_num((double)round.rows[OVS_TABLE_DAEMON].n, 2, "with its daemons");
	round_free(&round);
	buf_free(&history.last);
}

static void test_many(void)
{
	static struct vswitch_interface many[MANY];
	static char names[MANY][16];
	struct ovs_history history = { .last = BUF_INIT };
	struct ovs ovs = healthy();
	struct round round;
	const struct mib_ovs *all;

	for (size_t i = 0; i < MANY; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "port%zu", i);
		many[i] = (struct vswitch_interface){ .name = names[i],
			.type = "",
			.error = "",
			.has_ofport = true,
			.ofport = (int64_t)i + 1,
			.admin = VSWITCH_LINK_UP,
			.link = VSWITCH_LINK_UP,
			.bridge = 0,
			.counters = { .known = true } };
	}
	many[MANY - 1].error = "gone";
	many[MANY - 2].link = VSWITCH_LINK_DOWN;
	many[0].counters.in_errors = 5;
	ovs.vswitch.interfaces = many;
	ovs.vswitch.n_interfaces = MANY;
	go(&round, &ovs, &history, OVS_PARTS, false);
	is_num((double)round.rows[OVS_TABLE_INTERFACE].n, SHOWN, "many interfaces are capped");
	is_num((double)round.rows[OVS_TABLE_INTERFACE].n_dropped, MANY - SHOWN, "and counted");
	ok(mib_rows_find_label(&round.rows[OVS_TABLE_INTERFACE], names[MANY - 1]) &&
		mib_rows_find_label(&round.rows[OVS_TABLE_INTERFACE], names[MANY - 2]),
	    "those that are sick are there");
	ok(round.ovs.hidden.interfaces == MANY - SHOWN && round.ovs.hidden.failed == 0 &&
		round.ovs.hidden.down == 0,
	    "back: what is hidden");
	is_num((double)round.ovs.hidden.counters.in_errors, 0, "sums begin at 0");
	round_free(&round);

	many[0].counters.in_errors = 12;
	many[1].counters.out_drops = 3;
	go(&round, &ovs, &history, OVS_PARTS, false);
	is_num((double)round.ovs.hidden.counters.in_errors, 7, "and grow by what is counted");
	round_free(&round);
	/* One is reset, and half of them are gone. */
	many[0].counters.in_errors = 2;
	ovs.vswitch.n_interfaces = MANY / 2;
	for (size_t i = 0; i < 600; i++)
		many[i].error = "sick";
	ovs.daemons[OVS_SWITCHD].pid = 77;
	go(&round, &ovs, &history, OVS_PARTS, false);
	ok(round.ovs.hidden.counters.in_errors == 7 && round.ovs.hidden.counters.out_drops == 3,
	    "and never fall");
	is_num((double)round.ovs.hidden.failed, 100, "sick ones that are hidden are counted");
	all = mib_rows_at(&round.rows[OVS_TABLE_ALL], 0);
	is_num((double)all->interfaces_left_out, MANY / 2 - SHOWN, "as a scalar, too");
	is_num((double)((const struct mib_ovs_daemon *)row_of(
			    &round, OVS_TABLE_DAEMON, "ovs-vswitchd"))
		   ->restarts,
	    1, "another process id is a restart");
	round_free(&round);
	buf_free(&history.last);
}

/* Rows that contradict one another come from elsewhere. */
static void test_hostile(void)
{
	struct ovs_rows read = { .all = { .rundir_answer = 99,
				     .database_answer = 2,
				     .interfaces = INT64_MAX,
				     .port_errors = -1,
				     .read_at_ms = -5 } };
	struct mib_ovs_interface *interface;
	struct mib_ovs_daemon *daemon;
	struct err err = ERR_INIT;
	struct ovs ovs;

	mib_rows_init(&mib_ovs_daemon, 0, &read.daemons);
	mib_rows_init(&mib_ovs_bridge, 0, &read.bridges);
	mib_rows_init(&mib_ovs_interface, 0, &read.interfaces);
	mib_rows_init(&mib_ovs_remote, 0, &read.remotes);
	mib_rows_init(&mib_ovs_datapath, 0, &read.datapaths);
	mib_rows_init(&mib_ovs_bond, 0, &read.bonds);
	interface = mib_rows_add(&read.interfaces, "x");
	(void)snprintf(interface->bridge, sizeof(interface->bridge), "nowhere");
	interface->admin = 77;
	daemon = mib_rows_add(&read.daemons, "y");
	(void)snprintf(daemon->name, sizeof(daemon->name), "ovs-vswitchd");
	daemon->answer = -3;
	daemon->life = 9;
	for (int i = 0; i < 40; i++) {
		char key[16];

		(void)snprintf(key, sizeof(key), "d%d", i);
		(void)mib_rows_add(&read.datapaths, key);
	}
	(void)!mib_rows_finish(&read.daemons);
	(void)!mib_rows_finish(&read.interfaces);
	(void)!mib_rows_finish(&read.datapaths);
	ok(ovs_facts_make(&read, OVS_PARTS, NULL, 0, NOW_MS, &ovs, &err) == 0, "odd rows");
	is_num(ovs.vswitch.interfaces[0].bridge, VSWITCH_NO_BRIDGE, "a bridge that no row has");
	is_num(ovs.vswitch.interfaces[0].admin, VSWITCH_LINK_UNKNOWN, "an odd enumeration");
	is_num(ovs.daemons[OVS_SWITCHD].code, -EIO, "an odd answer is a failure");
	is_num(ovs.daemons[OVS_SWITCHD].life, OVS_UNSEEN, "an odd life is not seen");
	is_num((double)ovs.datapaths.n_items, DATAPATHS_MAX, "too many datapaths");
	is_num(ovs.daemons[OVS_SERVER].life, OVS_UNSEEN, "a daemon without a row is not seen");
	ovs_facts_free(&ovs);
	mib_rows_free(&read.daemons);
	mib_rows_free(&read.interfaces);
	mib_rows_free(&read.datapaths);
}

int main(void)
{
	test_rows();
	test_no_database();
	test_absent();
	test_many();
	test_hostile();
	return tap_done();
}
