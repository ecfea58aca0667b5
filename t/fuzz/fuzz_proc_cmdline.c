/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/cleanup.h"
#include "lib/collect/proc_cmdline.h"
#include "t/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_FREE char *text = fuzz_text(data, size);
	size_t clean = proc_cmdline_clean(text, size);

	fuzz_promise(clean <= size);
	fuzz_promise(memchr(text, '\0', clean) == NULL);
	fuzz_promise(clean == 0 || text[clean - 1] != ' ');
	(void)proc_cmdline_has_program(text, clean, "check_x");
	return 0;
}
