/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/rates.h"
#include "t/fuzz/fuzz.h"

/* The first half is the earlier sample, the second the later; and the whole since boot. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_BUF struct buf earlier = BUF_INIT, later = BUF_INIT, whole = BUF_INIT;
	struct rates rates;

	buf_add(&earlier, data, size / 2);
	buf_add(&later, data + size / 2, size - size / 2);
	buf_add(&whole, data, size);
	if (rates_parse(&earlier, &later, 0.5, &rates, NULL) == 0) {
		fuzz_promise(
		    !rates.has_cpu || (rates.cpu.busy >= 0 && rates.cpu.busy <= 100.1));
		fuzz_promise(!rates.has_net || rates.net.in >= 0);
	}
	if (rates_parse(NULL, &whole, 0.5, &rates, NULL) == 0 && rates.has_io)
		fuzz_promise(rates.io.busy >= 0 && rates.io.busy <= 100 &&
			     memchr(rates.busiest, '\0', sizeof(rates.busiest)) != NULL);
	return 0;
}
