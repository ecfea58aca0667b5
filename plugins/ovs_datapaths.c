/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "lib/base/clock.h"
#include "plugins/ovs.h"

/* --- flows ------------------------------------------------------------------------------------- */

/* False when no other bridge need be asked. */
static bool judge_bridge_flows(
    struct ovs_run *run, const struct vswitch_bridge *bridge, int64_t until_ms)
{
	struct result *result = run->check->result;
	struct openflow_aggregate flows;
	struct err err = ERR_INIT;
	int r;

	check_doing(run->check, "asking bridge %s for its flows", bridge->name);
	r = ovs_ask_flows(&run->ovs, bridge->name, until_ms, &flows, &err);
	if (ovs_is_denied(r)) {
		ovs_deny(run, "BRIDGE.mgmt");
		return false;
	}
	if (r < 0) {
		run->no_flows = true;
		result_problem(
		    result, STATE_CRITICAL, "bridge %s: OpenFlow: %s", bridge->name, err.text);
		return r != -ETIMEDOUT;
	}
	run->flows += (double)flows.flows;
	run->n_flows++;
	if (flows.flows == 0 && strcmp(bridge->fail_mode, "secure") == 0)
		result_problem(result, ovs_verdict(run, OVS_TOPIC_NO_FLOWS),
		    "bridge %s has no flows and fail mode secure: it forwards nothing",
		    bridge->name);
	result_value(result, &run->metrics[OVS_FLOWS], bridge->name, (double)flows.flows, 0,
	    RESULT_NONE);
	return true;
}

void ovs_judge_flows(struct ovs_run *run, int64_t until_ms)
{
	const struct vswitch *vswitch = &run->ovs.vswitch;
	const struct opt_list *asked = &run->given->bridges;

	/* A switch that is gone or hangs was named. */
	if (run->absent || run->bad[OVS_SWITCHD])
		return;
	for (size_t i = 0; i < vswitch->n_bridges; i++) {
		if (!judge_bridge_flows(run, &vswitch->bridges[i], until_ms))
			return;
	}
	/* Without the database, those that were named. */
	for (size_t i = 0; !vswitch->answer && i < asked->n_items; i++) {
		const struct vswitch_bridge bridge = { .name = asked->items[i],
			.fail_mode = "" };

		if (!judge_bridge_flows(run, &bridge, until_ms))
			return;
	}
	/* The sum of some would look like that of all. */
	if (run->n_flows && !run->no_flows)
		result_value(run->check->result, &run->metrics[OVS_FLOWS], NULL, run->flows, 0,
		    RESULT_NONE);
}

/* --- datapaths ----------------------------------------------------------------------------------- */

void ovs_judge_datapaths(struct ovs_run *run)
{
	struct result *result = run->check->result;
	const struct metric *metrics = run->metrics;

	for (size_t i = 0; run->ovs.has_datapaths && i < run->ovs.datapaths.n_items; i++) {
		const struct datapath *one = &run->ovs.datapaths.items[i];

		result_value(result, &metrics[OVS_DATAPATH_FLOWS], one->name,
		    (double)one->flows, 0, RESULT_NONE);
		if (one->has_limit && one->flow_limit > 0)
			result_value(result, &metrics[OVS_FLOW_LIMIT_USE], one->name,
			    (double)one->flows * 100 / (double)one->flow_limit, 0, 100);
		if (one->has_masks)
			result_value(result, &metrics[OVS_MASKS], one->name,
			    one->masks_per_packet, 0, RESULT_NONE);
		result_detail(result, STATE_OK,
		    "datapath %s: %llu hit, %llu missed, %llu lost, %llu flows, %llu ports",
		    one->name, (unsigned long long)one->hit, (unsigned long long)one->missed,
		    (unsigned long long)one->lost, (unsigned long long)one->flows,
		    (unsigned long long)one->ports);
	}
}

/* --- bonds ------------------------------------------------------------------------------------------ */

static void judge_bond(struct ovs_run *run, const struct bond *bond)
{
	struct result *result = run->check->result;

	if (bond->n_members > 0 && bond->n_disabled == bond->n_members)
		result_problem(result, ovs_verdict(run, OVS_TOPIC_BOND_DOWN),
		    "bond %s: none of its %zu members is in use (%s)", bond->name,
		    bond->n_members, bond->disabled);
	else if (bond->n_disabled)
		result_problem(result, ovs_verdict(run, OVS_TOPIC_BOND),
		    "bond %s: %zu of %zu members not in use (%s)", bond->name, bond->n_disabled,
		    bond->n_members, bond->disabled);
	/* LACP is asked for, and nobody answers on the other side. */
	else if (strcmp(bond->lacp, "configured") == 0)
		result_problem(result, ovs_verdict(run, OVS_TOPIC_BOND),
		    "bond %s: no LACP partner", bond->name);
	result_value(result, &run->metrics[OVS_MEMBERS_DISABLED], bond->name,
	    (double)bond->n_disabled, 0, (double)bond->n_members);
	result_detail(result, STATE_OK, "bond %s: %s, %zu of %zu members in use%s%s",
	    bond->name, bond->mode, bond->n_members - bond->n_disabled, bond->n_members,
	    *bond->lacp ? ", LACP " : "", bond->lacp);
}

void ovs_judge_bonds(struct ovs_run *run)
{
	for (size_t i = 0; run->ovs.has_bonds && i < run->ovs.bonds.n_items; i++)
		judge_bond(run, &run->ovs.bonds.items[i]);
}
