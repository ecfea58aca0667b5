/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plugins/connectivity.h"

#include <errno.h>
#include <string.h>

const struct metric connectivity_metrics[CONNECTIVITY_METRICS] = {
	[ANSWERING] = { .name = "answering", .help = "targets that answer" },
	[LOSS] = { .name = "loss",
	    .unit = UNIT_PERCENT,
	    .flags = METRIC_INSTANCES | METRIC_TOTAL,
	    .help = "rounds without an answer, a target; of all of them without @" },
	[RTT] = { .name = "rtt",
	    .unit = UNIT_SECONDS,
	    .flags = METRIC_INSTANCES | METRIC_TOTAL,
	    .help = "mean time to the answer, a target; the slowest without @" },
	[RTT_MAX] = { .name = "rtt_max",
	    .unit = UNIT_SECONDS,
	    .flags = METRIC_INSTANCES | METRIC_QUIET,
	    .help = "the longest time to an answer, a target" },
};

/* --- the verdicts ------------------------------------------------------------------------ */

static bool same_network(const struct connectivity_peer *a, const struct connectivity_peer *b)
{
	return a->network_size == b->network_size &&
	       memcmp(a->network ? a->network : "", b->network ? b->network : "",
		   a->network_size) == 0;
}

/* "does not answer (0 of 5)", "Connection refused". */
static void failure_text(const struct connectivity *work, size_t i, struct buf *buf)
{
	const struct reach_target *target = &work->targets[i];

	if (work->peers[i].err.text[0])
		buf_adds(buf, work->peers[i].err.text);
	else if (target->sent == 0)
		buf_adds(buf, "was not asked, the time was over");
	else if (target->error == ENOBUFS && target->received == 0)
		buf_adds(buf, "cannot be sent to, is the link up?");
	else if (target->error && target->received == 0)
		buf_adds(buf, strerror(target->error));
	else
		buf_addf(buf, "does not answer (%u of %u)", target->received, target->sent);
}

/* All of a network must answer: each that does not is a problem of its own. */
static void judge_each(struct check *check, const struct connectivity *work, size_t first)
{
	for (size_t i = first; i < work->n; i++) {
		CLEANUP_BUF struct buf text = BUF_INIT;

		if (!work->peers[i].failed ||
		    !same_network(&work->peers[first], &work->peers[i]))
			continue;
		failure_text(work, i, &text);
		result_problem(check->result, STATE_CRITICAL, "%s%s %s", work->peers[i].label,
		    work->peers[i].err.text[0] || work->targets[i].error ? ":" : "",
		    buf_text(&text));
	}
}

static void judge_network(struct check *check, const struct connectivity *work, size_t first)
{
	const struct connectivity_options *given = check->options;
	const struct connectivity_peer *peer = &work->peers[first];
	CLEANUP_BUF struct buf silent = BUF_INIT;
	size_t n = 0, n_failed = 0;

	for (size_t i = first; i < work->n; i++) {
		if (!same_network(peer, &work->peers[i]))
			continue;
		n++;
		if (work->peers[i].failed)
			buf_addf(&silent, "%s%s", n_failed++ > 0 ? ", " : "",
			    work->peers[i].address);
	}
	if (!given->has_need || given->need >= n) {
		judge_each(check, work, first);
		return;
	}
	if (n - n_failed < given->need)
		result_problem(check->result, STATE_CRITICAL,
		    "%.*s%s%zu of %zu answer, expected %llu (not: %s)", (int)peer->network_size,
		    peer->network ? peer->network : "", peer->network ? ": " : "", n - n_failed,
		    n, (unsigned long long)given->need, buf_text(&silent));
}

static bool is_first_of_network(const struct connectivity *work, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (same_network(&work->peers[i], &work->peers[index]))
			return false;
	}
	return true;
}

static void give_target(struct check *check, const struct connectivity *work, size_t i)
{
	const struct reach_target *target = &work->targets[i];
	const struct connectivity_peer *peer = &work->peers[i];
	CLEANUP_BUF struct buf text = BUF_INIT;
	enum state state = peer->failed ? STATE_CRITICAL : STATE_OK;
	double rtt_s = target->received ? target->rtt_sum_s / target->received : 0;

	if (target->sent > 0) {
		state = state_worst(state,
		    result_value(check->result, &connectivity_metrics[LOSS], peer->label,
			100.0 * (target->sent - target->received) / target->sent, 0, 100));
	}
	if (target->received > 0) {
		state =
		    state_worst(state, result_value(check->result, &connectivity_metrics[RTT],
					   peer->label, rtt_s, 0, RESULT_NONE));
		state = state_worst(
		    state, result_value(check->result, &connectivity_metrics[RTT_MAX],
			       peer->label, target->rtt_max_s, 0, RESULT_NONE));
		result_detail(check->result, state,
		    "%s: %u of %u by %s, %.3f/%.3f/%.3f ms (min/mean/max)", peer->label,
		    target->received, target->sent, target->tcp ? "TCP" : "ICMP",
		    target->rtt_min_s * 1000, rtt_s * 1000, target->rtt_max_s * 1000);
		return;
	}
	/* What is wrong with it is said; that it has no number adds nothing. */
	thresholds_excuse(&check->thresholds, &connectivity_metrics[LOSS], peer->label);
	thresholds_excuse(&check->thresholds, &connectivity_metrics[RTT], peer->label);
	thresholds_excuse(&check->thresholds, &connectivity_metrics[RTT_MAX], peer->label);
	failure_text(work, i, &text);
	result_detail(check->result, state, "%s: %s", peer->label, buf_text(&text));
}

static void give_totals(struct check *check, const struct connectivity *work)
{
	unsigned sent = 0, received = 0;
	size_t n_answering = 0;
	double slowest_s = -1;

	for (size_t i = 0; i < work->n; i++) {
		const struct reach_target *target = &work->targets[i];

		sent += target->sent;
		received += target->received;
		n_answering += !work->peers[i].failed;
		if (target->received && target->rtt_sum_s / target->received > slowest_s)
			slowest_s = target->rtt_sum_s / target->received;
	}
	result_metric(check->result, &connectivity_metrics[ANSWERING], (double)n_answering);
	if (sent > 0)
		result_metric(check->result, &connectivity_metrics[LOSS],
		    100.0 * (sent - received) / sent);
	else
		thresholds_excuse(&check->thresholds, &connectivity_metrics[LOSS], NULL);
	if (slowest_s >= 0)
		result_metric(check->result, &connectivity_metrics[RTT], slowest_s);
	else
		thresholds_excuse(&check->thresholds, &connectivity_metrics[RTT], NULL);
	if (slowest_s >= 0)
		result_summary(check->result,
		    "%zu of %zu targets answer, the slowest in %.3f ms", n_answering, work->n,
		    slowest_s * 1000);
	else
		result_summary(
		    check->result, "%zu of %zu targets answer", n_answering, work->n);
}

void connectivity_report(struct check *check, const struct connectivity *work)
{
	for (size_t i = 0; i < work->n; i++) {
		if (is_first_of_network(work, i))
			judge_network(check, work, i);
		give_target(check, work, i);
	}
	give_totals(check, work);
}
