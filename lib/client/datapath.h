/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The datapaths of a switch: what ovs-vswitchd says to "dpctl/show" and "upcall/show" on its
 * control socket. A packet whose flow the datapath has is a hit; one that it must hand up to
 * ovs-vswitchd is missed; one that could not be handed up, because the queue was full, is lost.
 */
#ifndef HAETAE_CLIENT_DATAPATH_H
#define HAETAE_CLIENT_DATAPATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"

/* A node has one; one more a type (system, netdev) that its bridges use. */
enum { DATAPATH_NAME_SIZE = 64, DATAPATHS_MAX = 16 };

struct datapath {
	char name[DATAPATH_NAME_SIZE]; /* "system@ovs-system" */
	uint64_t hit, missed, lost;    /* packets since the datapath was made */
	uint64_t flows;
	uint64_t ports;
	bool has_masks;
	double masks_per_packet; /* tables that were searched for a packet; kernel only */
	bool has_limit;
	uint64_t flow_limit; /* ovs-vswitchd lowers it when it cannot look after more */
};

struct datapaths {
	struct datapath items[DATAPATHS_MAX];
	size_t n_items;
};

/* The answer to dpctl/show. Those past DATAPATHS_MAX, and those without a line of lookups,
 * are left out. */
void datapaths_parse(const char *text, size_t size, struct datapaths *ret);
/* The answer to upcall/show: adds the limits. */
void datapaths_parse_limits(const char *text, size_t size, struct datapaths *datapaths);

#endif
