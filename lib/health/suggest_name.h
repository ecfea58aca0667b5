/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a command line tells about the service that it is of: a name, and a pattern that finds
 * it again whatever its options will be. Pure, for any text.
 */
#ifndef HAETAE_HEALTH_SUGGEST_NAME_H
#define HAETAE_HEALTH_SUGGEST_NAME_H

#include <stdbool.h>
#include <stddef.h>

enum { SUGGEST_NAME_SIZE = 48, SUGGEST_MATCH_SIZE = 192 };

enum suggest_kind {
	SUGGEST_SERVICE,
	SUGGEST_MONITOR, /* the monitor of a daemon of Open vSwitch: its title tells its health */
	SUGGEST_SHELL, /* a shell with or without a script: it starts others, or is somebody's */
	SUGGEST_SESSION, /* an interactive shell: what it started belongs to a session */
	SUGGEST_OTHER,	 /* nothing that has a name of its own */
};

struct suggest_name {
	char name[SUGGEST_NAME_SIZE];	/* [A-Za-z0-9_.+-], never empty for a service */
	char match[SUGGEST_MATCH_SIZE]; /* extended regular expression */
};

/* line has a NUL at line[size]; arguments are separated by blanks. */
enum suggest_kind suggest_name_find(const char *line, size_t size, struct suggest_name *ret);

#endif
