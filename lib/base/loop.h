/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The event loop of the daemons: timers, descriptors, signals, inotify. Features
 * register; the loop does not know them. The one place with libevent's headers is loop.c.
 */
#ifndef HAETAE_BASE_LOOP_H
#define HAETAE_BASE_LOOP_H

#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"

struct loop;
struct loop_event;
typedef void loop_fn(void *context);

int loop_new(struct loop **ret, struct err *err) ATTR_MUST_CHECK;
/* Events that are still there are freed by their owners, before. */
void loop_free(struct loop *loop);
/* Runs until loop_stop. 0, or -errno when the kernel's event interface fails. */
int loop_run(struct loop *loop) ATTR_MUST_CHECK;
void loop_stop(struct loop *loop);

/* Each makes an event that is not active yet; NULL without memory. */
struct loop_event *loop_timer(struct loop *loop, loop_fn *call, void *context);
/* Called each time the descriptor is readable. The descriptor stays the caller's. */
struct loop_event *loop_readable(struct loop *loop, int fd, loop_fn *call, void *context);
struct loop_event *loop_signal(struct loop *loop, int signo, loop_fn *call, void *context);

/* Starts a timer once, in ms from now on the monotonic clock; again: moves it. */
void loop_start_ms(struct loop_event *event, int64_t ms);
/* Starts a descriptor's or a signal's event; it stays active. */
int loop_start(struct loop_event *event) ATTR_MUST_CHECK;
void loop_event_free(struct loop_event *event);

#endif
