/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Domains and storage pools, as libvirt tells them over a read-only connection. The one place
 * with libvirt's headers. Its calls have no time limit of their own, so a thread makes them,
 * and who waits for it can give up.
 */
#ifndef HAETAE_CLIENT_LIBVIRT_H
#define HAETAE_CLIENT_LIBVIRT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/cleanup.h"
#include "lib/base/err.h"

enum { LIBVIRT_NAME_SIZE = 256, LIBVIRT_UUID_SIZE = 37, LIBVIRT_WORD_SIZE = 24 };

/* In the order of virDomainState. */
enum libvirt_state {
	LIBVIRT_NO_STATE,
	LIBVIRT_RUNNING,
	LIBVIRT_BLOCKED,
	LIBVIRT_PAUSED,
	LIBVIRT_SHUTDOWN, /* on its way */
	LIBVIRT_SHUTOFF,
	LIBVIRT_CRASHED,
	LIBVIRT_SUSPENDED, /* by the guest's power management */
	LIBVIRT_STATES,
};

struct libvirt_domain {
	char name[LIBVIRT_NAME_SIZE];
	char uuid[LIBVIRT_UUID_SIZE]; /* lower case */
	enum libvirt_state state;
	const char *reason; /* why it is paused or crashed: "I/O error"; "" where that says
			     * nothing */
	bool sick;	    /* paused or crashed by a fault, not by somebody's wish */
	bool active;	    /* has a process */
	bool autostart;
	/* What it has; -1 where libvirt does not tell. */
	int64_t vcpus, cpu_ms; /* CPU time since it started */
	int64_t memory_kib, memory_max_kib;
};

struct libvirt_pool {
	char name[LIBVIRT_NAME_SIZE];
	bool active, autostart;
	const char *state; /* "running", "degraded", "inaccessible", "inactive", "building" */
	uint64_t capacity_bytes, allocation_bytes, available_bytes; /* 0 when inactive */
};

struct libvirt {
	char type[LIBVIRT_WORD_SIZE]; /* of the driver: "QEMU", "TEST" */
	double seconds;		      /* that it took to answer everything */
	struct libvirt_domain *domains;
	size_t n_domains;
	struct libvirt_pool *pools;
	size_t n_pools;
};
#define LIBVIRT_INIT            \
	{                       \
		.domains = NULL \
	}
#define CLEANUP_LIBVIRT CLEANUP(libvirt_free)

/* Before the first question, and before a program has threads: who asks must not start a
 * daemon, as libvirt does for qemu:///session, and only the environment tells it so. */
void libvirt_global_init(void);

/* Asks the daemon of that URI. -ETIMEDOUT when it does not answer in time: the thread is left
 * to itself. -EACCES when this user may not connect, -ECONNREFUSED for any other failure. */
int libvirt_ask(
    const char *uri, int64_t timeout_ms, struct libvirt *ret, struct err *err) ATTR_MUST_CHECK;

/*
 * The same for who asks again and again: as long as a thread waits for a daemon that hangs, there
 * is no second one. After -ETIMEDOUT the next call waits for the old question to end, and asks
 * only then.
 */
struct libvirt_asker;
int libvirt_asker_new(
    const char *uri, struct libvirt_asker **ret, struct err *err) ATTR_MUST_CHECK;
/* Does not wait: a thread that hangs is left to itself. */
void libvirt_asker_free(struct libvirt_asker *asker);
int libvirt_asker_ask(struct libvirt_asker *asker, int64_t until_ms, struct libvirt *ret,
    struct err *err) ATTR_MUST_CHECK;

void libvirt_free(struct libvirt *libvirt);

/* "running", "shut off". */
const char *libvirt_state_text(enum libvirt_state state);

#endif
