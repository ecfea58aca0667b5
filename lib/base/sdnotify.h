/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tells a service manager how a daemon is, by the protocol of sd_notify(3): a datagram to the
 * socket in NOTIFY_SOCKET. Without NOTIFY_SOCKET there is nobody to tell, and nothing is done.
 */
#ifndef HAETAE_BASE_SDNOTIFY_H
#define HAETAE_BASE_SDNOTIFY_H

#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"

struct sdnotify {
	int fd; /* -1: nobody asks */
	struct sockaddr_un address;
	socklen_t address_size;
	int64_t watchdog_ms; /* how often WATCHDOG=1 is awaited, at least; 0: nobody watches */
};

#define SDNOTIFY_NONE    \
	{                \
		.fd = -1 \
	}

/* Takes what it has read out of the environment, so that no child has it: to be called before
 * there are threads. 0 also when nobody asks. */
int sdnotify_open(struct sdnotify *ret, struct err *err) ATTR_MUST_CHECK;
/* Never blocks and never fails: what cannot be told is a line in the log at most. Any thread. */
void sdnotify_tell(const struct sdnotify *notify, const char *text);
void sdnotify_close(struct sdnotify *notify);

#endif
