/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <math.h>

#include "lib/client/datapath.h"
#include "t/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct datapaths datapaths;

	datapaths_parse((const char *)data, size, &datapaths);
	datapaths_parse_limits((const char *)data, size, &datapaths);
	fuzz_promise(datapaths.n_items <= DATAPATHS_MAX);
	for (size_t i = 0; i < datapaths.n_items; i++) {
		const struct datapath *one = &datapaths.items[i];

		fuzz_promise(one->name[0] != '\0');
		fuzz_promise(memchr(one->name, '\0', sizeof(one->name)) != NULL);
		fuzz_promise(!one->has_masks || isfinite(one->masks_per_packet));
	}
	return 0;
}
