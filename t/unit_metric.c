/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/check/metric.h"

#include "t/tap.h"

enum { PLAIN, EACH, BOTH };

static const struct metric metrics[] = {
	[PLAIN] = { .name = "plain", .warn = "90" },
	[EACH] = { .name = "each", .flags = METRIC_INSTANCES, .warn = "90" },
	[BOTH] = { .name = "both", .flags = METRIC_INSTANCES | METRIC_TOTAL },
};

/* The end of the WARNING range that is found, or -1. */
static double found(struct thresholds *thresholds, int metric, const char *instance)
{
	const struct range *range =
	    thresholds_find(thresholds, &metrics[metric], instance, false);

	return range ? range->end : -1;
}

static void test_find(void)
{
	static const struct {
		const char *given[3];
		int metric;
		const char *instance;
		double want;
		const char *name;
	} rows[] = {
		{ { NULL }, PLAIN, NULL, 90, "a default" },
		{ { "80" }, PLAIN, NULL, 80, "a given one wins over a default" },
		{ { "80", "70" }, PLAIN, NULL, 70, "the last one wins" },
		{ { NULL }, EACH, "a", 90, "a default is for each instance" },
		{ { "each=80" }, EACH, "a", 80, "without instance it is for each" },
		{ { "each@a=1", "each=80" }, EACH, "a", 1, "one that names it wins" },
		{ { "each@a=1", "each=80" }, EACH, "b", 80, "... for that one alone" },
		{ { "each@*=5" }, EACH, "b", 5, "@* is for each" },
		{ { "each@a=b=7" }, EACH, "a=b", 7, "an instance may hold '='" },
		{ { "both=3" }, BOTH, NULL, 3, "the total" },
		{ { "both=3" }, BOTH, "a", -1, "... and not its parts" },
		{ { "both@*=3" }, BOTH, "a", 3, "@* is for the parts" },
		{ { "both@*=3" }, BOTH, NULL, -1, "... and not for the total" },
		{ { "both@a=4", "both@*=3" }, BOTH, "a", 4, "a part by its name" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct thresholds thresholds;
		bool good = thresholds_init(&thresholds, metrics, 3, NULL) == 0;

		for (size_t k = 0; rows[i].given[k]; k++)
			good = good &&
			       thresholds_add(&thresholds, rows[i].given[k], false, NULL) == 0;
		ok(good, "thresholds are taken");
		is_num(found(&thresholds, rows[i].metric, rows[i].instance), rows[i].want,
		    rows[i].name);
		thresholds_free(&thresholds);
	}
}

static void test_refused(void)
{
	static const char *const texts[] = { "plain@a=1", "each@=1", "none=1", "=1", "x",
		"each@a", "both=" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct thresholds thresholds;
		struct err err = ERR_INIT;

		ok(thresholds_init(&thresholds, metrics, 3, NULL) == 0, "a table");
		ok(thresholds_add(&thresholds, texts[i], false, &err) < 0 && err.text[0],
		    "'%s' is refused: %s", texts[i], err.text);
		thresholds_free(&thresholds);
	}
}

int main(void)
{
	test_find();
	test_refused();
	return tap_done();
}
