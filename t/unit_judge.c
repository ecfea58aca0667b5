/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/judge.h"

#include "t/tap.h"

static struct judge_rules *rules;
static struct err err;

/* Node 7 in group 3, below group 2, below group 1, below the root; spec 9 is on it. */
static const struct db_spec_place place = {
	.specid = 9, .nodeid = 7, .groupid = 3, .judge = JUDGE_WORST
};
static const struct db_spec_place alone = {
	.specid = 9, .nodeid = 7, .groupid = 3, .judge = JUDGE_THRESHOLDS
};
static const struct db_spec_place own = {
	.specid = 9, .nodeid = 7, .groupid = 3, .judge = JUDGE_OWN
};

static void set(enum threshold_scope scope, uint32_t scopeid, const char *metric,
    const char *warn, const char *crit)
{
	struct db_threshold row = { scope, scopeid, metric, warn, crit };

	ok(judge_add(rules, &row, &err) == 0, "%s: %s and %s", metric, warn, crit);
}

static void start(void)
{
	judge_clear(rules);
	ok(judge_add_group(rules, 3, 2, &err) == 0 && judge_add_group(rules, 2, 1, &err) == 0 &&
		judge_add_group(rules, 1, 0, &err) == 0,
	    "a tree");
}

static void is_found(const char *label, bool has_plain, const char *warn, const char *crit)
{
	struct judge_range found_warn, found_crit;

	judge_find(rules, &place, label, has_plain, &found_warn, &found_crit);
	is_str(found_warn.text ? found_warn.text : "", warn, label);
	is_str(found_crit.text ? found_crit.text : "", crit, label);
}

static void test_inheritance(void)
{
	start();
	is_found("disk", false, "", "");
	set(THRESHOLD_GROUP, 0, "disk", "90", "95");
	is_found("disk", false, "90", "95");
	set(THRESHOLD_GROUP, 1, "disk", "", "96");
	is_found("disk", false, "90", "96");
	set(THRESHOLD_GROUP, 2, "disk", "80", "");
	is_found("disk", false, "80", "96");
	set(THRESHOLD_GROUP, 4, "disk", "1", "1");
	is_found("disk", false, "80", "96");
	set(THRESHOLD_NODE, 7, "disk", "none", "");
	is_found("disk", false, "", "96");
	set(THRESHOLD_NODE, 9, "disk", "2", "2");
	set(THRESHOLD_SPEC, 7, "disk", "3", "3");
	is_found("disk", false, "", "96");
	set(THRESHOLD_SPEC, 9, "disk", "70", "none");
	is_found("disk", false, "70", "");
	is_found("diskio", false, "", "");
	is_found("dis", false, "", "");
}

static void test_instances(void)
{
	start();
	set(THRESHOLD_GROUP, 1, "in", "1", "");
	is_found("in", true, "1", "");
	is_found("in@eth0", true, "", "");
	is_found("in@eth0", false, "1", "");
	set(THRESHOLD_GROUP, 1, "in@*", "2", "");
	is_found("in@eth0", true, "2", "");
	is_found("in", true, "1", "");
	set(THRESHOLD_GROUP, 1, "in@eth1", "3", "4");
	is_found("in@eth0", false, "2", "");
	is_found("in@eth1", false, "3", "4");
	/* What is nearer wins, also where it says less. */
	set(THRESHOLD_NODE, 7, "in", "5", "");
	is_found("in@eth1", false, "5", "4");
	is_found("in@eth1", true, "3", "4");
	set(THRESHOLD_NODE, 7, "/var@a@b", "6", "");
	is_found("/var@a@b", false, "6", "");
	is_found("/var@a", false, "", "");
	is_found("@", false, "", "");
}

static void test_circle(void)
{
	judge_clear(rules);
	ok(judge_add_group(rules, 3, 2, &err) == 0 && judge_add_group(rules, 2, 3, &err) == 0,
	    "groups in a circle");
	set(THRESHOLD_GROUP, 0, "a", "1", "");
	is_found("a", false, "1", "");
}

/* --- results -------------------------------------------------------------------------------- */

static void is_judged(const struct db_spec_place *where, bool stateless, int exit_code,
    const char *output, int state, const char *text)
{
	struct record record = { .scheduleid = (uint64_t)9 << 32 | 5,
		.due_ms = 5000,
		.last_due_ms = 5000,
		.n_slots = 1,
		.outcome = OUTCOME_RUN,
		.exit_code = exit_code,
		.output = output,
		.output_size = strlen(output),
		.reason = "" };
	struct loadable one;

	if (loadable_init(&one, &record, &err) < 0 ||
	    judge_run(rules, where, stateless, &one, &err) < 0)
		ok(false, "memory");
	is_num(one.run.state, state, output);
	is_str(one.run.text, text, output);
	loadable_free(&one);
}

static void test_whose_state(void)
{
	static const char fine[] = "DISK OK - /var 93% | disk=93%;98;99 load=1";

	start();
	set(THRESHOLD_GROUP, 0, "disk", "80", "90");
	is_judged(&own, false, 0, fine, 0, "DISK OK - /var 93%");
	is_judged(&place, false, 0, fine, 2, "disk 93% > 90%: DISK OK - /var 93%");
	is_judged(&place, false, 1, "X WARNING - slow | disk=85%", 1,
	    "disk 85% > 80%: X WARNING - slow");
	is_judged(&place, false, 2, "X CRITICAL - dead | disk=85%", 2,
	    "X CRITICAL - dead; disk 85% > 80%");
	is_judged(&place, false, 3, "X UNKNOWN - ? | disk=5%", 3, "X UNKNOWN - ?");
	is_judged(
	    &place, false, 3, "X UNKNOWN - ? | disk=85%", 1, "disk 85% > 80%: X UNKNOWN - ?");
	is_judged(&alone, false, 2, "X CRITICAL - full | disk=5%", 0, "X CRITICAL - full");
	is_judged(&alone, false, 2, "X CRITICAL - full | disk=85%", 1,
	    "disk 85% > 80%: X CRITICAL - full");
	is_judged(&alone, false, 2, "X CRITICAL - no answer", 2, "X CRITICAL - no answer");
	is_judged(&alone, false, 7, "what | disk=5%", 3, "exit code 7: what");
	is_judged(&own, true, 0, "93 percent | disk=93%", 2, "disk 93% > 90%: 93 percent");
	is_judged(&own, true, 0, "3 percent | disk=3%", 0, "3 percent");
	is_judged(&own, true, 0, "3 percent | other=3%", 0, "3 percent");
	is_judged(&own, true, 2, "3 percent | disk=3%", 3, "exit code 2: 3 percent");
	is_judged(&own, true, 2, "broken", 3, "exit code 2: broken");
	is_judged(&own, true, 9, "broken", 3, "exit code 9: broken");
}

static void test_ranges(void)
{
	char many[4000] = "X OK - many |";

	start();
	set(THRESHOLD_GROUP, 0, "a", "@1:2", "");
	set(THRESHOLD_GROUP, 0, "t", "", "5m");
	set(THRESHOLD_GROUP, 0, "b", "1G", "");
	set(THRESHOLD_GROUP, 0, "odd", "x", "10G");
	set(THRESHOLD_GROUP, 0, "p", "80", "");
	is_judged(&place, false, 0, "X OK - | a=1.5", 1, "a 1.5 inside 1:2: X OK -");
	is_judged(&place, false, 0, "X OK - | t=300s", 0, "X OK -");
	is_judged(&place, false, 0, "X OK - | t=301s", 2, "t 5m 1s > 5m 0s: X OK -");
	is_judged(&place, false, 0, "X OK - | t=301000ms", 2, "t 5m 1s > 5m 0s: X OK -");
	is_judged(&place, false, 0, "X OK - | b=1073741825B", 1,
	    "b 1073741825B > 1073741824B: X OK -");
	is_judged(&place, false, 0, "X OK - | odd=5%", 3,
	    "odd: threshold '10G' is no range of %, odd: threshold 'x' is no range of %: X OK "
	    "-");
	is_judged(&place, false, 0, "X OK - | odd=5% p=81% a=1", 1,
	    "p 81% > 80%, a 1 inside 1:2, odd: threshold '10G' is no range of %, "
	    "odd: threshold 'x' is no range of %: X OK -");
	for (int i = 0; i < 100; i++)
		(void)snprintf(
		    many + strlen(many), sizeof(many) - strlen(many), " p@%d=9%d", i, i % 10);
	is_judged(&place, false, 0, many, 1,
	    "p@0 90 > 80, p@1 91 > 80, p@2 92 > 80, p@3 93 > 80 and 96 more: X OK - many");
}

static void test_shown(void)
{
	static const char output[] = "X OK - | a=5;6;7 b=5;6;7 c=5;6;7 d=5;6;7";
	struct record record = { .scheduleid = (uint64_t)9 << 32 | 5,
		.due_ms = 5000,
		.last_due_ms = 5000,
		.n_slots = 1,
		.outcome = OUTCOME_RUN,
		.output = output,
		.output_size = sizeof(output) - 1,
		.reason = "" };
	struct loadable one;

	start();
	set(THRESHOLD_GROUP, 0, "a", "0:10", "~:20");
	set(THRESHOLD_GROUP, 0, "b", "10", "");
	set(THRESHOLD_GROUP, 0, "c", "none", "none");
	ok(loadable_init(&one, &record, &err) == 0 &&
		judge_run(rules, &place, false, &one, &err) == 0,
	    "the worst of both");
	is_str(one.values[0].warn, "10", "a range in effect is shown as perfdata writes it");
	is_str(one.values[0].crit, "~:20", "and the other");
	is_str(one.values[1].warn, "10", "of one that sets only this,");
	is_str(one.values[1].crit, "7", "the probe's own other one is in effect");
	is_str(one.values[2].warn, "6",
	    "none takes away what is inherited, not what the probe "
	    "has judged by");
	is_str(one.values[3].warn, "6", "a metric without rules");
	loadable_free(&one);
	ok(loadable_init(&one, &record, &err) == 0 &&
		judge_run(rules, &alone, false, &one, &err) == 0,
	    "the thresholds alone");
	is_str(one.values[1].warn, "10", "ours is shown,");
	is_str(one.values[1].crit, "", "and not what is not in effect");
	is_str(one.values[3].warn, "", "nor of a metric without rules");
	loadable_free(&one);
}

static void test_untouched(void)
{
	struct record record = { .scheduleid = (uint64_t)9 << 32 | 5,
		.due_ms = 5000,
		.last_due_ms = 5000,
		.n_slots = 1,
		.outcome = OUTCOME_TIMEOUT,
		.exit_code = -1,
		.signo = 9,
		.output = "half | a=1",
		.output_size = 10,
		.reason = "timeout",
		.reason_size = 7 };
	struct loadable one;

	start();
	set(THRESHOLD_GROUP, 0, "a", "0", "0");
	ok(loadable_init(&one, &record, &err) == 0 &&
		judge_run(rules, &alone, true, &one, &err) == 0 && one.run.state == 3,
	    "a probe that was killed is not judged");
	is_str(one.run.text, "timeout: half", "and its text stays");
	loadable_free(&one);
}

int main(void)
{
	if (judge_new(&rules, &err) < 0)
		return 1;
	test_inheritance();
	test_instances();
	test_circle();
	test_whose_state();
	test_ranges();
	test_shown();
	test_untouched();
	judge_free(rules);
	judge_free(NULL);
	return tap_done();
}
