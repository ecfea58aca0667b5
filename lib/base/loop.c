/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/loop.h"

#include <errno.h>
#include <stdlib.h>

#include <event2/event.h>

struct loop {
	struct event_base *base;
};

struct loop_event {
	struct event *event;
	loop_fn *call;
	void *context;
};

int loop_new(struct loop **ret, struct err *err)
{
	struct loop *loop = calloc(1, sizeof(*loop));
	struct event_config *config = event_config_new();

	if (loop && config) {
		/* Start latencies are judged in milliseconds: no coarse clock. */
		(void)event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
		loop->base = event_base_new_with_config(config);
	}
	if (config)
		event_config_free(config);
	if (!loop || !loop->base) {
		free(loop);
		return err_set(err, -ENOMEM, "cannot make an event loop");
	}
	*ret = loop;
	return 0;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	event_base_free(loop->base);
	free(loop);
}

int loop_run(struct loop *loop)
{
	return event_base_loop(loop->base, EVLOOP_NO_EXIT_ON_EMPTY) < 0 ? -EIO : 0;
}

void loop_stop(struct loop *loop)
{
	(void)event_base_loopbreak(loop->base);
}

static void loop_dispatch(evutil_socket_t fd, short what, void *argument)
{
	struct loop_event *event = argument;

	(void)fd;
	(void)what;
	event->call(event->context);
}

static struct loop_event *loop_event_new(
    struct loop *loop, int fd, short what, loop_fn *call, void *context)
{
	struct loop_event *event = calloc(1, sizeof(*event));

	if (!event)
		return NULL;
	*event = (struct loop_event){ .call = call, .context = context };
	event->event = event_new(loop->base, fd, what, loop_dispatch, event);
	if (!event->event) {
		free(event);
		return NULL;
	}
	return event;
}

struct loop_event *loop_timer(struct loop *loop, loop_fn *call, void *context)
{
	return loop_event_new(loop, -1, 0, call, context);
}

struct loop_event *loop_readable(struct loop *loop, int fd, loop_fn *call, void *context)
{
	return loop_event_new(loop, fd, EV_READ | EV_PERSIST, call, context);
}

struct loop_event *loop_signal(struct loop *loop, int signo, loop_fn *call, void *context)
{
	return loop_event_new(loop, signo, EV_SIGNAL | EV_PERSIST, call, context);
}

void loop_start_ms(struct loop_event *event, int64_t ms)
{
	struct timeval tv = { .tv_sec = ms / 1000, .tv_usec = (ms % 1000) * 1000 };

	if (ms < 0)
		tv = (struct timeval){ 0 };
	(void)event_add(event->event, &tv);
}

int loop_start(struct loop_event *event)
{
	return event_add(event->event, NULL) < 0 ? -EIO : 0;
}

void loop_event_free(struct loop_event *event)
{
	if (!event)
		return;
	event_free(event->event);
	free(event);
}
