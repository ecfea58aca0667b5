/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/health/ovs_verdict.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"

/* The order of enum ovs_topic. */
static const struct {
	const char *name;
	enum state state;
} topics[OVS_TOPICS] = {
	[OVS_TOPIC_CRASH] = { "crash", STATE_WARNING },
	[OVS_TOPIC_PORT] = { "port", STATE_WARNING },
	[OVS_TOPIC_LINK] = { "link", STATE_WARNING },
	[OVS_TOPIC_CONTROLLER] = { "controller", STATE_WARNING },
	[OVS_TOPIC_NO_CONTROLLER] = { "no-controller", STATE_CRITICAL },
	[OVS_TOPIC_MANAGER] = { "manager", STATE_WARNING },
	[OVS_TOPIC_BOND] = { "bond", STATE_WARNING },
	[OVS_TOPIC_BOND_DOWN] = { "bond-down", STATE_CRITICAL },
	[OVS_TOPIC_CONFIG] = { "config", STATE_WARNING },
	[OVS_TOPIC_NO_FLOWS] = { "no-flows", STATE_CRITICAL },
};

const char *ovs_topic_name(enum ovs_topic topic)
{
	return topics[topic].name;
}

enum state ovs_topic_state(const struct ovs_verdicts *changed, enum ovs_topic topic)
{
	return changed->has[topic] ? changed->state[topic] : topics[topic].state;
}

/* --- daemons ------------------------------------------------------------------------------------ */

/* Behind a daemon that does not answer: what its process tells. */
static const char *process_hint(const struct ovs_daemon *daemon)
{
	if (ovs_daemon_is_stopped(daemon))
		return ": its process is stopped (SIGSTOP, or a debugger)";
	if (daemon->state == 'D')
		return ": its process waits in the kernel (state D)";
	return "";
}

enum state ovs_verdict_life(const struct ovs_daemon *daemon, struct buf *text)
{
	if (daemon->life == OVS_DEAD) {
		buf_addf(text, "%s is not running: %s%s", daemon->name, daemon->why.text,
		    daemon->has_monitor ? ", its monitor is about to start it again" : "");
		return STATE_CRITICAL;
	}
	/* An answer on its control socket proves it, too. */
	if (daemon->life == OVS_UNSEEN && !(daemon->asked && daemon->code == 0)) {
		buf_addf(
		    text, "cannot see whether %s runs: %s", daemon->name, daemon->why.text);
		return STATE_UNKNOWN;
	}
	return STATE_OK;
}

enum state ovs_verdict_control(const struct ovs_daemon *daemon, struct buf *text)
{
	if (!daemon->asked && ovs_daemon_is_stopped(daemon)) {
		buf_addf(text, "%s (pid %d) is stopped", daemon->name, daemon->pid);
		return STATE_CRITICAL;
	}
	if (!daemon->asked || daemon->code == 0)
		return STATE_OK;
	if (ovs_is_denied(daemon->code)) {
		buf_addf(text, "%s: control socket %s may not be opened", daemon->name,
		    daemon->socket);
		return STATE_UNKNOWN;
	}
	if (daemon->code == -ETIMEDOUT)
		buf_addf(text, "%s (pid %d) hangs: no answer on its control socket in %.1f s%s",
		    daemon->name, daemon->pid, daemon->answer_s, process_hint(daemon));
	else if (daemon->code == -ENOENT || daemon->code == -ECONNREFUSED)
		buf_addf(text, "%s: %s", daemon->name, daemon->err.text);
	else
		buf_addf(text, "%s: control socket %s: %s", daemon->name, daemon->socket,
		    daemon->err.text);
	return STATE_CRITICAL;
}

enum state ovs_verdict_monitor(
    const struct ovs_daemon *daemon, const struct ovs_verdicts *changed, struct buf *text)
{
	const struct monitor *monitor = &daemon->monitor;
	const char *reason = strstr(monitor->status, ": ");
	bool is_back = daemon->life == OVS_ALIVE;
	char age[CLOCK_TEXT_SIZE], times[NUM_TEXT_SIZE + 8] = "once";

	if (!daemon->has_monitor || strcmp(monitor->status, "healthy") == 0)
		return STATE_OK;
	clock_age_text((int64_t)daemon->age_s, age);
	if (monitor->crashes > 1)
		(void)snprintf(
		    times, sizeof(times), "%llu times", (unsigned long long)monitor->crashes);
	if (monitor->crashes == 0)
		buf_addf(text, "the monitor of %s says: %s", daemon->name, monitor->status);
	else
		buf_addf(text, "%s crashed %s (%s)%s%s%s", daemon->name, times,
		    reason ? reason + 2 : monitor->status, is_back ? ", started again " : "",
		    is_back ? age : "", is_back ? " ago" : "");
	return ovs_topic_state(changed, OVS_TOPIC_CRASH);
}

enum state ovs_verdict_owed(const struct ovs *ovs, struct buf *text)
{
	if (!ovs->owes)
		return STATE_OK;
	buf_addf(text, "ovs-vswitchd (pid %d) does not answer %s on its control socket",
	    ovs->daemons[OVS_SWITCHD].pid, ovs->owes);
	return STATE_CRITICAL;
}

/* --- the database --------------------------------------------------------------------------------- */

enum state ovs_verdict_database(const struct ovs *ovs, struct buf *text)
{
	if (!ovs->db_asked || ovs->db_code == 0)
		return STATE_OK;
	buf_addf(text, "database %s: %s", ovs->remote, ovs->db_err.text);
	return ovs_is_denied(ovs->db_code) || ovs->db_code == -EPROTONOSUPPORT ||
		       ovs->db_code == -EINVAL
		   ? STATE_UNKNOWN
		   : STATE_CRITICAL;
}

enum state ovs_verdict_config(
    const struct vswitch *vswitch, const struct ovs_verdicts *changed, struct buf *text)
{
	if (!vswitch->has_config || vswitch->current >= vswitch->next)
		return STATE_OK;
	buf_addf(text,
	    "ovs-vswitchd does not follow the database: it runs configuration %lld of %lld",
	    (long long)vswitch->current, (long long)vswitch->next);
	return ovs_topic_state(changed, OVS_TOPIC_CONFIG);
}

/* --- interfaces ----------------------------------------------------------------------------------- */

enum state ovs_verdict_interface(const struct vswitch *vswitch,
    const struct vswitch_interface *one, const struct ovs_verdicts *changed, struct buf *text)
{
	const char *bridge = vswitch_bridge_name(vswitch, one->bridge);
	bool failed = ovs_interface_has_failed(one);

	if (!failed && !ovs_interface_is_down(one))
		return STATE_OK;
	buf_addf(text, "interface %s%s%s ", one->name, *bridge ? " of " : "", bridge);
	if (failed)
		buf_addf(text, "does not work: %s",
		    *one->error ? one->error : "it has no port number");
	else
		buf_adds(text, "has no link");
	return ovs_topic_state(changed, failed ? OVS_TOPIC_PORT : OVS_TOPIC_LINK);
}

/* --- controllers and managers -------------------------------------------------------------------- */

/* "BACKOFF, Connection refused" */
static void add_status(const struct vswitch_remote *remote, struct buf *text)
{
	bool has_both = *remote->state && *remote->error;

	buf_addf(text, "%s%s%s", remote->state, has_both ? ", " : "", remote->error);
	if (!*remote->state && !*remote->error)
		buf_adds(text, "not connected");
}

enum state ovs_verdict_controller(const struct vswitch *vswitch, size_t controller,
    bool all_bridges, const struct ovs_verdicts *changed, struct buf *text)
{
	const struct vswitch_remote *remote = &vswitch->controllers[controller];
	CLEANUP_BUF struct buf bridges = BUF_INIT;
	enum ovs_topic topic = OVS_TOPIC_CONTROLLER;

	if (!ovs_remote_is_down(remote))
		return STATE_OK;
	for (size_t i = 0; i < vswitch->n_controllers; i++) {
		const struct vswitch_remote *other = &vswitch->controllers[i];

		if ((!all_bridges && i != controller) ||
		    strcmp(other->target, remote->target) != 0 || !ovs_remote_is_down(other) ||
		    other->bridge == VSWITCH_NO_BRIDGE)
			continue;
		if (i < controller)
			return STATE_OK;
		buf_addf(&bridges, "%s%s", bridges.size ? ", " : " of ",
		    vswitch_bridge_name(vswitch, other->bridge));
		if (vswitch->bridges[other->bridge].n_connected == 0)
			topic = OVS_TOPIC_NO_CONTROLLER;
	}
	buf_addf(
	    text, "controller %s%s is not connected (", remote->target, buf_text(&bridges));
	add_status(remote, text);
	buf_adds(text, topic == OVS_TOPIC_NO_CONTROLLER ? ")" : "), another one is");
	return ovs_topic_state(changed, topic);
}

enum state ovs_verdict_manager(
    const struct vswitch_remote *manager, const struct ovs_verdicts *changed, struct buf *text)
{
	if (!ovs_remote_is_down(manager))
		return STATE_OK;
	buf_addf(text, "manager %s is not connected (", manager->target);
	add_status(manager, text);
	buf_addc(text, ')');
	return ovs_topic_state(changed, OVS_TOPIC_MANAGER);
}

/* --- bridges and bonds ----------------------------------------------------------------------------- */

enum state ovs_verdict_bridge(const struct vswitch *vswitch, size_t bridge,
    const struct ovs_verdicts *changed, struct buf *text)
{
	size_t n_down = 0;

	for (size_t i = 0; i < vswitch->n_controllers; i++)
		n_down += vswitch->controllers[i].bridge == bridge &&
			  ovs_remote_is_down(&vswitch->controllers[i]);
	if (n_down == 0 || vswitch->bridges[bridge].n_connected > 0)
		return STATE_OK;
	buf_addf(text, "bridge %s: no controller is connected", vswitch->bridges[bridge].name);
	return ovs_topic_state(changed, OVS_TOPIC_NO_CONTROLLER);
}

enum state ovs_verdict_flows(
    const struct ovs_flows *flows, const struct ovs_verdicts *changed, struct buf *text)
{
	if (flows->code < 0) {
		buf_addf(text, "bridge %s: OpenFlow: %s", flows->bridge, flows->err.text);
		return ovs_is_denied(flows->code) ? STATE_UNKNOWN : STATE_CRITICAL;
	}
	if (flows->flows > 0 || !flows->is_secure)
		return STATE_OK;
	buf_addf(text, "bridge %s has no flows and fail mode secure: it forwards nothing",
	    flows->bridge);
	return ovs_topic_state(changed, OVS_TOPIC_NO_FLOWS);
}

enum state ovs_verdict_bond(
    const struct bond *bond, const struct ovs_verdicts *changed, struct buf *text)
{
	enum ovs_topic topic = OVS_TOPIC_BOND;

	if (bond->n_members > 0 && bond->n_disabled == bond->n_members) {
		topic = OVS_TOPIC_BOND_DOWN;
		buf_addf(text, "bond %s: none of its %zu members is in use (%s)", bond->name,
		    bond->n_members, bond->disabled);
	} else if (bond->n_disabled) {
		buf_addf(text, "bond %s: %zu of %zu members not in use (%s)", bond->name,
		    bond->n_disabled, bond->n_members, bond->disabled);
	} else if (strcmp(bond->lacp, "configured") == 0) {
		/* LACP is asked for, and nobody answers on the other side. */
		buf_addf(text, "bond %s: no LACP partner", bond->name);
	} else {
		return STATE_OK;
	}
	return ovs_topic_state(changed, topic);
}
