/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/diskio.h"
#include "t/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_DISKIO struct diskio diskio = DISKIO_INIT;

	if (diskio_parse((const char *)data, size, &diskio, NULL) < 0)
		return 0;
	for (size_t i = 0; i < diskio.n_devices; i++) {
		const struct diskio_device *device = &diskio.devices[i];
		struct diskio_rate rate;

		fuzz_promise(memchr(device->name, '\0', sizeof(device->name)) != NULL);
		fuzz_promise(diskio_find(&diskio, device->name, i) != NULL);
		if (diskio_rate(i ? device - 1 : NULL, device, 0.5, &rate) == 0)
			fuzz_promise(rate.busy >= 0 && rate.busy <= 100);
	}
	return 0;
}
