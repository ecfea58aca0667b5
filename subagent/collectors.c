/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stddef.h>

#include "subagent/collector.h"

/* One line a noun: declared above, listed below. */
extern const struct collector collector_net;
extern const struct collector collector_node;
#ifdef HAVE_LIBVIRT
extern const struct collector collector_libvirt;
#endif
#ifdef HAVE_JANSSON
extern const struct collector collector_ovs;
#endif
#if defined(HAVE_CURL) && defined(HAVE_JANSSON)
extern const struct collector collector_rabbitmq;
#endif
extern const struct collector collector_probes;
extern const struct collector collector_services;

const struct collector *const collectors[] = {
	&collector_net,
	&collector_node,
#ifdef HAVE_LIBVIRT
	&collector_libvirt,
#endif
#ifdef HAVE_JANSSON
	&collector_ovs,
#endif
#if defined(HAVE_CURL) && defined(HAVE_JANSSON)
	&collector_rabbitmq,
#endif
	&collector_probes,
	&collector_services,
	NULL,
};
