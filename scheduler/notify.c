/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/sdnotify.h"
#include "scheduler/stage.h"

/* How often is looked until all stages run, and then. */
enum { UNREADY_MS = 50, READY_MS = 5000, LEAST_MS = 10 };

struct notify {
	struct sdnotify manager;
	int spool_fd;
	struct loop_event *timer;
	bool ready, stopping;
	const char *hung; /* the stage that was said to hang, or NULL */
	struct seen {
		struct timespec time; /* of its lock, as it was seen last */
		bool beaten;	      /* since the supervisor began */
		int64_t changed_ms;   /* monotonic: when it was seen to change */
	} stages[STAGE_COUNT];
};

/* A stage that is started again has the same lock, and beats in it. */
static void look(struct notify *notify, int i)
{
	struct seen *seen = &notify->stages[i];
	struct stat st;
	char name[SPOOL_NAME_SIZE];

	(void)snprintf(name, sizeof(name), "lock.%s", stage_entries[i].name);
	if (fstatat(notify->spool_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	if (st.st_mtim.tv_sec == seen->time.tv_sec && st.st_mtim.tv_nsec == seen->time.tv_nsec)
		return;
	seen->time = st.st_mtim;
	seen->beaten = true;
	seen->changed_ms = clock_mono_ms();
}

static void look_first(struct notify *notify)
{
	for (int i = 0; i < STAGE_COUNT; i++) {
		look(notify, i);
		notify->stages[i].beaten = false;
		notify->stages[i].changed_ms = clock_mono_ms();
	}
}

/* Half of the manager's patience is ours; the other half is for our datagram to come. */
static const char *find_hung(const struct notify *notify)
{
	for (int i = 0; i < STAGE_COUNT && notify->manager.watchdog_ms; i++) {
		if (clock_mono_ms() - notify->stages[i].changed_ms >
		    notify->manager.watchdog_ms / 2)
			return stage_entries[i].name;
	}
	return NULL;
}

static void tell_state(struct notify *notify, const char *hung)
{
	char text[128];

	if (hung == notify->hung && notify->ready)
		return;
	if (hung) {
		log_error("stage %s makes no progress: the watchdog is not fed", hung);
		(void)snprintf(text, sizeof(text), "STATUS=stage %s makes no progress", hung);
	} else {
		(void)snprintf(text, sizeof(text), "%sSTATUS=%d stages run",
		    notify->ready ? "" : "READY=1\n", STAGE_COUNT);
	}
	notify->hung = hung;
	sdnotify_tell(&notify->manager, text);
}

static void tick(void *context)
{
	struct notify *notify = context;
	int64_t next_ms = notify->manager.watchdog_ms / 4;
	const char *hung;
	int n = 0;

	if (notify->stopping)
		return;
	for (int i = 0; i < STAGE_COUNT; i++) {
		look(notify, i);
		n += notify->stages[i].beaten;
	}
	hung = find_hung(notify);
	if (notify->ready || n == STAGE_COUNT) {
		tell_state(notify, hung);
		notify->ready = true;
	}
	if (!hung && notify->manager.watchdog_ms)
		sdnotify_tell(&notify->manager, "WATCHDOG=1");
	if (!notify->manager.watchdog_ms || next_ms > READY_MS)
		next_ms = READY_MS;
	if (!notify->ready && next_ms > UNREADY_MS)
		next_ms = UNREADY_MS;
	loop_start_ms(notify->timer, next_ms < LEAST_MS ? LEAST_MS : next_ms);
}

static int open_all(
    struct notify *notify, struct loop *loop, const char *spool, struct err *err)
{
	notify->spool_fd = open(spool, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (notify->spool_fd < 0)
		return err_sys(err, -errno, "cannot open spool %s", spool);
	notify->timer = loop_timer(loop, tick, notify);
	return notify->timer ? 0 : err_sys(err, -ENOMEM, "cannot tell the service manager");
}

int notify_new(struct loop *loop, const char *spool, struct notify **ret, struct err *err)
{
	struct sdnotify manager;
	struct notify *notify;
	int r = sdnotify_open(&manager, err);

	if (r < 0)
		return r;
	if (manager.fd < 0) {
		*ret = NULL;
		return 0;
	}
	notify = calloc(1, sizeof(*notify));
	if (!notify) {
		sdnotify_close(&manager);
		return err_sys(err, -ENOMEM, "cannot tell the service manager");
	}
	notify->manager = manager;
	notify->spool_fd = -1;
	r = open_all(notify, loop, spool, err);
	if (r < 0) {
		notify_free(notify);
		return r;
	}
	look_first(notify);
	loop_start_ms(notify->timer, UNREADY_MS);
	*ret = notify;
	return 0;
}

void notify_stopping(struct notify *notify)
{
	if (!notify || notify->stopping)
		return;
	notify->stopping = true;
	sdnotify_tell(&notify->manager,
	    "STOPPING=1\nSTATUS=stops: waits for probes, loads their results");
}

void notify_free(struct notify *notify)
{
	if (!notify)
		return;
	loop_event_free(notify->timer);
	sdnotify_close(&notify->manager);
	if (notify->spool_fd >= 0)
		close(notify->spool_fd);
	free(notify);
}
