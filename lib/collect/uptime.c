/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/uptime.h"

#include <errno.h>

#include "lib/base/num.h"

enum { UPTIME_FILE_MAX = 4096 };

int uptime_parse(const char *text, size_t size, struct uptime *ret, struct err *err)
{
	const char *p = text, *end = text + size;
	struct uptime uptime;

	if (num_scan_double(&p, end, &uptime.seconds) < 0 || p == end || *p != ' ' ||
	    num_scan_double(&p, end, &uptime.idle) < 0 || uptime.seconds < 0 || uptime.idle < 0)
		return err_set(err, -EBADMSG,
		    "cannot parse /proc/uptime: expected two numbers of seconds");
	*ret = uptime;
	return 0;
}

int uptime_read(const struct fsroot *root, struct uptime *ret, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(UPTIME_FILE_MAX);
	int r = fsroot_read(root, "/proc/uptime", &text, err);

	return r < 0 ? r : uptime_parse(buf_text(&text), text.size, ret, err);
}
