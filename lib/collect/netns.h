/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which network namespaces processes are in (network_namespaces(7)), so that the sockets of
 * each are read once.
 *
 * Two sources tell namespaces apart:
 * - the link /proc/PID/ns/net, "net:[INODE]". Only who may trace the process reads it.
 * - the inode number of /proc/PID/net/dev, which anybody may stat(2). The kernel makes the files
 *   below net for each namespace (fs/proc/proc_net.c), and takes their numbers from the set
 *   that namespaces have theirs from (proc_alloc_inum): two living namespaces never share one.
 * The first namespace seen with both numbers ties them together, so that it does not matter
 * which of them a process lets us see.
 *
 * In a captured tree: the link if it is there, else the folder proc/PID/net, else the tree's
 * own network folder.
 */
#ifndef HAETAE_COLLECT_NETNS_H
#define HAETAE_COLLECT_NETNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/cleanup.h"
#include "lib/base/err.h"
#include "lib/base/fsroot.h"
#include "lib/collect/proc.h"

/* Of each namespace so many processes are remembered: one may end before its files are read. */
enum { NETNS_PIDS = 4, NETNS_MAX = 65536 };

struct netns {
	uint64_t link; /* number of the namespace; 0: not known */
	uint64_t file; /* number of /proc/PID/net/dev, in a tree of the folder; 0: not known */
	bool is_own;   /* this process's own: sock_diag answers for it */
	bool is_tree;  /* the tree's own network folder: proc/1/net, else proc/net */
	int32_t pids[NETNS_PIDS]; /* processes in it, whose /proc/PID/net is its */
	size_t n_pids;
};

struct netns_table {
	struct netns *items; /* owned */
	size_t n_items, room;
	bool ready;		     /* the three below were read */
	uint64_t own_link, own_file; /* of this process */
	uint64_t tree_link;	     /* of the tree's process 1; 0: none */
};

#define NETNS_TABLE_INIT      \
	{                     \
		.items = NULL \
	}
#define CLEANUP_NETNS_TABLE CLEANUP(netns_table_free)
void netns_table_free(struct netns_table *table);

/* The namespace of a process, its place in the table, made if it is new. -ESRCH if the process
 * is gone (also: a zombie, which is in none), -EACCES if nothing of it may be looked at. */
int netns_find(
    struct netns_table *table, struct proc *proc, size_t *ret, struct err *err) ATTR_MUST_CHECK;

/* For messages: "netns qrouter-1" for one that ip-netns(8) named, else "the network namespace of
 * process 123". Adds to buf. */
int netns_describe(const struct fsroot *root, const struct netns *netns, struct buf *buf);

#endif
