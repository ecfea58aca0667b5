/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of /proc/PID/net/{tcp,tcp6,udp,udp6,unix} (proc_pid_net(5), the kernel's
 * Documentation/networking/proc_net_tcp.rst). Addresses are in the byte order of the machine
 * that wrote them, which is taken to be this one's.
 */
#ifndef HAETAE_COLLECT_SOCKPROC_H
#define HAETAE_COLLECT_SOCKPROC_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"
#include "lib/base/fsroot.h"
#include "lib/collect/sock.h"

enum sockproc_file {
	SOCKPROC_TCP,
	SOCKPROC_TCP6,
	SOCKPROC_UDP,
	SOCKPROC_UDP6,
	SOCKPROC_UNIX,
	SOCKPROC_FILES,
};

/* Adds the sockets of whole lines to the table; a last line without its newline counts as one.
 * A line that is none is counted in n_bad, but for the heading. *ret_more is false once no
 * wanted line can follow (those that listen come first). */
int sockproc_parse(enum sockproc_file file, const char *text, size_t size, unsigned wants,
    struct sock_table *table, bool *ret_more, struct err *err) ATTR_MUST_CHECK;

/* Reads the files of one protocol, folder being that which holds them ("/proc/12/net").
 * -ENOENT without err if there is none, -ESRCH if the process is gone. */
int sockproc_read(const struct fsroot *root, const char *folder, enum sock_proto proto,
    unsigned wants, struct sock_table *table, struct err *err) ATTR_MUST_CHECK;

#endif
