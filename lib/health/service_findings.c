/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was found beside the numbers, and rows of listeners and dependencies. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/health/mibstate.h"
#include "lib/health/service_rows.h"
#include "lib/mib/dependency.h"
#include "lib/mib/finding.h"
#include "lib/mib/listener.h"

/* InetAddressType of RFC 4001. */
enum { ADDRESS_IPV4 = 1, ADDRESS_IPV6 = 2 };

static void put_text(char *to, size_t size, const char *text)
{
	(void)snprintf(to, size, "%s", text ? text : "");
}

/* --- findings ------------------------------------------------------------------------------------ */

/* As much of a text as one row takes, up to the end of a character. */
static size_t cut(const char *text)
{
	size_t size = strlen(text);

	if (size < MIB_TEXT_SIZE)
		return size;
	size = MIB_TEXT_SIZE - 1;
	while (size > MIB_TEXT_SIZE - 5 && ((unsigned char)text[size] & 0xC0) == 0x80)
		size--;
	return size;
}

struct place {
	struct mib_rows *rows;
	uint32_t service, n;
};

static int add(
    struct place *place, enum mib_finding_kind kind, enum mib_state state, const char *text)
{
	do {
		struct mib_finding *row = mib_rows_add_indexed(place->rows);
		size_t size = cut(text);

		if (!row)
			return -ENOMEM;
		row->index[0] = place->service;
		row->index[1] = ++place->n;
		row->state = state;
		row->kind = kind;
		memcpy(row->text, text, size);
		row->text[size] = '\0';
		text += size;
		kind = MIB_FINDING_MORE;
	} while (*text);
	return 0;
}

int service_findings_put(
    const struct service_row *row, uint32_t index, struct mib_rows *findings)
{
	const struct {
		enum mib_finding_kind kind;
		const struct buf *text;
	} texts[] = {
		{ MIB_FINDING_NOTE, &row->notes },
		{ MIB_FINDING_FOUND, &row->sockets },
		{ MIB_FINDING_UNSEEN, &row->unseen },
		{ MIB_FINDING_ZOMBIES, &row->zombies },
		{ MIB_FINDING_STALE, &row->stale },
	};
	struct place place = { .rows = findings, .service = index };
	int r = 0;

	for (size_t i = 0; r == 0 && i < row->n_problems; i++) {
		const struct service_problem *problem = &row->problems[i];

		r = add(&place,
		    problem->source == SERVICE_FROM_PROCESS ? MIB_FINDING_PROCESS
							    : MIB_FINDING_OTHER,
		    mibstate_of(problem->state), problem->text);
	}
	for (size_t i = 0; r == 0 && i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (texts[i].text->size)
			r = add(&place, texts[i].kind, MIB_OK, buf_text(texts[i].text));
	}
	return r;
}

static void take(struct service_row *row, const struct mib_finding *finding, const char *text)
{
	switch (finding->kind) {
	case MIB_FINDING_PROCESS:
	case MIB_FINDING_OTHER:
		(void)service_problem(row,
		    finding->kind == MIB_FINDING_PROCESS ? SERVICE_FROM_PROCESS
							 : SERVICE_FROM_OTHERS,
		    mibstate_back(finding->state), "%s", text);
		break;
	case MIB_FINDING_NOTE:
		service_note(row, "%s", text);
		break;
	case MIB_FINDING_FOUND:
		(void)buf_adds(&row->sockets, text);
		break;
	case MIB_FINDING_UNSEEN:
		(void)buf_adds(&row->unseen, text);
		break;
	case MIB_FINDING_ZOMBIES:
		(void)buf_adds(&row->zombies, text);
		break;
	case MIB_FINDING_STALE:
		(void)buf_adds(&row->stale, text);
		break;
	default:
		/* Of a later release. */
		break;
	}
}

void service_findings_take(
    struct service_row *row, uint32_t index, const struct mib_rows *findings)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(8192);
	const struct mib_finding *first = NULL;

	for (size_t i = 0; i < findings->n; i++) {
		const struct mib_finding *finding = mib_rows_at(findings, i);

		if (finding->index[0] != index)
			continue;
		if (finding->kind != MIB_FINDING_MORE) {
			if (first)
				take(row, first, buf_text(&text));
			buf_reset(&text);
			first = finding;
		}
		(void)buf_adds(&text, finding->text);
	}
	if (first)
		take(row, first, buf_text(&text));
}

/* What may not be seen, or is not looked for, is disabled: it is no alarm of its own. */

/* --- listeners ----------------------------------------------------------------------------------- */

static int64_t proto_of(enum service_proto proto)
{
	static const int64_t protos[] = { [SERVICE_TCP] = MIB_PROTO_TCP,
		[SERVICE_UDP] = MIB_PROTO_UDP,
		[SERVICE_UNIX] = MIB_PROTO_UNIX };

	return protos[proto];
}

static void put_address(const struct service_listener *from, struct mib_listener *ret)
{
	size_t size = 4;

	if (!from->is_bound || from->listen->proto == SERVICE_UNIX)
		return;
	ret->address_type = ADDRESS_IPV4;
	if (from->address.family == AF_INET6) {
		ret->address_type = ADDRESS_IPV6;
		size = 16;
	}
	ret->address[0] = (unsigned char)size;
	memcpy(ret->address + 1, from->address.bytes, size);
}

static void put_listener_state(const struct service_row *row,
    const struct service_listener *from, struct mib_listener *ret)
{
	char *text = ret->state_text;
	size_t size = sizeof(ret->state_text);

	ret->state = mibstate_of(from->state);
	if (from->n_places == 0) {
		ret->state = MIB_DISABLED;
		put_text(text, size,
		    row->n_processes > 0 ? "its sockets could not be read"
					 : "not looked for: the service does not run");
	} else if (from->state != STATE_OK) {
		put_text(text, size, from->text);
	} else if (from->n_found == 0) {
		ret->state = MIB_DISABLED;
		put_text(text, size, "not there, optional");
	} else if (from->n_places > 1) {
		(void)snprintf(text, size, "listens in %zu network namespaces", from->n_found);
	} else {
		put_text(text, size, "listens");
	}
}

static void put_listener(const struct service_row *row, const struct service_listener *from,
    struct mib_listener *ret)
{
	const struct service_listen *listen = from->listen;
	char socket[SERVICE_SOCKET_TEXT_SIZE];

	service_listen_text(listen, socket);
	(void)snprintf(ret->name, sizeof(ret->name), "%s %s", row->spec->name, socket);
	put_listener_state(row, from, ret);
	ret->proto = proto_of(listen->proto);
	put_address(from, ret);
	ret->port = listen->port;
	put_text(ret->path, sizeof(ret->path), listen->path);
	ret->owner_pid = from->pid;
	ret->accept_queue = from->has_queue ? (int64_t)from->queue : MIB_NONE;
	ret->accept_queue_max = from->has_queue_max ? (int64_t)from->queue_max : MIB_NONE;
	ret->connections = from->has_connections ? (int64_t)from->n_connections : MIB_NONE;
}

enum { KEY_SIZE = SERVICE_SOCKET_TEXT_SIZE + 16 };

static void listener_key(const struct service_listen *listen, char out[KEY_SIZE])
{
	char socket[SERVICE_SOCKET_TEXT_SIZE];

	service_listen_text(listen, socket);
	(void)snprintf(out, KEY_SIZE, "%s%s%s", socket, listen->type ? " " : "",
	    listen->type ? listen->type : "");
}

/* Whether the profile has the same before. */
static bool is_repeated_listen(const struct service_spec *spec, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++) {
		char before[KEY_SIZE];

		listener_key(&spec->listens[i], before);
		if (strcmp(before, key) == 0)
			return true;
	}
	return false;
}

int service_listeners_put(
    const struct service_row *row, uint32_t index, struct mib_rows *listeners)
{
	for (size_t i = 0; i < row->spec->n_listens; i++) {
		const struct service_listener *from = &row->listeners[i];
		char key[KEY_SIZE];
		struct mib_listener *to;

		listener_key(from->listen, key);
		if (is_repeated_listen(row->spec, i, key))
			continue;
		to = mib_rows_add(listeners, key);
		if (!to)
			return -ENOMEM;
		to->index[0] = index;
		put_listener(row, from, to);
	}
	return 0;
}

/* --- dependencies -------------------------------------------------------------------------------- */

static void put_link_state(
    const struct service_row *row, const struct service_link *from, struct mib_dependency *ret)
{
	char *text = ret->state_text;
	size_t size = sizeof(ret->state_text);

	ret->state = mibstate_of(from->state);
	if (!from->is_known) {
		ret->state = MIB_DISABLED;
		put_text(text, size,
		    row->n_processes > 0 ? "its sockets could not be read"
					 : "not looked for: the service does not run");
	} else if (from->state != STATE_OK) {
		put_text(text, size, from->text);
	} else if (from->is_unproved) {
		ret->state = MIB_DISABLED;
		put_text(text, size,
		    from->is_blind
			? "only a running node's kernel tells whether it is connected"
			: "cannot be told: run as root or grant CAP_SYS_PTRACE");
	} else if (from->n_live == 0 && from->depend->optional) {
		ret->state = MIB_DISABLED;
		put_text(text, size, "not connected, optional");
	} else {
		(void)snprintf(text, size, "%zu live connection%s", from->n_live,
		    from->n_live == 1 ? "" : "s");
	}
}

static void put_counts(const struct service_link *from, struct mib_dependency *ret)
{
	const struct range *range = &from->depend->established;

	if (!range->inside && !from->depend->optional && range->start > 0 &&
	    range->start < UINT32_MAX)
		ret->expected_min = service_at_least(range);
	ret->established = ret->stalled = ret->connecting = MIB_NONE;
	if (!from->is_known || from->is_blind)
		return;
	if (from->n_unproved == 0)
		ret->established = (int64_t)from->n_live;
	ret->stalled = (int64_t)from->n_stalled;
	ret->connecting = (int64_t)from->n_trying;
}

static bool is_repeated_depend(const struct service_spec *spec, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++) {
		char before[SERVICE_SOCKET_TEXT_SIZE];

		service_depend_text(&spec->depends[i], before);
		if (strcmp(before, key) == 0)
			return true;
	}
	return false;
}

int service_dependencies_put(
    const struct service_row *row, uint32_t index, struct mib_rows *dependencies)
{
	for (size_t i = 0; i < row->spec->n_depends; i++) {
		const struct service_link *from = &row->links[i];
		const struct service_depend *depend = from->depend;
		char target[SERVICE_SOCKET_TEXT_SIZE];
		struct mib_dependency *to;

		service_depend_text(depend, target);
		if (is_repeated_depend(row->spec, i, target))
			continue;
		to = mib_rows_add(dependencies, target);
		if (!to)
			return -ENOMEM;
		to->index[0] = index;
		(void)snprintf(to->name, sizeof(to->name), "%s %s", row->spec->name, target);
		put_link_state(row, from, to);
		put_counts(from, to);
		put_text(to->kind, sizeof(to->kind), depend->kind);
		to->proto = proto_of(depend->proto);
		put_text(to->peer, sizeof(to->peer), depend->address.text);
		to->port = depend->port;
		put_text(to->path, sizeof(to->path), depend->path);
	}
	return 0;
}
