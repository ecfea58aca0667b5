/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/client/systemd.h"
#include "lib/health/service_process.h"

static bool wants_unit(const struct service_row *row)
{
	return row->spec->unit_state && row->spec->unit && *row->spec->unit;
}

static bool any_wants(const struct services *services)
{
	for (size_t i = 0; i < services->n_rows; i++) {
		if (wants_unit(&services->rows[i]))
			return true;
	}
	return false;
}

static void note_all(struct services *services, const struct err *err)
{
	for (size_t i = 0; i < services->n_rows; i++) {
		struct service_row *row = &services->rows[i];

		/* Who has an init script is asked by it. */
		if (wants_unit(row) && !(row->spec->lsb && *row->spec->lsb))
			service_note(row, "the state of unit %s is not known: %s",
			    row->spec->unit, err->text);
	}
}

#ifdef HAVE_SYSTEMD
static void judge_unit(struct service_row *row, const struct systemd_unit *unit)
{
	if (strcmp(unit->load, "not-found") == 0) {
		service_note(row, "systemd has no unit %s", unit->name);
		/* Another distribution's name, or a container: nobody is outside of what is not. */
		row->n_by_hand = 0;
		return;
	}
	row->has_unit = true;
	(void)snprintf(row->unit_state, sizeof(row->unit_state), "%s", unit->active);
	row->unit_pid = unit->main_pid;
	(void)buf_addf(&row->sockets, "unit %s", unit->active);
	if (unit->n_restarts > 0)
		(void)buf_addf(&row->sockets, " after %u restarts", unit->n_restarts);
	if (systemd_unit_failed(unit))
		(void)service_problem(row, SERVICE_FROM_OTHERS, STATE_CRITICAL,
		    "unit %s failed (%s)", unit->name,
		    unit->result[0] ? unit->result : unit->sub);
	else if (systemd_unit_restarting(unit))
		(void)service_problem(row, SERVICE_FROM_OTHERS, STATE_WARNING,
		    "unit %s is started again, %u times so far", unit->name, unit->n_restarts);
	else if (strcmp(unit->active, "active") != 0 && row->group.n_rows > 0)
		(void)service_problem(row, SERVICE_FROM_OTHERS, STATE_WARNING,
		    "unit %s is %s, its processes were started by hand", unit->name,
		    unit->active);
}

static void ask(struct services *services, int64_t until_ms)
{
	CLEANUP_SYSTEMD struct systemd *systemd = NULL;
	struct err err = ERR_INIT;

	/* As every D-Bus client does, but not with rights that the caller lacks. */
	if (systemd_open(secure_getenv("DBUS_SYSTEM_BUS_ADDRESS"), until_ms, &systemd, &err) <
	    0) {
		note_all(services, &err);
		return;
	}
	for (size_t i = 0; i < services->n_rows; i++) {
		struct service_row *row = &services->rows[i];
		struct systemd_unit unit;

		if (!wants_unit(row))
			continue;
		if (systemd_unit(systemd, row->spec->unit, until_ms, &unit, &err) == 0)
			judge_unit(row, &unit);
		else
			service_note(row, "the state of unit %s is not known: %s",
			    row->spec->unit, err.text);
	}
}
#else
static void ask(struct services *services, int64_t until_ms)
{
	struct err err = ERR_INIT;

	(void)until_ms;
	(void)err_set(&err, -ENOSYS, "this program was built without libsystemd");
	note_all(services, &err);
}
#endif

void services_units(struct services *services, int64_t until_ms)
{
	if (services->how.root->live && any_wants(services))
		ask(services, until_ms);
}
