/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/mib/domain.h"

static const struct mib_word states[] = {
	{ MIB_DOMAIN_NO_STATE, "nostate" },
	{ MIB_DOMAIN_RUNNING, "running" },
	{ MIB_DOMAIN_BLOCKED, "blocked" },
	{ MIB_DOMAIN_PAUSED, "paused" },
	{ MIB_DOMAIN_SHUTDOWN, "shutdown" },
	{ MIB_DOMAIN_SHUTOFF, "shutoff" },
	{ MIB_DOMAIN_CRASHED, "crashed" },
	{ MIB_DOMAIN_SUSPENDED, "pmsuspended" },
	{ 0, NULL },
};

#define AT(field) MIB_FIELD(mib_domain, field)

static const struct mib_column columns[] = {
	{ 2, "Name", MIB_TEXT, AT(name), NULL, NULL, "its name" },
	{ 3, "State", MIB_ENUM, AT(state), NULL, states, "its state, as libvirt has it" },
	{ 4, "Health", MIB_STATE, AT(health), NULL, NULL,
	    "critical: crashed, or paused or shut off by a fault and not by somebody's wish" },
	{ 5, "HealthAge", MIB_AGE, AT(health_age), "seconds", NULL, "time in this health" },
	{ 6, "HealthText", MIB_TEXT, AT(health_text), NULL, NULL,
	    "its state and the fault in words" },
	{ 7, "Reason", MIB_TEXT, AT(reason), NULL, NULL,
	    "the fault for which it stands still, as I/O error; empty: none" },
	{ 8, "Active", MIB_TRUTH, AT(active), NULL, NULL, "it has a process" },
	{ 9, "Autostart", MIB_TRUTH, AT(autostart), NULL, NULL,
	    "it is to be started with the node" },
	{ 10, "Vcpus", MIB_GAUGE, AT(vcpus), "CPUs", NULL, "virtual CPUs" },
	{ 11, "CpuTime", MIB_COUNTER64, AT(cpu_time), "milliseconds", NULL,
	    "CPU time since it started" },
	{ 12, "MemoryUsed", MIB_GAUGE, AT(memory_used), "KiB", NULL,
	    "memory that it has, without what its balloon holds" },
	{ 13, "MemoryLimit", MIB_GAUGE, AT(memory_limit), "KiB", NULL,
	    "memory that it may have" },
	{ 14, "Missing", MIB_MISSING, 0, 0, NULL, NULL, "columns that are not known" },
};

static const uint32_t told[] = { 2, 3, 4, 6, 0 };

const struct mib_table mib_domain = {
	.number = 9,
	.name = "haetaeDomain",
	.index = "haetaeDomainUuid",
	.n_index = MIB_UUID_SIZE,
	.row_size = sizeof(struct mib_domain),
	.columns = columns,
	.n_columns = sizeof(columns) / sizeof(columns[0]),
	.state = 4,
	.state_age = 5,
	.state_text = 6,
	.label = 2,
	.notification = 9,
	.notification_name = "haetaeDomainStateChange",
	.told = told,
	.help = "domains of libvirt on this node",
};
