/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time that the CPUs spent in each mode, from the "cpu" lines of /proc/stat (proc(5),
 * Documentation/filesystems/proc.rst section 1.7). The kernel counts in ticks of USER_HZ; only
 * shares of the time between two samples are given here, so its value is not needed.
 *
 * The kernel warns that iowait may go back, and idle does too when a CPU goes offline: a
 * counter that went back counts as 0. A share is never negative.
 */
#ifndef HAETAE_COLLECT_CPU_H
#define HAETAE_COLLECT_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fsroot.h"

/* In the order of the columns. The kernel counts guest inside user, guest_nice inside nice. */
enum cpu_mode {
	CPU_USER,
	CPU_NICE,
	CPU_SYSTEM,
	CPU_IDLE,
	CPU_IOWAIT,
	CPU_IRQ,
	CPU_SOFTIRQ,
	CPU_STEAL,
	CPU_GUEST,
	CPU_GUEST_NICE,
};
enum { CPU_MODES = 10 };

/* More CPUs than any kernel can be built for. */
enum { CPU_MAX = 65536 };

struct cpu_times {
	uint64_t ticks[CPU_MODES];
};

struct cpu_one {
	unsigned id; /* the N of "cpuN": offline CPUs leave gaps */
	struct cpu_times times;
};

/* One sample. */
struct cpu {
	struct cpu_times all;
	struct cpu_one *each; /* ascending by id; NULL if the text had no "cpuN" lines */
	size_t n_each;
};

/* Shares of a time span in percent, 0 to 100. All but busy add up to 100. */
struct cpu_usage {
	double user; /* without guests */
	double nice; /* without guests */
	double system;
	double iowait; /* idle while a task of this CPU waits for a disk */
	double irq;
	double softirq;
	double steal; /* ready to run, but the hypervisor ran something else */
	double guest; /* running virtual CPUs, niced or not */
	double idle;
	double busy; /* all but idle and iowait */
};

/* Parses the "cpu" lines that the text begins with; what follows is not looked at. At least
 * the columns up to idle must be there; missing ones are 0. -EBADMSG if the text is not so,
 * -ENOMEM. */
int cpu_parse(const char *text, size_t size, struct cpu *ret, struct err *err) ATTR_MUST_CHECK;
void cpu_free(struct cpu *cpu);

/* Appends the "cpu" line of /proc/stat to buf, and the "cpuN" lines if each is true: text for
 * cpu_parse, small enough to be kept between runs. */
int cpu_read_text(
    const struct fsroot *root, bool each, struct buf *buf, struct err *err) ATTR_MUST_CHECK;

/* What was done between two samples. earlier may be NULL: since boot. Where the sum of all
 * went back, the counters began anew, and the share is that since then. -ENODATA (err is
 * untouched) when no tick passed. */
int cpu_usage(const struct cpu_times *earlier, const struct cpu_times *later,
    struct cpu_usage *ret) ATTR_MUST_CHECK;

/* The CPU of that id, or NULL. */
const struct cpu_one *cpu_find(const struct cpu *cpu, unsigned id);

#endif
