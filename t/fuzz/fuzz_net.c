/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/net.h"
#include "t/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_NET struct net net = NET_INIT;

	if (net_parse((const char *)data, size, &net, NULL) < 0)
		return 0;
	for (size_t i = 0; i < net.n_interfaces; i++) {
		const struct net_interface *interface = &net.interfaces[i];
		struct net_rate rate;

		fuzz_promise(memchr(interface->name, '\0', sizeof(interface->name)) != NULL);
		fuzz_promise(net_find(&net, interface->name, i) != NULL);
		(void)net_name_is_virtual(interface->name);
		if (net_rate(i ? interface - 1 : NULL, interface, 0.5, &rate) == 0)
			fuzz_promise(rate.in >= 0 && rate.out >= 0);
	}
	return 0;
}
