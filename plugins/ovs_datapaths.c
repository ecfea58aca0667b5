/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plugins/ovs.h"

/* --- flows ------------------------------------------------------------------------------------- */

static void judge_bridge_flows(struct ovs_run *run, const struct ovs_flows *flows)
{
	struct result *result = run->check->result;
	CLEANUP_BUF struct buf text = BUF_INIT;
	enum state state = ovs_verdict_flows(flows, &run->given->verdicts, &text);

	if (ovs_is_denied(flows->code)) {
		ovs_deny(run, "BRIDGE.mgmt");
		return;
	}
	if (text.size)
		result_problem(result, state, "%s", buf_text(&text));
	if (flows->code < 0) {
		run->no_flows = true;
		return;
	}
	run->flows += (double)flows->flows;
	run->n_flows++;
	result_value(result, &run->metrics[OVS_FLOWS], flows->bridge, (double)flows->flows, 0,
	    RESULT_NONE);
}

void ovs_judge_flows(struct ovs_run *run)
{
	/* A switch that is gone or hangs was named. */
	if (ovs_is_absent(run->ovs) || run->bad[OVS_SWITCHD])
		return;
	for (size_t i = 0; i < run->ovs->n_flows; i++)
		judge_bridge_flows(run, &run->ovs->flows[i]);
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

	for (size_t i = 0; run->ovs->has_datapaths && i < run->ovs->datapaths.n_items; i++) {
		const struct datapath *one = &run->ovs->datapaths.items[i];

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
	CLEANUP_BUF struct buf text = BUF_INIT;
	enum state state = ovs_verdict_bond(bond, &run->given->verdicts, &text);

	if (text.size)
		result_problem(result, state, "%s", buf_text(&text));
	result_value(result, &run->metrics[OVS_MEMBERS_DISABLED], bond->name,
	    (double)bond->n_disabled, 0, (double)bond->n_members);
	result_detail(result, STATE_OK, "bond %s: %s, %zu of %zu members in use%s%s",
	    bond->name, bond->mode, bond->n_members - bond->n_disabled, bond->n_members,
	    *bond->lacp ? ", LACP " : "", bond->lacp);
}

void ovs_judge_bonds(struct ovs_run *run)
{
	for (size_t i = 0; run->ovs->has_bonds && i < run->ovs->bonds.n_items; i++)
		judge_bond(run, &run->ovs->bonds.items[i]);
}
