/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <math.h>

#include "lib/client/modstatus.h"
#include "t/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct modstatus status = { .busy = 4242 };
	struct err err = ERR_INIT;
	size_t all = 0;

	if (modstatus_parse(text, size, &status, &err) < 0) {
		fuzz_promise(status.busy == 4242);
		fuzz_promise(err.text[0] != '\0');
	} else {
		fuzz_promise(isfinite(status.busy) && isfinite(status.idle));
		for (int i = 0; i < MODSTATUS_N_WORKERS; i++)
			all += status.workers[i];
		fuzz_promise(all <= size);
	}
	free(text);
	return 0;
}
