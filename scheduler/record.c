/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/record.h"

#include <errno.h>
#include <string.h>

#include "lib/base/pack.h"

/* Grows when the fields below change: an older program refuses what it cannot read. What an
 * upgrade finds in the spool, version 1, had no attempts. */
enum { RECORD_VERSION = 2, RECORD_VERSION_FIRST = 1 };

int record_add(const struct record *record, struct buf *buf)
{
	CLEANUP_BUF struct buf payload = BUF_INIT_MAX(FRAME_PAYLOAD_MAX);

	pack_u32(&payload, RECORD_VERSION);
	pack_u64(&payload, record->scheduleid);
	pack_i64(&payload, record->due_ms);
	pack_i64(&payload, record->last_due_ms);
	pack_u64(&payload, record->n_slots);
	pack_u32(&payload, (uint32_t)record->outcome);
	pack_u32(&payload, (uint32_t)record->exit_code);
	pack_u32(&payload, (uint32_t)record->signo);
	pack_i64(&payload, record->started_ms);
	pack_i64(&payload, record->duration_ms);
	pack_u64(&payload, record->rss_kb);
	pack_u64(&payload, record->cpu_ms);
	pack_u32(&payload, record->cut);
	pack_u32(&payload, record->attempts);
	pack_text(&payload, record->output, record->output_size);
	pack_text(&payload, record->reason, record->reason_size);
	if (payload.error)
		return payload.error;
	return frame_add(buf, buf_text(&payload), payload.size);
}

static int record_check(const struct record *record)
{
	if (record->outcome < OUTCOME_RUN || record->outcome > OUTCOME_MISSED)
		return -EBADMSG;
	if (record->n_slots == 0 || record->due_ms < 0 || record->last_due_ms < record->due_ms)
		return -EBADMSG;
	if ((uint32_t)record->scheduleid != (uint32_t)(record->due_ms / 1000))
		return -EBADMSG;
	if (record->attempts > SPEC_ATTEMPTS_MAX)
		return -EBADMSG;
	return record->n_slots > 1 || record->last_due_ms == record->due_ms ? 0 : -EBADMSG;
}

int record_parse(const char *payload, size_t size, struct record *ret, struct err *err)
{
	struct unpack in = { .p = payload, .end = payload + size };
	struct record record = { 0 };
	uint32_t version = unpack_u32(&in);

	if (version < RECORD_VERSION_FIRST || version > RECORD_VERSION)
		return err_set(err, -EBADMSG,
		    "record of version %u: this program reads %d to %d", version,
		    RECORD_VERSION_FIRST, RECORD_VERSION);
	record.scheduleid = unpack_u64(&in);
	record.due_ms = unpack_i64(&in);
	record.last_due_ms = unpack_i64(&in);
	record.n_slots = unpack_u64(&in);
	record.outcome = (enum outcome)unpack_u32(&in);
	record.exit_code = (int)unpack_u32(&in);
	record.signo = (int)unpack_u32(&in);
	record.started_ms = unpack_i64(&in);
	record.duration_ms = unpack_i64(&in);
	record.rss_kb = unpack_u64(&in);
	record.cpu_ms = unpack_u64(&in);
	record.cut = unpack_u32(&in) != 0;
	record.attempts = version == 1 ? record.started_ms != 0 : unpack_u32(&in);
	record.output = unpack_text(&in, &record.output_size);
	record.reason = unpack_text(&in, &record.reason_size);
	if (!unpack_done(&in) || record_check(&record) < 0)
		return err_set(err, -EBADMSG, "damaged record of %zu bytes", size);
	*ret = record;
	return 0;
}
