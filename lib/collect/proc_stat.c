/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/proc_stat.h"

#include <errno.h>
#include <string.h>

#include "lib/base/num.h"

/* PF_KTHREAD in include/linux/sched.h. */
#define STAT_PF_KTHREAD UINT32_C(0x00200000)

/* The fields that are read, numbered as in proc_pid_stat(5). */
enum {
	FIELD_STATE = 3,
	FIELD_PPID = 4,
	FIELD_PGRP = 5,
	FIELD_FLAGS = 9,
	FIELD_UTIME = 14,
	FIELD_STIME = 15,
	FIELD_THREADS = 20,
	FIELD_START = 22,
	FIELD_RSS = 24,
	FIELD_COUNT
};

/* Reads the numbers behind the state into their places; others may be negative. */
static int scan_fields(const char *p, const char *end, uint64_t values[FIELD_COUNT])
{
	static const bool wanted[FIELD_COUNT] = {
		[FIELD_PPID] = true,
		[FIELD_PGRP] = true,
		[FIELD_FLAGS] = true,
		[FIELD_UTIME] = true,
		[FIELD_STIME] = true,
		[FIELD_THREADS] = true,
		[FIELD_START] = true,
		[FIELD_RSS] = true,
	};

	for (int field = FIELD_PPID; field < FIELD_COUNT; field++) {
		if (p == end || *p != ' ')
			return -EBADMSG;
		p++;
		/* A process that is reaped at this moment has the group -1 (do_task_stat). */
		if (field == FIELD_PGRP && p < end && *p == '-')
			p++;
		else if (wanted[field] && num_scan_u64(&p, end, &values[field]) < 0)
			return -EBADMSG;
		while (p < end && *p != ' ' && *p != '\n')
			p++;
	}
	return 0;
}

int proc_stat_parse(const char *text, size_t size, struct proc_stat *ret, struct err *err)
{
	const char *end = text + size;
	const char *open = memchr(text, '(', size);
	const char *close = open ? memrchr(open, ')', (size_t)(end - open)) : NULL;
	uint64_t values[FIELD_COUNT] = { 0 };
	size_t comm_size;

	if (!close)
		return err_set(err, -EBADMSG, "no name in parentheses");
	if (end - close < 3 || close[1] != ' ')
		return err_set(err, -EBADMSG, "no state behind the name");
	if (scan_fields(close + 3, end, values) < 0)
		return err_set(err, -EBADMSG, "a field is missing or no number");
	if (values[FIELD_PPID] > INT32_MAX || values[FIELD_PGRP] > INT32_MAX ||
	    values[FIELD_FLAGS] > UINT32_MAX)
		return err_set(err, -EBADMSG, "a field is out of range");

	*ret = (struct proc_stat){
		.state = close[2],
		.ppid = (int32_t)values[FIELD_PPID],
		.pgrp = (int32_t)values[FIELD_PGRP],
		.flags = (uint32_t)values[FIELD_FLAGS],
		.cpu_ticks = values[FIELD_UTIME] + values[FIELD_STIME],
		.threads = values[FIELD_THREADS],
		.start_ticks = values[FIELD_START],
		.rss_pages = values[FIELD_RSS],
	};
	comm_size = (size_t)(close - open) - 1;
	if (comm_size >= sizeof(ret->comm))
		comm_size = sizeof(ret->comm) - 1;
	memcpy(ret->comm, open + 1, comm_size);
	return 0;
}

bool proc_stat_is_kthread(const struct proc_stat *stat)
{
	return stat->flags & STAT_PF_KTHREAD;
}

bool proc_stat_is_zombie(const struct proc_stat *stat)
{
	return stat->state == 'Z' || stat->state == 'X';
}
