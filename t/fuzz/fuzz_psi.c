/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/psi.h"
#include "t/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct psi psi;

	if (psi_parse((const char *)data, size, &psi, NULL) < 0)
		return 0;
	fuzz_promise(psi.some.avg10 >= 0 && psi.some.avg10 <= 100);
	if (psi.has_full)
		fuzz_promise(psi.full.avg300 >= 0 && psi.full.avg300 <= 100);
	return 0;
}
