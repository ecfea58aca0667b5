/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/sock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/collect/sockdiag.h"
#include "lib/collect/sockproc.h"

/* The least time between two probes (TCP_RTO_MIN), and how often it doubles (TCP_RTO_MAX). */
enum { PROBE_MS = 200, TRIES_MAX = 10 };
enum { PORTS = 65536, FIRST_ROOM = 256, FOLDER_SIZE = 48 };

static void index_free(struct sock_index *index)
{
	free(index->starts);
	free(index->items);
	*index = (struct sock_index){ 0 };
}

void sock_table_free(struct sock_table *table)
{
	free(table->socks);
	buf_free(&table->names);
	index_free(&table->by_local);
	index_free(&table->by_remote);
	free(table->by_inode);
	free(table->named);
	*table = (struct sock_table)SOCK_TABLE_INIT;
}

int sock_table_add(struct sock_table *table, const struct sock *sock, struct err *err)
{
	if (table->n_socks >= SOCK_MAX)
		return err_set(err, -E2BIG, "cannot keep more than %d sockets", SOCK_MAX);
	if (table->n_socks == table->room) {
		size_t room = table->room ? 2 * table->room : FIRST_ROOM;
		struct sock *grown = reallocarray(table->socks, room, sizeof(*grown));

		if (!grown)
			return err_sys(err, -ENOMEM, "cannot keep %zu sockets", room);
		table->socks = grown;
		table->room = room;
	}
	table->socks[table->n_socks++] = *sock;
	return 0;
}

int sock_table_name(struct sock_table *table, const char *name, size_t size, struct err *err)
{
	struct sock *sock = &table->socks[table->n_socks - 1];

	sock->name_at = (uint32_t)table->names.size;
	sock->name_size = (uint32_t)size;
	buf_add(&table->names, name, size);
	if (table->names.error) {
		sock->name_size = 0;
		return err_sys(err, table->names.error, "cannot keep names of sockets");
	}
	return 0;
}

bool sock_wanted(unsigned wants, enum sock_proto proto, unsigned state)
{
	if (proto == SOCK_UDP)
		return wants & SOCK_WANT_UDP;
	if (proto == SOCK_UNIX)
		return wants & SOCK_WANT_UNIX;
	if (state == SOCK_LISTEN)
		return wants & SOCK_WANT_TCP_LISTEN;
	if (state == SOCK_TIME_WAIT)
		return wants & SOCK_WANT_TIME_WAIT;
	return wants & SOCK_WANT_TCP_CONNECTIONS;
}

bool sock_is_listener(const struct sock *sock)
{
	switch (sock->proto) {
	case SOCK_TCP:
		return sock->state == SOCK_LISTEN;
	case SOCK_UDP:
		return sock->remote_port == 0 && sock->local_port > 0;
	default:
		return sock->state == SOCK_LISTEN ||
		       (sock->type == SOCK_DGRAM && sock->name_size > 0);
	}
}

bool sock_is_stalled(const struct sock *sock, unsigned tries)
{
	unsigned doubled = tries < TRIES_MAX ? tries : TRIES_MAX;

	if (sock->proto != SOCK_TCP || sock->state == SOCK_LISTEN)
		return false;
	if (sock->timer == SOCK_TIMER_RETRANSMIT)
		return sock->tries >= tries;
	return sock->timer == SOCK_TIMER_PROBE &&
	       (sock->tries >= tries || sock->wait_ms >= (uint32_t)PROBE_MS << doubled >> 1);
}

bool sock_is_live(const struct sock *sock, unsigned tries)
{
	return sock->state == SOCK_ESTABLISHED && !sock_is_stalled(sock, tries);
}

/* The port by which an index finds the socket, 0 if it does not hold it. */
static unsigned local_key(const struct sock *sock)
{
	return sock->proto != SOCK_UNIX && sock_is_listener(sock) ? sock->local_port : 0;
}

static unsigned remote_key(const struct sock *sock)
{
	return sock->state == SOCK_LISTEN ? 0 : sock->remote_port;
}

/* Sorts by counting: what has port p is at starts[p] to starts[p + 1]. */
static int make_index(const struct sock_table *table, unsigned (*key)(const struct sock *sock),
    struct sock_index *ret)
{
	uint32_t sum = 0;

	ret->starts = calloc(PORTS + 1, sizeof(*ret->starts));
	if (!ret->starts)
		return -ENOMEM;
	for (size_t i = 0; i < table->n_socks; i++)
		ret->starts[key(&table->socks[i])]++;
	ret->starts[0] = 0;
	for (size_t port = 0; port < PORTS; port++) {
		sum += ret->starts[port];
		ret->starts[port] = sum;
	}
	ret->starts[PORTS] = sum;
	ret->items = calloc(sum ? sum : 1, sizeof(*ret->items));
	if (!ret->items)
		return -ENOMEM;
	/* Each start is the end of its run by now, and moves to its beginning. */
	for (size_t i = table->n_socks; i-- > 0;) {
		unsigned port = key(&table->socks[i]);

		if (port > 0)
			ret->items[--ret->starts[port]] = (uint32_t)i;
	}
	return 0;
}

static int by_inode(const void *a, const void *b)
{
	const struct sock_by_inode *left = a, *right = b;

	return (left->inode > right->inode) - (left->inode < right->inode);
}

static int make_inodes(struct sock_table *table)
{
	table->by_inode = calloc(table->n_socks + 1, sizeof(*table->by_inode));
	table->named = calloc(table->n_socks + 1, sizeof(*table->named));
	if (!table->by_inode || !table->named)
		return -ENOMEM;
	for (size_t i = 0; i < table->n_socks; i++) {
		const struct sock *sock = &table->socks[i];

		table->by_inode[i] = (struct sock_by_inode){ sock->inode, (uint32_t)i };
		if (sock->proto == SOCK_UNIX && sock->name_size > 0 && sock_is_listener(sock))
			table->named[table->n_named++] = (uint32_t)i;
	}
	qsort(table->by_inode, table->n_socks, sizeof(*table->by_inode), by_inode);
	return 0;
}

int sock_table_finish(struct sock_table *table, struct err *err)
{
	int r = make_index(table, local_key, &table->by_local);

	if (r == 0)
		r = make_index(table, remote_key, &table->by_remote);
	if (r == 0)
		r = make_inodes(table);
	return r < 0 ? err_sys(err, r, "cannot sort %zu sockets", table->n_socks) : 0;
}

static struct sock_span find_port(const struct sock_index *index, uint16_t port)
{
	struct sock_span span = { 0 };

	if (!index->items || port == 0)
		return span;
	span.items = index->items + index->starts[port];
	span.n = index->starts[port + 1] - index->starts[port];
	return span;
}

struct sock_span sock_listeners(const struct sock_table *table, uint16_t port)
{
	return find_port(&table->by_local, port);
}

struct sock_span sock_connections(const struct sock_table *table, uint16_t remote_port)
{
	return find_port(&table->by_remote, remote_port);
}

struct sock_span sock_named(const struct sock_table *table)
{
	return (struct sock_span){ table->named, table->n_named };
}

const struct sock *sock_by_inode(const struct sock_table *table, uint64_t inode)
{
	const struct sock_by_inode key = { .inode = inode }, *found = NULL;

	if (inode > 0 && table->by_inode)
		found = bsearch(&key, table->by_inode, table->n_socks, sizeof(key), by_inode);
	return found ? &table->socks[found->at] : NULL;
}

const char *sock_name(const struct sock_table *table, const struct sock *sock)
{
	return sock->name_size > 0 ? buf_text(&table->names) + sock->name_at : "";
}

const char *sock_peer_name(
    const struct sock_table *table, const struct sock *sock, size_t *ret_size)
{
	const struct sock *peer = sock_by_inode(table, sock->peer);

	*ret_size = 0;
	if (!peer || peer->proto != SOCK_UNIX)
		return "";
	*ret_size = peer->name_size;
	return sock_name(table, peer);
}

/* The folders in which the namespace's files may be, in the order of their trial; "" at the
 * end. */
static void find_folder(
    const struct fsroot *root, const struct netns *netns, size_t trial, char *folder)
{
	folder[0] = '\0';
	if (!root->live && netns->is_tree) {
		static const char *const own[] = { "/proc/1/net", "/proc/net" };

		if (trial < sizeof(own) / sizeof(own[0]))
			(void)snprintf(folder, FOLDER_SIZE, "%s", own[trial]);
	} else if (trial < netns->n_pids) {
		(void)snprintf(folder, FOLDER_SIZE, "/proc/%d/net", netns->pids[trial]);
	}
}

static int read_from_proc(const struct fsroot *root, const struct netns *netns,
    enum sock_proto proto, unsigned wants, struct sock_table *table, struct err *err)
{
	static const char *const names[SOCK_PROTOS] = { "tcp", "udp", "unix" };
	char folder[FOLDER_SIZE];
	int r = -ENOENT;

	for (size_t trial = 0;; trial++) {
		find_folder(root, netns, trial, folder);
		if (!folder[0])
			break;
		r = sockproc_read(root, folder, proto, wants, table, err);
		if (r != -ESRCH && r != -ENOENT)
			return r;
	}
	if (root->live)
		return -ESRCH;
	return err_set(err, r, "cannot read %s sockets below %s/proc: %s", names[proto],
	    root->path,
	    netns->is_tree ? "neither 1/net nor net has them"
			   : "the folder PID/net of their namespace is not there");
}

static int read_proto(const struct fsroot *root, const struct netns *netns,
    enum sock_proto proto, unsigned wants, struct sock_table *table, struct err *err)
{
	int r;

	if (netns->is_own && sockdiag_read(proto, wants, table, NULL) == 0) {
		table->source[proto] = SOCK_FROM_DIAG;
		return 0;
	}
	r = read_from_proc(root, netns, proto, wants, table, err);
	if (r == 0)
		table->source[proto] = SOCK_FROM_PROC;
	return r;
}

int sock_read(const struct fsroot *root, const struct netns *netns, unsigned wants,
    struct sock_table *ret, struct err *err)
{
	static const unsigned of_proto[SOCK_PROTOS] = {
		SOCK_WANT_TCP | SOCK_WANT_TIME_WAIT,
		SOCK_WANT_UDP,
		SOCK_WANT_UNIX,
	};
	CLEANUP_SOCK_TABLE struct sock_table table = SOCK_TABLE_INIT;
	int r = 0;

	for (unsigned proto = 0; r == 0 && proto < SOCK_PROTOS; proto++) {
		if (wants & of_proto[proto])
			r = read_proto(root, netns, (enum sock_proto)proto, wants, &table, err);
	}
	if (r == 0)
		r = sock_table_finish(&table, err);
	if (r < 0)
		return r;
	*ret = table;
	table = (struct sock_table)SOCK_TABLE_INIT;
	return 0;
}
