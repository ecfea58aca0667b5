/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the services' sockets share: service_net.c reads them, service_listener.c and
 * service_link.c look for what the profile asks for.
 */
#ifndef HAETAE_HEALTH_SERVICE_NET_H
#define HAETAE_HEALTH_SERVICE_NET_H

#include "lib/collect/netns.h"
#include "lib/collect/sock.h"
#include "lib/collect/sockowner.h"
#include "lib/health/service.h"

/* The processes of one service in one namespace. */
struct service_place {
	size_t netns; /* index of the namespace */
	int32_t *pids;
	size_t n_pids;
	struct sockowner_set set;
};

struct service_places {
	struct service_place *items;
	size_t n;
};

/* Local ports of the connections of one namespace, ascending: one for each. */
struct service_ports {
	uint16_t *items;
	size_t n;
};

struct service_net {
	struct services *services;
	struct netns_table netns;
	struct sockowners owners;
	struct sock_table *tables;	/* one a namespace */
	int *codes;			/* 0, or why the table could not be read */
	struct service_ports *accepted; /* one a table, where it is asked for */
	size_t n_tables;
	struct service_places *places; /* one a service */
};

/* Tells which listeners are there, and which are missing. */
void service_listeners_check(
    struct service_net *net, struct service_row *row, const struct service_places *places);
/* Counts and judges the connections to one thing that the service depends on. */
void service_link_check(struct service_net *net, struct service_row *row,
    const struct service_places *places, struct service_link *link);

/* How many connections of a namespace have the local port. */
uint64_t service_net_accepted(const struct service_net *net, size_t netns, uint16_t port);

/* " in netns qdhcp-1", where it is not the namespace that everybody is in; else nothing. */
void service_place_text(
    const struct service_net *net, const struct service_place *place, struct buf *buf);

/* Whether the name of a unix socket, which has no NUL at its end, fits a pattern. */
bool service_name_fits(const char *name, size_t size, const char *pattern);

#endif
