/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/url.h"

#include <errno.h>
#include <string.h>

#include "lib/client/address.h"

void url_escape(const char *text, struct buf *buf)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~";

	for (; *text; text++) {
		if (strchr(plain, *text))
			buf_addc(buf, *text);
		else
			buf_addf(buf, "%%%02X", (unsigned)(unsigned char)*text);
	}
}

int url_make(const char *scheme, const char *address, const char *default_port, struct buf *buf,
    struct err *err)
{
	char host[ADDRESS_HOST_SIZE], port[ADDRESS_PORT_SIZE];
	int r = address_split(address, default_port, host, port, err);

	if (r < 0)
		return r;
	/* What would end the host in a URL, and send the credentials to another one. */
	if (strpbrk(host, "/?#@\\ \t\r\n"))
		return err_set(err, -EINVAL, "'%.60s' has no host", address);
	if (strchr(host, ':'))
		r = buf_addf(buf, "%s://[%s]:%s", scheme, host, port);
	else
		r = buf_addf(buf, "%s://%s:%s", scheme, host, port);
	return r < 0 ? err_sys(err, r, "cannot keep the URL") : 0;
}
