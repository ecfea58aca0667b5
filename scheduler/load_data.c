/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/load_data.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/num.h"
#include "lib/check/state.h"

static int64_t due_of(const struct spec_list *specs, uint64_t scheduleid)
{
	int64_t second_ms = (int64_t)(uint32_t)scheduleid * 1000, due;

	for (size_t i = 0; i < specs->n; i++) {
		const struct spec *spec = &specs->items[i];

		if (spec->specid != scheduleid >> 32)
			continue;
		due = spec_slot_at_or_after(spec->interval_ms, spec->phase_ms, second_ms);
		return due < second_ms + 1000 ? due : second_ms;
	}
	return second_ms;
}

/* "NAME STATE - text", in the first bytes. */
static int state_of(const char *text, size_t size)
{
	char head[80];
	char *dash;
	int state = STATE_OK;

	(void)snprintf(head, sizeof(head), "%.*s", (int)(size < 79 ? size : 79), text);
	dash = strstr(head, " - ");
	if (!dash)
		return state;
	*dash = '\0';
	for (int i = 0; i < STATE_COUNT; i++) {
		if (strstr(head, state_text((enum state)i)))
			state = i;
	}
	return state;
}

int load_data_parse(const char *name, const char *text, size_t size,
    const struct spec_list *specs, struct record *ret, struct err *err)
{
	char id_text[24];
	size_t id_size = strcspn(name, ".");
	uint64_t id;
	int64_t due_ms;

	if (id_size >= sizeof(id_text) || name[id_size] != '.')
		return err_set(err, -EBADMSG, "expected a file name SCHEDULEID.PROBETYPE");
	(void)snprintf(id_text, sizeof(id_text), "%.*s", (int)id_size, name);
	if (num_u64(id_text, &id, err) < 0)
		return -EBADMSG;
	due_ms = due_of(specs, id);
	*ret = (struct record){ .scheduleid = id,
		.due_ms = due_ms,
		.last_due_ms = due_ms,
		.n_slots = 1,
		.outcome = OUTCOME_RUN,
		.attempts = 1,
		.exit_code = state_of(text, size),
		.output = text,
		.output_size = size,
		.reason = "" };
	return 0;
}
