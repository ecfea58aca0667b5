/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the node as a whole does: the share of time that its CPUs and its busiest disk work,
 * and the traffic of its hardware interfaces. All three are rates, so one sample holds the
 * counters of all three, and two samples give the rates.
 *
 * A sample has only what counts: the sum of the CPUs, whole disks, and the interfaces that
 * net_mark_counted chooses. So it stays small where there are hundreds of taps and loops.
 */
#ifndef HAETAE_COLLECT_RATES_H
#define HAETAE_COLLECT_RATES_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fsroot.h"
#include "lib/collect/cpu.h"
#include "lib/collect/diskio.h"
#include "lib/collect/net.h"

enum rates_source { RATES_CPU, RATES_IO, RATES_NET };
enum { RATES_SOURCES = 3 };

/* Why a source is not in the sample: 0 if it is, -ENOENT where the node has none, or another
 * -errno with the text. */
struct rates_sources {
	int code[RATES_SOURCES];
	struct err err[RATES_SOURCES];
};

/* Appends a sample. One source that fails does not keep the others from being read. Fails
 * only when buf does. */
int rates_read(const struct fsroot *root, struct buf *buf, struct rates_sources *ret,
    struct err *err) ATTR_MUST_CHECK;

struct rates {
	bool has_cpu, has_io, has_net;
	struct cpu_usage cpu;
	char busiest[DISKIO_NAME_SIZE]; /* the disk that io is of */
	struct diskio_rate io;
	struct net_rate net; /* the sum of the interfaces */
	size_t n_interfaces; /* in the later sample */
};

/* What happened in `seconds` (above 0) between two samples; earlier is NULL for "since boot".
 * The texts may be anything: a source that is not in both has no rate, nor has a disk or an
 * interface that came, or was reset, in between. Fails without memory only. */
int rates_parse(const struct buf *earlier, const struct buf *later, double seconds,
    struct rates *ret, struct err *err) ATTR_MUST_CHECK;

#endif
