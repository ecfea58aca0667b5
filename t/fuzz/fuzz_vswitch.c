/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/vswitch.h"
#include "t/fuzz/fuzz.h"

/* Any JSON as the answer of a database. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vswitch vswitch = VSWITCH_INIT;
	struct err err = ERR_INIT;
	struct json *answer = NULL;

	if (json_parse((const char *)data, size, &answer, NULL) < 0)
		return 0;
	if (vswitch_parse(answer, &vswitch, &err) < 0) {
		fuzz_promise(vswitch.answer == NULL && vswitch.bridges == NULL);
		fuzz_promise(err.text[0] != '\0');
		return 0;
	}
	fuzz_promise(vswitch.version && vswitch.schema);
	for (size_t i = 0; i < vswitch.n_bridges; i++) {
		fuzz_promise(vswitch.bridges[i].name && vswitch.bridges[i].fail_mode);
		fuzz_promise(
		    vswitch.bridges[i].n_connected <= vswitch.bridges[i].n_controllers);
	}
	for (size_t i = 0; i < vswitch.n_interfaces; i++) {
		const struct vswitch_interface *one = &vswitch.interfaces[i];

		fuzz_promise(one->name && one->type && one->error);
		fuzz_promise(
		    one->bridge == VSWITCH_NO_BRIDGE || one->bridge < vswitch.n_bridges);
	}
	for (size_t i = 0; i < vswitch.n_controllers; i++)
		fuzz_promise(vswitch.controllers[i].target && vswitch.controllers[i].role);
	vswitch_free(&vswitch);
	return 0;
}
