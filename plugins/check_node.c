/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>

#include "lib/base/deadline.h"
#include "plugins/node_local.h"

static int take_process(void *target, const char *value, struct err *err)
{
	return node_process_add(target, value, err);
}

#define GIVEN(field) offsetof(struct node_options, field)

static const struct opt options[] = {
	{ 0, "process", "NAME=REGEX", OPT_CALL, 0, take_process,
	    "count processes whose command line matches, as processes@NAME; may be repeated" },
	{ 'x', "exclude-path", "PATTERN", OPT_LIST, GIVEN(exclude_paths), NULL,
	    "leave out these mounts (/var/lib/docker/*)" },
	{ 0, "exclude-type", "PATTERN", OPT_LIST, GIVEN(exclude_types), NULL,
	    "leave out mounts of these types" },
	{ 0, "no-write-probe", NULL, OPT_FLAG, GIVEN(no_write_probe), NULL,
	    "do not ask whether file systems take writes" },
};

static int read_sample(
    const struct fsroot *root, struct buf *buf, void *context, struct err *err)
{
	return rates_read(root, buf, context, err);
}

static void read_rates(struct check *check, struct node_facts *facts)
{
	CLEANUP(sample_pair_free) struct sample_pair pair = SAMPLE_PAIR_INIT;
	struct rates_sources sources = { .code = { 0 } };
	int r =
	    sample_pair_take(&check->samples, &check->root, read_sample, &sources, &pair, NULL);
	const struct node_rates given = {
		.code = r,
		.sources = &sources,
		.earlier = pair.since_boot ? NULL : &pair.earlier,
		.later = &pair.later,
		.seconds = pair.seconds,
	};

	node_facts_rates(&given, facts);
}

/* --- file systems ---------------------------------------------------------------------------- */

/* What is left of the time when the last file system has had its chance: a part of it is for
 * the state folder, which may be on one that hangs. */
static int64_t ask_budget_ms(void)
{
	int64_t left = deadline_left_ms();

	return left - left / 8;
}

/* Who hangs where is kept apart from the samples: it outlives them. */
static int ask(struct check *check, struct disk *disk, struct err *err)
{
	CLEANUP(sample_store_free) struct sample_store hung;
	struct err write_err = ERR_INIT;
	int r;

	check_doing(check, "asking file systems");
	sample_store_beside(&check->samples, "hung", &hung);
	r = diskrow_ask(&hung, &check->root, disk, ask_budget_ms(), err);
	if (sample_store_write(&hung, deadline_rest_ms() / 4, &write_err) == -ETIMEDOUT) {
		/* The samples would sleep in the same folder. */
		buf_reset(&check->samples.pending);
		result_detail(check->result, STATE_UNKNOWN,
		    "no state kept for the next run: %s", write_err.text);
	}
	return r;
}

static struct node_patterns patterns(const struct opt_list *list)
{
	return (struct node_patterns){ .items = list->items, .n = list->n_items };
}

static void read_mounts(struct check *check, struct node_facts *facts)
{
	const struct node_options *given = check->options;
	CLEANUP(node_asking_free) struct node_asking asking = NODE_ASKING_INIT;
	const struct node_mounts_want want = {
		.exclude_paths = patterns(&given->exclude_paths),
		.exclude_types = patterns(&given->exclude_types),
		.no_write_probe = given->no_write_probe,
	};
	struct err err = ERR_INIT;
	int r = node_asking_open(&check->root, &want, &asking, &err);

	if (r == 0)
		r = ask(check, &asking.disk, &err);
	node_asking_take(&asking, r, &err, facts);
}

/* --- the run ----------------------------------------------------------------------------------- */

static int run(struct check *check, struct err *err)
{
	CLEANUP(node_facts_free) struct node_facts facts;
	struct node_counts counts = { .n = 0 };
	bool is_node;

	node_facts_init(&facts);
	node_facts_read(&check->root, &facts);
	read_rates(check, &facts);
	check_doing(check, "reading the sensors in /sys/class/hwmon");
	node_facts_temp(&check->root, &facts);
	node_processes_count(check, &counts);
	read_mounts(check, &facts);
	is_node = node_judge(check, &facts, &counts);
	free(counts.items);
	return is_node ? 0
		       : err_set(err, -ENOENT, "no facts about a node: is %s%sproc there?",
			     check->root.path, check->root.live ? "" : "/");
}

static void release(struct check *check)
{
	struct node_options *given = check->options;

	if (!given)
		return;
	opt_list_free(&given->exclude_paths);
	opt_list_free(&given->exclude_types);
	node_processes_free(given);
}

static const struct plugin node_plugin = {
	.name = "check_node",
	.title = "NODE",
	.summary = "checks a whole node in one call: load, CPU, memory, disks, network",
	.notes =
	    "The rates are those since the last run, or over 0.5 s if there was none in the\n"
	    "last 15 minutes. For the details of one thing see check_node_cpu and the "
	    "others.\n",
	PLUGIN_METRICS(node_metrics),
	PLUGIN_OPTIONS(options, struct node_options),
	.may_sleep = true,
	.run = run,
	.release = release,
};

int main(int argc, char **argv)
{
	return plugin_main(&node_plugin, argc, argv);
}
