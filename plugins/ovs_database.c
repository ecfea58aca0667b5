/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>

#include "plugins/ovs.h"

/* --- the database itself ------------------------------------------------------------------------ */

static void judge_failure(struct ovs_run *run)
{
	struct result *result = run->check->result;
	const struct ovs *ovs = run->ovs;
	bool is_unix = strncmp(ovs->remote, "unix:", 5) == 0;
	CLEANUP_BUF struct buf text = BUF_INIT;
	enum state state = ovs_verdict_database(ovs, &text);

	if (ovs_is_denied(ovs->db_code) && is_unix)
		ovs_deny(run, ovs->remote + 5);
	else if (is_unix && (ovs_is_absent(ovs) || run->bad[OVS_SERVER]))
		result_detail(result, STATE_CRITICAL, "%s", buf_text(&text));
	else
		result_problem(result, state, "%s", buf_text(&text));
}

static void judge_config(struct ovs_run *run)
{
	const struct vswitch *vswitch = &run->ovs->vswitch;
	double gap = (double)(vswitch->next - vswitch->current);
	CLEANUP_BUF struct buf text = BUF_INIT;
	enum state state = ovs_verdict_config(vswitch, &run->given->verdicts, &text);

	if (!vswitch->has_config)
		return;
	if (text.size)
		result_problem(run->check->result, state, "%s", buf_text(&text));
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
	const struct vswitch *vswitch = &run->ovs->vswitch;
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

static void judge_controller(struct ovs_run *run, size_t place)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	enum state state = ovs_verdict_controller(
	    &run->ovs->vswitch, place, true, &run->given->verdicts, &text);

	if (text.size)
		result_problem(run->check->result, state, "%s", buf_text(&text));
}

static void judge_manager(struct ovs_run *run, const struct vswitch_remote *manager)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	enum state state = ovs_verdict_manager(manager, &run->given->verdicts, &text);

	if (text.size)
		result_problem(run->check->result, state, "%s", buf_text(&text));
}

void ovs_judge_controllers(struct ovs_run *run)
{
	const struct vswitch *vswitch = &run->ovs->vswitch;
	struct result *result = run->check->result;
	size_t n_down = 0, n_managers_down = 0;

	for (size_t i = 0; i < vswitch->n_controllers; i++) {
		const struct vswitch_remote *one = &vswitch->controllers[i];

		if (ovs_remote_is_down(one)) {
			n_down++;
			judge_controller(run, i);
			continue;
		}
		result_detail(result, STATE_OK, "controller %s of %s: %s%s%s", one->target,
		    vswitch_bridge_name(vswitch, one->bridge), one->state,
		    *one->role ? ", role " : "", one->role);
	}
	for (size_t i = 0; i < vswitch->n_managers; i++) {
		n_managers_down += ovs_remote_is_down(&vswitch->managers[i]);
		judge_manager(run, &vswitch->managers[i]);
	}
	result_metric(result, &run->metrics[OVS_CONTROLLERS], (double)vswitch->n_controllers);
	result_metric(result, &run->metrics[OVS_CONTROLLERS_DOWN], (double)n_down);
	result_metric(result, &run->metrics[OVS_MANAGERS_DOWN], (double)n_managers_down);
}

void ovs_judge_database(struct ovs_run *run)
{
	const struct vswitch *vswitch = &run->ovs->vswitch;
	struct result *result = run->check->result;

	/* Where there is no switch, a subagent does not ask for its database. */
	if (!run->ovs->db_asked)
		return;
	if (run->ovs->db_code < 0) {
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
	result_metric(result, &run->metrics[OVS_INTERFACES],
	    (double)(vswitch->n_interfaces + run->ovs->hidden.interfaces));
	judge_bridges(run);
	ovs_judge_controllers(run);
	judge_config(run);
	result_value(result, &run->metrics[OVS_ANSWER], "database", run->ovs->db_answer_s, 0,
	    RESULT_NONE);
	result_detail(result, STATE_OK, "database %s: schema %s, answered in %.3f s",
	    run->ovs->remote, *vswitch->schema ? vswitch->schema : "unknown",
	    run->ovs->db_answer_s);
}
