/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <math.h>

#include "lib/client/chrony.h"
#include "t/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = ERR_INIT;
	struct chrony chrony = { .stratum = 4242 };

	if (chrony_parse(data, size, &chrony, &err) < 0) {
		fuzz_promise(chrony.stratum == 4242);
		fuzz_promise(err.text[0] != '\0');
		return 0;
	}
	fuzz_promise(memchr(chrony.source, '\0', sizeof(chrony.source)) != NULL);
	fuzz_promise(isfinite(chrony.correction_s) && isfinite(chrony.root_dispersion_s));
	fuzz_promise(isfinite(chrony.updated_s) && chrony.updated_s >= 0);
	return 0;
}
