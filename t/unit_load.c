/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>

#include "lib/collect/load.h"
#include "t/tap.h"

static void test_load(void)
{
	static const char *const bad[] = { "", "\n", "0.1 0.2 0.3", "0.1 0.2 0.3 1",
		"0.1 0.2 1/2", "-0.5 0.2 0.3 1/2 3\n", "0.1 -1 0.3 1/2 3\n",
		"0.1 0.2 -3 1/2 3\n", "nan 0.2 0.3 1/2 3\n", "1e2 0.2 0.3 1/2 3\n",
		"0,1 0.2 0.3 1/2 3\n", "0.1 0.2 0.3 99999999999999999999/2 3\n" };
	static const char good[] = "0.52 1.25 2048.00 3/1234 56789\n";
	struct load load = { .load1 = -1 };

	ok(load_parse(good, sizeof(good) - 1, &load, NULL) == 0, "a line of the kernel");
	is_num(load.load1, 0.52, "load1");
	is_num(load.load5, 1.25, "load5");
	is_num(load.load15, 2048, "load15");
	is_num(load.running, 3, "running");
	is_num(load.tasks, 1234, "tasks");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err err = ERR_INIT;

		load.load1 = -7;
		ok(load_parse(bad[i], strlen(bad[i]), &load, &err) == -EBADMSG &&
			load.load1 == -7 && err.text[0],
		    "refused: %.20s", bad[i][0] == '\n' ? "newline" : bad[i]);
	}
	/* Only size counts, not a NUL behind it. */
	ok(load_parse(good, 14, &load, NULL) == -EBADMSG, "a line that is cut");
}

static void test_cpus(void)
{
	static const struct {
		const char *text;
		int r;
		unsigned cpus;
	} rows[] = {
		{ "0\n", 0, 1 },
		{ "0-3\n", 0, 4 },
		{ "0-3,8,10-11\n", 0, 7 },
		{ "0-4095", 0, 4096 },
		{ "", -EBADMSG, 0 },
		{ "\n", -EBADMSG, 0 },
		{ "3-1\n", -EBADMSG, 0 },
		{ "0-\n", -EBADMSG, 0 },
		{ "0,,1\n", -EBADMSG, 0 },
		{ "0-99999999\n", -EBADMSG, 0 },
		{ "0 1\n", -EBADMSG, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t cpus = 77;
		int r = load_cpus_parse(rows[i].text, strlen(rows[i].text), &cpus, NULL);

		ok(r == rows[i].r, "online CPUs, row %zu returns %d", i, rows[i].r);
		is_num(cpus, r == 0 ? rows[i].cpus : 77, "their number");
	}
}

int main(void)
{
	test_load();
	test_cpus();
	return tap_done();
}
