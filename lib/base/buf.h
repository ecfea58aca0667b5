/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A growable text buffer with a stated maximum. data is always NUL-terminated
 * once anything was added; bytes may contain NUL. A failure (no memory, or past
 * max) is kept in .error: a caller may add many times and look once. After a
 * failure nothing more is added, so that what is there is a whole prefix.
 */
#ifndef HAETAE_BASE_BUF_H
#define HAETAE_BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

#include "lib/base/attr.h"
#include "lib/base/cleanup.h"

struct buf {
	char *data;  /* NULL until the first add; buf_text() is never NULL */
	size_t size; /* bytes in use, without the NUL */
	size_t room; /* bytes allocated */
	size_t max;  /* largest size allowed */
	int error;   /* 0, -ENOMEM, or -E2BIG once something did not fit */
};

/* The default maximum: 16 MiB is above any file that a fact is read from. */
#define BUF_MAX_DEFAULT ((size_t)16 << 20)
#define BUF_INIT                       \
	{                              \
		.max = BUF_MAX_DEFAULT \
	}
#define BUF_INIT_MAX(bytes)    \
	{                      \
		.max = (bytes) \
	}
#define CLEANUP_BUF CLEANUP(buf_free)

/* Each returns 0 or the buffer's error. */
int buf_add(struct buf *buf, const void *data, size_t size);
int buf_adds(struct buf *buf, const char *text);
int buf_addc(struct buf *buf, char c);
int buf_addf(struct buf *buf, const char *fmt, ...) ATTR_PRINTF(2, 3);
int buf_vaddf(struct buf *buf, const char *fmt, va_list ap) ATTR_PRINTF(2, 0);

/* Makes room for size more bytes and returns where they go, or NULL. The caller
 * then raises buf->size by what it wrote and calls buf_terminate. */
char *buf_reserve(struct buf *buf, size_t size);
void buf_terminate(struct buf *buf);

/* Forgets the content and the error, keeps the memory. */
void buf_reset(struct buf *buf);
/* Cuts to size bytes if longer. */
void buf_cut(struct buf *buf, size_t size);
/* The text, "" if nothing was added. Owned by the buffer. */
const char *buf_text(const struct buf *buf);
/* Releases the memory; the buffer is as new, with its old maximum. */
void buf_free(struct buf *buf);

#endif
