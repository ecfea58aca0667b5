/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bare_services WORD: reads what check_services must read of a node, and does nothing with it: each
 * command line; of processes with WORD in theirs the stat file, the number of descriptors and their
 * limit, the network namespace and each descriptor's link; then the TCP sockets by sock_diag.
 */
#include "config.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/num.h"

static char data[128 << 10];

static ssize_t read_file(int proc, const char *pid, const char *file)
{
	char path[64];
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof(path), "%.16s/%s", pid, file);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, data, sizeof(data));
	close(fd);
	return n;
}

static void read_links(int proc, const char *pid)
{
	char path[64], target[64];
	const struct dirent *entry;
	DIR *dir;
	int fd;

	(void)snprintf(path, sizeof(path), "%.16s/fd", pid);
	fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd >= 0 ? fdopendir(fd) : NULL;
	while (dir && (entry = readdir(dir)))
		(void)!readlinkat(fd, entry->d_name, target, sizeof(target));
	if (dir)
		closedir(dir);
}

static void read_service(int proc, const char *pid)
{
	char path[64], target[64];
	struct rlimit limit;
	struct stat st;
	uint64_t number = 0;

	(void)read_file(proc, pid, "stat");
	(void)snprintf(path, sizeof(path), "%.16s/fd", pid);
	(void)fstatat(proc, path, &st, 0);
	(void)!num_u64(pid, &number, NULL);
	(void)prlimit((pid_t)number, RLIMIT_NOFILE, NULL, &limit);
	(void)snprintf(path, sizeof(path), "%.16s/ns/net", pid);
	(void)!readlinkat(proc, path, target, sizeof(target));
	read_links(proc, pid);
}

static void read_sockets(unsigned char family)
{
	struct {
		struct nlmsghdr head;
		struct inet_diag_req_v2 body;
	} ask = {
		.head = { .nlmsg_len = sizeof(ask),
		    .nlmsg_type = SOCK_DIAG_BY_FAMILY,
		    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.body = { .sdiag_family = family,
		    .sdiag_protocol = IPPROTO_TCP,
		    .idiag_states = ~0U },
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	ssize_t n;

	if (fd < 0 || send(fd, &ask, sizeof(ask), 0) < 0)
		return;
	while ((n = recv(fd, data, 32 << 10, 0)) > 0) {
		struct nlmsghdr head;

		memcpy(&head, data, sizeof(head));
		if (head.nlmsg_type == NLMSG_DONE || head.nlmsg_type == NLMSG_ERROR)
			break;
	}
	close(fd);
}

int main(int argc, char **argv)
{
	DIR *dir = opendir("/proc");
	const struct dirent *entry;

	if (argc != 2 || !dir)
		return 2;
	while ((entry = readdir(dir))) {
		ssize_t size;

		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		size = read_file(dirfd(dir), entry->d_name, "cmdline");
		if (size == 0)
			(void)read_file(dirfd(dir), entry->d_name, "stat");
		else if (size > 0 && memmem(data, (size_t)size, argv[1], strlen(argv[1])))
			read_service(dirfd(dir), entry->d_name);
	}
	closedir(dir);
	read_sockets(AF_INET);
	read_sockets(AF_INET6);
	return 0;
}
