/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers and texts as bytes (little-endian, texts with a length in front), and frames
 * around them: length, CRC-32C, payload. What the scheduler's stages hand to each other
 * in files is frames, so a torn or damaged end is always seen.
 */
#ifndef HAETAE_BASE_PACK_H
#define HAETAE_BASE_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"

/* A payload above this is damage. */
enum { FRAME_PAYLOAD_MAX = 4 << 20, FRAME_HEAD_SIZE = 8 };

/* Adding: failures are kept in buf->error. */
void pack_u32(struct buf *buf, uint32_t value);
void pack_u64(struct buf *buf, uint64_t value);
void pack_i64(struct buf *buf, int64_t value);
void pack_text(struct buf *buf, const char *text, size_t size);

/* Reading: what is not there sets .bad and gives 0 or "". */
struct unpack {
	const char *p, *end;
	bool bad;
};
uint32_t unpack_u32(struct unpack *in);
uint64_t unpack_u64(struct unpack *in);
int64_t unpack_i64(struct unpack *in);
/* The text stays where it is, without a NUL. */
const char *unpack_text(struct unpack *in, size_t *ret_size);
/* A copy with a NUL, or NULL (also for a text with a NUL inside, which sets .bad). */
char *unpack_strdup(struct unpack *in) ATTR_MUST_CHECK;
/* Whether all was there and nothing is left. */
bool unpack_done(const struct unpack *in);

/* Appends a frame around the payload. */
int frame_add(struct buf *buf, const char *payload, size_t size);
/* The next frame at *p: 1 with the payload and *p behind it, 0 at the end, -EBADMSG for a
 * torn or damaged one (*p stays). */
int frame_next(const char **p, const char *end, const char **ret_payload,
    size_t *ret_size) ATTR_MUST_CHECK;

#endif
