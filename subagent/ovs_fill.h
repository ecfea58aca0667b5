/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows about Open vSwitch, made of its facts. A row's state is what check_ovs says of the
 * thing without options.
 */
#ifndef HAETAE_SUBAGENT_OVS_FILL_H
#define HAETAE_SUBAGENT_OVS_FILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/check/state.h"
#include "lib/health/ovs.h"
#include "lib/health/ovs_sample.h"
#include "lib/mib/ovs.h"
#include "lib/mib/rows.h"

/* The order of the rows. */
enum ovs_table {
	OVS_TABLE_DAEMON,
	OVS_TABLE_BRIDGE,
	OVS_TABLE_INTERFACE,
	OVS_TABLE_REMOTE,
	OVS_TABLE_DATAPATH,
	OVS_TABLE_BOND,
	OVS_TABLE_ALL, /* the scalars */
	OVS_TABLES,
};
extern const struct mib_table *const ovs_tables[OVS_TABLES + 1]; /* ends with NULL */

/* What is kept from round to round; begins zeroed, but for last. */
struct ovs_history {
	int32_t pids[OVS_DAEMONS];
	int64_t restarts[OVS_DAEMONS];
	struct buf last; /* counters of the last round, as ovs_sample_parse takes them */
	uint64_t sums[OVS_COUNTERS];
};

struct ovs_fill {
	const struct ovs *ovs;
	struct ovs_history *history;
	unsigned parts; /* enum ovs_part: what was asked */
	size_t interfaces_max;
	bool is_wanted; /* the node is to have a switch: that it has none is an error */
	int64_t now_ms; /* clock_mono_ms: when the facts were read */
};

/* Fills OVS_TABLES rows, which were initialised; they are not finished. -ENOMEM. */
int ovs_fill(
    const struct ovs_fill *fill, struct mib_rows *rows, struct err *err) ATTR_MUST_CHECK;

/* The last step of it: the scalars, behind the rows of all tables. */
struct ovs_worst {
	enum state state;
	const char *text;
	size_t n; /* rows that are not well */
};
int ovs_fill_all(const struct ovs_fill *fill, const struct ovs_worst *worst,
    struct mib_rows *rows, struct err *err) ATTR_MUST_CHECK;

#endif
