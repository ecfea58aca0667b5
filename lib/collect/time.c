/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/time.h"

#include <errno.h>
#include <string.h>

#include "lib/base/buf.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

void time_parse(const struct timex *timex, int state, struct time_status *ret)
{
	double max_error_s = (double)timex->maxerror / 1e6;

	*ret = (struct time_status){
		.synchronised =
		    !(timex->status & STA_UNSYNC) || max_error_s < TIME_ERROR_LIMIT_S,
		.offset_s = (double)timex->offset / (timex->status & STA_NANO ? 1e9 : 1e6),
		.max_error_s = max_error_s,
		.est_error_s = (double)timex->esterror / 1e6,
		/* ppm with 16 bits of fraction. */
		.frequency_ppm = (double)timex->freq / 65536,
		.tai_s = timex->tai,
		.leap = state == TIME_INS || timex->status & STA_INS   ? 1
			: state == TIME_DEL || timex->status & STA_DEL ? -1
								       : 0,
	};
}

/* Whether the tree is of the kernel that this process runs on. */
static bool is_this_kernel(const struct fsroot *root)
{
	const struct fsroot live = FSROOT_LIVE;
	CLEANUP_BUF struct buf here = BUF_INIT_MAX(4096), there = BUF_INIT_MAX(4096);

	if (root->live)
		return true;
	return fsroot_read(&live, BOOT_ID, &here, NULL) == 0 &&
	       fsroot_read(root, BOOT_ID, &there, NULL) == 0 && here.size > 0 &&
	       strcmp(buf_text(&here), buf_text(&there)) == 0;
}

int time_read(const struct fsroot *root, struct time_status *ret, struct err *err)
{
	struct timex timex = { .modes = 0 };
	int state;

	if (!is_this_kernel(root))
		return err_set(err, -ENOENT, "cannot read the clock of another kernel");
	state = adjtimex(&timex);
	if (state < 0)
		return err_sys(err, -errno, "cannot read the kernel's clock by adjtimex");
	time_parse(&timex, state, ret);
	return 0;
}
