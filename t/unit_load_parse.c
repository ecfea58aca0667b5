/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/load_parse.h"

#include "t/tap.h"

static void load(struct loadable *loadable, enum outcome outcome, int exit_code,
    const char *output, const char *reason)
{
	struct record record = { .scheduleid = (uint64_t)1 << 32 | 5,
		.due_ms = 5000,
		.last_due_ms = 5000,
		.n_slots = 1,
		.outcome = outcome,
		.exit_code = exit_code,
		.output = output,
		.output_size = strlen(output),
		.reason = reason,
		.reason_size = strlen(reason) };

	if (loadable_init(loadable, &record, NULL) < 0)
		*loadable = (struct loadable){ 0 };
}

static void test_output(void)
{
	struct loadable one;

	load(&one, OUTCOME_RUN, 1,
	    "DISK WARNING - /var full | 'a'=1;2;3;0;9\nrow one\nrow two | 'b c'=2.5MB;1 d=3ms "
	    "e=5%\nf=1\n",
	    "");
	is_str(one.run.text, "DISK WARNING - /var full", "line 1 without performance data");
	is_str(one.run.details, "row one\nrow two", "further lines without performance data");
	ok(one.run.state == 1, "the exit code is the state");
	ok(one.run.n_values == 5, "values of both parts");
	is_str(one.run.values[0].warn, "2", "warn");
	is_str(one.run.values[0].max, "9", "max");
	is_str(one.run.values[1].label, "b c", "a label with a blank");
	is_num(one.run.values[1].value, 2621440, "MB are bytes");
	is_str(one.run.values[1].unit, "B", "with unit B");
	is_str(one.run.values[1].warn, "", "a limit in another unit is left out");
	is_num(one.run.values[2].value, 0.003, "ms are seconds");
	is_str(one.run.values[3].unit, "%", "percent");
	is_str(one.run.values[4].label, "f", "lines behind the '|' are values too");
	loadable_free(&one);
}

static void test_states(void)
{
	struct loadable one;

	load(&one, OUTCOME_RUN, 127, "", "");
	ok(one.run.state == 3, "an exit code above 3 is UNKNOWN");
	is_str(one.run.text, "exit code 127, no output", "and is said");
	loadable_free(&one);
	load(&one, OUTCOME_RUN, 0, "", "");
	is_str(one.run.text, "no output", "silence is said");
	loadable_free(&one);
	load(&one, OUTCOME_TIMEOUT, -1, "half a line", "no end by its timeout: killed");
	ok(one.run.state == 3, "a timeout is UNKNOWN");
	is_str(one.run.text, "no end by its timeout: killed: half a line",
	    "with what it had said");
	loadable_free(&one);
	load(&one, OUTCOME_CANCELLED, -1, "", "cannot start /x: No such file or directory");
	is_str(one.run.text, "cannot start /x: No such file or directory", "the reason");
	loadable_free(&one);
}

static void test_hostile(void)
{
	struct loadable one;
	char big[3000];

	load(&one, OUTCOME_RUN, 0, "bad \x01\xff bytes|=;;; ''= x=nan y=1e5 z='q' ok=1", "");
	is_str(
	    one.run.text, "bad ?? bytes", "control characters and broken UTF-8 are replaced");
	ok(one.run.n_values == 1, "what is no value is left out");
	is_str(one.run.values[0].label, "ok", "what is one is taken");
	loadable_free(&one);
	memset(big, 'a', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	memcpy(big + LOAD_TEXT_MAX - 1, "\xec\x84\x9c", 3);
	load(&one, OUTCOME_RUN, 0, big, "");
	ok(strlen(one.run.text) == LOAD_TEXT_MAX - 1, "line 1 is cut, not inside a character");
	loadable_free(&one);
}

int main(void)
{
	test_output();
	test_states();
	test_hostile();
	return tap_done();
}
