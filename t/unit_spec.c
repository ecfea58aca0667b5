/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/spec.h"

#include <errno.h>

#include "lib/base/buf.h"
#include "t/tap.h"

static void test_slots(void)
{
	static const struct {
		int64_t interval_ms, phase_ms, at_ms, slot_ms;
	} rows[] = {
		{ 1000, 0, 0, 0 },
		{ 1000, 0, 1, 1000 },
		{ 1000, 250, 0, 250 },
		{ 1000, 250, 250, 250 },
		{ 1000, 250, 251, 1250 },
		{ 10000, 9999, 1800000000000, 1800000009999 },
		{ 7000, 3000, 1800000000000, 1800000002000 },
		{ 5000, 4000, -1, 4000 },
		{ 5000, 4000, -1000, -1000 },
		{ 5000, 4000, -1001, -1000 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		is_num(
		    spec_slot_at_or_after(rows[i].interval_ms, rows[i].phase_ms, rows[i].at_ms),
		    rows[i].slot_ms, "the first slot at or after");
	is_num(spec_slots_between(1000, 0, 0, 0), 0, "no slot in nothing");
	is_num(spec_slots_between(1000, 0, 0, 1), 1, "the beginning counts");
	is_num(spec_slots_between(1000, 0, 0, 1000), 1, "the end does not");
	is_num(spec_slots_between(1000, 500, 0, 86400000), 86400, "a day of seconds");
	is_num(spec_slots_between(1000, 0, 5000, 4000), 0, "nor backwards");
}

/* What between counts is what one gets by going from slot to slot. */
static void test_slots_agree(void)
{
	bool good = true;

	for (int64_t interval = 1000; interval < 8000; interval += 777) {
		for (int64_t from = 0; from < 20000; from += 333) {
			uint64_t n = 0;
			int64_t until = from + 3 * (from % 7001);
			int64_t at = spec_slot_at_or_after(interval, interval / 3, from);

			for (; at < until;
			     at = spec_slot_at_or_after(interval, interval / 3, at + 1))
				n++;
			good = good &&
			       n == spec_slots_between(interval, interval / 3, from, until);
		}
	}
	ok(good, "the count agrees with the steps");
}

static void test_phase(void)
{
	size_t counts[10] = { 0 };
	bool even = true;

	for (int i = 0; i < 10000; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "probe%d", i);
		counts[spec_default_phase("node", name, 1000) / 100]++;
	}
	for (size_t i = 0; i < 10; i++)
		even = even && counts[i] > 900 && counts[i] < 1100;
	ok(even, "phases spread over the second");
	is_num(spec_default_phase("node", "load", 5000),
	    spec_default_phase("node", "load", 5000), "and stay where they are");
	ok(spec_default_phase("a", "bc", 100000) != spec_default_phase("ab", "c", 100000),
	    "node and name are told apart");
}

static void test_ids(void)
{
	ok(spec_scheduleid(1, 1999) == ((uint64_t)1 << 32 | 1), "milliseconds are dropped");
	ok(spec_scheduleid(UINT32_MAX, INT64_C(1800000000123)) ==
		((uint64_t)UINT32_MAX << 32 | 1800000000),
	    "spec and second");
}

static void round_trip(char *const *args, size_t n, const char *name)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	char **again = NULL;
	size_t n_again = 0;
	bool same;

	same = spec_args_text(args, n, &text) == 0 &&
	       spec_args_parse(buf_text(&text), text.size, &again, &n_again, NULL) == 0 &&
	       n_again == n && !again[n];
	for (size_t i = 0; same && i < n; i++)
		same = strcmp(args[i], again[i]) == 0;
	ok(same, "%s", name);
	spec_args_free(again, n_again);
}

static void test_args(void)
{
	static char first[] = "-w", nasty[] = "a\\nb\nc\\\n;$(x) '\"", empty[] = "";
	char *const args[] = { first, nasty, empty, first };
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	char **none;
	size_t n;

	round_trip(args, 4, "arguments come back as they were");
	round_trip(args, 0, "none too");
	(void)spec_args_text(args, 2, &text);
	is_str(buf_text(&text), "-w\na\\\\nb\\nc\\\\\\n;$(x) '\"\n", "one a line");
	ok(spec_args_parse("a", 1, &none, &n, &err) == -EBADMSG, "%s", err.text);
	ok(spec_args_parse("a\\x\n", 4, &none, &n, &err) == -EBADMSG, "%s", err.text);
	ok(spec_args_parse("a\\", 2, &none, &n, &err) == -EBADMSG, "%s", err.text);
	ok(spec_args_parse("a\0b\n", 4, &none, &n, &err) == -EBADMSG, "%s", err.text);
	buf_reset(&text);
	for (int i = 0; i <= SPEC_ARGS_MAX; i++)
		(void)buf_adds(&text, "x\n");
	ok(spec_args_parse(buf_text(&text), text.size, &none, &n, &err) == -EBADMSG, "%s",
	    err.text);
}

static void test_check(void)
{
	static char node[] = "n", name[] = "a", type[] = "plugin", command[] = "check_x";
	static char blank[] = " a", slash[] = "../x", dot[] = ".x", control[] = "a\nb";
	const struct spec good = { .node = node,
		.name = name,
		.probetype = type,
		.command = command,
		.testtype = TESTTYPE_BACKGROUND,
		.interval_ms = 1000,
		.phase_ms = 999,
		.timeout_ms = 1,
		.maxlate_ms = 1,
		.overrun = OVERRUN_SKIP,
		.catchup = CATCHUP_NONE,
		.priority = SPEC_PRIORITY_DEFAULT,
		.attempts = 1 };
	struct err err = ERR_INIT;
	struct spec spec = good;

	ok(spec_check(&spec, &err) == 0, "a good spec %s", err.text);
#define BAD(change, word)                                                        \
	do {                                                                     \
		spec = good;                                                     \
		change;                                                          \
		ok(spec_check(&spec, &err) == -EINVAL && strstr(err.text, word), \
		    "refused: %s", err.text);                                    \
	} while (0)
	BAD(spec.node = NULL, "node");
	BAD(spec.name = blank, "blank at an end");
	BAD(spec.name = control, "control");
	BAD(spec.command = slash, "'/'");
	BAD(spec.command = dot, "dot");
	BAD(spec.interval_ms = 999, "interval");
	BAD(spec.phase_ms = 1000, "phase");
	BAD(spec.phase_ms = -1, "phase");
	BAD(spec.timeout_ms = 0, "timeout");
	BAD(spec.killgrace_ms = -1, "killgrace");
	BAD(spec.interval_ms = INT64_MAX, "interval");
	BAD(spec.testtype = 0, "testtype");
}

static void test_list(void)
{
	struct spec_list list = { 0 };
	bool good = true;

	for (size_t i = 0; i < 1000; i++) {
		struct spec *spec = spec_list_add(&list);

		good = good && spec && spec->specid == 0 && !spec->name;
		if (spec)
			spec->specid = (uint32_t)i + 1;
	}
	for (size_t i = 0; i < list.n; i++)
		good = good && list.items[i].specid == i + 1;
	ok(good && list.n == 1000, "a list grows");
	spec_list_free(&list);
	spec_list_free(&list);
}

int main(void)
{
	test_slots();
	test_slots_agree();
	test_phase();
	test_ids();
	test_args();
	test_check();
	test_list();
	return tap_done();
}
