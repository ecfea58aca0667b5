/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/store/template.h"
#include "t/fuzz/fuzz.h"

static const char *value(const char *name, void *context)
{
	(void)context;
	fuzz_promise(*name && strlen(name) <= TEMPLATE_NAME_SIZE_MAX);
	return *name == 'x' ? NULL : "$(node.name)";
}

/* Any text is expanded or refused; and any text comes back from what stands for it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_BUF struct buf filled = BUF_INIT, escaped = BUF_INIT, back = BUF_INIT;
	char lacks[TEMPLATE_NAME_SIZE_MAX + 1];
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	(void)!template_expand(text, value, NULL, &filled, lacks, NULL);
	if (template_escape(text, &escaped) == 0) {
		fuzz_promise(
		    template_expand(buf_text(&escaped), value, NULL, &back, NULL, NULL) == 0);
		fuzz_promise(strcmp(buf_text(&back), text) == 0);
	}
	free(text);
	return 0;
}
