/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/probes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct probe_row {
	struct probe probe;
	UT_hash_handle hh;
};

struct probes {
	struct probe_row *rows;
	struct synchgroup *groups;
};

int probes_new(struct probes **ret, struct err *err)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : err_set(err, -ENOMEM, "out of memory");
}

void probes_free(struct probes *probes)
{
	struct probe_row *row, *next_row;
	struct synchgroup *group, *next_group;

	if (!probes)
		return;
	HASH_ITER(hh, probes->rows, row, next_row)
	{
		HASH_DEL(probes->rows, row);
		spec_free(&row->probe.spec);
		slotheap_free(&row->probe.waits);
		free(row);
	}
	HASH_ITER(hh, probes->groups, group, next_group)
	{
		HASH_DEL(probes->groups, group);
		free(group->name);
		slotheap_free(&group->waits);
		free(group);
	}
	free(probes);
}

struct probe *probes_find(const struct probes *probes, uint32_t specid)
{
	struct probe_row *row;

	HASH_FIND(hh, probes->rows, &specid, sizeof(specid), row);
	return row ? &row->probe : NULL;
}

struct probe *probes_get(struct probes *probes, uint32_t specid)
{
	struct probe *probe = probes_find(probes, specid);
	struct probe_row *row;

	if (probe)
		return probe;
	row = calloc(1, sizeof(*row));
	if (!row)
		return NULL;
	row->probe.specid = specid;
	row->probe.cursor_ms = -1;
	HASH_ADD(hh, probes->rows, probe.specid, sizeof(row->probe.specid), row);
	return &row->probe;
}

void probe_decided(struct probe *probe, int64_t due_ms)
{
	if (due_ms <= probe->cursor_ms)
		return;
	if (!probe->known || due_ms != probe->cursor_ms + probe->spec.interval_ms)
		probe->solid_ms = due_ms;
	probe->cursor_ms = due_ms;
}

static struct synchgroup *group_get(struct probes *probes, const char *name)
{
	struct synchgroup *group;

	HASH_FIND_STR(probes->groups, name, group);
	if (group)
		return group;
	group = calloc(1, sizeof(*group));
	if (!group || !(group->name = strdup(name))) {
		free(group);
		return NULL;
	}
	HASH_ADD_KEYPTR(hh, probes->groups, group->name, strlen(group->name), group);
	return group;
}

int probes_update(
    struct probes *probes, struct spec_list *specs, int64_t now_ms, struct err *err)
{
	struct probe_row *row, *next;

	HASH_ITER(hh, probes->rows, row, next)
	row->probe.known = false;
	for (size_t i = 0; i < specs->n; i++) {
		struct probe *probe = probes_get(probes, specs->items[i].specid);

		if (!probe)
			return err_set(err, -ENOMEM, "out of memory");
		/* Slots of another grid may still come, made while the database was away:
		 * none of those before the cursor is decided. */
		if (probe->spec.interval_ms != specs->items[i].interval_ms ||
		    probe->spec.phase_ms != specs->items[i].phase_ms)
			probe->solid_ms = probe->cursor_ms;
		if (probe->spec.version != specs->items[i].version)
			probe->since_ms = now_ms;
		spec_free(&probe->spec);
		probe->spec = specs->items[i];
		specs->items[i] = (struct spec){ 0 };
		probe->known = true;
	}
	return 0;
}

void probes_each(struct probes *probes, probes_fn *call, void *context)
{
	struct probe_row *row, *next;

	HASH_ITER(hh, probes->rows, row, next)
	call(&row->probe, context);
}

size_t probes_count(const struct probes *probes)
{
	return HASH_COUNT(probes->rows);
}

int probes_group_take(struct probes *probes, const struct probe *probe, struct synchgroup **ret)
{
	struct synchgroup *group;

	*ret = NULL;
	if (probe->spec.testtype != TESTTYPE_BACKGROUND_SYN)
		return 1;
	group = group_get(probes, probe->spec.synchgroup);
	if (!group)
		return -ENOMEM;
	*ret = group;
	if (group->taken)
		return 0;
	group->taken = true;
	return 1;
}

void probes_groups_each(struct probes *probes, probes_group_fn *call, void *context)
{
	struct synchgroup *group, *next;

	HASH_ITER(hh, probes->groups, group, next)
	call(group, context);
}

double probes_rate(const struct probes *probes)
{
	const struct probe_row *row;
	double rate = 0;

	for (row = probes->rows; row; row = row->hh.next) {
		if (row->probe.known)
			rate += 1000.0 / (double)row->probe.spec.interval_ms;
	}
	return rate;
}
