/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check_rabbitmq for who may not reach the management API: the facts come from the subagent of
 * the broker's node, and are judged by the same code.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/health/rabbitmq_rows.h"
#include "plugins/rabbitmq.h"
#include "plugins/remote.h"

/* The choice stands first, as rabbitmq_take_checks and the like want it. */
struct options {
	struct rabbitmq_choice choice;
	struct remote remote;
};

enum { RABBITMQ_BY_NODES = RABBITMQ_NODE | RABBITMQ_CLUSTER | RABBITMQ_ALARMS };

/* --- options ---------------------------------------------------------------------------- */

static int take_checks(void *target, const char *value, struct err *err)
{
	struct options *given = target;
	int r = rabbitmq_take_checks(target, value, err);

	if (r == 0 && (given->choice.checks & RABBITMQ_AMQP))
		return err_set(err, -EINVAL,
		    "amqp sends a message, which SNMP cannot; use check_rabbitmq --check amqp");
	return r;
}

static int refuse_health(void *target, const char *value, struct err *err)
{
	(void)target;
	(void)value;
	return err_set(err, -EINVAL,
	    "the agent asks for the health checks alarms and virtual-hosts alone; use "
	    "check_rabbitmq --health");
}

#define AT(field) offsetof(struct options, field)

static const struct opt options[] = {
	REMOTE_OPTIONS(struct options, remote),
	{ 0, "check", "WHAT", OPT_CALL, 0, take_checks,
	    "node, cluster, alarms, queues, connections, with commas between them or repeated "
	    "(all)" },
	{ 0, "node", "NAME", OPT_LIST, AT(choice.nodes), NULL,
	    "a member that must be there; may be repeated" },
	{ 0, "vhost", "NAME", OPT_LIST, AT(choice.vhosts), NULL,
	    "queues of this virtual host only; may be repeated" },
	{ 0, "queue", "REGEX", OPT_CALL, 0, rabbitmq_take_queue,
	    "queues whose name has a match; may be repeated" },
	{ 0, "ignore", "REGEX", OPT_CALL, 0, rabbitmq_take_ignore,
	    "not those whose name has a match; may be repeated" },
	{ 0, "health", "CHECK", OPT_CALL, 0, refuse_health,
	    "refused: only check_rabbitmq can ask for more health checks" },
};

static const char notes[] = REMOTE_NOTES
    "It is told there whom to ask: rabbitmq_host, rabbitmq_config. Of many queues\n"
    "it shows some; what depends on the others is UNKNOWN.\n";

static int validate(struct check *check, struct err *err)
{
	struct options *given = check->options;

	if (!given->choice.checks)
		given->choice.checks = RABBITMQ_API;
	return remote_validate(&given->remote, err);
}

static void release(struct check *check)
{
	struct options *given = check->options;

	rabbitmq_choice_free(&given->choice);
	remote_release(&given->remote);
}

/* --- facts ---------------------------------------------------------------------------------- */

static void excuse_all(struct check *check)
{
	rabbitmq_excuse(check, RABBITMQ_MEMORY, RABBITMQ_QUEUE_GROWTH);
}

/* A broker that is silent: its rows tell what it said before. */
static bool is_silent(struct check *check, const struct snmprows_collector *collector,
    const struct mib_rabbitmq *broker)
{
	if (strncmp(collector->error, RABBITMQ_API_WORDS, strlen(RABBITMQ_API_WORDS)) != 0 ||
	    broker->failed_part == MIB_RABBITMQ_OVERVIEW)
		return false;
	excuse_all(check);
	result_problem(check->result, STATE_CRITICAL, "%s", collector->error);
	return true;
}

/* Leaves the parts that were asked for. Of one that the agent could not read, for another one
 * had failed before it, that failure is told. */
static void choose_parts(struct check *check, const struct rabbitmq_choice *choice,
    const struct mib_rabbitmq *broker, struct rabbitmq_facts *facts)
{
	const struct {
		struct rabbitmq_part *part;
		unsigned checks;
	} parts[] = {
		{ &facts->nodes_part, RABBITMQ_BY_NODES },
		{ &facts->health[0].part, RABBITMQ_ALARMS },
		{ &facts->health[1].part, RABBITMQ_NODE },
		{ &facts->queues_part, RABBITMQ_QUEUES },
		{ &facts->connections_part, RABBITMQ_CONNECTIONS },
	};
	bool unread = false, failed = facts->overview_part.reading == RABBITMQ_FAILED;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!(choice->checks & parts[i].checks))
			parts[i].part->reading = RABBITMQ_NOT_ASKED;
		else if (parts[i].part->reading == RABBITMQ_NOT_ASKED)
			unread = true;
		else if (parts[i].part->reading == RABBITMQ_FAILED)
			failed = true;
	}
	if (!unread || failed)
		return;
	excuse_all(check);
	result_problem(check->result,
	    broker->failed_state == MIB_CRITICAL ? STATE_CRITICAL : STATE_UNKNOWN, "%s",
	    *broker->failed_text ? broker->failed_text
				 : "the agent does not tell what was asked for");
}

static int judge(struct check *check, const struct mib_rabbitmq *broker,
    const struct mib_rows *nodes, const struct mib_rows *queues,
    const struct snmprows_collector *collector, struct err *err)
{
	struct options *given = check->options;
	CLEANUP_RABBITMQ_FACTS struct rabbitmq_facts facts = { .n_health = 0 };
	const struct mibnumber_now now = { .mono_ms = clock_mono_ms(),
		.real_ms = clock_real_ms() };
	const struct rabbitmq_filter filter = rabbitmq_choice_filter(&given->choice);
	int r;

	r = rabbitmq_rows_take(broker, nodes, queues, &now, &facts);
	if (r < 0)
		return err_set(err, r, "out of memory");
	facts.age_ms = collector->age_s > 0 ? collector->age_s * 1000 : 0;
	choose_parts(check, &given->choice, broker, &facts);
	rabbitmq_facts_choose(
	    &facts, given->choice.vhosts.items, given->choice.vhosts.n_items, &filter);
	rabbitmq_judge(check, &given->choice, &facts);
	return 0;
}

/* --- the run -------------------------------------------------------------------------------- */

static int run(struct check *check, struct err *err)
{
	struct options *given = check->options;
	CLEANUP(mib_rows_free) struct mib_rows nodes = { .n = 0 };
	CLEANUP(mib_rows_free) struct mib_rows queues = { .n = 0 };
	struct mib_rabbitmq broker = { .failed_part = MIB_NONE };
	struct snmprows_collector collector = { .name = "rabbitmq" };
	struct snmprows_want wants[] = {
		{ .table = &mib_rabbitmq, .row = &broker },
		{ .table = &mib_rabbitmq_node, .rows = &nodes, .optional = true },
		{ .table = &mib_rabbitmq_queue, .rows = &queues, .optional = true },
	};
	/* Queues are the last, and by far the most. */
	size_t n_wants = given->choice.checks & RABBITMQ_QUEUES ? 3 : 2;
	int r;

	mib_rows_init(&mib_rabbitmq_node, 0, &nodes);
	mib_rows_init(&mib_rabbitmq_queue, 0, &queues);
	r = remote_read(check, &given->remote, wants, n_wants, &collector, 1, err);
	if (r < 0 || is_silent(check, &collector, &broker))
		return r < 0 ? r : 0;
	return r > 0 ? 0 : judge(check, &broker, &nodes, &queues, &collector, err);
}

static const struct plugin rabbitmq_snmp_plugin = {
	.name = "check_rabbitmq_snmp",
	.title = "RABBITMQ",
	.summary = "checks a RabbitMQ broker by the SNMP agent of its node",
	.notes = notes,
	.metrics = rabbitmq_metrics,
	.n_metrics = RABBITMQ_AMQP_CONNECT,
	PLUGIN_OPTIONS(options, struct options),
	.validate = validate,
	.run = run,
	.release = release,
};

int main(int argc, char **argv)
{
	return plugin_main(&rabbitmq_snmp_plugin, argc, argv);
}
