/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * haetaeDomainTable: libvirt's domains of this node. The index is the UUID, 16 octets, so that a
 * domain keeps its row wherever it migrates.
 */
#ifndef HAETAE_MIB_DOMAIN_H
#define HAETAE_MIB_DOMAIN_H

#include "lib/mib/mib.h"

enum { MIB_UUID_SIZE = 16 };

/* In libvirt's order, whose numbers begin with 0. */
enum mib_domain_state {
	MIB_DOMAIN_NO_STATE = 1,
	MIB_DOMAIN_RUNNING = 2,
	MIB_DOMAIN_BLOCKED = 3,
	MIB_DOMAIN_PAUSED = 4,
	MIB_DOMAIN_SHUTDOWN = 5,
	MIB_DOMAIN_SHUTOFF = 6,
	MIB_DOMAIN_CRASHED = 7,
	MIB_DOMAIN_SUSPENDED = 8,
};

struct mib_domain {
	uint32_t index[MIB_UUID_SIZE];
	char name[MIB_TEXT_SIZE];
	int64_t state;	    /* enum mib_domain_state */
	int64_t health;	    /* enum mib_state */
	int64_t health_age; /* since when, clock_mono_ms */
	char health_text[MIB_TEXT_SIZE];
	char reason[MIB_NAME_SIZE];
	int64_t active, autostart; /* 0 or 1 */
	int64_t vcpus;
	int64_t cpu_time;		   /* ms */
	int64_t memory_used, memory_limit; /* KiB */
};

extern const struct mib_table mib_domain;

#endif
