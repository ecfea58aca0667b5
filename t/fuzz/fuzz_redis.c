/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/redis.h"
#include "t/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct redis_info info = { .version = "untouched" };
	struct err err = ERR_INIT;
	size_t at = 0;

	/* As the connection does: reply after reply, each by what it says that it takes. */
	while (at < size) {
		struct redis_reply reply = { .number = 4242 };
		ssize_t taken = redis_parse(text + at, size - at, &reply, &err);

		if (taken <= 0) {
			fuzz_promise(reply.number == 4242);
			fuzz_promise(taken == 0 || err.text[0] != '\0');
			break;
		}
		fuzz_promise((size_t)taken <= size - at);
		fuzz_promise(!reply.text || (reply.text >= text + at &&
						reply.text + reply.size <= text + at + taken));
		(void)redis_is_error(&reply, "NOAUTH");
		at += (size_t)taken;
	}
	if (redis_info_parse(text, size, &info, &err) < 0)
		fuzz_promise(strcmp(info.version, "untouched") == 0);
	else
		fuzz_promise(info.version[0] != '\0');
	free(text);
	return 0;
}
