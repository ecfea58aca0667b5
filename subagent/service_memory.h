/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the collector of services knows from round to round: the profiles, CPU time, restarts
 * (also from the subagent's last start), and what is read less often.
 */
#ifndef HAETAE_SUBAGENT_SERVICE_MEMORY_H
#define HAETAE_SUBAGENT_SERVICE_MEMORY_H

#include "lib/health/service.h"
#include "subagent/service_strangers.h"
#include "subagent/settings.h"

enum { SERVICE_SAMPLE_MAX = 4 << 20, SERVICE_STALE_SIZE = 24 };

/* Of one service. */
struct service_known {
	const char *profile; /* the first that has it; borrowed of the settings */
	uint64_t restarts;
	double cpu_ms;
	double n_stale;			/* NAN: not known */
	bool is_stale_hidden;		/* may not be read */
	char stale[SERVICE_STALE_SIZE]; /* the words for it */
};

struct service_memory {
	bool is_loaded;
	struct profile profile;
	struct service_known *known; /* one a service of the profile; owned */
	struct buf cpu, restarts;    /* samples of the last round */
	bool has_cpu, has_restarts;
	double cpu_at_s; /* uptime of that sample */
	struct strangers strangers;
	bool has_slow;
	int64_t slow_ms; /* when the slow facts were read */
};

int service_memory_new(struct service_memory **ret, struct err *err) ATTR_MUST_CHECK;
void service_memory_free(struct service_memory *memory);

/* The profiles of the settings, merged as check_services --profile A,B merges them. */
int service_memory_load(struct service_memory *memory, const struct settings *settings,
    struct err *err) ATTR_MUST_CHECK;

/* After the walk: rates since the last round, and CPU time altogether. */
int service_memory_cpu(
    struct service_memory *memory, struct services *services, struct err *err) ATTR_MUST_CHECK;
/* dir as statedir_open takes it. -ENOMEM, -E2BIG. */
int service_memory_restarts(struct service_memory *memory, const struct fsroot *root,
    const char *dir, struct services *services) ATTR_MUST_CHECK;
/* Before services_find: what was only read because it is time to is no reason for a note. */
void service_memory_hush(struct service_memory *memory, struct services *services);
/* After services_find. */
void service_memory_stale(
    struct service_memory *memory, struct services *services, bool was_read);

#endif
