/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <math.h>

#include "lib/base/cleanup.h"
#include "lib/check/perf.h"
#include "t/fuzz/fuzz.h"

static void check_item(const struct perf_item *item, const char *start, const char *end)
{
	fuzz_promise(item->label >= start && item->label + item->label_size <= end);
	fuzz_promise(item->label_size > 0);
	fuzz_promise(isfinite(item->value));
	if (item->uom_size > 0)
		fuzz_promise(item->uom >= start && item->uom + item->uom_size <= end);
	if (item->rest_size > 0)
		fuzz_promise(item->rest >= start && item->rest + item->rest_size <= end);
}

static void check_label(const char *text)
{
	CLEANUP_BUF struct buf label = BUF_INIT;

	perf_label(text, &label);
	fuzz_promise(strpbrk(buf_text(&label), "'=|\n\r\t") == NULL);
	fuzz_promise(strstr(buf_text(&label), "::") == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_FREE char *copy = fuzz_text(data, size);
	const char *start = copy, *end = copy + size, *text = start;
	struct perf_item item;
	int r;

	do {
		const char *before = text;

		r = perf_next(&text, end, &item);
		fuzz_promise(text >= before && text <= end);
		if (r != 0)
			fuzz_promise(text > before);
		if (r > 0)
			check_item(&item, start, end);
	} while (r != 0);
	check_label(copy);
	return 0;
}
