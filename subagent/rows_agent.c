/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "subagent/own.h"

#include <stdio.h>

void own_agent_fill(const struct own_agent *own, struct mib_agent *row)
{
	const struct own_worst *worst = own->worst;
	const struct notification_counts *counts = own->counts;

	(void)snprintf(row->version, sizeof(row->version), "%s", PACKAGE_VERSION);
	(void)snprintf(row->role, sizeof(row->role), "%s", own->role);
	row->state = worst->state;
	row->state_age = own->state_ms;
	(void)snprintf(row->state_text, sizeof(row->state_text), "%s", worst->text);
	row->age = own->started_ms;
	row->boot_time = own->boot_real_ms;
	row->generation = own->generation;
	row->alarms_unknown = (int64_t)worst->n_by_state[MIB_UNKNOWN];
	row->alarms_warning = (int64_t)worst->n_by_state[MIB_WARNING];
	row->alarms_critical = (int64_t)worst->n_by_state[MIB_CRITICAL];
	row->services_ok = (int64_t)own->services[MIB_OK];
	row->services_unknown = (int64_t)own->services[MIB_UNKNOWN];
	row->services_warning = (int64_t)own->services[MIB_WARNING];
	row->services_critical = (int64_t)own->services[MIB_CRITICAL];
	for (size_t i = 0; i < MIB_AGENT_TABLES; i++)
		row->rows[i] = (int64_t)own->n_rows[i];
	row->connects = atomic_load(&own->stats->connects);
	row->varbinds = (int64_t)atomic_load(&own->stats->varbinds);
	row->handler_max = atomic_load(&own->stats->handler_max_us);
	row->errors = atomic_load(&own->stats->errors);
	row->raised = (int64_t)counts->raised;
	row->sent = (int64_t)counts->sent;
	row->suppressed = (int64_t)counts->suppressed;
	row->waiting = (int64_t)counts->waiting;
	row->sequence = counts->sequence;
}
