/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/vswitch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/client/ovsdb.h"

static const char database[] = "Open_vSwitch";

enum { SWITCH, BRIDGE, PORT, INTERFACE, CONTROLLER, MANAGER, N_TABLES };

static const char *const switch_columns[] = { "cur_cfg", "next_cfg", "ovs_version",
	"db_version", NULL };
static const char *const bridge_columns[] = { "_uuid", "name", "fail_mode", "datapath_type",
	"ports", "controller", NULL };
static const char *const port_columns[] = { "_uuid", "interfaces", NULL };
static const char *const interface_columns[] = { "_uuid", "name", "type", "admin_state",
	"link_state", "error", "ofport", "statistics", NULL };
static const char *const controller_columns[] = { "_uuid", "target", "is_connected", "role",
	"status", NULL };
static const char *const manager_columns[] = { "_uuid", "target", "is_connected", "status",
	NULL };

static const struct ovsdb_table tables[] = {
	[SWITCH] = { "Open_vSwitch", switch_columns },
	[BRIDGE] = { "Bridge", bridge_columns },
	[PORT] = { "Port", port_columns },
	[INTERFACE] = { "Interface", interface_columns },
	[CONTROLLER] = { "Controller", controller_columns },
	[MANAGER] = { "Manager", manager_columns },
};

/* Which bridge a row belongs to, by the row's uuid; sorted. */
struct owner {
	const char *uuid;
	uint32_t bridge;
};
struct owners {
	struct owner *items;
	size_t n_items;
};

static void owners_free(struct owners *owners)
{
	free(owners->items);
}

static int owner_compare(const void *a, const void *b)
{
	return strcmp(((const struct owner *)a)->uuid, ((const struct owner *)b)->uuid);
}

static uint32_t find_owner(const struct owners *owners, const char *uuid)
{
	const struct owner key = { .uuid = uuid }, *found = NULL;

	if (uuid && owners->n_items)
		found =
		    bsearch(&key, owners->items, owners->n_items, sizeof(key), owner_compare);
	return found ? found->bridge : VSWITCH_NO_BRIDGE;
}

static int no_memory(struct err *err)
{
	return err_sys(err, -ENOMEM, "cannot keep the switch's database");
}

/* Room for n, which is what an answer of bounded size has; NULL is only a lack of memory. */
static void *rows_of(size_t n, size_t size)
{
	return calloc(n ? n : 1, size);
}

static void add_owned(struct owners *owners, const struct json *uuids, uint32_t bridge)
{
	for (size_t i = 0; i < ovsdb_set_count(uuids); i++) {
		const char *uuid = ovsdb_uuid(ovsdb_set_at(uuids, i));

		if (uuid)
			owners->items[owners->n_items++] = (struct owner){ uuid, bridge };
	}
}

static void sort_owners(struct owners *owners)
{
	if (owners->n_items > 1)
		qsort(owners->items, owners->n_items, sizeof(struct owner), owner_compare);
}

/* The rows that bridges name in one of their columns. */
static int owned_by_bridges(
    const struct vswitch *vswitch, bool ports, struct owners *ret, struct err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < vswitch->n_bridges; i++)
		n += ovsdb_set_count(
		    ports ? vswitch->bridges[i].ports : vswitch->bridges[i].controllers);
	ret->items = rows_of(n, sizeof(*ret->items));
	if (!ret->items)
		return no_memory(err);
	for (size_t i = 0; i < vswitch->n_bridges; i++)
		add_owned(ret,
		    ports ? vswitch->bridges[i].ports : vswitch->bridges[i].controllers,
		    (uint32_t)i);
	sort_owners(ret);
	return 0;
}

/* --- the tables -------------------------------------------------------------------------------- */

static void parse_switch(struct vswitch *vswitch)
{
	const struct json *row = json_at(ovsdb_rows(vswitch->answer, SWITCH), 0);

	vswitch->version = ovsdb_text(row, "ovs_version");
	vswitch->schema = ovsdb_text(row, "db_version");
	vswitch->has_config = ovsdb_i64(row, "cur_cfg", &vswitch->current) &&
			      ovsdb_i64(row, "next_cfg", &vswitch->next);
}

static int parse_bridges(struct vswitch *vswitch, struct err *err)
{
	const struct json *rows = ovsdb_rows(vswitch->answer, BRIDGE);
	size_t n = json_count(rows);

	vswitch->bridges = rows_of(n, sizeof(*vswitch->bridges));
	if (!vswitch->bridges)
		return no_memory(err);
	for (size_t i = 0; i < n; i++) {
		const struct json *row = json_at(rows, i);

		vswitch->bridges[vswitch->n_bridges++] = (struct vswitch_bridge){
			.name = ovsdb_text(row, "name"),
			.fail_mode = ovsdb_text(row, "fail_mode"),
			.datapath_type = ovsdb_text(row, "datapath_type"),
			.ports = json_get(row, "ports"),
			.controllers = json_get(row, "controller"),
			.n_ports = ovsdb_set_count(json_get(row, "ports")),
		};
	}
	return 0;
}

/* Interfaces belong to ports, and ports to bridges. */
static int parse_ports(struct vswitch *vswitch, struct owners *ret, struct err *err)
{
	const struct json *rows = ovsdb_rows(vswitch->answer, PORT);
	CLEANUP(owners_free) struct owners ports = { .items = NULL };
	size_t n = 0;
	int r = owned_by_bridges(vswitch, true, &ports, err);

	if (r < 0)
		return r;
	vswitch->n_ports = json_count(rows);
	for (size_t i = 0; i < vswitch->n_ports; i++)
		n += ovsdb_set_count(json_get(json_at(rows, i), "interfaces"));
	ret->items = rows_of(n, sizeof(*ret->items));
	if (!ret->items)
		return no_memory(err);
	for (size_t i = 0; i < vswitch->n_ports; i++) {
		const struct json *row = json_at(rows, i);
		const char *uuid = ovsdb_uuid(json_get(row, "_uuid"));

		add_owned(ret, json_get(row, "interfaces"), find_owner(&ports, uuid));
	}
	sort_owners(ret);
	return 0;
}

static enum vswitch_link parse_link(const struct json *row, const char *column)
{
	const char *word = ovsdb_text(row, column);

	if (strcmp(word, "up") == 0)
		return VSWITCH_LINK_UP;
	return strcmp(word, "down") == 0 ? VSWITCH_LINK_DOWN : VSWITCH_LINK_UNKNOWN;
}

static bool parse_counter(const struct json *row, const char *key, uint64_t *ret)
{
	int64_t value;

	if (!json_i64(ovsdb_map_get(row, "statistics", key), &value) || value < 0)
		return false;
	*ret = (uint64_t)value;
	return true;
}

/* A driver that counts some of them counts those. */
static void parse_counters(const struct json *row, struct vswitch_counters *ret)
{
	ret->known = parse_counter(row, "rx_errors", &ret->in_errors);
	ret->known |= parse_counter(row, "tx_errors", &ret->out_errors);
	ret->known |= parse_counter(row, "rx_dropped", &ret->in_drops);
	ret->known |= parse_counter(row, "tx_dropped", &ret->out_drops);
}

static int parse_interfaces(struct vswitch *vswitch, struct err *err)
{
	const struct json *rows = ovsdb_rows(vswitch->answer, INTERFACE);
	CLEANUP(owners_free) struct owners owners = { .items = NULL };
	size_t n = json_count(rows);
	int r = parse_ports(vswitch, &owners, err);

	if (r < 0)
		return r;
	vswitch->interfaces = rows_of(n, sizeof(*vswitch->interfaces));
	if (!vswitch->interfaces)
		return no_memory(err);
	for (size_t i = 0; i < n; i++) {
		const struct json *row = json_at(rows, i);
		struct vswitch_interface *one = &vswitch->interfaces[vswitch->n_interfaces++];

		one->name = ovsdb_text(row, "name");
		one->type = ovsdb_text(row, "type");
		one->error = ovsdb_text(row, "error");
		one->has_ofport = ovsdb_i64(row, "ofport", &one->ofport);
		one->admin = parse_link(row, "admin_state");
		one->link = parse_link(row, "link_state");
		one->bridge = find_owner(&owners, ovsdb_uuid(json_get(row, "_uuid")));
		parse_counters(row, &one->counters);
	}
	return 0;
}

static const char *status_text(const struct json *row, const char *key)
{
	const char *text = json_text(ovsdb_map_get(row, "status", key), NULL);

	return text ? text : "";
}

/* owners is NULL for managers, which belong to no bridge. */
static int parse_remotes(const struct json *rows, const struct owners *owners,
    struct vswitch_remote **ret, size_t *ret_n, struct err *err)
{
	size_t n = json_count(rows);

	*ret = rows_of(n, sizeof(**ret));
	if (!*ret)
		return no_memory(err);
	for (size_t i = 0; i < n; i++) {
		const struct json *row = json_at(rows, i);
		struct vswitch_remote *one = &(*ret)[(*ret_n)++];

		one->target = ovsdb_text(row, "target");
		(void)ovsdb_bool(row, "is_connected", &one->connected);
		one->role = ovsdb_text(row, "role");
		one->state = status_text(row, "state");
		one->error = status_text(row, "last_error");
		one->bridge = owners ? find_owner(owners, ovsdb_uuid(json_get(row, "_uuid")))
				     : VSWITCH_NO_BRIDGE;
	}
	return 0;
}

static int parse_controllers(struct vswitch *vswitch, struct err *err)
{
	CLEANUP(owners_free) struct owners owners = { .items = NULL };
	int r = owned_by_bridges(vswitch, false, &owners, err);

	if (r == 0)
		r = parse_remotes(ovsdb_rows(vswitch->answer, CONTROLLER), &owners,
		    &vswitch->controllers, &vswitch->n_controllers, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < vswitch->n_controllers; i++) {
		const struct vswitch_remote *one = &vswitch->controllers[i];

		if (one->bridge == VSWITCH_NO_BRIDGE)
			continue;
		vswitch->bridges[one->bridge].n_controllers++;
		vswitch->bridges[one->bridge].n_connected += one->connected;
	}
	return 0;
}

/* --- the whole ----------------------------------------------------------------------------------- */

void vswitch_free(struct vswitch *vswitch)
{
	free(vswitch->bridges);
	free(vswitch->interfaces);
	free(vswitch->controllers);
	free(vswitch->managers);
	json_free(vswitch->answer);
	*vswitch = (struct vswitch)VSWITCH_INIT;
}

int vswitch_parse(struct json *answer, struct vswitch *ret, struct err *err)
{
	CLEANUP_VSWITCH struct vswitch found = { .answer = answer };
	int r = ovsdb_check(answer, N_TABLES, err);

	if (r < 0)
		return r;
	parse_switch(&found);
	r = parse_bridges(&found, err);
	if (r == 0)
		r = parse_interfaces(&found, err);
	if (r == 0)
		r = parse_controllers(&found, err);
	if (r == 0)
		r = parse_remotes(
		    ovsdb_rows(answer, MANAGER), NULL, &found.managers, &found.n_managers, err);
	if (r < 0)
		return r;
	*ret = found;
	found = (struct vswitch)VSWITCH_INIT;
	return 0;
}

int vswitch_ask(struct jsonrpc *rpc, int64_t until_ms, struct vswitch *ret, struct err *err)
{
	struct json *answer;
	int r = ovsdb_select(rpc, database, tables, N_TABLES, until_ms, &answer, err);

	return r < 0 ? r : vswitch_parse(answer, ret, err);
}

int vswitch_ask_config(struct jsonrpc *rpc, int64_t until_ms, int64_t *ret_current,
    int64_t *ret_next, struct err *err)
{
	CLEANUP_JSON struct json *answer = NULL;
	const struct json *row;
	int64_t current, next;
	int r = ovsdb_select(rpc, database, &tables[SWITCH], 1, until_ms, &answer, err);

	if (r < 0)
		return r;
	row = json_at(ovsdb_rows(answer, 0), 0);
	if (!ovsdb_i64(row, "cur_cfg", &current) || !ovsdb_i64(row, "next_cfg", &next))
		return err_set(err, -ENODATA, "the database has no configuration number");
	*ret_current = current;
	*ret_next = next;
	return 0;
}
