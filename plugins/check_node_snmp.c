/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/health/node_rows.h"
#include "lib/mib/service.h"
#include "plugins/node.h"
#include "plugins/remote.h"

/* One --process: what it is called, and the service that is meant. */
struct process {
	char *name;	     /* owned */
	const char *service; /* in name's own memory, or an argument */
};

enum { PROCESSES_MAX = 64 };

struct node_options {
	struct remote remote;
	struct opt_list exclude_paths, exclude_types;
	struct process processes[PROCESSES_MAX];
	size_t n_processes;
};

/* "NAME" or "NAME=SERVICE" */
static int take_process(void *target, const char *value, struct err *err)
{
	struct node_options *given = target;
	const char *equals = strchr(value, '=');
	size_t size = strcspn(value, "=");
	struct process *process = &given->processes[given->n_processes];

	if (size == 0 || (equals && !equals[1]))
		return err_set(
		    err, -EINVAL, "expected NAME or NAME=SERVICE, found '%.40s'", value);
	if (given->n_processes == PROCESSES_MAX)
		return err_set(err, -E2BIG, "more than %d", PROCESSES_MAX);
	for (size_t i = 0; i < given->n_processes; i++) {
		const char *name = given->processes[i].name;

		if (strlen(name) == size && memcmp(name, value, size) == 0)
			return err_set(err, -EINVAL, "'%.40s' was given before", name);
	}
	process->name = strndup(value, size);
	if (!process->name)
		return err_sys(err, -ENOMEM, "cannot keep a name");
	process->service = equals ? equals + 1 : process->name;
	given->n_processes++;
	return 0;
}

#define GIVEN(field) offsetof(struct node_options, field)

static const struct opt options[] = {
	REMOTE_OPTIONS(struct node_options, remote),
	{ 0, "process", "NAME[=SERVICE]", OPT_CALL, 0, take_process,
	    "count processes of a service of the node's profiles, as processes@NAME; may be "
	    "repeated" },
	{ 'x', "exclude-path", "PATTERN", OPT_LIST, GIVEN(exclude_paths), NULL,
	    "leave out these mounts (/var/lib/docker/*)" },
	{ 0, "exclude-type", "PATTERN", OPT_LIST, GIVEN(exclude_types), NULL,
	    "leave out mounts of these types" },
};

/* What metrics and details need: with the collector's own, one datagram either way. */
static const char *const node_columns[] = { "Uptime", "Load1", "Load5", "Load15", "Cpus", "Cpu",
	"Iowait", "Steal", "Io", "IoDisk", "SinceBoot", "Memory", "MemoryUsed",
	"MemoryAvailable", "Swap", "SwapUsed", "SwapTotal", "Hugepages", "HugepagesTotal",
	"CpuPressure", "IoPressure", "MemoryPressure", "In", "Out", "InErrors", "OutErrors",
	"InDrops", "OutDrops", "Interfaces", "Temp", "TempSensor", "DiskTotal", "DiskTotalUsed",
	"DiskTotalAvail", "DiskTotalSize", "DiskMax", "DiskMaxMount", "InodesMax",
	"InodesMaxMount", "Mounts", "MountsUnasked", "MountsDenied", "ErrorText", NULL };
/* Of a file system with which all is well; more of them fit a datagram. */
static const char *const well_columns[] = { "Name", "Condition", "Local", "Disk", "Inodes",
	"Missing", NULL };
static const char *const service_columns[] = { "Name", "Running", "Missing", NULL };

/* --- what is read --------------------------------------------------------------------------- */

struct reading {
	struct mib_node node;
	struct mib_rows mounts, services;
	struct node_facts facts;
	struct node_counts counts;
};

static void reading_free(struct reading *reading)
{
	free(reading->counts.items);
	node_facts_free(&reading->facts);
	mib_rows_free(&reading->mounts);
	mib_rows_free(&reading->services);
}

/* Whether every mount is told in full anyway. */
static bool wants_all_columns(const struct check *check)
{
	const struct node_options *given = check->options;

	return check->verbose || check->all_perf || given->exclude_paths.n_items ||
	       given->exclude_types.n_items ||
	       thresholds_given(&check->thresholds, &node_metrics[NODE_DISK_USED]);
}

static bool alerts(
    struct check *check, enum node_metric metric, const char *point, int64_t hundredths)
{
	bool any = false;

	for (int critical = 0; critical <= 1 && hundredths != MIB_NONE; critical++) {
		const struct range *range = thresholds_find(
		    &check->thresholds, &node_metrics[metric], point, critical == 1);

		any = any || (range && range_alerts(range, (double)hundredths / 100));
	}
	return any;
}

/* A mount that gets a line of its own. */
static bool is_remarkable(struct check *check, const struct mib_filesystem *row)
{
	return row->condition != MIB_FILESYSTEM_WELL ||
	       alerts(check, NODE_DISK, row->name, row->disk) ||
	       alerts(check, NODE_INODES, row->name, row->inodes);
}

static bool any_remarkable(struct check *check, const struct mib_rows *rows)
{
	bool any = false;

	for (size_t i = 0; i < rows->n && !any; i++)
		any = is_remarkable(check, mib_rows_at(rows, i));
	return any;
}

static int read_mounts_whole(struct check *check, struct reading *reading, struct err *err)
{
	struct node_options *given = check->options;
	struct snmprows_want want = { .table = &mib_filesystem, .rows = &reading->mounts };

	mib_rows_free(&reading->mounts);
	return remote_read(check, &given->remote, &want, 1, NULL, 0, err);
}

/* As remote_read. */
static int read_all(struct check *check, struct reading *reading, struct err *err)
{
	struct node_options *given = check->options;
	bool whole = wants_all_columns(check);
	struct snmprows_want wants[] = {
		{ .table = &mib_node, .row = &reading->node, .columns = node_columns },
		{ .table = &mib_filesystem,
		    .rows = &reading->mounts,
		    .columns = whole ? NULL : well_columns },
		{ .table = &mib_service,
		    .rows = &reading->services,
		    .columns = service_columns },
	};
	struct snmprows_collector collectors[] = { { .name = "node" }, { .name = "services" } };
	size_t more = given->n_processes ? 1 : 0;
	int r = remote_read(check, &given->remote, wants, 2 + more, collectors, 1 + more, err);

	if (r == 0 && !whole && any_remarkable(check, &reading->mounts))
		r = read_mounts_whole(check, reading, err);
	return r;
}

/* --- as facts ---------------------------------------------------------------------------------- */

static double running(const struct mib_rows *services, const char *name)
{
	for (size_t i = 0; i < services->n; i++) {
		const struct mib_service *row = mib_rows_at(services, i);

		if (strcmp(row->name, name) == 0 && row->running != MIB_NONE)
			return (double)row->running;
	}
	return NAN;
}

static int take_counts(const struct node_options *given, struct reading *reading)
{
	size_t n = given->n_processes;

	reading->counts.items = calloc(n + 1, sizeof(*reading->counts.items));
	if (!reading->counts.items)
		return -ENOMEM;
	reading->counts.n = n;
	for (size_t i = 0; i < n; i++)
		reading->counts.items[i] = (struct node_count){
			.name = given->processes[i].name,
			.n = running(&reading->services, given->processes[i].service),
		};
	return 0;
}

static struct node_patterns patterns(const struct opt_list *list)
{
	return (struct node_patterns){ .items = list->items, .n = list->n_items };
}

static int run(struct check *check, struct err *err)
{
	const struct node_options *given = check->options;
	const struct node_patterns paths = patterns(&given->exclude_paths);
	const struct node_patterns types = patterns(&given->exclude_types);
	CLEANUP(reading_free) struct reading reading = { .counts = { .n = 0 } };
	int r;

	node_facts_init(&reading.facts);
	r = read_all(check, &reading, err);
	if (r != 0)
		return r < 0 ? r : 0;
	node_row_take(&reading.node, &reading.facts);
	if (node_mounts_take(&reading.mounts, &reading.facts) < 0 ||
	    take_counts(given, &reading) < 0)
		return err_sys(err, -ENOMEM, "cannot keep what %s told", given->remote.host);
	node_facts_exclude(&reading.facts, &paths, &types);
	return node_judge(check, &reading.facts, &reading.counts)
		   ? 0
		   : err_set(err, -ENOENT, "%s told no facts about a node", given->remote.host);
}

/* --- options ----------------------------------------------------------------------------------- */

static int validate(struct check *check, struct err *err)
{
	struct node_options *given = check->options;

	return remote_validate(&given->remote, err);
}

static void release(struct check *check)
{
	struct node_options *given = check->options;

	if (!given)
		return;
	opt_list_free(&given->exclude_paths);
	opt_list_free(&given->exclude_types);
	for (size_t i = 0; i < given->n_processes; i++)
		free(given->processes[i].name);
	remote_release(&given->remote);
}

static const struct plugin node_plugin = {
	.name = "check_node_snmp",
	.title = "NODE",
	.summary = "checks another node in one call, by its haetae-agentx",
	.notes = REMOTE_NOTES
	"It judges as check_node does. Rates are those of the agent's own rounds.\n",
	PLUGIN_METRICS(node_metrics),
	PLUGIN_OPTIONS(options, struct node_options),
	.validate = validate,
	.run = run,
	.release = release,
};

int main(int argc, char **argv)
{
	return plugin_main(&node_plugin, argc, argv);
}
