/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Apart from vswitch.c, for who has such facts and no JSON. */
#include "config.h"

#include <string.h>

#include "lib/client/vswitch.h"

const struct vswitch_bridge *vswitch_bridge_find(
    const struct vswitch *vswitch, const char *name)
{
	for (size_t i = 0; i < vswitch->n_bridges; i++) {
		if (strcmp(vswitch->bridges[i].name, name) == 0)
			return &vswitch->bridges[i];
	}
	return NULL;
}

const char *vswitch_bridge_name(const struct vswitch *vswitch, uint32_t bridge)
{
	return bridge < vswitch->n_bridges ? vswitch->bridges[bridge].name : "";
}
