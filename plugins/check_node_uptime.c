/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/check/plugin.h"
#include "lib/collect/uptime.h"

enum { UPTIME };

static const struct metric metrics[] = {
	[UPTIME] = { .name = "uptime",
	    .unit = UNIT_SECONDS,
	    .help = "time since the node booted" },
};

struct uptime_options {
	bool reboot;
	enum state reboot_state;
};

static int take_reboot(void *target, const char *value, struct err *err)
{
	struct uptime_options *options = target;

	options->reboot = true;
	options->reboot_state = STATE_WARNING;
	return *value ? state_parse(value, &options->reboot_state, err) : 0;
}

static const struct opt options[] = {
	{ 0, "reboot", "[STATE]", OPT_CALL, 0, take_reboot,
	    "STATE (WARNING) when the node rebooted since the last run" },
};

/* When the node booted, in words; a captured tree has no clock to count back from. */
static void boot_text(const struct check *check, double uptime_s, char out[CLOCK_TEXT_SIZE])
{
	if (check->root.live)
		clock_text(clock_real_ms() - (int64_t)(uptime_s * 1000), 0, out);
	else
		out[0] = '\0';
}

/* The store keeps the uptime of each run: from another boot it tells how long that was up. */
static void judge_reboot(struct check *check, double uptime_s, const char *booted)
{
	const struct uptime_options *given = check->options;
	CLEANUP_BUF struct buf before = BUF_INIT_MAX(4096);
	char now[NUM_TEXT_SIZE], age[CLOCK_TEXT_SIZE], was[CLOCK_TEXT_SIZE];
	double age_s, was_s;
	const char *p;

	num_text(uptime_s, 2, now);
	if (sample_store_read(&check->samples, &check->root, &before, &age_s) == -ESTALE) {
		clock_age_text((int64_t)uptime_s, age);
		p = buf_text(&before);
		if (num_scan_double(&p, p + before.size, &was_s) == 0 && was_s < 1e12)
			clock_age_text((int64_t)was_s, was);
		else
			was[0] = '\0';
		result_problem(check->result, given->reboot_state, "rebooted %s ago%s%s%s%s",
		    age, *booted ? ", at " : "", booted, *was ? ", after it was up " : "", was);
	}
	(void)sample_store_keep(&check->samples, &check->root, now, strlen(now));
}

static int run(struct check *check, struct err *err)
{
	const struct uptime_options *given = check->options;
	char age[CLOCK_TEXT_SIZE], booted[CLOCK_TEXT_SIZE];
	struct uptime uptime;
	int r = uptime_read(&check->root, &uptime, err);

	if (r < 0)
		return r;
	if (uptime.seconds > 1e12)
		return err_set(
		    err, -EBADMSG, "cannot parse /proc/uptime: more than 30,000 years");
	boot_text(check, uptime.seconds, booted);
	result_metric(check->result, &metrics[UPTIME], uptime.seconds);
	if (given->reboot)
		judge_reboot(check, uptime.seconds, booted);
	clock_age_text((int64_t)uptime.seconds, age);
	result_summary(check->result, "up %s%s%s", age, *booted ? " since " : "", booted);
	return 0;
}

static const struct plugin uptime_plugin = {
	.name = "check_node_uptime",
	.title = "UPTIME",
	.summary = "checks how long this node has been up, and whether it rebooted",
	PLUGIN_METRICS(metrics),
	PLUGIN_OPTIONS(options, struct uptime_options),
	.run = run,
};

int main(int argc, char **argv)
{
	return plugin_main(&uptime_plugin, argc, argv);
}
