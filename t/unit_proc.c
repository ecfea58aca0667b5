/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/fsroot.h"
#include "lib/collect/proc.h"
#include "lib/collect/proc_cmdline.h"
#include "lib/collect/proc_fd.h"
#include "lib/collect/proc_stat.h"
#include "lib/collect/proc_status.h"
#include "t/tap.h"

/* Behind the name: state, ppid 7, group 6, then what proc_pid_stat(5) lists up to rss. */
#define STAT_REST \
	"S 7 6 1 0 -1 4194368 10 0 0 0 335 34 -1 -1 -20 0 4 0 230580 386416640 27792 1844674"

static void test_stat(void)
{
	static const char line[] = "8000 (uwsgi_python311) " STAT_REST "\n";
	static const char odd[] = "9 (a) R 1 (b (c) " STAT_REST;
	static const char kernel[] =
	    "8 (kworker/R-netns) I 2 0 0 0 -1 69238880 0 0 0 0 0 0 0 0 0 -20 1 0 24 0 0 18446";
	static const char reaped[] =
	    "8 (sh) X 0 -1 -1 0 -1 4194316 0 0 0 0 0 0 0 0 20 0 0 0 24 0 0 18446";
	struct proc_stat stat;

	ok(proc_stat_parse(line, sizeof(line) - 1, &stat, NULL) == 0, "a stat line");
	is_str(stat.comm, "uwsgi_python311", "its name");
	ok(stat.state == 'S' && stat.ppid == 7 && stat.pgrp == 6, "state, parent and group");
	ok(stat.cpu_ticks == 369, "user and system time together");
	ok(stat.threads == 4 && stat.start_ticks == 230580 && stat.rss_pages == 27792,
	    "threads, start, resident pages");
	ok(!proc_stat_is_kthread(&stat) && !proc_stat_is_zombie(&stat), "no kernel thread");

	ok(proc_stat_parse(odd, sizeof(odd) - 1, &stat, NULL) == 0, "a name like a stat line");
	is_str(stat.comm, "a) R 1 (b (c", "the name ends at the last parenthesis");
	ok(stat.state == 'S' && stat.ppid == 7, "and what follows is not from the name");

	ok(proc_stat_parse(reaped, sizeof(reaped) - 1, &stat, NULL) == 0 && stat.pgrp == 0,
	    "one that is reaped while it is read");
	ok(proc_stat_parse(kernel, sizeof(kernel) - 1, &stat, NULL) == 0, "a kernel thread");
	ok(proc_stat_is_kthread(&stat), "is known by its flag");
}

static void test_stat_bad(void)
{
	static const char *const bad[] = { "", "8", "8 (", "8 (a", "8 (a)", "8 (a) ", "8 (a) S",
		"8 (a) S x 1 1 0 -1 0 0 0 0 0 1 1 0 0 0 0 1 0 1 0 1 1",
		"8 (a) S 1 1 1 0 -1 0 0 0 0 0 1 1 0 0 0 0 1 0 1 0 -5 1",
		"8 (a) S 1 99999999999 1 0 -1 0 0 0 0 0 1 1 0 0 0 0 1 0 1 0 5 1",
		"8 (a) S 99999999999 1 1 0 -1 0 0 0 0 0 1 1 0 0 0 0 1 0 1 0 5 1",
		"8 (a) S 1 1 1 0 -1 0 0 0 0 0 1 1 0 0 0 0 1 0 99999999999999999999999 0 5 1" };
	static const char whole[] = "8 (a) " STAT_REST;
	char name[200];
	struct proc_stat stat = { .ppid = 4711 };
	struct err err = ERR_INIT;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(proc_stat_parse(bad[i], strlen(bad[i]), &stat, &err) == -EBADMSG,
		    "refuses '%s'", bad[i]);
	ok(stat.ppid == 4711, "and leaves the result alone");
	is_str(err.text, "a field is missing or no number", "with a reason");
	for (size_t size = 0; size < sizeof(whole) - 13; size++) {
		char *copy = malloc(size + 1);

		memcpy(copy, whole, size);
		if (proc_stat_parse(copy, size, &stat, NULL) == 0)
			ok(false, "a line cut at %zu bytes is refused", size);
		free(copy);
	}
	ok(true, "a line cut anywhere before the last field is refused");

	memset(name, 'n', sizeof(name));
	memcpy(name, "8 (", 3);
	memcpy(name + 100, ") " STAT_REST, sizeof(") " STAT_REST));
	ok(proc_stat_parse(name, strlen(name), &stat, NULL) == 0 &&
		strlen(stat.comm) == PROC_COMM_SIZE - 1,
	    "a name that is too long is cut");
}

static void check_line(const char *given, size_t size, const char *want, const char *name)
{
	char text[256];

	memcpy(text, given, size);
	text[proc_cmdline_clean(text, size)] = '\0';
	is_str(text, want, name);
}
#define LINE(given, want, name) check_line(given, sizeof(given) - 1, want, name)

static void test_cmdline(void)
{
	LINE("", "", "no command line");
	LINE("\0\0\0", "", "nothing but NULs");
	LINE("/bin/a\0-b\0c d\0", "/bin/a -b c d", "NULs are blanks");
	LINE("a\0\0b\0", "a  b", "an empty argument stays");
	LINE("ovs-vswitchd: monitoring pid 9 (healthy)\0\0\0\0\0\0\0\0",
	    "ovs-vswitchd: monitoring pid 9 (healthy)", "a title with NULs behind it");
	LINE("nginx: worker process      \0 \0", "nginx: worker process", "a padded title");
	LINE("no end", "no end", "a title without NUL");
}

static bool has(const char *line, const char *name)
{
	return proc_cmdline_has_program(line, strlen(line), name);
}

static void test_has_program(void)
{
	ok(has("check_x", "check_x"), "the whole line");
	ok(has("/usr/lib/check_x -w 5", "check_x"), "with folder and options");
	ok(has("sh -c /usr/lib/check_x -w 5", "check_x"), "behind a shell");
	ok(has("bash -c 'check_x' a", "check_x"), "quoted");
	ok(has("check_xy check_x", "check_x"), "behind a longer name");
	ok(!has("check_xy", "check_x"), "not a longer name");
	ok(!has("my_check_x", "check_x"), "not the end of another name");
	ok(!has("check_x.cfg", "check_x"), "not a file of that name");
	ok(!has("", "check_x"), "not an empty line");
}

static void check_mask(const char *line, const char *want)
{
	char text[256];

	memcpy(text, line, strlen(line) + 1);
	proc_cmdline_mask(text, strlen(text));
	is_str(text, want, line);
}

static void test_mask(void)
{
	check_mask("", "");
	check_mask("/usr/bin/a -p b key", "/usr/bin/a -p b key");
	check_mask("a --password=x1 --db-Passwd=y z", "a --password=** --db-Passwd=* z");
	check_mask("a --token abc --x", "a --token *** --x");
	check_mask("a --api-key abc=d e", "a --api-key ***** e");
	check_mask("a --keystone=x --keystone y", "a --keystone=x --keystone y");
	check_mask("a --use-token --x", "a --use-token --x");
	check_mask("env DB_PASS=q OS_TOKEN= b", "env DB_PASS=* OS_TOKEN= b");
	check_mask(
	    "a amqp://u:pw@h:5672/v http://h:80/", "a amqp://u:**@h:5672/v http://h:80/");
	check_mask("a --db=mysql://u:p@w@h", "a --db=mysql://u:***@h");
	check_mask("a --password=", "a --password=");
	check_mask("--secret", "--secret");
}

static void test_status(void)
{
	static const char text[] = "Name:\ta\nUmask:\t0022\nUid:\t1000\t1001\t1002\t1003\n"
				   "Groups:\t1 2 \nNSpid:\t4711\t12\t1\nThreads:\t3\n";
	static const char old[] = "Name:\tUid:\t5\nUid:\t7\t8\t7\t7";
	static const char *const bad[] = { "", "Uid:", "Uid:\t1\n", "Uid:\ta\tb\n",
		" Uid:\t1\t1", "Uid:\t1\t99999999999\n" };
	struct proc_status status;

	ok(proc_status_parse(text, sizeof(text) - 1, &status, NULL) == 0, "a status file");
	ok(status.uid == 1001, "the effective user");
	ok(status.pid_namespaces == 3, "two namespaces down");
	ok(proc_status_parse(old, sizeof(old) - 1, &status, NULL) == 0 && status.uid == 8 &&
		status.pid_namespaces == 1,
	    "no NSpid, no last newline, a name that looks like a key");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(proc_status_parse(bad[i], strlen(bad[i]), &status, NULL) == -EBADMSG,
		    "refuses bad status %zu", i);
}

static int limit(const char *text, uint64_t *ret)
{
	return proc_fd_limit_parse(text, strlen(text), ret, NULL);
}

static void test_fd_limit(void)
{
	uint64_t value = 1;

	ok(limit("Limit  Soft Limit  Hard Limit  Units\n"
		 "Max processes             96365                96365                "
		 "processes \n"
		 "Max open files            20000                524288               files    "
		 " \n",
	       &value) == 0 &&
		value == 20000,
	    "the soft limit");
	ok(limit("Max open files            unlimited            unlimited            files",
	       &value) == 0 &&
		value == PROC_FD_UNLIMITED,
	    "no limit");
	value = 5;
	ok(limit("", &value) == -EBADMSG && limit("Max open files", &value) == -EBADMSG &&
		limit("Max open files  unlim", &value) == -EBADMSG && value == 5,
	    "cut files are refused");
}

static void test_live(void)
{
	struct fsroot root = FSROOT_LIVE;
	struct proc_dir dir;
	struct proc proc;
	const char *exe = NULL;
	size_t exe_size = 0, n = 0, n_self = 0;
	uint64_t open_fds = 0, fd_limit = 0;

	ok(proc_dir_open(&root, &dir, NULL) == 0, "opens /proc");
	ok(dir.is_procfs && dir.live, "the kernel's own");
	while (proc_next(&dir, &proc)) {
		n++;
		n_self += proc.pid == getpid();
	}
	ok(n >= 2 && n_self == 1, "walks over %zu processes, this one once", n);

	proc_at(&dir, getpid(), &proc);
	ok(proc_stat(&proc, NULL) == 0 && proc.stat.ppid == getppid(), "reads its own stat");
	ok(proc_age_s(&dir, proc.stat.start_ticks) < 600, "and is young");
	ok(proc_line(&proc, NULL) == 0 && strstr(proc.line, "unit_proc"), "its command line");
	ok(proc_uid(&proc, NULL) == 0 && proc.uid == geteuid(), "its user");
	ok(proc_exe(&proc, &exe, &exe_size, NULL) == 0 && strlen(exe) == exe_size,
	    "its program");
	ok(proc_fds(&proc, &open_fds, &fd_limit, NULL) == 0 && open_fds >= 3 &&
		fd_limit >= open_fds,
	    "its descriptors");
	ok(proc_container(&proc, NULL) == 0, "its cgroup");
	ok(proc.known != 0, "facts are kept");

	proc_at(&dir, INT32_MAX, &proc);
	ok(proc_stat(&proc, NULL) == -ESRCH && proc_line(&proc, NULL) == -ESRCH &&
		proc_uid(&proc, NULL) == -ESRCH && proc_container(&proc, NULL) == -ESRCH &&
		proc_exe(&proc, &exe, &exe_size, NULL) == -ESRCH &&
		proc_fds(&proc, &open_fds, &fd_limit, NULL) == -ESRCH,
	    "a process that is gone is -ESRCH for every fact");
	proc_dir_close(&dir);
}

int main(void)
{
	test_stat();
	test_stat_bad();
	test_cmdline();
	test_has_program();
	test_mask();
	test_status();
	test_fd_limit();
	test_live();
	return tap_done();
}
