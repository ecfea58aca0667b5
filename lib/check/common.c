/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/check/common.h"

#include <errno.h>
#include <string.h>

enum { DEADLINE_MAX_S = 3600, OUTPUT_MAX_LEAST = 80 };

static int take_threshold(
    struct common *common, const char *value, bool critical, struct err *err)
{
	return thresholds_add(&common->check->thresholds, value, critical, err);
}

static int take_warning(void *target, const char *value, struct err *err)
{
	return take_threshold(target, value, false, err);
}

static int take_critical(void *target, const char *value, struct err *err)
{
	return take_threshold(target, value, true, err);
}

/* SECONDS[:STATE] */
static int take_timeout(void *target, const char *value, struct err *err)
{
	struct common *common = target;
	const char *colon = strchr(value, ':');
	enum state state = STATE_UNKNOWN;
	char seconds_text[32];
	size_t size = colon ? (size_t)(colon - value) : strlen(value);
	double seconds;
	int r;

	if (size >= sizeof(seconds_text))
		return err_set(err, -EINVAL, "expected SECONDS[:STATE], found '%.40s'", value);
	memcpy(seconds_text, value, size);
	seconds_text[size] = '\0';
	r = num_seconds(seconds_text, &seconds, err);
	if (r == 0 && colon)
		r = state_parse(colon + 1, &state, err);
	if (r < 0)
		return r;
	if (seconds < 0.01 || seconds > DEADLINE_MAX_S)
		return err_set(err, -EINVAL, "expected 0.01 to %d seconds, found '%.40s'",
		    DEADLINE_MAX_S, value);
	common->deadline_ms = (int64_t)(seconds * 1000);
	common->deadline_state = state;
	return 0;
}

static int take_output(void *target, const char *value, struct err *err)
{
	static const struct {
		const char *name;
		enum result_form form;
	} forms[] = { { "text", RESULT_TEXT }, { "json", RESULT_JSON },
		{ "prometheus", RESULT_PROMETHEUS } };
	struct common *common = target;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (strcmp(value, forms[i].name) == 0) {
			common->form = forms[i].form;
			return 0;
		}
	}
	return err_set(err, -EINVAL, "expected text, json or prometheus, found '%.40s'", value);
}

static int take_max_output(void *target, const char *value, struct err *err)
{
	struct common *common = target;
	double bytes;
	int r = num_bytes(value, &bytes, err);

	if (r < 0)
		return r;
	if (bytes < OUTPUT_MAX_LEAST || bytes > BUF_MAX_DEFAULT)
		return err_set(err, -EINVAL, "expected %d bytes to 16M, found '%.40s'",
		    OUTPUT_MAX_LEAST, value);
	common->max_output = (size_t)bytes;
	return 0;
}

static int take_perfdata(void *target, const char *value, struct err *err)
{
	struct common *common = target;

	if (strcmp(value, "all") != 0)
		return err_set(err, -EINVAL, "expected all, found '%.40s'", value);
	common->check->all_perf = true;
	return 0;
}

static int take_verbose(void *target, const char *value, struct err *err)
{
	struct common *common = target;

	(void)value;
	(void)err;
	common->check->verbose++;
	return 0;
}

static int take_state_dir(void *target, const char *value, struct err *err)
{
	struct common *common = target;

	(void)err;
	common->check->samples.dir = value;
	return 0;
}

const struct opt common_rows[COMMON_ROWS] = {
	{ 'w', "warning", "[METRIC=]RANGE", OPT_CALL, 0, take_warning,
	    "WARNING when the metric is outside RANGE; without METRIC the first one below" },
	{ 'c', "critical", "[METRIC=]RANGE", OPT_CALL, 0, take_critical,
	    "CRITICAL when the metric is outside RANGE; both may be repeated" },
	{ 't', "timeout", "SECONDS[:STATE]", OPT_CALL, 0, take_timeout,
	    "end after SECONDS with STATE (8:UNKNOWN)" },
	{ 0, "output", "FORM", OPT_CALL, 0, take_output, "text, json or prometheus" },
	{ 0, "one-line", NULL, OPT_FLAG, offsetof(struct common, one_line), NULL,
	    "the first line alone, for pagers" },
	{ 0, "max-output", "BYTES", OPT_CALL, 0, take_max_output,
	    "cut healthy details, then perfdata, to fit (8191)" },
	{ 0, "perfdata", "all", OPT_CALL, 0, take_perfdata, "also the lesser metrics" },
	{ 0, "root", "DIR", OPT_STRING, offsetof(struct common, root), NULL,
	    "read the node whose file systems are below DIR" },
	{ 0, "state-dir", "DIR", OPT_CALL, 0, take_state_dir,
	    "keep state between runs in DIR" },
	{ 'v', "verbose", NULL, OPT_CALL, 0, take_verbose, "more details; may be repeated" },
	{ 'V', "version", NULL, OPT_FLAG, offsetof(struct common, version), NULL,
	    "print the version" },
	{ 'h', "help", NULL, OPT_FLAG, offsetof(struct common, help), NULL, "print this help" },
};

/* --- help ------------------------------------------------------------------------ */

static void help_metrics(const struct plugin *plugin, struct buf *buf)
{
	if (plugin->n_metrics)
		buf_adds(buf,
		    "\nMetrics (for -w and -c; bytes, seconds and percent may carry their "
		    "unit):\n");
	for (size_t i = 0; i < plugin->n_metrics; i++) {
		CLEANUP_BUF struct buf text = BUF_INIT;
		const struct metric *metric = &plugin->metrics[i];
		const char *uom = unit_uom(metric->unit);

		buf_addf(buf, "  %s%s%s%s%s\n      ", metric->name,
		    metric->flags & METRIC_INSTANCES ? "[@INSTANCE]" : "", *uom ? " (" : "",
		    uom, *uom ? ")" : "");
		buf_adds(&text, metric->help);
		if (metric->warn)
			buf_addf(&text, "; -w %s", metric->warn);
		if (metric->crit)
			buf_addf(&text, "%s -c %s", metric->warn ? "" : ";", metric->crit);
		opt_wrap(buf_text(&text), 6, 6, buf);
	}
}

void common_help(const struct plugin *plugin, struct buf *buf)
{
	CLEANUP_BUF struct buf text = BUF_INIT;

	buf_addf(&text, "This plugin %s.", plugin->summary);
	buf_addf(buf, "Usage: %s [OPTION]...\n\n", plugin->name);
	opt_wrap(buf_text(&text), 0, 0, buf);
	buf_addc(buf, '\n');
	if (plugin->n_options) {
		opt_help(plugin->options, plugin->n_options, buf);
		buf_addc(buf, '\n');
	}
	opt_help(common_rows, COMMON_ROWS, buf);
	help_metrics(plugin, buf);
	buf_adds(buf,
	    "\nRANGE is [@][START:]END, both ends included: 10 alerts below 0 and above 10,\n"
	    "10: below 10, '~:10' above 10, @10:20 from 10 to 20. Quote a '~'.\n"
	    "METRIC@INSTANCE=RANGE is for one instance alone, METRIC@*=RANGE for each.\n");
	if (plugin->notes)
		buf_addf(buf, "\n%s", plugin->notes);
}
