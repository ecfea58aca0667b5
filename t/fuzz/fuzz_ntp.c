/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <math.h>

#include "lib/client/ntp.h"
#include "t/fuzz/fuzz.h"

static void check(int r, const struct ntp *ntp, const struct err *err)
{
	if (r < 0) {
		fuzz_promise(ntp->stratum == 4242);
		fuzz_promise(err->text[0] != '\0');
		return;
	}
	fuzz_promise(memchr(ntp->source, '\0', sizeof(ntp->source)) != NULL);
	fuzz_promise(isfinite(ntp->offset_s) && isfinite(ntp->root_delay_s));
	fuzz_promise(ntp->stratum <= NTP_STRATUM_MAX);
}

/* The same bytes as a server's answer and as ntpd's variables. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = ERR_INIT;
	struct ntp ntp = { .stratum = 4242 };

	check(ntp_parse_time(data, size, UINT64_C(0x0102030405060708), 1, 2, &ntp, &err), &ntp,
	    &err);
	err.text[0] = '\0';
	ntp.stratum = 4242;
	check(ntp_parse_vars((const char *)data, size, &ntp, &err), &ntp, &err);
	return 0;
}
