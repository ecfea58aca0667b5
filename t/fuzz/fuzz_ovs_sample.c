/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/health/ovs_sample.h"
#include "t/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_OVS_SAMPLE struct ovs_sample sample = OVS_SAMPLE_INIT;
	const struct vswitch_interface now = { .name = "p1",
		.counters = { .known = true, .in_drops = 2000 } };
	double rate[OVS_COUNTERS];

	if (ovs_sample_parse((const char *)data, size, &sample, NULL) < 0)
		return 0;
	for (size_t i = 0; i < sample.n_items; i++)
		fuzz_promise(sample.items[i].name_size > 0);
	if (ovs_sample_interface_rate(&sample, 10, &now, rate)) {
		for (size_t i = 0; i < OVS_COUNTERS; i++)
			fuzz_promise(rate[i] >= 0);
	}
	return 0;
}
