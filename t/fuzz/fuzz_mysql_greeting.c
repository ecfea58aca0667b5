/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/mysql_greeting.h"
#include "t/fuzz/fuzz.h"

/* The payload alone, without a byte to spare behind it. */
static void parse(const uint8_t *data, size_t size)
{
	unsigned char *copy = malloc(size ? size : 1);
	struct mysql_greeting greeting = { .protocol = 4242 };
	struct err err = ERR_INIT;

	if (!copy)
		abort();
	if (size > 0)
		memcpy(copy, data, size);
	if (mysql_greeting_parse(copy, size, &greeting, &err) < 0) {
		fuzz_promise(greeting.protocol == 4242);
		fuzz_promise(err.text[0] != '\0');
	} else {
		fuzz_promise(greeting.protocol == 10 || greeting.protocol == 0);
		fuzz_promise(memchr(greeting.version, '\0', sizeof(greeting.version)));
		fuzz_promise(memchr(greeting.message, '\0', sizeof(greeting.message)));
	}
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ssize_t whole = mysql_packet_size(data, size, NULL);

	fuzz_promise(whole <= 4 + MYSQL_PACKET_MAX);
	if (whole > 4 && (size_t)whole <= size)
		parse(data + 4, (size_t)whole - 4);
	parse(data, size);
	return 0;
}
