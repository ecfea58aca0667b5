/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <math.h>

#include "lib/base/clock.h"
#include "plugins/rabbitmq.h"

/* Whether the part can be judged; a failure of it is told. */
static bool is_read(const struct rabbitmq_judging *judging, const struct rabbitmq_part *part)
{
	struct check *check = judging->check;

	if (part->reading == RABBITMQ_FAILED) {
		rabbitmq_excuse(check, RABBITMQ_MEMORY, RABBITMQ_QUEUE_GROWTH);
		result_problem(check->result, part->state, "%s", part->err.text);
	} else if (part->reading == RABBITMQ_HIDDEN) {
		rabbitmq_excuse(check, RABBITMQ_N_QUEUES, RABBITMQ_GROWTH);
		rabbitmq_excuse(check, RABBITMQ_QUEUE_MESSAGES, RABBITMQ_QUEUE_GROWTH);
		result_problem(check->result, part->state, "%s", part->err.text);
	}
	return part->reading == RABBITMQ_READ;
}

static void summarise(struct check *check, const struct rabbitmq_overview *overview)
{
	/* A broker that keeps no statistics does not count. */
	if (isnan(overview->queues) || isnan(overview->connections))
		result_summary(
		    check->result, "RabbitMQ %s at %s", overview->version, overview->node);
	else
		result_summary(check->result,
		    "RabbitMQ %s at %s, %.0f queues, %.0f connections", overview->version,
		    overview->node, overview->queues, overview->connections);
}

static void judge_overview(const struct rabbitmq_judging *judging)
{
	const struct rabbitmq_facts *facts = judging->facts;
	const struct rabbitmq_overview *overview = &facts->overview;
	struct check *check = judging->check;

	if (facts->has_certificate)
		rabbitmq_give(check, RABBITMQ_CERTIFICATE,
		    (double)facts->certificate_s - (double)clock_real_ms() / 1000);
	if (!is_read(judging, &facts->overview_part))
		return;
	rabbitmq_give(check, RABBITMQ_API_TIME, facts->api_s);
	summarise(check, overview);
	if (judging->choice->checks & RABBITMQ_CLUSTER) {
		rabbitmq_give(check, RABBITMQ_PUBLISH_RATE, overview->publish_rate);
		rabbitmq_give(check, RABBITMQ_DELIVER_RATE, overview->deliver_rate);
		rabbitmq_give(check, RABBITMQ_ACK_RATE, overview->ack_rate);
		rabbitmq_give(check, RABBITMQ_REDELIVER_RATE, overview->redeliver_rate);
	}
	if (judging->choice->checks & RABBITMQ_CONNECTIONS)
		rabbitmq_give(check, RABBITMQ_CHANNELS, overview->channels);
}

static void judge_health(
    const struct rabbitmq_judging *judging, const struct rabbitmq_health *health)
{
	struct result *result = judging->check->result;

	if (!is_read(judging, &health->part))
		return;
	if (health->absent)
		result_detail(result, STATE_OK,
		    "health check %.60s: this broker does not have it", health->name);
	else if (!health->well)
		result_problem(result, rabbitmq_health_state(health->name),
		    "health check %.60s: %s", health->name,
		    *health->reason ? health->reason : "failed");
	else
		result_detail(result, STATE_OK, "health check %.60s: ok%s%s", health->name,
		    *health->reason ? ", " : "", health->reason);
}

static void judge_queues(const struct rabbitmq_judging *judging)
{
	const struct rabbitmq_facts *facts = judging->facts;

	if (!is_read(judging, &facts->queues_part))
		return;
	/* Those in virtual hosts where the user has no rights are left out without a word. */
	if (judging->choice->vhosts.n_items == 0 &&
	    (double)facts->queues.n_seen < facts->overview.queues)
		result_detail(judging->check->result, STATE_OK,
		    "%s%s%s sees %zu of %.0f queues",
		    facts->user ? "user '" : "the agent's user", facts->user ? facts->user : "",
		    facts->user ? "'" : "", facts->queues.n_seen, facts->overview.queues);
	rabbitmq_judge_queues(judging);
}

static void judge_connections(const struct rabbitmq_judging *judging)
{
	const struct rabbitmq_connections *connections = &judging->facts->connections;
	struct check *check = judging->check;

	if (!is_read(judging, &judging->facts->connections_part))
		return;
	rabbitmq_give(check, RABBITMQ_N_CONNECTIONS, (double)connections->n);
	rabbitmq_give(check, RABBITMQ_CONNECTIONS_BLOCKED, (double)connections->n_blocked);
	if (connections->n_blocked > 0)
		result_detail(check->result, STATE_WARNING,
		    "%zu of %zu connections are blocked, one is %s", connections->n_blocked,
		    connections->n, connections->blocked);
}

void rabbitmq_judge(
    struct check *check, const struct rabbitmq_choice *choice, struct rabbitmq_facts *facts)
{
	const struct rabbitmq_judging judging = {
		.check = check, .choice = choice, .facts = facts
	};

	judge_overview(&judging);
	if (is_read(&judging, &facts->nodes_part))
		rabbitmq_judge_nodes(&judging);
	for (size_t i = 0; i < facts->n_health; i++)
		judge_health(&judging, &facts->health[i]);
	judge_queues(&judging);
	judge_connections(&judging);
}
