/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/health/service_net.h"

/* Retransmissions without an answer, of a connection that stands still: some 3 s at the least. */
enum { STALLED_TRIES = 4 };

struct links {
	size_t live, stalled, trying, unproved;
	bool is_blind; /* what is asked for is not told here */
	unsigned proofs;
};

static void count_link(const struct service_net *net, const struct service_place *place,
    const struct sock *sock, struct links *links)
{
	struct sockowner_answer answer = sockowner_ask(&net->owners, &place->set, sock);

	if (answer.is == SOCKOWNER_NO)
		return;
	if (answer.is == SOCKOWNER_UNKNOWN) {
		links->unproved += sock_is_live(sock, STALLED_TRIES);
		return;
	}
	links->proofs |= 1U << answer.proof;
	if (sock_is_stalled(sock, STALLED_TRIES))
		links->stalled++;
	else if (sock_is_live(sock, STALLED_TRIES))
		links->live++;
	else
		links->trying += sock->state == SOCK_SYN_SENT;
}

static void find_links(const struct service_net *net, const struct service_place *place,
    const struct service_depend *depend, struct links *links)
{
	const struct sock_table *table = &net->tables[place->netns];
	struct sock_span span = sock_connections(table, depend->port);

	for (size_t i = 0; i < span.n; i++) {
		const struct sock *sock = &table->socks[span.items[i]];

		if (sock->proto == SOCK_TCP &&
		    service_address_fits(&depend->address, &sock->remote))
			count_link(net, place, sock, links);
	}
}

/* Only sock_diag tells the other end of a unix socket. */
static void find_unix_links(const struct service_net *net, const struct service_place *place,
    const struct service_depend *depend, struct links *links)
{
	const struct sock_table *table = &net->tables[place->netns];

	if (table->source[SOCK_UNIX] != SOCK_FROM_DIAG) {
		links->is_blind = true;
		return;
	}
	for (size_t i = 0; i < table->n_socks; i++) {
		const struct sock *sock = &table->socks[i];
		size_t size;
		const char *name;

		if (sock->proto != SOCK_UNIX || sock->peer == 0)
			continue;
		name = sock_peer_name(table, sock, &size);
		if (service_name_fits(name, size, depend->path))
			count_link(net, place, sock, links);
	}
}

/* The range that the number alerts by, or NULL. */
static const struct range *find_wrong(
    const struct range *crit, const struct range *warn, double value, enum state *ret_state)
{
	*ret_state = STATE_CRITICAL;
	if (crit && range_alerts(crit, value))
		return crit;
	*ret_state = STATE_WARNING;
	return warn && range_alerts(warn, value) ? warn : NULL;
}

/* Those whose owner is not known may be the ones that are missing. */
static bool may_be_right(const struct links *links, const struct range *range)
{
	double live = (double)links->live, more = live + (double)links->unproved;

	return links->is_blind ||
	       (links->unproved > 0 && live < range->start && more >= range->start);
}

static void tell_few(struct service_row *row, enum state state, const char *target,
    const struct links *links, const struct range *range)
{
	struct buf wanted = BUF_INIT_MAX(256);

	range_format(range, true, &wanted);
	if (links->live > 0)
		service_problem(row, state, "%zu of %s connections to %s", links->live,
		    buf_text(&wanted), target);
	else if (links->stalled + links->trying > 0)
		service_problem(row, state,
		    "no live connection to %s (%zu stalled, %zu trying)", target,
		    links->stalled, links->trying);
	else
		service_problem(row, state, "no connection to %s", target);
	buf_free(&wanted);
}

static void judge_established(struct service_row *row, const struct service_depend *depend,
    const char *target, const struct links *links)
{
	enum state state;
	const struct range *wrong = find_wrong(&depend->established,
	    depend->has_warn_established ? &depend->warn_established : NULL,
	    (double)links->live, &state);

	if (!wrong)
		return;
	if (may_be_right(links, wrong)) {
		service_note(row,
		    links->is_blind ? "only a running node's kernel tells whether it is "
				      "connected to %s"
				    : "whether it is connected to %s cannot be told: run as "
				      "root or grant CAP_SYS_PTRACE",
		    target);
		row->proofs |= 1U << SOCKOWNER_NOT_PROVABLE;
	} else if (links->live > 0 || !depend->optional) {
		tell_few(row, state, target, links, wrong);
	}
}

static void judge_depend(
    struct service_row *row, const struct service_depend *depend, const struct links *links)
{
	char target[SERVICE_SOCKET_TEXT_SIZE];
	enum state state;

	service_depend_text(depend, target);
	judge_established(row, depend, target, links);
	if (find_wrong(depend->has_stalled ? &depend->stalled : NULL,
		depend->has_warn_stalled ? &depend->warn_stalled : NULL, (double)links->stalled,
		&state))
		service_problem(row, state, "%zu stalled connection%s to %s", links->stalled,
		    links->stalled == 1 ? "" : "s", target);
}

/* Of the service as a whole: which of its processes is connected is its own business. */
void service_link_check(struct service_net *net, struct service_row *row,
    const struct service_places *places, const struct service_depend *depend)
{
	struct links links = { 0 };
	bool read = false;

	for (size_t i = 0; i < places->n; i++) {
		const struct service_place *place = &places->items[i];

		if (net->codes[place->netns] < 0)
			continue;
		read = true;
		if (depend->proto == SERVICE_UNIX)
			find_unix_links(net, place, depend, &links);
		else
			find_links(net, place, depend, &links);
	}
	if (!read)
		return;
	judge_depend(row, depend, &links);
	row->proofs |= links.proofs;
	row->n_live += links.live;
	row->n_stalled += links.stalled;
	row->links_unproved |= links.is_blind || links.unproved > 0;
	if (links.live + links.stalled == 0)
		return;
	(void)buf_addf(&row->sockets, "%s%.30s %zu",
	    row->sockets.size ? (row->has_links ? ", " : "; ") : "", depend->kind, links.live);
	row->has_links = true;
	if (links.stalled)
		(void)buf_addf(&row->sockets, " and %zu stalled", links.stalled);
}
