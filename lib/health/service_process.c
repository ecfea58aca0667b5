/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/health/service_process.h"

#include <errno.h>
#include <string.h>

#include "lib/collect/proc_stale.h"

static void check_title(struct service_row *row, struct proc *proc)
{
	const struct pattern *healthy = &row->spec->healthy_pattern;
	size_t size = proc->line_size;

	if (!healthy->text || pattern_found(healthy, proc->line, size))
		return;
	if (row->unhealthy.n++ > 0)
		return;
	if (size >= sizeof(row->unhealthy.title))
		size = sizeof(row->unhealthy.title) - 1;
	memcpy(row->unhealthy.title, proc->line, size);
	row->unhealthy.title[size] = '\0';
	/* Bytes from outside may cut it short, and what follows '\0' is nobody's. */
	proc_cmdline_mask(row->unhealthy.title, strlen(row->unhealthy.title));
	row->unhealthy.pid = proc->pid;
}

static int check_unit(struct service_row *row, struct proc *proc, struct err *err)
{
	int r;

	if (!row->spec->unit_state)
		return 0;
	r = proc_cgroup(proc, err);
	if (r < 0)
		return r;
	if (cgroup_in_unit(&proc->cgroup, row->spec->unit)) {
		row->n_in_unit++;
		return 0;
	}
	/* Where there is no systemd nobody is in a unit. */
	if (proc->cgroup.unit.text && row->n_by_hand++ == 0)
		row->by_hand_pid = proc->pid;
	return 0;
}

static int check_stale(struct service_row *row, struct proc *proc, struct err *err)
{
	struct proc_stale stale = { 0 };
	int r = proc_stale(proc, &stale, err);

	if (r == -EACCES) {
		row->n_stale_denied++;
		return 0;
	}
	if (r < 0)
		return r;
	if ((stale.exe || stale.n_libraries > 0) && row->n_stale++ == 0)
		row->stale_pid = proc->pid;
	return 0;
}

int service_process_read(
    struct services *services, struct service_row *row, struct proc *proc, struct err *err)
{
	int r;

	check_title(row, proc);
	r = check_unit(row, proc, err);
	if (r == 0 && service_wants(services, row, SERVICE_STALE))
		r = check_stale(row, proc, err);
	return r;
}
