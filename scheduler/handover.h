/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What materialise and claim hand to the run stage: the copy of the host's specs, the
 * frontier, and batches of claimed slots. Whole files, written by rename.
 */
#ifndef HAETAE_SCHEDULER_HANDOVER_H
#define HAETAE_SCHEDULER_HANDOVER_H

#include "lib/store/db.h"
#include "lib/store/spec.h"
#include "scheduler/spool.h"

/* The host's id and all its enabled specs. -ENOENT when there is no copy yet. */
int handover_write_specs(const struct spool *spool, uint32_t hostid,
    const struct spec_list *specs, struct err *err) ATTR_MUST_CHECK;
int handover_read_specs(const struct spool *spool, uint32_t *ret_hostid, struct spec_list *ret,
    struct err *err) ATTR_MUST_CHECK;

/* Slots of this host due before frontier_ms are in SCHEDULE (or in RUNLOG). */
int handover_write_frontier(
    const struct spool *spool, int64_t frontier_ms, struct err *err) ATTR_MUST_CHECK;
int handover_read_frontier(
    const struct spool *spool, int64_t *ret_frontier_ms, struct err *err) ATTR_MUST_CHECK;

/* A batch of claimed slots. With horizon_ms above 0: this and earlier batches hold every slot
 * due before it, so the run stage need not make any before then. */
int handover_write_claims(const struct spool *spool, int64_t horizon_ms,
    const struct slot *slots, size_t n_slots, struct err *err) ATTR_MUST_CHECK;

struct claims {
	int64_t horizon_ms;
	struct slot *slots;
	size_t n_slots;
};
int handover_read_claims(const struct spool *spool, const char *name, struct claims *ret,
    struct err *err) ATTR_MUST_CHECK;
void claims_free(struct claims *claims);

/* The pure parsers, for the fuzzers: the content of a file. 0 or -EBADMSG. */
int handover_parse_claims(
    const char *text, size_t size, struct claims *ret, struct err *err) ATTR_MUST_CHECK;
int handover_parse_specs(const char *text, size_t size, uint32_t *ret_hostid,
    struct spec_list *ret, struct err *err) ATTR_MUST_CHECK;

#endif
