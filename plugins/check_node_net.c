/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check/plugin.h"
#include "lib/collect/net.h"

enum {
	IN,
	OUT,
	IN_ERRORS,
	OUT_ERRORS,
	IN_DROPS,
	OUT_DROPS,
	IN_USE,
	OUT_USE,
	IN_PACKETS,
	OUT_PACKETS,
	SPEED,
	UP,
};

#define RATE_FLAGS (METRIC_INSTANCES | METRIC_TOTAL)

static const struct metric metrics[] = {
	[IN] = { .name = "in",
	    .unit = UNIT_BYTES,
	    .flags = RATE_FLAGS,
	    .help = "bytes received per second" },
	[OUT] = { .name = "out",
	    .unit = UNIT_BYTES,
	    .flags = RATE_FLAGS,
	    .help = "bytes sent per second" },
	[IN_ERRORS] = { .name = "in_errors",
	    .flags = RATE_FLAGS,
	    .help = "packets received with errors per second" },
	[OUT_ERRORS] = { .name = "out_errors",
	    .flags = RATE_FLAGS,
	    .help = "packets not sent for errors per second" },
	[IN_DROPS] = { .name = "in_drops",
	    .flags = RATE_FLAGS,
	    .help = "packets received and dropped per second" },
	[OUT_DROPS] = { .name = "out_drops",
	    .flags = RATE_FLAGS,
	    .help = "packets dropped before they were sent per second" },
	[IN_USE] = { .name = "in_use",
	    .unit = UNIT_PERCENT,
	    .flags = METRIC_INSTANCES,
	    .help = "share of the link's speed that is received; absent without a speed" },
	[OUT_USE] = { .name = "out_use",
	    .unit = UNIT_PERCENT,
	    .flags = METRIC_INSTANCES,
	    .help = "share of the link's speed that is sent; absent without a speed" },
	[IN_PACKETS] = { .name = "in_packets",
	    .flags = RATE_FLAGS | METRIC_QUIET,
	    .help = "packets received per second" },
	[OUT_PACKETS] = { .name = "out_packets",
	    .flags = RATE_FLAGS | METRIC_QUIET,
	    .help = "packets sent per second" },
	[SPEED] = { .name = "speed",
	    .flags = METRIC_INSTANCES | METRIC_QUIET,
	    .help = "speed of the link in Mbit/s; absent when the driver does not tell" },
	[UP] = { .name = "up",
	    .flags = METRIC_INSTANCES | METRIC_QUIET,
	    .help = "1 when the link is up, 0 when it is down" },
};

struct net_options {
	struct opt_list interfaces;
	struct opt_list excluded;
	bool all;
};

static const struct opt options[] = {
	{ 'i', "interface", "NAME", OPT_LIST, offsetof(struct net_options, interfaces), NULL,
	    "check this interface alone; CRITICAL if it is missing or down" },
	{ 'x', "exclude-interface", "PATTERN", OPT_LIST, offsetof(struct net_options, excluded),
	    NULL, "leave out these interfaces (usb*)" },
	{ 0, "all", NULL, OPT_FLAG, offsetof(struct net_options, all), NULL,
	    "print every interface; the totals stay those of hardware" },
};

/* The rates in the order of the metrics, for a loop. */
static const struct {
	int metric;
	size_t offset;
} rate_rows[] = {
	{ IN, offsetof(struct net_rate, in) },
	{ OUT, offsetof(struct net_rate, out) },
	{ IN_ERRORS, offsetof(struct net_rate, in_errors) },
	{ OUT_ERRORS, offsetof(struct net_rate, out_errors) },
	{ IN_DROPS, offsetof(struct net_rate, in_drops) },
	{ OUT_DROPS, offsetof(struct net_rate, out_drops) },
	{ IN_PACKETS, offsetof(struct net_rate, in_packets) },
	{ OUT_PACKETS, offsetof(struct net_rate, out_packets) },
};

static int read_sample(
    const struct fsroot *root, struct buf *buf, void *context, struct err *err)
{
	(void)context;
	return net_read_text(root, buf, err);
}

static bool is_named(const struct net_options *given, const char *name)
{
	for (size_t i = 0; i < given->interfaces.n_items; i++) {
		if (strcmp(given->interfaces.items[i], name) == 0)
			return true;
	}
	return false;
}

static bool is_excluded(const struct net_options *given, const char *name)
{
	for (size_t i = 0; i < given->excluded.n_items; i++) {
		if (fnmatch(given->excluded.items[i], name, 0) == 0)
			return true;
	}
	return false;
}

/* Names that were given stand for themselves: they make the totals too. */
static bool is_counted(const struct net_options *given, const struct net_interface *interface)
{
	if (is_excluded(given, interface->name))
		return false;
	return given->interfaces.n_items ? is_named(given, interface->name)
					 : interface->counted;
}

static bool is_shown(const struct net_options *given, const struct net_interface *interface)
{
	return is_counted(given, interface) ||
	       (given->all && !is_excluded(given, interface->name));
}

static enum state give_rates(
    struct check *check, const char *instance, const struct net_rate *rate)
{
	enum state state = STATE_OK;

	for (size_t i = 0; i < sizeof(rate_rows) / sizeof(rate_rows[0]); i++) {
		const double *value =
		    (const double *)(const void *)((const char *)rate + rate_rows[i].offset);

		state = state_worst(
		    state, result_value(check->result, &metrics[rate_rows[i].metric], instance,
			       *value, 0, RESULT_NONE));
	}
	return state;
}

static enum state give_link(struct check *check, const char *name, const struct net_link *link,
    const struct net_rate *rate)
{
	enum state state = STATE_OK;
	/* Bytes a second of a link with that many megabits. */
	double full = link->speed_mbit * 1e6 / 8;

	if (full > 0 && rate) {
		state = result_value(
		    check->result, &metrics[IN_USE], name, rate->in * 100 / full, 0, 100);
		state = state_worst(state, result_value(check->result, &metrics[OUT_USE], name,
					       rate->out * 100 / full, 0, 100));
	}
	if (full > 0)
		state = state_worst(state, result_value(check->result, &metrics[SPEED], name,
					       link->speed_mbit, 0, RESULT_NONE));
	if (link->state != NET_STATE_UNKNOWN)
		state = state_worst(state, result_value(check->result, &metrics[UP], name,
					       link->state == NET_STATE_UP, 0, 1));
	return state;
}

static void detail(struct check *check, const char *name, const struct net_link *link,
    const struct net_rate *rate, enum state state)
{
	char in[NUM_TEXT_SIZE], out[NUM_TEXT_SIZE], speed[NUM_TEXT_SIZE] = "";
	const char *word = link->operstate[0] ? link->operstate : "unknown";

	num_text(link->speed_mbit, 0, speed);
	if (!rate) {
		result_detail(
		    check->result, state, "%s %s: new since the last sample", name, word);
		return;
	}
	num_bytes_text(rate->in, in);
	num_bytes_text(rate->out, out);
	result_detail(check->result, state,
	    "%s %s%s%s%s: in %s/s, out %s/s, errors %g/%g per s, drops %g/%g per s", name, word,
	    link->speed_mbit > 0 ? " " : "", link->speed_mbit > 0 ? speed : "",
	    link->speed_mbit > 0 ? " Mbit/s" : "", in, out, rate->in_errors, rate->out_errors,
	    rate->in_drops, rate->out_drops);
}

static void show(
    struct check *check, const struct net_interface *interface, const struct net_rate *rate)
{
	enum state state = STATE_OK;
	struct net_link link;

	net_link_read(&check->root, interface->name, &link);
	if (link.state == NET_STATE_DOWN && is_named(check->options, interface->name)) {
		state = STATE_CRITICAL;
		result_problem(check->result, STATE_CRITICAL, "%s is %s", interface->name,
		    link.operstate[0] && strcmp(link.operstate, "unknown") != 0
			? link.operstate
			: "without carrier");
	}
	if (rate)
		state = state_worst(state, give_rates(check, interface->name, rate));
	state = state_worst(state, give_link(check, interface->name, &link, rate));
	detail(check, interface->name, &link, rate, state);
}

static void miss(struct check *check, const struct net *net)
{
	const struct net_options *given = check->options;

	for (size_t i = 0; i < given->interfaces.n_items; i++) {
		if (!net_find(net, given->interfaces.items[i], 0))
			result_problem(check->result, STATE_CRITICAL, "no interface %s",
			    given->interfaces.items[i]);
	}
}

/* An interface that came, or whose counters were reset, since the earlier sample has no rate
 * and is no part of the totals. */
static bool rate_of(const struct net *earlier, const struct net_interface *interface,
    size_t place, double seconds, struct net_rate *ret)
{
	const struct net_interface *before =
	    earlier ? net_find(earlier, interface->name, place) : NULL;

	if (earlier && !before)
		return false;
	return net_rate(before, interface, seconds, ret) == 0;
}

static void judge(
    struct check *check, const struct net *earlier, const struct net *later, double seconds)
{
	const struct net_options *given = check->options;
	struct net_rate sum = { .in = 0 }, rate;
	size_t n_counted = 0;
	char in[NUM_TEXT_SIZE], out[NUM_TEXT_SIZE];

	for (size_t i = 0; i < later->n_interfaces; i++) {
		const struct net_interface *interface = &later->interfaces[i];

		if (!is_counted(given, interface))
			continue;
		n_counted++;
		if (rate_of(earlier, interface, i, seconds, &rate))
			net_rate_add(&sum, &rate);
	}
	/* The totals stand first, so that they are never cut away. */
	if (n_counted)
		give_rates(check, NULL, &sum);
	for (size_t i = 0; i < later->n_interfaces; i++) {
		const struct net_interface *interface = &later->interfaces[i];

		if (is_shown(given, interface))
			show(check, interface,
			    rate_of(earlier, interface, i, seconds, &rate) ? &rate : NULL);
	}
	num_bytes_text(sum.in, in);
	num_bytes_text(sum.out, out);
	result_summary(check->result, "in %s/s, out %s/s on %zu interface%s%s", in, out,
	    n_counted, n_counted == 1 ? "" : "s", earlier ? "" : " since boot");
}

static int run(struct check *check, struct err *err)
{
	CLEANUP(sample_pair_free) struct sample_pair pair = SAMPLE_PAIR_INIT;
	CLEANUP_NET struct net earlier = NET_INIT;
	CLEANUP_NET struct net later = NET_INIT;
	int r = sample_pair_take(&check->samples, &check->root, read_sample, NULL, &pair, err);

	if (r == 0)
		r = net_parse(buf_text(&pair.earlier), pair.earlier.size, &earlier, err);
	if (r == 0)
		r = net_parse(buf_text(&pair.later), pair.later.size, &later, err);
	if (r < 0)
		return r;
	net_mark_counted(&check->root, &later);
	miss(check, &later);
	judge(check, pair.since_boot ? NULL : &earlier, &later, pair.seconds);
	return 0;
}

static void release(struct check *check)
{
	struct net_options *given = check->options;

	opt_list_free(&given->interfaces);
	opt_list_free(&given->excluded);
}

static const struct plugin net_plugin = {
	.name = "check_node_net",
	.title = "NET",
	.summary = "checks traffic, errors, drops and links of network interfaces",
	PLUGIN_METRICS(metrics),
	PLUGIN_OPTIONS(options, struct net_options),
	.may_sleep = true,
	.run = run,
	.release = release,
};

int main(int argc, char **argv)
{
	return plugin_main(&net_plugin, argc, argv);
}
