/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "lib/check/plugin.h"
#include "lib/collect/cpu.h"
#include "lib/collect/load.h"

enum {
	CPU_BUSY,
	CPU_USERS,
	CPU_NICED,
	CPU_KERNEL,
	CPU_IOWAITS,
	CPU_IRQS,
	CPU_SOFTIRQS,
	CPU_STOLEN,
	CPU_GUESTS,
	CPU_IDLES,
	CPU_BUSIEST,
	CPU_NUMBER,
};

static const struct metric metrics[] = {
	[CPU_BUSY] = { .name = "cpu",
	    .unit = UNIT_PERCENT,
	    .flags = METRIC_INSTANCES,
	    .help = "time not idle and not in iowait; with --per-cpu also of CPU N" },
	[CPU_USERS] = { .name = "user",
	    .unit = UNIT_PERCENT,
	    .help = "time in programs, without guests" },
	[CPU_NICED] = { .name = "nice",
	    .unit = UNIT_PERCENT,
	    .help = "time in niced programs, without guests" },
	[CPU_KERNEL] = { .name = "system", .unit = UNIT_PERCENT, .help = "time in the kernel" },
	[CPU_IOWAITS] = { .name = "iowait",
	    .unit = UNIT_PERCENT,
	    .help = "time idle while a task waits for a disk" },
	[CPU_IRQS] = { .name = "irq", .unit = UNIT_PERCENT, .help = "time in interrupts" },
	[CPU_SOFTIRQS] = { .name = "softirq",
	    .unit = UNIT_PERCENT,
	    .help = "time in soft interrupts, such as receiving packets" },
	[CPU_STOLEN] = { .name = "steal",
	    .unit = UNIT_PERCENT,
	    .help = "time that the hypervisor gave to others" },
	[CPU_GUESTS] = { .name = "guest",
	    .unit = UNIT_PERCENT,
	    .help = "time in virtual CPUs of guests" },
	[CPU_IDLES] = { .name = "idle",
	    .unit = UNIT_PERCENT,
	    .help = "time with nothing to do" },
	[CPU_BUSIEST] = { .name = "cpu_max",
	    .unit = UNIT_PERCENT,
	    .help = "cpu of the busiest CPU; needs --per-cpu" },
	[CPU_NUMBER] = { .name = "cpus",
	    .flags = METRIC_QUIET,
	    .help = "number of online CPUs" },
};

/* The shares that make up the whole, in the order of /proc/stat. */
static const struct share {
	int metric;
	size_t offset;
} shares[] = {
	{ CPU_USERS, offsetof(struct cpu_usage, user) },
	{ CPU_NICED, offsetof(struct cpu_usage, nice) },
	{ CPU_KERNEL, offsetof(struct cpu_usage, system) },
	{ CPU_IOWAITS, offsetof(struct cpu_usage, iowait) },
	{ CPU_IRQS, offsetof(struct cpu_usage, irq) },
	{ CPU_SOFTIRQS, offsetof(struct cpu_usage, softirq) },
	{ CPU_STOLEN, offsetof(struct cpu_usage, steal) },
	{ CPU_GUESTS, offsetof(struct cpu_usage, guest) },
	{ CPU_IDLES, offsetof(struct cpu_usage, idle) },
};
enum { N_SHARES = sizeof(shares) / sizeof(shares[0]) };

struct cpu_options {
	bool per_cpu;
};

static const struct opt options[] = {
	{ 0, "per-cpu", NULL, OPT_FLAG, offsetof(struct cpu_options, per_cpu), NULL,
	    "also every CPU for itself, and the busiest one" },
};

static double share_of(const struct cpu_usage *use, const struct share *share)
{
	return *(const double *)(const void *)((const char *)use + share->offset);
}

/* "user 20.1%, system 10.3%": what is worth a word; idle is what is left. */
static void shares_text(const struct cpu_usage *use, struct buf *buf)
{
	bool any = false;

	for (int i = 0; i < N_SHARES; i++) {
		double value = share_of(use, &shares[i]);

		if (shares[i].metric == CPU_IDLES || value < 0.5)
			continue;
		buf_addf(buf, "%s%s %.1f%%", any ? ", " : ": ", metrics[shares[i].metric].name,
		    value);
		any = true;
	}
}

static int read_sample(
    const struct fsroot *root, struct buf *buf, void *context, struct err *err)
{
	const struct cpu_options *given = context;

	return cpu_read_text(root, given->per_cpu, buf, err);
}

/* The use of one CPU. False for one that came online between the samples: it has no share. */
static bool use_of(const struct cpu *earlier, const struct cpu_one *now, struct cpu_usage *ret)
{
	const struct cpu_one *before = earlier ? cpu_find(earlier, now->id) : NULL;

	if (earlier && !before)
		return false;
	return cpu_usage(before ? &before->times : NULL, &now->times, ret) == 0;
}

/* Stands before the single CPUs, so that it is not cut away with them. */
static void give_busiest(
    struct check *check, const struct cpu *earlier, const struct cpu *later)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct cpu_usage use, busiest = { .busy = -1 };
	unsigned id = 0;
	enum state state;

	for (size_t i = 0; i < later->n_each; i++) {
		if (use_of(earlier, &later->each[i], &use) && use.busy > busiest.busy) {
			busiest = use;
			id = later->each[i].id;
		}
	}
	if (busiest.busy < 0)
		return;
	state = result_metric(check->result, &metrics[CPU_BUSIEST], busiest.busy);
	shares_text(&busiest, &text);
	result_detail(check->result, state, "busiest is CPU %u, %.1f%%%s", id, busiest.busy,
	    buf_text(&text));
}

static void give_each(struct check *check, const struct cpu *earlier, const struct cpu *later)
{
	for (size_t i = 0; i < later->n_each; i++) {
		struct cpu_usage use;
		char id[16];

		if (!use_of(earlier, &later->each[i], &use))
			continue;
		(void)snprintf(id, sizeof(id), "%u", later->each[i].id);
		result_value(check->result, &metrics[CPU_BUSY], id, use.busy, 0, 100);
	}
}

static void give_all(struct check *check, const struct cpu_usage *use, bool since_boot)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	uint64_t cpus = 0;

	result_metric(check->result, &metrics[CPU_BUSY], use->busy);
	for (int i = 0; i < N_SHARES; i++)
		result_metric(
		    check->result, &metrics[shares[i].metric], share_of(use, &shares[i]));
	buf_addf(&text, "%.1f%% busy", use->busy);
	if (load_cpus_read(&check->root, &cpus, NULL) == 0) {
		result_metric(check->result, &metrics[CPU_NUMBER], (double)cpus);
		buf_addf(
		    &text, " on %llu CPU%s", (unsigned long long)cpus, cpus == 1 ? "" : "s");
	}
	buf_adds(&text, since_boot ? " since boot" : "");
	shares_text(use, &text);
	result_summary(check->result, "%s", buf_text(&text));
}

static int judge(
    struct check *check, const struct cpu *earlier, const struct cpu *later, struct err *err)
{
	struct cpu_usage use;

	if (cpu_usage(earlier ? &earlier->all : NULL, &later->all, &use) < 0)
		return err_set(err, -ENODATA,
		    "cannot tell the use of the CPUs: /proc/stat counted no time");
	give_all(check, &use, earlier == NULL);
	give_busiest(check, earlier, later);
	give_each(check, earlier, later);
	return 0;
}

static int run(struct check *check, struct err *err)
{
	CLEANUP(sample_pair_free) struct sample_pair pair = SAMPLE_PAIR_INIT;
	CLEANUP(cpu_free) struct cpu earlier = { 0 }, later = { 0 };
	int r;

	r = sample_pair_take(
	    &check->samples, &check->root, read_sample, check->options, &pair, err);
	if (r == 0)
		r = cpu_parse(buf_text(&pair.later), pair.later.size, &later, err);
	if (r == 0 && !pair.since_boot)
		r = cpu_parse(buf_text(&pair.earlier), pair.earlier.size, &earlier, err);
	if (r < 0)
		return r;
	return judge(check, pair.since_boot ? NULL : &earlier, &later, err);
}

static const struct plugin cpu_plugin = {
	.name = "check_node_cpu",
	.title = "CPU",
	.summary = "checks what the CPUs of this node spend their time on",
	.notes = "The time is that since the last run, or 0.5 s if there was none in the last\n"
		 "15 minutes.\n",
	PLUGIN_METRICS(metrics),
	PLUGIN_OPTIONS(options, struct cpu_options),
	.may_sleep = true,
	.run = run,
};

int main(int argc, char **argv)
{
	return plugin_main(&cpu_plugin, argc, argv);
}
