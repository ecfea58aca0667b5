/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/collect/proc_fd.h"
#include "lib/collect/proc_group.h"
#include "lib/collect/proc_stale.h"
#include "t/tap.h"

static void is_kind(const char *link, enum proc_fd_kind want, uint64_t want_inode)
{
	uint64_t inode = 99;
	enum proc_fd_kind kind = proc_fd_kind(link, strlen(link), &inode);

	ok(kind == want && inode == want_inode, "kind of '%s'", link);
}

static void test_kinds(void)
{
	is_kind("socket:[1588]", PROC_FD_SOCKET, 1588);
	is_kind("socket:[]", PROC_FD_SOCKET, 0);
	is_kind("socket:[12", PROC_FD_SOCKET, 0);
	is_kind("socket:[12]x", PROC_FD_SOCKET, 0);
	is_kind("socket:[99999999999999999999999]", PROC_FD_SOCKET, 0);
	is_kind("pipe:[7]", PROC_FD_PIPE, 0);
	is_kind("anon_inode:[eventpoll]", PROC_FD_ANON, 0);
	is_kind("/memfd:x (deleted)", PROC_FD_ANON, 0);
	is_kind("/dev/zero (deleted)", PROC_FD_ANON, 0);
	is_kind("/var/log/nova/nova-api.log", PROC_FD_FILE, 0);
	is_kind("/var/log/nova/nova-api.log.1 (deleted)", PROC_FD_DELETED, 0);
	is_kind(" (deleted)", PROC_FD_ANON, 0);
	is_kind("/socket:[12]", PROC_FD_FILE, 0);
	is_kind("", PROC_FD_FILE, 0);
}

static void test_maps(void)
{
	static const char text[] =
	    "55a0-55a1 r-xp 00000000 fd:01 1      /usr/bin/python3.11 (deleted)\n"
	    "7f00-7f01 r--p 00000000 fd:01 2      /usr/lib/libssl.so.3 (deleted)\n"
	    "7f01-7f02 r-xp 00001000 fd:01 2      /usr/lib/libssl.so.3 (deleted)\n"
	    "7f02-7f03 rwxp 00001000 fd:01 2      /usr/lib/libssl.so.3 (deleted)\n"
	    "7f03-7f04 r-xp 00000000 fd:01 3      /usr/lib/libc.so.6\n"
	    "7f04-7f05 r-xp 00000000 fd:01 4      /usr/lib/a b.so (deleted)\n"
	    "7f05-7f06 r-xs 00000000 00:01 5      /memfd:ffi (deleted)\n"
	    "7f06-7f07 r-xp 00000000 00:01 5      /tmp/ffi1 (deleted)\n"
	    "7f07-7f08 rw-s 00000000 00:01 6      /SYSV00000000 (deleted)\n"
	    "7f08-7f09 r--s 00000000 fd:01 7      /var/lib/data (deleted)\n"
	    "7f0a-7f0b r-xp 00000000 00:00 0      [vdso]\n"
	    " (deleted)\n"
	    "x (deleted)\n"
	    "a b (deleted)\n"
	    "7f0b-7f0c r-xp 0 0 0 (deleted)\n"
	    "\n"
	    "7f0c-7f0d r-xp 00000000 fd:01 8      /usr/lib/last.so (deleted)";
	struct proc_stale stale = { .exe = true, .first = "/usr/bin/python3.11" };
	char *long_line;

	proc_stale_parse(text, sizeof(text) - 1, &stale);
	is_num(stale.n_libraries, 3,
	    "each replaced library counts once, data and programs' own not");
	is_str(stale.first, "/usr/bin/python3.11", "the program is named");
	stale = (struct proc_stale){ 0 };
	proc_stale_parse(text, sizeof(text) - 1, &stale);
	is_num(stale.n_libraries, 4, "a file that is not the program's counts");

	long_line = malloc(PROC_STALE_LINE_MAX + 100);
	if (!long_line)
		abort();
	memset(long_line, 'a', PROC_STALE_LINE_MAX + 100);
	memcpy(long_line, "1-2 r-xp 0 0:0 1 /", 18);
	stale = (struct proc_stale){ 0 };
	memcpy(long_line + 4000 - 10, " (deleted)", 10);
	proc_stale_parse(long_line, 4000, &stale);
	ok(stale.n_libraries == 1 && strlen(stale.first) == PROC_STALE_NAME_SIZE - 1,
	    "a long name is cut");
	memset(long_line + 4000 - 10, 'a', 10);
	memcpy(long_line + PROC_STALE_LINE_MAX + 90, " (deleted)", 10);
	stale = (struct proc_stale){ 0 };
	proc_stale_parse(long_line, PROC_STALE_LINE_MAX + 100, &stale);
	is_num(stale.n_libraries, 0, "a longer line than the kernel's is passed over");
	free(long_line);
}

static int count_socket(uint64_t inode, void *context)
{
	*(uint64_t *)context += inode;
	return 0;
}

static int fail_socket(uint64_t inode, void *context)
{
	(void)inode;
	(void)context;
	return -ENOMEM;
}

/* A child with known descriptors, below a folder that it may write to. */
static pid_t start_child(const char *folder, uint64_t *ret_socket, int *ret_end)
{
	int ends[2], sockets[2], file;
	char path[256], byte;
	struct stat st;
	pid_t pid;

	if (pipe(ends) < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) < 0 ||
	    fstat(sockets[0], &st) < 0)
		abort();
	*ret_socket = st.st_ino;
	pid = fork();
	if (pid == 0) {
		for (int fd = 3; fd < 1024; fd++) {
			if (fd != ends[0] && fd != sockets[0])
				close(fd);
		}
		close(0), close(1), close(2);
		(void)snprintf(path, sizeof(path), "%s/gone", folder);
		file = open(path, O_RDWR | O_CREAT, 0600);
		unlink(path);
		if (dup(sockets[0]) < 0 || epoll_create1(0) < 0 || file < 0 ||
		    open("/dev/null", O_RDONLY) < 0)
			_exit(1);
		(void)!write(sockets[0], "r", 1);
		(void)!read(ends[0], &byte, 1);
		_exit(0);
	}
	close(ends[0]);
	close(sockets[0]);
	if (read(sockets[1], &byte, 1) != 1)
		abort();
	close(sockets[1]);
	*ret_end = ends[1];
	return pid;
}

static void test_list(struct proc_dir *dir, pid_t pid, uint64_t socket)
{
	struct proc_fd_kinds kinds;
	struct proc proc;
	uint64_t sum = 0;

	proc_at(dir, pid, &proc);
	ok(proc_fd_list(dir->fd, proc.name, &kinds, count_socket, &sum) == 0, "listed");
	ok(kinds.n[PROC_FD_SOCKET] == 2 && sum == 2 * socket, "a socket and its double");
	ok(kinds.n[PROC_FD_PIPE] == 1, "a pipe");
	ok(kinds.n[PROC_FD_ANON] == 1, "an epoll");
	ok(kinds.n[PROC_FD_DELETED] == 1, "a file without a name");
	ok(kinds.n[PROC_FD_FILE] == 1, "a file");
	ok(proc_fd_list(dir->fd, proc.name, &kinds, fail_socket, &sum) == -ENOMEM,
	    "the callback ends the listing");
	ok(proc_fd_list(dir->fd, "0", &kinds, NULL, NULL) == -ENOENT, "no such process");
}

static void test_fresh(struct proc_dir *dir)
{
	struct proc_stale stale = { .exe = true };
	struct err err = ERR_INIT;
	struct proc proc;

	proc_at(dir, getpid(), &proc);
	ok(proc_stale(&proc, &stale, &err) == 0, "our own files: %s", err.text);
	ok(!stale.exe && stale.n_libraries == 0 && !stale.first[0], "nothing is stale");
}

/* Runs a command of the shell's; ends the test if it fails. */
static void run(const char *command)
{
	pid_t pid = fork();
	int status = 1;

	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		abort();
}

/* A program whose file is removed while it runs. */
static void test_stale_exe(struct proc_dir *dir, const char *folder)
{
	struct proc_stale stale = { 0 };
	char command[600], path[300];
	struct err err = ERR_INIT;
	struct proc proc;
	pid_t pid;

	(void)snprintf(path, sizeof(path), "%s/program", folder);
	(void)snprintf(command, sizeof(command), "cp \"$(command -v sleep)\" '%s'", path);
	run(command);
	pid = fork();
	if (pid == 0) {
		execl(path, path, "60", (char *)NULL);
		_exit(127);
	}
	/* The link names the copy once it runs. */
	for (int i = 0; i < 500; i++) {
		const char *exe;
		size_t size;

		proc_at(dir, pid, &proc);
		if (proc_exe(&proc, &exe, &size, &err) == 0 && strcmp(exe, path) == 0)
			break;
		(void)poll(NULL, 0, 10);
	}
	unlink(path);
	proc_at(dir, pid, &proc);
	ok(proc_stale(&proc, &stale, &err) == 0 && stale.exe, "its program was removed");
	is_str(stale.first, path, "and is named");
	is_num(stale.n_libraries, 0, "which is no library");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* A captured tree has neither descriptors nor memory maps: the process counts all the same. */
static void test_tree(const char *folder)
{
	struct proc_group group = { .wants = PROC_WANT_STAT | PROC_WANT_FDS };
	struct proc_stale stale = { .exe = true };
	char command[1400];
	struct fsroot root;
	struct proc_dir dir;
	struct err err = ERR_INIT;
	struct proc proc;

	(void)snprintf(command, sizeof(command),
	    "mkdir -p '%s/proc/7' && echo 100.0 1.0 >'%s/proc/uptime' && "
	    "cp /proc/self/stat '%s/proc/7/stat' && printf x >'%s/proc/7/cmdline'",
	    folder, folder, folder, folder);
	run(command);
	if (fsroot_open(folder, &root, &err) < 0 || proc_dir_open(&root, &dir, &err) < 0)
		abort();
	proc_at(&dir, 7, &proc);
	ok(proc_group_take(&group, &proc, &err) == 0 && group.n_rows == 1,
	    "a process without descriptors in a tree is there");
	ok(group.n_fds_denied == 0, "nothing is denied");
	if (group.n_rows == 1)
		ok(!group.rows[0].has_fds, "they are not known");
	ok(proc_stale(&proc, &stale, &err) == 0 && !stale.exe, "nothing is stale");
	proc_group_free(&group);
	proc_dir_close(&dir);
	fsroot_close(&root);
}

int main(void)
{
	char folder[] = "/tmp/unit_proc_fd.XXXXXX", command[300];
	struct fsroot root = FSROOT_LIVE;
	struct proc_dir dir;
	struct err err = ERR_INIT;
	uint64_t socket;
	pid_t pid;
	int end;

	if (!mkdtemp(folder) || proc_dir_open(&root, &dir, &err) < 0)
		abort();
	test_kinds();
	test_maps();
	fflush(stdout);
	pid = start_child(folder, &socket, &end);
	test_list(&dir, pid, socket);
	test_fresh(&dir);
	close(end);
	waitpid(pid, NULL, 0);
	fflush(stdout);
	test_stale_exe(&dir, folder);
	test_tree(folder);
	proc_dir_close(&dir);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	run(command);
	return tap_done();
}
