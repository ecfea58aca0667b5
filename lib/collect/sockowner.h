/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether some processes own a socket, and what proves it.
 *
 * The proof is a descriptor: a link /proc/PID/fd/N to "socket:[INODE]". Only who may trace a
 * process (its own user, root, CAP_SYS_PTRACE) sees these. Without that right there is what
 * sock_diag tells everybody about a socket: the cgroup that made it, which is a systemd unit's
 * or a container's, and the user who made it. Both can be another's where a socket is handed
 * over (socket activation) or rights are dropped, so "no" is only said where it is certain.
 *
 * Descriptors are listed once for each process, of whatever service.
 */
#ifndef HAETAE_COLLECT_SOCKOWNER_H
#define HAETAE_COLLECT_SOCKOWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/cleanup.h"
#include "lib/base/err.h"
#include "lib/base/fsroot.h"
#include "lib/collect/proc.h"
#include "lib/collect/proc_fd.h"
#include "lib/collect/sock.h"

enum sockowner_proof {
	SOCKOWNER_NOT_PROVABLE,
	SOCKOWNER_BY_DESCRIPTOR,
	SOCKOWNER_BY_CGROUP, /* made in the cgroup of the processes, by their user or by root */
	SOCKOWNER_BY_UID,    /* made by their user: any program of that user may have */
};

enum sockowner_is { SOCKOWNER_UNKNOWN, SOCKOWNER_YES, SOCKOWNER_NO };

struct sockowner_answer {
	enum sockowner_is is;
	enum sockowner_proof proof; /* of yes or no */
	int32_t pid;		    /* one that has the descriptor; 0 with another proof */
};

/* What is known of one process. */
struct sockowner_process {
	int32_t pid;
	bool has_fds; /* the descriptors were listed, else they may not be */
	struct proc_fd_kinds fds;
	uint32_t uid;
	uint64_t cgroup_id; /* 0: not known, or the root, which proves nothing */
};

struct sockowner_pair {
	uint64_t inode;
	int32_t pid;
};

struct sockowner_cgroup; /* paths that were looked up already */

struct sockowners {
	struct sockowner_process *processes; /* by pid once finished; owned */
	size_t n_processes, processes_room;
	struct sockowner_pair *pairs; /* by inode, then pid, once finished; owned */
	size_t n_pairs, pairs_room;
	struct sockowner_cgroup *cgroups;
	size_t n_cgroups;
};

#define SOCKOWNERS_INIT           \
	{                         \
		.processes = NULL \
	}
#define CLEANUP_SOCKOWNERS CLEANUP(sockowners_free)
void sockowners_free(struct sockowners *owners);

/*
 * Lists the descriptors of a process; where that is not allowed, its user and its cgroup
 * instead. A process may be added again, which does nothing. In a captured tree links are
 * read, and a tree without any is as one that may not be read. 0 also when it is gone.
 */
int sockowners_add(struct sockowners *owners, const struct fsroot *root, struct proc *proc,
    struct err *err) ATTR_MUST_CHECK;
/* Sorts; to be called once all are added, before anything is asked. */
void sockowners_finish(struct sockowners *owners);

/* NULL if it was not added, or was gone. */
const struct sockowner_process *sockowners_find(const struct sockowners *owners, int32_t pid);
/* The processes that have the socket: the pairs are in a row. */
const struct sockowner_pair *sockowners_of(
    const struct sockowners *owners, uint64_t inode, size_t *ret_n);

/* The processes of one service, made once and asked about many sockets. */
struct sockowner_set {
	int32_t *pids; /* ascending; owned */
	size_t n_pids;
	size_t n_denied;   /* of these the descriptors are not known */
	uint32_t *uids;	   /* of those; owned */
	uint64_t *cgroups; /* of those; owned */
	size_t n_uids, n_cgroups;
};
void sockowner_set_free(struct sockowner_set *set);
/* Pids in any order, which may repeat. */
int sockowner_set_make(const struct sockowners *owners, const int32_t *pids, size_t n_pids,
    struct sockowner_set *ret, struct err *err) ATTR_MUST_CHECK;

struct sockowner_answer sockowner_ask(
    const struct sockowners *owners, const struct sockowner_set *set, const struct sock *sock);

/* For messages: "by descriptor", "by cgroup and user", "by user alone", "not provable". */
const char *sockowner_proof_text(enum sockowner_proof proof);

#endif
