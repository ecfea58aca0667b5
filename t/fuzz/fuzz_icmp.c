/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/icmp.h"
#include "t/fuzz/fuzz.h"

/* A packet, as each kind of socket gives it: the first byte chooses the kind. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct icmp icmp = { .fd = -1, .id = 0x4142, .cookie = 0x4847464544434241 };
	uint16_t sequence = 0;

	if (size == 0)
		return 0;
	icmp.family = data[0] & 1 ? AF_INET6 : AF_INET;
	icmp.raw = (data[0] & 2) != 0;
	if (icmp_parse(&icmp, data + 1, size - 1, &sequence))
		fuzz_promise(memmem(data, size, &icmp.cookie, sizeof(icmp.cookie)) != NULL);
	return 0;
}
