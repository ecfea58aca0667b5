/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <math.h>

#include "lib/base/cleanup.h"
#include "scheduler/status.h"
#include "t/fuzz/fuzz.h"

/* The same text again, as an older and as a newer print of it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_FREE char *copy = fuzz_text(data, size);
	struct status_values values = { 0 }, again;

	status_values_add(&values, copy, 1000);
	fuzz_promise(values.n_processes <= STATUS_PROCESSES);
	fuzz_promise(strlen(values.mount) < STATUS_NAME_SIZE);
	for (size_t i = 0; i < STATUS_METRICS; i++) {
		fuzz_promise(values.ms[i] == 0 || values.ms[i] == 1000);
		fuzz_promise(isfinite(values.values[i]));
	}
	fuzz_promise(isfinite(values.disk_size));
	again = values;
	status_values_add(&again, copy, 500);
	fuzz_promise(status_values_oldest(&again) == status_values_oldest(&values));
	status_values_add(&again, copy, 2000);
	fuzz_promise(status_values_oldest(&again) == 2 * status_values_oldest(&values));
	fuzz_promise(again.n_processes == values.n_processes);
	return 0;
}
