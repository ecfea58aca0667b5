/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading segments, also damaged ones: every record that is whole is found, also behind one that
 * is not.
 *
 * A frame has no mark that would tell where it begins, and behind a damaged length the next one
 * may be anywhere. So each byte behind a damage is taken for a beginning, until what is there is
 * a record: its version, the agreement of its slot with its time, texts that fill it exactly,
 * and at last its CRC-32C. Bytes that pass all of these by chance do not come up. A record that
 * a probe has printed, inside the output of one that is damaged, would pass; so would what the
 * probe writes into the spool, which is its own user's.
 */
#ifndef HAETAE_SCHEDULER_SEGMENT_READ_H
#define HAETAE_SCHEDULER_SEGMENT_READ_H

#include "scheduler/record.h"

struct segment_reader {
	const char *start, *p, *end;
	size_t budget; /* bytes whose checksum may still be computed in vain */
};

/* The text stays the caller's, and is there as long as the records. */
void segment_read(struct segment_reader *reader, const char *text, size_t size);

/* A part of a segment that is no record. */
struct segment_damage {
	size_t offset, size;
};

/* The next record: 1, or 0 at the end. -EBADMSG: *ret_damage is no record, *err says why; reading
 * goes on behind it. */
int segment_next(struct segment_reader *reader, struct record *ret,
    struct segment_damage *ret_damage, struct err *err) ATTR_MUST_CHECK;

#endif
