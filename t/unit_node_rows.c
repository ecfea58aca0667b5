/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/health/node_rows.h"
#include "lib/mib/interface.h"
#include "subagent/collector.h"
#include "t/tap.h"

extern const struct collector collector_net, collector_node;

/* --- facts, rows, facts ---------------------------------------------------------------------- */

static void test_there_and_back(void)
{
	CLEANUP(node_facts_free) struct node_facts facts, back;
	struct mib_node row = { .uptime = 0 };
	int wrong = 0;

	node_facts_init(&facts);
	node_facts_init(&back);
	for (int i = 0; i < NODE_FACTS; i++)
		facts.value[i] = 1048576.0 * (i + 1);
	/* Of these the percentages follow. */
	facts.value[NODE_MEMORY] =
	    100 * facts.value[NODE_MEMORY_USED] /
	    (facts.value[NODE_MEMORY_USED] + facts.value[NODE_MEMORY_AVAILABLE]);
	facts.value[NODE_TEMP] = -12.34;
	facts.value[NODE_CPUS] = 4;
	facts.value[NODE_SWAP] = facts.value[NODE_SWAP_USED] = NAN;
	facts.value[NODE_MEMORY_TOTAL] = 6e12;
	facts.since_boot = true;
	facts.disk_max_point = "/srv";
	(void)snprintf(facts.io_disk, sizeof(facts.io_disk), "vda");
	node_facts_derive(&facts);
	node_row_put(&facts, &row);
	is_num(row.load1, 104857600, "hundredths");
	is_num(row.temp, -1234, "... also below zero");
	is_num(row.memory_used, 13 * 1024, "KiB");
	is_num(row.disk_total_used, 28, "MiB");
	is_num(row.swap, MIB_NONE, "what is not known");
	/* As it comes by SNMP. */
	row.memory_total = UINT32_MAX;
	node_row_take(&row, &back);
	for (int i = 0; i < NODE_FACTS; i++) {
		if (i != NODE_SWAP && i != NODE_SWAP_USED && i != NODE_MEMORY_TOTAL &&
		    !(fabs(back.value[i] - facts.value[i]) < 0.01))
			wrong++;
	}
	is_num(wrong, 0, "all others come back");
	ok(isnan(back.value[NODE_SWAP]), "... not known stays so");
	ok(isnan(back.value[NODE_MEMORY_TOTAL]), "... what does not fit is not known");
	ok(back.since_boot, "... since boot");
	is_str(back.io_disk, "vda", "... the disk");
	is_str(back.disk_max_point, "/srv", "... the mount");
	ok(back.inodes_max_point == NULL, "... and that there is none");
}

static void test_state(void)
{
	CLEANUP(node_facts_free) struct node_facts facts;
	struct mib_node row = { .uptime = 0 };

	node_facts_init(&facts);
	facts.value[NODE_MEMORY] = 90;
	node_row_put(&facts, &row);
	is_num(row.state, MIB_OK, "memory at the bound is well");
	facts.value[NODE_MEMORY] = 95.01;
	node_row_put(&facts, &row);
	is_num(row.state, MIB_CRITICAL, "above it is not");
	is_str(row.state_text, "memory 95.0% > 95%; mem 95%", "... and says so first");
	facts.value[NODE_MEMORY] = 10;
	facts.failures[NODE_FROM_CPU].code =
	    err_set(&facts.failures[NODE_FROM_CPU].err, -EBADMSG, "cannot parse it");
	facts.failures[NODE_FROM_IO].code = -ENOENT;
	node_row_put(&facts, &row);
	is_num(row.state, MIB_UNKNOWN, "what makes no sense is unknown");
	is_str(row.error_text, "cannot parse it", "... named, without what there is not");
}

static void make_mount(const char *point, enum diskrow_condition condition, double percent,
    struct diskrow_facts *ret)
{
	*ret = (struct diskrow_facts){ .point = point,
		.type = "ext4",
		.source = "/dev/a",
		.condition = condition,
		.problem = condition == DISKROW_WELL ? NULL : strdup("bad"),
		.percent = percent,
		.inodes_percent = 3,
		.used_bytes = 5 << 20,
		.avail_bytes = 5 << 20,
		.size_bytes = 10 << 20,
		.in_total = true };
}

static void test_mounts(void)
{
	CLEANUP(node_facts_free) struct node_facts facts, back;
	CLEANUP(mib_rows_free) struct mib_rows rows;
	const struct node_patterns srv = { .items = (const char *const[]){ "/s*" }, .n = 1 };
	const struct node_patterns none = { .n = 0 };

	node_facts_init(&facts);
	node_facts_init(&back);
	mib_rows_init(&mib_filesystem, 0, &rows);
	facts.mounts = calloc(4, sizeof(*facts.mounts));
	facts.n_mounts = 4;
	make_mount("/srv", DISKROW_WELL, 96, &facts.mounts[0]);
	make_mount("/", DISKROW_WELL, 44, &facts.mounts[1]);
	make_mount("/hung", DISKROW_HANGS, NAN, &facts.mounts[2]);
	make_mount("/gone", DISKROW_GONE, NAN, &facts.mounts[3]);
	ok(node_mounts_put(&facts, &rows) == 0 && mib_rows_finish(&rows) == 0,
	    "mounts are rows");
	is_num(rows.n, 3, "... but for those that are gone");
	ok(node_mounts_take(&rows, &back) == 0, "and back");
	is_num(back.n_mounts, 3, "... all");
	is_str(back.mounts[0].point, "/", "... by name");
	is_str(back.mounts[1].point, "/hung", "... by name");
	is_num(back.mounts[1].condition, DISKROW_HANGS, "... that one hangs");
	is_str(back.mounts[1].problem, "bad", "... in words");
	ok(isnan(back.mounts[1].percent), "... and has no number");
	is_num((long)back.mounts[2].used_bytes, 5 << 20, "... bytes");
	node_facts_sum(&back);
	ok(back.disk_incomplete, "a sum with one that hangs is none");
	is_str(back.disk_max_point, "/srv", "the fullest");
	node_facts_exclude(&back, &srv, &none);
	is_num(back.n_mounts, 2, "without /srv");
	is_str(back.disk_max_point, "/", "... another is the fullest");
}

/* --- collectors ------------------------------------------------------------------------------- */

/* A round as the subagent does it. */
static int round_of(const struct collector *collector, void *state, const struct fsroot *root,
    struct mib_rows *rows)
{
	const struct settings settings = { .root = NULL };
	const struct collect given = { .settings = &settings,
		.root = root,
		.state = state,
		.until_ms = clock_mono_ms() + 5000 };
	struct err err = ERR_INIT;
	int r;

	for (size_t i = 0; collector->tables[i]; i++)
		mib_rows_init(collector->tables[i], 0, &rows[i]);
	r = collector->collect(&given, rows, &err);
	for (size_t i = 0; collector->tables[i] && r == 0; i++)
		r = mib_rows_finish(&rows[i]);
	if (r < 0)
		printf("# %s\n", err.text);
	return r;
}

static void test_captured(void)
{
	const struct settings settings = { .root = NULL };
	struct mib_rows rows[2];
	char path[512];
	struct fsroot root;
	void *state = NULL;
	const struct mib_node *node;

	(void)snprintf(path, sizeof(path), "%s/t/data/root-zed", getenv("srcdir"));
	if (!ok(fsroot_open(path, &root, NULL) == 0, "the captured node"))
		return;
	ok(collector_node.open(&settings, &state, NULL) == 0, "a collector opens");
	for (int i = 0; i < 2; i++) {
		ok(round_of(&collector_node, state, &root, rows) == 0, "round %d", i);
		node = rows[0].n == 1 ? mib_rows_at(&rows[0], 0) : NULL;
		if (!ok(node != NULL, "one row"))
			return;
		is_num(node->load1, 113, "load");
		is_num(node->cpu, 4794, "cpu since boot");
		ok(node->since_boot, "... which is said");
		is_num(node->cpu_pressure, 1084, "pressure");
		is_num(node->memory_used, 5687373824 / 1024, "memory");
		is_num(node->swap, MIB_NONE, "no swap");
		is_num(node->swap_total, 0, "... of nothing");
		is_str(node->disk_max_mount, "/", "the fullest mount");
		ok(rows[1].n == 1, "its row");
		mib_rows_free(&rows[0]);
		mib_rows_free(&rows[1]);
	}
	collector_node.close(state);
	ok(collector_net.open(&settings, &state, NULL) == 0, "interfaces");
	ok(round_of(&collector_net, state, &root, rows) == 0 && rows[0].n > 0, "are rows");
	mib_rows_free(&rows[0]);
	collector_net.close(state);
	fsroot_close(&root);
}

static void test_live(void)
{
	const struct settings settings = { .root = NULL };
	const struct fsroot root = FSROOT_LIVE;
	struct mib_rows rows[2];
	void *state = NULL;
	const struct mib_node *node;
	const struct mib_interface *interface;
	bool found = false;

	ok(collector_node.open(&settings, &state, NULL) == 0 &&
		round_of(&collector_node, state, &root, rows) == 0,
	    "this node");
	node = mib_rows_at(&rows[0], 0);
	ok(node->cpu >= 0 && node->cpu <= 10000, "rates in the first round");
	ok(!node->since_boot, "... of this half second");
	ok(node->processes > 1, "processes");
	ok(node->boot_time > 0, "when it booted");
	ok(node->name[0], "its name");
	is_str(node->error_text, "", "nothing failed");
	mib_rows_free(&rows[0]);
	mib_rows_free(&rows[1]);
	collector_node.close(state);

	ok(collector_net.open(&settings, &state, NULL) == 0, "its interfaces");
	for (int i = 0; i < 2; i++) {
		ok(round_of(&collector_net, state, &root, rows) == 0, "round %d", i);
		for (size_t k = 0; k < rows[0].n; k++) {
			interface = mib_rows_at(&rows[0], k);
			if (strcmp(interface->name, "lo") != 0)
				continue;
			found = true;
			ok(!interface->hardware, "lo is no hardware");
			is_num(interface->ifindex, 1, "... and the first");
			ok((interface->in == MIB_NONE) == (i == 0),
			    "... with rates from the second round on");
		}
		mib_rows_free(&rows[0]);
		clock_sleep_ms(50);
	}
	ok(found, "lo is there");
	collector_net.close(state);
}

int main(void)
{
	test_there_and_back();
	test_state();
	test_mounts();
	test_captured();
	test_live();
	return tap_done();
}
