/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What became of one probe's slots, and its values. All reads are ranges of a key of one spec, in
 * the days that are asked for alone; what is older than the raw rows comes from the roll-ups.
 */
#ifndef HAETAE_STORE_DB_HISTORY_H
#define HAETAE_STORE_DB_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/store/db.h"

/* Also one that was removed: its history stays. -ENOENT when there never was one. */
int db_history_find(struct db *db, const char *node, const char *name, uint32_t *ret_specid,
    struct err *err) ATTR_MUST_CHECK;

struct db_history_row {
	int64_t due_ms, last_due_ms; /* of a range: its first and last slot */
	uint64_t n_slots;
	bool is_range;
	enum outcome outcome;
	int state, exit_code, signo;
	bool started; /* the next three are known */
	int64_t started_ms, duration_ms, latency_ms;
	unsigned attempts;
	const char *text;
};
typedef int db_history_fn(const struct db_history_row *row, void *context, struct err *err);
/* The newest limit rows (0: all) due from since_ms on, the newest first. */
int db_history_rows(struct db *db, uint32_t specid, int64_t since_ms, uint64_t limit,
    db_history_fn *each, void *context, struct err *err) ATTR_MUST_CHECK;

struct db_history_sums {
	uint64_t run, timeout, cancelled, skipped, lost, missed; /* slots */
	uint64_t states[4]; /* of run and timeout, by exit code */
};
/* Slots due from since_ms on; whole hours where the rows are gone. */
int db_history_sums(struct db *db, uint32_t specid, int64_t since_ms,
    struct db_history_sums *ret, struct err *err) ATTR_MUST_CHECK;

struct db_history_value {
	int64_t time_ms;
	uint64_t n; /* 1 for a value, more for those of an hour */
	double value, least, most;
};
typedef int db_history_value_fn(
    const struct db_history_value *value, void *context, struct err *err);
/* A metric's values from since_ms to now_ms, the oldest first; hours where the values are gone.
 * *ret_unit (16 bytes). -ENOENT when the probe never printed it: err names those that it did. */
int db_history_values(struct db *db, uint32_t specid, const char *label, int64_t since_ms,
    int64_t now_ms, char ret_unit[16], db_history_value_fn *each, void *context,
    struct err *err) ATTR_MUST_CHECK;

#endif
