/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A broker's facts, made rows of HAETAE-MIB, sent through every cell, and made facts again: what
 * is judged elsewhere is what was read here. And which queues are kept of many.
 */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/fsroot.h"
#include "lib/health/rabbitmq_rows.h"
#include "t/tap.h"

static const struct mibnumber_now now = { .mono_ms = 5000000, .real_ms = 1700001000000 };
static const struct rabbitmq_filter all = { 0 };

static void load(const char *name, struct buf *ret)
{
	const char *srcdir = getenv("srcdir") ? getenv("srcdir") : ".";
	CLEANUP_BUF struct buf path = BUF_INIT;
	struct fsroot root = FSROOT_LIVE;
	struct err err = ERR_INIT;

	buf_reset(ret);
	buf_addf(&path, "%s/t/data/rabbitmq-4/%s", srcdir, name);
	if (fsroot_read(&root, buf_text(&path), ret, &err) < 0)
		printf("Bail out! %s\n", err.text);
}

/* The answers of a broker of 4.x, as a round would have read them. */
static void read_mock(struct rabbitmq_facts *ret)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	unsigned pages = 0;
	int r;

	*ret = (struct rabbitmq_facts){
		.sums = RABBITMQ_SUMS_INIT, .api_s = 0.003, .has_sums = true, .n_health = 2
	};
	load("overview.json", &text);
	r = rabbitmq_parse_overview(buf_text(&text), text.size, &ret->overview, NULL);
	load("nodes.json", &text);
	r += rabbitmq_parse_nodes(buf_text(&text), text.size, &ret->nodes, NULL);
	load("queues.page1.json", &text);
	r +=
	    rabbitmq_parse_queues(buf_text(&text), text.size, &all, &ret->queues, &pages, NULL);
	load("queues.page2.json", &text);
	r +=
	    rabbitmq_parse_queues(buf_text(&text), text.size, &all, &ret->queues, &pages, NULL);
	load("connections.json", &text);
	r += rabbitmq_parse_connections(
	    buf_text(&text), text.size, &ret->connections, &pages, NULL);
	is_num(r, 0, "the mock is read");
	for (size_t i = 0; i < ret->queues.n; i++)
		rabbitmq_sums_add(&ret->sums, &ret->queues.items[i]);
	ret->overview_part.reading = ret->nodes_part.reading = RABBITMQ_READ;
	ret->queues_part.reading = ret->connections_part.reading = RABBITMQ_READ;
	ret->health[0] = (struct rabbitmq_health){
		.name = "alarms", .part.reading = RABBITMQ_READ, .reason = "an alarm"
	};
	ret->health[1] = (struct rabbitmq_health){
		.name = "virtual-hosts", .part.reading = RABBITMQ_READ, .absent = true
	};
}

/* --- through the cells ------------------------------------------------------------------------ */

static void send_row(const struct mib_table *table, const void *from, void *to)
{
	int bad = 0;

	for (size_t i = 0; i < table->n_columns; i++) {
		const struct mib_column *column = &table->columns[i];
		struct mib_cell cell;

		if (mib_cell(table, column, from, now.mono_ms, &cell))
			bad += mib_put(table, column, &cell, now.mono_ms, to) < 0;
		else if (column->syntax != MIB_TEXT)
			*(int64_t *)((char *)to + column->offset) = MIB_NONE;
	}
	if (bad)
		ok(false, "%s: each cell is taken", table->name);
}

static void send_rows(const struct mib_rows *from, struct mib_rows *to)
{
	mib_rows_init(from->table, 0, to);
	for (size_t i = 0; i < from->n; i++) {
		const void *row = mib_rows_at(from, i);
		void *copy = mib_rows_add_indexed(to);

		memcpy(copy, row, from->table->n_index * sizeof(uint32_t));
		send_row(from->table, row, copy);
	}
	is_num(mib_rows_finish(to), 0, "they arrive");
}

struct sent {
	struct mib_rows nodes, queues, broker;
	struct mib_rabbitmq broker_row;
};

static void send(const struct rabbitmq_facts *facts, struct sent *ret)
{
	struct mib_rows rows[3];

	mib_rows_init(&mib_rabbitmq_node, 0, &rows[0]);
	mib_rows_init(&mib_rabbitmq_queue, 0, &rows[1]);
	mib_rows_init(&mib_rabbitmq, 0, &rows[2]);
	is_num(rabbitmq_rows_put(facts, "[::1]:15672", &now, &rows[0], &rows[1], &rows[2]), 0,
	    "facts become rows");
	for (size_t i = 0; i < 3; i++)
		is_num(mib_rows_finish(&rows[i]), 0, "which are finished");
	is_num(rows[2].n, 1, "one row of scalars");
	send_rows(&rows[0], &ret->nodes);
	send_rows(&rows[1], &ret->queues);
	memset(&ret->broker_row, 0, sizeof(ret->broker_row));
	send_row(&mib_rabbitmq, mib_rows_at(&rows[2], 0), &ret->broker_row);
	for (size_t i = 0; i < 3; i++)
		mib_rows_free(&rows[i]);
}

static void back(const struct rabbitmq_facts *facts, struct rabbitmq_facts *ret)
{
	struct sent sent;

	send(facts, &sent);
	is_num(rabbitmq_rows_take(&sent.broker_row, &sent.nodes, &sent.queues, &now, ret), 0,
	    "and back");
	mib_rows_free(&sent.nodes);
	mib_rows_free(&sent.queues);
}

/* --- there and back --------------------------------------------------------------------------- */

static void same(double got, double want, double by, const char *name)
{
	ok((isnan(got) && isnan(want)) || fabs(got - want) <= by, "%s: %f, was %f", name, got,
	    want);
}

static void compare_nodes(const struct rabbitmq_facts *got, const struct rabbitmq_facts *want)
{
	is_num(got->nodes.n, want->nodes.n, "as many members");
	for (size_t i = 0; i < got->nodes.n; i++) {
		const struct rabbitmq_node *a = &got->nodes.items[i];
		const struct rabbitmq_node *b = rabbitmq_node_find(&want->nodes, a->name);
		struct rabbitmq_verdict said, meant;

		if (!ok(b, "%s is one of them", a->name))
			continue;
		same(a->memory_used, b->memory_used, 512, "memory");
		same(a->memory_limit, b->memory_limit, 512, "its limit");
		same(a->disk_free, b->disk_free, 1 << 19, "disk");
		same(a->descriptors_used, b->descriptors_used, 0, "descriptors");
		same(a->processes, b->processes, 0, "limit of processes");
		same(a->uptime_s, b->uptime_s, 1, "uptime");
		is_num(a->n_partitions, b->n_partitions, "partitions");
		ok(a->running == b->running && a->silent == b->silent &&
			a->drained == b->drained,
		    "flags");
		rabbitmq_node_verdict(a, &said);
		rabbitmq_node_verdict(b, &meant);
		is_num(said.state, meant.state, "the same verdict");
		is_str(said.text, meant.text, "in the same words");
	}
}

static void compare_queues(const struct rabbitmq_facts *got, const struct rabbitmq_facts *want)
{
	size_t found = 0;

	is_num(got->queues.n, want->queues.n, "as many queues");
	for (size_t i = 0; i < got->queues.n; i++)
		for (size_t k = 0; k < want->queues.n; k++) {
			const struct rabbitmq_queue *a = &got->queues.items[i],
						    *b = &want->queues.items[k];

			if (strcmp(a->name, b->name) != 0 || strcmp(a->vhost, b->vhost) != 0)
				continue;
			found++;
			same(a->messages, b->messages, 0, a->name);
			same(a->consumers, b->consumers, 0, "consumers");
			same(a->head_s, b->head_s, 1, "head");
			is_num(a->members, b->members, "members");
			is_str(a->state, b->state, "state");
			is_str(a->type, b->type, "type");
		}
	is_num(found, want->queues.n, "all of them");
}

static void test_back(void)
{
	struct rabbitmq_facts facts, got;
	struct rabbitmq_verdict said, meant;

	read_mock(&facts);
	back(&facts, &got);
	compare_nodes(&got, &facts);
	compare_queues(&got, &facts);
	is_str(got.overview.version, facts.overview.version, "the release");
	is_str(got.overview.node, facts.overview.node, "who answers");
	same(got.api_s, 0.003, 1e-6, "time of the API");
	same(got.overview.publish_rate, 12.5, 0.005, "a rate");
	ok(isnan(got.overview.redeliver_rate), "a rate that is not told");
	ok(!got.has_certificate, "no certificate");
	same(got.sums.ready, facts.sums.ready, 0, "sums");
	same(got.sums.head_s, facts.sums.head_s, 1, "the oldest message");
	is_num(got.queues.n_seen, 4, "how many were seen");
	is_num(got.connections.n_blocked, 1, "connections that are blocked");
	is_str(got.connections.blocked, facts.connections.blocked, "one of them");
	ok(!got.health[0].well && !got.health[0].absent, "a health check that failed");
	is_str(got.health[0].reason, "an alarm", "its reason");
	ok(got.health[1].absent, "one that is not there");
	rabbitmq_verdict(&facts, &meant);
	rabbitmq_verdict(&got, &said);
	is_num(said.state, STATE_CRITICAL, "the verdict on all");
	is_str(said.text, meant.text, "in the same words");
	rabbitmq_facts_free(&facts);
	rabbitmq_facts_free(&got);
}

static void test_failed(void)
{
	struct rabbitmq_facts facts = { .sums = RABBITMQ_SUMS_INIT }, got;
	struct rabbitmq_verdict verdict;

	facts.overview_part.reading = RABBITMQ_FAILED;
	facts.overview_part.state = STATE_CRITICAL;
	(void)err_set(&facts.overview_part.err, 0, "management API at x: refused");
	back(&facts, &got);
	is_num(got.overview_part.reading, RABBITMQ_FAILED, "an API that fails");
	is_num(got.overview_part.state, STATE_CRITICAL, "as bad");
	is_str(got.overview_part.err.text, "management API at x: refused", "in the same words");
	is_num(got.nodes_part.reading, RABBITMQ_NOT_ASKED, "nothing more was asked");
	is_num(got.queues_part.reading, RABBITMQ_NOT_ASKED, "no queues");
	rabbitmq_verdict(&facts, &verdict);
	is_num(verdict.state, STATE_CRITICAL, "the verdict");
	rabbitmq_facts_free(&got);

	read_mock(&facts);
	facts.queues_part.reading = RABBITMQ_HIDDEN;
	facts.queues_part.state = STATE_UNKNOWN;
	facts.sums = (struct rabbitmq_sums)RABBITMQ_SUMS_INIT;
	rabbitmq_hidden_text(&facts, &facts.queues_part.err);
	rabbitmq_queues_free(&facts.queues);
	back(&facts, &got);
	is_num(got.queues_part.reading, RABBITMQ_HIDDEN, "queues that nobody shows us");
	ok(strstr(got.queues_part.err.text, "sees none of"), "are told of");
	is_num(got.connections_part.reading, RABBITMQ_READ, "and the rest is there");
	rabbitmq_facts_free(&facts);
	rabbitmq_facts_free(&got);
}

/* Rows of anybody's making. */
static void test_hostile(void)
{
	struct mib_rows nodes, queues;
	struct mib_rabbitmq broker;
	struct mib_rabbitmq_node *node;
	struct mib_rabbitmq_queue *queue;
	struct rabbitmq_facts got;
	struct rabbitmq_verdict verdict;

	mib_rows_init(&mib_rabbitmq_node, 0, &nodes);
	mib_rows_init(&mib_rabbitmq_queue, 0, &queues);
	memset(&broker, 0, sizeof(broker));
	broker.failed_part = -1;
	broker.queues_hidden = broker.queues_hidden_messages = INT64_MIN;
	broker.certificate = INT64_MAX;
	broker.head_age = INT64_MAX;
	node = mib_rows_add_indexed(&nodes);
	node->partitions = INT64_MAX;
	memset(node->partitions_text, ' ', sizeof(node->partitions_text) - 1);
	node->uptime = INT64_MAX;
	node->memory_used = INT64_MAX;
	queue = mib_rows_add_indexed(&queues);
	memset(queue->status, 'x', sizeof(queue->status) - 1);
	queue->members = INT64_MAX;
	queue->online = -1;
	queue->head_age = INT64_MIN + 1;
	is_num(rabbitmq_rows_take(&broker, &nodes, &queues, &now, &got), 0, "absurd rows");
	rabbitmq_verdict(&got, &verdict);
	ok(*verdict.text, "are judged");
	rabbitmq_facts_free(&got);
	mib_rows_free(&nodes);
	mib_rows_free(&queues);
}

/* --- who is kept ------------------------------------------------------------------------------ */

enum { MANY = 3000, PAGE = 500, KEEP = 100 };

static void add_queue(struct rabbitmq_facts *facts, size_t i)
{
	struct rabbitmq_queue *queue = &facts->queues.items[facts->queues.n++];
	char name[40];

	(void)snprintf(name, sizeof(name), "%s%zu", i % 100 == 7 ? "reply_" : "queue_", i);
	*queue = (struct rabbitmq_queue){
		.vhost = strdup("/"),
		.name = strdup(name),
		/* In no order. */
		.messages = (double)(i * 1237 % MANY),
		.ready = 1,
		.consumers = 1,
		.head_s = NAN,
	};
	(void)snprintf(
	    queue->state, sizeof(queue->state), "%s", i == 2345 ? "crashed" : "running");
	rabbitmq_sums_add(&facts->sums, queue);
}

static bool has(const struct rabbitmq_facts *facts, const char *name)
{
	for (size_t i = 0; i < facts->queues.n; i++)
		if (strcmp(facts->queues.items[i].name, name) == 0)
			return true;
	return false;
}

static void test_keep(void)
{
	struct pattern first, ignore;
	struct rabbitmq_question question = { .keep = KEEP };
	struct rabbitmq_facts facts = { .sums = RABBITMQ_SUMS_INIT }, got;
	const char *const vhosts[] = { "/" };
	double least = INFINITY;

	is_num(pattern_compile("^queue_1[0-9]$", &first, NULL), 0, "who is wanted");
	is_num(pattern_compile("^reply_", &ignore, NULL), 0, "who is not");
	question.first = (struct rabbitmq_filter){
		.queue = &first, .n_queue = 1, .ignore = &ignore, .n_ignore = 1
	};
	facts.has_sums = true;
	facts.queues_part.reading = RABBITMQ_READ;
	facts.queues.items = calloc(KEEP + PAGE, sizeof(*facts.queues.items));
	for (size_t page = 0; page < MANY / PAGE; page++) {
		size_t from = facts.queues.n;

		for (size_t i = 0; i < PAGE; i++)
			add_queue(&facts, page * PAGE + i);
		rabbitmq_facts_keep(&facts, &question, from);
	}
	is_num(facts.queues.n, KEEP, "as many as may be are kept");
	is_num(facts.n_hidden, MANY - KEEP, "the others are counted");
	is_num(facts.n_dropped, MANY - KEEP - MANY / 100, "and those that nobody ignores");
	is_num(facts.sums.queues, MANY, "all are in the sums");
	is_num(facts.sums.ready, MANY, "also what waits in them");
	ok(has(&facts, "queue_10") && has(&facts, "queue_19"),
	    "those that are wanted are there");
	is_str(facts.queues.items[10].name, "queue_2345", "then what is not well");
	for (size_t i = 11; i < facts.queues.n; i++)
		least = fmin(least, facts.queues.items[i].messages);
	is_num(facts.queues.items[11].messages, MANY - 1, "then the deepest");
	ok(least >= MANY - KEEP - MANY / 100, "and none that is less deep: %f", least);
	ok(facts.hidden_messages >= least - 1, "how deep the others are: %f",
	    facts.hidden_messages);
	ok(!has(&facts, "reply_107"), "what is ignored is not there");

	back(&facts, &got);
	is_num(got.n_hidden, MANY - KEEP, "it is told how many are hidden");
	is_num(got.hidden_messages, facts.hidden_messages, "and how deep they are");
	rabbitmq_facts_choose(&got, vhosts, 0, &all);
	ok(got.has_sums, "without a choice the sums are known");
	is_num(got.sums.queues, MANY, "over all");
	question.first.n_ignore = 0;
	rabbitmq_facts_choose(&got, vhosts, 1, &question.first);
	ok(!got.has_sums, "with one they are not");
	is_num(got.queues.n, 10, "but those that are there are there");
	rabbitmq_facts_free(&got);
	rabbitmq_facts_free(&facts);
	pattern_free(&first);
	pattern_free(&ignore);
}

int main(void)
{
	test_back();
	test_failed();
	test_hostile();
	test_keep();
	return tap_done();
}
