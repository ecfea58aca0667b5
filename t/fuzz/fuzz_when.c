/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/when.h"
#include "t/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	int64_t now_ms = INT64_C(1795294589000), ms = 0;

	for (int utc = 0; utc < 2; utc++) {
		if (when_parse(text, now_ms, utc != 0, &ms, NULL) == 0)
			fuzz_promise(ms <= INT64_C(253402387200000));
	}
	free(text);
	return 0;
}
