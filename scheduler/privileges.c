/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

int privileges_drop(const struct settings *settings, struct err *err)
{
	const struct passwd *user;

	if (geteuid() != 0)
		return 0;
	if (!settings->user)
		return err_set(err, -EPERM,
		    "cannot run as root: set scheduler.user in the configuration (\"root\" if "
		    "you must)");
	user = getpwnam(settings->user);
	if (!user)
		return err_set(
		    err, -ENOENT, "cannot find user '%s' of scheduler.user", settings->user);
	if (user->pw_uid == 0)
		return 0;
	if (initgroups(user->pw_name, user->pw_gid) < 0 || setgid(user->pw_gid) < 0 ||
	    setuid(user->pw_uid) < 0)
		return err_sys(err, -errno, "cannot become user '%s'", settings->user);
	return 0;
}
