/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Apart from db_event.c for programs that write events and link no database.
 */
#include "config.h"

#include <sys/random.h>

#include "lib/base/clock.h"
#include "lib/store/db_event.h"

uint64_t db_event_id(void)
{
	uint64_t id = 0;

	/* Two of one millisecond and tag are told apart by it; it is no secret. */
	if (getrandom(&id, sizeof(id), 0) != (ssize_t)sizeof(id))
		id = (uint64_t)clock_mono_ms();
	return id ? id : 1;
}
