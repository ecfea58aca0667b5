/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "subagent/service_strangers.h"
#include "t/tap.h"

static void test_lines(void)
{
	struct strangers strangers = { 0 };

	ok(!strangers_have(&strangers, "a", 1), "nothing is there at first");
	strangers_add(&strangers, "/bin/cat x", 10);
	ok(strangers_have(&strangers, "/bin/cat x", 10), "what was added is");
	ok(!strangers_have(&strangers, "/bin/cat ", 9), "a part of it is not");
	ok(!strangers_have(&strangers, "/bin/cat y", 10), "nor another one of its size");
	strangers_add(&strangers, "a\0b", 3);
	ok(strangers_have(&strangers, "a\0b", 3) && !strangers_have(&strangers, "a\0c", 3),
	    "a NUL is a byte as others");
	strangers_free(&strangers);
	ok(!strangers_have(&strangers, "/bin/cat x", 10) && strangers.bytes == 0,
	    "nothing is left");
}

static void test_limits(void)
{
	static char line[STRANGERS_LINE_MAX + 1];
	struct strangers strangers = { 0 };
	bool bounded = true;
	size_t size = 0;

	memset(line, 'x', sizeof(line));
	strangers_add(&strangers, line, sizeof(line));
	ok(!strangers_have(&strangers, line, sizeof(line)), "too long a line is not kept");
	for (int i = 0; i < STRANGERS_MAX + 10; i++) {
		size = (size_t)snprintf(line, sizeof(line), "process %d", i);
		strangers_add(&strangers, line, size);
	}
	ok(strangers_have(&strangers, line, size), "the last of many is there");
	ok(!strangers_have(&strangers, "process 0", 9), "all before were forgotten");
	memset(line, 'y', sizeof(line));
	for (int i = 0; i < 2 * STRANGERS_BYTES_MAX / STRANGERS_LINE_MAX; i++) {
		size = (size_t)snprintf(line, 16, "%015d", i);
		line[size] = 'y';
		strangers_add(&strangers, line, STRANGERS_LINE_MAX);
		bounded = bounded && strangers.bytes <= STRANGERS_BYTES_MAX;
	}
	ok(bounded, "no more bytes than the limit");
	strangers_free(&strangers);
}

int main(void)
{
	test_lines();
	test_limits();
	return tap_done();
}
