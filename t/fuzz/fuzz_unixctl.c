/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/unixctl.h"
#include "t/fuzz/fuzz.h"

/* A stream of answers, as a control socket sends it, and the pid in a pidfile. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data, *text = NULL;
	struct json_scan scan = JSON_SCAN_INIT;
	struct err err = ERR_INIT;
	size_t used = 0, text_size = 0;
	int32_t pid = 4242;

	if (unixctl_pid_parse(bytes, size, &pid, NULL) < 0)
		fuzz_promise(pid == 4242);
	else
		fuzz_promise(pid > 0);
	while (size > 0) {
		struct json *answer = NULL;

		if (json_parse_next(&scan, bytes, size, &answer, &used, NULL) < 0)
			return 0;
		fuzz_promise(used > 0 && used <= size);
		if (unixctl_parse(answer, &text, &text_size, &err) < 0)
			fuzz_promise(err.text[0] != '\0');
		else
			fuzz_promise(text[text_size] == '\0');
		json_free(answer);
		bytes += used;
		size -= used;
	}
	return 0;
}
