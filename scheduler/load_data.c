/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/load_data.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/num.h"
#include "lib/check/state.h"

enum { HEAD_MAX = 80 };

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

/* The state that this word is, if it stands where a plugin prints one; else -1. */
static int state_at(const char *word, size_t size, const char *end)
{
	const char *behind = word + size;

	/* "DISK OK: 3 left" and "HTTP OK - 3 ms"; "link OK again" is no such form. */
	if (size && word[size - 1] == ':')
		size--;
	else if (end - behind < 3 || memcmp(behind, " - ", 3) != 0)
		return -1;
	for (int i = 0; i < STATE_COUNT; i++) {
		const char *text = state_text((enum state)i);

		if (strlen(text) == size && memcmp(text, word, size) == 0)
			return i;
	}
	return -1;
}

/* Of line 1, in the first bytes and in front of the performance data. -1: it says none. */
static int state_of(const char *text, size_t size)
{
	const char *end = text + (size < HEAD_MAX ? size : HEAD_MAX);

	for (const char *p = text; p < end && *p != '\n' && *p != '|';) {
		const char *word = p;
		int state;

		while (p < end && *p != ' ' && *p != '\n' && *p != '|')
			p++;
		state = state_at(word, (size_t)(p - word), text + size);
		if (state >= 0)
			return state;
		while (p < end && *p == ' ')
			p++;
	}
	return -1;
}

int load_data_parse(const char *name, const char *text, size_t size,
    const struct spec_list *specs, struct record *ret, bool *ret_stateless, struct err *err)
{
	char id_text[24];
	size_t id_size = strcspn(name, ".");
	uint64_t id;
	int64_t due_ms;
	int state;

	if (id_size >= sizeof(id_text) || name[id_size] != '.')
		return err_set(err, -EBADMSG, "expected a file name SCHEDULEID.PROBETYPE");
	(void)snprintf(id_text, sizeof(id_text), "%.*s", (int)id_size, name);
	if (num_u64(id_text, &id, err) < 0)
		return -EBADMSG;
	due_ms = due_of(specs, id);
	state = state_of(text, size);
	*ret_stateless = state < 0;
	*ret = (struct record){ .scheduleid = id,
		.due_ms = due_ms,
		.last_due_ms = due_ms,
		.n_slots = 1,
		.outcome = OUTCOME_RUN,
		.attempts = 1,
		.exit_code = state < 0 ? STATE_OK : state,
		.output = text,
		.output_size = size,
		.reason = "" };
	return 0;
}
