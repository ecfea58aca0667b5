/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/uptime.h"

#include <errno.h>
#include <stdlib.h>

#include "t/tap.h"

/* Parses exactly size bytes, so that a sanitizer sees one byte too many. */
static int parse(const char *text, struct uptime *ret, struct err *err)
{
	size_t size = strlen(text);
	char *exact = malloc(size ? size : 1);
	int r;

	memcpy(exact, text, size);
	r = uptime_parse(exact, size, ret, err);
	free(exact);
	return r;
}

int main(void)
{
	static const char *const bad[] = { "", "\n", "12.5", "12.5 ", "x 1", "-1 1", "1 -1",
		"nan 1", "12..5 1", "9999999999999999999999 1" };
	struct fsroot root = FSROOT_LIVE;
	struct uptime uptime;
	struct err err = ERR_INIT;

	is_num(parse("2531.14 2575.01\n", &uptime, &err), 0, "a captured uptime");
	is_num(uptime.seconds, 2531.14, "seconds since boot");
	is_num(uptime.idle, 2575.01, "idle seconds");
	is_num(parse("0.00 0.00", &uptime, &err), 0, "just booted");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err why = ERR_INIT;

		ok(parse(bad[i], &uptime, &why) == -EBADMSG, "refused: row %zu", i);
		is_str(why.text, "cannot parse /proc/uptime: expected two numbers of seconds",
		    "and says why");
	}
	is_num(uptime_read(&root, &uptime, &err), 0, "the live /proc/uptime is read");
	ok(uptime.seconds > 0, "and the node is up");
	return tap_done();
}
