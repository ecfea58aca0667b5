/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/collect/netns.h"
#include "lib/collect/sock.h"
#include "lib/collect/sockowner.h"
#include "lib/health/service_process.h"

/* Retransmissions without an answer, of a connection that stands still: some 3 s at the least. */
enum { STALLED_TRIES = 4, UNIX_NAME_SIZE = 256 };

/* The processes of one service in one namespace. */
struct place {
	size_t netns; /* index of the namespace */
	int32_t *pids;
	size_t n_pids;
	struct sockowner_set set;
};

struct places {
	struct place *items;
	size_t n;
};

struct reading {
	struct services *services;
	struct netns_table netns;
	struct sockowners owners;
	struct sock_table *tables; /* one a namespace */
	int *codes;		   /* 0, or why the table could not be read */
	size_t n_tables;
	struct places *places; /* one a service */
};

static void reading_free(struct reading *reading)
{
	for (size_t i = 0; i < reading->n_tables; i++)
		sock_table_free(&reading->tables[i]);
	free(reading->tables);
	free(reading->codes);
	for (size_t i = 0; reading->places && i < reading->services->n_rows; i++) {
		struct places *places = &reading->places[i];

		for (size_t k = 0; k < places->n; k++) {
			free(places->items[k].pids);
			sockowner_set_free(&places->items[k].set);
		}
		free(places->items);
	}
	free(reading->places);
	netns_table_free(&reading->netns);
	sockowners_free(&reading->owners);
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

static unsigned wants_of_row(const struct service_row *row)
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

static int place_add(struct places *places, size_t netns, int32_t pid, struct err *err)
{
	struct place *place = NULL;
	int32_t *pids;

	for (size_t i = 0; i < places->n && !place; i++) {
		if (places->items[i].netns == netns)
			place = &places->items[i];
	}
	if (!place) {
		struct place *items = grow(places->items, places->n, sizeof(*items));

		if (!items)
			return no_memory(err);
		places->items = items;
		place = &items[places->n++];
		*place = (struct place){ .netns = netns };
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
    struct reading *reading, size_t index, int32_t pid, size_t *denied, struct err *err)
{
	struct services *services = reading->services;
	const struct service_row *row = &services->rows[index];
	struct proc proc;
	size_t netns;
	int r;

	proc_at(&services->dir, pid, &proc);
	if (wants_sockets(row)) {
		r = netns_find(&reading->netns, &proc, &netns, err);
		if (r == 0)
			r = place_add(&reading->places[index], netns, pid, err);
		*denied += r == -EACCES;
		if (r < 0)
			return r == -ESRCH || r == -EACCES ? 0 : r;
	}
	return sockowners_add(&reading->owners, services->how.root, &proc, err);
}

static int add_row(struct reading *reading, size_t index, struct err *err)
{
	struct service_row *row = &reading->services->rows[index];
	size_t denied = 0;
	int r = 0;

	if (!wants_sockets(row) && !wants_kinds(reading->services, row))
		return 0;
	for (size_t i = 0; r == 0 && i < row->group.n_rows; i++)
		r = add_process(reading, index, row->group.rows[i].pid, &denied, err);
	if (denied > 0)
		service_note(row,
		    "the network namespace of %zu processes may not be looked at: run as root",
		    denied);
	return r;
}

static int make_sets(struct reading *reading, struct err *err)
{
	int r = 0;

	sockowners_finish(&reading->owners);
	for (size_t i = 0; i < reading->services->n_rows; i++) {
		struct places *places = &reading->places[i];

		for (size_t k = 0; r == 0 && k < places->n; k++)
			r = sockowner_set_make(&reading->owners, places->items[k].pids,
			    places->items[k].n_pids, &places->items[k].set, err);
	}
	return r;
}

/* Reads each namespace that somebody asks about. One that may not be read is no failure. */
static int read_tables(struct reading *reading, struct err *err)
{
	size_t n = reading->netns.n_items;
	unsigned wants = 0;

	for (size_t i = 0; i < reading->services->n_rows; i++)
		wants |= wants_of_row(&reading->services->rows[i]);
	reading->tables = calloc(n + 1, sizeof(reading->tables[0]));
	reading->codes = calloc(n + 1, sizeof(reading->codes[0]));
	if (!reading->tables || !reading->codes)
		return no_memory(err);
	for (size_t i = 0; i < n; i++) {
		reading->tables[i] = (struct sock_table)SOCK_TABLE_INIT;
		reading->n_tables++;
		reading->codes[i] = sock_read(reading->services->how.root,
		    &reading->netns.items[i], wants, &reading->tables[i], err);
		if (reading->codes[i] == -ENOMEM || reading->codes[i] == -E2BIG)
			return reading->codes[i];
	}
	return 0;
}

/* --- descriptors ----------------------------------------------------------------------------- */

static void sum_kinds(const struct reading *reading, struct service_row *row)
{
	if (!wants_kinds(reading->services, row))
		return;
	row->has_kinds = true;
	for (size_t i = 0; i < row->group.n_rows; i++) {
		const struct sockowner_process *process =
		    sockowners_find(&reading->owners, row->group.rows[i].pid);

		if (!process)
			continue;
		if (!process->has_fds)
			row->has_kinds = false;
		for (size_t k = 0; k < PROC_FD_KINDS; k++)
			row->kinds.n[k] += process->fds.n[k];
	}
}

/* --- listeners ------------------------------------------------------------------------------ */

/* What was found of one thing that the profile asks for. */
struct found {
	size_t owned, unproved, others;
	bool wrong_address;
	char address[SOCK_ADDRESS_TEXT_SIZE]; /* the wrong one */
	int32_t other_pid;
	unsigned proofs;
};

static void ask_owner(const struct reading *reading, const struct place *place,
    const struct sock *sock, bool is_shared, struct found *found)
{
	struct sockowner_answer answer = { .is = SOCKOWNER_YES };

	if (!is_shared) {
		answer = sockowner_ask(&reading->owners, &place->set, sock);
		found->proofs |= 1U << answer.proof;
	}
	if (answer.is == SOCKOWNER_YES) {
		found->owned++;
	} else if (answer.is == SOCKOWNER_UNKNOWN) {
		found->unproved++;
	} else {
		size_t n;
		const struct sockowner_pair *pair =
		    sockowners_of(&reading->owners, sock->inode, &n);

		found->others++;
		found->other_pid = n > 0 ? pair->pid : 0;
	}
}

/* The table's names have no NUL at their end. */
static bool name_fits(const char *name, size_t size, const char *pattern)
{
	char text[UNIX_NAME_SIZE];

	if (size == 0 || size >= sizeof(text))
		return false;
	memcpy(text, name, size);
	text[size] = '\0';
	return fnmatch(pattern, text, 0) == 0;
}

static bool type_fits(const struct sock *sock, const char *type)
{
	if (!type)
		return true;
	if (strcmp(type, "dgram") == 0)
		return sock->type == SOCK_DGRAM;
	return sock->type == (strcmp(type, "stream") == 0 ? SOCK_STREAM : SOCK_SEQPACKET);
}

static void find_unix(const struct reading *reading, const struct place *place,
    const struct service_listen *listen, struct found *found)
{
	const struct sock_table *table = &reading->tables[place->netns];
	struct sock_span span = sock_named(table);

	for (size_t i = 0; i < span.n; i++) {
		const struct sock *sock = &table->socks[span.items[i]];

		if (type_fits(sock, listen->type) &&
		    name_fits(sock_name(table, sock), sock->name_size, listen->path))
			ask_owner(reading, place, sock, listen->is_shared, found);
	}
}

static void find_port(const struct reading *reading, const struct place *place,
    const struct service_listen *listen, struct found *found)
{
	const struct sock_table *table = &reading->tables[place->netns];
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
		ask_owner(reading, place, sock, listen->is_shared, found);
	}
}

/* " in netns qdhcp-1" where it is not the namespace that everybody is in. */
static void add_netns(const struct reading *reading, const struct place *place, struct buf *buf)
{
	const struct netns *netns = &reading->netns.items[place->netns];

	if (netns->is_own || netns->is_tree)
		return;
	(void)buf_adds(buf, " in ");
	(void)netns_describe(reading->services->how.root, netns, buf);
}

static void tell_missing(const struct reading *reading, struct service_row *row,
    const struct place *place, const struct service_listen *listen, const struct found *found)
{
	struct buf netns = BUF_INIT_MAX(256);
	char socket[SERVICE_SOCKET_TEXT_SIZE];

	add_netns(reading, place, &netns);
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

static void tell_unreadable(
    const struct reading *reading, struct service_row *row, const struct place *place)
{
	struct buf netns = BUF_INIT_MAX(256);

	add_netns(reading, place, &netns);
	service_note(row, "sockets%s could not be read: %s", buf_text(&netns),
	    strerror(-reading->codes[place->netns]));
	buf_free(&netns);
}

/* Returns in how many namespaces it was found. */
static size_t check_listen(struct reading *reading, struct service_row *row,
    const struct places *places, const struct service_listen *listen)
{
	size_t well = 0;

	for (size_t i = 0; i < places->n; i++) {
		const struct place *place = &places->items[i];
		struct found found = { 0 };

		if (reading->codes[place->netns] < 0)
			continue;
		if (listen->proto == SERVICE_UNIX)
			find_unix(reading, place, listen, &found);
		else
			find_port(reading, place, listen, &found);
		if (found.owned + found.unproved > 0) {
			row->proofs |=
			    found.owned ? found.proofs : 1U << SOCKOWNER_NOT_PROVABLE;
			well++;
		} else if (!listen->optional) {
			tell_missing(reading, row, place, listen, &found);
		}
	}
	return well;
}

static void check_listens(
    struct reading *reading, struct service_row *row, const struct places *places)
{
	const struct service_spec *spec = row->spec;

	for (size_t i = 0; i < spec->n_listens; i++) {
		size_t n = check_listen(reading, row, places, &spec->listens[i]);
		char socket[SERVICE_SOCKET_TEXT_SIZE];

		if (n == 0)
			continue;
		service_listen_text(&spec->listens[i], socket);
		(void)buf_addf(
		    &row->sockets, "%s%s", row->n_listeners ? ", " : "listens ", socket);
		if (places->n > 1)
			(void)buf_addf(&row->sockets, " in %zu netns", n);
		row->n_listeners++;
	}
}

/* --- connections ------------------------------------------------------------------------------ */

struct links {
	size_t live, stalled, trying, unproved;
	bool is_blind; /* what is asked for is not told here */
	unsigned proofs;
};

static void count_link(const struct reading *reading, const struct place *place,
    const struct sock *sock, struct links *links)
{
	struct sockowner_answer answer = sockowner_ask(&reading->owners, &place->set, sock);

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

static void find_links(const struct reading *reading, const struct place *place,
    const struct service_depend *depend, struct links *links)
{
	const struct sock_table *table = &reading->tables[place->netns];
	struct sock_span span = sock_connections(table, depend->port);

	for (size_t i = 0; i < span.n; i++) {
		const struct sock *sock = &table->socks[span.items[i]];

		if (sock->proto == SOCK_TCP &&
		    service_address_fits(&depend->address, &sock->remote))
			count_link(reading, place, sock, links);
	}
}

/* Only sock_diag tells the other end of a unix socket. */
static void find_unix_links(const struct reading *reading, const struct place *place,
    const struct service_depend *depend, struct links *links)
{
	const struct sock_table *table = &reading->tables[place->netns];

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
		if (name_fits(name, size, depend->path))
			count_link(reading, place, sock, links);
	}
}

static void judge_depend(
    struct service_row *row, const struct service_depend *depend, const struct links *links)
{
	double live = (double)links->live, stalled = (double)links->stalled;
	const struct range *wrong = NULL;
	enum state state = STATE_CRITICAL;
	char target[SERVICE_SOCKET_TEXT_SIZE];
	struct buf reason = BUF_INIT_MAX(256);

	service_depend_text(depend, target);
	if (range_alerts(&depend->established, live)) {
		wrong = &depend->established;
	} else if (depend->has_warn_established &&
		   range_alerts(&depend->warn_established, live)) {
		wrong = &depend->warn_established;
		state = STATE_WARNING;
	}
	/* Those whose owner is not known may be the ones that are missing. */
	if (wrong && (links->is_blind || (links->unproved > 0 && live < wrong->start &&
					     live + (double)links->unproved >= wrong->start))) {
		service_note(row,
		    "whether it is connected to %s cannot be told: run as root or grant "
		    "CAP_SYS_PTRACE",
		    target);
		row->proofs |= 1U << SOCKOWNER_NOT_PROVABLE;
		wrong = NULL;
	}
	if (wrong && links->live == 0 && !depend->optional) {
		if (links->stalled + links->trying > 0)
			service_problem(row, state,
			    "no live connection to %s (%zu stalled, %zu trying)", target,
			    links->stalled, links->trying);
		else
			service_problem(row, state, "no connection to %s", target);
	} else if (wrong && links->live > 0) {
		range_format(wrong, true, &reason);
		service_problem(row, state, "%zu of %s connections to %s", links->live,
		    buf_text(&reason), target);
	}
	state = STATE_CRITICAL;
	wrong = depend->has_stalled && range_alerts(&depend->stalled, stalled)
		    ? &depend->stalled
		    : NULL;
	if (!wrong && depend->has_warn_stalled &&
	    range_alerts(&depend->warn_stalled, stalled)) {
		wrong = &depend->warn_stalled;
		state = STATE_WARNING;
	}
	if (wrong)
		service_problem(
		    row, state, "%zu stalled connections to %s", links->stalled, target);
	buf_free(&reason);
}

/* Of the service as a whole: which of its processes is connected is its own business. */
static void check_depend(struct reading *reading, struct service_row *row,
    const struct places *places, const struct service_depend *depend)
{
	struct links links = { 0 };
	bool read = false;

	for (size_t i = 0; i < places->n; i++) {
		const struct place *place = &places->items[i];

		if (reading->codes[place->netns] < 0)
			continue;
		read = true;
		if (depend->proto == SERVICE_UNIX)
			find_unix_links(reading, place, depend, &links);
		else
			find_links(reading, place, depend, &links);
	}
	if (!read)
		return;
	judge_depend(row, depend, &links);
	row->proofs |= links.proofs;
	row->n_live += links.live;
	row->n_stalled += links.stalled;
	if (links.live + links.stalled == 0)
		return;
	(void)buf_addf(&row->sockets, "%s%.30s %zu",
	    row->sockets.size ? (row->has_links ? ", " : "; ") : "", depend->kind, links.live);
	row->has_links = true;
	if (links.stalled)
		(void)buf_addf(&row->sockets, " and %zu stalled", links.stalled);
}

/* --- the whole ---------------------------------------------------------------------------------- */

static void check_row(struct reading *reading, size_t index)
{
	struct service_row *row = &reading->services->rows[index];
	const struct places *places = &reading->places[index];
	const struct service_spec *spec = row->spec;

	sum_kinds(reading, row);
	if (places->n == 0)
		return;
	row->has_sockets = true;
	for (size_t i = 0; i < places->n; i++) {
		if (reading->codes[places->items[i].netns] < 0) {
			tell_unreadable(reading, row, &places->items[i]);
			row->has_sockets = false;
		}
	}
	check_listens(reading, row, places);
	for (size_t i = 0; i < spec->n_depends; i++)
		check_depend(reading, row, places, &spec->depends[i]);
}

int services_sockets(struct services *services, struct err *err)
{
	CLEANUP(reading_free)
	struct reading reading = {
		.services = services, .netns = NETNS_TABLE_INIT, .owners = SOCKOWNERS_INIT
	};
	int r = 0;

	reading.places = calloc(services->n_rows + 1, sizeof(reading.places[0]));
	if (!reading.places)
		return no_memory(err);
	for (size_t i = 0; r == 0 && i < services->n_rows; i++)
		r = add_row(&reading, i, err);
	if (r == 0)
		r = make_sets(&reading, err);
	if (r == 0)
		r = read_tables(&reading, err);
	for (size_t i = 0; r == 0 && i < services->n_rows; i++)
		check_row(&reading, i);
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
