/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/temp.h"
#include "t/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	double celsius;

	if (temp_parse((const char *)data, size, &celsius, NULL) == 0)
		fuzz_promise(celsius >= -1000 && celsius <= 1000);
	return 0;
}
