/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/sockowner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What a path of the cgroup tree has for a number; 0: none. */
struct sockowner_cgroup {
	char *path;
	uint64_t id;
};

enum { CGROUPS_MAX = 4096 };

void sockowners_free(struct sockowners *owners)
{
	for (size_t i = 0; i < owners->n_cgroups; i++)
		free(owners->cgroups[i].path);
	free(owners->cgroups);
	free(owners->processes);
	free(owners->pairs);
	*owners = (struct sockowners)SOCKOWNERS_INIT;
}

void sockowner_set_free(struct sockowner_set *set)
{
	free(set->pids);
	free(set->uids);
	free(set->cgroups);
	*set = (struct sockowner_set){ 0 };
}

/* Makes room for one item more. */
static int grow(void **items, size_t n, size_t *room, size_t item_size)
{
	size_t want = *room ? 2 * *room : 64;
	void *grown;

	if (n < *room)
		return 0;
	grown = reallocarray(*items, want, item_size);
	if (!grown)
		return -ENOMEM;
	*items = grown;
	*room = want;
	return 0;
}

struct listing {
	struct sockowners *owners;
	int32_t pid;
};

static int add_pair(uint64_t inode, void *context)
{
	const struct listing *listing = context;
	struct sockowners *owners = listing->owners;
	void *items = owners->pairs;
	int r = grow(&items, owners->n_pairs, &owners->pairs_room, sizeof(*owners->pairs));

	owners->pairs = items;
	if (r < 0)
		return r;
	owners->pairs[owners->n_pairs++] = (struct sockowner_pair){ inode, listing->pid };
	return 0;
}

/* The number of a cgroup of version 2 is the inode number of its folder. */
static uint64_t look_up_cgroup(const struct fsroot *root, const char *path)
{
	/* Version 2 alone, and beside version 1 as systemd mounts it. */
	static const char *const mounts[] = { "/sys/fs/cgroup/unified", "/sys/fs/cgroup" };

	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		CLEANUP_BUF struct buf file = BUF_INIT;
		struct stat st;

		buf_addf(&file, "%s/cgroup.procs", mounts[i]);
		if (file.error || !fsroot_exists(root, buf_text(&file)))
			continue;
		buf_reset(&file);
		buf_adds(&file, mounts[i]);
		buf_adds(&file, path);
		if (file.error == 0 && fsroot_stat(root, buf_text(&file), &st) == 0)
			return st.st_ino;
	}
	return 0;
}

static uint64_t find_cgroup(
    struct sockowners *owners, const struct fsroot *root, const char *path)
{
	struct sockowner_cgroup *grown;
	size_t n = owners->n_cgroups;

	for (size_t i = 0; i < n; i++) {
		if (strcmp(owners->cgroups[i].path, path) == 0)
			return owners->cgroups[i].id;
	}
	if (n >= CGROUPS_MAX)
		return look_up_cgroup(root, path);
	grown = reallocarray(owners->cgroups, n + 1, sizeof(*grown));
	if (!grown)
		return 0;
	owners->cgroups = grown;
	grown[n].path = strdup(path);
	if (!grown[n].path)
		return 0;
	grown[n].id = look_up_cgroup(root, path);
	owners->n_cgroups++;
	return grown[n].id;
}

/* 0 if it is not known, or the root: there are all processes that nobody put elsewhere. */
static uint64_t read_cgroup_id(
    struct sockowners *owners, const struct fsroot *root, struct proc *proc)
{
	const struct cgroup_span *v2 = &proc->cgroup.v2_path;
	CLEANUP_FREE char *path = NULL;

	if (proc_cgroup(proc, NULL) < 0 || !v2->text || v2->size <= 1)
		return 0;
	path = strndup(v2->text, v2->size);
	if (!path || strstr(path, "/.."))
		return 0;
	return find_cgroup(owners, root, path);
}

static bool has_links(const struct sockowner_process *process)
{
	for (size_t i = 0; i < PROC_FD_KINDS; i++) {
		if (process->fds.n[i] > 0)
			return true;
	}
	return false;
}

int sockowners_add(
    struct sockowners *owners, const struct fsroot *root, struct proc *proc, struct err *err)
{
	struct listing listing = { owners, proc->pid };
	struct sockowner_process process = { .pid = proc->pid };
	void *items = owners->processes;
	size_t n_pairs = owners->n_pairs;
	int r = proc_fd_list(proc->dir->fd, proc->name, &process.fds, add_pair, &listing);

	process.has_fds = r == 0 && (proc->dir->is_procfs || has_links(&process));
	if (r == -ENOMEM)
		return err_sys(err, r, "cannot keep descriptors");
	if (r < 0)
		owners->n_pairs = n_pairs;
	if (!process.has_fds) {
		r = proc_uid(proc, err);
		if (r == -ESRCH)
			return 0;
		if (r < 0)
			return r;
		process.uid = proc->uid;
		process.cgroup_id = read_cgroup_id(owners, root, proc);
	}
	r = grow(&items, owners->n_processes, &owners->processes_room, sizeof(process));
	owners->processes = items;
	if (r < 0)
		return err_sys(err, r, "cannot keep processes");
	owners->processes[owners->n_processes++] = process;
	return 0;
}

static int by_pid(const void *a, const void *b)
{
	const struct sockowner_process *left = a, *right = b;

	return (left->pid > right->pid) - (left->pid < right->pid);
}

static int by_inode(const void *a, const void *b)
{
	const struct sockowner_pair *left = a, *right = b;

	if (left->inode != right->inode)
		return left->inode < right->inode ? -1 : 1;
	return (left->pid > right->pid) - (left->pid < right->pid);
}

void sockowners_finish(struct sockowners *owners)
{
	size_t kept = 0;

	if (owners->n_processes > 0)
		qsort(
		    owners->processes, owners->n_processes, sizeof(*owners->processes), by_pid);
	for (size_t i = 0; i < owners->n_processes; i++) {
		if (i == 0 || by_pid(&owners->processes[kept - 1], &owners->processes[i]) != 0)
			owners->processes[kept++] = owners->processes[i];
	}
	owners->n_processes = kept;

	/* A process has one socket under several numbers (dup). */
	if (owners->n_pairs > 0)
		qsort(owners->pairs, owners->n_pairs, sizeof(*owners->pairs), by_inode);
	kept = 0;
	for (size_t i = 0; i < owners->n_pairs; i++) {
		if (i == 0 || by_inode(&owners->pairs[kept - 1], &owners->pairs[i]) != 0)
			owners->pairs[kept++] = owners->pairs[i];
	}
	owners->n_pairs = kept;
}

const struct sockowner_process *sockowners_find(const struct sockowners *owners, int32_t pid)
{
	const struct sockowner_process key = { .pid = pid };

	if (owners->n_processes == 0)
		return NULL;
	return bsearch(&key, owners->processes, owners->n_processes, sizeof(key), by_pid);
}

const struct sockowner_pair *sockowners_of(
    const struct sockowners *owners, uint64_t inode, size_t *ret_n)
{
	size_t low = 0, high = owners->n_pairs, end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (owners->pairs[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < owners->n_pairs && owners->pairs[end].inode == inode;)
		end++;
	*ret_n = end - low;
	return *ret_n ? &owners->pairs[low] : NULL;
}

static int by_number(const void *a, const void *b)
{
	const int32_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static void add_denied(struct sockowner_set *set, const struct sockowner_process *process)
{
	size_t i;

	set->n_denied++;
	for (i = 0; i < set->n_uids && set->uids[i] != process->uid;)
		i++;
	if (i == set->n_uids)
		set->uids[set->n_uids++] = process->uid;
	for (i = 0; i < set->n_cgroups && set->cgroups[i] != process->cgroup_id;)
		i++;
	if (i == set->n_cgroups)
		set->cgroups[set->n_cgroups++] = process->cgroup_id;
}

int sockowner_set_make(const struct sockowners *owners, const int32_t *pids, size_t n_pids,
    struct sockowner_set *ret, struct err *err)
{
	struct sockowner_set set = { 0 };

	set.pids = calloc(n_pids + 1, sizeof(*set.pids));
	set.uids = calloc(n_pids + 1, sizeof(*set.uids));
	set.cgroups = calloc(n_pids + 1, sizeof(*set.cgroups));
	if (!set.pids || !set.uids || !set.cgroups) {
		sockowner_set_free(&set);
		return err_sys(err, -ENOMEM, "cannot keep %zu processes", n_pids);
	}
	if (n_pids > 0)
		memcpy(set.pids, pids, n_pids * sizeof(*pids));
	set.n_pids = n_pids;
	qsort(set.pids, n_pids, sizeof(*set.pids), by_number);
	for (size_t i = 0; i < n_pids; i++) {
		const struct sockowner_process *process = sockowners_find(owners, set.pids[i]);

		if (process && !process->has_fds)
			add_denied(&set, process);
	}
	*ret = set;
	return 0;
}

static bool has_pid(const struct sockowner_set *set, int32_t pid)
{
	return set->n_pids > 0 &&
	       bsearch(&pid, set->pids, set->n_pids, sizeof(pid), by_number) != NULL;
}

static bool has_uid(const struct sockowner_set *set, uint32_t uid)
{
	for (size_t i = 0; i < set->n_uids; i++) {
		if (set->uids[i] == uid)
			return true;
	}
	return false;
}

static bool has_cgroup(const struct sockowner_set *set, uint64_t id)
{
	for (size_t i = 0; id > 0 && i < set->n_cgroups; i++) {
		if (set->cgroups[i] == id)
			return true;
	}
	return false;
}

/* Where no descriptor could be seen of some of the processes. */
static struct sockowner_answer ask_without(
    const struct sockowner_set *set, const struct sock *sock)
{
	const struct sockowner_answer unknown = { SOCKOWNER_UNKNOWN, SOCKOWNER_NOT_PROVABLE,
		0 };

	if (!sock->has_uid || sock->inode == 0)
		return unknown;
	/* Daemons open their sockets as root, before they drop its rights. */
	if (has_cgroup(set, sock->cgroup_id) &&
	    (sock->uid == 0 || has_uid(set, sock->uid) || has_uid(set, 0)))
		return (struct sockowner_answer){ SOCKOWNER_YES, SOCKOWNER_BY_CGROUP, 0 };
	if (has_uid(set, sock->uid))
		return (struct sockowner_answer){ SOCKOWNER_YES, SOCKOWNER_BY_UID, 0 };
	/* Root may have whatever others made, and others what root made. */
	if (sock->uid == 0 || has_uid(set, 0))
		return unknown;
	return (struct sockowner_answer){ SOCKOWNER_NO, SOCKOWNER_BY_UID, 0 };
}

struct sockowner_answer sockowner_ask(
    const struct sockowners *owners, const struct sockowner_set *set, const struct sock *sock)
{
	size_t n = 0;
	const struct sockowner_pair *pairs =
	    sock->inode > 0 ? sockowners_of(owners, sock->inode, &n) : NULL;

	for (size_t i = 0; i < n; i++) {
		if (has_pid(set, pairs[i].pid))
			return (struct sockowner_answer){ SOCKOWNER_YES,
				SOCKOWNER_BY_DESCRIPTOR, pairs[i].pid };
	}
	if (set->n_denied == 0)
		return (struct sockowner_answer){ SOCKOWNER_NO, SOCKOWNER_BY_DESCRIPTOR, 0 };
	return ask_without(set, sock);
}

const char *sockowner_proof_text(enum sockowner_proof proof)
{
	static const char *const texts[] = {
		[SOCKOWNER_NOT_PROVABLE] = "not provable",
		[SOCKOWNER_BY_DESCRIPTOR] = "by descriptor",
		[SOCKOWNER_BY_CGROUP] = "by cgroup and user",
		[SOCKOWNER_BY_UID] = "by user alone",
	};

	return texts[proof];
}
