/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "lib/collect/proc.h"
#include "lib/health/node_rows.h"
#include "subagent/rows_disk.h"

/* Between the two samples of the first round. */
enum { APART_MS = 500 };

/* From round to round. */
struct node_memory {
	struct buf sample; /* of rates_read; empty: none yet */
	double sample_uptime;
	bool stands_still; /* the clock of this tree does: rates are since boot */
	int64_t boot_ms;   /* since 1970; 0: not looked for yet */
	struct rows_disk disk;
};

static int open_state(const struct settings *settings, void **ret_state, struct err *err)
{
	struct node_memory *state = calloc(1, sizeof(*state));

	(void)settings;
	if (!state)
		return err_sys(err, -ENOMEM, "cannot start");
	state->sample = (struct buf)BUF_INIT;
	state->disk = (struct rows_disk)ROWS_DISK_INIT;
	*ret_state = state;
	return 0;
}

static void close_state(void *given)
{
	struct node_memory *state = given;

	rows_disk_close(&state->disk);
	buf_free(&state->sample);
	free(state);
}

/* --- rates ---------------------------------------------------------------------------------- */

static int take_sample(const struct fsroot *root, struct buf *buf,
    struct rates_sources *sources, double *ret_uptime)
{
	int r = rates_read(root, buf, sources, NULL);

	return r < 0 ? r : fsroot_uptime(root, ret_uptime, NULL);
}

static void keep_sample(struct node_memory *state, struct buf *sample, double uptime)
{
	buf_free(&state->sample);
	state->sample = *sample;
	state->sample_uptime = uptime;
	*sample = (struct buf)BUF_INIT;
}

static void read_rates(
    struct node_memory *state, const struct fsroot *root, struct node_facts *facts)
{
	CLEANUP_BUF struct buf later = BUF_INIT;
	struct rates_sources sources = { .code = { 0 } };
	double uptime = 0;
	struct node_rates given = { .sources = &sources, .later = &later };

	/* The first round has nothing to compare with. */
	if (state->sample.size == 0 && !state->stands_still) {
		given.code = take_sample(root, &later, &sources, &uptime);
		if (given.code == 0)
			keep_sample(state, &later, uptime);
		buf_reset(&later);
		clock_sleep_ms(APART_MS);
	}
	given.code = take_sample(root, &later, &sources, &uptime);
	state->stands_still = given.code == 0 && uptime == state->sample_uptime;
	given.seconds = uptime;
	if (uptime > state->sample_uptime && state->sample.size) {
		given.earlier = &state->sample;
		given.seconds = uptime - state->sample_uptime;
	} else if (given.code == 0 && (!state->stands_still || uptime <= 0)) {
		given.code = -EAGAIN;
	}
	node_facts_rates(&given, facts);
	if (given.code == 0 || given.code == -EAGAIN)
		keep_sample(state, &later, uptime);
}

/* --- what the row has beside the facts ------------------------------------------------------ */

static void read_name(const struct fsroot *root, char *out, size_t size)
{
	static const char *const paths[] = { "/proc/sys/kernel/hostname", "/etc/hostname" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]) && !out[0]; i++) {
		CLEANUP_BUF struct buf text = BUF_INIT_MAX(4096);

		if (fsroot_read(root, paths[i], &text, NULL) == 0)
			(void)snprintf(out, size, "%.*s", (int)strcspn(buf_text(&text), "\n"),
			    buf_text(&text));
	}
}

/* The line "btime SECONDS" of /proc/stat, which is long: once is enough. */
static int64_t read_boot_ms(const struct fsroot *root)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	const char *line, *end;
	uint64_t seconds;

	if (fsroot_read(root, "/proc/stat", &text, NULL) < 0)
		return MIB_NONE;
	end = buf_text(&text) + text.size;
	line = strstr(buf_text(&text), "\nbtime ");
	if (!line)
		return MIB_NONE;
	line += strlen("\nbtime ");
	if (num_scan_u64(&line, end, &seconds) < 0 || seconds > INT32_MAX * INT64_C(100))
		return MIB_NONE;
	return (int64_t)seconds * 1000;
}

static int64_t count_processes(const struct fsroot *root)
{
	CLEANUP(proc_dir_close) struct proc_dir dir = { .dir = NULL };
	struct proc proc;
	int64_t n = 0;

	if (proc_dir_open(root, &dir, NULL) < 0 || proc_dir_is_hidden(&dir))
		return MIB_NONE;
	while (proc_next(&dir, &proc))
		n++;
	return n ? n : MIB_NONE;
}

/* --- a round ---------------------------------------------------------------------------------- */

static int add_row(struct node_memory *state, const struct fsroot *root,
    const struct node_facts *facts, struct mib_rows *rows, struct err *err)
{
	struct mib_node *row = mib_rows_add_indexed(rows);

	if (!row)
		return err_sys(err, -ENOMEM, "cannot keep the node's row");
	node_row_put(facts, row);
	read_name(root, row->name, sizeof(row->name));
	if (state->boot_ms == 0)
		state->boot_ms = read_boot_ms(root);
	row->boot_time = state->boot_ms;
	row->processes = count_processes(root);
	if (row->error_text[0])
		err_set(err, 0, "%s", row->error_text);
	return 0;
}

static int collect(const struct collect *given, struct mib_rows *rows, struct err *err)
{
	CLEANUP(node_facts_free) struct node_facts facts;
	struct node_memory *state = given->state;

	node_facts_init(&facts);
	/* First what may take long, so that the rest is fresh. */
	rows_disk_read(&state->disk, given, &facts);
	node_facts_temp(given->root, &facts);
	node_facts_read(given->root, &facts);
	read_rates(state, given->root, &facts);
	if (node_mounts_put(&facts, &rows[1]) < 0)
		return err_sys(err, -ENOMEM, "cannot keep file systems");
	return add_row(state, given->root, &facts, &rows[0], err);
}

static const struct mib_table *const tables[] = { &mib_node, &mib_filesystem, NULL };

const struct collector collector_node = {
	.name = "node",
	.interval_ms = 30000,
	.tables = tables,
	.open = open_state,
	.close = close_state,
	.collect = collect,
};
