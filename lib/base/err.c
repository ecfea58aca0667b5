/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return code;
	va_start(ap, fmt);
	(void)vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return code;
}

int err_sys(struct err *err, int code, const char *fmt, ...)
{
	char words[128];
	va_list ap;
	size_t used;

	if (!err)
		return code;
	va_start(ap, fmt);
	(void)vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	used = strlen(err->text);
	/* The words of strerror may lie in a buffer that all threads share. */
	(void)snprintf(err->text + used, sizeof(err->text) - used, ": %s",
	    strerror_r(code < 0 ? -code : code, words, sizeof(words)));
	return code;
}

void err_prefix(struct err *err, const char *fmt, ...)
{
	struct err old;
	va_list ap;
	size_t used;

	if (!err)
		return;
	old = *err;
	va_start(ap, fmt);
	(void)vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	used = strlen(err->text);
	(void)snprintf(err->text + used, sizeof(err->text) - used, ": %s", old.text);
}
