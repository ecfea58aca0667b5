/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stddef.h>

#include "subagent/collector.h"

/* One line a noun: declared above, listed below. */
const struct collector *const collectors[] = {
	NULL,
};
