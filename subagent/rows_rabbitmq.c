/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The broker that the settings name. A connection lasts for one round, so that its certificate is
 * seen anew, and so is a password that was changed.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/base/pattern.h"
#include "lib/health/rabbitmq_rows.h"
#include "lib/health/secret.h"
#include "subagent/collector.h"

/* Pages of queues in one round: a broker with more than 5,000 is read over several. */
enum { INTERVAL_MS = 30000, SWEEP_PAGES = 10 };

static const struct mib_table *const tables[] = {
	&mib_rabbitmq_node,
	&mib_rabbitmq_queue,
	&mib_rabbitmq,
	NULL,
};
enum { NODES, QUEUES, BROKER };

/* Expressions of the settings, whose texts outlive them. */
struct patterns {
	struct pattern *items;
	size_t n;
};
struct chosen {
	struct patterns queue, ignore;
	struct rabbitmq_sweep sweep;
};

static bool is_wanted(const struct settings *settings)
{
	return settings->rabbitmq_host;
}

/* --- state -------------------------------------------------------------------------------- */

static void patterns_free(struct patterns *patterns)
{
	for (size_t i = 0; i < patterns->n; i++)
		pattern_free(&patterns->items[i]);
	free(patterns->items);
}

static void close_state(void *context)
{
	struct chosen *state = context;

	if (!state)
		return;
	patterns_free(&state->queue);
	patterns_free(&state->ignore);
	rabbitmq_sweep_free(&state->sweep);
	free(state);
}

static int compile(
    const struct conf_texts *texts, const char *key, struct patterns *ret, struct err *err)
{
	int r = 0;

	ret->items = calloc(texts->n + 1, sizeof(*ret->items));
	if (!ret->items)
		return err_set(err, -ENOMEM, "out of memory");
	for (; r == 0 && ret->n < texts->n; ret->n++) {
		r = pattern_compile(texts->items[ret->n], &ret->items[ret->n], err);
		if (r < 0) {
			err_prefix(err, "agentx.%s", key);
			break;
		}
	}
	return r;
}

static int open_state(const struct settings *settings, void **ret, struct err *err)
{
	struct chosen *state = calloc(1, sizeof(*state));
	int r;

	if (!state)
		return err_set(err, -ENOMEM, "out of memory");
	r = compile(&settings->rabbitmq_queue, "rabbitmq_queue", &state->queue, err);
	if (r == 0)
		r = compile(&settings->rabbitmq_ignore, "rabbitmq_ignore", &state->ignore, err);
	if (r < 0) {
		close_state(state);
		return r;
	}
	*ret = state;
	return 0;
}

/* --- a round ------------------------------------------------------------------------------ */

static int ask(const struct collect *given, struct rabbitmq_facts *ret, struct err *err)
{
	const struct settings *settings = given->settings;
	struct chosen *state = given->state;
	CLEANUP_SECRET struct secret secret = SECRET_INIT;
	int r = secret_read(settings->rabbitmq_config, "HAETAE_RABBITMQ", &secret, err);
	const struct http_settings http = {
		.user = secret.user,
		.password = secret.password,
		.ca = settings->rabbitmq_ca,
	};
	const struct rabbitmq_question question = {
		.http = &http,
		.host = settings->rabbitmq_host,
		.tls = settings->rabbitmq_tls,
		.nodes = true,
		.health = { "alarms", "virtual-hosts" },
		.n_health = 2,
		.queues = true,
		.connections = true,
		.sweep = &state->sweep,
		.sweep_pages = SWEEP_PAGES,
		.keep = (size_t)settings->rabbitmq_queues,
		.first = { .queue = state->queue.items,
		    .n_queue = state->queue.n,
		    .ignore = state->ignore.items,
		    .n_ignore = state->ignore.n },
	};

	if (r == 0)
		r = rabbitmq_facts_read(&question, given->until_ms, ret, err);
	/* Its name is the secret's, which ends here; the sentences that need it are written. */
	if (r == 0)
		ret->user = NULL;
	return r;
}

static const struct rabbitmq_part *find_failure(const struct rabbitmq_facts *facts)
{
	const struct rabbitmq_part *parts[] = { &facts->overview_part, &facts->nodes_part,
		&facts->queues_part, &facts->connections_part };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i]->reading == RABBITMQ_FAILED ||
		    parts[i]->reading == RABBITMQ_HIDDEN)
			return parts[i];
	for (size_t i = 0; i < facts->n_health; i++)
		if (facts->health[i].part.reading == RABBITMQ_FAILED)
			return &facts->health[i].part;
	return NULL;
}

static int collect(const struct collect *given, struct mib_rows *rows, struct err *err)
{
	CLEANUP_RABBITMQ_FACTS struct rabbitmq_facts facts = { .n_health = 0 };
	const struct rabbitmq_part *failure;
	struct mibnumber_now now;
	int r = ask(given, &facts, err);

	if (r < 0)
		return r;
	failure = find_failure(&facts);
	if (failure)
		*err = failure->err;
	/* A broker that is silent says nothing about itself: what was known of it ages. */
	if (facts.overview_part.code == -ETIMEDOUT)
		return -ETIMEDOUT;
	now = (struct mibnumber_now){ .mono_ms = clock_mono_ms(), .real_ms = clock_real_ms() };
	r = rabbitmq_rows_put(&facts, given->settings->rabbitmq_host, &now, &rows[NODES],
	    &rows[QUEUES], &rows[BROKER]);
	return r < 0 ? err_set(err, r, "out of memory") : 0;
}

const struct collector collector_rabbitmq = {
	.name = "rabbitmq",
	.interval_ms = INTERVAL_MS,
	.tables = tables,
	.is_wanted = is_wanted,
	.open = open_state,
	.close = close_state,
	.collect = collect,
};
