/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/cgroup.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/num.h"

/* systemd's UNIT_NAME_MAX. */
enum { UNIT_NAME_SIZE = 256 };

static bool span_is(struct cgroup_span span, const char *text)
{
	return span.size == strlen(text) && memcmp(span.text, text, span.size) == 0;
}

static bool span_starts(struct cgroup_span span, const char *text)
{
	size_t size = strlen(text);

	return span.size >= size && memcmp(span.text, text, size) == 0;
}

static bool span_ends(struct cgroup_span span, const char *text)
{
	size_t size = strlen(text);

	return span.size >= size && memcmp(span.text + span.size - size, text, size) == 0;
}

int cgroup_next(const char **text, const char *end, struct cgroup_line *ret)
{
	static const char deleted[] = " (deleted)";
	const char *p = *text, *line_end, *first, *second;
	struct cgroup_line line;

	if (p == end)
		return 0;
	line_end = memchr(p, '\n', (size_t)(end - p));
	*text = line_end ? line_end + 1 : end;
	if (!line_end)
		line_end = end;

	first = memchr(p, ':', (size_t)(line_end - p));
	second = first ? memchr(first + 1, ':', (size_t)(line_end - first - 1)) : NULL;
	if (!second || second + 1 == line_end || second[1] != '/')
		return -EBADMSG;
	if (num_scan_u64(&p, first, &line.hierarchy) < 0 || p != first)
		return -EBADMSG;
	line.controllers = (struct cgroup_span){ first + 1, (size_t)(second - first) - 1 };
	line.path = (struct cgroup_span){ second + 1, (size_t)(line_end - second) - 1 };
	if (span_ends(line.path, deleted))
		line.path.size -= sizeof(deleted) - 1;
	*ret = line;
	return 1;
}

/* Reads the next name between slashes. */
static bool next_component(struct cgroup_span *path, struct cgroup_span *ret)
{
	const char *p = path->text, *end = p + path->size, *slash;

	while (p < end && *p == '/')
		p++;
	if (p == end)
		return false;
	slash = memchr(p, '/', (size_t)(end - p));
	if (!slash)
		slash = end;
	*ret = (struct cgroup_span){ p, (size_t)(slash - p) };
	*path = (struct cgroup_span){ slash, (size_t)(end - slash) };
	return true;
}

struct container_row {
	const char *prefix;
	bool whole; /* the component is the prefix, and the container's name comes below */
};

/* What engines name their cgroups, with the cgroupfs and the systemd driver. */
static const struct container_row container_rows[] = {
	{ "docker", true },
	{ "docker-", false },
	{ "libpod-", false },
	{ "libpod_parent", true },
	{ "crio-", false },
	{ "cri-containerd-", false },
	{ "nerdctl-", false },
	{ "kubepods", true },
	{ "kubepods-", false },
	{ "kubepods.slice", true },
	{ "lxc", true },
	{ "lxc.payload", true },
	{ "lxc.payload.", false },
	{ "systemd-nspawn@", false },
	{ "machine-lxc", false },
	{ "garden", true },
	{ "ecs", true },
};

/* Monitors that engines put beside their containers: host processes. */
static const char *const monitor_prefixes[] = {
	"libpod-conmon-",
	"crio-conmon-",
	"lxc.monitor",
	"supervisor",
};

static bool component_is_container(struct cgroup_span name, bool last)
{
	for (size_t i = 0; i < sizeof(container_rows) / sizeof(container_rows[0]); i++) {
		const struct container_row *row = &container_rows[i];

		if (row->whole ? !last && span_is(name, row->prefix)
			       : span_starts(name, row->prefix))
			return true;
	}
	return false;
}

bool cgroup_path_is_container(struct cgroup_span path)
{
	struct cgroup_span name;
	bool found = false;

	while (next_component(&path, &name)) {
		for (size_t i = 0; i < sizeof(monitor_prefixes) / sizeof(monitor_prefixes[0]);
		     i++) {
			if (span_starts(name, monitor_prefixes[i]))
				return false;
		}
		/* A service "docker-registry.service" is the host's; scopes and bare names are
		 * containers', nspawn alone uses a service. */
		if (span_ends(name, ".service") && !span_starts(name, "systemd-nspawn@"))
			continue;
		if (component_is_container(name, path.size == 0))
			found = true;
	}
	return found;
}

/* Whether a cgroup's name is a unit that holds processes; slices hold units. systemd puts
 * '_' before a name that could be taken for a file of the kernel's (cg_escape). */
static bool component_unit(struct cgroup_span name, struct cgroup_span *ret)
{
	static const char *const suffixes[] = { ".service", ".scope", ".socket", ".mount",
		".swap" };

	if (name.size > 1 && name.text[0] == '_') {
		name.text++;
		name.size--;
	}
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		if (name.size > strlen(suffixes[i]) && span_ends(name, suffixes[i])) {
			*ret = name;
			return true;
		}
	}
	return false;
}

/* The first unit of the path is the system's. Below a user's manager the next one is the
 * user's own. Deeper ones belong to the unit, which may divide its part of the tree. */
static void find_units(struct cgroup *cgroup)
{
	struct cgroup_span path = cgroup->path, name, unit;

	while (next_component(&path, &name)) {
		if (!component_unit(name, &unit))
			continue;
		if (cgroup->unit.text) {
			cgroup->user_unit = unit;
			return;
		}
		cgroup->unit = unit;
		if (!span_starts(unit, "user@"))
			return;
	}
}

int cgroup_parse(const char *text, size_t size, struct cgroup *ret, struct err *err)
{
	const char *p = text, *end = text + size;
	struct cgroup cgroup = { 0 };
	struct cgroup_line line;
	bool systemd = false;
	int r;

	while ((r = cgroup_next(&p, end, &line)) != 0) {
		if (r < 0)
			continue;
		if (cgroup_path_is_container(line.path))
			cgroup.container = true;
		if (line.hierarchy == 0)
			cgroup.v2_path = line.path;
		if (span_is(line.controllers, "name=systemd")) {
			cgroup.path = line.path;
			systemd = true;
		} else if (!systemd && (line.hierarchy == 0 || !cgroup.path.text)) {
			cgroup.path = line.path;
		}
	}
	if (!cgroup.path.text)
		return err_set(err, -EBADMSG, "no line HIERARCHY:CONTROLLERS:PATH");
	find_units(&cgroup);
	*ret = cgroup;
	return 0;
}

static bool unit_fits(struct cgroup_span unit, const char *name)
{
	char text[UNIT_NAME_SIZE], pattern[UNIT_NAME_SIZE];
	const char *dot = strrchr(name, '.');
	struct cgroup_span given = { name, strlen(name) }, ignored;
	bool full = dot && (component_unit(given, &ignored) || strpbrk(dot, "*?["));

	if (!unit.text || unit.size >= sizeof(text))
		return false;
	memcpy(text, unit.text, unit.size);
	text[unit.size] = '\0';
	if ((size_t)snprintf(pattern, sizeof(pattern), "%s%s", name, full ? "" : ".service") >=
	    sizeof(pattern))
		return false;
	return fnmatch(pattern, text, FNM_NOESCAPE) == 0;
}

bool cgroup_in_unit(const struct cgroup *cgroup, const char *name)
{
	return unit_fits(cgroup->unit, name) || unit_fits(cgroup->user_unit, name);
}
