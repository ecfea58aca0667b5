/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/mib/agent.h"
#include "lib/mib/alarm.h"
#include "lib/mib/collector.h"
#include "lib/mib/dependency.h"
#include "lib/mib/domain.h"
#include "lib/mib/filesystem.h"
#include "lib/mib/finding.h"
#include "lib/mib/interface.h"
#include "lib/mib/listener.h"
#include "lib/mib/mib.h"
#include "lib/mib/node.h"
#include "lib/mib/ovs.h"
#include "lib/mib/probe.h"
#include "lib/mib/probe_perf.h"
#include "lib/mib/rabbitmq.h"
#include "lib/mib/service.h"

/* Ascending by number: one line a table, and its header above. */
const struct mib_table *const mib_tables[] = {
	&mib_node,
	&mib_service,
	&mib_listener,
	&mib_dependency,
	&mib_ovs_daemon,
	&mib_ovs_bridge,
	&mib_rabbitmq_node,
	&mib_rabbitmq_queue,
	&mib_domain,
	&mib_probe,
	&mib_probe_perf,
	&mib_alarm,
	&mib_collector,
	&mib_filesystem,
	&mib_interface,
	&mib_ovs_interface,
	&mib_ovs_remote,
	&mib_ovs_datapath,
	&mib_ovs_bond,
	&mib_ovs,
	&mib_rabbitmq,
	&mib_agent,
	&mib_finding,
	NULL,
};
const size_t mib_n_tables = sizeof(mib_tables) / sizeof(mib_tables[0]) - 1;
