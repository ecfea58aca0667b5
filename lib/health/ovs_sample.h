/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The counters of a switch as a text that is kept for the next run, and the rates between that
 * one and now: errors and drops of each interface, lookups of each datapath.
 *
 *   i IN_ERRORS OUT_ERRORS IN_DROPS OUT_DROPS NAME
 *   d LOST MISSED HIT 0 NAME
 *   s IN_ERRORS OUT_ERRORS IN_DROPS OUT_DROPS all
 *   t MILLISECONDS 0 0 0 read
 *
 * The last two are another node's: sums over its interfaces, and when it read all that.
 */
#ifndef HAETAE_HEALTH_OVS_SAMPLE_H
#define HAETAE_HEALTH_OVS_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/client/datapath.h"
#include "lib/client/vswitch.h"

enum { OVS_COUNTERS = 4 };

struct ovs_counters {
	char kind;	  /* as above */
	const char *name; /* borrowed, of name_size bytes */
	size_t name_size;
	uint64_t values[OVS_COUNTERS];
};

/* Sorted by kind and name. */
struct ovs_sample {
	struct ovs_counters *items;
	size_t n_items;
};
#define OVS_SAMPLE_INIT        \
	{                      \
		.items = NULL, \
	}
void ovs_sample_free(struct ovs_sample *sample);
#define CLEANUP_OVS_SAMPLE CLEANUP(ovs_sample_free)

/* A line that is none is left out. Borrows text. -ENOMEM. */
int ovs_sample_parse(
    const char *text, size_t size, struct ovs_sample *ret, struct err *err) ATTR_MUST_CHECK;

/* Appends a line. A name with a newline has none. */
void ovs_sample_add_interface(const struct vswitch_interface *interface, struct buf *buf);
void ovs_sample_add_datapath(const struct datapath *datapath, struct buf *buf);
void ovs_sample_add_sums(const struct vswitch_counters *counters, struct buf *buf);
void ovs_sample_add_time(int64_t read_at_ms, struct buf *buf);

/* 0 if there is none. */
int64_t ovs_sample_time(const struct ovs_sample *sample);

/* What happened per second between the sample, which is `seconds` old (above 0), and now.
 * False for what was not there then, and for counters that were reset. */
bool ovs_sample_interface_rate(const struct ovs_sample *sample, double seconds,
    const struct vswitch_interface *now, double ret[OVS_COUNTERS]);
bool ovs_sample_datapath_rate(const struct ovs_sample *sample, double seconds,
    const struct datapath *now, double ret[OVS_COUNTERS]);
bool ovs_sample_sums_rate(const struct ovs_sample *sample, double seconds,
    const struct vswitch_counters *now, double ret[OVS_COUNTERS]);

#endif
