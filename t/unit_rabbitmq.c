/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers of a real broker (t/data/rabbitmq, captured), of 4.x (t/data/rabbitmq-4, mocks) and
 * of nobody in his right mind.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/base/fsroot.h"
#include "lib/client/rabbitmq.h"
#include "t/tap.h"

static const struct rabbitmq_filter all = { 0 };

static void load(const char *name, struct buf *ret)
{
	const char *srcdir = getenv("srcdir") ? getenv("srcdir") : ".";
	CLEANUP_BUF struct buf path = BUF_INIT;
	struct fsroot root = FSROOT_LIVE;
	struct err err = ERR_INIT;

	buf_reset(ret);
	buf_addf(&path, "%s/t/data/%s", srcdir, name);
	if (fsroot_read(&root, buf_text(&path), ret, &err) < 0)
		printf("Bail out! %s\n", err.text);
}

static void test_overview(void)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct rabbitmq_overview overview;
	struct err err = ERR_INIT;
	char reason[RABBITMQ_NAME_SIZE];

	load("rabbitmq/overview.json", &text);
	is_num(rabbitmq_parse_overview(buf_text(&text), text.size, &overview, &err), 0,
	    "a captured overview");
	is_str(overview.version, "3.10.8", "its version");
	is_str(overview.node, "tb@localhost", "its node");
	is_num(overview.queues, 92, "its queues");
	is_num(overview.connections, 70, "its connections");
	is_num(overview.publish_rate, 0, "its rate");
	load("rabbitmq-4/overview.json", &text);
	is_num(rabbitmq_parse_overview(buf_text(&text), text.size, &overview, &err), 0,
	    "an overview of 4.x");
	is_num(overview.deliver_rate, 12, "its rate");
	ok(isnan(overview.redeliver_rate), "a rate that is not told");
	load("rabbitmq/overview-no-tag.json", &text);
	is_num(rabbitmq_parse_overview(buf_text(&text), text.size, &overview, &err), -EBADMSG,
	    "an error is no overview");
	rabbitmq_parse_reason(buf_text(&text), text.size, reason);
	is_str(reason, "Not management user", "it has a reason");
	load("rabbitmq/health-port-listener_9999.json", &text);
	rabbitmq_parse_reason(buf_text(&text), text.size, reason);
	is_str(reason, "No active listener", "so has a failed health check");
	rabbitmq_parse_reason("", 0, reason);
	is_str(reason, "", "an empty body has none");
}

static void test_nodes(void)
{
	CLEANUP_RABBITMQ_NODES struct rabbitmq_nodes nodes = { .n = 0 };
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	load("rabbitmq/nodes.json", &text);
	is_num(rabbitmq_parse_nodes(buf_text(&text), text.size, &nodes, &err), 0,
	    "captured nodes");
	is_num(nodes.n, 1, "one");
	ok(nodes.items[0].running && !nodes.items[0].silent, "it runs");
	is_num(nodes.items[0].memory_used, 157138944, "its memory");
	is_num(nodes.items[0].uptime_s, 295.445, "its uptime in seconds");
	ok(rabbitmq_node_find(&nodes, "tb@localhost") && !rabbitmq_node_find(&nodes, "tb"),
	    "it is found by its whole name");
	rabbitmq_nodes_free(&nodes);
	load("rabbitmq-4/nodes.json", &text);
	is_num(
	    rabbitmq_parse_nodes(buf_text(&text), text.size, &nodes, &err), 0, "nodes of 4.x");
	ok(nodes.items[1].drained && isnan(nodes.items[1].descriptors), "without descriptors");
	ok(nodes.items[2].running && nodes.items[2].silent, "one that hangs tells nothing");
	rabbitmq_nodes_free(&nodes);
	is_num(rabbitmq_parse_nodes("[]", 2, &nodes, &err), -EBADMSG, "no node is no answer");
	is_num(rabbitmq_parse_nodes("{}", 2, &nodes, &err), -EBADMSG, "nor is an object");
}

static void test_partitions(void)
{
	static const char text[] =
	    "[{\"name\":\"a\",\"running\":true,\"partitions\":[\"b\",7,\"c\"]},"
	    "{\"name\":7,\"running\":\"yes\",\"partitions\":{\"x\":1},\"mem_used\":\"much\"},"
	    "3]";
	CLEANUP_RABBITMQ_NODES struct rabbitmq_nodes nodes = { .n = 0 };
	struct err err = ERR_INIT;

	is_num(rabbitmq_parse_nodes(text, sizeof(text) - 1, &nodes, &err), 0, "odd nodes");
	is_num(nodes.n, 3, "are three");
	is_num(nodes.items[0].n_partitions, 3, "partitions are listed");
	is_str(nodes.items[0].partitions[2], "c", "by name");
	is_str(nodes.items[1].name, "", "a number is no name");
	ok(!nodes.items[1].running && isnan(nodes.items[1].memory_used),
	    "nor a text a truth or a number");
}

static void test_queues(void)
{
	CLEANUP_RABBITMQ_QUEUES struct rabbitmq_queues queues = { .n = 0 };
	CLEANUP_BUF struct buf text = BUF_INIT;
	CLEANUP_PATTERN struct pattern wanted = { 0 }, unwanted = { 0 };
	struct rabbitmq_filter filter = {
		.queue = &wanted, .n_queue = 1, .ignore = &unwanted, .n_ignore = 1
	};
	struct err err = ERR_INIT;
	unsigned pages = 0;

	load("rabbitmq/queues-page1.json", &text);
	is_num(rabbitmq_parse_queues(buf_text(&text), text.size, &all, &queues, &pages, &err),
	    0, "a captured page");
	is_num(queues.n, 3, "three queues");
	is_num(pages, 31, "of 31 pages");
	is_str(queues.items[0].name, "cinder-scheduler", "the first");
	is_str(queues.items[0].vhost, "/", "its virtual host");
	is_num(queues.items[0].consumers, 1, "its consumers");
	ok(isnan(queues.items[0].head_s) && rabbitmq_queue_is_up(&queues.items[0]) &&
		!rabbitmq_queue_is_minority(&queues.items[0]),
	    "it is well, and empty");
	rabbitmq_queues_free(&queues);
	load("rabbitmq-4/queues.page1.json", &text);
	is_num(rabbitmq_parse_queues(buf_text(&text), text.size, &all, &queues, &pages, &err),
	    0, "a page of 4.x");
	ok(!rabbitmq_queue_is_up(&queues.items[0]) &&
		rabbitmq_queue_is_minority(&queues.items[0]),
	    "one of three members is no majority");
	queues.items[0].members = 2;
	ok(rabbitmq_queue_is_minority(&queues.items[0]), "nor is one of two");
	queues.items[0].online = 2;
	ok(!rabbitmq_queue_is_minority(&queues.items[0]), "two of two are one");
	is_num(queues.items[1].head_s, 1700000000, "when a first message was made");
	is_num(pattern_compile("^(orders|mail)$", &wanted, &err), 0, "a filter");
	is_num(pattern_compile("mail", &unwanted, &err), 0, "of two patterns");
	rabbitmq_queues_free(&queues);
	is_num(
	    rabbitmq_parse_queues(buf_text(&text), text.size, &filter, &queues, &pages, &err),
	    0, "the same page");
	is_num(queues.n, 1, "one queue is left");
	is_num(queues.n_seen, 2, "of two");
}

static void test_odd_queues(void)
{
	static const char text[] =
	    "[{\"name\":\"a\"},{\"vhost\":\"/\"},7,{\"name\":\"b\","
	    "\"state\":7,\"messages\":\"7\",\"members\":7,\"online\":[1],"
	    "\"head_message_timestamp\":\"\"}]";
	CLEANUP_RABBITMQ_QUEUES struct rabbitmq_queues queues = { .n = 0 };
	struct err err = ERR_INIT;
	unsigned pages = 0;

	is_num(rabbitmq_parse_queues(text, sizeof(text) - 1, &all, &queues, &pages, &err), 0,
	    "a list without pages");
	is_num(pages, 1, "is one page");
	is_num(queues.n, 2, "what has no name is no queue");
	ok(isnan(queues.items[1].messages) && isnan(queues.items[1].head_s),
	    "texts are no numbers");
	ok(rabbitmq_queue_is_up(&queues.items[1]) &&
		!rabbitmq_queue_is_minority(&queues.items[1]),
	    "what is not told is no failure");
	is_num(rabbitmq_parse_queues("{\"error\":\"x\"}", 13, &all, &queues, &pages, &err),
	    -EBADMSG, "an error is no list");
	is_str(err.text, "the answer is no list", "and is named");
}

static void test_connections(void)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct rabbitmq_connections connections = { .n = 0 };
	struct err err = ERR_INIT;
	unsigned pages = 0;

	load("rabbitmq/connections.json", &text);
	is_num(
	    rabbitmq_parse_connections(buf_text(&text), text.size, &connections, &pages, &err),
	    0, "captured connections");
	is_num(connections.n, 2, "two");
	load("rabbitmq-4/connections.json", &text);
	is_num(
	    rabbitmq_parse_connections(buf_text(&text), text.size, &connections, &pages, &err),
	    0, "another page");
	is_num(connections.n, 5, "adds three");
	is_num(connections.n_blocked, 1, "one is blocked");
	is_str(connections.blocked, "10.0.0.8:4000 -> 10.0.0.1:5672", "its name");
}

int main(void)
{
	test_overview();
	test_nodes();
	test_partitions();
	test_queues();
	test_odd_queues();
	test_connections();
	return tap_done();
}
