/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "plugins/ovs.h"

#define EACH	     .flags = METRIC_INSTANCES
#define EACH_QUIET   .flags = METRIC_INSTANCES | METRIC_QUIET
#define EACH_AND_SUM .flags = METRIC_INSTANCES | METRIC_TOTAL

const struct metric ovs_metrics[OVS_METRICS] = {
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
/* NAME,NAME,... */
int ovs_take_parts(void *target, const char *value, struct err *err)
{
	struct ovs_options *given = target;

	for (;;) {
		size_t size = strcspn(value, ",");
		unsigned part = ovs_part_of(value, size);

		if (!part)
			return err_set(err, -EINVAL,
			    "expected processes, control, database or flows, found '%.*s'",
			    size > 40 ? 40 : (int)size, value);
		given->parts |= part;
		if (value[size] == '\0')
			return 0;
		value += size + 1;
	}
}

/* TOPIC=STATE */
int ovs_take_verdict(void *target, const char *value, struct err *err)
{
	struct ovs_verdicts *verdicts = &((struct ovs_options *)target)->verdicts;
	size_t size = strcspn(value, "=");

	for (size_t i = 0; i < OVS_TOPICS; i++) {
		const char *name = ovs_topic_name((enum ovs_topic)i);

		if (strlen(name) != size || strncmp(name, value, size) != 0)
			continue;
		if (value[size] == '\0')
			return err_set(err, -EINVAL, "expected %s=STATE", name);
		verdicts->has[i] = true;
		return state_parse(value + size + 1, &verdicts->state[i], err);
	}
	return err_set(err, -EINVAL,
	    "unknown topic '%.*s'; known are crash, port, link, controller, no-controller, "
	    "manager, "
	    "bond, bond-down, config and no-flows",
	    size > 40 ? 40 : (int)size, value);
}

int ovs_take_fail_mode(void *target, const char *value, struct err *err)
{
	struct ovs_options *given = target;

	given->fail_mode = value;
	if (strcmp(value, "secure") == 0 || strcmp(value, "standalone") == 0)
		return 0;
	return err_set(err, -EINVAL, "expected secure or standalone, found '%.40s'", value);
}

void ovs_options_free(struct ovs_options *options)
{
	opt_list_free(&options->bridges);
	opt_list_free(&options->interfaces);
}

int ovs_check_parts(
    const struct ovs_options *given, unsigned parts, const char *left_out_by, struct err *err)
{
	if (given->bridges.n_items && !(parts & (OVS_PART_DATABASE | OVS_PART_FLOWS)))
		return err_set(err, -EINVAL,
		    "option -b: needs database or flows, which %s leaves out", left_out_by);
	if ((given->interfaces.n_items || given->fail_mode) && !(parts & OVS_PART_DATABASE))
		return err_set(err, -EINVAL,
		    "option %s: needs the database, which %s leaves out",
		    given->interfaces.n_items ? "-i" : "--fail-mode", left_out_by);
	if (parts & OVS_PART_FLOWS && !(parts & OVS_PART_DATABASE) && !given->bridges.n_items)
		return err_set(
		    err, -EINVAL, "option --check: flows needs database, or bridges with -b");
	return 0;
}
