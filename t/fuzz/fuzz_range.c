/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <math.h>

#include "lib/base/cleanup.h"
#include "lib/check/range.h"
#include "t/fuzz/fuzz.h"

/* What was read is written so that it is read again as the same range. */
static void check_again(const struct range *range)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct range again;

	range_format(range, false, &text);
	fuzz_promise(range_parse(buf_text(&text), UNIT_NONE, &again, NULL) == 0);
	fuzz_promise(again.inside == range->inside);
	fuzz_promise(again.start == range->start ||
		     fabs(again.start - range->start) <= 1e-6 * (1 + fabs(range->start)));
	fuzz_promise(again.end == range->end ||
		     fabs(again.end - range->end) <= 1e-6 * (1 + fabs(range->end)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_FREE char *text = fuzz_text(data, size);

	for (int unit = UNIT_NONE; unit <= UNIT_COUNTER; unit++) {
		CLEANUP_BUF struct buf out = BUF_INIT;
		struct err err = ERR_INIT;
		struct range range;

		if (range_parse(text, (enum unit)unit, &range, &err) < 0) {
			fuzz_promise(err.text[0] != '\0');
			continue;
		}
		fuzz_promise(!isnan(range.start) && !isnan(range.end));
		fuzz_promise(range.start <= range.end);
		fuzz_promise(
		    range_alerts(&range, range.end) == range.inside || isinf(range.end));
		range_reason(&range, (enum unit)unit, 1.5, &out);
		range_format(&range, true, &out);
		check_again(&range);
	}
	return 0;
}
