/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rabbitmq_sweep HOST:PORT PAGES ROUNDS: asks a broker as the subagent does, so many pages of queues each
 * round, and prints of each round what is known of them.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "lib/health/rabbitmq.h"

int main(int argc, char **argv)
{
	const struct http_settings http = { .user = "admin", .password = "admin-password" };
	struct rabbitmq_sweep sweep = { .page = 0 };
	struct rabbitmq_question question = {
		.http = &http,
		.host = argv[1],
		.queues = true,
		.keep = 5,
		.sweep = &sweep,
	};
	uint64_t pages = 0, rounds = 0;

	if (argc != 4 || num_u64(argv[2], &pages, NULL) < 0 ||
	    num_u64(argv[3], &rounds, NULL) < 0)
		return EXIT_FAILURE;
	question.sweep_pages = (unsigned)pages;
	for (uint64_t i = 0; i < rounds; i++) {
		struct rabbitmq_facts facts = { .n_health = 0 };
		struct err err = ERR_INIT;

		if (rabbitmq_facts_read(&question, clock_mono_ms() + 20000, &facts, &err) < 0)
			printf("failed: %s\n", err.text);
		else if (facts.queues_part.reading != RABBITMQ_READ)
			printf("not yet: %s\n", facts.queues_part.err.text);
		else
			printf("%.0f queues, %zu kept, %zu hidden\n", facts.sums.queues,
			    facts.queues.n, facts.n_hidden);
		rabbitmq_facts_free(&facts);
	}
	rabbitmq_sweep_free(&sweep);
	return 0;
}
