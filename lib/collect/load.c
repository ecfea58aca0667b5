/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/load.h"

#include <errno.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/num.h"

/* More than any kernel is built for (NR_CPUS is at most 8192); hostile input stops here. */
enum { CPUS_MAX = 1 << 20, STAT_SIZE_MAX = 8 << 20 };

int load_parse(const char *text, size_t size, struct load *ret, struct err *err)
{
	const char *p = text, *end = text + size;
	struct load load;

	if (num_scan_double(&p, end, &load.load1) < 0 ||
	    num_scan_double(&p, end, &load.load5) < 0 ||
	    num_scan_double(&p, end, &load.load15) < 0 ||
	    num_scan_u64(&p, end, &load.running) < 0 || p == end || *p++ != '/' ||
	    num_scan_u64(&p, end, &load.tasks) < 0 || load.load1 < 0 || load.load5 < 0 ||
	    load.load15 < 0)
		return err_set(err, -EBADMSG,
		    "cannot parse loadavg: expected '1.0 1.0 1.0 1/100 1', found '%.*s'",
		    (int)(size < 60 ? size : 60), text);
	*ret = load;
	return 0;
}

int load_read(const struct fsroot *root, struct load *ret, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(4096);
	int r = fsroot_read(root, "/proc/loadavg", &text, err);

	return r < 0 ? r : load_parse(buf_text(&text), text.size, ret, err);
}

int load_cpus_parse(const char *text, size_t size, uint64_t *ret, struct err *err)
{
	const char *p = text, *end = text + size;
	uint64_t first, last, count = 0;

	for (;;) {
		if (num_scan_u64(&p, end, &first) < 0)
			break;
		last = first;
		if (p < end && *p == '-') {
			p++;
			if (num_scan_u64(&p, end, &last) < 0)
				break;
		}
		if (last < first || last > CPUS_MAX)
			break;
		count += last - first + 1;
		if (p == end || *p == '\n') {
			*ret = count;
			return 0;
		}
		if (*p++ != ',')
			break;
	}
	return err_set(err, -EBADMSG,
	    "cannot parse the list of online CPUs: expected '0-3', found '%.*s'",
	    (int)(size < 60 ? size : 60), text);
}

/* Lines that begin with "cpu" and a digit. */
static uint64_t count_stat_cpus(const char *text, size_t size)
{
	const char *p = text, *end = text + size;
	uint64_t count = 0;

	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));

		if (end - p > 3 && memcmp(p, "cpu", 3) == 0 && p[3] >= '0' && p[3] <= '9')
			count++;
		p = newline ? newline + 1 : end;
	}
	return count;
}

int load_cpus_read(const struct fsroot *root, uint64_t *ret, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(STAT_SIZE_MAX);
	uint64_t count;
	int r;

	if (fsroot_read(root, "/sys/devices/system/cpu/online", &text, NULL) == 0)
		return load_cpus_parse(buf_text(&text), text.size, ret, err);
	buf_reset(&text);
	r = fsroot_read(root, "/proc/stat", &text, err);
	if (r < 0)
		return r;
	count = count_stat_cpus(buf_text(&text), text.size);
	if (count == 0)
		return err_set(err, -EBADMSG, "cannot parse /proc/stat: no line 'cpu0' in it");
	*ret = count;
	return 0;
}
