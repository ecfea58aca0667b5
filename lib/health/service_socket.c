/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/health/service_socket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cleanup.h"
#include "lib/health/profile.h"

#define ROWS(table) (table), sizeof(table) / sizeof((table)[0])

/* One group as it stands in the file: of either list. */
struct entry {
	char *kind, *proto, *path, *address, *type;
	unsigned port;
	bool owned, optional;
	char *established, *stalled, *warn_established, *warn_stalled;
	const struct conf_item *warn;
};

#define KEY(key, kind, field)                                                          \
	{                                                                              \
		.name = (key), .type = (kind), .offset = offsetof(struct entry, field) \
	}
#define PORT                                                                      \
	{                                                                         \
		.name = "port", .type = CONF_UNSIGNED, .least = 1, .most = 65535, \
		.offset = offsetof(struct entry, port)                            \
	}

static const struct conf_key listen_keys[] = {
	KEY("proto", CONF_TEXT, proto),
	PORT,
	KEY("path", CONF_TEXT, path),
	KEY("type", CONF_TEXT, type),
	KEY("address", CONF_TEXT, address),
	KEY("owned", CONF_BOOL, owned),
	KEY("optional", CONF_BOOL, optional),
};

static const struct conf_key depend_keys[] = {
	KEY("kind", CONF_TEXT, kind),
	KEY("proto", CONF_TEXT, proto),
	PORT,
	KEY("path", CONF_TEXT, path),
	KEY("address", CONF_TEXT, address),
	KEY("established", CONF_TEXT, established),
	KEY("stalled", CONF_TEXT, stalled),
	KEY("warn", CONF_ITEM, warn),
	KEY("optional", CONF_BOOL, optional),
};

static const struct conf_key warn_keys[] = {
	KEY("established", CONF_TEXT, warn_established),
	KEY("stalled", CONF_TEXT, warn_stalled),
};

static void entry_free(struct entry *entry)
{
	free(entry->kind);
	free(entry->proto);
	free(entry->path);
	free(entry->address);
	free(entry->type);
	free(entry->established);
	free(entry->stalled);
	free(entry->warn_established);
	free(entry->warn_stalled);
}

static void address_free(struct service_address *address)
{
	free(address->text);
	*address = (struct service_address){ 0 };
}

void service_listens_free(struct service_listen *listens, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(listens[i].path);
		free(listens[i].type);
		address_free(&listens[i].address);
	}
	free(listens);
}

void service_depends_free(struct service_depend *depends, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(depends[i].kind);
		free(depends[i].path);
		address_free(&depends[i].address);
		free(depends[i].established_text);
		free(depends[i].stalled_text);
		free(depends[i].warn_established_text);
		free(depends[i].warn_stalled_text);
	}
	free(depends);
}

/* --- values ---------------------------------------------------------------------------- */

/* Hands a text over. */
static char *take(char **text)
{
	char *taken = *text;

	*text = NULL;
	return taken;
}

static int parse_address(char **text, struct service_address *ret, struct err *err)
{
	struct service_address address = { .where = SERVICE_PREFIX };
	int r = 0;

	if (!*text)
		return 0;
	if (strcmp(*text, "any") == 0)
		address.where = SERVICE_ANY;
	else if (strcmp(*text, "loopback") == 0)
		address.where = SERVICE_LOOPBACK;
	else
		r = sock_prefix_parse(*text, &address.prefix, err);
	if (r < 0) {
		err_prefix(err, "expected any, loopback, an address or a prefix");
		return -EBADMSG;
	}
	address.text = take(text);
	*ret = address;
	return 0;
}

bool service_address_fits(
    const struct service_address *address, const struct sock_address *socket)
{
	switch (address->where) {
	case SERVICE_WHEREVER:
		return true;
	case SERVICE_ANY:
		return sock_address_is_any(socket);
	case SERVICE_LOOPBACK:
		return sock_address_is_loopback(socket);
	case SERVICE_PREFIX:
		break;
	}
	return sock_prefix_has(&address->prefix, socket);
}

static int parse_proto(
    const char *text, enum service_proto *ret, const char **ret_key, struct err *err)
{
	static const char *const words[] = {
		[SERVICE_TCP] = "tcp", [SERVICE_UDP] = "udp", [SERVICE_UNIX] = "unix"
	};

	*ret_key = "proto";
	*ret = SERVICE_TCP;
	for (size_t i = 0; text && i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(text, words[i]) == 0) {
			*ret = (enum service_proto)i;
			return 0;
		}
	}
	return text ? err_set(err, -EBADMSG, "expected tcp, udp or unix, found '%.20s'", text)
		    : 0;
}

/* What both lists have in common. On failure *ret_key says which key is wrong. */
static int check_entry(
    const struct entry *entry, enum service_proto proto, const char **ret_key, struct err *err)
{
	bool is_unix = proto == SERVICE_UNIX;

	*ret_key = is_unix ? "port" : "path";
	if (is_unix ? entry->port != 0 : entry->path != NULL)
		return err_set(err, -EBADMSG, "expected %s with proto %s",
		    is_unix ? "a path and no port" : "a port and no path",
		    is_unix ? "unix" : "tcp or udp");
	*ret_key = is_unix ? "path" : "port";
	if (!is_unix && entry->port == 0)
		return err_set(err, -EBADMSG, "expected a port from 1 to 65535");
	/* A pattern of fnmatch(3) may begin with one of its own letters, too. */
	if (is_unix && (!entry->path || !*entry->path || !strchr("/@*?[", entry->path[0])))
		return err_set(err, -EBADMSG, "expected a path that begins with /, @ or *");
	if (entry->path && strlen(entry->path) > PROFILE_TEXT_MAX)
		return err_set(err, -EBADMSG, "longer than %d bytes", PROFILE_TEXT_MAX);
	*ret_key = "address";
	if (is_unix && entry->address)
		return err_set(err, -EBADMSG, "sockets of proto unix have no address");
	return 0;
}

static int check_type(const struct entry *entry, enum service_proto proto, struct err *err)
{
	const char *type = entry->type;

	if (!type)
		return 0;
	if (proto != SERVICE_UNIX)
		return err_set(err, -EBADMSG, "only sockets of proto unix have a type");
	if (strcmp(type, "stream") == 0 || strcmp(type, "dgram") == 0 ||
	    strcmp(type, "seqpacket") == 0)
		return 0;
	return err_set(
	    err, -EBADMSG, "expected stream, dgram or seqpacket, found '%.20s'", type);
}

/* --- one of a list ---------------------------------------------------------------------- */

static int read_listen(
    const struct conf_item *group, struct service_listen *ret, struct err *err)
{
	CLEANUP(entry_free) struct entry entry = { .owned = true };
	enum service_proto proto;
	const char *key;
	int r = conf_group_read(group, ROWS(listen_keys), &entry, err);

	if (r < 0)
		return r;
	r = parse_proto(entry.proto, &proto, &key, err);
	if (r == 0)
		r = check_entry(&entry, proto, &key, err);
	if (r == 0) {
		key = "type";
		r = check_type(&entry, proto, err);
	}
	if (r == 0) {
		key = "address";
		r = parse_address(&entry.address, &ret->address, err);
	}
	if (r < 0)
		return conf_error_key(group, key, err);
	ret->proto = proto;
	ret->port = (uint16_t)entry.port;
	ret->path = take(&entry.path);
	ret->type = take(&entry.type);
	ret->is_shared = !entry.owned;
	ret->optional = entry.optional;
	return 0;
}

/* A range that may be left out; its text is handed over. */
static int read_range(
    char **text, struct range *ret, char **ret_text, bool *ret_has, struct err *err)
{
	int r;

	if (!*text || !**text)
		return 0;
	r = range_parse(*text, UNIT_NONE, ret, err);
	if (r < 0)
		return r;
	*ret_has = true;
	*ret_text = take(text);
	return 0;
}

static int read_depend_ranges(const struct conf_item *group, struct entry *entry,
    struct service_depend *ret, struct err *err)
{
	bool has = false;
	int r;

	ret->established = (struct range){ .start = 1, .end = __builtin_inf() };
	r = read_range(
	    &entry->established, &ret->established, &ret->established_text, &has, err);
	if (r < 0)
		return conf_error_key(group, "established", err);
	r = read_range(
	    &entry->stalled, &ret->stalled, &ret->stalled_text, &ret->has_stalled, err);
	if (r < 0)
		return conf_error_key(group, "stalled", err);
	if (!entry->warn)
		return 0;
	r = conf_group_read(entry->warn, ROWS(warn_keys), entry, err);
	if (r < 0)
		return r;
	r = read_range(&entry->warn_established, &ret->warn_established,
	    &ret->warn_established_text, &ret->has_warn_established, err);
	if (r < 0)
		return conf_error_key(entry->warn, "established", err);
	r = read_range(&entry->warn_stalled, &ret->warn_stalled, &ret->warn_stalled_text,
	    &ret->has_warn_stalled, err);
	return r < 0 ? conf_error_key(entry->warn, "stalled", err) : 0;
}

static int read_depend(
    const struct conf_item *group, struct service_depend *ret, struct err *err)
{
	CLEANUP(entry_free) struct entry entry = { 0 };
	enum service_proto proto;
	const char *key;
	int r = conf_group_read(group, ROWS(depend_keys), &entry, err);

	if (r < 0)
		return r;
	key = "kind";
	if (!entry.kind || !*entry.kind || strlen(entry.kind) > PROFILE_NAME_MAX)
		r = err_set(
		    err, -EBADMSG, "expected a word such as db, amqp, ovsdb, cache, api");
	if (r == 0)
		r = parse_proto(entry.proto, &proto, &key, err);
	if (r == 0 && proto == SERVICE_UDP)
		r = err_set(err, -EBADMSG, "expected tcp or unix: udp has no connections");
	if (r == 0)
		r = check_entry(&entry, proto, &key, err);
	if (r == 0) {
		key = "address";
		r = parse_address(&entry.address, &ret->address, err);
	}
	if (r < 0)
		return conf_error_key(group, key, err);
	ret->kind = take(&entry.kind);
	ret->proto = proto;
	ret->port = (uint16_t)entry.port;
	ret->path = take(&entry.path);
	ret->optional = entry.optional;
	return read_depend_ranges(group, &entry, ret, err);
}

/* --- lists ------------------------------------------------------------------------------- */

static int check_list(const struct conf_item *list, struct err *err)
{
	if (!conf_is_list(list)) {
		(void)err_set(err, -EBADMSG, "expected a list ( { … }, … )");
		return conf_error(list, err);
	}
	if (conf_count(list) > PROFILE_LIST_MAX) {
		(void)err_set(err, -EBADMSG, "more than %d elements", PROFILE_LIST_MAX);
		return conf_error(list, err);
	}
	return 0;
}

int service_listens_read(
    const struct conf_item *list, struct service_listen **ret, size_t *ret_n, struct err *err)
{
	struct service_listen *listens;
	int r = check_list(list, err);
	size_t n;

	if (r < 0)
		return r;
	n = conf_count(list);
	listens = calloc(n + 1, sizeof(*listens));
	if (!listens)
		return err_sys(err, -ENOMEM, "cannot keep the profile");
	for (size_t i = 0; r == 0 && i < n; i++)
		r = read_listen(conf_at(list, i), &listens[i], err);
	if (r < 0) {
		service_listens_free(listens, n);
		return r;
	}
	*ret = listens;
	*ret_n = n;
	return 0;
}

int service_depends_read(
    const struct conf_item *list, struct service_depend **ret, size_t *ret_n, struct err *err)
{
	struct service_depend *depends;
	int r = check_list(list, err);
	size_t n;

	if (r < 0)
		return r;
	n = conf_count(list);
	depends = calloc(n + 1, sizeof(*depends));
	if (!depends)
		return err_sys(err, -ENOMEM, "cannot keep the profile");
	for (size_t i = 0; r == 0 && i < n; i++)
		r = read_depend(conf_at(list, i), &depends[i], err);
	if (r < 0) {
		service_depends_free(depends, n);
		return r;
	}
	*ret = depends;
	*ret_n = n;
	return 0;
}

/* --- words -------------------------------------------------------------------------------- */

const char *service_proto_text(enum service_proto proto)
{
	switch (proto) {
	case SERVICE_TCP:
		return "tcp";
	case SERVICE_UDP:
		return "udp";
	case SERVICE_UNIX:
		break;
	}
	return "unix";
}

static void socket_text(enum service_proto proto, unsigned port, const char *path,
    const struct service_address *address, char out[SERVICE_SOCKET_TEXT_SIZE])
{
	if (proto == SERVICE_UNIX)
		(void)snprintf(out, SERVICE_SOCKET_TEXT_SIZE, "unix %.120s", path);
	else
		(void)snprintf(out, SERVICE_SOCKET_TEXT_SIZE, "%s %u%s%.60s",
		    service_proto_text(proto), port, address->text ? " on " : "",
		    address->text ? address->text : "");
}

void service_listen_text(
    const struct service_listen *listen, char out[SERVICE_SOCKET_TEXT_SIZE])
{
	socket_text(listen->proto, listen->port, listen->path, &listen->address, out);
}

void service_depend_text(
    const struct service_depend *depend, char out[SERVICE_SOCKET_TEXT_SIZE])
{
	char socket[SERVICE_SOCKET_TEXT_SIZE];

	socket_text(depend->proto, depend->port, depend->path, &depend->address, socket);
	(void)snprintf(out, SERVICE_SOCKET_TEXT_SIZE, "%.30s %.120s", depend->kind, socket);
}
