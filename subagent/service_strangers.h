/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Command lines that fit no service of the profiles, kept from round to round: of nearly all
 * processes of a node the next round then asks nothing more. Whole lines are compared, so no
 * process can be taken for another.
 */
#ifndef HAETAE_SUBAGENT_SERVICE_STRANGERS_H
#define HAETAE_SUBAGENT_SERVICE_STRANGERS_H

#include <stdbool.h>
#include <stddef.h>

enum {
	STRANGERS_MAX = 20000,
	STRANGERS_BYTES_MAX = 4 << 20, /* of all lines together; then all are forgotten */
	STRANGERS_LINE_MAX = 4096,     /* a longer one is searched each time */
};

struct strangers {
	struct stranger *all; /* a hash table; owned */
	size_t bytes;
};

bool strangers_have(void *strangers, const char *line, size_t size);
/* What there is no memory for is searched again the next time. */
void strangers_add(void *strangers, const char *line, size_t size);
void strangers_free(struct strangers *strangers);

#endif
