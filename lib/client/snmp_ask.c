/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "lib/base/num.h"
#include "lib/client/snmp_private.h"

/* An answer of this size passes every network in one piece (1,500 less the headers of IPv6 and
 * UDP, and what SNMPv3 adds); one of many pieces is lost with any of them. */
enum { ANSWER_BYTES = 1300, VALUE_BYTES_GUESS = 40, REPETITIONS_MAX = 50, GET_MAX = 60 };

int snmp_peer_oid_add(struct snmp_peer_oid *oid, const char *numbers)
{
	const char *end = numbers + strlen(numbers);

	for (const char *at = numbers;; at++) {
		uint64_t number;

		if (num_scan_u64(&at, end, &number) < 0 || number > UINT32_MAX)
			return -EINVAL;
		if (oid->n == SNMP_PEER_OID_MAX)
			return -ENAMETOOLONG;
		oid->subids[oid->n++] = (unsigned long)number;
		if (at == end)
			return 0;
		if (*at != '.')
			return -EINVAL;
	}
}

static int oid_compare(const unsigned long *a, size_t n_a, const unsigned long *b, size_t n_b)
{
	for (size_t i = 0; i < n_a && i < n_b; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return n_a == n_b ? 0 : n_a < n_b ? -1 : 1;
}

static bool oid_is_below(const struct snmp_peer_oid *root, const struct snmp_peer_value *value)
{
	return value->n_oid > root->n &&
	       memcmp(root->subids, value->oid, root->n * sizeof(root->subids[0])) == 0;
}

/* --- GET -------------------------------------------------------------------------------------- */

static int take_got(const struct snmp_peer *peer, const struct snmp_question *question,
    const struct snmp_answer *answer, size_t first, snmp_peer_fn *take, void *context,
    struct err *err)
{
	if (answer->n != question->n)
		return err_set(err, -EBADMSG, "%s answered %zu values to a question for %zu",
		    snmp_peer_host(peer), answer->n, question->n);
	for (size_t i = 0; i < answer->n; i++) {
		const struct snmp_peer_value *value = &answer->values[i];
		const struct snmp_peer_oid *oid = question->oids[i];
		int r;

		if (oid_compare(oid->subids, oid->n, value->oid, value->n_oid) != 0)
			return err_set(err, -EBADMSG,
			    "%s answered another object than it was asked for",
			    snmp_peer_host(peer));
		r = take(context, first + i, value, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int snmp_peer_get(struct snmp_peer *peer, const struct snmp_peer_oid *oids, size_t n,
    int64_t until_ms, snmp_peer_fn *take, void *context, struct err *err)
{
	size_t width = GET_MAX;

	for (size_t at = 0; at < n;) {
		const struct snmp_peer_oid *asked[GET_MAX];
		struct snmp_question question = { .oids = asked };
		struct snmp_answer answer = SNMP_ANSWER_INIT;
		int r;

		while (question.n < width && at + question.n < n) {
			asked[question.n] = &oids[at + question.n];
			question.n++;
		}
		r = snmp_ask(peer, &question, until_ms, &answer, err);
		if (r == 0 && answer.is_too_big && question.n > 1)
			width = question.n / 2;
		else if (r == 0 && answer.is_too_big)
			r = err_set(err, -EIO, "%s cannot fit one value into an answer",
			    snmp_peer_host(peer));
		else if (r == 0) {
			r = take_got(peer, &question, &answer, at, take, context, err);
			at += question.n;
		}
		snmp_answer_free(&answer);
		if (r < 0)
			return r;
	}
	return 0;
}

/* --- walk ------------------------------------------------------------------------------------- */

struct column {
	const struct snmp_peer_oid *root;
	struct snmp_peer_oid last; /* what came last, or the root */
	bool has_ended;
};

struct walk {
	struct snmp_peer *peer;
	struct column columns[SNMP_PEER_WALKS_MAX];
	size_t n;
	size_t width;	      /* columns of one question at most */
	unsigned repetitions; /* of the next question */
	size_t values_left;
	snmp_peer_fn *take;
	void *context;
};

static unsigned repetitions_for(size_t bytes_per_row)
{
	size_t rows = ANSWER_BYTES / (bytes_per_row > 0 ? bytes_per_row : 1);

	return rows < 1 ? 1 : rows > REPETITIONS_MAX ? REPETITIONS_MAX : (unsigned)rows;
}

static int walk_value(
    struct walk *walk, size_t place, const struct snmp_peer_value *value, struct err *err)
{
	struct column *column = &walk->columns[place];

	if (value->type == (enum snmp_peer_type)SNMP_PEER_END ||
	    !oid_is_below(column->root, value)) {
		column->has_ended = true;
		return 0;
	}
	if (value->n_oid > SNMP_PEER_OID_MAX ||
	    oid_compare(column->last.subids, column->last.n, value->oid, value->n_oid) >= 0)
		return err_set(err, -EBADMSG, "%s does not go forward in a walk",
		    snmp_peer_host(walk->peer));
	if (walk->values_left-- == 0)
		return err_set(err, -EBADMSG, "%s does not come to an end of a walk",
		    snmp_peer_host(walk->peer));
	memcpy(column->last.subids, value->oid, value->n_oid * sizeof(value->oid[0]));
	column->last.n = value->n_oid;
	return walk->take(walk->context, place, value, err);
}

/* The places of the columns that are asked next. */
static size_t choose(const struct walk *walk, size_t places[SNMP_PEER_WALKS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < walk->n && n < walk->width; i++)
		if (!walk->columns[i].has_ended)
			places[n++] = i;
	return n;
}

static int take_walked(struct walk *walk, const size_t *places, size_t n_places,
    const struct snmp_answer *answer, struct err *err)
{
	if (answer->n == 0 || answer->n > n_places * walk->repetitions)
		return err_set(err, -EBADMSG, "%s answered %zu values to a question for %zu",
		    snmp_peer_host(walk->peer), answer->n, n_places * walk->repetitions);
	for (size_t i = 0; i < answer->n; i++) {
		size_t place = places[i % n_places];
		int r = walk->columns[place].has_ended
			    ? 0
			    : walk_value(walk, place, &answer->values[i], err);

		if (r < 0)
			return r;
	}
	walk->repetitions = repetitions_for(answer->size / answer->n * n_places);
	return 0;
}

/* A smaller question than the one that was too big: -EIO if there is none. */
static int ask_less(struct walk *walk, size_t n_places, struct err *err)
{
	if (walk->repetitions > 1)
		walk->repetitions /= 2;
	else if (n_places > 1)
		walk->width = n_places / 2;
	else
		return err_set(err, -EIO, "%s cannot fit one value into an answer",
		    snmp_peer_host(walk->peer));
	return 0;
}

static int walk_step(
    struct walk *walk, const size_t *places, size_t n_places, int64_t until_ms, struct err *err)
{
	const struct snmp_peer_oid *asked[SNMP_PEER_WALKS_MAX];
	const struct snmp_question question = {
		.bulk = true,
		.max_repetitions = walk->repetitions,
		.oids = asked,
		.n = n_places,
	};
	struct snmp_answer answer = SNMP_ANSWER_INIT;
	int r;

	for (size_t i = 0; i < n_places; i++)
		asked[i] = &walk->columns[places[i]].last;
	r = snmp_ask(walk->peer, &question, until_ms, &answer, err);
	if (r == 0)
		r = answer.is_too_big ? ask_less(walk, n_places, err)
				      : take_walked(walk, places, n_places, &answer, err);
	snmp_answer_free(&answer);
	return r;
}

int snmp_peer_walk(struct snmp_peer *peer, const struct snmp_peer_oid *columns, size_t n,
    size_t max_values, int64_t until_ms, snmp_peer_fn *take, void *context, struct err *err)
{
	struct walk walk = {
		.peer = peer,
		.n = n,
		.width = n,
		.repetitions = repetitions_for(n * VALUE_BYTES_GUESS),
		.values_left = max_values,
		.take = take,
		.context = context,
	};
	size_t places[SNMP_PEER_WALKS_MAX], n_places;

	if (n > SNMP_PEER_WALKS_MAX)
		return err_set(err, -EINVAL, "cannot walk %zu columns at once", n);
	for (size_t i = 0; i < n; i++) {
		walk.columns[i].root = &columns[i];
		walk.columns[i].last = columns[i];
	}
	while ((n_places = choose(&walk, places)) > 0) {
		int r = walk_step(&walk, places, n_places, until_ms, err);

		if (r < 0)
			return r;
	}
	return 0;
}
