/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/load_held.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/clock.h"

/* Another program's is ID.TYPE; a segment's name has no dot, a refused record's is ID.refused. */
static bool is_data(const char *name)
{
	const char *dot = strchr(name, '.');

	return dot && strcmp(dot, ".refused") != 0;
}

int load_held_again(const struct spool *spool, struct err *err)
{
	CLEANUP(spool_names_free) struct spool_names names = { 0 };
	int r = spool_list(spool, SPOOL_LOADED, &names, err);

	for (size_t i = 0; r == 0 && i < names.n; i++) {
		enum spool_dir from = is_data(names.items[i]) ? SPOOL_DATA : SPOOL_READY;

		r = spool_rename(
		    spool, SPOOL_LOADED, names.items[i], from, names.items[i], err);
	}
	return r;
}

void load_held_drop(const struct spool *spool, int64_t hold_ms)
{
	CLEANUP(spool_names_free) struct spool_names names = { 0 };
	int64_t now = clock_real_ms();

	if (spool_list(spool, SPOOL_LOADED, &names, NULL) < 0)
		return;
	for (size_t i = 0; i < names.n; i++) {
		struct stat st;

		/* A rename sets the time of change. */
		if (fstatat(spool->dirs[SPOOL_LOADED], names.items[i], &st,
			AT_SYMLINK_NOFOLLOW) == 0 &&
		    now - (int64_t)st.st_ctim.tv_sec * 1000 > hold_ms)
			(void)spool_unlink(spool, SPOOL_LOADED, names.items[i]);
	}
}
