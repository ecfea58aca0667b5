/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A switch as its database has it: the tables of Open_vSwitch(5) (ovs-vswitchd.conf.db(5)), put
 * together. What ovs-vswitchd finds out about links, errors and controllers it writes there,
 * counters every 5 seconds; when it hangs, the last of all that stays.
 */
#ifndef HAETAE_CLIENT_VSWITCH_H
#define HAETAE_CLIENT_VSWITCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/cleanup.h"
#include "lib/base/err.h"
#include "lib/client/json.h"
#include "lib/client/jsonrpc.h"

enum vswitch_link { VSWITCH_LINK_UNKNOWN, VSWITCH_LINK_UP, VSWITCH_LINK_DOWN };
enum { VSWITCH_NO_BRIDGE = UINT32_MAX };

/* All texts are borrowed from the answer, never NULL. */
struct vswitch_bridge {
	const char *name;
	const char *fail_mode; /* "secure", "standalone", "" (which is standalone) */
	const char *datapath_type;
	const struct json *ports, *controllers; /* sets of uuids */
	size_t n_ports;
	size_t n_controllers, n_connected;
};

struct vswitch_counters {
	bool known; /* a patch port has no errors to count, a faulty one nothing */
	uint64_t in_errors, out_errors, in_drops, out_drops;
};

struct vswitch_interface {
	const char *name;
	const char *type;  /* "" (a device of the system), "internal", "patch", "vxlan", … */
	const char *error; /* why it cannot work, "" */
	bool has_ofport;
	int64_t ofport; /* -1 when it could not be made; none: not yet made */
	enum vswitch_link admin, link;
	uint32_t bridge; /* its place in bridges, or VSWITCH_NO_BRIDGE */
	struct vswitch_counters counters;
};

/* A controller of a bridge, or a manager of the database. */
struct vswitch_remote {
	const char *target; /* "tcp:127.0.0.1:6633" */
	bool connected;
	const char *role;  /* "other", "master", "slave", "" */
	const char *state; /* "ACTIVE", "BACKOFF", … */
	const char *error; /* "Connection refused", "" */
	uint32_t bridge;
};

struct vswitch {
	struct json *answer; /* that all texts are in; owned */
	const char *version; /* of Open vSwitch; "" before ovs-vswitchd first ran */
	const char *schema;
	bool has_config;
	int64_t current, next; /* the configuration that runs, the one that should */
	struct vswitch_bridge *bridges;
	size_t n_bridges;
	size_t n_ports;
	struct vswitch_interface *interfaces;
	size_t n_interfaces;
	struct vswitch_remote *controllers, *managers;
	size_t n_controllers, n_managers;
};
#define VSWITCH_INIT            \
	{                       \
		.answer = NULL, \
	}
#define CLEANUP_VSWITCH CLEANUP(vswitch_free)
void vswitch_free(struct vswitch *vswitch);

/* Takes over the answer to vswitch_ask's question, also on failure. -EBADMSG, -ENOMEM. */
int vswitch_parse(struct json *answer, struct vswitch *ret, struct err *err) ATTR_MUST_CHECK;
/* Asks an open database. Fails as ovsdb_select. */
int vswitch_ask(struct jsonrpc *rpc, int64_t until_ms, struct vswitch *ret,
    struct err *err) ATTR_MUST_CHECK;
/* Asks again for the two numbers alone. -ENODATA if there are none. */
int vswitch_ask_config(struct jsonrpc *rpc, int64_t until_ms, int64_t *ret_current,
    int64_t *ret_next, struct err *err) ATTR_MUST_CHECK;

const struct vswitch_bridge *vswitch_bridge_find(
    const struct vswitch *vswitch, const char *name);
/* Where the interface is: the bridge's name, or "". */
const char *vswitch_bridge_name(const struct vswitch *vswitch, uint32_t bridge);

#endif
