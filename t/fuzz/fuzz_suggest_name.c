/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/pattern.h"
#include "lib/collect/proc_cmdline.h"
#include "lib/health/suggest_name.h"
#include "t/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct suggest_name found;
	struct pattern pattern = { 0 };
	char *line = malloc(size + 1);
	enum suggest_kind kind;

	if (!line)
		return 0;
	memcpy(line, data, size);
	size = proc_cmdline_clean(line, size);
	line[size] = '\0';
	kind = suggest_name_find(line, size, &found);
	if (kind == SUGGEST_SERVICE || kind == SUGGEST_MONITOR) {
		fuzz_promise(found.name[0] != '\0' && strlen(found.name) < sizeof(found.name));
		fuzz_promise(strlen(found.match) < sizeof(found.match));
		/* The pattern finds what it was made of. */
		fuzz_promise(pattern_compile(found.match, &pattern, NULL) == 0);
		fuzz_promise(pattern_found(&pattern, line, size));
		pattern_free(&pattern);
	}
	free(line);
	return 0;
}
