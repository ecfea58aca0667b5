/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/cleanup.h"
#include "lib/health/profile.h"
#include "t/fuzz/fuzz.h"

/* libconfig's scanner forgets a string that it was in the middle of. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig";
}

/* What was read is written, and read again as the same. */
static void check_written(const struct profile *profile, const struct profile_path *path)
{
	CLEANUP(profile_free) struct profile again = { 0 };
	CLEANUP_BUF struct buf first = BUF_INIT;
	struct err err = ERR_INIT;

	fuzz_promise(profile_write(profile, &first) == 0);
	fuzz_promise(
	    profile_parse(buf_text(&first), first.size, "fuzz", path, &again, &err) == 0);
	fuzz_promise(again.n_services == profile->n_services);
	for (size_t i = 0; i < again.n_services; i++) {
		const struct service_spec *a = profile->services[i], *b = again.services[i];

		fuzz_promise(strcmp(a->name, b->name) == 0);
		fuzz_promise(a->n_listens == b->n_listens && a->n_depends == b->n_depends);
		for (size_t k = 0; k < SERVICE_FACTS; k++)
			fuzz_promise(a->crit[k].is_set == b->crit[k].is_set &&
				     a->warn[k].is_set == b->warn[k].is_set);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct profile_path nowhere = { .n_dirs = 0 };
	struct profile profile = { 0 };
	struct err err = ERR_INIT;

	if (profile_parse((const char *)data, size, "fuzz", &nowhere, &profile, &err) < 0) {
		/* The file is named, whatever is wrong. */
		fuzz_promise(strstr(err.text, "fuzz:") != NULL);
		fuzz_promise(!profile.services && !profile.name);
		return 0;
	}
	fuzz_promise(profile.name && profile.title);
	check_written(&profile, &nowhere);
	profile_free(&profile);
	return 0;
}
