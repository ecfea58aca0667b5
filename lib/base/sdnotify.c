/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/sdnotify.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/num.h"

/* A path, or '@' and an abstract name: sd_notify(3), unix(7). */
static int set_address(struct sdnotify *notify, const char *text, struct err *err)
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

int sdnotify_open(struct sdnotify *ret, struct err *err)
{
	const char *text = getenv("NOTIFY_SOCKET");
	struct sdnotify notify = SDNOTIFY_NONE;
	int r;

	if (!text || !*text) {
		*ret = notify;
		return 0;
	}
	r = set_address(&notify, text, err);
	if (r < 0)
		return r;
	notify.watchdog_ms = watchdog_ms();
	notify.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (notify.fd < 0)
		return err_sys(err, -errno, "cannot make a socket");
	(void)unsetenv("NOTIFY_SOCKET");
	(void)unsetenv("WATCHDOG_USEC");
	(void)unsetenv("WATCHDOG_PID");
	*ret = notify;
	return 0;
}

void sdnotify_tell(const struct sdnotify *notify, const char *text)
{
	struct err err = ERR_INIT;

	if (notify->fd < 0)
		return;
	if (sendto(notify->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT,
		(const struct sockaddr *)&notify->address, notify->address_size) >= 0)
		return;
	(void)err_sys(&err, -errno, "cannot tell the service manager");
	log_debug("%s", err.text);
}

void sdnotify_close(struct sdnotify *notify)
{
	if (notify->fd >= 0)
		close(notify->fd);
	*notify = (struct sdnotify)SDNOTIFY_NONE;
}
