/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cleanup.h"
#include "lib/collect/netns.h"
#include "lib/collect/sockowner.h"
#include "lib/health/suggest.h"

/* Ports from here on are given to anybody who asks for none (ip_local_port_range). */
enum { PORT_EPHEMERAL = 32768, DIGITS_OF_A_PID = 3 };

/* Connections that last as long as their services do. */
static const struct suggest_depend kinds[] = {
	{ "db", 3306 },
	{ "db", 5432 },
	{ "amqp", 5672 },
	{ "amqp", 5671 },
	{ "cache", 6379 },
	{ "cache", 11211 },
	{ "ovsdb", 6640 },
	{ "ovsdb", 6641 },
	{ "ovsdb", 6642 },
	{ "store", 2379 },
	{ "store", 2181 },
	{ "directory", 389 },
	{ "directory", 636 },
};

/* What the readers of one namespace have in common. */
struct netns_work {
	struct suggestion *suggestion;
	const struct sockowners *owners;
	const struct sockowner_set *sets; /* one a group */
	const struct sock_table *table;
	size_t netns;
};

/* --- what a group has ---------------------------------------------------------------------- */

/* A path as a shell pattern: what may be a pid or a random number is any text. False for one that
 * is no name to go by. */
static bool make_pattern(const char *name, size_t size, char ret[SUGGEST_PATH_SIZE])
{
	size_t n = 0;

	if (size < 2 || (name[0] != '/' && name[0] != '@') || size >= SUGGEST_PATH_SIZE)
		return false;
	if (size > 5 && memcmp(name, "/tmp/", 5) == 0)
		return false;
	for (size_t i = 0; i < size; i++) {
		size_t digits = 0;

		if (name[i] < ' ' || name[i] > '~' || strchr("*?[\\\"", name[i]))
			return false;
		while (i + digits < size && name[i + digits] >= '0' && name[i + digits] <= '9')
			digits++;
		if (digits < DIGITS_OF_A_PID) {
			ret[n++] = name[i];
			continue;
		}
		ret[n++] = '*';
		i += digits - 1;
	}
	ret[n] = '\0';
	return true;
}

static void add_listener(
    struct netns_work *work, struct suggest_group *group, const struct sock *sock)
{
	struct suggest_listener one = { .proto = sock->proto, .port = sock->local_port };
	struct suggest_listener *known = NULL;

	if (sock->proto == SOCK_UNIX &&
	    !make_pattern(sock_name(work->table, sock), sock->name_size, one.path))
		return;
	if (sock->proto != SOCK_UNIX && (one.port == 0 || one.port >= PORT_EPHEMERAL))
		return;
	for (size_t i = 0; i < group->n_listeners && !known; i++) {
		struct suggest_listener *other = &group->listeners[i];

		if (other->proto == one.proto && other->port == one.port &&
		    strcmp(other->path, one.path) == 0)
			known = other;
	}
	if (!known) {
		if (group->n_listeners >= SUGGEST_SOCKETS_MAX)
			return;
		known = &group->listeners[group->n_listeners++];
		*known = one;
		known->netns = SUGGEST_NONE;
	}
	known->n_netns += known->netns != work->netns;
	known->netns = work->netns;
}

static void add_connection(struct suggest_group *group, const struct sock *sock)
{
	const struct suggest_depend *kind = NULL;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].port == sock->remote_port)
			kind = &kinds[i];
	}
	if (!kind || group->n_depends >= SUGGEST_SOCKETS_MAX)
		return;
	for (size_t i = 0; i < group->n_depends; i++) {
		if (group->depends[i].port == kind->port)
			return;
	}
	group->depends[group->n_depends++] = *kind;
}

static bool is_listener(const struct sock *sock)
{
	if (sock->proto == SOCK_UDP)
		return sock->remote_port == 0;
	return sock_is_listener(sock);
}

static void add_socket(
    struct netns_work *work, struct suggest_group *group, const struct sock *sock)
{
	if (is_listener(sock))
		add_listener(work, group, sock);
	else if (sock->proto == SOCK_TCP && sock->state == SOCK_ESTABLISHED)
		add_connection(group, sock);
}

/* By its descriptors; where these may not be read, by its cgroup. Its user alone proves nothing. */
static void give_socket(struct netns_work *work, const struct sock *sock)
{
	struct suggestion *suggestion = work->suggestion;
	size_t n;
	const struct sockowner_pair *pairs = sockowners_of(work->owners, sock->inode, &n);

	for (size_t i = 0; i < n; i++) {
		const struct suggest_process *process =
		    suggest_process_find(suggestion, pairs[i].pid);

		if (process && process->group != SUGGEST_NONE)
			add_socket(work, &suggestion->groups[process->group], sock);
	}
	for (size_t i = 0; n == 0 && i < suggestion->n_groups; i++) {
		struct sockowner_answer answer;

		if (work->sets[i].n_denied == 0)
			continue;
		answer = sockowner_ask(work->owners, &work->sets[i], sock);
		if (answer.is == SOCKOWNER_YES && answer.proof == SOCKOWNER_BY_CGROUP)
			add_socket(work, &suggestion->groups[i], sock);
	}
}

/* --- namespaces ----------------------------------------------------------------------------- */

static int find_netns(const struct suggest_how *how, struct proc_dir *dir,
    struct suggestion *suggestion, struct netns_table *netns, struct sockowners *owners,
    struct err *err)
{
	for (size_t i = 0; i < suggestion->n_processes; i++) {
		struct suggest_process *process = &suggestion->processes[i];
		struct proc proc;
		int r;

		if (process->group == SUGGEST_NONE)
			continue;
		proc_at(dir, process->pid, &proc);
		r = netns_find(netns, &proc, &process->netns, err);
		if (r == -ESRCH || r == -EACCES) {
			process->netns = SUGGEST_NONE;
			continue;
		}
		if (r == 0)
			r = sockowners_add(owners, how->root, &proc, err);
		if (r < 0)
			return r;
	}
	sockowners_finish(owners);
	return 0;
}

/* In how many namespaces each group has processes. */
static int count_netns(struct suggestion *suggestion, size_t n_netns, struct err *err)
{
	CLEANUP_FREE bool *seen = calloc(suggestion->n_groups * n_netns + 1, sizeof(*seen));

	if (!seen)
		return err_sys(err, -ENOMEM, "cannot count namespaces");
	for (size_t i = 0; i < suggestion->n_processes; i++) {
		const struct suggest_process *process = &suggestion->processes[i];
		bool *place;

		if (process->group == SUGGEST_NONE || process->netns == SUGGEST_NONE)
			continue;
		place = &seen[process->group * n_netns + process->netns];
		if (!*place)
			suggestion->groups[process->group].n_netns++;
		*place = true;
	}
	return 0;
}

static int make_sets(const struct suggestion *suggestion, const struct sockowners *owners,
    struct sockowner_set *sets, struct err *err)
{
	CLEANUP_FREE int32_t *pids = calloc(suggestion->n_processes + 1, sizeof(*pids));

	if (!pids)
		return err_sys(err, -ENOMEM, "cannot keep the processes");
	for (size_t g = 0; g < suggestion->n_groups; g++) {
		size_t n = 0;
		int r;

		for (size_t i = 0; i < suggestion->n_processes; i++) {
			if (suggestion->processes[i].group == g)
				pids[n++] = suggestion->processes[i].pid;
		}
		r = sockowner_set_make(owners, pids, n, &sets[g], err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_netns(const struct suggest_how *how, const struct netns_table *netns,
    struct netns_work *work, struct err *err)
{
	for (size_t i = 0; i < netns->n_items; i++) {
		CLEANUP_SOCK_TABLE struct sock_table table = SOCK_TABLE_INIT;
		int r = sock_read(how->root, &netns->items[i],
		    SOCK_WANT_TCP | SOCK_WANT_UDP | SOCK_WANT_UNIX, &table, err);

		/* Its processes are gone, or a tree has no tables: nothing is known. */
		if (r == -ESRCH || r == -ENOENT || r == -EACCES)
			continue;
		if (r < 0)
			return r;
		work->table = &table;
		work->netns = i;
		for (size_t k = 0; k < table.n_socks; k++)
			give_socket(work, &table.socks[k]);
	}
	return 0;
}

/* A profile asks for a listener in every namespace of its service. */
static void drop_partial(struct suggestion *suggestion)
{
	for (size_t g = 0; g < suggestion->n_groups; g++) {
		struct suggest_group *group = &suggestion->groups[g];
		size_t n = 0;

		for (size_t i = 0; i < group->n_listeners; i++) {
			if (group->listeners[i].n_netns >= group->n_netns)
				group->listeners[n++] = group->listeners[i];
		}
		group->n_listeners = n;
	}
}

static int read_with(const struct suggest_how *how, const struct netns_table *netns,
    const struct sockowners *owners, struct suggestion *suggestion, struct err *err)
{
	struct netns_work work = { .suggestion = suggestion, .owners = owners };
	struct sockowner_set *sets = calloc(suggestion->n_groups + 1, sizeof(*sets));
	int r;

	if (!sets)
		return err_sys(err, -ENOMEM, "cannot keep the processes");
	work.sets = sets;
	r = make_sets(suggestion, owners, sets, err);
	for (size_t i = 0; i < suggestion->n_groups; i++)
		suggestion->n_denied += sets[i].n_denied;
	if (r == 0)
		r = read_netns(how, netns, &work, err);
	for (size_t i = 0; i < suggestion->n_groups; i++)
		sockowner_set_free(&sets[i]);
	free(sets);
	return r;
}

int suggest_sockets(const struct suggest_how *how, struct proc_dir *dir,
    struct suggestion *suggestion, struct err *err)
{
	CLEANUP_NETNS_TABLE struct netns_table netns = NETNS_TABLE_INIT;
	CLEANUP_SOCKOWNERS struct sockowners owners = SOCKOWNERS_INIT;
	int r = find_netns(how, dir, suggestion, &netns, &owners, err);

	if (r == 0)
		r = count_netns(suggestion, netns.n_items, err);
	if (r == 0)
		r = read_with(how, &netns, &owners, suggestion, err);
	if (r == 0)
		drop_partial(suggestion);
	return r;
}
