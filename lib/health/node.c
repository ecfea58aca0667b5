/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/health/node.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/collect/load.h"
#include "lib/collect/mem.h"
#include "lib/collect/psi.h"

void node_facts_init(struct node_facts *ret)
{
	*ret = (struct node_facts){ .n_mounts = 0 };
	for (int i = 0; i < NODE_FACTS; i++)
		ret->value[i] = NAN;
}

void node_facts_free(struct node_facts *facts)
{
	for (size_t i = 0; i < facts->n_mounts; i++)
		free(facts->mounts[i].problem);
	free(facts->mounts);
	mounts_free(&facts->table);
	node_facts_init(facts);
}

bool node_facts_has(const struct node_facts *facts, enum node_fact fact)
{
	return !isnan(facts->value[fact]);
}

bool node_facts_failed(const struct node_facts *facts, enum node_source source)
{
	int code = facts->failures[source].code;

	/* EOPNOTSUPP is what pressure files give where the kernel was booted without. */
	return code < 0 && code != -ENOENT && code != -EOPNOTSUPP;
}

static void tell(struct buf *buf, const char *fmt, ...) ATTR_PRINTF(2, 3);

static void tell(struct buf *buf, const char *fmt, ...)
{
	va_list ap;

	if (buf->size)
		buf_adds(buf, ", ");
	va_start(ap, fmt);
	buf_vaddf(buf, fmt, ap);
	va_end(ap);
}

void node_facts_text(const struct node_facts *facts, struct buf *buf)
{
	const double *value = facts->value;
	char age[CLOCK_TEXT_SIZE];

	if (node_facts_has(facts, NODE_UPTIME)) {
		clock_age_text((int64_t)value[NODE_UPTIME], age);
		tell(buf, "up %s", age);
	}
	if (node_facts_has(facts, NODE_LOAD1))
		tell(buf, "load %.2f", value[NODE_LOAD1]);
	if (node_facts_has(facts, NODE_CPU))
		tell(buf, "cpu %.0f%%", value[NODE_CPU]);
	if (node_facts_has(facts, NODE_MEMORY))
		tell(buf, "mem %.0f%%", value[NODE_MEMORY]);
	if (facts->disk_max_point && node_facts_has(facts, NODE_DISK_MAX))
		tell(buf, "disk %s %g%%", facts->disk_max_point, value[NODE_DISK_MAX]);
}

/* --- what is always at hand ----------------------------------------------------------------- */

static void read_uptime(const struct fsroot *root, struct node_facts *facts)
{
	struct node_failure *failure = &facts->failures[NODE_FROM_UPTIME];
	double seconds;

	failure->code = fsroot_uptime(root, &seconds, &failure->err);
	if (failure->code == 0 && seconds > 1e12)
		failure->code = err_set(&failure->err, -EBADMSG,
		    "cannot parse /proc/uptime: more than 30,000 years");
	if (failure->code == 0)
		facts->value[NODE_UPTIME] = seconds;
}

static void read_load(const struct fsroot *root, struct node_facts *facts)
{
	struct node_failure *failure = &facts->failures[NODE_FROM_LOAD];
	struct node_failure *no_cpus = &facts->failures[NODE_FROM_CPUS];
	struct load load;
	uint64_t cpus;

	failure->code = load_read(root, &load, &failure->err);
	if (failure->code < 0)
		return;
	facts->value[NODE_LOAD1] = load.load1;
	facts->value[NODE_LOAD5] = load.load5;
	facts->value[NODE_LOAD15] = load.load15;
	facts->value[NODE_RUNNING] = (double)load.running;
	facts->value[NODE_TASKS] = (double)load.tasks;
	no_cpus->code = load_cpus_read(root, &cpus, &no_cpus->err);
	if (no_cpus->code == 0)
		facts->value[NODE_CPUS] = (double)cpus;
}

static void read_memory(const struct fsroot *root, struct node_facts *facts)
{
	struct node_failure *failure = &facts->failures[NODE_FROM_MEMORY];
	struct mem mem;

	failure->code = mem_read(root, &mem, &failure->err);
	if (failure->code < 0)
		return;
	facts->value[NODE_MEMORY] = mem_used_pct(&mem);
	facts->value[NODE_MEMORY_USED] = (double)mem_used(&mem);
	facts->value[NODE_MEMORY_AVAILABLE] = (double)mem.available;
	facts->value[NODE_MEMORY_TOTAL] = (double)mem.total;
	facts->memory_estimated = mem.available_estimated;
	facts->value[NODE_SWAP_TOTAL] = (double)mem.swap_total;
	facts->value[NODE_SWAP] = mem_swap_used_pct(&mem);
	if (mem.swap_total > 0)
		facts->value[NODE_SWAP_USED] = (double)(mem.swap_total - mem.swap_free);
	facts->value[NODE_HUGE_TOTAL] = (double)mem.hugetlb;
	facts->value[NODE_HUGEPAGES] = mem_huge_used_pct(&mem);
}

static void read_pressure(const struct fsroot *root, struct node_facts *facts)
{
	for (int i = 0; i < PSI_RESOURCES; i++) {
		struct node_failure *failure = &facts->failures[NODE_FROM_CPU_PRESSURE + i];
		struct psi psi;

		failure->code = psi_read(root, (enum psi_resource)i, &psi, &failure->err);
		if (failure->code == 0)
			facts->value[NODE_CPU_PRESSURE + i] = psi.some.avg60;
	}
}

void node_facts_read(const struct fsroot *root, struct node_facts *facts)
{
	read_uptime(root, facts);
	read_load(root, facts);
	read_memory(root, facts);
	read_pressure(root, facts);
	node_facts_derive(facts);
}

void node_facts_derive(struct node_facts *facts)
{
	/* Without the number of CPUs, not known is what comes out. */
	for (int i = 0; i < 3; i++)
		facts->value[NODE_LOAD1_PER_CPU + i] =
		    facts->value[NODE_LOAD1 + i] / facts->value[NODE_CPUS];
}

/* --- rates, temperature ------------------------------------------------------------------- */

static void take_rates(const struct rates *rates, struct node_facts *facts)
{
	const struct net_rate *net = &rates->net;
	const double values[] = { net->in, net->out, net->in_errors, net->out_errors,
		net->in_drops, net->out_drops };

	if (rates->has_cpu) {
		facts->value[NODE_CPU] = rates->cpu.busy;
		facts->value[NODE_IOWAIT] = rates->cpu.iowait;
		facts->value[NODE_STEAL] = rates->cpu.steal;
	}
	if (rates->has_io) {
		facts->value[NODE_IO] = rates->io.busy;
		memcpy(facts->io_disk, rates->busiest, sizeof(facts->io_disk));
	}
	if (!rates->has_net)
		return;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		facts->value[NODE_IN + i] = values[i];
	facts->value[NODE_INTERFACES] = (double)rates->n_interfaces;
}

void node_facts_rates(const struct node_rates *given, struct node_facts *facts)
{
	struct rates rates;
	int r = given->code;

	if (r == 0)
		r = rates_parse(given->earlier, given->later, given->seconds, &rates, NULL);
	facts->since_boot = r == 0 && !given->earlier;
	for (int i = 0; i < RATES_SOURCES; i++) {
		struct node_failure *failure = &facts->failures[NODE_FROM_CPU + i];

		failure->err = given->sources->err[i];
		/* Without an uptime there is no time to measure by, which was said then. */
		failure->code = r < 0 ? -ENOENT : given->sources->code[i];
	}
	if (r == 0)
		take_rates(&rates, facts);
}

void node_facts_temp(const struct fsroot *root, struct node_facts *facts)
{
	CLEANUP(temp_free) struct temp temp = { .n_sensors = 0 };
	struct node_failure *failure = &facts->failures[NODE_FROM_TEMP];
	const struct temp_sensor *hottest;

	failure->code = temp_read(root, &temp, &failure->err);
	hottest = failure->code == 0 ? temp_hottest(&temp) : NULL;
	if (!hottest)
		return;
	facts->value[NODE_TEMP] = hottest->celsius;
	memcpy(facts->temp_sensor, hottest->name, sizeof(facts->temp_sensor));
}
