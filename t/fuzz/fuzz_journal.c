/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/pack.h"
#include "scheduler/journal.h"
#include "t/fuzz/fuzz.h"

static void check_journal(const char *text, size_t size)
{
	struct journal_state state;

	if (journal_parse(text, size, &state, NULL) < 0)
		return;
	/* Each open and each cursor came from an entry of its own. */
	fuzz_promise((state.n_opens + state.n_cursors) * FRAME_HEAD_SIZE <= size);
	for (size_t i = 0; i < state.n_opens; i++)
		fuzz_promise(memchr(state.opens[i].probetype, '\0',
				 sizeof(state.opens[i].probetype)) != NULL);
	journal_state_free(&state);
}

static void add_frame(const char *part, size_t size, void *frames)
{
	fuzz_promise(frame_add(frames, part, size) == 0);
}

/* The input as it stands, and as entries whose checksums are right: each begins with a byte
 * that is its size. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_BUF struct buf frames = BUF_INIT;

	check_journal((const char *)data, size);
	fuzz_parts(data, size, add_frame, &frames);
	check_journal(buf_text(&frames), frames.size);
	return 0;
}
