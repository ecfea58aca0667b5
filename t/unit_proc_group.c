/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>

#include "lib/collect/proc_fd.h"
#include "lib/collect/proc_group.h"
#include "t/tap.h"

/* 100 ticks a second, an hour after boot. */
static const struct proc_dir dir = { .uptime_s = 3600, .tick_s = 0.01, .page_bytes = 4096 };

/* Three processes: old, an hour old all but 100 s, and one second old. */
static struct proc_row rows[] = {
	{ .pid = 10,
	    .start_ticks = 0,
	    .cpu_ticks = 5000,
	    .rss_pages = 100,
	    .threads = 3,
	    .has_fds = true,
	    .fds = 10,
	    .fd_limit = 1024 },
	{ .pid = 20,
	    .start_ticks = 10000,
	    .cpu_ticks = 700,
	    .rss_pages = 300,
	    .threads = 1,
	    .has_fds = true,
	    .fds = 50,
	    .fd_limit = 100 },
	{ .pid = 32768,
	    .start_ticks = 359900,
	    .cpu_ticks = 50,
	    .rss_pages = 200,
	    .threads = 1,
	    .has_fds = true,
	    .fds = 900,
	    .fd_limit = PROC_FD_UNLIMITED },
};

static void rates(struct proc_group *group, const char *earlier, double seconds)
{
	for (size_t i = 0; i < group->n_rows; i++)
		group->rows[i].cpu_percent = -1;
	proc_group_rates(group, &dir, earlier, strlen(earlier), seconds);
}

static void test_rates(struct proc_group *group)
{
	rates(group, "10 0 4000\n20 10000 600\n32768 359900 50\n", 10);
	is_num(rows[0].cpu_percent, 100, "1000 ticks in 10 s are one CPU");
	is_num(rows[1].cpu_percent, 10, "100 ticks are a tenth");
	is_num(rows[2].cpu_percent, 0, "no tick is idle");

	rates(group, "5 1 1\n10 0 4000\n15 9 9\n20 9999 0\n", 10);
	is_num(rows[0].cpu_percent, 100, "processes that are gone are passed over");
	is_num(rows[1].cpu_percent, 100.0 * 7 / 3500,
	    "a pid that another process had counts over the new one's age");
	is_num(rows[2].cpu_percent, 5, "one that started meanwhile counts over the whole time");

	rates(group, "", 0);
	is_num(rows[0].cpu_percent, 100.0 * 50 / 3600,
	    "without a sample it is the average of its life");

	rates(group, "10 0 9999\n", 10);
	is_num(rows[0].cpu_percent, 100.0 * 50 / 3600, "time that went back is no sample");
	rates(group, "\n\nx 5 -1 99999999999999999999999 10 0", 10);
	is_num(rows[0].cpu_percent, 100.0 * 50 / 3600, "garbage is no sample");
	rates(group, "20 10000 600\n10 0 4000\n", 10);
	is_num(rows[1].cpu_percent, 10, "lines out of order do not disturb the others");
}

static void test_sample(struct proc_group *group)
{
	CLEANUP_BUF struct buf text = BUF_INIT;

	ok(proc_group_sample(group, &text) == 0, "a sample");
	is_str(
	    buf_text(&text), "10 0 5000\n20 10000 700\n32768 359900 50\n", "a line a process");
}

static void test_totals(struct proc_group *group)
{
	struct proc_totals totals;

	rates(group, "10 0 4000\n20 10000 600\n32768 359900 50\n", 10);
	proc_group_totals(group, &dir, &totals);
	is_num(totals.rss_bytes, 600 * 4096, "memory is added up");
	ok(totals.rss_max_bytes == 300 * 4096 && totals.rss_row == 1, "the largest");
	is_num(totals.cpu_percent, 110, "CPU time is added up");
	ok(totals.cpu_max_percent == 100 && totals.cpu_row == 0, "the busiest");
	ok(totals.threads == 5 && totals.fds == 960, "threads and descriptors");
	ok(totals.fds_max_percent == 50 && totals.fds_row == 1,
	    "the nearest to its limit; one without limit is never near");
	ok(totals.age_min_s == 1 && totals.young_row == 2, "the youngest");
	ok(totals.age_max_s == 3600 && totals.old_row == 0, "the oldest");
	rows[0].fd_limit = 0;
	proc_group_totals(group, &dir, &totals);
	is_num(totals.fds_max_percent, 100, "a limit of 0 is reached");
	rows[0].has_fds = false;
	proc_group_totals(group, &dir, &totals);
	ok(totals.n_fds == 2 && totals.fds == 950,
	    "descriptors that are not known do not count");
	group->n_rows = 0;
	proc_group_totals(group, &dir, &totals);
	ok(totals.rss_bytes == 0 && totals.n_fds == 0, "no process, no use");
}

int main(void)
{
	struct proc_group group = { .rows = rows, .n_rows = 3 };

	test_rates(&group);
	test_sample(&group);
	test_totals(&group);
	return tap_done();
}
