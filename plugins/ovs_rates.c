/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "lib/health/ovs_sample.h"
#include "plugins/ovs.h"

/*
 * ovs-vswitchd writes the counters of interfaces into the database every 5 seconds. So two
 * looks at it 0.5 s apart would give a tenfold rate or none: the last run's are compared, if
 * they are old enough, and the first run has no rates. What younger runs find is not kept.
 */
enum { APART_MIN_S = 10 };

static const enum ovs_metric interface_metrics[OVS_COUNTERS] = { OVS_IN_ERRORS, OVS_OUT_ERRORS,
	OVS_IN_DROPS, OVS_OUT_DROPS };
enum { LOOKUPS = 3 };
static const enum ovs_metric datapath_metrics[LOOKUPS] = { OVS_LOST, OVS_MISSED, OVS_HIT };

/* Of thousands of interfaces, those that somebody wants to know of. */
static bool is_wanted(struct ovs_run *run, const struct metric *metric, const char *name)
{
	struct thresholds *thresholds = &run->check->thresholds;
	const struct opt_list *asked = &run->given->interfaces;

	for (size_t i = 0; i < asked->n_items; i++) {
		if (strcmp(asked->items[i], name) == 0)
			return true;
	}
	return run->check->all_perf || thresholds_find(thresholds, metric, name, false) ||
	       thresholds_find(thresholds, metric, name, true);
}

/* There are none to be had in this run: no threshold on them complains. name is NULL for all. */
static void excuse_interfaces(struct ovs_run *run, const char *name)
{
	for (size_t k = 0; k < OVS_COUNTERS; k++)
		thresholds_excuse(
		    &run->check->thresholds, &run->metrics[interface_metrics[k]], name);
}

static void excuse_datapaths(struct ovs_run *run)
{
	for (size_t k = 0; k < LOOKUPS; k++)
		thresholds_excuse(
		    &run->check->thresholds, &run->metrics[datapath_metrics[k]], NULL);
	thresholds_excuse(&run->check->thresholds, &run->metrics[OVS_HIT_SHARE], NULL);
}

static void give_interfaces(
    struct ovs_run *run, const struct ovs_sample *earlier, double seconds)
{
	const struct vswitch *vswitch = &run->ovs->vswitch;
	double sum[OVS_COUNTERS] = { 0 }, rate[OVS_COUNTERS];
	size_t n = 0;

	for (size_t i = 0; i < vswitch->n_interfaces; i++) {
		const struct vswitch_interface *one = &vswitch->interfaces[i];

		/* It is new, or was reset; or it counts nothing, ever. */
		if (!ovs_sample_interface_rate(earlier, seconds, one, rate)) {
			if (one->counters.known)
				excuse_interfaces(run, one->name);
			continue;
		}
		n++;
		for (size_t k = 0; k < OVS_COUNTERS; k++) {
			const struct metric *metric = &run->metrics[interface_metrics[k]];

			sum[k] += rate[k];
			if (is_wanted(run, metric, one->name))
				result_value(run->check->result, metric, one->name, rate[k], 0,
				    RESULT_NONE);
		}
	}
	/* Of interfaces that are not among the facts, the sums are. */
	if (run->ovs->hidden.interfaces)
		n = ovs_sample_sums_rate(earlier, seconds, &run->ovs->hidden.counters, sum);
	for (size_t k = 0; n && k < OVS_COUNTERS; k++)
		result_value(run->check->result, &run->metrics[interface_metrics[k]], NULL,
		    sum[k], 0, RESULT_NONE);
}

static void give_datapaths(
    struct ovs_run *run, const struct ovs_sample *earlier, double seconds)
{
	const struct datapaths *datapaths = &run->ovs->datapaths;
	double sum[LOOKUPS] = { 0 }, rate[OVS_COUNTERS];
	struct result *result = run->check->result;
	size_t n = 0;

	/* An idle one has no share of hits, and one that was reset no rates. */
	excuse_datapaths(run);
	for (size_t i = 0; i < datapaths->n_items; i++) {
		const struct datapath *one = &datapaths->items[i];

		if (!ovs_sample_datapath_rate(earlier, seconds, one, rate))
			continue;
		n++;
		for (size_t k = 0; k < LOOKUPS; k++) {
			sum[k] += rate[k];
			result_value(result, &run->metrics[datapath_metrics[k]], one->name,
			    rate[k], 0, RESULT_NONE);
		}
		if (rate[1] + rate[2] > 0)
			result_value(result, &run->metrics[OVS_HIT_SHARE], one->name,
			    rate[2] * 100 / (rate[1] + rate[2]), 0, 100);
	}
	for (size_t k = 0; n && k < LOOKUPS; k++)
		result_value(
		    result, &run->metrics[datapath_metrics[k]], NULL, sum[k], 0, RESULT_NONE);
}

static void keep(struct ovs_run *run)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(SAMPLE_SIZE_MAX);
	const struct ovs *ovs = run->ovs;

	for (size_t i = 0; i < ovs->vswitch.n_interfaces; i++)
		ovs_sample_add_interface(&ovs->vswitch.interfaces[i], &text);
	for (size_t i = 0; ovs->has_datapaths && i < ovs->datapaths.n_items; i++)
		ovs_sample_add_datapath(&ovs->datapaths.items[i], &text);
	if (ovs->hidden.counters.known)
		ovs_sample_add_sums(&ovs->hidden.counters, &text);
	if (ovs->read_at_ms)
		ovs_sample_add_time(ovs->read_at_ms, &text);
	/* Rates of some interfaces only would look like rates of all. */
	if (!text.error)
		(void)sample_store_keep(
		    &run->check->samples, &run->check->root, buf_text(&text), text.size);
}

/* The last run's counters and the seconds between both: by the clock of the node that read them,
 * where that is another. -EAGAIN: they are too young, and stay; else negative: there are none. */
static int read_earlier(
    struct ovs_run *run, struct buf *text, struct ovs_sample *ret, double *ret_seconds)
{
	int64_t read_at_ms = run->ovs->read_at_ms;
	int r = sample_store_read(&run->check->samples, &run->check->root, text, ret_seconds);

	if (r == 0 && *ret_seconds < APART_MIN_S)
		r = -EAGAIN;
	if (r == 0)
		r = ovs_sample_parse(buf_text(text), text->size, ret, NULL);
	if (r < 0 || !read_at_ms)
		return r;
	*ret_seconds = (double)(read_at_ms - ovs_sample_time(ret)) / 1000;
	/* The node was started again. */
	if (*ret_seconds < 0 || ovs_sample_time(ret) == 0)
		return -ESTALE;
	return *ret_seconds >= APART_MIN_S ? 0 : -EAGAIN;
}

void ovs_judge_rates(struct ovs_run *run)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(SAMPLE_SIZE_MAX);
	CLEANUP_OVS_SAMPLE struct ovs_sample earlier = OVS_SAMPLE_INIT;
	const struct ovs *ovs = run->ovs;
	double seconds = 0;
	int r;

	if (!ovs_has_database(ovs) && !ovs->has_datapaths)
		return;
	r = read_earlier(run, &text, &earlier, &seconds);
	if (r < 0) {
		result_detail(run->check->result, STATE_OK,
		    "rates: none yet, they need two runs %d s to 15 minutes apart",
		    APART_MIN_S);
		excuse_interfaces(run, NULL);
		excuse_datapaths(run);
	}
	if (r == 0 && ovs_has_database(ovs))
		give_interfaces(run, &earlier, seconds);
	if (r == 0 && ovs->has_datapaths)
		give_datapaths(run, &earlier, seconds);
	if (r != -EAGAIN)
		keep(run);
}
