/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "subagent/ovs_fill.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/health/ovs_verdict.h"

const struct mib_table *const ovs_tables[OVS_TABLES + 1] = {
	[OVS_TABLE_DAEMON] = &mib_ovs_daemon,
	[OVS_TABLE_BRIDGE] = &mib_ovs_bridge,
	[OVS_TABLE_INTERFACE] = &mib_ovs_interface,
	[OVS_TABLE_REMOTE] = &mib_ovs_remote,
	[OVS_TABLE_DATAPATH] = &mib_ovs_datapath,
	[OVS_TABLE_BOND] = &mib_ovs_bond,
	[OVS_TABLE_ALL] = &mib_ovs,
};

/* Nobody changes a verdict for the rows. */
static const struct ovs_verdicts defaults;

/* One round. */
struct work {
	const struct ovs_fill *fill;
	const struct ovs *ovs;
	struct mib_rows *rows;
	/* The worst so far, and how many are not well. */
	enum state worst;
	char worst_text[MIB_TEXT_SIZE];
	size_t n_wrong;
};

#define PUT(field, text) put((field), sizeof(field), (text))
static void put(char *field, size_t size, const char *text)
{
	if (!memccpy(field, text, '\0', size))
		field[size - 1] = '\0';
}

/* The state of one thing, and what is wrong with it. */
static void judged(struct work *work, enum state state, const struct buf *text,
    int64_t *ret_state, char ret_text[MIB_TEXT_SIZE])
{
	put(ret_text, MIB_TEXT_SIZE, buf_text(text));
	*ret_state = MIB_OK + state_severity(state);
	if (state == STATE_OK)
		return;
	work->n_wrong++;
	if (work->worst == state || state_worst(work->worst, state) != state)
		return;
	work->worst = state;
	put(work->worst_text, sizeof(work->worst_text), buf_text(text));
}

static int64_t answer_of(bool asked, int code)
{
	if (!asked)
		return MIB_OVS_NOT_ASKED;
	if (code == 0)
		return MIB_OVS_ANSWERED;
	if (ovs_is_denied(code))
		return MIB_OVS_DENIED;
	if (code == -ETIMEDOUT)
		return MIB_OVS_SILENT;
	if (code == -ENOENT || code == -ECONNREFUSED)
		return MIB_OVS_GONE;
	return code == -EINVAL || code == -EPROTONOSUPPORT ? MIB_OVS_UNABLE : MIB_OVS_FAILED;
}

/* --- daemons ------------------------------------------------------------------------------------ */

static void judge_daemon(
    struct work *work, const struct ovs_daemon *daemon, struct mib_ovs_daemon *row)
{
	CLEANUP_BUF struct buf text = BUF_INIT, crash = BUF_INIT;
	enum state state = ovs_verdict_life(daemon, &text);

	if (!text.size)
		state = ovs_verdict_control(daemon, &text);
	if (!text.size && daemon == &work->ovs->daemons[OVS_SWITCHD])
		state = ovs_verdict_owed(work->ovs, &text);
	state = state_worst(state, ovs_verdict_monitor(daemon, &defaults, &crash));
	if (crash.size)
		buf_addf(&text, "%s%s", text.size ? "; " : "", buf_text(&crash));
	judged(work, state, &text, &row->state, row->state_text);
}

/* Another process id than before. */
static int64_t count_restarts(
    struct ovs_history *history, size_t i, const struct ovs_daemon *daemon)
{
	if (daemon->life == OVS_ALIVE && daemon->pid != history->pids[i]) {
		history->restarts[i] += history->pids[i] != 0;
		history->pids[i] = daemon->pid;
	}
	return history->restarts[i];
}

static void fill_daemon(struct work *work, size_t i)
{
	const struct ovs_daemon *daemon = &work->ovs->daemons[i];
	struct mib_ovs_daemon *row = mib_rows_add(&work->rows[OVS_TABLE_DAEMON], daemon->name);
	bool alive = daemon->life == OVS_ALIVE, has_monitor = daemon->has_monitor;

	if (!row)
		return;
	PUT(row->name, daemon->name);
	row->life = alive		       ? MIB_OVS_ALIVE
		    : daemon->life == OVS_DEAD ? MIB_OVS_DEAD
					       : MIB_OVS_UNSEEN;
	PUT(row->reason, alive ? "" : daemon->why.text);
	row->pid = daemon->pid;
	row->process[0] = daemon->state;
	row->age = alive ? work->fill->now_ms - (int64_t)(daemon->age_s * 1000) : MIB_NONE;
	row->monitored = has_monitor;
	PUT(row->monitor, has_monitor ? daemon->monitor.status : "");
	row->crashes = has_monitor ? (int64_t)daemon->monitor.crashes : MIB_NONE;
	row->restarts = count_restarts(work->fill->history, i, daemon);
	row->answer = answer_of(daemon->asked, daemon->code);
	PUT(row->answer_text, daemon->asked && daemon->code < 0 ? daemon->err.text : "");
	row->answer_time_ms =
	    daemon->asked ? (int64_t)(daemon->answer_s * 1000 + 0.5) : MIB_NONE;
	PUT(row->version, daemon->version);
	PUT(row->socket, daemon->socket);
	if (i == OVS_SWITCHD && work->ovs->owes)
		PUT(row->owes, work->ovs->owes);
	judge_daemon(work, daemon, row);
}

/* --- bridges ------------------------------------------------------------------------------------ */

/* Bridges were asked in this order, until one had no time for it. */
static enum state fill_flows(
    const struct ovs *ovs, size_t i, struct mib_ovs_bridge *row, struct buf *text)
{
	const struct ovs_flows *flows = i < ovs->n_flows ? &ovs->flows[i] : NULL;

	row->flows = flows && flows->code == 0 ? (int64_t)flows->flows : MIB_NONE;
	row->answer = answer_of(flows != NULL, flows ? flows->code : 0);
	if (!flows)
		return STATE_OK;
	PUT(row->answer_text, flows->code < 0 ? flows->err.text : "");
	return ovs_verdict_flows(flows, &defaults, text);
}

static void fill_bridge(struct work *work, size_t i)
{
	const struct vswitch *vswitch = &work->ovs->vswitch;
	const struct vswitch_bridge *bridge = &vswitch->bridges[i];
	struct mib_ovs_bridge *row = mib_rows_add(&work->rows[OVS_TABLE_BRIDGE], bridge->name);
	CLEANUP_BUF struct buf text = BUF_INIT, alone = BUF_INIT;
	enum state state, lonely;

	if (!row)
		return;
	PUT(row->name, bridge->name);
	row->fail_mode =
	    strcmp(bridge->fail_mode, "secure") == 0 ? MIB_OVS_SECURE : MIB_OVS_STANDALONE;
	PUT(row->datapath_type, bridge->datapath_type);
	row->ports = (int64_t)bridge->n_ports;
	for (size_t k = 0; k < vswitch->n_interfaces; k++) {
		const struct vswitch_interface *one = &vswitch->interfaces[k];
		bool failed = ovs_interface_has_failed(one);

		row->port_errors += one->bridge == i && failed;
		row->links_down += one->bridge == i && !failed && ovs_interface_is_down(one);
	}
	row->controllers = (int64_t)bridge->n_controllers;
	row->controllers_connected = (int64_t)bridge->n_connected;
	state = fill_flows(work->ovs, i, row, &text);
	lonely = ovs_verdict_bridge(vswitch, i, &defaults, &alone);
	if (alone.size)
		buf_addf(&text, "%s%s", text.size ? "; " : "", buf_text(&alone));
	judged(work, state_worst(state, lonely), &text, &row->state, row->state_text);
}

/* --- interfaces ----------------------------------------------------------------------------------- */

static int rank(const struct vswitch_interface *one)
{
	return ovs_interface_has_failed(one) ? 0 : ovs_interface_is_down(one) ? 1 : 2;
}

static int compare_interfaces(const void *a, const void *b)
{
	const struct vswitch_interface *one = *(const struct vswitch_interface *const *)a;
	const struct vswitch_interface *other = *(const struct vswitch_interface *const *)b;
	int by_rank = rank(one) - rank(other);

	return by_rank ? by_rank : strcmp(one->name, other->name);
}

static int64_t link_of(enum vswitch_link link)
{
	if (link == VSWITCH_LINK_UP)
		return MIB_OVS_LINK_UP;
	return link == VSWITCH_LINK_DOWN ? MIB_OVS_LINK_DOWN : MIB_OVS_LINK_UNKNOWN;
}

static void fill_counters(
    const struct vswitch_counters *counters, struct mib_ovs_interface *row)
{
	bool known = counters->known;

	row->in_errors = known ? (int64_t)counters->in_errors : MIB_NONE;
	row->out_errors = known ? (int64_t)counters->out_errors : MIB_NONE;
	row->in_drops = known ? (int64_t)counters->in_drops : MIB_NONE;
	row->out_drops = known ? (int64_t)counters->out_drops : MIB_NONE;
}

static void fill_interface(struct work *work, const struct vswitch_interface *one)
{
	const struct vswitch *vswitch = &work->ovs->vswitch;
	struct mib_ovs_interface *row =
	    mib_rows_add(&work->rows[OVS_TABLE_INTERFACE], one->name);
	CLEANUP_BUF struct buf text = BUF_INIT;
	enum state state;

	if (!row)
		return;
	PUT(row->name, one->name);
	PUT(row->bridge, vswitch_bridge_name(vswitch, one->bridge));
	PUT(row->type, one->type);
	PUT(row->error, one->error);
	row->ofport = one->has_ofport ? one->ofport : MIB_NONE;
	row->admin = link_of(one->admin);
	row->link = link_of(one->link);
	fill_counters(&one->counters, row);
	state = ovs_verdict_interface(vswitch, one, &defaults, &text);
	judged(work, state, &text, &row->state, row->state_text);
}

/* Those that are sick first, and the rest by name, so that the same ones are left out each time. */
static int fill_interfaces(struct work *work, struct err *err)
{
	const struct vswitch *vswitch = &work->ovs->vswitch;
	size_t n = vswitch->n_interfaces;
	const struct vswitch_interface **sorted = calloc(n ? n : 1, sizeof(const void *));

	if (!sorted)
		return err_sys(err, -ENOMEM, "cannot keep the interfaces");
	for (size_t i = 0; i < n; i++)
		sorted[i] = &vswitch->interfaces[i];
	if (n > 1)
		qsort((void *)sorted, n, sizeof(const void *), compare_interfaces);
	for (size_t i = 0; i < n; i++)
		fill_interface(work, sorted[i]);
	free((void *)sorted);
	return 0;
}

/* --- controllers and managers -------------------------------------------------------------------- */

static void fill_remote(struct work *work, const struct vswitch_remote *remote, bool manager,
    enum state state, const struct buf *text)
{
	const char *bridge = vswitch_bridge_name(&work->ovs->vswitch, remote->bridge);
	CLEANUP_BUF struct buf key = BUF_INIT;
	struct mib_ovs_remote *row;

	buf_addf(&key, "%s %s %s", manager ? "manager" : "controller", bridge, remote->target);
	row = mib_rows_add(&work->rows[OVS_TABLE_REMOTE], buf_text(&key));
	if (!row)
		return;
	PUT(row->name, remote->target);
	row->kind = manager ? MIB_OVS_MANAGER : MIB_OVS_CONTROLLER;
	PUT(row->bridge, bridge);
	row->connected = remote->connected;
	PUT(row->role, remote->role);
	PUT(row->status, remote->state);
	PUT(row->error, remote->error);
	judged(work, state, text, &row->state, row->state_text);
}

static void fill_remotes(struct work *work)
{
	const struct vswitch *vswitch = &work->ovs->vswitch;

	for (size_t i = 0; i < vswitch->n_controllers; i++) {
		CLEANUP_BUF struct buf text = BUF_INIT;
		enum state state = ovs_verdict_controller(vswitch, i, false, &defaults, &text);

		fill_remote(work, &vswitch->controllers[i], false, state, &text);
	}
	for (size_t i = 0; i < vswitch->n_managers; i++) {
		CLEANUP_BUF struct buf text = BUF_INIT;
		enum state state = ovs_verdict_manager(&vswitch->managers[i], &defaults, &text);

		fill_remote(work, &vswitch->managers[i], true, state, &text);
	}
}

/* --- datapaths and bonds ---------------------------------------------------------------------------- */

static void fill_datapath(struct work *work, const struct datapath *datapath)
{
	struct mib_ovs_datapath *row =
	    mib_rows_add(&work->rows[OVS_TABLE_DATAPATH], datapath->name);

	if (!row)
		return;
	PUT(row->name, datapath->name);
	row->hit = (int64_t)datapath->hit;
	row->missed = (int64_t)datapath->missed;
	row->lost = (int64_t)datapath->lost;
	row->flows = (int64_t)datapath->flows;
	row->flow_limit = datapath->has_limit ? (int64_t)datapath->flow_limit : MIB_NONE;
	row->masks =
	    datapath->has_masks ? (int64_t)(datapath->masks_per_packet * 100 + 0.5) : MIB_NONE;
	row->ports = (int64_t)datapath->ports;
}

static void fill_bond(struct work *work, const struct bond *bond)
{
	struct mib_ovs_bond *row = mib_rows_add(&work->rows[OVS_TABLE_BOND], bond->name);
	CLEANUP_BUF struct buf text = BUF_INIT;
	enum state state = ovs_verdict_bond(bond, &defaults, &text);

	if (!row)
		return;
	PUT(row->name, bond->name);
	PUT(row->mode, bond->mode);
	PUT(row->lacp, bond->lacp);
	row->members = (int64_t)bond->n_members;
	row->members_disabled = (int64_t)bond->n_disabled;
	PUT(row->disabled, bond->disabled);
	judged(work, state, &text, &row->state, row->state_text);
}

/* --- all ------------------------------------------------------------------------------------------ */

/* The daemons are looked for where the switch is this node's. */
static bool has_daemons(const struct ovs_fill *fill)
{
	return fill->parts & (OVS_PART_PROCESSES | OVS_PART_CONTROL) &&
	       (fill->is_wanted || fill->ovs->rundir_code != -ENOENT);
}

int ovs_fill(const struct ovs_fill *fill, struct mib_rows *rows, struct err *err)
{
	const struct ovs *ovs = fill->ovs;
	struct work work = { .fill = fill, .ovs = ovs, .rows = rows, .worst = STATE_OK };
	struct ovs_worst worst;
	int r;

	rows[OVS_TABLE_INTERFACE].cap = fill->interfaces_max;
	for (size_t i = 0; i < OVS_DAEMONS && has_daemons(fill); i++)
		fill_daemon(&work, i);
	r = fill_interfaces(&work, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < ovs->vswitch.n_bridges; i++)
		fill_bridge(&work, i);
	fill_remotes(&work);
	for (size_t i = 0; ovs->has_datapaths && i < ovs->datapaths.n_items; i++)
		fill_datapath(&work, &ovs->datapaths.items[i]);
	for (size_t i = 0; ovs->has_bonds && i < ovs->bonds.n_items; i++)
		fill_bond(&work, &ovs->bonds.items[i]);
	worst = (struct ovs_worst){ work.worst, work.worst_text, work.n_wrong };
	return ovs_fill_all(fill, &worst, rows, err);
}
