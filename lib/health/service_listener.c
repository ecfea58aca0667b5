/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>
#include <sys/socket.h>

#include "lib/health/service_net.h"

/* What was found of one listener in one namespace. */
struct found {
	size_t owned, unproved, others;
	bool wrong_address;
	char wrong[SOCK_ADDRESS_TEXT_SIZE]; /* the wrong one */
	int32_t pid, other_pid;
	unsigned proofs;
	const struct sock *sock; /* the first, also one with the wrong address */
	const struct sock *full; /* of its own: the one that waits longest */
};

static bool has_queue(const struct sock *sock)
{
	return sock->state == SOCK_LISTEN && sock->proto != SOCK_UDP;
}

static void take_own(const struct sock *sock, struct found *found)
{
	found->sock = sock;
	if (has_queue(sock) && (!found->full || sock->rx_queue > found->full->rx_queue))
		found->full = sock;
}

static void ask_owner(const struct service_net *net, const struct service_place *place,
    const struct sock *sock, bool is_shared, struct found *found)
{
	struct sockowner_answer answer = { .is = SOCKOWNER_YES };
	const struct sockowner_pair *pair;
	size_t n;

	if (!is_shared) {
		answer = sockowner_ask(&net->owners, &place->set, sock);
		found->proofs |= 1U << answer.proof;
	}
	if (answer.is != SOCKOWNER_NO) {
		if (answer.is == SOCKOWNER_YES)
			found->owned++;
		else
			found->unproved++;
		if (answer.pid)
			found->pid = answer.pid;
		take_own(sock, found);
		return;
	}
	pair = sockowners_of(&net->owners, sock->inode, &n);
	found->others++;
	found->other_pid = n > 0 ? pair->pid : 0;
}

static bool type_fits(const struct sock *sock, const char *type)
{
	if (!type)
		return true;
	if (strcmp(type, "dgram") == 0)
		return sock->type == SOCK_DGRAM;
	return sock->type == (strcmp(type, "stream") == 0 ? SOCK_STREAM : SOCK_SEQPACKET);
}

static void find_unix(const struct service_net *net, const struct service_place *place,
    const struct service_listen *listen, struct found *found)
{
	const struct sock_table *table = &net->tables[place->netns];
	struct sock_span span = sock_named(table);

	for (size_t i = 0; i < span.n; i++) {
		const struct sock *sock = &table->socks[span.items[i]];

		if (type_fits(sock, listen->type) &&
		    service_name_fits(sock_name(table, sock), sock->name_size, listen->path))
			ask_owner(net, place, sock, listen->is_shared, found);
	}
}

static void find_port(const struct service_net *net, const struct service_place *place,
    const struct service_listen *listen, struct found *found)
{
	const struct sock_table *table = &net->tables[place->netns];
	struct sock_span span = sock_listeners(table, listen->port);
	uint8_t proto = listen->proto == SERVICE_TCP ? SOCK_TCP : SOCK_UDP;

	for (size_t i = 0; i < span.n; i++) {
		const struct sock *sock = &table->socks[span.items[i]];

		if (sock->proto != proto)
			continue;
		if (!service_address_fits(&listen->address, &sock->local)) {
			found->wrong_address = true;
			sock_address_text(&sock->local, sock->local_port, found->wrong);
			if (!found->sock)
				found->sock = sock;
			continue;
		}
		ask_owner(net, place, sock, listen->is_shared, found);
	}
}

/* Returns the words as the row keeps them. */
static const char *tell_missing(const struct service_net *net, struct service_row *row,
    const struct service_place *place, const struct service_listen *listen,
    const struct found *found)
{
	CLEANUP_BUF struct buf netns = BUF_INIT_MAX(256);
	char socket[SERVICE_SOCKET_TEXT_SIZE];

	service_place_text(net, place, &netns);
	service_listen_text(listen, socket);
	if (found->others > 0 && found->other_pid)
		return service_problem(row, SERVICE_FROM_OTHERS, STATE_CRITICAL,
		    "%s%s is held by another process, pid %d", socket, buf_text(&netns),
		    found->other_pid);
	if (found->others > 0)
		return service_problem(row, SERVICE_FROM_OTHERS, STATE_CRITICAL,
		    "%s%s is held by another process", socket, buf_text(&netns));
	if (found->wrong_address)
		return service_problem(row, SERVICE_FROM_OTHERS, STATE_CRITICAL,
		    "not listening on %s%s but at %s", socket, buf_text(&netns), found->wrong);
	return service_problem(row, SERVICE_FROM_OTHERS, STATE_CRITICAL,
	    "not listening on %s%s", socket, buf_text(&netns));
}

/* Connections that were accepted: they have the listener's port, or its name. */
static uint64_t count_accepted(
    const struct service_net *net, size_t netns, const struct sock *listener)
{
	const struct sock_table *table = &net->tables[netns];
	uint64_t n = 0;

	if (listener->proto == SOCK_TCP)
		return service_net_accepted(net, netns, listener->local_port);
	for (size_t i = 0; i < table->n_socks; i++) {
		const struct sock *sock = &table->socks[i];

		n += sock->proto == SOCK_UNIX && sock->state == SOCK_ESTABLISHED &&
		     sock->name_size == listener->name_size &&
		     memcmp(sock_name(table, sock), sock_name(table, listener),
			 sock->name_size) == 0;
	}
	return n;
}

/* What one namespace adds to what is told of the listener. */
static void keep(const struct service_net *net, const struct service_place *place,
    const struct found *found, struct service_listener *listener)
{
	const struct sock *full = found->full;

	listener->proofs |= found->proofs;
	if (found->sock && !listener->is_bound) {
		listener->is_bound = true;
		listener->address = found->sock->local;
		listener->port = found->sock->local_port;
	}
	if (listener->pid == 0)
		listener->pid = found->pid ? found->pid : found->other_pid;
	if (!full)
		return;
	if (!listener->has_queue || full->rx_queue > listener->queue) {
		listener->has_queue = true;
		listener->queue = full->rx_queue;
		listener->has_queue_max =
		    net->tables[place->netns].source[full->proto] == SOCK_FROM_DIAG;
		listener->queue_max = full->tx_queue;
	}
	if (net->services->how.connections) {
		listener->has_connections = true;
		listener->n_connections += count_accepted(net, place->netns, full);
	}
}

static void check_place(struct service_net *net, struct service_row *row,
    const struct service_place *place, struct service_listener *listener)
{
	const struct service_listen *listen = listener->listen;
	struct found found = { 0 };
	const char *text;

	listener->n_places++;
	if (listen->proto == SERVICE_UNIX)
		find_unix(net, place, listen, &found);
	else
		find_port(net, place, listen, &found);
	keep(net, place, &found, listener);
	if (found.owned + found.unproved > 0) {
		row->proofs |= found.owned ? found.proofs : 1U << SOCKOWNER_NOT_PROVABLE;
		listener->n_found++;
	} else if (!listen->optional) {
		listener->state = STATE_CRITICAL;
		text = tell_missing(net, row, place, listen, &found);
		if (!listener->text)
			listener->text = text;
	}
}

void service_listeners_check(
    struct service_net *net, struct service_row *row, const struct service_places *places)
{
	for (size_t i = 0; i < row->spec->n_listens; i++) {
		struct service_listener *listener = &row->listeners[i];
		char socket[SERVICE_SOCKET_TEXT_SIZE];

		for (size_t k = 0; k < places->n; k++) {
			if (net->codes[places->items[k].netns] == 0)
				check_place(net, row, &places->items[k], listener);
		}
		if (listener->n_found == 0)
			continue;
		service_listen_text(listener->listen, socket);
		if (row->n_listeners == 0)
			(void)buf_adds(
			    &row->sockets, row->sockets.size ? "; listens " : "listens ");
		(void)buf_addf(&row->sockets, "%s%s", row->n_listeners ? ", " : "", socket);
		if (places->n > 1)
			(void)buf_addf(&row->sockets, " in %zu netns", listener->n_found);
		row->n_listeners++;
	}
}
