/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plugins/libvirt_guests.h"
#include "t/fuzz/fuzz.h"

/* A process's command line. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_FREE char *text = fuzz_text(data, size);
	struct guest guest;

	if (!guests_parse(text, strlen(text), &guest))
		return 0;
	fuzz_promise(strlen(guest.uuid) == LIBVIRT_UUID_SIZE - 1);
	fuzz_promise(strlen(guest.name) < LIBVIRT_NAME_SIZE);
	return 0;
}
