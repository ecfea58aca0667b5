/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Notifications that wait to be sent: a queue that paces, coalesces and counts, so that a burst
 * of changes floods nobody and none is lost unseen. It knows neither net-snmp nor threads; who
 * shares it locks.
 *
 * Of one row only the newest change waits: an older one that was not sent counts as suppressed
 * (and a row that is back where it was told to be is not told at all). What finds the queue full
 * counts as suppressed too. So raised = sent + suppressed + waiting, always.
 */
#ifndef HAETAE_SUBAGENT_NOTIFICATION_H
#define HAETAE_SUBAGENT_NOTIFICATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"
#include "lib/mib/mib.h"
#include "lib/mib/rows.h"

/* A change of a row's state. The row is a copy: what is sent is what was true then. */
struct notification {
	const struct mib_table *table;
	void *row;	   /* table->row_size bytes; owned */
	int64_t at_ms;	   /* clock_mono_ms */
	uint32_t sequence; /* given when it is sent: without holes, but for losses on the way */
	int told_before;   /* the queue's own: the state that the row was told to be in */
};
void notification_free(struct notification *notification);

struct notification_limits {
	double per_second; /* 20 */
	size_t burst;	   /* 50 */
	size_t waiting;	   /* 1,000 */
};

struct notifications; /* the queue */
int notifications_new(const struct notification_limits *limits, struct notifications **ret,
    struct err *err) ATTR_MUST_CHECK;
void notifications_free(struct notifications *queue);
/* Other limits from now on; what waits above them stays. */
void notifications_limit(struct notifications *queue, const struct notification_limits *limits);

/* Copies the row. Never fails: without memory it counts as suppressed. */
void notifications_raise(struct notifications *queue, const struct mib_table *table,
    const void *row, int64_t now_ms);
/* The state of a row that was told last, or waits to be; ok if none was. */
int notifications_last(
    const struct notifications *queue, const struct mib_table *table, const void *row);
/* Raises for each row of the table that was told to be ill, and is not among these rows any more: as
 * it was told then, but disabled and gone. The rows are finished; they may be none. */
void notifications_gone(struct notifications *queue, const struct mib_table *table,
    const struct mib_rows *rows, int64_t now_ms);
/* The next that may be sent now; false: none, or the pace forbids it. The caller frees it, or
 * puts it back (at the front, with its sequence) when the master was not there. */
bool notifications_take(struct notifications *queue, int64_t now_ms, struct notification *ret);
void notifications_put_back(struct notifications *queue, struct notification *taken);
/* Milliseconds until one may be sent; -1: none waits. */
int64_t notifications_wait_ms(const struct notifications *queue, int64_t now_ms);

struct notification_counts {
	uint64_t raised, sent, suppressed, waiting;
	uint32_t sequence; /* of the last one sent */
};
void notifications_count(const struct notifications *queue, struct notification_counts *ret);

#endif
