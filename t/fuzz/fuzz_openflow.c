/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/openflow.h"
#include "t/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct openflow_aggregate aggregate = { .flows = 4242 };
	struct err err = ERR_INIT;
	unsigned version = 4242;

	if (openflow_hello_parse(data, size, &version, &err) < 0)
		fuzz_promise(version == 4242 && err.text[0] != '\0');
	else
		fuzz_promise(version >= OPENFLOW_10 && version <= OPENFLOW_15);
	if (openflow_aggregate_parse(data, size, &aggregate, NULL) < 0)
		fuzz_promise(aggregate.flows == 4242);
	else
		fuzz_promise(aggregate.flows <= UINT32_MAX);
	return 0;
}
