/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/pack.h"
#include "scheduler/handover.h"
#include "t/fuzz/fuzz.h"

static void check_file(const char *text, size_t size)
{
	struct spec_list specs = { .n = 0 };
	struct claims claims = { .n_slots = 0 };
	uint32_t hostid;

	if (handover_parse_specs(text, size, &hostid, &specs, NULL) == 0) {
		for (size_t i = 0; i < specs.n; i++)
			fuzz_promise(spec_check_row(&specs.items[i], NULL) == 0);
		spec_list_free(&specs);
	}
	if (handover_parse_claims(text, size, &claims, NULL) == 0) {
		fuzz_promise(claims.n_slots <= size / 16);
		claims_free(&claims);
	}
}

static void add_frame(const char *part, size_t size, void *frames)
{
	fuzz_promise(frame_add(frames, part, size) == 0);
}

/* The input is the file as it stands, and then a file of frames that are whole: each begins
 * with a byte that is its size, so that the checksum stops nobody. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_BUF struct buf frames = BUF_INIT;

	check_file((const char *)data, size);
	fuzz_parts(data, size, add_frame, &frames);
	check_file(buf_text(&frames), frames.size);
	return 0;
}
