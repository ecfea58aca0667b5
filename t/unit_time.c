/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/time.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "t/tap.h"

static struct time_status parse(int status, long max_error_us, int state)
{
	struct timex timex = {
		.status = status,
		.maxerror = max_error_us,
		.esterror = 250,
		.offset = -1500,
		.freq = -65536 * 20 - 32768,
		.tai = 37,
	};
	struct time_status ret;

	time_parse(&timex, state, &ret);
	return ret;
}

static void test_parse(void)
{
	struct time_status time = parse(STA_PLL | STA_NANO, 30000, TIME_OK);

	ok(time.synchronised, "a kernel that ntpd keeps");
	is_num(time.offset_s, -1.5e-6, "offset in nanoseconds");
	is_num(time.max_error_s, 0.03, "maximum error in microseconds");
	is_num(time.est_error_s, 0.00025, "estimated error in microseconds");
	is_num(time.frequency_ppm, -20.5, "frequency");
	is_num(time.tai_s, 37, "TAI");
	is_num(time.leap, 0, "no leap second");
	is_num(parse(STA_PLL, 0, TIME_OK).offset_s, -0.0015, "offset in microseconds");

	ok(!parse(STA_UNSYNC, 16000000, TIME_ERROR).synchronised, "a kernel that nobody keeps");
	ok(parse(STA_UNSYNC, 900, TIME_ERROR).synchronised, "chronyd without rtcsync");
	ok(parse(STA_PLL, 16000000, TIME_OK).synchronised, "the flag is not set");
	is_num(parse(STA_INS, 0, TIME_INS).leap, 1, "a second more");
	is_num(parse(STA_DEL, 0, TIME_OK).leap, -1, "a second less");
}

static void test_read(void)
{
	CLEANUP_BUF struct buf path = BUF_INIT;
	struct fsroot root = FSROOT_LIVE;
	struct err err = ERR_INIT;
	struct time_status time;

	is_num(time_read(&root, &time, &err), 0, "the live clock is read");
	ok(time.max_error_s >= 0, "and has a maximum error");
	is_num(fsroot_open("/./", &root, &err), 0, "the same kernel by another path");
	is_num(time_read(&root, &time, &err), 0, "has the same clock");
	fsroot_close(&root);
	buf_addf(&path, "%s/t/data/root-zed", getenv("srcdir") ? getenv("srcdir") : ".");
	is_num(fsroot_open(path.data, &root, &err), 0, "a captured tree");
	is_num(time_read(&root, &time, &err), -ENOENT, "has no clock");
	is_str(err.text, "cannot read the clock of another kernel", "and says so");
	fsroot_close(&root);
}

int main(void)
{
	test_parse();
	test_read();
	return tap_done();
}
