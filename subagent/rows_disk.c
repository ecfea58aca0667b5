/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "subagent/rows_disk.h"

#include "lib/base/clock.h"
#include "lib/collect/diskstuck.h"

/* A file system that says nothing for so long hangs. */
enum { ASK_MS = 5000 };

void rows_disk_close(struct rows_disk *state)
{
	state->n_left = disk_reap(state->left, state->n_left);
	buf_free(&state->stuck);
}

static int64_t budget_ms(const struct collect *given)
{
	int64_t left = given->until_ms - clock_mono_ms();

	return left < ASK_MS ? left : ASK_MS;
}

/* Nobody is sent where somebody still sleeps. */
static int ask(
    struct rows_disk *state, const struct collect *given, struct disk *disk, struct err *err)
{
	int r;

	state->n_left = disk_reap(state->left, state->n_left);
	diskstuck_load(disk, buf_text(&state->stuck), state->stuck.size);
	r = disk_ask(disk, budget_ms(given), err);
	buf_reset(&state->stuck);
	(void)diskstuck_save(disk, &state->stuck);
	for (size_t i = 0; i < disk->n_left && state->n_left < DISK_STUCK_MAX; i++)
		state->left[state->n_left++] = disk->left[i];
	return r;
}

static struct node_patterns patterns(const struct conf_texts *texts)
{
	return (
	    struct node_patterns){ .items = (const char *const *)texts->items, .n = texts->n };
}

void rows_disk_read(
    struct rows_disk *state, const struct collect *given, struct node_facts *facts)
{
	CLEANUP(node_asking_free) struct node_asking asking = NODE_ASKING_INIT;
	const struct node_mounts_want want = {
		.exclude_paths = patterns(&given->settings->exclude_paths),
		.exclude_types = patterns(&given->settings->exclude_types),
		.of_init = true,
	};
	struct err err = ERR_INIT;
	int r = node_asking_open(given->root, &want, &asking, &err);

	if (r == 0)
		r = ask(state, given, &asking.disk, &err);
	node_asking_take(&asking, r, &err, facts);
}
