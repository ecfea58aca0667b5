/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same bytes as each answer of the management API, and as JSON in pieces. */
#include "config.h"

#include <errno.h>
#include <math.h>

#include "lib/client/json.h"
#include "lib/client/rabbitmq.h"
#include "t/fuzz/fuzz.h"

static void check_queues(const char *text, size_t size)
{
	CLEANUP_RABBITMQ_QUEUES struct rabbitmq_queues queues = { .n = 0 };
	const struct rabbitmq_filter all = { 0 };
	struct err err = ERR_INIT;
	unsigned pages = 1;
	int r = rabbitmq_parse_queues(text, size, &all, &queues, &pages, &err);

	fuzz_promise(r == 0 || err.text[0]);
	fuzz_promise(pages >= 1 && pages <= RABBITMQ_QUEUES_MAX);
	fuzz_promise(queues.n <= queues.n_seen);
	for (size_t i = 0; i < queues.n; i++) {
		fuzz_promise(queues.items[i].name && queues.items[i].vhost);
		(void)rabbitmq_queue_is_up(&queues.items[i]);
		(void)rabbitmq_queue_is_minority(&queues.items[i]);
	}
}

static void check_nodes(const char *text, size_t size)
{
	CLEANUP_RABBITMQ_NODES struct rabbitmq_nodes nodes = { .n = 0 };
	struct err err = ERR_INIT;
	int r = rabbitmq_parse_nodes(text, size, &nodes, &err);

	fuzz_promise(r < 0 ? err.text[0] && nodes.n == 0 : nodes.n > 0);
	for (size_t i = 0; i < nodes.n; i++)
		fuzz_promise(memchr(nodes.items[i].name, '\0', RABBITMQ_NAME_SIZE));
}

static void check_rest(const char *text, size_t size)
{
	struct rabbitmq_connections connections = { .n = 0 };
	struct rabbitmq_overview overview;
	char reason[RABBITMQ_NAME_SIZE];
	struct err err = ERR_INIT;
	unsigned pages = 1;

	fuzz_promise(rabbitmq_parse_overview(text, size, &overview, &err) == 0 || err.text[0]);
	(void)!rabbitmq_parse_connections(text, size, &connections, &pages, &err);
	fuzz_promise(connections.n_blocked <= connections.n);
	rabbitmq_parse_reason(text, size, reason);
	fuzz_promise(memchr(reason, '\0', sizeof(reason)));
}

/* What comes in two pieces ends where what comes at once does. */
static void check_pieces(const char *text, size_t size)
{
	struct json_scan whole = JSON_SCAN_INIT, pieces = JSON_SCAN_INIT;
	struct json *first = NULL, *second = NULL;
	size_t first_size = 0, second_size = 0;
	int r = json_parse_next(&whole, text, size, &first, &first_size, NULL), again;

	again = json_parse_next(&pieces, text, size / 2, &second, &second_size, NULL);
	if (again == -EAGAIN)
		again = json_parse_next(&pieces, text, size, &second, &second_size, NULL);
	fuzz_promise(r == again && first_size == second_size);
	fuzz_promise((r == 0) == (first != NULL) && first_size <= size);
	json_free(first);
	json_free(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;

	check_queues(text, size);
	check_nodes(text, size);
	check_rest(text, size);
	check_pieces(text, size);
	return 0;
}
