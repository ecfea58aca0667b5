/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/num.h"
#include "lib/health/service_process.h"

/*
 * A restart is a process that came in the place of one that is gone, seen from run to run;
 * workers come and go by themselves. What is kept, a section "@NAME" a service:
 *
 *   p PID START       a process that was no worker
 *   r START           a restart: when the new process started, in ticks since boot
 */
enum { RESTART_WINDOW_S = 3600, LEADERS_MAX = 4096 };

struct line {
	char kind;
	uint64_t pid, start;
};

/* Reads the next line from *text and moves it on. False at the end, or where nothing is to be
 * trusted any more. */
static bool next_line(const char **text, const char *end, struct line *ret)
{
	struct line line = { 0 };

	if (end - *text < 2)
		return false;
	line.kind = **text;
	++*text;
	if (line.kind == 'p' && num_scan_u64(text, end, &line.pid) < 0)
		return false;
	if ((line.kind != 'p' && line.kind != 'r') || num_scan_u64(text, end, &line.start) < 0)
		return false;
	if (*text < end && **text == '\n')
		++*text;
	*ret = line;
	return true;
}

static bool is_worker(const struct service_row *row, const struct proc_row *process)
{
	return proc_group_has(&row->group, process->ppid);
}

static bool was_there(const char *text, const char *end, const struct proc_row *process)
{
	struct line line;

	while (next_line(&text, end, &line)) {
		if (line.kind == 'p' && line.pid == (uint64_t)process->pid &&
		    line.start == process->start_ticks)
			return true;
	}
	return false;
}

static bool is_there(const struct service_row *row, const struct line *line)
{
	for (size_t i = 0; i < row->group.n_rows; i++) {
		const struct proc_row *process = &row->group.rows[i];

		if ((uint64_t)process->pid == line->pid && process->start_ticks == line->start)
			return true;
	}
	return false;
}

static bool is_recent(const struct services *services, uint64_t start_ticks)
{
	return proc_age_s(&services->dir, start_ticks) <= RESTART_WINDOW_S;
}

static void remember(struct service_row *row, uint64_t start)
{
	if (row->n_restarts < SERVICE_RESTARTS_MAX)
		row->restarts[row->n_restarts++] = start;
}

static void compare(
    const struct services *services, struct service_row *row, const char *text, size_t size)
{
	const char *end = text + size, *p = text;
	struct line line;
	size_t gone = 0;

	while (next_line(&p, end, &line)) {
		if (line.kind == 'r' && is_recent(services, line.start))
			remember(row, line.start);
		else if (line.kind == 'p')
			gone += !is_there(row, &line);
	}
	for (size_t i = 0; gone > 0 && i < row->group.n_rows; i++) {
		const struct proc_row *process = &row->group.rows[i];

		if (is_worker(row, process) || was_there(text, end, process))
			continue;
		gone--;
		if (is_recent(services, process->start_ticks)) {
			remember(row, process->start_ticks);
			row->n_new_restarts++;
		}
	}
}

void services_restarts(struct services *services, const char *earlier, size_t size)
{
	for (size_t i = 0; i < services->n_rows; i++) {
		struct service_row *row = &services->rows[i];
		size_t section_size;
		const char *section =
		    service_section(earlier, size, row->spec->name, &section_size);

		row->has_restarts = true;
		if (section)
			compare(services, row, section, section_size);
	}
}

int services_restarts_keep(const struct services *services, struct buf *buf)
{
	for (size_t i = 0; i < services->n_rows; i++) {
		const struct service_row *row = &services->rows[i];
		size_t n = 0;

		(void)buf_addf(buf, "@%s\n", row->spec->name);
		for (size_t k = 0; k < row->n_restarts; k++)
			(void)buf_addf(buf, "r %llu\n", (unsigned long long)row->restarts[k]);
		for (size_t k = 0; k < row->group.n_rows && n < LEADERS_MAX; k++) {
			const struct proc_row *process = &row->group.rows[k];

			if (is_worker(row, process))
				continue;
			(void)buf_addf(buf, "p %d %llu\n", process->pid,
			    (unsigned long long)process->start_ticks);
			n++;
		}
	}
	return buf->error;
}
