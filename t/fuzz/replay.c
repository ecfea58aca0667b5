/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs every file of a target's corpus folder through the target, and prints TAP. A
 * target that finds a broken promise aborts, which the TAP driver counts as a failure.
 */
#include "config.h"

#include <dirent.h>
#include <sys/stat.h>

#include "lib/base/buf.h"
#include "lib/base/cleanup.h"
#include "t/fuzz/fuzz.h"
#include "t/tap.h"

static bool replay(const char *path)
{
	CLEANUP_FCLOSE FILE *file = fopen(path, "re");
	CLEANUP_FREE uint8_t *data = NULL;
	struct stat st;
	size_t size;

	if (!file || fstat(fileno(file), &st) < 0)
		return false;
	size = (size_t)st.st_size;
	/* Exactly as large as the input, so that ASan sees a byte too many. */
	data = malloc(size);
	if ((!data && size > 0) || (size > 0 && fread(data, 1, size, file) != size))
		return false;
	(void)LLVMFuzzerTestOneInput(data, size);
	return true;
}

int main(int argc, char **argv)
{
	const char *srcdir = getenv("srcdir");
	const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
	const char *name = slash ? slash + 1 : "";
	CLEANUP_BUF struct buf folder = BUF_INIT;
	CLEANUP_CLOSEDIR DIR *dir = NULL;
	const struct dirent *entry;

	if (strncmp(name, "fuzz_", 5) == 0)
		name += 5;
	buf_addf(&folder, "%s/t/fuzz/corpus/%s", srcdir ? srcdir : ".", name);
	dir = opendir(buf_text(&folder));
	ok(dir != NULL, "the corpus of %s is there", name);
	while (dir && (entry = readdir(dir)) != NULL) {
		CLEANUP_BUF struct buf path = BUF_INIT;

		if (entry->d_name[0] == '.')
			continue;
		buf_addf(&path, "%s/%s", buf_text(&folder), entry->d_name);
		ok(replay(buf_text(&path)), "%s", entry->d_name);
		fflush(stdout);
	}
	return tap_done();
}
