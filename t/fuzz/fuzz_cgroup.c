/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/cgroup.h"
#include "t/fuzz/fuzz.h"

static void check_span(struct cgroup_span span, const uint8_t *data, size_t size)
{
	const char *start = (const char *)data;

	if (span.text)
		fuzz_promise(span.text >= start && span.text + span.size <= start + size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *end = text + size;
	struct cgroup_line line;
	struct cgroup cgroup;
	int r = size > 0 ? 1 : 0;

	while (r != 0) {
		const char *before = text;

		r = cgroup_next(&text, end, &line);
		fuzz_promise(r == 0 || (text > before && text <= end));
		if (r > 0) {
			check_span(line.path, data, size);
			check_span(line.controllers, data, size);
		}
	}
	if (cgroup_parse((const char *)data, size, &cgroup, NULL) < 0)
		return 0;
	check_span(cgroup.path, data, size);
	check_span(cgroup.unit, data, size);
	check_span(cgroup.user_unit, data, size);
	(void)cgroup_in_unit(&cgroup, "nova-*");
	(void)cgroup_in_unit(&cgroup, "ssh");
	return 0;
}
