/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A round of questions to a broker's management API. */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/health/rabbitmq.h"

struct round {
	const struct rabbitmq_question *question;
	struct rabbitmq *rabbitmq;
	int64_t until_ms;
	struct rabbitmq_facts *facts;
	bool failed; /* nothing more is asked */
};

static void doing(const struct round *round, const char *what)
{
	if (round->question->doing)
		round->question->doing(round->question->context, what);
}

/* --- failures ----------------------------------------------------------------------------- */

static void refused(struct rabbitmq_part *part, const char *what, const char *user)
{
	const struct err why = part->err;

	part->state = STATE_UNKNOWN;
	if (strstr(why.text, "virtual host"))
		(void)err_set(&part->err, 0,
		    "%s: %.300s; grant: rabbitmqctl set_permissions -p VHOST %.60s '^$' '^$' "
		    "'^$'",
		    what, why.text, user ? user : "USER");
	else if (!user)
		(void)err_set(&part->err, 0,
		    "%s: a login is wanted; give --config or HAETAE_RABBITMQ_USER", what);
	else if (strcasecmp(why.text, "login failed") == 0)
		(void)err_set(&part->err, 0, "%s: user '%.60s' or its password is wrong: %s",
		    what, user, why.text);
	else
		(void)err_set(&part->err, 0,
		    "%s: user '%.60s' may not (%.250s); grant: rabbitmqctl set_user_tags %.60s "
		    "monitoring",
		    what, user, why.text, user);
}

/* Who was asked about and does not answer is CRITICAL; who may not be asked is UNKNOWN. */
static void failed(struct round *round, struct rabbitmq_part *part, int code, const char *what)
{
	const struct rabbitmq_question *question = round->question;
	const struct err why = part->err;
	bool ours = code == -EINVAL || code == -ENOMEM || code == -EOVERFLOW;

	round->failed = true;
	part->reading = RABBITMQ_FAILED;
	part->code = code;
	part->state = ours ? STATE_UNKNOWN : STATE_CRITICAL;
	if (code == -EACCES)
		refused(part, what, question->http->user);
	else if (code == -ETIMEDOUT)
		/* The API asks all members. */
		(void)err_set(&part->err, 0,
		    "%s at %.150s: no answer in time (a member that hangs delays it by some "
		    "10 s%s%s)",
		    what, question->host, question->slow_hint ? "; " : "",
		    question->slow_hint ? question->slow_hint : "");
	else if (code == -ECONNREFUSED)
		(void)err_set(&part->err, 0,
		    "%s at %.150s: %.200s; is the plugin rabbitmq_management on?", what,
		    question->host, why.text);
	else
		(void)err_set(
		    &part->err, 0, "%s at %.150s: %.300s", what, question->host, why.text);
}

/* What r says of the part; the sentence of a failure begins with what. */
static void end_part(struct round *round, struct rabbitmq_part *part, int r, const char *what)
{
	if (r < 0)
		failed(round, part, r, what);
	else
		part->reading = RABBITMQ_READ;
}

/* --- the parts ---------------------------------------------------------------------------- */

static void read_overview(struct round *round)
{
	const struct http_answer *answer = rabbitmq_answer(round->rabbitmq);
	struct rabbitmq_facts *facts = round->facts;
	struct rabbitmq_part *part = &facts->overview_part;
	int r;

	doing(round, "asking the management API");
	r = rabbitmq_ask_overview(
	    round->rabbitmq, round->until_ms, &facts->overview, &part->err);
	facts->has_certificate = answer->certificate.known;
	facts->certificate_s = answer->certificate.expires_s;
	facts->api_s = answer->times.total_s;
	end_part(round, part, r, RABBITMQ_API_WORDS);
}

static void read_nodes(struct round *round)
{
	struct rabbitmq_part *part = &round->facts->nodes_part;

	end_part(round, part,
	    rabbitmq_ask_nodes(
		round->rabbitmq, round->until_ms, &round->facts->nodes, &part->err),
	    "list of nodes");
}

static void read_health(struct round *round, const char *name)
{
	struct rabbitmq_health *health = &round->facts->health[round->facts->n_health++];
	char what[80];
	int r;

	*health = (struct rabbitmq_health){ .name = name };
	r = rabbitmq_ask_health(round->rabbitmq, name, round->until_ms, &health->well,
	    health->reason, &health->part.err);
	health->absent = r == -ENOENT;
	(void)snprintf(what, sizeof(what), "health check %.60s", name);
	end_part(round, &health->part, health->absent ? 0 : r, what);
}

/* Counts what a page brought, and keeps of all pages what is to be kept. */
static void take_page(
    const struct rabbitmq_question *question, struct rabbitmq_facts *facts, size_t from)
{
	const struct rabbitmq_filter ignore = { .ignore = question->first.ignore,
		.n_ignore = question->first.n_ignore };
	struct rabbitmq_verdict verdict;

	for (size_t i = from; i < facts->queues.n; i++) {
		const struct rabbitmq_queue *queue = &facts->queues.items[i];

		rabbitmq_sums_add(&facts->sums, queue);
		if (!rabbitmq_filter_takes(&ignore, queue->name))
			facts->sums.down -= rabbitmq_judge_queue(queue, &verdict);
	}
	if (question->keep > 0)
		rabbitmq_facts_keep(facts, question, from);
}

static int read_vhost(struct round *round, const char *vhost, struct err *err)
{
	struct rabbitmq_queues *queues = &round->facts->queues;
	unsigned pages = 1;
	int r = 0;

	for (unsigned page = 1; r == 0 && page <= pages; page++) {
		size_t from = queues->n;

		r = rabbitmq_ask_queues_page(round->rabbitmq, vhost, page,
		    &round->question->filter, round->until_ms, queues, &pages, err);
		take_page(round->question, round->facts, from);
	}
	if (r == -ENOENT && vhost)
		(void)err_set(err, r, "there is no virtual host '%.100s'", vhost);
	return r;
}

/* --- a sweep ------------------------------------------------------------------------------ */

static int compare_names(const void *left, const void *right)
{
	const struct rabbitmq_queue *a = left, *b = right;
	int r = strcmp(a->vhost, b->vhost);

	return r ? r : strcmp(a->name, b->name);
}

/* Queues come and go between two rounds, and one may stand on two pages. */
static void drop_twins(struct rabbitmq_queues *queues)
{
	size_t n = 0;

	if (queues->n > 0)
		qsort(queues->items, queues->n, sizeof(*queues->items), compare_names);
	for (size_t i = 0; i < queues->n; i++) {
		if (n > 0 && compare_names(&queues->items[n - 1], &queues->items[i]) == 0)
			rabbitmq_queue_free(&queues->items[i]);
		else
			queues->items[n++] = queues->items[i];
	}
	queues->n = n;
}

static void end_list(struct rabbitmq_sweep *sweep)
{
	rabbitmq_facts_free(&sweep->whole);
	sweep->whole = sweep->next;
	sweep->next = (struct rabbitmq_facts){ .sums = RABBITMQ_SUMS_INIT };
	sweep->has_whole = true;
	sweep->page = 0;
	drop_twins(&sweep->whole.queues);
}

/* Reads pages until the list ends, they are enough, or half of the time is over. Negative if there was none. */
static int read_pages(struct round *round, struct rabbitmq_sweep *sweep, struct err *err)
{
	int64_t start_ms = clock_mono_ms();
	int64_t half_ms = start_ms + (round->until_ms - start_ms) / 2;
	unsigned pages = sweep->page + 1;
	unsigned n = 0;

	do {
		struct rabbitmq_facts *next = &sweep->next;
		size_t from = next->queues.n;
		int r = rabbitmq_ask_queues_page(round->rabbitmq, NULL, sweep->page + 1,
		    &round->question->filter, round->until_ms, &next->queues, &pages, err);

		take_page(round->question, next, from);
		if (r < 0)
			return n > 0 ? 0 : r;
		n++;
		if (++sweep->page >= pages) {
			end_list(sweep);
			return 0;
		}
	} while (n < round->question->sweep_pages && clock_mono_ms() < half_ms);
	return 0;
}

static void use_whole(struct rabbitmq_facts *facts, const struct rabbitmq_sweep *sweep)
{
	const struct rabbitmq_facts *whole = &sweep->whole;

	facts->queues = whole->queues;
	facts->queues_borrowed = true;
	facts->has_sums = true;
	facts->sums = whole->sums;
	facts->n_hidden = whole->n_hidden;
	facts->n_dropped = whole->n_dropped;
	facts->hidden_messages = whole->hidden_messages;
}

static void sweep_queues(struct round *round)
{
	struct rabbitmq_sweep *sweep = round->question->sweep;
	struct rabbitmq_part *part = &round->facts->queues_part;
	int r;

	if (sweep->page == 0) {
		rabbitmq_facts_free(&sweep->next);
		sweep->next = (struct rabbitmq_facts){ .sums = RABBITMQ_SUMS_INIT };
	}
	r = read_pages(round, sweep, &part->err);
	end_part(round, part, r, "list of queues");
	if (r < 0)
		return;
	part->err = (struct err)ERR_INIT;
	if (sweep->has_whole) {
		use_whole(round->facts, sweep);
		return;
	}
	/* Soon there is a whole list. */
	part->reading = RABBITMQ_FAILED;
	part->state = STATE_UNKNOWN;
	(void)err_set(&part->err, 0, "list of queues: the first %zu of %.0f are read so far",
	    sweep->next.queues.n_seen, round->facts->overview.queues);
}

/* --- queues, connections ------------------------------------------------------------------- */

/* Queues in a virtual host where the user has no rights at all are left out without a word. */
static void hide_queues(struct rabbitmq_facts *facts)
{
	facts->queues_part.reading = RABBITMQ_HIDDEN;
	facts->queues_part.state = STATE_UNKNOWN;
	rabbitmq_hidden_text(facts, &facts->queues_part.err);
}

static void read_queues(struct round *round)
{
	const struct rabbitmq_question *question = round->question;
	struct rabbitmq_facts *facts = round->facts;
	struct rabbitmq_part *part = &facts->queues_part;
	int r = 0;

	doing(round, "reading the queues");
	if (question->n_vhosts == 0)
		r = read_vhost(round, NULL, &part->err);
	for (size_t i = 0; r == 0 && i < question->n_vhosts; i++)
		r = read_vhost(round, question->vhosts[i], &part->err);
	end_part(round, part, r, "list of queues");
	facts->has_sums = r == 0;
}

static void read_connections(struct round *round)
{
	struct rabbitmq_part *part = &round->facts->connections_part;

	end_part(round, part,
	    rabbitmq_ask_connections(
		round->rabbitmq, round->until_ms, &round->facts->connections, &part->err),
	    "list of connections");
}

int rabbitmq_facts_read(const struct rabbitmq_question *question, int64_t until_ms,
    struct rabbitmq_facts *ret, struct err *err)
{
	struct round round = { .question = question, .until_ms = until_ms, .facts = ret };
	int r;

	*ret = (struct rabbitmq_facts){ .sums = RABBITMQ_SUMS_INIT,
		.user = question->http->user ? question->http->user : "" };
	r = rabbitmq_open(question->http, question->host, question->tls, &round.rabbitmq, err);
	if (r < 0)
		return r;
	read_overview(&round);
	if (!round.failed && question->nodes)
		read_nodes(&round);
	for (size_t i = 0; !round.failed && i < question->n_health; i++)
		read_health(&round, question->health[i]);
	if (!round.failed && question->queues && question->sweep)
		sweep_queues(&round);
	else if (!round.failed && question->queues)
		read_queues(&round);
	if (ret->queues_part.reading == RABBITMQ_READ && question->n_vhosts == 0 &&
	    ret->queues.n_seen == 0 && ret->overview.queues > 0)
		hide_queues(ret);
	if (!round.failed && question->connections)
		read_connections(&round);
	rabbitmq_close(round.rabbitmq);
	return 0;
}
