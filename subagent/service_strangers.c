/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "subagent/service_strangers.h"

#include <stdlib.h>
#include <string.h>

/* Without memory a line is not kept. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct stranger {
	UT_hash_handle hh;
	char line[];
};

bool strangers_have(void *context, const char *line, size_t size)
{
	const struct strangers *strangers = context;
	struct stranger *found;

	HASH_FIND(hh, strangers->all, line, size, found);
	return found != NULL;
}

void strangers_add(void *context, const char *line, size_t size)
{
	struct strangers *strangers = context;
	struct stranger *stranger;

	if (size > STRANGERS_LINE_MAX)
		return;
	if (HASH_COUNT(strangers->all) >= STRANGERS_MAX ||
	    strangers->bytes + size > STRANGERS_BYTES_MAX)
		strangers_free(strangers);
	stranger = malloc(sizeof(*stranger) + size);
	if (!stranger)
		return;
	memcpy(stranger->line, line, size);
	HASH_ADD_KEYPTR(hh, strangers->all, stranger->line, size, stranger);
	if (!stranger->hh.tbl) {
		free(stranger);
		return;
	}
	strangers->bytes += size;
}

void strangers_free(struct strangers *strangers)
{
	struct stranger *stranger, *next;

	HASH_ITER(hh, strangers->all, stranger, next)
	{
		HASH_DEL(strangers->all, stranger);
		free(stranger);
	}
	strangers->bytes = 0;
}
