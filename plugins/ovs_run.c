/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/deadline.h"
#include "plugins/ovs.h"

bool ovs_is_denied(int code)
{
	return code == -EACCES || code == -EPERM;
}

void ovs_deny(struct ovs_run *run, const char *path)
{
	const char *name = strrchr(path, '/');

	buf_addf(&run->denied, "%s%s", run->denied.size ? ", " : "", name ? name + 1 : path);
}

bool ovs_switchd_answers(const struct ovs_run *run)
{
	const struct ovs_daemon *daemon = &run->ovs.daemons[OVS_SWITCHD];

	return daemon->asked && daemon->code == 0;
}

/* --- the run ------------------------------------------------------------------------------------ */

/*
 * The time that is left is shared, so that one peer that hangs does not hide the others: the
 * control sockets are asked first, and heard for a moment; then ovs-vswitchd has until 0.3 of it,
 * the database until 0.6, a control socket that has not answered all the while until 0.8, and
 * the bridges the rest.
 */
static void read_all(struct ovs_run *run)
{
	const struct ovs_options *given = run->given;
	const struct jsonrpc_tls tls = { given->ca, given->cert, given->key };
	enum { SHARES = 10, MOMENT = 1, SWITCHD = 3, DATABASE = 6, CONTROL = 8, LATE = 9 };
	enum { CONFIG_MS = 1000 };
	int64_t start_ms = clock_mono_ms(), left_ms = deadline_left_ms();
	int64_t share_ms = (left_ms > INT32_MAX ? INT32_MAX : left_ms) / SHARES;
	struct ovs *ovs = &run->ovs;
	int64_t config_ms;

	if (run->parts & OVS_PART_CONTROL) {
		check_doing(run->check, "asking the control sockets in %s", ovs->rundir);
		ovs_ask_daemons(ovs, start_ms + MOMENT * share_ms);
		ovs_ask_switchd(ovs, start_ms + SWITCHD * share_ms);
	}
	if (run->parts & OVS_PART_DATABASE) {
		check_doing(run->check, "asking the database %s", run->remote);
		ovs_ask_database(ovs, run->remote, &tls,
		    given->ipv4	  ? ADDRESS_IPV4
		    : given->ipv6 ? ADDRESS_IPV6
				  : ADDRESS_ANY,
		    start_ms + DATABASE * share_ms);
	}
	if (run->parts & OVS_PART_CONTROL) {
		check_doing(run->check, "asking the control sockets in %s", ovs->rundir);
		ovs_ask_daemons(ovs, start_ms + CONTROL * share_ms);
		ovs_ask_switchd(ovs, start_ms + LATE * share_ms);
	}
	/* A switch that hangs or is gone will not catch up. */
	if (run->parts & OVS_PART_DATABASE && ovs->db_code == 0 &&
	    ovs->daemons[OVS_SWITCHD].life != OVS_DEAD &&
	    (ovs_switchd_answers(run) || !ovs->daemons[OVS_SWITCHD].asked)) {
		config_ms = clock_mono_ms() + CONFIG_MS;
		ovs_await_config(ovs, config_ms < start_ms + LATE * share_ms
					  ? config_ms
					  : start_ms + LATE * share_ms);
	}
}

static void summarise(struct ovs_run *run)
{
	const struct ovs *ovs = &run->ovs;
	const char *version = ovs->daemons[OVS_SWITCHD].version;
	CLEANUP_BUF struct buf text = BUF_INIT;

	if (!*version && ovs->vswitch.answer)
		version = ovs->vswitch.version;
	if (ovs->vswitch.answer)
		buf_addf(&text, "%zu bridge%s, %zu port%s", ovs->vswitch.n_bridges,
		    ovs->vswitch.n_bridges == 1 ? "" : "s", ovs->vswitch.n_ports,
		    ovs->vswitch.n_ports == 1 ? "" : "s");
	if (run->n_flows && !run->no_flows)
		buf_addf(&text, "%s%.0f flows", text.size ? ", " : "", run->flows);
	if (*version)
		buf_addf(&text, "%sOpen vSwitch %s", text.size ? ", " : "", version);
	if (!text.size && run->parts & OVS_PART_PROCESSES && !run->absent &&
	    !run->bad[OVS_SERVER] && !run->bad[OVS_SWITCHD])
		buf_adds(&text, "ovsdb-server and ovs-vswitchd run");
	result_summary(run->check->result, "%s", buf_text(&text));
}

/* One sentence for all sockets, and what to grant. */
static void report_denied(struct ovs_run *run)
{
	if (run->denied.size)
		result_problem(run->check->result, STATE_UNKNOWN,
		    "this user may not open %s: see PERMISSIONS in check_ovs(1), or leave it "
		    "out "
		    "with --check",
		    buf_text(&run->denied));
}

/* Whether a part could not be read, which was said: that there are no numbers adds nothing. */
static bool is_incomplete(const struct ovs_run *run)
{
	return run->absent || run->bad[OVS_SERVER] || run->bad[OVS_SWITCHD] ||
	       run->denied.size || run->no_flows || ovs_switchd_owes(&run->ovs) ||
	       (run->parts & OVS_PART_DATABASE && run->ovs.db_code < 0);
}

static void excuse_all(struct ovs_run *run)
{
	struct thresholds *thresholds = &run->check->thresholds;

	for (size_t i = 0; i < thresholds->n_metrics; i++)
		thresholds_excuse(thresholds, &thresholds->metrics[i], NULL);
}

static int look(struct ovs_run *run, struct err *err)
{
	struct ovs *ovs = &run->ovs;
	int64_t until_ms = clock_mono_ms() + deadline_left_ms();

	/* Control sockets are found by the pids in the pidfiles. */
	if (run->parts & (OVS_PART_PROCESSES | OVS_PART_CONTROL)) {
		int r;

		check_doing(run->check, "reading processes");
		r = ovs_read_daemons(ovs, &run->check->root, err);
		if (r < 0)
			return r;
	}
	read_all(run);
	ovs_judge_daemons(run);
	if (run->parts & OVS_PART_DATABASE)
		ovs_judge_database(run);
	if (run->parts & OVS_PART_FLOWS)
		ovs_judge_flows(run, until_ms);
	ovs_judge_datapaths(run);
	ovs_judge_bonds(run);
	ovs_judge_rates(run);
	report_denied(run);
	if (is_incomplete(run))
		excuse_all(run);
	summarise(run);
	return 0;
}

static bool is_remote(const struct ovs_options *given)
{
	return given->db && strncmp(given->db, "unix:", 5) != 0;
}

/* What is there to be looked at. */
static unsigned default_parts(const struct check *check)
{
	const struct ovs_options *given = check->options;
	unsigned all =
	    OVS_PART_PROCESSES | OVS_PART_CONTROL | OVS_PART_DATABASE | OVS_PART_FLOWS;

	if (given->rundir)
		return all;
	if (!check->root.live)
		return OVS_PART_PROCESSES | (given->db ? OVS_PART_DATABASE : 0);
	return is_remote(given) ? OVS_PART_DATABASE : all;
}

/* What is to be looked at, which --root has a say in. */
static int choose_parts(struct check *check, unsigned *ret, struct err *err)
{
	const struct ovs_options *given = check->options;
	unsigned chosen = given->parts ? given->parts : default_parts(check);

	if (chosen & (OVS_PART_CONTROL | OVS_PART_FLOWS) && !check->root.live && !given->rundir)
		return err_set(err, -EINVAL,
		    "option --check: control and flows need --rundir where there is --root");
	if (given->bridges.n_items && !(chosen & (OVS_PART_DATABASE | OVS_PART_FLOWS)))
		return err_set(err, -EINVAL,
		    "option -b: needs database or flows, which --check or --root leaves out");
	if ((given->interfaces.n_items || given->fail_mode) && !(chosen & OVS_PART_DATABASE))
		return err_set(err, -EINVAL,
		    "option %s: needs the database, which --check or --root leaves out",
		    given->interfaces.n_items ? "-i" : "--fail-mode");
	if (chosen & OVS_PART_FLOWS && !(chosen & OVS_PART_DATABASE) && !given->bridges.n_items)
		return err_set(
		    err, -EINVAL, "option --check: flows needs database, or bridges with -b");
	*ret = chosen;
	return 0;
}

int ovs_run(struct check *check, const struct metric *metrics, struct err *err)
{
	const struct ovs_options *given = check->options;
	const char *rundir = given->rundir;
	CLEANUP_BUF struct buf remote = BUF_INIT;
	struct ovs_run run = {
		.check = check,
		.given = given,
		.metrics = metrics,
		.denied = BUF_INIT,
	};
	int r = choose_parts(check, &run.parts, err);

	if (r < 0)
		return r;
	if (!rundir && check->root.live)
		rundir = OVS_RUNDIR;
	buf_addf(&remote, "unix:%s/db.sock", rundir ? rundir : OVS_RUNDIR);
	run.remote = given->db ? given->db : buf_text(&remote);
	ovs_init(rundir, &run.ovs);
	r = look(&run, err);
	ovs_free(&run.ovs);
	buf_free(&run.denied);
	return r;
}
