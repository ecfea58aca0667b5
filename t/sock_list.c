/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints what the library knows of the sockets of a process's network namespace:
 *   sock_list [--root DIR] [--proc] PID [OWNER...]
 * One line a socket: "PROTO STATE TYPE LOCAL REMOTE UID INODE STALLED TX RX CGROUP NAME PEER", and
 * with owners "OWNED PROOF PID". --proc reads /proc though the kernel could be asked. First a
 * line of the namespace and where each protocol came from.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/num.h"
#include "lib/collect/netns.h"
#include "lib/collect/sock.h"
#include "lib/collect/sockowner.h"

static int fail(const struct err *err, const char *what)
{
	printf("failed: %s: %s\n", what, err->text);
	return 1;
}

static const char *state_name(unsigned state)
{
	static const char *const names[SOCK_STATES] = { "?", "ESTAB", "SYN-SENT", "SYN-RECV",
		"FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "UNCONN", "CLOSE-WAIT", "LAST-ACK",
		"LISTEN", "CLOSING" };

	return state < SOCK_STATES ? names[state] : "?";
}

static void print_owner(
    const struct sockowners *owners, const struct sockowner_set *set, const struct sock *sock)
{
	static const char *const words[] = { "unknown", "yes", "no" };
	struct sockowner_answer answer = sockowner_ask(owners, set, sock);

	printf(" %s '%s' %d", words[answer.is], sockowner_proof_text(answer.proof), answer.pid);
}

static void print_sock(const struct sock_table *table, const struct sock *sock,
    const struct sockowners *owners, const struct sockowner_set *set)
{
	static const char *const protos[SOCK_PROTOS] = { "tcp", "udp", "unix" };
	char local[SOCK_ADDRESS_TEXT_SIZE], remote[SOCK_ADDRESS_TEXT_SIZE];
	size_t peer_size;
	const char *peer = sock_peer_name(table, sock, &peer_size);

	sock_address_text(&sock->local, sock->local_port, local);
	sock_address_text(&sock->remote, sock->remote_port, remote);
	printf("%s %s %u %s %s %lld %llu %u %u %u %d '%.*s' '%.*s'", protos[sock->proto],
	    state_name(sock->state), sock->type, local, remote,
	    sock->has_uid ? (long long)sock->uid : -1LL, (unsigned long long)sock->inode,
	    (unsigned)sock_is_stalled(sock, 3), sock->tx_queue, sock->rx_queue,
	    sock->cgroup_id != 0, (int)sock->name_size, sock_name(table, sock), (int)peer_size,
	    peer);
	if (owners)
		print_owner(owners, set, sock);
	printf("\n");
}

static int add_owners(struct proc_dir *dir, const struct fsroot *root, char **pids,
    struct sockowners *owners, struct sockowner_set *set, struct err *err)
{
	int32_t numbers[64];
	size_t n = 0;
	int r = 0;

	for (; pids[n] && n < 64 && r == 0; n++) {
		struct proc proc;

		uint64_t pid = 0;

		r = num_u64(pids[n], &pid, err);
		numbers[n] = (int32_t)pid;
		proc_at(dir, numbers[n], &proc);
		if (r == 0)
			r = sockowners_add(owners, root, &proc, err);
	}
	if (r < 0)
		return r;
	sockowners_finish(owners);
	return sockowner_set_make(owners, numbers, n, set, err);
}

static int list(const struct fsroot *root, char **pids, bool from_proc)
{
	static const char *const sources[] = { "nothing", "diag", "proc" };
	CLEANUP_NETNS_TABLE struct netns_table namespaces = NETNS_TABLE_INIT;
	CLEANUP_SOCK_TABLE struct sock_table table = SOCK_TABLE_INIT;
	CLEANUP_SOCKOWNERS struct sockowners owners = SOCKOWNERS_INIT;
	CLEANUP_BUF struct buf name = BUF_INIT;
	CLEANUP(sockowner_set_free) struct sockowner_set set = { 0 };
	CLEANUP(proc_dir_close) struct proc_dir dir = { 0 };
	struct err err = ERR_INIT;
	struct proc proc;
	uint64_t pid;
	size_t at;

	if (num_u64(pids[0], &pid, &err) < 0 || proc_dir_open(root, &dir, &err) < 0)
		return fail(&err, "open");
	proc_at(&dir, (int32_t)pid, &proc);
	if (netns_find(&namespaces, &proc, &at, &err) < 0)
		return fail(&err, "find namespace");
	if (from_proc)
		namespaces.items[at].is_own = false;
	if (sock_read(root, &namespaces.items[at], SOCK_WANT_ALL, &table, &err) < 0)
		return fail(&err, "read sockets");
	if (add_owners(&dir, root, pids + 1, &owners, &set, &err) < 0)
		return fail(&err, "list descriptors");
	netns_describe(root, &namespaces.items[at], &name);
	printf("# %s: tcp %s, udp %s, unix %s, %zu bad\n", buf_text(&name),
	    sources[table.source[SOCK_TCP]], sources[table.source[SOCK_UDP]],
	    sources[table.source[SOCK_UNIX]], table.n_bad);
	for (size_t i = 0; i < table.n_socks; i++)
		print_sock(&table, &table.socks[i], pids[1] ? &owners : NULL, &set);
	return 0;
}

int main(int argc, char **argv)
{
	struct fsroot root = FSROOT_LIVE;
	struct err err = ERR_INIT;
	bool from_proc = false;
	int r, at = 1;

	if (argc > 2 && strcmp(argv[1], "--root") == 0) {
		if (fsroot_open(argv[2], &root, &err) < 0)
			return fail(&err, "open root");
		at = 3;
	}
	if (argc > at && strcmp(argv[at], "--proc") == 0) {
		from_proc = true;
		at++;
	}
	if (at >= argc) {
		printf("usage: sock_list [--root DIR] [--proc] PID [OWNER...]\n");
		return 2;
	}
	r = list(&root, argv + at, from_proc);
	fsroot_close(&root);
	return r;
}
