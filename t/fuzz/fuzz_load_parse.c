/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <math.h>

#include "lib/base/utf8.h"
#include "scheduler/load_parse.h"
#include "t/fuzz/fuzz.h"

static void check_text(const char *text, size_t max)
{
	const char *end = text + strlen(text);

	fuzz_promise((size_t)(end - text) <= max);
	for (const char *p = text; p < end;) {
		size_t n = utf8_size(p, end);

		fuzz_promise(n > 0 && (n > 1 || (unsigned char)*p >= 0x20 || *p == '\n'));
		p += n;
	}
}

/* The output of a probe, whatever it is, gives rows that the store takes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record record = { .scheduleid = (uint64_t)1 << 32 | 5,
		.due_ms = 5000,
		.last_due_ms = 5000,
		.n_slots = 1,
		.outcome = OUTCOME_RUN,
		.output = (const char *)data,
		.output_size = size,
		.reason = "" };
	struct loadable loadable;

	if (loadable_init(&loadable, &record, NULL) == 0) {
		check_text(loadable.run.text, LOAD_TEXT_MAX);
		check_text(loadable.run.details, LOAD_DETAILS_MAX);
		fuzz_promise(loadable.run.n_values <= LOAD_VALUES_MAX);
		for (size_t i = 0; i < loadable.run.n_values; i++) {
			const struct db_value *value = &loadable.run.values[i];

			fuzz_promise(isfinite(value->value));
			fuzz_promise(*value->label != '\0' && strlen(value->label) <= 190);
			fuzz_promise(strlen(value->unit) <= 8 && strlen(value->warn) <= 63);
		}
	}
	loadable_free(&loadable);
	return 0;
}
