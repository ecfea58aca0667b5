/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/health/service_net.h"

/* Retransmissions without an answer, of a connection that stands still: some 3 s at the least. */
enum { STALLED_TRIES = 4 };

static void count_link(const struct service_net *net, const struct service_place *place,
    const struct sock *sock, struct service_link *link)
{
	struct sockowner_answer answer = sockowner_ask(&net->owners, &place->set, sock);

	if (answer.is == SOCKOWNER_NO)
		return;
	if (answer.is == SOCKOWNER_UNKNOWN) {
		link->n_unproved += sock_is_live(sock, STALLED_TRIES);
		return;
	}
	link->proofs |= 1U << answer.proof;
	if (sock_is_stalled(sock, STALLED_TRIES))
		link->n_stalled++;
	else if (sock_is_live(sock, STALLED_TRIES))
		link->n_live++;
	else
		link->n_trying += sock->state == SOCK_SYN_SENT;
}

static void find_links(
    const struct service_net *net, const struct service_place *place, struct service_link *link)
{
	const struct sock_table *table = &net->tables[place->netns];
	struct sock_span span = sock_connections(table, link->depend->port);

	for (size_t i = 0; i < span.n; i++) {
		const struct sock *sock = &table->socks[span.items[i]];

		if (sock->proto == SOCK_TCP &&
		    service_address_fits(&link->depend->address, &sock->remote))
			count_link(net, place, sock, link);
	}
}

/* Only sock_diag tells the other end of a unix socket. */
static void find_unix_links(
    const struct service_net *net, const struct service_place *place, struct service_link *link)
{
	const struct sock_table *table = &net->tables[place->netns];

	if (table->source[SOCK_UNIX] != SOCK_FROM_DIAG) {
		link->is_blind = true;
		return;
	}
	for (size_t i = 0; i < table->n_socks; i++) {
		const struct sock *sock = &table->socks[i];
		size_t size;
		const char *name;

		if (sock->proto != SOCK_UNIX || sock->peer == 0)
			continue;
		name = sock_peer_name(table, sock, &size);
		if (service_name_fits(name, size, link->depend->path))
			count_link(net, place, sock, link);
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
static bool may_be_right(const struct service_link *link, const struct range *range)
{
	double live = (double)link->n_live, more = live + (double)link->n_unproved;

	return link->is_blind ||
	       (link->n_unproved > 0 && live < range->start && more >= range->start);
}

/* Keeps the first words, and the worst state. */
static void tell(struct service_link *link, enum state state, const char *text)
{
	link->state = state_worst(link->state, state);
	if (!link->text)
		link->text = text;
}

static const char *tell_few(struct service_row *row, enum state state, const char *target,
    const struct service_link *link, const struct range *range)
{
	CLEANUP_BUF struct buf wanted = BUF_INIT_MAX(256);

	range_format(range, true, &wanted);
	if (link->n_live > 0)
		return service_problem(row, SERVICE_FROM_OTHERS, state,
		    "%zu of %s connections to %s", link->n_live, buf_text(&wanted), target);
	if (link->n_stalled + link->n_trying > 0)
		return service_problem(row, SERVICE_FROM_OTHERS, state,
		    "no live connection to %s (%zu stalled, %zu trying)", target,
		    link->n_stalled, link->n_trying);
	return service_problem(row, SERVICE_FROM_OTHERS, state, "no connection to %s", target);
}

static void judge_established(
    struct service_row *row, const char *target, struct service_link *link)
{
	const struct service_depend *depend = link->depend;
	enum state state;
	const struct range *wrong = find_wrong(&depend->established,
	    depend->has_warn_established ? &depend->warn_established : NULL,
	    (double)link->n_live, &state);

	if (!wrong)
		return;
	if (may_be_right(link, wrong)) {
		service_note(row,
		    link->is_blind ? "only a running node's kernel tells whether it is "
				     "connected to %s"
				   : "whether it is connected to %s cannot be told: run as "
				     "root or grant CAP_SYS_PTRACE",
		    target);
		row->proofs |= 1U << SOCKOWNER_NOT_PROVABLE;
		link->is_unproved = true;
	} else if (link->n_live > 0 || !depend->optional) {
		tell(link, state, tell_few(row, state, target, link, wrong));
	}
}

static void judge_link(struct service_row *row, struct service_link *link)
{
	const struct service_depend *depend = link->depend;
	char target[SERVICE_SOCKET_TEXT_SIZE];
	enum state state;

	service_depend_text(depend, target);
	judge_established(row, target, link);
	if (find_wrong(depend->has_stalled ? &depend->stalled : NULL,
		depend->has_warn_stalled ? &depend->warn_stalled : NULL,
		(double)link->n_stalled, &state))
		tell(link, state,
		    service_problem(row, SERVICE_FROM_OTHERS, state,
			"%zu stalled connection%s to %s", link->n_stalled,
			link->n_stalled == 1 ? "" : "s", target));
}

/* Of the service as a whole: which of its processes is connected is its own business. */
void service_link_check(struct service_net *net, struct service_row *row,
    const struct service_places *places, struct service_link *link)
{
	for (size_t i = 0; i < places->n; i++) {
		const struct service_place *place = &places->items[i];

		if (net->codes[place->netns] < 0)
			continue;
		link->is_known = true;
		if (link->depend->proto == SERVICE_UNIX)
			find_unix_links(net, place, link);
		else
			find_links(net, place, link);
	}
	if (!link->is_known)
		return;
	judge_link(row, link);
	row->proofs |= link->proofs;
	row->n_live += link->n_live;
	row->n_stalled += link->n_stalled;
	row->links_unproved |= link->is_blind || link->n_unproved > 0;
	if (link->n_live + link->n_stalled == 0)
		return;
	(void)buf_addf(&row->sockets, "%s%.30s %zu",
	    row->sockets.size ? (row->has_links ? ", " : "; ") : "", link->depend->kind,
	    link->n_live);
	row->has_links = true;
	if (link->n_stalled)
		(void)buf_addf(&row->sockets, " and %zu stalled", link->n_stalled);
}
