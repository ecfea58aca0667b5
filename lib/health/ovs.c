/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/health/ovs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/client/lines.h"
#include "lib/client/ovsdb.h"
#include "lib/client/unixctl.h"

static const char *const names[OVS_DAEMONS] = {
	[OVS_SERVER] = "ovsdb-server",
	[OVS_SWITCHD] = "ovs-vswitchd",
};

enum { AGAIN_MS = 50, TURN_MS = 20 };

void ovs_init(const char *rundir, struct ovs *ret)
{
	*ret = (struct ovs){
		.rundir = rundir,
		.db = JSONRPC_INIT,
		.vswitch = VSWITCH_INIT,
		.bonds = BONDS_INIT,
	};
	for (size_t i = 0; i < OVS_DAEMONS; i++) {
		struct ovs_daemon *daemon = &ret->daemons[i];

		daemon->name = names[i];
		daemon->ctl = (struct jsonrpc)JSONRPC_INIT;
		if (rundir)
			(void)snprintf(daemon->pidfile, sizeof(daemon->pidfile), "%s/%s.pid",
			    rundir, names[i]);
	}
}

void ovs_free(struct ovs *ovs)
{
	for (size_t i = 0; i < OVS_DAEMONS; i++)
		jsonrpc_close(&ovs->daemons[i].ctl);
	jsonrpc_close(&ovs->db);
	vswitch_free(&ovs->vswitch);
	bonds_free(&ovs->bonds);
}

/* --- control sockets -------------------------------------------------------------------------- */

static void ask_version(struct ovs_daemon *daemon, const char *rundir, int64_t until_ms)
{
	daemon->asked = true;
	daemon->asked_ms = clock_mono_ms();
	(void)snprintf(daemon->socket, sizeof(daemon->socket), "%s/%s.%d.ctl", rundir,
	    daemon->name, daemon->pid);
	daemon->code = unixctl_open(daemon->socket, until_ms, &daemon->ctl, &daemon->err);
	if (daemon->code == 0)
		daemon->code = unixctl_send(&daemon->ctl, "version", until_ms, &daemon->err);
	daemon->answer_s = (double)(clock_mono_ms() - daemon->asked_ms) / 1000;
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

static void hear_version(struct ovs_daemon *daemon, int64_t until_ms)
{
	CLEANUP_BUF struct buf text = BUF_INIT;

	daemon->code = unixctl_receive(&daemon->ctl, until_ms, &text, &daemon->err);
	daemon->answer_s = (double)(clock_mono_ms() - daemon->asked_ms) / 1000;
	if (daemon->code == 0)
		take_version(daemon, &text);
}

static bool is_awaited(const struct ovs_daemon *daemon)
{
	return daemon->asked && daemon->code == -ETIMEDOUT && daemon->ctl.stream.fd >= 0;
}

/* Gives each a moment; returns how many have not answered yet. */
static size_t hear_all(struct ovs *ovs, int64_t until_ms)
{
	size_t n = 0;

	for (size_t i = 0; i < OVS_DAEMONS; i++) {
		struct ovs_daemon *daemon = &ovs->daemons[i];
		int64_t turn_ms = clock_mono_ms() + TURN_MS;

		if (is_awaited(daemon))
			hear_version(daemon, turn_ms < until_ms ? turn_ms : until_ms);
		n += is_awaited(daemon);
	}
	return n;
}

void ovs_ask_daemons(struct ovs *ovs, int64_t until_ms)
{
	for (size_t i = 0; i < OVS_DAEMONS; i++) {
		struct ovs_daemon *daemon = &ovs->daemons[i];

		if (!daemon->asked && daemon->pid && daemon->life != OVS_DEAD)
			ask_version(daemon, ovs->rundir, until_ms);
	}
	/* In turns, so that one that hangs does not keep the other from being heard. */
	while (hear_all(ovs, until_ms) > 0 && clock_mono_ms() < until_ms)
		continue;
}

static bool has_answered(const struct ovs_daemon *daemon)
{
	return daemon->asked && daemon->code == 0;
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

const char *ovs_switchd_owes(const struct ovs *ovs)
{
	return has_answered(&ovs->daemons[OVS_SWITCHD]) && ovs->n_answers < QUESTIONS
		   ? questions[ovs->n_answers].command
		   : NULL;
}

/* False where nothing more can be heard until then. */
static bool ask_next(struct ovs *ovs, int64_t until_ms)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(JSONRPC_SIZE_MAX);
	struct ovs_daemon *daemon = &ovs->daemons[OVS_SWITCHD];
	int r = 0;

	if (!ovs->is_owed)
		r = unixctl_send(
		    &daemon->ctl, questions[ovs->n_answers].command, until_ms, &daemon->err);
	ovs->is_owed = true;
	if (r == 0)
		r = unixctl_receive(&daemon->ctl, until_ms, &text, &daemon->err);
	if (r == -ETIMEDOUT)
		return false;
	/* A command that this release does not have is no failure of the daemon's. */
	if (r < 0 && r != -EREMOTEIO) {
		daemon->code = r;
		return false;
	}
	if (r == 0)
		questions[ovs->n_answers].take(ovs, &text);
	ovs->is_owed = false;
	ovs->n_answers++;
	return true;
}

void ovs_ask_switchd(struct ovs *ovs, int64_t until_ms)
{
	while (ovs_switchd_owes(ovs) && ask_next(ovs, until_ms))
		continue;
}

/* --- the database ------------------------------------------------------------------------------ */

void ovs_ask_database(struct ovs *ovs, const char *remote, const struct jsonrpc_tls *tls,
    enum address_family family, int64_t until_ms)
{
	int64_t start_ms = clock_mono_ms();

	ovs->db_asked = true;
	ovs->db_code =
	    jsonrpc_open(remote, OVSDB_PORT, tls, family, until_ms, &ovs->db, &ovs->db_err);
	if (ovs->db_code == 0)
		ovs->db_code = vswitch_ask(&ovs->db, until_ms, &ovs->vswitch, &ovs->db_err);
	ovs->db_answer_s = (double)(clock_mono_ms() - start_ms) / 1000;
}

void ovs_await_config(struct ovs *ovs, int64_t until_ms)
{
	struct vswitch *vswitch = &ovs->vswitch;

	while (vswitch->has_config && vswitch->current < vswitch->next &&
	       clock_mono_ms() + AGAIN_MS < until_ms) {
		clock_sleep_ms(AGAIN_MS);
		if (vswitch_ask_config(
			&ovs->db, until_ms, &vswitch->current, &vswitch->next, NULL) < 0)
			return;
	}
}

/* --- bridges ------------------------------------------------------------------------------------- */

int ovs_ask_flows(const struct ovs *ovs, const char *bridge, int64_t until_ms,
    struct openflow_aggregate *ret, struct err *err)
{
	char path[PATH_MAX];
	int size;

	if (*bridge == '\0' || strchr(bridge, '/'))
		return err_set(err, -EINVAL, "that is no name of a bridge");
	size = snprintf(path, sizeof(path), "%s/%s.mgmt", ovs->rundir, bridge);
	if (size < 0 || (size_t)size >= sizeof(path))
		return err_set(err, -ENAMETOOLONG, "the path of its socket is too long");
	return openflow_ask(path, until_ms, ret, err);
}
