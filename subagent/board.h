/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The board that every collector's last good snapshot hangs on. A collector's thread publishes;
 * the thread that answers snmpd pins all of them at once and lets them go again. Neither waits
 * for the other longer than a pointer takes to change.
 *
 * Publishing compares states with the snapshot before: ages of states are carried on, changes
 * become notifications, and what is not well becomes the table of active alarms. What is older
 * than its limit is not shown any more; haetaeCollectorTable always is.
 *
 * Of a row that is seen first, a notification is raised if it is not ok: a manager that was told by
 * an earlier process may have missed it, and what is ok needs no telling. A row that was told to be
 * ill and vanishes is told to be disabled, unless not all could be read.
 */
#ifndef HAETAE_SUBAGENT_BOARD_H
#define HAETAE_SUBAGENT_BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"
#include "lib/mib/view.h"
#include "subagent/agentx.h"
#include "subagent/collector.h"
#include "subagent/notification.h"
#include "subagent/settings.h"

struct board;

/* stats: the session's, shown in haetaeAgent; borrowed. Of the settings nothing is kept. */
int board_new(const struct settings *settings, const struct agentx_stats *stats,
    struct board **ret, struct err *err) ATTR_MUST_CHECK;
void board_free(struct board *board);
/* Other settings from now on. */
int board_configure(
    struct board *board, const struct settings *settings, struct err *err) ATTR_MUST_CHECK;

/* One collector that runs, and what is shown of it. Of one that is there already the snapshot and
 * the counts stay, and the times are changed, a shorter limit with the end of its next round.
 * interval and limit in ms. */
int board_add(struct board *board, const struct collector *collector, int64_t interval_ms,
    int64_t limit_ms, struct err *err) ATTR_MUST_CHECK;
/* One that does not run any more: its rows disappear at once. */
void board_remove(struct board *board, const struct collector *collector);

/* A round begins, at the interval that it has now. */
void board_begin(struct board *board, const struct collector *collector, int64_t interval_ms);
/* A round that went well: takes the rows over (one for each table), finished or not. took_ms is
 * how long it took. err may hold what could not be read. A collector that was not added, or was
 * removed, publishes nothing. */
void board_publish(struct board *board, const struct collector *collector,
    struct mib_rows *rows, int64_t taken_ms, int64_t took_ms, const struct err *err);
/* One that failed: the last snapshot stays. */
void board_fail(struct board *board, const struct collector *collector, int64_t took_ms,
    const struct err *err);

/* Once a second: what became too old since. */
void board_tick(struct board *board, int64_t now_ms);

/* As struct agentx_source wants it, context being the board. Only one thread pins. */
void board_pin(void *board, struct view *ret);
void board_unpin(void *board);
bool board_take(void *board, struct notification *ret);
void board_put_back(void *board, struct notification *taken);
int64_t board_wait_ms(void *board);
int board_wake_fd(const struct board *board);
/* Makes wake_fd readable: any thread, also a signal handler. */
void board_wake(const struct board *board);

#endif
