/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/passwd.h"
#include "t/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	char name[PASSWD_NAME_SIZE];
	uint32_t uid;

	if (passwd_find_uid(text, size, 0, name))
		fuzz_promise(memchr(name, '\0', sizeof(name)) != NULL);
	(void)passwd_find_name(text, size, "root", &uid);
	return 0;
}
