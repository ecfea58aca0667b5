/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What board.c (who publishes), board_judge.c (what changes with it) and board_view.c (what is
 * answered) share.
 *
 * Two locks. `work` is held by who publishes, removes or ticks, for milliseconds where there are
 * thousands of rows; whoever answers never takes it. `quick` guards what answers need, for as long
 * as a pointer or one row takes to change; who has `work` may take it, never the reverse.
 */
#ifndef HAETAE_SUBAGENT_BOARD_PRIVATE_H
#define HAETAE_SUBAGENT_BOARD_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "subagent/board.h"
#include "subagent/own.h"

enum { BOARD_SLOTS_MAX = VIEW_TABLES_MAX };

/* Rows that never change again, until the last of those who hold it lets go. */
struct snapshot {
	_Atomic int holders;
	size_t n;
	struct mib_rows rows[COLLECTOR_TABLES_MAX]; /* owned */
};

/* One collector. */
struct slot {
	const struct collector *collector;
	struct snapshot *snapshot; /* the last good one, or NULL; quick */
	struct own_rounds rounds;  /* work */
	bool shown;		   /* its snapshot is not too old; quick */
	size_t services[6];	   /* of its services, by state; quick */
};

struct board {
	pthread_mutex_t work, quick;
	int wake_fd;
	const struct agentx_stats *stats;
	int64_t started_ms, boot_real_ms;
	/* work: */
	bool notifies;
	int64_t repeat_ms;
	struct own_alarms *alarms;
	/* The collectors' rows as alarms see them: who has not ended its first round is not ill. */
	struct mib_collector judged[BOARD_SLOTS_MAX];
	int told_state; /* the node's, as far as alarms know */
	/* quick, and work to change them: */
	struct slot *slots[BOARD_SLOTS_MAX]; /* by the index of their rows */
	struct mib_collector rows[BOARD_SLOTS_MAX];
	size_t n_slots;
	struct snapshot *alarm_rows; /* or NULL */
	struct own_worst worst;
	int64_t state_ms; /* since when it is so */
	uint32_t generation;
	char role[MIB_TEXT_SIZE];
	/* quick: */
	struct notifications *queue;
	/* Of the thread that pins: */
	struct snapshot *pinned[BOARD_SLOTS_MAX + 1];
	size_t n_pinned;
	struct mib_collector pinned_rows[BOARD_SLOTS_MAX];
	struct mib_agent pinned_agent;
	struct mib_rows collectors, agent; /* of these two */
};

void snapshot_hold(struct snapshot *snapshot);
void snapshot_let_go(struct snapshot *snapshot); /* or NULL */
/* Fills the row of haetaeAgent as it is now; quick is held. */
void board_fill_agent(struct board *board, int64_t now_ms, struct mib_agent *row);

/* --- board_judge.c; work is held ------------------------------------------------------------- */

/* States' ages of the new snapshot, from the one before. */
void board_carry_on(const struct snapshot *old, struct snapshot *snapshot, int64_t taken_ms);
/* Notifications of what differs. */
void board_tell(
    struct board *board, const struct snapshot *old, const struct snapshot *snapshot);
/* Notifications of rows that were ill when they were told last, and are not there any more. */
void board_tell_gone(
    struct board *board, const struct mib_table *table, const struct mib_rows *rows);
/* The alarms of a slot's rows, as they are now. */
void board_set_alarms(struct board *board, const struct slot *slot, int64_t now_ms);
/* How collectors fare, what that hides or shows again, and the state of the whole node. Always:
 * also if no collector's state has changed. */
void board_judge(struct board *board, bool always, int64_t now_ms);

#endif
