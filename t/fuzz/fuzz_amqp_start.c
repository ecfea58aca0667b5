/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/amqp_start.h"
#include "t/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = ERR_INIT;
	struct amqp_start start = { .product = "untouched" };
	ssize_t whole = amqp_frame_size(data, size, &err);
	unsigned char *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	fuzz_promise(whole >= 0 || err.text[0] != '\0');
	/* Without a byte to spare behind it. */
	if (size > 0)
		memcpy(copy, data, size);
	if (amqp_start_parse(copy, size, &start, &err) < 0) {
		fuzz_promise(strcmp(start.product, "untouched") == 0);
		fuzz_promise(err.text[0] != '\0');
	}
	free(copy);
	return 0;
}
