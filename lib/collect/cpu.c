/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/cpu.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cleanup.h"
#include "lib/base/num.h"

/* Kernels before 2.6 had no column behind idle. */
enum { CPU_COLUMNS_MIN = CPU_IDLE + 1 };
/* A "cpu" line of ten 64-bit numbers has at most 220 bytes. */
enum { CPU_LINE_ROOM = 256, CPU_READ_STEP = 16384 };

/* Whether "cpu" followed by a blank or a digit stands at p. */
static bool is_cpu_line(const char *p, const char *end)
{
	return end - p > 3 && memcmp(p, "cpu", 3) == 0 &&
	       (p[3] == ' ' || (p[3] >= '0' && p[3] <= '9'));
}

/* Reads the columns up to the end of the line and moves *text there. */
static int times_parse(
    const char **text, const char *end, struct cpu_times *ret, struct err *err)
{
	struct cpu_times times = { { 0 } };
	const char *p = *text;
	int n = 0;

	while (n < CPU_MODES) {
		int r = num_scan_u64(&p, end, &times.ticks[n]);

		if (r == -ERANGE)
			return err_set(err, -EBADMSG, "column %d is too large", n + 1);
		if (r < 0)
			break;
		n++;
	}
	if (n < CPU_COLUMNS_MIN)
		return err_set(
		    err, -EBADMSG, "expected %d numbers, found %d", CPU_COLUMNS_MIN, n);
	*text = p;
	*ret = times;
	return 0;
}

static int cpu_add(struct cpu *cpu, size_t *room, const struct cpu_one *one, struct err *err)
{
	if (cpu->n_each > 0 && one->id <= cpu->each[cpu->n_each - 1].id)
		return err_set(err, -EBADMSG, "cpu%u is out of order", one->id);
	if (cpu->n_each == *room) {
		size_t more = *room ? *room * 2 : 64;
		struct cpu_one *each = reallocarray(cpu->each, more, sizeof(*each));

		if (!each)
			return err_sys(err, -ENOMEM, "cannot hold %zu CPUs", more);
		cpu->each = each;
		*room = more;
	}
	cpu->each[cpu->n_each++] = *one;
	return 0;
}

/* The line at *text, which is_cpu_line() recognised: the sum of all, or one CPU. */
static int line_parse(const char **text, const char *end, struct cpu *cpu, bool *has_all,
    size_t *room, struct err *err)
{
	const char *p = *text + strlen("cpu");
	struct cpu_one one = { 0 };
	uint64_t id;
	int r;

	if (*p == ' ') {
		r = times_parse(&p, end, &cpu->all, err);
		*has_all = true;
		*text = p;
		return r;
	}
	if (num_scan_u64(&p, end, &id) < 0 || id >= CPU_MAX)
		return err_set(err, -EBADMSG, "CPU number is not below %d", CPU_MAX);
	one.id = (unsigned)id;
	r = times_parse(&p, end, &one.times, err);
	if (r < 0)
		return r;
	*text = p;
	return cpu_add(cpu, room, &one, err);
}

int cpu_parse(const char *text, size_t size, struct cpu *ret, struct err *err)
{
	const char *p = text, *end = text + size;
	struct cpu cpu = { 0 };
	bool has_all = false;
	size_t room = 0;

	while (is_cpu_line(p, end)) {
		const char *newline;
		int r = line_parse(&p, end, &cpu, &has_all, &room, err);

		if (r < 0) {
			err_prefix(err, "cannot parse /proc/stat");
			cpu_free(&cpu);
			return r;
		}
		newline = memchr(p, '\n', (size_t)(end - p));
		p = newline ? newline + 1 : end;
	}
	if (!has_all) {
		cpu_free(&cpu);
		return err_set(err, -EBADMSG, "cannot parse /proc/stat: no line 'cpu'");
	}
	*ret = cpu;
	return 0;
}

void cpu_free(struct cpu *cpu)
{
	free(cpu->each);
	*cpu = (struct cpu){ 0 };
}

/* Moves *ret_whole behind the whole "cpu" lines of the text that are wanted. Returns true once
 * no more can follow. */
static bool cpu_lines_end(const char *text, size_t size, bool each, size_t *ret_whole)
{
	const char *p = text + *ret_whole, *end = text + size;

	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));

		if (!newline)
			return false;
		if (!is_cpu_line(p, end))
			return true;
		p = newline + 1;
		*ret_whole = (size_t)(p - text);
		if (!each)
			return true;
	}
	return false;
}

int cpu_read_text(const struct fsroot *root, bool each, struct buf *buf, struct err *err)
{
	size_t start = buf->size, step = each ? CPU_READ_STEP : CPU_LINE_ROOM, whole = 0;
	CLEANUP_CLOSE int fd = fsroot_open_file(root, "/proc/stat", err);

	if (fd < 0)
		return fd;
	for (;;) {
		char *to = buf_reserve(buf, step);
		ssize_t got;

		if (!to)
			return err_sys(err, buf->error, "cannot read /proc/stat");
		got = read(fd, to, step);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(err, -errno, "cannot read /proc/stat");
		if (got == 0)
			return 0;
		buf->size += (size_t)got;
		buf_terminate(buf);
		if (cpu_lines_end(buf->data + start, buf->size - start, each, &whole)) {
			buf_cut(buf, start + whole);
			return 0;
		}
	}
}

/* What the counter grew by, never negative. */
static double grown(
    const struct cpu_times *earlier, const struct cpu_times *later, enum cpu_mode mode)
{
	uint64_t a = earlier ? earlier->ticks[mode] : 0, b = later->ticks[mode];

	return b > a ? (double)(b - a) : 0;
}

/* guest and guest_nice are inside user and nice already. */
static double total(const struct cpu_times *times)
{
	double sum = 0;

	for (int i = 0; i < CPU_GUEST; i++)
		sum += (double)times->ticks[i];
	return sum;
}

static double above_zero(double value)
{
	return value > 0 ? value : 0;
}

int cpu_usage(
    const struct cpu_times *earlier, const struct cpu_times *later, struct cpu_usage *ret)
{
	struct cpu_usage use;
	double sum, guest, guest_nice;

	if (earlier && total(later) < total(earlier))
		earlier = NULL;
	guest = grown(earlier, later, CPU_GUEST);
	guest_nice = grown(earlier, later, CPU_GUEST_NICE);
	use = (struct cpu_usage){
		.user = above_zero(grown(earlier, later, CPU_USER) - guest),
		.nice = above_zero(grown(earlier, later, CPU_NICE) - guest_nice),
		.system = grown(earlier, later, CPU_SYSTEM),
		.iowait = grown(earlier, later, CPU_IOWAIT),
		.irq = grown(earlier, later, CPU_IRQ),
		.softirq = grown(earlier, later, CPU_SOFTIRQ),
		.steal = grown(earlier, later, CPU_STEAL),
		.guest = guest + guest_nice,
		.idle = grown(earlier, later, CPU_IDLE),
	};
	use.busy =
	    use.user + use.nice + use.system + use.irq + use.softirq + use.steal + use.guest;
	sum = use.busy + use.iowait + use.idle;
	if (!(sum > 0))
		return -ENODATA;
	*ret = (struct cpu_usage){
		.user = 100 * use.user / sum,
		.nice = 100 * use.nice / sum,
		.system = 100 * use.system / sum,
		.iowait = 100 * use.iowait / sum,
		.irq = 100 * use.irq / sum,
		.softirq = 100 * use.softirq / sum,
		.steal = 100 * use.steal / sum,
		.guest = 100 * use.guest / sum,
		.idle = 100 * use.idle / sum,
		.busy = 100 * use.busy / sum,
	};
	return 0;
}

const struct cpu_one *cpu_find(const struct cpu *cpu, unsigned id)
{
	size_t low = 0, high = cpu->n_each;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (cpu->each[middle].id == id)
			return &cpu->each[middle];
		if (cpu->each[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}
