/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/num.h"
#include "scheduler/stage.h"

/* How often is looked until all stages run, and then. */
enum { UNREADY_MS = 50, READY_MS = 5000, LEAST_MS = 10 };

struct notify {
	int fd, spool_fd;
	struct sockaddr_un address;
	socklen_t address_size;
	struct loop_event *timer;
	int64_t watchdog_ms; /* 0: nobody watches */
	bool ready, stopping;
	const char *hung; /* the stage that was said to hang, or NULL */
	struct seen {
		struct timespec time; /* of its lock, as it was seen last */
		bool beaten;	      /* since the supervisor began */
		int64_t changed_ms;   /* monotonic: when it was seen to change */
	} stages[STAGE_COUNT];
};

static void tell(struct notify *notify, const char *text)
{
	if (sendto(notify->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT,
		(const struct sockaddr *)&notify->address, notify->address_size) < 0)
		log_debug("cannot tell the service manager: %s", strerror(errno));
}

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
	for (int i = 0; i < STAGE_COUNT && notify->watchdog_ms; i++) {
		if (clock_mono_ms() - notify->stages[i].changed_ms > notify->watchdog_ms / 2)
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
	tell(notify, text);
}

static void tick(void *context)
{
	struct notify *notify = context;
	int64_t next_ms = notify->watchdog_ms / 4;
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
	if (!hung && notify->watchdog_ms)
		tell(notify, "WATCHDOG=1");
	if (!notify->watchdog_ms || next_ms > READY_MS)
		next_ms = READY_MS;
	if (!notify->ready && next_ms > UNREADY_MS)
		next_ms = UNREADY_MS;
	loop_start_ms(notify->timer, next_ms < LEAST_MS ? LEAST_MS : next_ms);
}

/* A path, or '@' and an abstract name: sd_notify(3), unix(7). */
static int set_address(struct notify *notify, const char *text, struct err *err)
{
	size_t size = strlen(text);

	if ((*text != '/' && *text != '@') || size < 2 ||
	    size >= sizeof(notify->address.sun_path))
		return err_set(err, -EINVAL,
		    "NOTIFY_SOCKET: '%.120s' is neither a path nor an abstract socket", text);
	notify->address.sun_family = AF_UNIX;
	memcpy(notify->address.sun_path, text, size);
	notify->address_size =
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size + (*text == '/'));
	if (*text == '@')
		notify->address.sun_path[0] = '\0';
	return 0;
}

/* WATCHDOG_PID names another process when an outer one is watched. */
static int64_t watchdog_ms(void)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	uint64_t value, of;

	if (!usec || num_u64(usec, &value, NULL) < 0 || value > INT64_MAX)
		return 0;
	if (pid && (num_u64(pid, &of, NULL) < 0 || of != (uint64_t)getpid()))
		return 0;
	return (int64_t)(value / 1000);
}

static int open_all(
    struct notify *notify, struct loop *loop, const char *spool, struct err *err)
{
	notify->spool_fd = open(spool, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (notify->spool_fd < 0)
		return err_sys(err, -errno, "cannot open spool %s", spool);
	notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (notify->fd < 0)
		return err_sys(err, -errno, "cannot make a socket");
	notify->timer = loop_timer(loop, tick, notify);
	return notify->timer ? 0 : err_sys(err, -ENOMEM, "cannot tell the service manager");
}

int notify_new(struct loop *loop, const char *spool, struct notify **ret, struct err *err)
{
	const char *text = getenv("NOTIFY_SOCKET");
	struct notify *notify;
	int r;

	if (!text || !*text) {
		*ret = NULL;
		return 0;
	}
	notify = calloc(1, sizeof(*notify));
	if (!notify)
		return err_sys(err, -ENOMEM, "cannot tell the service manager");
	notify->fd = notify->spool_fd = -1;
	notify->watchdog_ms = watchdog_ms();
	r = set_address(notify, text, err);
	if (r == 0)
		r = open_all(notify, loop, spool, err);
	if (r < 0) {
		notify_free(notify);
		return r;
	}
	(void)unsetenv("NOTIFY_SOCKET");
	(void)unsetenv("WATCHDOG_USEC");
	(void)unsetenv("WATCHDOG_PID");
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
	tell(notify, "STOPPING=1\nSTATUS=stops: waits for probes, loads their results");
}

void notify_free(struct notify *notify)
{
	if (!notify)
		return;
	loop_event_free(notify->timer);
	if (notify->fd >= 0)
		close(notify->fd);
	if (notify->spool_fd >= 0)
		close(notify->spool_fd);
	free(notify);
}
