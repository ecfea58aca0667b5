/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/proc_group.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/num.h"
#include "lib/collect/proc_fd.h"

void proc_group_free(struct proc_group *group)
{
	proc_match_free(&group->match);
	free(group->rows);
	free(group->zombies);
	group->rows = NULL;
	group->zombies = NULL;
	group->n_rows = group->n_zombies = 0;
	group->rows_room = group->zombies_room = 0;
}

/* Makes room for one item more in an array. */
static int grow(void **items, size_t n, size_t *room, size_t item_size, struct err *err)
{
	size_t want = *room ? 2 * *room : 16;
	void *grown;

	if (n < *room)
		return 0;
	if (n >= PROC_ROWS_MAX)
		return err_set(
		    err, -E2BIG, "cannot keep more than %d processes", PROC_ROWS_MAX);
	grown = reallocarray(*items, want, item_size);
	if (!grown)
		return err_sys(err, -ENOMEM, "cannot keep %zu processes", want);
	*items = grown;
	*room = want;
	return 0;
}

static void copy_comm(char to[PROC_ROW_COMM_SIZE], const char *comm)
{
	size_t size = strnlen(comm, PROC_ROW_COMM_SIZE - 1);

	memcpy(to, comm, size);
	to[size] = '\0';
}

static void row_set_stat(struct proc_row *row, const struct proc_stat *stat)
{
	copy_comm(row->comm, stat->comm);
	row->ppid = stat->ppid;
	row->state = stat->state;
	row->start_ticks = stat->start_ticks;
	row->cpu_ticks = stat->cpu_ticks;
	row->rss_pages = stat->rss_pages;
	row->threads = stat->threads;
}

static int add_zombie(
    struct proc_group *group, const struct proc *proc, bool is_ours, struct err *err)
{
	void *items = group->zombies;
	struct proc_zombie *zombie;
	int r = grow(&items, group->n_zombies, &group->zombies_room, sizeof(*zombie), err);

	group->zombies = items;
	if (r < 0)
		return r;
	zombie = &group->zombies[group->n_zombies++];
	zombie->pid = proc->pid;
	zombie->ppid = proc->stat.ppid;
	zombie->is_ours = is_ours;
	copy_comm(zombie->comm, proc->stat.comm);
	return 0;
}

static int read_fds(
    struct proc_group *group, struct proc *proc, struct proc_row *row, struct err *err)
{
	int r = proc_fds(proc, &row->fds, &row->fd_limit, err);

	row->has_fds = r == 0;
	/* A captured tree seldom has them. */
	if (r == -ESRCH && !proc->dir->is_procfs)
		return 0;
	if (r == -EACCES) {
		group->n_fds_denied++;
		return 0;
	}
	return r;
}

static int add_row(struct proc_group *group, struct proc *proc, struct err *err)
{
	struct proc_row row = { .pid = proc->pid };
	void *items = group->rows;
	int r = 0;

	if (group->wants & PROC_WANT_STAT) {
		r = proc_stat(proc, err);
		if (r == 0)
			row_set_stat(&row, &proc->stat);
	}
	if (r == 0 && group->wants & PROC_WANT_USER) {
		r = proc_uid(proc, err);
		row.uid = proc->uid;
	}
	if (r == 0 && group->wants & PROC_WANT_FDS)
		r = read_fds(group, proc, &row, err);
	if (r < 0)
		return r;
	r = grow(&items, group->n_rows, &group->rows_room, sizeof(row), err);
	group->rows = items;
	if (r < 0)
		return r;
	group->rows[group->n_rows++] = row;
	return 0;
}

int proc_group_take(struct proc_group *group, struct proc *proc, struct err *err)
{
	enum proc_fit fit;
	int r =
	    proc_match_test(&group->match, proc, group->wants & PROC_WANT_ZOMBIES, &fit, err);

	if (r == 0 && fit == PROC_FITS)
		r = add_row(group, proc, err);
	else if (r == 0 && fit != PROC_NO)
		r = add_zombie(group, proc, fit == PROC_ZOMBIE_FITS, err);
	else if (r == -EACCES && group->match.exe.text)
		group->n_exe_denied++;
	return r == -ESRCH || r == -EACCES ? 0 : r;
}

static int by_pid(const void *a, const void *b)
{
	const struct proc_row *left = a, *right = b;

	return (left->pid > right->pid) - (left->pid < right->pid);
}

static int zombie_by_pid(const void *a, const void *b)
{
	const struct proc_zombie *left = a, *right = b;

	return (left->pid > right->pid) - (left->pid < right->pid);
}

bool proc_group_has(const struct proc_group *group, int32_t pid)
{
	const struct proc_row key = { .pid = pid };

	return group->n_rows > 0 &&
	       bsearch(&key, group->rows, group->n_rows, sizeof(key), by_pid) != NULL;
}

void proc_group_finish(struct proc_group *group)
{
	size_t kept = 0;

	if (group->n_rows > 0)
		qsort(group->rows, group->n_rows, sizeof(group->rows[0]), by_pid);
	for (size_t i = 0; i < group->n_zombies; i++) {
		struct proc_zombie *zombie = &group->zombies[i];

		if (zombie->is_ours || proc_group_has(group, zombie->ppid))
			group->zombies[kept++] = *zombie;
	}
	group->n_zombies = kept;
	if (kept > 0)
		qsort(group->zombies, kept, sizeof(group->zombies[0]), zombie_by_pid);
}

int proc_group_read_row(
    struct proc_group *group, struct proc_dir *dir, size_t row, struct err *err)
{
	struct proc proc;
	int r;

	if (group->wants & PROC_WANT_STAT)
		return 0;
	proc_at(dir, group->rows[row].pid, &proc);
	r = proc_stat(&proc, err);
	if (r == 0)
		row_set_stat(&group->rows[row], &proc.stat);
	return r == -ESRCH || r == -EACCES ? 0 : r;
}

int proc_group_sample(const struct proc_group *group, struct buf *buf)
{
	for (size_t i = 0; i < group->n_rows; i++) {
		const struct proc_row *row = &group->rows[i];

		buf_addf(buf, "%d %llu %llu\n", row->pid, (unsigned long long)row->start_ticks,
		    (unsigned long long)row->cpu_ticks);
	}
	return buf->error;
}

int proc_group_resample(struct proc_group *group, struct proc_dir *dir, struct err *err)
{
	for (size_t i = 0; i < group->n_rows; i++) {
		struct proc_row *row = &group->rows[i];
		struct proc proc;
		int r;

		proc_at(dir, row->pid, &proc);
		r = proc_stat(&proc, err);
		if (r == 0 && proc.stat.start_ticks == row->start_ticks)
			row->cpu_ticks = proc.stat.cpu_ticks;
		else if (r < 0 && r != -ESRCH && r != -EACCES)
			return r;
	}
	return 0;
}

struct sample_line {
	uint64_t pid;
	uint64_t start_ticks;
	uint64_t cpu_ticks;
};

/* Reads the next line from *text and moves it on. False at the end, and at a line that is
 * none: there is nothing to trust behind it. */
static bool next_line(const char **text, const char *end, struct sample_line *ret)
{
	if (num_scan_u64(text, end, &ret->pid) < 0 ||
	    num_scan_u64(text, end, &ret->start_ticks) < 0 ||
	    num_scan_u64(text, end, &ret->cpu_ticks) < 0)
		return false;
	if (*text < end && **text == '\n')
		++*text;
	return true;
}

void proc_group_rates(struct proc_group *group, const struct proc_dir *dir, const char *earlier,
    size_t size, double seconds)
{
	const char *end = earlier + size;
	struct sample_line line = { 0 };
	bool more = next_line(&earlier, end, &line);

	for (size_t i = 0; i < group->n_rows; i++) {
		struct proc_row *row = &group->rows[i];
		double ticks = (double)row->cpu_ticks, over = seconds;

		while (more && line.pid < (uint64_t)row->pid)
			more = next_line(&earlier, end, &line);
		if (more && line.pid == (uint64_t)row->pid &&
		    line.start_ticks == row->start_ticks && line.cpu_ticks <= row->cpu_ticks) {
			ticks -= (double)line.cpu_ticks;
		} else {
			double age = proc_age_s(dir, row->start_ticks);

			over = age > seconds ? age : seconds;
		}
		row->cpu_percent = over > 0 ? 100 * ticks * dir->tick_s / over : 0;
	}
}

static double fds_percent(const struct proc_row *row)
{
	if (row->fd_limit == PROC_FD_UNLIMITED)
		return 0;
	/* More than the limit are open when it was lowered afterwards. */
	return row->fd_limit ? 100 * (double)row->fds / (double)row->fd_limit : 100;
}

static void add_fds(const struct proc_row *row, size_t i, struct proc_totals *totals)
{
	double percent = fds_percent(row);

	totals->fds += (double)row->fds;
	if (totals->n_fds == 0 || percent > totals->fds_max_percent) {
		totals->fds_max_percent = percent;
		totals->fds_row = i;
	}
	totals->n_fds++;
}

void proc_group_totals(
    const struct proc_group *group, const struct proc_dir *dir, struct proc_totals *ret)
{
	*ret = (struct proc_totals){ 0 };
	for (size_t i = 0; i < group->n_rows; i++) {
		const struct proc_row *row = &group->rows[i];
		double rss = (double)row->rss_pages * dir->page_bytes;
		double age = proc_age_s(dir, row->start_ticks);

		ret->rss_bytes += rss;
		ret->cpu_percent += row->cpu_percent;
		ret->threads += (double)row->threads;
		if (rss > ret->rss_max_bytes) {
			ret->rss_max_bytes = rss;
			ret->rss_row = i;
		}
		if (row->cpu_percent > ret->cpu_max_percent) {
			ret->cpu_max_percent = row->cpu_percent;
			ret->cpu_row = i;
		}
		if (i == 0 || age < ret->age_min_s) {
			ret->age_min_s = age;
			ret->young_row = i;
		}
		if (i == 0 || age > ret->age_max_s) {
			ret->age_max_s = age;
			ret->old_row = i;
		}
		if (row->has_fds)
			add_fds(row, i, ret);
	}
}
