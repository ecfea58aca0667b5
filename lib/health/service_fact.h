/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The numbers that a service has: one table of names, units and meanings for profiles,
 * thresholds and perfdata alike. A fact that is not known is NAN.
 */
#ifndef HAETAE_HEALTH_SERVICE_FACT_H
#define HAETAE_HEALTH_SERVICE_FACT_H

#include "lib/check/metric.h"

/* The order is that of perfdata. */
enum service_fact {
	SERVICE_COUNT,
	SERVICE_RSS,
	SERVICE_FDS_PCT,
	SERVICE_WORKERS,
	SERVICE_DEFUNCT,
	SERVICE_AGE,
	SERVICE_AGE_MIN,
	SERVICE_RESTARTS,
	SERVICE_THREADS,
	SERVICE_CPU,
	SERVICE_FDS,
	SERVICE_FDS_SOCKETS,
	SERVICE_FDS_PIPES,
	SERVICE_FDS_FILES,
	SERVICE_STALE,
	SERVICE_LISTENERS,
	SERVICE_CONNECTIONS,
	SERVICE_STALLED,
	SERVICE_FACTS
};

/* Each has an instance a service. */
extern const struct metric service_metrics[SERVICE_FACTS];

#endif
