/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/health/ovs_verdict.h"
#include "subagent/ovs_fill.h"

static const struct ovs_verdicts defaults;

#define PUT(field, text) put((field), sizeof(field), (text))
static void put(char *field, size_t size, const char *text)
{
	if (!memccpy(field, text, '\0', size))
		field[size - 1] = '\0';
}

/* --- counters over all interfaces ----------------------------------------------------------------- */

/* A sum of what is there now would fall when an interface goes: what was counted since the last
 * round is added. */
static void add_counted(struct ovs_history *history, const struct vswitch *vswitch,
    const struct ovs_sample *earlier)
{
	double counted[OVS_COUNTERS];

	for (size_t i = 0; i < vswitch->n_interfaces; i++) {
		if (!ovs_sample_interface_rate(earlier, 1, &vswitch->interfaces[i], counted))
			continue;
		for (size_t k = 0; k < OVS_COUNTERS; k++)
			history->sums[k] += (uint64_t)counted[k];
	}
}

static int count(struct ovs_history *history, const struct vswitch *vswitch, struct err *err)
{
	CLEANUP_OVS_SAMPLE struct ovs_sample earlier = OVS_SAMPLE_INIT;
	int r = ovs_sample_parse(buf_text(&history->last), history->last.size, &earlier, err);

	if (r < 0)
		return r;
	add_counted(history, vswitch, &earlier);
	buf_reset(&history->last);
	for (size_t i = 0; i < vswitch->n_interfaces; i++)
		ovs_sample_add_interface(&vswitch->interfaces[i], &history->last);
	return history->last.error
		   ? err_sys(err, history->last.error, "cannot keep the counters of interfaces")
		   : 0;
}

/* --- the database ------------------------------------------------------------------------------- */

/* What only a database that answers can tell. */
static void forget_database(struct mib_ovs *row)
{
	row->bridges = row->ports = row->interfaces = MIB_NONE;
	row->port_errors = row->links_down = row->interfaces_left_out = MIB_NONE;
	row->controllers = row->controllers_down = row->managers_down = MIB_NONE;
	row->config_running = row->config_wanted = row->config_gap = MIB_NONE;
	row->in_errors = row->out_errors = row->in_drops = row->out_drops = MIB_NONE;
}

static void fill_counts(const struct vswitch *vswitch, struct mib_ovs *row)
{
	row->bridges = (int64_t)vswitch->n_bridges;
	row->ports = (int64_t)vswitch->n_ports;
	row->interfaces = (int64_t)vswitch->n_interfaces;
	row->controllers = (int64_t)vswitch->n_controllers;
	row->port_errors = row->links_down = row->controllers_down = row->managers_down = 0;
	for (size_t i = 0; i < vswitch->n_interfaces; i++) {
		bool failed = ovs_interface_has_failed(&vswitch->interfaces[i]);

		row->port_errors += failed;
		row->links_down += !failed && ovs_interface_is_down(&vswitch->interfaces[i]);
	}
	for (size_t i = 0; i < vswitch->n_controllers; i++)
		row->controllers_down += ovs_remote_is_down(&vswitch->controllers[i]);
	for (size_t i = 0; i < vswitch->n_managers; i++)
		row->managers_down += ovs_remote_is_down(&vswitch->managers[i]);
	PUT(row->version, vswitch->version);
	PUT(row->schema, vswitch->schema);
	if (!vswitch->has_config)
		return;
	row->config_running = vswitch->current;
	row->config_wanted = vswitch->next;
	row->config_gap =
	    vswitch->next > vswitch->current ? vswitch->next - vswitch->current : 0;
}

static void fill_sums(const struct ovs_history *history, struct mib_ovs *row)
{
	row->in_errors = (int64_t)history->sums[0];
	row->out_errors = (int64_t)history->sums[1];
	row->in_drops = (int64_t)history->sums[2];
	row->out_drops = (int64_t)history->sums[3];
}

static int64_t answer_of(const struct ovs *ovs)
{
	static const struct {
		int code;
		enum mib_ovs_answer answer;
	} answers[] = {
		{ 0, MIB_OVS_ANSWERED },
		{ -EACCES, MIB_OVS_DENIED },
		{ -EPERM, MIB_OVS_DENIED },
		{ -ETIMEDOUT, MIB_OVS_SILENT },
		{ -ENOENT, MIB_OVS_GONE },
		{ -ECONNREFUSED, MIB_OVS_GONE },
		{ -EINVAL, MIB_OVS_UNABLE },
		{ -EPROTONOSUPPORT, MIB_OVS_UNABLE },
	};

	for (size_t i = 0; ovs->db_asked && i < sizeof(answers) / sizeof(answers[0]); i++) {
		if (answers[i].code == ovs->db_code)
			return answers[i].answer;
	}
	return ovs->db_asked ? MIB_OVS_FAILED : MIB_OVS_NOT_ASKED;
}

static enum state fill_database(const struct ovs *ovs, struct mib_ovs *row)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	enum state state = ovs_verdict_database(ovs, &text);

	PUT(row->database, ovs->db_asked ? ovs->remote : "");
	row->database_answer = answer_of(ovs);
	PUT(row->database_answer_text, ovs->db_code < 0 ? ovs->db_err.text : "");
	row->database_answer_time_ms =
	    ovs->db_asked ? (int64_t)(ovs->db_answer_s * 1000 + 0.5) : MIB_NONE;
	if (ovs_has_database(ovs))
		state = ovs_verdict_config(&ovs->vswitch, &defaults, &text);
	row->database_state = MIB_OK + state_severity(state);
	PUT(row->database_state_text, buf_text(&text));
	return state;
}

/* --- all ------------------------------------------------------------------------------------------ */

/* All bridges, or none: the sum of some would look like that of all. */
static int64_t all_flows(const struct ovs *ovs)
{
	int64_t flows = 0;

	if (!ovs_has_database(ovs) || ovs->n_flows < ovs->vswitch.n_bridges)
		return MIB_NONE;
	for (size_t i = 0; i < ovs->n_flows; i++) {
		if (ovs->flows[i].code < 0)
			return MIB_NONE;
		flows += (int64_t)ovs->flows[i].flows;
	}
	return flows;
}

static void fill_rundir(const struct ovs *ovs, struct mib_ovs *row)
{
	PUT(row->rundir, ovs->rundir ? ovs->rundir : "");
	PUT(row->rundir_text, ovs->rundir_err.text);
	row->rundir_answer = ovs->rundir_code == 0	   ? MIB_OVS_PRESENT
			     : ovs->rundir_code == -ENOENT ? MIB_OVS_ABSENT
							   : MIB_OVS_RUNDIR_DENIED;
}

/* "interface p1 of br-int has no link (and 2 more); 2 bridges, 3 ports, Open vSwitch 3.1.0" */
static void fill_state(const struct ovs_fill *fill, const struct ovs_worst *worst,
    enum state database, struct mib_ovs *row)
{
	const struct ovs *ovs = fill->ovs;
	const char *version = ovs->daemons[OVS_SWITCHD].version;
	/* A daemon that hangs says more than the database that it has. */
	bool is_database = state_severity(database) > state_severity(worst->state);
	CLEANUP_BUF struct buf text = BUF_INIT;
	size_t n = worst->n + (database != STATE_OK);

	row->state = MIB_OK + state_severity(state_worst(database, worst->state));
	if (n)
		buf_adds(&text, is_database ? row->database_state_text : worst->text);
	if (n > 1)
		buf_addf(&text, " (and %zu more)", n - 1);
	if (ovs_has_database(ovs))
		buf_addf(&text, "%s%zu bridges, %zu ports", text.size ? "; " : "",
		    ovs->vswitch.n_bridges, ovs->vswitch.n_ports);
	if (*version)
		buf_addf(&text, "%sOpen vSwitch %s", text.size ? ", " : "", version);
	PUT(row->state_text, buf_text(&text));
}

/* A node without a switch, of which nobody said that it has one. */
static void fill_disabled(const struct ovs *ovs, struct mib_ovs *row)
{
	row->state = row->database_state = MIB_DISABLED;
	row->database_answer = MIB_OVS_NOT_ASKED;
	row->database_answer_time_ms = MIB_NONE;
	PUT(row->database, "");
	PUT(row->database_answer_text, "");
	PUT(row->database_state_text, "");
	(void)snprintf(row->state_text, sizeof(row->state_text), "no %.200s", ovs->rundir);
}

int ovs_fill_all(const struct ovs_fill *fill, const struct ovs_worst *worst,
    struct mib_rows *rows, struct err *err)
{
	const struct ovs *ovs = fill->ovs;
	struct mib_ovs *row = mib_rows_add_indexed(&rows[OVS_TABLE_ALL]);
	CLEANUP_BUF struct buf parts = BUF_INIT;
	enum state database;
	int r;

	if (!row)
		return err_sys(err, -ENOMEM, "cannot keep the rows of Open vSwitch");
	forget_database(row);
	fill_rundir(ovs, row);
	database = fill_database(ovs, row);
	row->flows = all_flows(ovs);
	row->read_at_ms = fill->now_ms;
	ovs_parts_add(fill->parts, &parts);
	PUT(row->parts, buf_text(&parts));
	if (ovs_has_database(ovs)) {
		fill_counts(&ovs->vswitch, row);
		row->interfaces_left_out = (int64_t)rows[OVS_TABLE_INTERFACE].n_dropped;
		r = count(fill->history, &ovs->vswitch, err);
		if (r < 0)
			return r;
		fill_sums(fill->history, row);
	}
	fill_state(fill, worst, database, row);
	if (ovs->rundir_code == -ENOENT && !fill->is_wanted)
		fill_disabled(ovs, row);
	return 0;
}
