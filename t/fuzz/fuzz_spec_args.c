/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/buf.h"
#include "lib/store/spec.h"
#include "t/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	size_t n;
	char **args;

	if (spec_args_parse((const char *)data, size, &args, &n, NULL) < 0)
		return 0;
	fuzz_promise(n <= SPEC_ARGS_MAX && args[n] == NULL);
	/* There is one way to write them. */
	fuzz_promise(spec_args_text(args, n, &text) == 0);
	fuzz_promise(text.size == size && (size == 0 || memcmp(text.data, data, size) == 0));
	spec_args_free(args, n);
	return 0;
}
