/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/mounts.h"
#include "t/fuzz/fuzz.h"

static bool ends_in_slash(const char *text)
{
	size_t size = strlen(text);

	return size > 0 && text[size - 1] == '/';
}

static void check(const char *text, size_t size, bool table)
{
	CLEANUP_MOUNTS struct mounts mounts = MOUNTS_INIT;

	if (mounts_parse(text, size, table, &mounts, NULL) < 0)
		return;
	for (size_t i = 0; i < mounts.n_items; i++) {
		const struct mount *mount = &mounts.items[i];

		fuzz_promise(mount->point && mount->root && mount->type && mount->source);
		fuzz_promise(strlen(mount->point) <= size && strlen(mount->source) <= size);
		(void)mounts_by_default(mount);
		/* The kernel prints no slash at the end. */
		if (!mount->hidden && !ends_in_slash(mount->point))
			fuzz_promise(mounts_at(&mounts, mount->point) != NULL);
		(void)mounts_holding(&mounts, mount->point);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check((const char *)data, size, false);
	check((const char *)data, size, true);
	return 0;
}
