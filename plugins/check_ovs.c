/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/deadline.h"
#include "plugins/ovs.h"

#define EACH	     .flags = METRIC_INSTANCES
#define EACH_QUIET   .flags = METRIC_INSTANCES | METRIC_QUIET
#define EACH_AND_SUM .flags = METRIC_INSTANCES | METRIC_TOTAL

static const struct metric metrics[] = {
	[OVS_PORT_ERRORS] = { .name = "port_errors",
	    .help = "interfaces that ovs-vswitchd could not set up" },
	[OVS_LINKS_DOWN] = { .name = "links_down",
	    .help = "interfaces that are set up, and whose link is down" },
	[OVS_BRIDGES] = { .name = "bridges", .help = "bridges in the database" },
	[OVS_PORTS] = { .name = "ports", .help = "ports in the database, of all bridges" },
	[OVS_INTERFACES] = { .name = "interfaces",
	    .help = "interfaces in the database; a bond has several in one port" },
	[OVS_FLOWS] = { .name = "flows",
	    EACH_AND_SUM,
	    .help = "OpenFlow flows, of each bridge and of all" },
	[OVS_CONTROLLERS] = { .name = "controllers", .help = "controllers of all bridges" },
	[OVS_CONTROLLERS_DOWN] = { .name = "controllers_down",
	    .help = "controllers that are not connected" },
	[OVS_MANAGERS_DOWN] = { .name = "managers_down",
	    .help = "managers that are not connected" },
	[OVS_CONFIG_GAP] = { .name = "config_gap",
	    .help = "configurations that the database is ahead of ovs-vswitchd" },
	[OVS_CRASHES] = { .name = "crashes",
	    EACH,
	    .help = "crashes of each daemon since its monitor started" },
	[OVS_AGE] = { .name = "age",
	    .unit = UNIT_SECONDS,
	    EACH_QUIET,
	    .help = "time since each daemon started" },
	[OVS_ANSWER] = { .name = "answer",
	    .unit = UNIT_SECONDS,
	    EACH,
	    .help = "time that each daemon's control socket and the database took" },
	[OVS_LOST] = { .name = "lost",
	    EACH_AND_SUM,
	    .help = "packets per second that a datapath lost on the way to ovs-vswitchd" },
	[OVS_MISSED] = { .name = "missed",
	    EACH_AND_SUM,
	    .help = "packets per second that a datapath had no flow for" },
	[OVS_HIT] = { .name = "hit",
	    EACH_AND_SUM,
	    .help = "packets per second that a datapath had a flow for" },
	[OVS_HIT_SHARE] = { .name = "hit_share",
	    .unit = UNIT_PERCENT,
	    EACH_QUIET,
	    .help = "share of hits among them; absent without packets" },
	[OVS_DATAPATH_FLOWS] = { .name = "datapath_flows",
	    EACH_QUIET,
	    .help = "flows that a datapath holds" },
	[OVS_FLOW_LIMIT_USE] = { .name = "flow_limit_use",
	    .unit = UNIT_PERCENT,
	    EACH_QUIET,
	    .help = "share of the flows that ovs-vswitchd can look after" },
	[OVS_MASKS] = { .name = "masks",
	    EACH_QUIET,
	    .help = "tables searched for a packet; absent in userspace" },
	[OVS_MEMBERS_DISABLED] = { .name = "members_disabled",
	    EACH,
	    .help = "members of each bond that are not in use" },
	[OVS_IN_ERRORS] = { .name = "in_errors",
	    EACH_AND_SUM,
	    .help = "packets per second received with errors" },
	[OVS_OUT_ERRORS] = { .name = "out_errors",
	    EACH_AND_SUM,
	    .help = "packets per second not sent for errors" },
	[OVS_IN_DROPS] = { .name = "in_drops",
	    EACH_AND_SUM,
	    .help = "packets per second received and dropped" },
	[OVS_OUT_DROPS] = { .name = "out_drops",
	    EACH_AND_SUM,
	    .help = "packets per second dropped before they were sent" },
};

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

static const struct {
	const char *name;
	enum ovs_part part;
} parts[] = {
	{ "processes", OVS_PART_PROCESSES },
	{ "control", OVS_PART_CONTROL },
	{ "database", OVS_PART_DATABASE },
	{ "flows", OVS_PART_FLOWS },
};

/* --- options ---------------------------------------------------------------------------------- */

/* NAME,NAME,... */
static int take_parts(void *target, const char *value, struct err *err)
{
	struct ovs_options *given = target;

	for (;;) {
		size_t size = strcspn(value, ","), i = 0;
		const size_t n = sizeof(parts) / sizeof(parts[0]);

		while (i < n && (strlen(parts[i].name) != size ||
				    memcmp(parts[i].name, value, size) != 0))
			i++;
		if (i == n)
			return err_set(err, -EINVAL,
			    "expected processes, control, database or flows, found '%.*s'",
			    size > 40 ? 40 : (int)size, value);
		given->parts |= parts[i].part;
		if (value[size] == '\0')
			return 0;
		value += size + 1;
	}
}

/* TOPIC=STATE */
static int take_verdict(void *target, const char *value, struct err *err)
{
	struct ovs_options *given = target;
	size_t size = strcspn(value, "=");

	for (size_t i = 0; i < OVS_TOPICS; i++) {
		if (strlen(topics[i].name) != size || strncmp(topics[i].name, value, size) != 0)
			continue;
		if (value[size] == '\0')
			return err_set(err, -EINVAL, "expected %s=STATE", topics[i].name);
		given->has_verdict[i] = true;
		return state_parse(value + size + 1, &given->verdict[i], err);
	}
	return err_set(err, -EINVAL,
	    "unknown topic '%.*s'; known are crash, port, link, controller, no-controller, "
	    "manager, "
	    "bond, bond-down, config and no-flows",
	    size > 40 ? 40 : (int)size, value);
}

static int take_db(void *target, const char *value, struct err *err)
{
	struct ovs_options *given = target;
	enum jsonrpc_kind kind;
	const char *address;

	given->db = value;
	return jsonrpc_remote_parse(value, &kind, &address, err);
}

static int take_rundir(void *target, const char *value, struct err *err)
{
	struct ovs_options *given = target;

	given->rundir = value;
	return *value == '/' ? 0 : err_set(err, -EINVAL, "expected a path from the root");
}

static int take_fail_mode(void *target, const char *value, struct err *err)
{
	struct ovs_options *given = target;

	given->fail_mode = value;
	if (strcmp(value, "secure") == 0 || strcmp(value, "standalone") == 0)
		return 0;
	return err_set(err, -EINVAL, "expected secure or standalone, found '%.40s'", value);
}

#define AT(field) offsetof(struct ovs_options, field)

static const struct opt options[] = {
	{ 'b', "bridge", "NAME", OPT_LIST, AT(bridges), NULL,
	    "this bridge must exist; CRITICAL if not" },
	{ 'i', "interface", "NAME", OPT_LIST, AT(interfaces), NULL,
	    "this interface must exist, work and be up; CRITICAL if not" },
	{ 0, "fail-mode", "MODE", OPT_CALL, 0, take_fail_mode,
	    "bridges (those of -b, else all) must have fail mode secure or standalone" },
	{ 0, "db", "REMOTE", OPT_CALL, 0, take_db,
	    "the database: unix:PATH, tcp:HOST[:PORT] or ssl:HOST[:PORT]" },
	{ 0, "rundir", "DIR", OPT_CALL, 0, take_rundir,
	    "folder of pidfiles and sockets (" OVS_RUNDIR ")" },
	{ 0, "check", "LIST", OPT_CALL, 0, take_parts,
	    "look at these alone: processes,control,database,flows" },
	{ 0, "verdict", "TOPIC=STATE", OPT_CALL, 0, take_verdict,
	    "change the state of what can be wrong; may repeat" },
	{ 0, "ca", "FILE", OPT_STRING, AT(ca), NULL,
	    "authority that signed the database's certificate (ssl:)" },
	{ 0, "cert", "FILE", OPT_STRING, AT(cert), NULL,
	    "our certificate, where the database asks for one (ssl:)" },
	{ 0, "key", "FILE", OPT_STRING, AT(key), NULL, "the private key of --cert" },
	{ '4', "ipv4", NULL, OPT_FLAG, AT(ipv4), NULL, "look up IPv4 addresses only" },
	{ '6', "ipv6", NULL, OPT_FLAG, AT(ipv6), NULL, "look up IPv6 addresses only" },
};

static const char notes[] =
    "Topics of --verdict: crash, port, link, controller, manager, bond, config\n"
    "(WARNING); no-controller, bond-down, no-flows (CRITICAL).\n"
    "With tcp: or ssl: and without --rundir, the database alone is asked; with --root\n"
    "and without --rundir or --db, processes alone are looked at.\n";

static int validate(struct check *check, struct err *err)
{
	const struct ovs_options *given = check->options;

	if (given->ipv4 && given->ipv6)
		return err_set(err, -EINVAL, "option -4: excludes -6");
	if (!given->cert != !given->key)
		return err_set(err, -EINVAL, "option --%s: needs --%s",
		    given->cert ? "cert" : "key", given->cert ? "key" : "cert");
	if ((given->ca || given->cert) && !(given->db && strncmp(given->db, "ssl:", 4) == 0))
		return err_set(err, -EINVAL, "option --%s: needs --db ssl:HOST",
		    given->ca ? "ca" : "cert");
	return 0;
}

static void release(struct check *check)
{
	struct ovs_options *given = check->options;

	opt_list_free(&given->bridges);
	opt_list_free(&given->interfaces);
}

/* --- the plugin --------------------------------------------------------------------- */

enum state ovs_verdict(const struct ovs_run *run, enum ovs_topic topic)
{
	return run->given->has_verdict[topic] ? run->given->verdict[topic]
					      : topics[topic].state;
}

static int run_check(struct check *check, struct err *err)
{
	return ovs_run(check, metrics, err);
}

static const struct plugin ovs_plugin = {
	.name = "check_ovs",
	.title = "OVS",
	.summary = "checks Open vSwitch: daemons, database, bridges, ports, controllers, flows",
	.notes = notes,
	PLUGIN_METRICS(metrics),
	PLUGIN_OPTIONS(options, struct ovs_options),
	.validate = validate,
	.may_sleep = true,
	.run = run_check,
	.release = release,
};

int main(int argc, char **argv)
{
	return plugin_main(&ovs_plugin, argc, argv);
}
