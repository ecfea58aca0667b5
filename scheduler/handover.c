/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/handover.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/pack.h"

enum { HANDOVER_VERSION = 2, HANDOVER_SIZE_MAX = 1 << 30 };

static int damaged(struct err *err, const char *what)
{
	return err_set(err, -EBADMSG, "damaged file of %s", what);
}

/* --- specs -------------------------------------------------------------------------- */

static void pack_string(struct buf *buf, const char *text)
{
	pack_text(buf, text, strlen(text));
}

static void pack_spec(struct buf *buf, const struct spec *spec)
{
	pack_u32(buf, spec->specid);
	pack_u32(buf, spec->version);
	pack_string(buf, spec->node);
	pack_string(buf, spec->name);
	pack_string(buf, spec->probetype);
	pack_string(buf, spec->command);
	pack_string(buf, spec->synchgroup);
	pack_u32(buf, (uint32_t)spec->testtype);
	pack_i64(buf, spec->interval_ms);
	pack_i64(buf, spec->phase_ms);
	pack_i64(buf, spec->timeout_ms);
	pack_i64(buf, spec->killgrace_ms);
	pack_i64(buf, spec->maxlate_ms);
	pack_u32(buf, (uint32_t)spec->overrun);
	pack_u32(buf, (uint32_t)spec->catchup);
	pack_u32(buf, spec->catchup_max);
	pack_i64(buf, spec->jitter_ms);
	pack_u32(buf, spec->priority);
	pack_u32(buf, spec->attempts);
	pack_i64(buf, spec->retry_ms);
	pack_i64(buf, spec->backoff_ms);
	pack_u32(buf, (uint32_t)spec->judge);
	pack_u32(buf, (uint32_t)spec->n_args);
	for (size_t i = 0; i < spec->n_args; i++)
		pack_string(buf, spec->args[i]);
}

static int unpack_args(struct unpack *in, struct spec *spec)
{
	size_t n = unpack_u32(in);

	if (n > SPEC_ARGS_MAX)
		return -EBADMSG;
	spec->args = calloc(n + 1, sizeof(*spec->args));
	if (!spec->args)
		return -ENOMEM;
	for (spec->n_args = 0; spec->n_args < n; spec->n_args++) {
		spec->args[spec->n_args] = unpack_strdup(in);
		if (!spec->args[spec->n_args])
			return -EBADMSG;
	}
	return 0;
}

static int unpack_spec(const char *payload, size_t size, struct spec *spec, struct err *err)
{
	struct unpack in = { .p = payload, .end = payload + size };

	spec->specid = unpack_u32(&in);
	spec->version = unpack_u32(&in);
	spec->node = unpack_strdup(&in);
	spec->name = unpack_strdup(&in);
	spec->probetype = unpack_strdup(&in);
	spec->command = unpack_strdup(&in);
	spec->synchgroup = unpack_strdup(&in);
	spec->testtype = (enum testtype)unpack_u32(&in);
	spec->interval_ms = unpack_i64(&in);
	spec->phase_ms = unpack_i64(&in);
	spec->timeout_ms = unpack_i64(&in);
	spec->killgrace_ms = unpack_i64(&in);
	spec->maxlate_ms = unpack_i64(&in);
	spec->overrun = (enum overrun)unpack_u32(&in);
	spec->catchup = (enum catchup)unpack_u32(&in);
	spec->catchup_max = unpack_u32(&in);
	spec->jitter_ms = unpack_i64(&in);
	spec->priority = unpack_u32(&in);
	spec->attempts = unpack_u32(&in);
	spec->retry_ms = unpack_i64(&in);
	spec->backoff_ms = unpack_i64(&in);
	spec->judge = (enum judge)unpack_u32(&in);
	spec->enabled = true;
	if (in.bad || unpack_args(&in, spec) < 0 || !unpack_done(&in))
		return damaged(err, "specs");
	return spec_check_row(spec, err);
}

int handover_parse_specs(
    const char *text, size_t size, uint32_t *ret_hostid, struct spec_list *ret, struct err *err)
{
	const char *p = text, *end = text + size, *payload;
	struct spec_list list = { 0 };
	struct unpack head;
	uint32_t hostid;
	int r;

	if (frame_next(&p, end, &payload, &size) != 1)
		return damaged(err, "specs");
	head = (struct unpack){ .p = payload, .end = payload + size };
	if (unpack_u32(&head) != HANDOVER_VERSION)
		return err_set(err, -EBADMSG, "file of specs from another version");
	hostid = unpack_u32(&head);
	while ((r = frame_next(&p, end, &payload, &size)) == 1) {
		struct spec *spec = spec_list_add(&list);

		r = spec ? unpack_spec(payload, size, spec, err) : -ENOMEM;
		if (r < 0)
			break;
	}
	if (r < 0 || !unpack_done(&head)) {
		spec_list_free(&list);
		return r == -ENOMEM ? err_set(err, r, "out of memory") : damaged(err, "specs");
	}
	*ret = list;
	*ret_hostid = hostid;
	return 0;
}

int handover_write_specs(
    const struct spool *spool, uint32_t hostid, const struct spec_list *specs, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(HANDOVER_SIZE_MAX);
	CLEANUP_BUF struct buf payload = BUF_INIT_MAX(FRAME_PAYLOAD_MAX);

	pack_u32(&payload, HANDOVER_VERSION);
	pack_u32(&payload, hostid);
	frame_add(&text, buf_text(&payload), payload.size);
	for (size_t i = 0; i < specs->n; i++) {
		buf_reset(&payload);
		pack_spec(&payload, &specs->items[i]);
		if (payload.error)
			return err_sys(
			    err, payload.error, "cannot copy spec %u", specs->items[i].specid);
		frame_add(&text, buf_text(&payload), payload.size);
	}
	if (text.error)
		return err_sys(err, text.error, "cannot copy %zu specs", specs->n);
	return spool_write(spool, SPOOL_TOP, "specs", buf_text(&text), text.size, err);
}

int handover_read_specs(
    const struct spool *spool, uint32_t *ret_hostid, struct spec_list *ret, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(HANDOVER_SIZE_MAX);
	int r = spool_read(spool, SPOOL_TOP, "specs", &text, err);

	return r < 0 ? r
		     : handover_parse_specs(buf_text(&text), text.size, ret_hostid, ret, err);
}

/* --- frontier ------------------------------------------------------------------------- */

int handover_write_frontier(const struct spool *spool, int64_t frontier_ms, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	CLEANUP_BUF struct buf payload = BUF_INIT;

	pack_i64(&payload, frontier_ms);
	frame_add(&text, buf_text(&payload), payload.size);
	if (text.error)
		return err_sys(err, text.error, "cannot write the frontier");
	return spool_write(spool, SPOOL_TOP, "frontier", buf_text(&text), text.size, err);
}

int handover_read_frontier(const struct spool *spool, int64_t *ret_frontier_ms, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(4096);
	const char *p, *payload;
	struct unpack in;
	size_t size;
	int64_t frontier;
	int r = spool_read(spool, SPOOL_TOP, "frontier", &text, err);

	if (r < 0)
		return r;
	p = buf_text(&text);
	if (frame_next(&p, p + text.size, &payload, &size) != 1)
		return damaged(err, "the frontier");
	in = (struct unpack){ .p = payload, .end = payload + size };
	frontier = unpack_i64(&in);
	if (!unpack_done(&in))
		return damaged(err, "the frontier");
	*ret_frontier_ms = frontier;
	return 0;
}

/* --- claims ----------------------------------------------------------------------------- */

int handover_write_claims(const struct spool *spool, int64_t horizon_ms,
    const struct slot *slots, size_t n_slots, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	CLEANUP_BUF struct buf payload = BUF_INIT_MAX(FRAME_PAYLOAD_MAX);
	char name[SPOOL_NAME_SIZE];

	pack_u32(&payload, HANDOVER_VERSION);
	pack_i64(&payload, horizon_ms);
	pack_u32(&payload, (uint32_t)n_slots);
	for (size_t i = 0; i < n_slots; i++) {
		pack_u64(&payload, slots[i].scheduleid);
		pack_i64(&payload, slots[i].due_ms);
	}
	if (payload.error || frame_add(&text, buf_text(&payload), payload.size) < 0)
		return err_set(err, -E2BIG, "cannot write a batch of %zu claims", n_slots);
	spool_new_name(name);
	return spool_write(spool, SPOOL_CLAIMS, name, buf_text(&text), text.size, err);
}

int handover_parse_claims(const char *text, size_t size, struct claims *ret, struct err *err)
{
	const char *p = text, *payload;
	struct claims claims = { 0 };
	struct unpack in;
	size_t n;

	if (frame_next(&p, text + size, &payload, &size) != 1)
		return damaged(err, "claims");
	in = (struct unpack){ .p = payload, .end = payload + size };
	if (unpack_u32(&in) != HANDOVER_VERSION)
		return err_set(err, -EBADMSG, "file of claims from another version");
	claims.horizon_ms = unpack_i64(&in);
	n = unpack_u32(&in);
	if (in.bad || (size_t)(in.end - in.p) != n * 16)
		return damaged(err, "claims");
	claims.slots = calloc(n + 1, sizeof(*claims.slots));
	if (!claims.slots)
		return err_set(err, -ENOMEM, "out of memory");
	for (claims.n_slots = 0; claims.n_slots < n; claims.n_slots++) {
		claims.slots[claims.n_slots].scheduleid = unpack_u64(&in);
		claims.slots[claims.n_slots].due_ms = unpack_i64(&in);
	}
	*ret = claims;
	return 0;
}

int handover_read_claims(
    const struct spool *spool, const char *name, struct claims *ret, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	int r = spool_read(spool, SPOOL_CLAIMS, name, &text, err);

	if (r == 0) {
		r = handover_parse_claims(buf_text(&text), text.size, ret, err);
		if (r < 0)
			err_prefix(err, "claims/%s", name);
	}
	return r;
}

void claims_free(struct claims *claims)
{
	free(claims->slots);
	*claims = (struct claims){ 0 };
}
