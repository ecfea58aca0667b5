/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/load_data.h"
#include "t/fuzz/fuzz.h"

/* Line 1 is the file's name, the rest is in it: both are other programs'. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct spec spec = { .specid = 1, .interval_ms = 1500, .phase_ms = 300 };
	const struct spec_list specs = { .items = &spec, .n = 1 };
	char *name = fuzz_text(data, size), *newline = strchr(name, '\n');
	size_t text_size = newline ? size - (size_t)(newline + 1 - name) : 0;
	struct record record;
	bool stateless;

	if (newline)
		*newline = '\0';
	if (load_data_parse(name, newline ? newline + 1 : "", text_size, &specs, &record,
		&stateless, NULL) == 0) {
		fuzz_promise(record.n_slots == 1 && record.due_ms == record.last_due_ms);
		fuzz_promise((uint32_t)record.scheduleid == (uint32_t)(record.due_ms / 1000));
		fuzz_promise(record.exit_code >= 0 && record.exit_code <= 3);
		fuzz_promise(!stateless || record.exit_code == 0);
		fuzz_promise(record.output_size == text_size);
	}
	free(name);
	return 0;
}
