/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * URLs are made of parts here, never taken apart.
 */
#ifndef HAETAE_CLIENT_URL_H
#define HAETAE_CLIENT_URL_H

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"

/* Appends text with all but letters, digits and "-._~" as %XX (RFC 3986, 2.3). */
void url_escape(const char *text, struct buf *buf);

/* Appends "https://[::1]:15671" of an address as address_split takes it. -EINVAL where that
 * fails, or the host has a sign that would end it in a URL. */
int url_make(const char *scheme, const char *address, const char *default_port, struct buf *buf,
    struct err *err) ATTR_MUST_CHECK;

#endif
