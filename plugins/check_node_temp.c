/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "lib/base/pattern.h"
#include "lib/check/plugin.h"
#include "lib/collect/temp.h"

enum { TEMP, SENSOR };

static const struct metric metrics[] = {
	[TEMP] = { .name = "temp",
	    .flags = METRIC_SIGNED,
	    .help = "degrees Celsius of the hottest CPU sensor, else of the hottest of all" },
	[SENSOR] = { .name = "sensor",
	    .flags = METRIC_SIGNED | METRIC_INSTANCES,
	    .help = "degrees Celsius of each sensor" },
};

/* The wanted and the unwanted sensors. */
struct temp_options {
	struct opt_list sensors, excludes;
	struct pattern *wanted, *unwanted;
	bool limits;
};

static const struct opt options[] = {
	{ 0, "sensor", "REGEX", OPT_LIST, offsetof(struct temp_options, sensors), NULL,
	    "only sensors whose name matches; may be repeated" },
	{ 0, "exclude", "REGEX", OPT_LIST, offsetof(struct temp_options, excludes), NULL,
	    "no sensors whose name matches; may be repeated" },
	{ 0, "limits", NULL, OPT_FLAG, offsetof(struct temp_options, limits), NULL,
	    "WARNING and CRITICAL at the limits that a sensor itself tells" },
};

static int compile(
    const struct opt_list *list, const char *option, struct pattern **ret, struct err *err)
{
	*ret = calloc(list->n_items ? list->n_items : 1, sizeof(**ret));
	if (!*ret)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < list->n_items; i++) {
		int r = pattern_compile(list->items[i], &(*ret)[i], err);

		if (r < 0) {
			err_prefix(err, "option %s", option);
			return r;
		}
	}
	return 0;
}

static int validate(struct check *check, struct err *err)
{
	struct temp_options *given = check->options;
	int r = compile(&given->sensors, "--sensor", &given->wanted, err);

	return r < 0 ? r : compile(&given->excludes, "--exclude", &given->unwanted, err);
}

static void patterns_free(struct pattern *patterns, size_t n)
{
	for (size_t i = 0; patterns && i < n; i++)
		pattern_free(&patterns[i]);
	free(patterns);
}

static void release(struct check *check)
{
	struct temp_options *given = check->options;

	if (!given)
		return;
	patterns_free(given->wanted, given->sensors.n_items);
	patterns_free(given->unwanted, given->excludes.n_items);
	opt_list_free(&given->sensors);
	opt_list_free(&given->excludes);
}

static bool matches(const struct pattern *patterns, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (pattern_found(&patterns[i], name, strlen(name)))
			return true;
	}
	return false;
}

/* Drops the sensors that the options do not want. */
static void filter(const struct temp_options *given, struct temp *temp)
{
	size_t kept = 0;

	for (size_t i = 0; i < temp->n_sensors; i++) {
		const char *name = temp->sensors[i].name;

		if (given->sensors.n_items &&
		    !matches(given->wanted, given->sensors.n_items, name))
			continue;
		if (matches(given->unwanted, given->excludes.n_items, name))
			continue;
		temp->sensors[kept++] = temp->sensors[i];
	}
	temp->n_sensors = kept;
}

/* What the maker of the sensor says about it. Some tell 0 or less where they know nothing. */
static enum state judge_limits(struct check *check, const struct temp_sensor *sensor)
{
	if (sensor->crit > 0 && sensor->celsius >= sensor->crit) {
		result_problem(check->result, STATE_CRITICAL,
		    "%s %.1f degrees, critical is %.1f", sensor->name, sensor->celsius,
		    sensor->crit);
		return STATE_CRITICAL;
	}
	if (sensor->max > 0 && sensor->celsius >= sensor->max) {
		result_problem(check->result, STATE_WARNING,
		    "%s %.1f degrees, its limit is %.1f", sensor->name, sensor->celsius,
		    sensor->max);
		return STATE_WARNING;
	}
	return STATE_OK;
}

static void give_sensor(struct check *check, const struct temp_sensor *sensor)
{
	const struct temp_options *given = check->options;
	CLEANUP_BUF struct buf limits = BUF_INIT;
	enum state state = result_value(check->result, &metrics[SENSOR], sensor->name,
	    sensor->celsius, RESULT_NONE, RESULT_NONE);

	if (given->limits)
		state = state_worst(state, judge_limits(check, sensor));
	if (sensor->max > 0)
		buf_addf(&limits, ", limit %.1f", sensor->max);
	if (sensor->crit > 0)
		buf_addf(&limits, ", critical %.1f", sensor->crit);
	result_detail(check->result, state, "%s %.1f degrees%s", sensor->name, sensor->celsius,
	    buf_text(&limits));
}

static int run(struct check *check, struct err *err)
{
	CLEANUP(temp_free) struct temp temp = { 0 };
	const struct temp_options *given = check->options;
	const struct temp_sensor *hottest;
	bool any;
	int r;

	check_doing(check, "reading the sensors in /sys/class/hwmon");
	r = temp_read(&check->root, &temp, err);
	if (r < 0)
		return r;
	any = temp.n_sensors > 0;
	filter(given, &temp);
	hottest = temp_hottest(&temp);
	if (!hottest) {
		result_summary(check->result, "no sensors%s%s", any ? " with such a name" : "",
		    temp.n_faulty ? " that work" : "");
		return 0;
	}
	result_value(
	    check->result, &metrics[TEMP], NULL, hottest->celsius, RESULT_NONE, RESULT_NONE);
	for (size_t i = 0; i < temp.n_sensors; i++)
		give_sensor(check, &temp.sensors[i]);
	if (temp.n_faulty)
		result_detail(check->result, STATE_OK, "%zu faulty sensor%s left out",
		    temp.n_faulty, temp.n_faulty == 1 ? "" : "s");
	result_summary(check->result, "%.1f degrees Celsius at %s, %zu sensor%s",
	    hottest->celsius, hottest->name, temp.n_sensors, temp.n_sensors == 1 ? "" : "s");
	return 0;
}

static const struct plugin temp_plugin = {
	.name = "check_node_temp",
	.title = "TEMP",
	.summary = "checks the temperatures of this node",
	PLUGIN_METRICS(metrics),
	PLUGIN_OPTIONS(options, struct temp_options),
	.validate = validate,
	.may_sleep = true,
	.run = run,
	.release = release,
};

int main(int argc, char **argv)
{
	return plugin_main(&temp_plugin, argc, argv);
}
