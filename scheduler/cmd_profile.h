/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the commands "haetae profile ..." share.
 */
#ifndef HAETAE_SCHEDULER_CMD_PROFILE_H
#define HAETAE_SCHEDULER_CMD_PROFILE_H

#include "lib/check/opt.h"
#include "lib/health/profile.h"

/* The option of a struct that begins with a struct profile_path. */
#define PROFILE_DIR_ROW                                                              \
	{                                                                            \
		0, "profile-dir", "DIR", OPT_CALL, 0, profile_dir_take,              \
		    "where profiles are sought before the usual folders; may repeat" \
	}
int profile_dir_take(void *target, const char *value, struct err *err);

/* The folders that were given, and the usual ones behind them. */
struct profile_path profile_path_whole(const struct profile_path *given);

#endif
