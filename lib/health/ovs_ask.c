/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/health/ovs_ask.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/client/lines.h"
#include "lib/client/openflow.h"
#include "lib/client/ovsdb.h"
#include "lib/client/unixctl.h"

static const char *const names[OVS_DAEMONS] = {
	[OVS_SERVER] = "ovsdb-server",
	[OVS_SWITCHD] = "ovs-vswitchd",
};

enum { AGAIN_MS = 50, TURN_MS = 20 };

static void init(const struct ovs_question *question, struct ovs_ask *ret)
{
	*ret = (struct ovs_ask){
		.ovs = { .rundir = question->rundir,
		    .vswitch = VSWITCH_INIT,
		    .bonds = BONDS_INIT },
		.db = JSONRPC_INIT,
	};
	for (size_t i = 0; i < OVS_DAEMONS; i++) {
		ret->ovs.daemons[i].name = names[i];
		ret->ctl[i] = (struct jsonrpc)JSONRPC_INIT;
	}
	(void)snprintf(ret->remote, sizeof(ret->remote), "unix:%s/db.sock",
	    question->rundir ? question->rundir : OVS_RUNDIR);
	ret->ovs.remote = question->db ? question->db : ret->remote;
}

void ovs_ask_free(struct ovs_ask *ask)
{
	for (size_t i = 0; i < OVS_DAEMONS; i++)
		jsonrpc_close(&ask->ctl[i]);
	jsonrpc_close(&ask->db);
	vswitch_free(&ask->ovs.vswitch);
	bonds_free(&ask->ovs.bonds);
	free(ask->ovs.flows);
	ask->ovs.flows = NULL;
}

/* --- control sockets -------------------------------------------------------------------------- */

static void ask_version(struct ovs_ask *ask, size_t i, int64_t until_ms)
{
	struct ovs_daemon *daemon = &ask->ovs.daemons[i];

	daemon->asked = true;
	ask->asked_ms[i] = clock_mono_ms();
	(void)snprintf(daemon->socket, sizeof(daemon->socket), "%s/%s.%d.ctl", ask->ovs.rundir,
	    daemon->name, daemon->pid);
	daemon->code = unixctl_open(daemon->socket, until_ms, &ask->ctl[i], &daemon->err);
	if (daemon->code == 0)
		daemon->code = unixctl_send(&ask->ctl[i], "version", until_ms, &daemon->err);
	daemon->answer_s = (double)(clock_mono_ms() - ask->asked_ms[i]) / 1000;
	/* Asked, and not yet heard. */
	if (daemon->code == 0)
		daemon->code = -ETIMEDOUT;
}

/* "ovs-vswitchd (Open vSwitch) 3.1.0": the last word of the first line. */
static void take_version(struct ovs_daemon *daemon, const struct buf *text)
{
	struct lines line = lines_of(buf_text(text), text->size);
	const char *blank = NULL;

	if (lines_next(&line))
		blank = memrchr(line.text, ' ', line.size);
	if (blank)
		lines_copy(daemon->version, sizeof(daemon->version), blank + 1,
		    (size_t)(line.text + line.size - blank - 1));
}

static void hear_version(struct ovs_ask *ask, size_t i, int64_t until_ms)
{
	struct ovs_daemon *daemon = &ask->ovs.daemons[i];
	CLEANUP_BUF struct buf text = BUF_INIT;

	daemon->code = unixctl_receive(&ask->ctl[i], until_ms, &text, &daemon->err);
	daemon->answer_s = (double)(clock_mono_ms() - ask->asked_ms[i]) / 1000;
	if (daemon->code == 0)
		take_version(daemon, &text);
}

static bool is_awaited(const struct ovs_ask *ask, size_t i)
{
	const struct ovs_daemon *daemon = &ask->ovs.daemons[i];

	return daemon->asked && daemon->code == -ETIMEDOUT && ask->ctl[i].stream.fd >= 0;
}

/* Gives each a moment; returns how many have not answered yet. */
static size_t hear_all(struct ovs_ask *ask, int64_t until_ms)
{
	size_t n = 0;

	for (size_t i = 0; i < OVS_DAEMONS; i++) {
		int64_t turn_ms = clock_mono_ms() + TURN_MS;

		if (is_awaited(ask, i))
			hear_version(ask, i, turn_ms < until_ms ? turn_ms : until_ms);
		n += is_awaited(ask, i);
	}
	return n;
}

/* Asks the daemons that may live for their versions, both at once, and waits for what has come
 * until then. The second time it waits for the rest. */
static void ask_daemons(struct ovs_ask *ask, int64_t until_ms)
{
	for (size_t i = 0; i < OVS_DAEMONS; i++) {
		const struct ovs_daemon *daemon = &ask->ovs.daemons[i];

		if (!daemon->asked && daemon->pid && daemon->life != OVS_DEAD)
			ask_version(ask, i, until_ms);
	}
	/* In turns, so that one that hangs does not keep the other from being heard. */
	while (hear_all(ask, until_ms) > 0 && clock_mono_ms() < until_ms)
		continue;
}

static void take_datapaths(struct ovs *ovs, const struct buf *text)
{
	datapaths_parse(buf_text(text), text->size, &ovs->datapaths);
	ovs->has_datapaths = true;
}

static void take_limits(struct ovs *ovs, const struct buf *text)
{
	if (ovs->has_datapaths)
		datapaths_parse_limits(buf_text(text), text->size, &ovs->datapaths);
}

static void take_bonds(struct ovs *ovs, const struct buf *text)
{
	ovs->has_bonds = bonds_parse(buf_text(text), text->size, &ovs->bonds, NULL) == 0;
}

/* Limits belong to datapaths, which come first. */
static const struct {
	const char *command;
	void (*take)(struct ovs *ovs, const struct buf *text);
} questions[] = {
	{ "dpctl/show", take_datapaths },
	{ "upcall/show", take_limits },
	{ "bond/show", take_bonds },
};
enum { QUESTIONS = sizeof(questions) / sizeof(questions[0]) };

/* False where nothing more can be heard until then. */
static bool ask_next(struct ovs_ask *ask, int64_t until_ms)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(JSONRPC_SIZE_MAX);
	struct ovs_daemon *daemon = &ask->ovs.daemons[OVS_SWITCHD];
	struct jsonrpc *ctl = &ask->ctl[OVS_SWITCHD];
	int r = 0;

	if (!ask->is_owed)
		r = unixctl_send(
		    ctl, questions[ask->n_answers].command, until_ms, &daemon->err);
	ask->is_owed = true;
	if (r == 0)
		r = unixctl_receive(ctl, until_ms, &text, &daemon->err);
	if (r == -ETIMEDOUT)
		return false;
	/* A command that this release does not have is no failure of the daemon's. */
	if (r < 0 && r != -EREMOTEIO) {
		daemon->code = r;
		return false;
	}
	if (r == 0)
		questions[ask->n_answers].take(&ask->ovs, &text);
	ask->is_owed = false;
	ask->n_answers++;
	return true;
}

/* Datapaths and bonds, if ovs-vswitchd has answered before. The second time it waits for the
 * rest. */
static void ask_switchd(struct ovs_ask *ask, int64_t until_ms)
{
	const struct ovs *ovs = &ask->ovs;

	while (
	    ovs_switchd_answers(ovs) && ask->n_answers < QUESTIONS && ask_next(ask, until_ms))
		continue;
	ask->ovs.owes = ovs_switchd_answers(ovs) && ask->n_answers < QUESTIONS
			    ? questions[ask->n_answers].command
			    : NULL;
}

/* --- the database ------------------------------------------------------------------------------ */

static void ask_database(
    struct ovs_ask *ask, const struct ovs_question *question, int64_t until_ms)
{
	int64_t start_ms = clock_mono_ms();
	struct ovs *ovs = &ask->ovs;

	ovs->db_asked = true;
	ovs->db_code = jsonrpc_open(ovs->remote, OVSDB_PORT, &question->tls, question->family,
	    until_ms, &ask->db, &ovs->db_err);
	if (ovs->db_code == 0)
		ovs->db_code = vswitch_ask(&ask->db, until_ms, &ovs->vswitch, &ovs->db_err);
	ovs->db_answer_s = (double)(clock_mono_ms() - start_ms) / 1000;
}

/* Where the running configuration is behind, asks again every 50 ms until it is not. */
static void await_config(struct ovs_ask *ask, int64_t until_ms)
{
	struct vswitch *vswitch = &ask->ovs.vswitch;

	while (vswitch->has_config && vswitch->current < vswitch->next &&
	       clock_mono_ms() + AGAIN_MS < until_ms) {
		clock_sleep_ms(AGAIN_MS);
		if (vswitch_ask_config(
			&ask->db, until_ms, &vswitch->current, &vswitch->next, NULL) < 0)
			return;
	}
}

/* --- bridges ------------------------------------------------------------------------------------- */

static int ask_bridge(
    const struct ovs *ovs, struct ovs_flows *flows, int64_t until_ms, struct err *err)
{
	struct openflow_aggregate answer;
	char path[PATH_MAX];
	int r, size;

	if (*flows->bridge == '\0' || strchr(flows->bridge, '/'))
		return err_set(err, -EINVAL, "that is no name of a bridge");
	size = snprintf(path, sizeof(path), "%s/%s.mgmt", ovs->rundir, flows->bridge);
	if (size < 0 || (size_t)size >= sizeof(path))
		return err_set(err, -ENAMETOOLONG, "the path of its socket is too long");
	r = openflow_ask(path, until_ms, &answer, err);
	if (r == 0)
		flows->flows = answer.flows;
	return r;
}

/* False when no other bridge need be asked: this user may not, or ovs-vswitchd has no time. */
static bool ask_flows(struct ovs_ask *ask, const struct ovs_question *question,
    const char *bridge, const char *fail_mode)
{
	struct ovs_flows *flows = &ask->ovs.flows[ask->ovs.n_flows++];

	if (question->doing)
		question->doing(question->context, "asking for its flows bridge", bridge);
	flows->bridge = bridge;
	flows->is_secure = strcmp(fail_mode, "secure") == 0;
	flows->code = ask_bridge(&ask->ovs, flows, question->until_ms, &flows->err);
	return flows->code != -ETIMEDOUT && !ovs_is_denied(flows->code);
}

static int ask_all_flows(
    struct ovs_ask *ask, const struct ovs_question *question, struct err *err)
{
	struct ovs *ovs = &ask->ovs;
	const struct vswitch *vswitch = &ovs->vswitch;
	size_t n = ovs_has_database(ovs) ? vswitch->n_bridges : question->n_bridges;

	/* A switch that is gone or hangs has none. */
	if (ovs_is_absent(ovs) || (question->parts & (OVS_PART_PROCESSES | OVS_PART_CONTROL) &&
				      ovs_daemon_is_bad(&ovs->daemons[OVS_SWITCHD])))
		return 0;
	ovs->flows = calloc(n ? n : 1, sizeof(*ovs->flows));
	if (!ovs->flows)
		return err_sys(err, -ENOMEM, "cannot keep the flows of bridges");
	for (size_t i = 0; i < n; i++) {
		bool known = ovs_has_database(ovs);

		if (!ask_flows(ask, question,
			known ? vswitch->bridges[i].name : question->bridges[i],
			known ? vswitch->bridges[i].fail_mode : ""))
			break;
	}
	return 0;
}

/* --- all ------------------------------------------------------------------------------------------ */

static void say(const struct ovs_question *question, const char *what, const char *object)
{
	if (question->doing)
		question->doing(question->context, what, object);
}

static void ask_control(struct ovs_ask *ask, const struct ovs_question *question,
    int64_t daemons_ms, int64_t more_ms)
{
	if (!(question->parts & OVS_PART_CONTROL))
		return;
	say(question, "asking the control sockets in", ask->ovs.rundir);
	ask_daemons(ask, daemons_ms);
	ask_switchd(ask, more_ms);
}

/*
 * The time that is left is shared, so that one peer that hangs does not hide the others: the
 * control sockets are asked first, and heard for a moment; then ovs-vswitchd has until 0.3 of it,
 * the database until 0.6, a control socket that has not answered all the while until 0.8, and
 * the bridges the rest.
 */
int ovs_ask(const struct ovs_question *question, struct ovs_ask *ask, struct err *err)
{
	enum { SHARES = 10, MOMENT = 1, SWITCHD = 3, DATABASE = 6, CONTROL = 8, LATE = 9 };
	enum { CONFIG_MS = 1000 };
	int64_t start_ms = clock_mono_ms(), left_ms = question->until_ms - start_ms;
	int64_t share_ms = (left_ms > INT32_MAX ? INT32_MAX : left_ms) / SHARES;
	int64_t late_ms = start_ms + LATE * share_ms, config_ms;
	struct ovs *ovs = &ask->ovs;

	init(question, ask);
	/* Control sockets are found by the pids in the pidfiles. */
	if (question->parts & (OVS_PART_PROCESSES | OVS_PART_CONTROL)) {
		int r;

		say(question, "reading", "processes");
		r = ovs_read_daemons(ovs, question->root, err);
		if (r < 0)
			return r;
	}
	ask_control(ask, question, start_ms + MOMENT * share_ms, start_ms + SWITCHD * share_ms);
	if (question->parts & OVS_PART_DATABASE) {
		say(question, "asking the database", ovs->remote);
		ask_database(ask, question, start_ms + DATABASE * share_ms);
	}
	ask_control(ask, question, start_ms + CONTROL * share_ms, late_ms);
	/* A switch that hangs or is gone will not catch up. */
	config_ms = clock_mono_ms() + CONFIG_MS;
	if (ovs_has_database(ovs) && ovs->daemons[OVS_SWITCHD].life != OVS_DEAD &&
	    (ovs_switchd_answers(ovs) || !ovs->daemons[OVS_SWITCHD].asked))
		await_config(ask, config_ms < late_ms ? config_ms : late_ms);
	return question->parts & OVS_PART_FLOWS ? ask_all_flows(ask, question, err) : 0;
}
