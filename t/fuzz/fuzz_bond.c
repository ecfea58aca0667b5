/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/bond.h"
#include "t/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bonds bonds = BONDS_INIT;

	if (bonds_parse((const char *)data, size, &bonds, NULL) < 0)
		return 0;
	for (size_t i = 0; i < bonds.n_items; i++) {
		const struct bond *bond = &bonds.items[i];

		fuzz_promise(bond->n_disabled <= bond->n_members);
		fuzz_promise(memchr(bond->disabled, '\0', sizeof(bond->disabled)) != NULL);
		fuzz_promise(memchr(bond->name, '\0', sizeof(bond->name)) != NULL);
	}
	bonds_free(&bonds);
	return 0;
}
