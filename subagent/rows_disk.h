/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file systems of the node's row: asked in each round of its collector, by a child that may
 * hang where no signal wakes it, while the collector goes on.
 */
#ifndef HAETAE_SUBAGENT_ROWS_DISK_H
#define HAETAE_SUBAGENT_ROWS_DISK_H

#include "lib/health/node.h"
#include "subagent/collector.h"

/* Who hangs where, from round to round. */
struct rows_disk {
	struct buf stuck; /* lines of diskstuck_save */
	struct child left[DISK_STUCK_MAX];
	size_t n_left;
};
#define ROWS_DISK_INIT            \
	{                         \
		.stuck = BUF_INIT \
	}
void rows_disk_close(struct rows_disk *state);

/* The mounts, into the facts. What fails is kept there. */
void rows_disk_read(
    struct rows_disk *state, const struct collect *given, struct node_facts *facts);

#endif
