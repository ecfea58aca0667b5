/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>

#include "lib/client/url.h"
#include "t/tap.h"

static void test_make(const char *address, int code, const char *want)
{
	CLEANUP_BUF struct buf url = BUF_INIT;
	struct err err = ERR_INIT;

	is_num(url_make("http", address, "80", &url, &err), code, address);
	is_str(buf_text(&url), want, want);
}

int main(void)
{
	CLEANUP_BUF struct buf buf = BUF_INIT;

	test_make("host", 0, "http://host:80");
	test_make("host:81", 0, "http://host:81");
	test_make("::1", 0, "http://[::1]:80");
	test_make("[::1]:81", 0, "http://[::1]:81");
	test_make("me@host", -EINVAL, "");
	test_make("host/path", -EINVAL, "");
	test_make("host?", -EINVAL, "");
	test_make("host#", -EINVAL, "");
	test_make("host\r\nx", -EINVAL, "");
	test_make("", -EINVAL, "");
	url_escape("/a b%\xc3\xa9-._~Z9?&", &buf);
	is_str(buf_text(&buf), "%2Fa%20b%25%C3%A9-._~Z9%3F%26", "all but the unreserved");
	return tap_done();
}
