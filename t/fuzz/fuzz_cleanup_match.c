/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/cleanup_match.h"
#include "t/fuzz/fuzz.h"

/* A span that is found points into what was given. */
static bool is_within(const struct cleanup_span *span, const char *text, size_t size)
{
	return span->size == 0 ||
	       (span->text >= text && span->size <= size - (size_t)(span->text - text));
}

/* The first line is the program's path, what follows are the arguments. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	size_t exe_size = strcspn(text, "\n");
	char *exe = strndup(text, exe_size), *args = NULL;
	size_t args_size = exe_size < size ? size - exe_size - 1 : 0;
	struct cleanup_names names;
	const char *where = NULL;

	args = malloc(args_size ? args_size : 1);
	if (!exe || !args)
		abort();
	if (args_size)
		memcpy(args, text + exe_size + 1, args_size);
	cleanup_names_set(exe, args, args_size, &names);
	fuzz_promise(is_within(&names.exe, exe, strlen(exe)));
	fuzz_promise(is_within(&names.argv0, args, args_size));
	fuzz_promise(is_within(&names.script, args, args_size));
	fuzz_promise(!cleanup_names_find(&names, "gnuplot", &where) == !where);
	(void)cleanup_names_have(&names, "mariadbd");
	free(exe);
	free(args);
	free(text);
	return 0;
}
