/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>
#include <sys/socket.h>

#include "lib/health/service_net.h"

/* What was found of one thing that the profile asks for. */
struct found {
	size_t owned, unproved, others;
	bool wrong_address;
	char address[SOCK_ADDRESS_TEXT_SIZE]; /* the wrong one */
	int32_t other_pid;
	unsigned proofs;
};

static void ask_owner(const struct service_net *net, const struct service_place *place,
    const struct sock *sock, bool is_shared, struct found *found)
{
	struct sockowner_answer answer = { .is = SOCKOWNER_YES };

	if (!is_shared) {
		answer = sockowner_ask(&net->owners, &place->set, sock);
		found->proofs |= 1U << answer.proof;
	}
	if (answer.is == SOCKOWNER_YES) {
		found->owned++;
	} else if (answer.is == SOCKOWNER_UNKNOWN) {
		found->unproved++;
	} else {
		size_t n;
		const struct sockowner_pair *pair =
		    sockowners_of(&net->owners, sock->inode, &n);

		found->others++;
		found->other_pid = n > 0 ? pair->pid : 0;
	}
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
			sock_address_text(&sock->local, sock->local_port, found->address);
			continue;
		}
		ask_owner(net, place, sock, listen->is_shared, found);
	}
}

static void tell_missing(const struct service_net *net, struct service_row *row,
    const struct service_place *place, const struct service_listen *listen,
    const struct found *found)
{
	struct buf netns = BUF_INIT_MAX(256);
	char socket[SERVICE_SOCKET_TEXT_SIZE];

	service_place_text(net, place, &netns);
	service_listen_text(listen, socket);
	if (found->others > 0 && found->other_pid)
		service_problem(row, STATE_CRITICAL, "%s%s is held by another process, pid %d",
		    socket, buf_text(&netns), found->other_pid);
	else if (found->others > 0)
		service_problem(row, STATE_CRITICAL, "%s%s is held by another process", socket,
		    buf_text(&netns));
	else if (found->wrong_address)
		service_problem(row, STATE_CRITICAL, "not listening on %s%s but at %s", socket,
		    buf_text(&netns), found->address);
	else
		service_problem(
		    row, STATE_CRITICAL, "not listening on %s%s", socket, buf_text(&netns));
	buf_free(&netns);
}

/* Returns in how many namespaces it was found. */
static size_t check_listen(struct service_net *net, struct service_row *row,
    const struct service_places *places, const struct service_listen *listen)
{
	size_t well = 0;

	for (size_t i = 0; i < places->n; i++) {
		const struct service_place *place = &places->items[i];
		struct found found = { 0 };

		if (net->codes[place->netns] < 0)
			continue;
		if (listen->proto == SERVICE_UNIX)
			find_unix(net, place, listen, &found);
		else
			find_port(net, place, listen, &found);
		if (found.owned + found.unproved > 0) {
			row->proofs |=
			    found.owned ? found.proofs : 1U << SOCKOWNER_NOT_PROVABLE;
			well++;
		} else if (!listen->optional) {
			tell_missing(net, row, place, listen, &found);
		}
	}
	return well;
}

void service_listeners_check(
    struct service_net *net, struct service_row *row, const struct service_places *places)
{
	const struct service_spec *spec = row->spec;

	for (size_t i = 0; i < spec->n_listens; i++) {
		size_t n = check_listen(net, row, places, &spec->listens[i]);
		char socket[SERVICE_SOCKET_TEXT_SIZE];

		if (n == 0)
			continue;
		service_listen_text(&spec->listens[i], socket);
		if (row->n_listeners == 0)
			(void)buf_adds(
			    &row->sockets, row->sockets.size ? "; listens " : "listens ");
		(void)buf_addf(&row->sockets, "%s%s", row->n_listeners ? ", " : "", socket);
		if (places->n > 1)
			(void)buf_addf(&row->sockets, " in %zu netns", n);
		row->n_listeners++;
	}
}
