/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc/PID/cgroup (cgroups(7)): where a process is in the cgroup trees, which
 * systemd unit that means, and whether it is a container's. Version 1 has a line a
 * hierarchy, version 2 one line "0::PATH", a hybrid node both.
 */
#ifndef HAETAE_COLLECT_CGROUP_H
#define HAETAE_COLLECT_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"

/* A piece of the text that was parsed; not NUL-terminated. text is NULL for nothing. */
struct cgroup_span {
	const char *text;
	size_t size;
};

struct cgroup_line {
	uint64_t hierarchy;		/* 0: version 2 */
	struct cgroup_span controllers; /* "cpu,cpuacct", "name=systemd", "" */
	struct cgroup_span path;	/* without " (deleted)" */
};

/* Reads the next line from *text and moves it on. Returns 1 with a line, 0 at the end,
 * -EBADMSG for a line that is none: *text is then behind it. */
int cgroup_next(const char **text, const char *end, struct cgroup_line *ret) ATTR_MUST_CHECK;

struct cgroup {
	struct cgroup_span path;      /* in systemd's tree if there is one, else version 2's */
	struct cgroup_span v2_path;   /* in version 2's tree, which sockets are counted in */
	struct cgroup_span unit;      /* "nova-compute.service", "session-3.scope" */
	struct cgroup_span user_unit; /* of a user's own manager: below user@UID.service */
	bool container;		      /* a container's process in any tree */
};

/* Spans point into text. Lines that are none are skipped; a text without any line is
 * -EBADMSG. */
int cgroup_parse(
    const char *text, size_t size, struct cgroup *ret, struct err *err) ATTR_MUST_CHECK;

/* Whether the path is one that container engines give their containers: docker, podman,
 * cri-o, containerd, Kubernetes, LXC, systemd-nspawn. Their monitors (conmon) and the
 * guests of libvirt, which share machine.slice, are the host's. */
bool cgroup_path_is_container(struct cgroup_span path);

/* Whether the name fits a unit of the process: "nova-compute" stands for
 * "nova-compute.service", and *, ? and [...] match as in systemctl. Unit names are
 * compared as systemd writes them, with escapes such as \x2d. */
bool cgroup_in_unit(const struct cgroup *cgroup, const char *name);

#endif
