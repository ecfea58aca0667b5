/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/rates.h"

#include <errno.h>
#include <string.h>

/* A section of a sample begins with a line of its own and ends before the next such line. No
 * line of the three sources begins with '@': those of disks and interfaces begin with a
 * blank. */
static const char *const section_names[RATES_SOURCES] = {
	[RATES_CPU] = "@cpu\n",
	[RATES_IO] = "@io\n",
	[RATES_NET] = "@net\n",
};

struct section {
	const char *text; /* NULL if the sample has none */
	size_t size;
};

/* --- one sample ---------------------------------------------------------------------- */

/* What cannot be parsed is found now, where it can be told from what was kept. */
static int add_cpus(const struct fsroot *root, struct buf *buf, struct err *err)
{
	CLEANUP(cpu_free) struct cpu cpu = { .n_each = 0 };
	size_t start = buf->size;
	int r = cpu_read_text(root, false, buf, err);

	return r < 0 ? r : cpu_parse(buf_text(buf) + start, buf->size - start, &cpu, err);
}

static int add_disks(const struct fsroot *root, struct buf *buf, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	CLEANUP_DISKIO struct diskio diskio = DISKIO_INIT;
	int r = fsroot_read(root, "/proc/diskstats", &text, err);

	if (r == 0)
		r = diskio_parse(buf_text(&text), text.size, &diskio, err);
	for (size_t i = 0; i < diskio.n_devices && r == 0; i++) {
		if (diskio.devices[i].kind == DISKIO_DISK)
			diskio_format(&diskio.devices[i], buf);
	}
	return r;
}

static int add_interfaces(const struct fsroot *root, struct buf *buf, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	CLEANUP_NET struct net net = NET_INIT;
	int r = net_read_text(root, &text, err);

	if (r == 0)
		r = net_parse(buf_text(&text), text.size, &net, err);
	if (r == 0)
		net_mark_counted(root, &net);
	for (size_t i = 0; i < net.n_interfaces && r == 0; i++) {
		if (net.interfaces[i].counted)
			net_format(&net.interfaces[i], buf);
	}
	return r;
}

static int add_source(
    const struct fsroot *root, enum rates_source source, struct buf *buf, struct err *err)
{
	switch (source) {
	case RATES_CPU:
		return add_cpus(root, buf, err);
	case RATES_IO:
		return add_disks(root, buf, err);
	case RATES_NET:
		return add_interfaces(root, buf, err);
	}
	return -EINVAL;
}

int rates_read(
    const struct fsroot *root, struct buf *buf, struct rates_sources *ret, struct err *err)
{
	*ret = (struct rates_sources){ .code = { 0 } };
	for (int i = 0; i < RATES_SOURCES; i++) {
		size_t start = buf->size;

		buf_adds(buf, section_names[i]);
		ret->code[i] = add_source(root, (enum rates_source)i, buf, &ret->err[i]);
		if (buf->error)
			return err_sys(err, buf->error, "cannot keep a sample");
		/* A part of a source is none. */
		if (ret->code[i] < 0)
			buf_cut(buf, start);
	}
	return 0;
}

/* --- two samples ----------------------------------------------------------------------- */

static bool line_is(const char *line, const char *end, const char *name)
{
	size_t size = strlen(name);

	return (size_t)(end - line) >= size && memcmp(line, name, size) == 0;
}

static struct section find_section(const struct buf *sample, enum rates_source source)
{
	struct section found = { .text = NULL };
	const char *line = buf_text(sample), *end = line + sample->size;

	while (line < end) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		const char *next = newline ? newline + 1 : end;

		if (found.text && *line == '@')
			break;
		if (found.text)
			found.size = (size_t)(next - found.text);
		else if (line_is(line, end, section_names[source]))
			found.text = next;
		line = next;
	}
	return found;
}

static int cpu_rate(struct section earlier, struct section later, bool since_boot,
    struct rates *ret, struct err *err)
{
	CLEANUP(cpu_free) struct cpu from = { .n_each = 0 }, to = { .n_each = 0 };
	int r = cpu_parse(later.text, later.size, &to, err);

	if (r == 0 && !since_boot)
		r = cpu_parse(earlier.text, earlier.size, &from, err);
	if (r == 0)
		ret->has_cpu =
		    cpu_usage(since_boot ? NULL : &from.all, &to.all, &ret->cpu) == 0;
	return r == -ENOMEM ? r : 0;
}

static int io_rate(struct section earlier, struct section later, bool since_boot,
    double seconds, struct rates *ret, struct err *err)
{
	CLEANUP_DISKIO struct diskio from = DISKIO_INIT;
	CLEANUP_DISKIO struct diskio to = DISKIO_INIT;
	int r = diskio_parse(later.text, later.size, &to, err);

	if (r == 0 && !since_boot)
		r = diskio_parse(earlier.text, earlier.size, &from, err);
	for (size_t i = 0; i < to.n_devices && r == 0; i++) {
		const struct diskio_device *now = &to.devices[i];
		const struct diskio_device *before =
		    since_boot ? NULL : diskio_find(&from, now->name, i);
		struct diskio_rate rate;

		if ((!since_boot && !before) || diskio_rate(before, now, seconds, &rate) < 0)
			continue;
		if (ret->has_io && rate.busy <= ret->io.busy)
			continue;
		ret->has_io = true;
		ret->io = rate;
		memcpy(ret->busiest, now->name, sizeof(ret->busiest));
	}
	return r == -ENOMEM ? r : 0;
}

static int net_rates(struct section earlier, struct section later, bool since_boot,
    double seconds, struct rates *ret, struct err *err)
{
	CLEANUP_NET struct net from = NET_INIT;
	CLEANUP_NET struct net to = NET_INIT;
	int r = net_parse(later.text, later.size, &to, err);

	if (r == 0 && !since_boot)
		r = net_parse(earlier.text, earlier.size, &from, err);
	ret->n_interfaces = to.n_interfaces;
	for (size_t i = 0; i < to.n_interfaces && r == 0; i++) {
		const struct net_interface *now = &to.interfaces[i];
		const struct net_interface *before =
		    since_boot ? NULL : net_find(&from, now->name, i);
		struct net_rate rate;

		if ((!since_boot && !before) || net_rate(before, now, seconds, &rate) < 0)
			continue;
		net_rate_add(&ret->net, &rate);
		ret->has_net = true;
	}
	return r == -ENOMEM ? r : 0;
}

int rates_parse(const struct buf *earlier, const struct buf *later, double seconds,
    struct rates *ret, struct err *err)
{
	struct rates rates = { .n_interfaces = 0 };
	struct section from[RATES_SOURCES], to[RATES_SOURCES];
	bool usable[RATES_SOURCES], since_boot = earlier == NULL;
	int r = 0;

	for (int i = 0; i < RATES_SOURCES; i++) {
		from[i] = since_boot ? (struct section){ .text = NULL }
				     : find_section(earlier, (enum rates_source)i);
		to[i] = find_section(later, (enum rates_source)i);
		usable[i] = to[i].text && (since_boot || from[i].text);
	}
	if (usable[RATES_CPU])
		r = cpu_rate(from[RATES_CPU], to[RATES_CPU], since_boot, &rates, err);
	if (r == 0 && usable[RATES_IO])
		r = io_rate(from[RATES_IO], to[RATES_IO], since_boot, seconds, &rates, err);
	if (r == 0 && usable[RATES_NET])
		r = net_rates(from[RATES_NET], to[RATES_NET], since_boot, seconds, &rates, err);
	if (r == 0)
		*ret = rates;
	return r;
}
