/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "subagent/privileges.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* CAP_SYS_PTRACE: /proc/PID/fd, exe and maps of other users' processes. CAP_DAC_READ_SEARCH: files
 * and folders that only their owners may read. */
static const uint32_t kept = (1U << CAP_SYS_PTRACE) | (1U << CAP_DAC_READ_SEARCH);

/* What root does not have itself, as in a container, is not asked for. capset(2) has no wrapper in
 * libc, and libcap is not worth a library. */
static int keep_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	data[0].permitted &= kept;
	data[0].effective = data[0].permitted;
	data[0].inheritable = 0;
	memset(&data[1], 0, sizeof(data[1]));
	return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

/* *ret is NULL where nobody else is to be become. */
static int find_user(const char *user, const struct passwd **ret, struct err *err)
{
	*ret = NULL;
	if (geteuid() != 0 || strcmp(user, "root") == 0)
		return 0;
	*ret = getpwnam(user);
	if (!*ret)
		return err_set(err, -ENOENT,
		    "cannot find user '%s' of agentx.user: make one (contrib/systemd/"
		    "haetae.sysusers), or set it to \"root\" if you must",
		    user);
	if ((*ret)->pw_uid == 0)
		*ret = NULL;
	return 0;
}

int privileges_check(const char *user, struct err *err)
{
	const struct passwd *entry;

	return find_user(user, &entry, err);
}

int privileges_drop(const char *user, struct err *err)
{
	const struct passwd *entry;
	int r = find_user(user, &entry, err);

	if (r < 0 || !entry)
		return r;
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 ||
	    initgroups(entry->pw_name, entry->pw_gid) < 0 || setgid(entry->pw_gid) < 0 ||
	    setuid(entry->pw_uid) < 0)
		return err_sys(err, -errno, "cannot become user '%s'", user);
	if (keep_capabilities() < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(err, -errno, "cannot give up privileges as user '%s'", user);
	return 0;
}
