/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is wrong with a switch, thing by thing, in words: for the line of check_ovs, and for the
 * state of a row that the subagent shows. Topics have a state of their own that an operator may
 * change.
 */
#ifndef HAETAE_HEALTH_OVS_VERDICT_H
#define HAETAE_HEALTH_OVS_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/buf.h"
#include "lib/check/state.h"
#include "lib/health/ovs.h"

enum ovs_topic {
	OVS_TOPIC_CRASH,
	OVS_TOPIC_PORT,
	OVS_TOPIC_LINK,
	OVS_TOPIC_CONTROLLER,
	OVS_TOPIC_NO_CONTROLLER,
	OVS_TOPIC_MANAGER,
	OVS_TOPIC_BOND,
	OVS_TOPIC_BOND_DOWN,
	OVS_TOPIC_CONFIG,
	OVS_TOPIC_NO_FLOWS,
	OVS_TOPICS,
};

/* What an operator changed; zeroed: nothing. */
struct ovs_verdicts {
	bool has[OVS_TOPICS];
	enum state state[OVS_TOPICS];
};

/* "no-controller" */
const char *ovs_topic_name(enum ovs_topic topic);
enum state ovs_topic_state(const struct ovs_verdicts *changed, enum ovs_topic topic);

/* Each judges one thing, and appends to text what is wrong with it: nothing where all is well. A
 * state of OK with a text is a topic's that was made so. */

/* Whether it runs. */
enum state ovs_verdict_life(const struct ovs_daemon *daemon, struct buf *text);
/* What its control socket and its process show. UNKNOWN where it may not be opened. */
enum state ovs_verdict_control(const struct ovs_daemon *daemon, struct buf *text);
enum state ovs_verdict_monitor(
    const struct ovs_daemon *daemon, const struct ovs_verdicts *changed, struct buf *text);
/* A command that ovs-vswitchd does not answer. */
enum state ovs_verdict_owed(const struct ovs *ovs, struct buf *text);
/* The database was asked, and not read. */
enum state ovs_verdict_database(const struct ovs *ovs, struct buf *text);
enum state ovs_verdict_config(
    const struct vswitch *vswitch, const struct ovs_verdicts *changed, struct buf *text);
enum state ovs_verdict_interface(const struct vswitch *vswitch,
    const struct vswitch_interface *one, const struct ovs_verdicts *changed, struct buf *text);
/* One controller; with all_bridges the first of those with its target, of all their bridges, for
 * most bridges of a node have the same: the others then have no text. */
enum state ovs_verdict_controller(const struct vswitch *vswitch, size_t controller,
    bool all_bridges, const struct ovs_verdicts *changed, struct buf *text);
enum state ovs_verdict_manager(
    const struct vswitch_remote *manager, const struct ovs_verdicts *changed, struct buf *text);
/* None of a bridge's controllers is connected. */
enum state ovs_verdict_bridge(const struct vswitch *vswitch, size_t bridge,
    const struct ovs_verdicts *changed, struct buf *text);
/* What a bridge says, or that it does not. */
enum state ovs_verdict_flows(
    const struct ovs_flows *flows, const struct ovs_verdicts *changed, struct buf *text);
enum state ovs_verdict_bond(
    const struct bond *bond, const struct ovs_verdicts *changed, struct buf *text);

#endif
