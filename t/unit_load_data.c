/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/load_data.h"

#include <errno.h>

#include "t/tap.h"

static struct err err;

/* The state that a file says, -1 for none. */
static void is_state(const char *text, int state)
{
	struct spec_list specs = { 0 };
	struct record record;
	bool stateless = false;

	if (load_data_parse(
		"4294967301.plugin", text, strlen(text), &specs, &record, &stateless, &err) < 0)
		ok(false, "%s", err.text);
	is_num(stateless ? -1 : record.exit_code, state, text);
}

static void test_states(void)
{
	is_state("DISK OK - 3 left", 0);
	is_state("DISK IO WARNING - 3 left", 1);
	is_state("CRITICAL - no answer", 2);
	is_state("X UNKNOWN -\nmore", -1);
	is_state("HTTP WARNING: HTTP/1.1 404 Not Found - 300 bytes", 1);
	is_state("OK: 3 fine", 0);
	is_state("UNKNOWN:", 3);
	is_state("3 packets, 0 lost | rtt=3ms", -1);
	is_state("BROKEN - OKAY - no", -1);
	is_state("link OK again", -1);
	is_state("fine | OK - 3", -1);
	is_state("fine\nDISK CRITICAL - 3", -1);
	is_state("ok - 3", -1);
	is_state("", -1);
	is_state(" - ", -1);
	is_state(":", -1);
	is_state("OK -", -1);
	is_state("OK - ", 0);
}

static void test_names(void)
{
	static const char *const bad[] = { "", ".", "1", "x.plugin", "-1.plugin",
		"99999999999999999999.plugin", "1 .plugin", "0x10.plugin" };
	struct spec spec = { .specid = 1, .interval_ms = 1500, .phase_ms = 300 };
	const struct spec_list specs = { .items = &spec, .n = 1 };
	struct record record;
	bool stateless;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(load_data_parse(bad[i], "", 0, &specs, &record, &stateless, &err) ==
			-EBADMSG,
		    "'%s' is refused", bad[i]);
	/* 1 << 32 | 6 */
	ok(load_data_parse("4294967302.plugin", "x", 1, &specs, &record, &stateless, &err) == 0,
	    "a name %s", err.text);
	is_num(record.due_ms, 6300, "has the second, and the grid the rest");
}

int main(void)
{
	test_states();
	test_names();
	return tap_done();
}
