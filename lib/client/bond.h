/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bonds of a switch: what ovs-vswitchd says to "bond/show" on its control socket. Members
 * were called slaves before Open vSwitch 2.15; both words are understood.
 */
#ifndef HAETAE_CLIENT_BOND_H
#define HAETAE_CLIENT_BOND_H

#include <stddef.h>

#include "lib/base/attr.h"
#include "lib/base/cleanup.h"
#include "lib/base/err.h"

enum {
	BOND_NAME_SIZE = 64,
	BOND_WORD_SIZE = 24,
	BOND_MEMBERS_SIZE = 160, /* names of some members, cut to fit */
	BONDS_MAX = 4096,
};

struct bond {
	char name[BOND_NAME_SIZE];
	char mode[BOND_WORD_SIZE]; /* "active-backup", "balance-tcp", … */
	char lacp[BOND_WORD_SIZE]; /* "negotiated", "configured" (no partner), "off", "" */
	size_t n_members;
	size_t n_disabled;
	char disabled[BOND_MEMBERS_SIZE]; /* "eth0, eth1" */
};

struct bonds {
	struct bond *items;
	size_t n_items;
};
#define BONDS_INIT             \
	{                      \
		.items = NULL, \
	}
#define CLEANUP_BONDS CLEANUP(bonds_free)
void bonds_free(struct bonds *bonds);

/* The answer's text; none are there in an empty one. -ENOMEM, or -E2BIG past BONDS_MAX. */
int bonds_parse(
    const char *text, size_t size, struct bonds *ret, struct err *err) ATTR_MUST_CHECK;

#endif
