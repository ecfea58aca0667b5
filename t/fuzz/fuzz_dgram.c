/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/num.h"
#include "lib/client/dgram.h"
#include "t/fuzz/fuzz.h"

/* An address as an operator may write it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_FREE char *text = fuzz_text(data, size);
	char host[ADDRESS_HOST_SIZE], port[ADDRESS_PORT_SIZE];
	struct err err = ERR_INIT;
	uint64_t number;

	if (address_split(text, "123", host, port, &err) < 0) {
		fuzz_promise(err.text[0] != '\0');
		return 0;
	}
	fuzz_promise(host[0] != '\0' && strstr(text, host) != NULL);
	fuzz_promise(num_u64(port, &number, NULL) == 0 && number > 0 && number < 65536);
	return 0;
}
