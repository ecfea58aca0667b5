/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Network interfaces of one network namespace: counters of /proc/net/dev, rates between two
 * samples, link state and speed from /sys/class/net.
 *
 * Source: proc(5); Documentation/ABI/testing/sysfs-class-net. Counters are 64 bits, though
 * some drivers' wrap at 32.
 */
#ifndef HAETAE_COLLECT_NET_H
#define HAETAE_COLLECT_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/cleanup.h"
#include "lib/base/err.h"
#include "lib/base/fsroot.h"

/* Names have at most 15 bytes (IFNAMSIZ); any byte but '/', ':' and blanks may be in them. */
enum { NET_NAME_SIZE = 16, NET_MAX = 65536 };

struct net_interface {
	char name[NET_NAME_SIZE];
	bool counted; /* part of the totals, see net_mark_counted */
	uint64_t in_bytes, in_packets, in_errors, in_drops;
	uint64_t out_bytes, out_packets, out_errors, out_drops;
};

struct net {
	struct net_interface *interfaces; /* in the kernel's order */
	size_t n_interfaces;
};

#define NET_INIT                   \
	{                          \
		.interfaces = NULL \
	}
#define CLEANUP_NET CLEANUP(net_free)

/* The text of /proc/net/dev. A line without all the counters is left out. -ENOMEM, or -E2BIG
 * past NET_MAX. */
int net_parse(const char *text, size_t size, struct net *ret, struct err *err) ATTR_MUST_CHECK;
void net_free(struct net *net);
/* Appends a line that net_parse reads, for a sample that is kept. */
void net_format(const struct net_interface *interface, struct buf *buf);

/* Reads the text: live /proc/net/dev, the namespace that this process is in; below a root
 * /proc/1/net/dev, else /proc/net/dev. */
int net_read_text(const struct fsroot *root, struct buf *buf, struct err *err) ATTR_MUST_CHECK;

/*
 * Sets `counted`: interfaces that have a hardware parent (/sys/class/net/NAME/device). So
 * what passes a bridge, a VLAN, a bond and its ports is counted once. Where none has one (a
 * container, a captured tree without /sys): by name, all but lo and the names that
 * hypervisors, switches and container engines give.
 */
void net_mark_counted(const struct fsroot *root, struct net *net);
/* Whether the name alone looks like an interface of software. */
bool net_name_is_virtual(const char *name);

/* As diskio_find: the interface of that name, looked for first at place hint; or NULL. */
const struct net_interface *net_find(const struct net *net, const char *name, size_t hint);

/* All per second. */
struct net_rate {
	double in, out; /* bytes */
	double in_packets, out_packets;
	double in_errors, out_errors;
	double in_drops, out_drops;
};

/* What happened in `seconds` (above 0). earlier is NULL for "since boot". -ERANGE when a
 * counter was reset: another interface has the name now, or its driver was loaded again. */
int net_rate(const struct net_interface *earlier, const struct net_interface *later,
    double seconds, struct net_rate *ret) ATTR_MUST_CHECK;
void net_rate_add(struct net_rate *sum, const struct net_rate *rate);

enum net_state {
	NET_STATE_UNKNOWN, /* the driver does not tell, or there is no /sys */
	NET_STATE_UP,
	NET_STATE_DOWN, /* also: no carrier, lower layer down */
};

struct net_link {
	enum net_state state;
	char operstate[32]; /* the kernel's word, "" if there is none */
	double speed_mbit;  /* megabits per second, 0 if not known */
};

/* What seldom changes. */
enum net_duplex { NET_DUPLEX_UNKNOWN, NET_DUPLEX_HALF, NET_DUPLEX_FULL };
struct net_detail {
	uint32_t ifindex;      /* 0: not known */
	bool has_flags, is_up; /* IFF_UP: somebody has set it up */
	enum net_duplex duplex;
	bool has_changes;
	uint64_t carrier_changes; /* times that the link came or went */
};
/* Never fails, as net_link_read. */
void net_detail_read(const struct fsroot *root, const char *name, struct net_detail *ret);

/* State and speed of one interface. Never fails: what is not there is not known. */
void net_link_read(const struct fsroot *root, const char *name, struct net_link *ret);

#endif
