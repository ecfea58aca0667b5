/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>

#include "plugins/ovs.h"

enum state ovs_verdict_of(const struct ovs_run *run, enum ovs_topic topic)
{
	return ovs_topic_state(&run->given->verdicts, topic);
}

void ovs_deny(struct ovs_run *run, const char *path)
{
	const char *name = strrchr(path, '/');

	buf_addf(&run->denied, "%s%s", run->denied.size ? ", " : "", name ? name + 1 : path);
}

static void summarise(struct ovs_run *run)
{
	const struct ovs *ovs = run->ovs;
	const char *version = ovs->daemons[OVS_SWITCHD].version;
	CLEANUP_BUF struct buf text = BUF_INIT;

	if (!*version && ovs_has_database(ovs))
		version = ovs->vswitch.version;
	if (ovs_has_database(ovs))
		buf_addf(&text, "%zu bridge%s, %zu port%s", ovs->vswitch.n_bridges,
		    ovs->vswitch.n_bridges == 1 ? "" : "s", ovs->vswitch.n_ports,
		    ovs->vswitch.n_ports == 1 ? "" : "s");
	if (run->n_flows && !run->no_flows)
		buf_addf(&text, "%s%.0f flows", text.size ? ", " : "", run->flows);
	if (*version)
		buf_addf(&text, "%sOpen vSwitch %s", text.size ? ", " : "", version);
	if (!text.size && run->parts & OVS_PART_PROCESSES && !ovs_is_absent(ovs) &&
	    !run->bad[OVS_SERVER] && !run->bad[OVS_SWITCHD])
		buf_adds(&text, "ovsdb-server and ovs-vswitchd run");
	result_summary(run->check->result, "%s", buf_text(&text));
}

/* One sentence for all sockets, and what to grant. */
static void report_denied(struct ovs_run *run)
{
	if (run->denied.size)
		result_problem(run->check->result, STATE_UNKNOWN,
		    "%s may not open %s: see PERMISSIONS in check_ovs(1), or leave it out with "
		    "--check",
		    run->who, buf_text(&run->denied));
}

/* Whether a part could not be read, which was said: that there are no numbers adds nothing. */
static bool is_incomplete(const struct ovs_run *run)
{
	return ovs_is_absent(run->ovs) || run->bad[OVS_SERVER] || run->bad[OVS_SWITCHD] ||
	       run->denied.size || run->no_flows || run->ovs->owes || run->ovs->db_code < 0;
}

static void excuse_all(struct ovs_run *run)
{
	struct thresholds *thresholds = &run->check->thresholds;

	for (size_t i = 0; i < thresholds->n_metrics; i++)
		thresholds_excuse(thresholds, &thresholds->metrics[i], NULL);
}

void ovs_judge(struct ovs_run *run)
{
	run->metrics = ovs_metrics;
	run->denied = (struct buf)BUF_INIT;
	ovs_judge_daemons(run);
	if (run->parts & OVS_PART_DATABASE)
		ovs_judge_database(run);
	if (run->parts & OVS_PART_FLOWS)
		ovs_judge_flows(run);
	ovs_judge_datapaths(run);
	ovs_judge_bonds(run);
	ovs_judge_rates(run);
	report_denied(run);
	if (is_incomplete(run))
		excuse_all(run);
	summarise(run);
	buf_free(&run->denied);
}
