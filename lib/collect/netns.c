/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/num.h"

enum { PATH_SIZE = 48, LINK_SIZE = 64 };

void netns_table_free(struct netns_table *table)
{
	free(table->items);
	*table = (struct netns_table)NETNS_TABLE_INIT;
}

/* The number in "net:[4026531833]". 0 or -errno. */
static int read_link(int dir_fd, const char *path, uint64_t *ret)
{
	static const char start[] = "net:[";
	char text[LINK_SIZE];
	const char *p = text + sizeof(start) - 1;
	ssize_t size = readlinkat(dir_fd, path, text, sizeof(text));

	if (size < 0)
		return -errno;
	if ((size_t)size < sizeof(start) || memcmp(text, start, sizeof(start) - 1) != 0 ||
	    num_scan_u64(&p, text + size, ret) < 0 || *ret == 0)
		return -EBADMSG;
	return 0;
}

static int read_inode(int dir_fd, const char *path, uint64_t *ret)
{
	struct stat st;

	if (fstatat(dir_fd, path, &st, 0) < 0)
		return -errno;
	*ret = st.st_ino;
	return 0;
}

/* What the kernel says when the process, or its namespace, is gone. */
static bool is_gone(int code)
{
	return code == -ENOENT || code == -ESRCH || code == -ENOTDIR || code == -EINVAL;
}

/* The own namespace counts where /proc is the kernel's: numbers in a captured tree are of
 * another time. */
static void make_ready(struct netns_table *table, const struct proc_dir *dir)
{
	table->ready = true;
	if (dir->is_procfs) {
		(void)read_link(AT_FDCWD, "/proc/self/ns/net", &table->own_link);
		(void)read_inode(AT_FDCWD, "/proc/self/net/dev", &table->own_file);
	} else {
		(void)read_link(dir->fd, "1/ns/net", &table->tree_link);
	}
}

static struct netns *find_link(const struct netns_table *table, uint64_t link)
{
	for (size_t i = 0; link > 0 && i < table->n_items; i++) {
		if (table->items[i].link == link)
			return &table->items[i];
	}
	return NULL;
}

static struct netns *find_file(const struct netns_table *table, uint64_t file)
{
	for (size_t i = 0; file > 0 && i < table->n_items; i++) {
		if (table->items[i].file == file)
			return &table->items[i];
	}
	return NULL;
}

static struct netns *find_tree(const struct netns_table *table)
{
	for (size_t i = 0; i < table->n_items; i++) {
		if (table->items[i].is_tree)
			return &table->items[i];
	}
	return NULL;
}

static int add(struct netns_table *table, struct netns **ret, struct err *err)
{
	if (table->n_items >= NETNS_MAX)
		return err_set(
		    err, -E2BIG, "cannot keep more than %d network namespaces", NETNS_MAX);
	if (table->n_items == table->room) {
		size_t room = table->room ? 2 * table->room : 16;
		struct netns *grown = reallocarray(table->items, room, sizeof(*grown));

		if (!grown)
			return err_sys(err, -ENOMEM, "cannot keep network namespaces");
		table->items = grown;
		table->room = room;
	}
	*ret = &table->items[table->n_items++];
	**ret = (struct netns){ 0 };
	return 0;
}

/* On a /proc of the kernel's. *ret is NULL for a namespace that is not in the table; then
 * link and file are what is known of it. */
static int find_live(struct netns_table *table, const struct proc *proc, struct netns *seen,
    struct netns **ret, struct err *err)
{
	char path[PATH_SIZE];
	int r;

	(void)snprintf(path, sizeof(path), "%.16s/ns/net", proc->name);
	r = read_link(proc->dir->fd, path, &seen->link);
	*ret = find_link(table, seen->link);
	if (*ret)
		return 0;
	if (is_gone(r))
		return -ESRCH;
	(void)snprintf(path, sizeof(path), "%.16s/net/dev", proc->name);
	r = read_inode(proc->dir->fd, path, &seen->file);
	if (is_gone(r))
		return -ESRCH;
	if (r < 0 && seen->link == 0)
		return r == -EACCES || r == -EPERM
			   ? -EACCES
			   : err_sys(err, r, "cannot read /proc/%s", path);
	*ret = find_file(table, seen->file);
	if (*ret && (*ret)->link == 0)
		(*ret)->link = seen->link;
	seen->is_own = (seen->link > 0 && seen->link == table->own_link) ||
		       (seen->file > 0 && seen->file == table->own_file);
	return 0;
}

/* Whether the process may be asked for its namespace's files. */
static bool has_folder(const struct proc *proc)
{
	char path[PATH_SIZE];

	if (proc->dir->is_procfs)
		return true;
	(void)snprintf(path, sizeof(path), "%.16s/net", proc->name);
	return faccessat(proc->dir->fd, path, F_OK, 0) == 0;
}

/* In a captured tree, where files have whatever numbers they got. */
static void find_captured(
    struct netns_table *table, const struct proc *proc, struct netns *seen, struct netns **ret)
{
	char path[PATH_SIZE];

	(void)snprintf(path, sizeof(path), "%.16s/ns/net", proc->name);
	if (read_link(proc->dir->fd, path, &seen->link) == 0) {
		seen->is_tree =
		    table->tree_link > 0 ? seen->link == table->tree_link : !has_folder(proc);
		*ret = find_link(table, seen->link);
	} else {
		(void)snprintf(path, sizeof(path), "%.16s/net", proc->name);
		seen->is_tree =
		    proc->pid == 1 || read_inode(proc->dir->fd, path, &seen->file) < 0;
		*ret = find_file(table, seen->file);
	}
	if (!*ret && seen->is_tree)
		*ret = find_tree(table);
	if (*ret && (*ret)->link == 0)
		(*ret)->link = seen->link;
}

int netns_find(struct netns_table *table, struct proc *proc, size_t *ret, struct err *err)
{
	struct netns seen = { 0 }, *found = NULL;
	int r = 0;

	if (!table->ready)
		make_ready(table, proc->dir);
	if (proc->dir->is_procfs)
		r = find_live(table, proc, &seen, &found, err);
	else
		find_captured(table, proc, &seen, &found);
	if (r == 0 && !found) {
		r = add(table, &found, err);
		if (r == 0)
			*found = seen;
	}
	if (r < 0)
		return r;
	if (found->n_pids < NETNS_PIDS && has_folder(proc))
		found->pids[found->n_pids++] = proc->pid;
	*ret = (size_t)(found - table->items);
	return 0;
}

/* Adds the name that ip-netns(8) knows it by: a file of that name is the namespace. */
static bool add_name(
    const struct fsroot *root, const char *folder, uint64_t link, struct buf *buf)
{
	CLEANUP_CLOSEDIR DIR *dir = NULL;
	const struct dirent *entry;
	struct stat st;

	if (fsroot_opendir(root, folder, &dir, NULL) < 0)
		return false;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || fstatat(dirfd(dir), entry->d_name, &st, 0) < 0 ||
		    st.st_ino != link)
			continue;
		buf_addf(buf, "netns %s", entry->d_name);
		return true;
	}
	return false;
}

int netns_describe(const struct fsroot *root, const struct netns *netns, struct buf *buf)
{
	if (netns->link > 0 && (add_name(root, "/run/netns", netns->link, buf) ||
				   add_name(root, "/var/run/netns", netns->link, buf)))
		return buf->error;
	if (netns->n_pids == 0)
		return buf_adds(buf, "the network namespace of the tree");
	return buf_addf(buf, "the network namespace of process %d", netns->pids[0]);
}
