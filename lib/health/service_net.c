/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/health/service_net.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

enum { UNIX_NAME_SIZE = 256 };

static void net_free(struct service_net *net)
{
	for (size_t i = 0; i < net->n_tables; i++)
		sock_table_free(&net->tables[i]);
	for (size_t i = 0; net->accepted && i < net->n_tables; i++)
		free(net->accepted[i].items);
	free(net->accepted);
	free(net->tables);
	free(net->codes);
	for (size_t i = 0; net->places && i < net->services->n_rows; i++) {
		struct service_places *places = &net->places[i];

		for (size_t k = 0; k < places->n; k++) {
			free(places->items[k].pids);
			sockowner_set_free(&places->items[k].set);
		}
		free(places->items);
	}
	free(net->places);
	netns_table_free(&net->netns);
	sockowners_free(&net->owners);
}

/* --- which namespaces and processes ------------------------------------------------------- */

static bool wants_kinds(const struct services *services, const struct service_row *row)
{
	return service_wants(services, row, SERVICE_FDS_SOCKETS) ||
	       service_wants(services, row, SERVICE_FDS_PIPES) ||
	       service_wants(services, row, SERVICE_FDS_FILES);
}

static bool wants_sockets(const struct service_row *row)
{
	return row->spec->n_listens + row->spec->n_depends > 0;
}

static unsigned wants_of_row(const struct services *services, const struct service_row *row)
{
	static const unsigned listen_wants[] = { [SERVICE_TCP] = SOCK_WANT_TCP_LISTEN,
		[SERVICE_UDP] = SOCK_WANT_UDP,
		[SERVICE_UNIX] = SOCK_WANT_UNIX };
	const struct service_spec *spec = row->spec;
	unsigned wants = 0;

	if (row->group.n_rows == 0)
		return 0;
	for (size_t i = 0; i < spec->n_listens; i++)
		wants |= listen_wants[spec->listens[i].proto];
	if (services->how.connections && (wants & SOCK_WANT_TCP_LISTEN))
		wants |= SOCK_WANT_TCP_CONNECTIONS;
	for (size_t i = 0; i < spec->n_depends; i++)
		wants |= spec->depends[i].proto == SERVICE_UNIX ? SOCK_WANT_UNIX
								: SOCK_WANT_TCP_CONNECTIONS;
	return wants;
}

static int no_memory(struct err *err)
{
	return err_sys(err, -ENOMEM, "cannot keep the sockets of services");
}

/* Room for one more in a list that grows by doubling. */
static void *grow(void *items, size_t n, size_t size)
{
	return (n & (n - 1)) == 0 ? reallocarray(items, n ? 2 * n : 1, size) : items;
}

static int place_add(struct service_places *places, size_t netns, int32_t pid, struct err *err)
{
	struct service_place *place = NULL;
	int32_t *pids;

	for (size_t i = 0; i < places->n && !place; i++) {
		if (places->items[i].netns == netns)
			place = &places->items[i];
	}
	if (!place) {
		struct service_place *items = grow(places->items, places->n, sizeof(*items));

		if (!items)
			return no_memory(err);
		places->items = items;
		place = &items[places->n++];
		*place = (struct service_place){ .netns = netns };
	}
	pids = grow(place->pids, place->n_pids, sizeof(*pids));
	if (!pids)
		return no_memory(err);
	place->pids = pids;
	pids[place->n_pids++] = pid;
	return 0;
}

/* Finds the namespace of one process, and lists its descriptors. */
static int add_process(
    struct service_net *net, size_t index, int32_t pid, size_t *denied, struct err *err)
{
	struct services *services = net->services;
	const struct service_row *row = &services->rows[index];
	struct proc proc;
	size_t netns;
	int r;

	proc_at(&services->dir, pid, &proc);
	if (wants_sockets(row)) {
		r = netns_find(&net->netns, &proc, &netns, err);
		if (r == 0)
			r = place_add(&net->places[index], netns, pid, err);
		*denied += r == -EACCES;
		if (r < 0)
			return r == -ESRCH || r == -EACCES ? 0 : r;
	}
	return sockowners_add(&net->owners, services->how.root, &proc, err);
}

static int add_row(struct service_net *net, size_t index, struct err *err)
{
	struct service_row *row = &net->services->rows[index];
	size_t denied = 0;
	int r = 0;

	if (!wants_sockets(row) && !wants_kinds(net->services, row))
		return 0;
	for (size_t i = 0; r == 0 && i < row->group.n_rows; i++)
		r = add_process(net, index, row->group.rows[i].pid, &denied, err);
	if (denied > 0)
		service_note(row,
		    "the network namespace of %zu processes may not be looked at: run as root",
		    denied);
	return r;
}

static int make_sets(struct service_net *net, struct err *err)
{
	int r = 0;

	sockowners_finish(&net->owners);
	for (size_t i = 0; i < net->services->n_rows; i++) {
		struct service_places *places = &net->places[i];

		for (size_t k = 0; r == 0 && k < places->n; k++)
			r = sockowner_set_make(&net->owners, places->items[k].pids,
			    places->items[k].n_pids, &places->items[k].set, err);
	}
	return r;
}

static int compare_ports(const void *a, const void *b)
{
	const uint16_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool note_ports(const struct sock_table *table, struct service_ports *ports)
{
	ports->items = calloc(table->n_socks + 1, sizeof(ports->items[0]));
	if (!ports->items)
		return false;
	for (size_t i = 0; i < table->n_socks; i++) {
		const struct sock *sock = &table->socks[i];

		if (sock->proto == SOCK_TCP && sock->state == SOCK_ESTABLISHED)
			ports->items[ports->n++] = sock->local_port;
	}
	qsort(ports->items, ports->n, sizeof(ports->items[0]), compare_ports);
	return true;
}

/* How many are below the port. */
static size_t port_place(const struct service_ports *ports, unsigned port)
{
	size_t low = 0, high = ports->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ports->items[middle] < port)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Reads each namespace that somebody asks about. One that may not be read is no failure. */
static int read_tables(struct service_net *net, struct err *err)
{
	size_t n = net->netns.n_items;
	unsigned wants = 0;

	for (size_t i = 0; i < net->services->n_rows; i++)
		wants |= wants_of_row(net->services, &net->services->rows[i]);
	net->tables = calloc(n + 1, sizeof(net->tables[0]));
	net->codes = calloc(n + 1, sizeof(net->codes[0]));
	net->accepted = calloc(n + 1, sizeof(net->accepted[0]));
	if (!net->tables || !net->codes || !net->accepted)
		return no_memory(err);
	for (size_t i = 0; i < n; i++) {
		net->tables[i] = (struct sock_table)SOCK_TABLE_INIT;
		net->n_tables++;
		net->codes[i] = sock_read(
		    net->services->how.root, &net->netns.items[i], wants, &net->tables[i], err);
		if (net->codes[i] == -ENOMEM || net->codes[i] == -E2BIG)
			return net->codes[i];
		if (net->codes[i] == 0 && net->services->how.connections &&
		    !note_ports(&net->tables[i], &net->accepted[i]))
			return no_memory(err);
	}
	return 0;
}

uint64_t service_net_accepted(const struct service_net *net, size_t netns, uint16_t port)
{
	const struct service_ports *ports = &net->accepted[netns];

	return port_place(ports, port + 1U) - port_place(ports, port);
}

/* --- descriptors ----------------------------------------------------------------------------- */

static void sum_kinds(const struct service_net *net, struct service_row *row)
{
	if (!wants_kinds(net->services, row))
		return;
	row->has_kinds = true;
	for (size_t i = 0; i < row->group.n_rows; i++) {
		const struct sockowner_process *process =
		    sockowners_find(&net->owners, row->group.rows[i].pid);

		if (!process)
			continue;
		if (!process->has_fds)
			row->has_kinds = false;
		for (size_t k = 0; k < PROC_FD_KINDS; k++)
			row->kinds.n[k] += process->fds.n[k];
	}
}

/* --- words ----------------------------------------------------------------------------------- */

/* The table's names have no NUL at their end. */
bool service_name_fits(const char *name, size_t size, const char *pattern)
{
	char text[UNIX_NAME_SIZE];

	if (size == 0 || size >= sizeof(text))
		return false;
	memcpy(text, name, size);
	text[size] = '\0';
	return fnmatch(pattern, text, 0) == 0;
}

/* " in netns qdhcp-1" where it is not the namespace that everybody is in. */
void service_place_text(
    const struct service_net *net, const struct service_place *place, struct buf *buf)
{
	const struct netns *netns = &net->netns.items[place->netns];

	if (netns->is_own || netns->is_tree)
		return;
	(void)buf_adds(buf, " in ");
	(void)netns_describe(net->services->how.root, netns, buf);
}

static void tell_unreadable(
    const struct service_net *net, struct service_row *row, const struct service_place *place)
{
	CLEANUP_BUF struct buf netns = BUF_INIT_MAX(256);
	struct err err = ERR_INIT;

	service_place_text(net, place, &netns);
	(void)err_sys(
	    &err, net->codes[place->netns], "sockets%s could not be read", buf_text(&netns));
	service_note(row, "%s", err.text);
}

/* --- the whole ---------------------------------------------------------------------------------- */

static void check_row(struct service_net *net, size_t index)
{
	struct service_row *row = &net->services->rows[index];
	const struct service_places *places = &net->places[index];

	sum_kinds(net, row);
	if (places->n == 0)
		return;
	row->has_sockets = true;
	for (size_t i = 0; i < places->n; i++) {
		if (net->codes[places->items[i].netns] < 0) {
			tell_unreadable(net, row, &places->items[i]);
			row->has_sockets = false;
		}
	}
	service_listeners_check(net, row, places);
	for (size_t i = 0; i < row->spec->n_depends; i++)
		service_link_check(net, row, places, &row->links[i]);
}

int services_sockets(struct services *services, struct err *err)
{
	CLEANUP(net_free)
	struct service_net net = {
		.services = services, .netns = NETNS_TABLE_INIT, .owners = SOCKOWNERS_INIT
	};
	int r = 0;

	net.places = calloc(services->n_rows + 1, sizeof(net.places[0]));
	if (!net.places)
		return no_memory(err);
	for (size_t i = 0; r == 0 && i < services->n_rows; i++)
		r = add_row(&net, i, err);
	if (r == 0)
		r = make_sets(&net, err);
	if (r == 0)
		r = read_tables(&net, err);
	for (size_t i = 0; r == 0 && i < services->n_rows; i++)
		check_row(&net, i);
	return r;
}

const char *service_proof_text(const struct service_row *row)
{
	if (row->proofs & (1U << SOCKOWNER_NOT_PROVABLE))
		return "unproved";
	if (row->proofs & (1U << SOCKOWNER_BY_UID))
		return "uid";
	if (row->proofs & (1U << SOCKOWNER_BY_CGROUP))
		return "cgroup";
	return row->proofs & (1U << SOCKOWNER_BY_DESCRIPTOR) ? "fd" : NULL;
}
