/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Another node's agent, whose every answer is any values at any OIDs: GET, walks and rows. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/client/snmp_private.h"
#include "lib/health/snmprows.h"
#include "lib/mib/agent.h"
#include "lib/mib/service.h"
#include "t/fuzz/fuzz.h"

enum { VALUES_MAX = 4000 };

struct snmp_peer {
	const uint8_t *data;
	size_t size;
};

struct made {
	struct snmp_peer_value values[VALUES_MAX];
	unsigned long oids[VALUES_MAX][SNMP_PEER_OID_MAX + 8];
};

static unsigned take_byte(struct snmp_peer *peer)
{
	if (peer->size == 0)
		return 0;
	peer->size--;
	return *peer->data++;
}

/* Most often what was asked for, and a little further. */
static void make_value(struct snmp_peer *peer, const struct snmp_peer_oid *asked, size_t row,
    bool bulk, struct made *made, size_t i)
{
	struct snmp_peer_value *value = &made->values[i];
	unsigned how = take_byte(peer);

	memcpy(made->oids[i], asked->subids, asked->n * sizeof(asked->subids[0]));
	value->oid = made->oids[i];
	value->n_oid = asked->n;
	if (bulk && how < 0xf0) {
		made->oids[i][value->n_oid < 16 ? 15 : value->n_oid - 1] += row + how % 8;
		value->n_oid = value->n_oid < 16 ? 16 : value->n_oid;
	}
	if (how >= 0xf8) {
		made->oids[i][how % asked->n] = take_byte(peer);
		value->n_oid += how & 7;
	}
	value->type = (enum snmp_peer_type)(take_byte(peer) % (SNMP_PEER_END + 1));
	value->number = (int64_t)((uint64_t)take_byte(peer) << (take_byte(peer) % 64));
	if (value->type == SNMP_PEER_TEXT) {
		value->size = take_byte(peer);
		value->size = value->size < peer->size ? value->size : peer->size;
		value->bytes = value->size ? (const char *)peer->data : NULL;
		peer->data += value->size;
		peer->size -= value->size;
	}
}

int snmp_ask(struct snmp_peer *peer, const struct snmp_question *question, int64_t until_ms,
    struct snmp_answer *ret, struct err *err)
{
	size_t n = question->n * (question->bulk ? question->max_repetitions : 1);
	struct made *made;
	unsigned how = take_byte(peer);

	(void)until_ms;
	if (peer->size == 0)
		return err_set(err, -ETIMEDOUT, "no answer");
	if (!question->bulk && question->n > VALUES_MAX)
		abort();
	made = calloc(1, sizeof(*made));
	if (!made)
		abort();
	ret->pdu = made;
	ret->values = made->values;
	ret->is_too_big = how == 1;
	ret->n = how == 2 ? take_byte(peer) : n < VALUES_MAX ? n : VALUES_MAX;
	ret->size = ret->n * (how + 1);
	for (size_t i = 0; i < ret->n; i++)
		make_value(peer, question->oids[i % question->n], i / question->n,
		    question->bulk, made, i);
	return 0;
}

void snmp_answer_free(struct snmp_answer *answer)
{
	free(answer->pdu);
	*answer = (struct snmp_answer)SNMP_ANSWER_INIT;
}

const char *snmp_peer_host(const struct snmp_peer *peer)
{
	(void)peer;
	return "node";
}

static void check_rows(const struct mib_rows *rows)
{
	const struct mib_service *before = NULL;

	for (size_t i = 0; i < rows->n; i++) {
		const struct mib_service *row = mib_rows_at(rows, i);

		if ((before && before->index[0] >= row->index[0]) ||
		    !memchr(row->name, '\0', sizeof(row->name)) ||
		    !memchr(row->state_text, '\0', sizeof(row->state_text)))
			abort();
		before = row;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct snmp_peer peer = { data, size };
	struct mib_agent agent;
	struct mib_rows rows;
	struct snmprows_want wants[] = {
		{ .table = &mib_agent, .row = &agent },
		{ .table = &mib_service, .rows = &rows },
	};
	struct snmprows_collector collectors[] = { { .name = "node" }, { .name = "services" } };
	struct err err = ERR_INIT;

	if (snmprows_read(&peer, wants, 2, collectors, 2, clock_mono_ms(), &err) == 0)
		check_rows(&rows);
	mib_rows_free(&rows);
	return 0;
}
