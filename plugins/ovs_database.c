/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "plugins/ovs.h"

/* --- the database itself ------------------------------------------------------------------------ */

static void judge_failure(struct ovs_run *run)
{
	struct result *result = run->check->result;
	const struct ovs *ovs = &run->ovs;
	bool is_unix = strncmp(run->remote, "unix:", 5) == 0;

	if (ovs_is_denied(ovs->db_code) && is_unix)
		ovs_deny(run, run->remote + 5);
	else if (is_unix && (run->absent || run->bad[OVS_SERVER]))
		result_detail(
		    result, STATE_CRITICAL, "database %s: %s", run->remote, ovs->db_err.text);
	else if (ovs->db_code == -EPROTONOSUPPORT || ovs->db_code == -EINVAL)
		result_problem(
		    result, STATE_UNKNOWN, "database %s: %s", run->remote, ovs->db_err.text);
	else
		result_problem(
		    result, STATE_CRITICAL, "database %s: %s", run->remote, ovs->db_err.text);
}

static void judge_config(struct ovs_run *run)
{
	const struct vswitch *vswitch = &run->ovs.vswitch;
	double gap = (double)(vswitch->next - vswitch->current);

	if (!vswitch->has_config)
		return;
	if (gap > 0)
		result_problem(run->check->result, ovs_verdict(run, OVS_TOPIC_CONFIG),
		    "ovs-vswitchd does not follow the database: it runs configuration %lld of "
		    "%lld",
		    (long long)vswitch->current, (long long)vswitch->next);
	result_metric(run->check->result, &run->metrics[OVS_CONFIG_GAP], gap > 0 ? gap : 0);
}

/* --- bridges --------------------------------------------------------------------------------------- */

static void judge_fail_mode(struct ovs_run *run, const struct vswitch_bridge *bridge)
{
	const char *mode = *bridge->fail_mode ? bridge->fail_mode : "standalone";

	if (run->given->fail_mode && strcmp(mode, run->given->fail_mode) != 0)
		result_problem(run->check->result, STATE_CRITICAL,
		    "bridge %s has fail mode %s, not %s", bridge->name, mode,
		    run->given->fail_mode);
}

static void judge_bridges(struct ovs_run *run)
{
	const struct vswitch *vswitch = &run->ovs.vswitch;
	const struct opt_list *asked = &run->given->bridges;

	for (size_t i = 0; i < asked->n_items; i++) {
		const struct vswitch_bridge *bridge =
		    vswitch_bridge_find(vswitch, asked->items[i]);

		if (bridge)
			judge_fail_mode(run, bridge);
		else
			result_problem(run->check->result, STATE_CRITICAL, "no bridge %s",
			    asked->items[i]);
	}
	for (size_t i = 0; i < vswitch->n_bridges; i++) {
		const struct vswitch_bridge *bridge = &vswitch->bridges[i];

		if (!asked->n_items)
			judge_fail_mode(run, bridge);
		result_detail(run->check->result, STATE_OK,
		    "bridge %s: %zu port%s, fail mode %s, datapath %s", bridge->name,
		    bridge->n_ports, bridge->n_ports == 1 ? "" : "s",
		    *bridge->fail_mode ? bridge->fail_mode : "standalone",
		    *bridge->datapath_type ? bridge->datapath_type : "system");
	}
}

/* --- controllers and managers ------------------------------------------------------------------------ */

/* "ptcp:6640": it listens, and nobody need be connected to it. */
static bool is_passive(const struct vswitch_remote *remote)
{
	return strncmp(remote->target, "ptcp:", 5) == 0 ||
	       strncmp(remote->target, "pssl:", 5) == 0 ||
	       strncmp(remote->target, "punix:", 6) == 0;
}

static bool is_down(const struct vswitch_remote *remote)
{
	return !remote->connected && !is_passive(remote);
}

/* "BACKOFF, Connection refused" */
static void add_status(const struct vswitch_remote *remote, struct buf *text)
{
	bool has_both = *remote->state && *remote->error;

	buf_addf(text, "%s%s%s", remote->state, has_both ? ", " : "", remote->error);
	if (!*remote->state && !*remote->error)
		buf_adds(text, "not connected");
}

/* Most bridges of a node have the same controller: one sentence for all of them. */
static void judge_controller(struct ovs_run *run, size_t first)
{
	const struct vswitch *vswitch = &run->ovs.vswitch;
	const struct vswitch_remote *remote = &vswitch->controllers[first];
	CLEANUP_BUF struct buf bridges = BUF_INIT, status = BUF_INIT;
	enum ovs_topic topic = OVS_TOPIC_CONTROLLER;

	for (size_t i = 0; i < vswitch->n_controllers; i++) {
		const struct vswitch_remote *other = &vswitch->controllers[i];

		if (strcmp(other->target, remote->target) != 0 || !is_down(other) ||
		    other->bridge == VSWITCH_NO_BRIDGE)
			continue;
		if (i < first)
			return;
		buf_addf(&bridges, "%s%s", bridges.size ? ", " : " of ",
		    vswitch_bridge_name(vswitch, other->bridge));
		if (vswitch->bridges[other->bridge].n_connected == 0)
			topic = OVS_TOPIC_NO_CONTROLLER;
	}
	add_status(remote, &status);
	result_problem(run->check->result, ovs_verdict(run, topic),
	    "controller %s%s is not connected (%s)%s", remote->target, buf_text(&bridges),
	    buf_text(&status), topic == OVS_TOPIC_NO_CONTROLLER ? "" : ", another one is");
}

void ovs_judge_controllers(struct ovs_run *run)
{
	const struct vswitch *vswitch = &run->ovs.vswitch;
	struct result *result = run->check->result;
	size_t n_down = 0, n_managers_down = 0;

	for (size_t i = 0; i < vswitch->n_controllers; i++) {
		const struct vswitch_remote *one = &vswitch->controllers[i];

		if (is_down(one)) {
			n_down++;
			judge_controller(run, i);
			continue;
		}
		result_detail(result, STATE_OK, "controller %s of %s: %s%s%s", one->target,
		    vswitch_bridge_name(vswitch, one->bridge), one->state,
		    *one->role ? ", role " : "", one->role);
	}
	for (size_t i = 0; i < vswitch->n_managers; i++) {
		const struct vswitch_remote *one = &vswitch->managers[i];
		CLEANUP_BUF struct buf status = BUF_INIT;

		add_status(one, &status);
		if (is_down(one)) {
			n_managers_down++;
			result_problem(result, ovs_verdict(run, OVS_TOPIC_MANAGER),
			    "manager %s is not connected (%s)", one->target, buf_text(&status));
		}
	}
	result_metric(result, &run->metrics[OVS_CONTROLLERS], (double)vswitch->n_controllers);
	result_metric(result, &run->metrics[OVS_CONTROLLERS_DOWN], (double)n_down);
	result_metric(result, &run->metrics[OVS_MANAGERS_DOWN], (double)n_managers_down);
}

void ovs_judge_database(struct ovs_run *run)
{
	const struct vswitch *vswitch = &run->ovs.vswitch;
	struct result *result = run->check->result;

	if (run->ovs.db_code < 0) {
		judge_failure(run);
		return;
	}
	/* What ovs-vswitchd finds out, it writes there; when it is gone, that is old. */
	if (run->bad[OVS_SWITCHD])
		result_detail(result, STATE_WARNING,
		    "what the database says of links, errors and controllers is the last that "
		    "ovs-vswitchd wrote");
	ovs_judge_ports(run);
	result_metric(result, &run->metrics[OVS_BRIDGES], (double)vswitch->n_bridges);
	result_metric(result, &run->metrics[OVS_PORTS], (double)vswitch->n_ports);
	result_metric(result, &run->metrics[OVS_INTERFACES], (double)vswitch->n_interfaces);
	judge_bridges(run);
	ovs_judge_controllers(run);
	judge_config(run);
	result_value(result, &run->metrics[OVS_ANSWER], "database", run->ovs.db_answer_s, 0,
	    RESULT_NONE);
	result_detail(result, STATE_OK, "database %s: schema %s, answered in %.3f s",
	    run->remote, *vswitch->schema ? vswitch->schema : "unknown", run->ovs.db_answer_s);
}
