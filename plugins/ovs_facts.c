/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plugins/ovs_facts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[OVS_DAEMONS] = {
	[OVS_SERVER] = "ovsdb-server",
	[OVS_SWITCHD] = "ovs-vswitchd",
};

/* As much as fits. */
#define PUT(field, text) put((field), sizeof(field), (text))
static void put(char *field, size_t size, const char *text)
{
	if (!memccpy(field, text, '\0', size))
		field[size - 1] = '\0';
}

/* A number of things, 0 where it is not known. */
static uint64_t known(int64_t number)
{
	return number == MIB_NONE ? 0 : (uint64_t)number;
}

static double seconds(int64_t ms)
{
	return ms == MIB_NONE ? 0 : (double)ms / 1000;
}

/* The code of what came of asking a peer. */
static int code_of(int64_t answer)
{
	static const int codes[] = {
		[MIB_OVS_NOT_ASKED] = 0,
		[MIB_OVS_ANSWERED] = 0,
		[MIB_OVS_SILENT] = -ETIMEDOUT,
		[MIB_OVS_DENIED] = -EACCES,
		[MIB_OVS_GONE] = -ECONNREFUSED,
		[MIB_OVS_FAILED] = -EIO,
		[MIB_OVS_UNABLE] = -EINVAL,
	};

	return answer >= MIB_OVS_NOT_ASKED && answer <= MIB_OVS_UNABLE ? codes[answer] : -EIO;
}

static bool was_asked(int64_t answer)
{
	return answer != MIB_OVS_NOT_ASKED && answer != MIB_NONE;
}

/* --- daemons ------------------------------------------------------------------------------------ */

static void make_control(const struct mib_ovs_daemon *row, struct ovs_daemon *daemon)
{
	daemon->asked = was_asked(row->answer);
	daemon->code = daemon->asked ? code_of(row->answer) : 0;
	PUT(daemon->err.text, row->answer_text);
	PUT(daemon->socket, row->socket);
	daemon->answer_s = seconds(row->answer_time_ms);
	PUT(daemon->version, row->version);
}

static void make_daemon(
    const struct ovs_rows *rows, unsigned parts, int64_t now_ms, struct ovs_daemon *daemon)
{
	const struct mib_ovs_daemon *row = mib_rows_find_label(&rows->daemons, daemon->name);

	if (!row) {
		(void)err_set(&daemon->why, -ENOENT, "the subagent does not show it");
		return;
	}
	daemon->life = row->life == MIB_OVS_ALIVE  ? OVS_ALIVE
		       : row->life == MIB_OVS_DEAD ? OVS_DEAD
						   : OVS_UNSEEN;
	PUT(daemon->why.text, row->reason);
	daemon->pid = (int32_t)known(row->pid);
	daemon->state = row->process[0];
	daemon->age_s = row->age == MIB_NONE ? 0 : (double)(now_ms - row->age) / 1000;
	daemon->has_monitor = row->monitored == 1 && row->crashes != MIB_NONE;
	daemon->monitor.pid = daemon->pid;
	daemon->monitor.crashes = known(row->crashes);
	PUT(daemon->monitor.name, daemon->name);
	PUT(daemon->monitor.status, row->monitor);
	if (parts & OVS_PART_CONTROL)
		make_control(row, daemon);
}

/* --- the database: bridges, interfaces, controllers ------------------------------------------------ */

static int make_bridges(const struct ovs_rows *rows, struct vswitch *vswitch)
{
	size_t n = rows->bridges.n;

	vswitch->bridges = calloc(n ? n : 1, sizeof(*vswitch->bridges));
	if (!vswitch->bridges)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const struct mib_ovs_bridge *row = mib_rows_at(&rows->bridges, i);

		vswitch->bridges[vswitch->n_bridges++] = (struct vswitch_bridge){
			.name = row->name,
			.fail_mode = row->fail_mode == MIB_OVS_SECURE ? "secure" : "standalone",
			.datapath_type = row->datapath_type,
			.n_ports = known(row->ports),
			.n_controllers = known(row->controllers),
			.n_connected = known(row->controllers_connected),
		};
	}
	return 0;
}

static uint32_t place_of(const struct vswitch *vswitch, const char *bridge)
{
	const struct vswitch_bridge *found = vswitch_bridge_find(vswitch, bridge);

	return found ? (uint32_t)(found - vswitch->bridges) : VSWITCH_NO_BRIDGE;
}

static enum vswitch_link link_of(int64_t link)
{
	if (link == MIB_OVS_LINK_UP)
		return VSWITCH_LINK_UP;
	return link == MIB_OVS_LINK_DOWN ? VSWITCH_LINK_DOWN : VSWITCH_LINK_UNKNOWN;
}

static void make_interface(const struct mib_ovs_interface *row, const struct vswitch *vswitch,
    struct vswitch_interface *ret)
{
	*ret = (struct vswitch_interface){
		.name = row->name,
		.type = row->type,
		.error = row->error,
		.has_ofport = row->ofport != MIB_NONE,
		.ofport = row->ofport == MIB_NONE ? 0 : row->ofport,
		.admin = link_of(row->admin),
		.link = link_of(row->link),
		.bridge = place_of(vswitch, row->bridge),
		.counters = {
		    .known = row->in_errors != MIB_NONE,
		    .in_errors = known(row->in_errors),
		    .out_errors = known(row->out_errors),
		    .in_drops = known(row->in_drops),
		    .out_drops = known(row->out_drops),
		},
	};
}

static int make_interfaces(const struct ovs_rows *rows, struct vswitch *vswitch)
{
	size_t n = rows->interfaces.n;

	vswitch->interfaces = calloc(n ? n : 1, sizeof(*vswitch->interfaces));
	if (!vswitch->interfaces)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		make_interface(mib_rows_at(&rows->interfaces, i), vswitch,
		    &vswitch->interfaces[vswitch->n_interfaces++]);
	return 0;
}

static int make_remotes(const struct ovs_rows *rows, struct vswitch *vswitch)
{
	size_t n = rows->remotes.n;

	vswitch->controllers = calloc(n ? n : 1, sizeof(*vswitch->controllers));
	vswitch->managers = calloc(n ? n : 1, sizeof(*vswitch->managers));
	if (!vswitch->controllers || !vswitch->managers)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const struct mib_ovs_remote *row = mib_rows_at(&rows->remotes, i);
		bool manager = row->kind == MIB_OVS_MANAGER;
		struct vswitch_remote *one =
		    manager ? &vswitch->managers[vswitch->n_managers++]
			    : &vswitch->controllers[vswitch->n_controllers++];

		*one = (struct vswitch_remote){
			.target = row->name,
			.connected = row->connected == 1,
			.role = row->role,
			.state = row->status,
			.error = row->error,
			.bridge = manager ? VSWITCH_NO_BRIDGE : place_of(vswitch, row->bridge),
		};
	}
	return 0;
}

/* What is counted, and not among the rows. */
static void make_hidden(const struct ovs_rows *rows, struct ovs *ovs)
{
	const struct mib_ovs *all = &rows->all;
	const struct vswitch *vswitch = &ovs->vswitch;
	size_t failed = 0, down = 0;

	for (size_t i = 0; i < vswitch->n_interfaces; i++) {
		bool has_failed = ovs_interface_has_failed(&vswitch->interfaces[i]);

		failed += has_failed;
		down += !has_failed && ovs_interface_is_down(&vswitch->interfaces[i]);
	}
	if (known(all->interfaces) > vswitch->n_interfaces)
		ovs->hidden.interfaces = known(all->interfaces) - vswitch->n_interfaces;
	if (known(all->port_errors) > failed)
		ovs->hidden.failed = known(all->port_errors) - failed;
	if (known(all->links_down) > down)
		ovs->hidden.down = known(all->links_down) - down;
	ovs->hidden.counters = (struct vswitch_counters){
		.known = all->in_errors != MIB_NONE,
		.in_errors = known(all->in_errors),
		.out_errors = known(all->out_errors),
		.in_drops = known(all->in_drops),
		.out_drops = known(all->out_drops),
	};
}

static int make_database(const struct ovs_rows *rows, struct ovs *ovs)
{
	const struct mib_ovs *all = &rows->all;
	struct vswitch *vswitch = &ovs->vswitch;

	ovs->db_asked = was_asked(all->database_answer);
	ovs->db_code = ovs->db_asked ? code_of(all->database_answer) : 0;
	PUT(ovs->db_err.text, all->database_answer_text);
	ovs->db_answer_s = seconds(all->database_answer_time_ms);
	if (!ovs_has_database(ovs))
		return 0;
	vswitch->version = all->version;
	vswitch->schema = all->schema;
	vswitch->has_config = all->config_running != MIB_NONE && all->config_wanted != MIB_NONE;
	vswitch->current = vswitch->has_config ? all->config_running : 0;
	vswitch->next = vswitch->has_config ? all->config_wanted : 0;
	vswitch->n_ports = known(all->ports);
	if (make_bridges(rows, vswitch) < 0 || make_interfaces(rows, vswitch) < 0 ||
	    make_remotes(rows, vswitch) < 0)
		return -ENOMEM;
	make_hidden(rows, ovs);
	return 0;
}

/* --- flows, datapaths, bonds ------------------------------------------------------------------------ */

static void make_flows(const struct ovs_rows *rows, const char *bridge, struct ovs *ovs)
{
	const struct mib_ovs_bridge *row = mib_rows_find_label(&rows->bridges, bridge);
	struct ovs_flows *flows = &ovs->flows[ovs->n_flows];

	if (row && !was_asked(row->answer))
		return;
	ovs->n_flows++;
	flows->bridge = bridge;
	if (!row) {
		flows->code =
		    err_set(&flows->err, -ENOENT, "the subagent shows no bridge of that name");
		return;
	}
	/* Without the database nobody knows its fail mode. */
	flows->is_secure = ovs_has_database(ovs) && row->fail_mode == MIB_OVS_SECURE;
	flows->code = code_of(row->answer);
	PUT(flows->err.text, row->answer_text);
	flows->flows = known(row->flows);
}

static int make_all_flows(
    const struct ovs_rows *rows, const char *const *bridges, size_t n_bridges, struct ovs *ovs)
{
	const struct vswitch *vswitch = &ovs->vswitch;
	size_t n = ovs_has_database(ovs) ? vswitch->n_bridges : n_bridges;

	ovs->flows = calloc(n ? n : 1, sizeof(*ovs->flows));
	if (!ovs->flows)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		make_flows(
		    rows, ovs_has_database(ovs) ? vswitch->bridges[i].name : bridges[i], ovs);
	return 0;
}

static void make_datapaths(const struct ovs_rows *rows, struct ovs *ovs)
{
	ovs->has_datapaths =
	    ovs_switchd_answers(ovs) && (!ovs->owes || strcmp(ovs->owes, "dpctl/show") != 0);
	for (size_t i = 0; i < rows->datapaths.n && i < DATAPATHS_MAX; i++) {
		const struct mib_ovs_datapath *row = mib_rows_at(&rows->datapaths, i);
		struct datapath *one = &ovs->datapaths.items[ovs->datapaths.n_items++];

		PUT(one->name, row->name);
		one->hit = known(row->hit);
		one->missed = known(row->missed);
		one->lost = known(row->lost);
		one->flows = known(row->flows);
		one->has_limit = row->flow_limit != MIB_NONE;
		one->flow_limit = known(row->flow_limit);
		one->has_masks = row->masks != MIB_NONE;
		one->masks_per_packet = (double)known(row->masks) / 100;
		one->ports = known(row->ports);
	}
}

static int make_bonds(const struct ovs_rows *rows, struct ovs *ovs)
{
	size_t n = rows->bonds.n;

	ovs->bonds.items = calloc(n ? n : 1, sizeof(*ovs->bonds.items));
	if (!ovs->bonds.items)
		return -ENOMEM;
	ovs->has_bonds = true;
	for (size_t i = 0; i < n; i++) {
		const struct mib_ovs_bond *row = mib_rows_at(&rows->bonds, i);
		struct bond *one = &ovs->bonds.items[ovs->bonds.n_items++];

		PUT(one->name, row->name);
		PUT(one->mode, row->mode);
		PUT(one->lacp, row->lacp);
		PUT(one->disabled, row->disabled);
		one->n_members = known(row->members);
		one->n_disabled = known(row->members_disabled);
	}
	return 0;
}

/* --- all ------------------------------------------------------------------------------------------ */

unsigned ovs_facts_parts(const struct ovs_rows *rows)
{
	const char *words = rows->all.parts;
	unsigned parts = 0;

	while (*words) {
		size_t size = strcspn(words, " ");

		parts |= ovs_part_of(words, size);
		words += size + (words[size] == ' ');
	}
	return parts;
}

static void make_rundir(const struct mib_ovs *all, struct ovs *ovs)
{
	static const int codes[] = {
		[MIB_OVS_PRESENT] = 0,
		[MIB_OVS_ABSENT] = -ENOENT,
		[MIB_OVS_RUNDIR_DENIED] = -EACCES,
	};

	if (all->rundir_answer >= MIB_OVS_PRESENT &&
	    all->rundir_answer <= MIB_OVS_RUNDIR_DENIED)
		ovs->rundir_code = codes[all->rundir_answer];
	PUT(ovs->rundir_err.text, all->rundir_text);
	ovs->rundir = all->rundir;
}

static int make_control_facts(const struct ovs_rows *rows, struct ovs *ovs)
{
	const struct mib_ovs_daemon *row =
	    mib_rows_find_label(&rows->daemons, names[OVS_SWITCHD]);

	if (row && *row->owes)
		ovs->owes = row->owes;
	make_datapaths(rows, ovs);
	return make_bonds(rows, ovs);
}

int ovs_facts_make(const struct ovs_rows *rows, unsigned parts, const char *const *bridges,
    size_t n_bridges, int64_t now_ms, struct ovs *ret, struct err *err)
{
	enum { OWN = OVS_PART_PROCESSES | OVS_PART_CONTROL };
	int r = 0;

	*ret = (struct ovs){ .vswitch = VSWITCH_INIT, .bonds = BONDS_INIT };
	ret->remote = rows->all.database;
	ret->read_at_ms = rows->all.read_at_ms == MIB_NONE ? 0 : rows->all.read_at_ms;
	for (size_t i = 0; i < OVS_DAEMONS; i++)
		ret->daemons[i].name = names[i];
	if (parts & OWN)
		make_rundir(&rows->all, ret);
	for (size_t i = 0; i < OVS_DAEMONS && parts & OWN; i++)
		make_daemon(rows, parts, now_ms, &ret->daemons[i]);
	if (parts & OVS_PART_CONTROL)
		r = make_control_facts(rows, ret);
	if (r == 0 && parts & OVS_PART_DATABASE)
		r = make_database(rows, ret);
	if (r == 0 && parts & OVS_PART_FLOWS)
		r = make_all_flows(rows, bridges, n_bridges, ret);
	return r < 0 ? err_sys(err, r, "cannot keep the facts of the switch") : 0;
}

void ovs_facts_free(struct ovs *ovs)
{
	free(ovs->vswitch.bridges);
	free(ovs->vswitch.interfaces);
	free(ovs->vswitch.controllers);
	free(ovs->vswitch.managers);
	free(ovs->bonds.items);
	free(ovs->flows);
	*ovs = (struct ovs){ .rundir = NULL };
}
