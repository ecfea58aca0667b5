/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The run stage's memory across its own death: which slots were begun, and up to which
 * slot each spec is decided. Appended without sync: it must outlive a kill, not a power
 * loss (after a reboot the boot id says that every probe is dead).
 *
 * Order, which makes "never twice, never silently gone" true:
 *   a begin entry is written before the probe is spawned;
 *   its pid follows when it has run for a while (a slot's processes are known by their
 *   environment, the pid is for those that have changed it);
 *   a decided entry is written after the record of a slot that was not begun is appended;
 *   an end entry is written after the slot's record is synced in a segment.
 */
#ifndef HAETAE_SCHEDULER_JOURNAL_H
#define HAETAE_SCHEDULER_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scheduler/spool.h"

/* A slot that was begun and whose end is not in the journal. */
struct journal_open {
	uint64_t scheduleid;
	int64_t due_ms;
	int64_t started_ms; /* wall clock */
	int32_t pid;	    /* 0: died before the spawn was noted */
	uint64_t starttime; /* of the pid, clock ticks since boot (proc(5), stat field 22) */
	char probetype[20]; /* names the capture file */
	unsigned attempts;  /* how often it was started; 0 is 1 */
};

/* Up to which slot a spec is decided: this one and all before it. */
struct journal_cursor {
	uint32_t specid;
	int64_t due_ms;
};

struct journal_state {
	bool same_boot;
	bool torn; /* the end was cut */
	struct journal_open *opens;
	size_t n_opens;
	struct journal_cursor *cursors;
	size_t n_cursors;
};
void journal_state_free(struct journal_state *state);

struct journal {
	const struct spool *spool;
	int fd;
	struct buf ends; /* end entries that are not written yet */
	size_t size;
	size_t start_size; /* after the last rewrite */
};

/* A journal's bytes: read up to the first entry that is damaged. */
int journal_parse(
    const char *text, size_t size, struct journal_state *ret, struct err *err) ATTR_MUST_CHECK;

/* Reads what an earlier run left; an absent journal is an empty one. */
int journal_read(
    const struct spool *spool, struct journal_state *ret, struct err *err) ATTR_MUST_CHECK;

/* Begins a new journal with these cursors and opens, in place of the old one. */
int journal_start(struct journal *journal, const struct spool *spool,
    const struct journal_state *state, struct err *err) ATTR_MUST_CHECK;
void journal_close(struct journal *journal);
/* Whether it has grown enough to be started anew. */
bool journal_is_long(const struct journal *journal);

int journal_begin(
    struct journal *journal, const struct journal_open *open, struct err *err) ATTR_MUST_CHECK;
/* A slot that was begun is started once more: written before that. */
int journal_again(
    struct journal *journal, uint64_t scheduleid, struct err *err) ATTR_MUST_CHECK;
/* Adds the pid of a slot that was begun. */
int journal_spawned(struct journal *journal, uint64_t scheduleid, int32_t pid,
    uint64_t starttime, struct err *err) ATTR_MUST_CHECK;
/* A slot that was never begun has its record, which is not synced yet: enough to remember it
 * across a kill, not across a reboot. */
int journal_decided(
    struct journal *journal, uint32_t specid, int64_t due_ms, struct err *err) ATTR_MUST_CHECK;
/* The slot has its record, synced; every slot of the spec up to due_ms is decided. Kept until
 * journal_flush, so that a group of records costs one write. */
void journal_end(struct journal *journal, uint64_t scheduleid, int64_t due_ms);
int journal_flush(struct journal *journal, struct err *err) ATTR_MUST_CHECK;

#endif
