/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The database, as named operations. The one place with SQL and mysql.h is
 * db_mysql.c (and its neighbours db_*.c); callers see neither.
 *
 * Every operation returns 0 or a negative errno with err:
 *   -EAGAIN   the server is away, restarting, or asked to try again (deadlock, lock
 *             wait, cluster not ready): nothing is known to be done; repeat later. Each
 *             operation may be repeated without harm.
 *   -EBADMSG  one of the given rows cannot be stored; it stays refused.
 *   -EPROTO   the schema is missing, older or newer than this program.
 *   -EACCES   the server refuses this user, or a table.
 *   others    as named below.
 * A connection that broke is made again by the next operation.
 *
 * Times are milliseconds since 1970 UTC. day is the UTC day number of a slot's due time
 * (due_ms / 86400000). scheduleid = specid << 32 | due second.
 */
#ifndef HAETAE_STORE_DB_H
#define HAETAE_STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"
#include "lib/store/spec.h"

struct db;

struct db_conf {
	const char *socket; /* unix socket, or NULL */
	const char *host;   /* or NULL */
	unsigned port;	    /* 0: 3306 */
	const char *user;
	const char *password; /* or NULL */
	const char *database;
	const char *tls_ca;   /* a file; with it TLS is required and the name verified */
	const char *tls_cert; /* this client's, with its key; or NULL */
	const char *tls_key;
	/* An option file of the client library's, and the group that is read in it beside
	 * [client]; what is given above goes before it. Or NULL. */
	const char *my_cnf, *my_cnf_group;
	const char *role; /* of db_grants.h: what a refused user should be; or NULL */
	unsigned connect_timeout_s;
	unsigned io_timeout_s;
};

/* Connects at once. conf is borrowed until db_close. */
int db_open(const struct db_conf *conf, struct db **ret, struct err *err) ATTR_MUST_CHECK;
void db_close(struct db *db);

/* --- schema -------------------------------------------------------------------- */

/* -EPROTO with a sentence unless the schema is of this program, or a newer one that says that it
 * serves this one. */
int db_schema_check(struct db *db, struct err *err) ATTR_MUST_CHECK;

/* One statement of an upgrade: before it is run, or instead of it. */
struct db_upgrade_step {
	unsigned version;
	size_t number, total; /* of its file, from 1 */
	const char *statement;
	bool there; /* what it makes is there: it was run and not recorded */
};
typedef void db_upgrade_fn(const struct db_upgrade_step *step, void *context);
struct db_upgrade {
	bool dry_run; /* nothing is changed */
	size_t limit; /* end after so many statements; 0: all */
	db_upgrade_fn *each;
	void *context;
};
struct db_upgraded {
	unsigned from, to; /* the newest file that was whole before; and now, or would be */
	unsigned files;	   /* that had something to do */
	size_t ran, recognised;
};
/* Runs what is missing of the numbered files, statement by statement, and records each. One that
 * was run and not recorded is recognised by what it makes; what is there by half is refused.
 * A process with a connection of its own keeps the lease "upgrade" meanwhile: -EBUSY when somebody
 * else has it. Statements may last as long as they like: open db with an io_timeout_s to match. */
int db_schema_upgrade(struct db *db, const struct db_upgrade *upgrade, struct db_upgraded *ret,
    struct err *err) ATTR_MUST_CHECK;
/* The same for a database without rows: an empty one, or one whose tables are half made. -EEXIST
 * with a sentence when there are rows of an older schema: those are for an upgrade. *ret_version
 * is where it ended, *ret_ran how many files were run. */
int db_schema_init(
    struct db *db, unsigned *ret_version, unsigned *ret_ran, struct err *err) ATTR_MUST_CHECK;

/* Whether a COMMIT outlives a crash of the server (innodb_flush_log_at_trx_commit, and
 * sync_binlog where there is a binary log). */
int db_durable(struct db *db, bool *ret, struct err *err) ATTR_MUST_CHECK;

/* --- hosts ---------------------------------------------------------------------- */

/* The row of a probe host. -ENOENT when there is none. */
int db_host_find(
    struct db *db, const char *name, uint32_t *ret_hostid, struct err *err) ATTR_MUST_CHECK;
/* Finds or makes it, without a word about who beats under it. */
int db_host_ensure(struct db *db, const char *name, int64_t now_ms, uint32_t *ret_hostid,
    struct err *err) ATTR_MUST_CHECK;
/* Finds or makes the row of this probe host. -EEXIST when the name beat from another spool
 * within the last 60 s. */
int db_host_claim(struct db *db, const char *name, const char *spoolid, int64_t now_ms,
    uint32_t *ret_hostid, struct err *err) ATTR_MUST_CHECK;
/* The heartbeat; -EEXIST as above. */
int db_host_beat(struct db *db, uint32_t hostid, const char *spoolid, int64_t now_ms,
    struct err *err) ATTR_MUST_CHECK;
/* How full the host's spool is, and which program beats. */
struct db_host_level {
	uint64_t bytes, files; /* that are not loaded */
	unsigned percent;      /* of the room that there is for them */
	uint64_t refused;      /* slots that were not started for want of room */
	const char *program;
	bool durable; /* db_durable */
};
int db_host_level(struct db *db, uint32_t hostid, const struct db_host_level *level,
    struct err *err) ATTR_MUST_CHECK;

/* --- specs ---------------------------------------------------------------------- */

struct db_import_counts {
	size_t added, changed, unchanged;
};
/* Stores all specs or none: nodes that are not there are made, a spec of the same node or group
 * and name is replaced. hostid owns them. db_import.h has more. The first slot of a new spec, and of one whose grid
 * changed, is the first of its grid at or after now_ms, and never in a second that its old
 * grid has used. */
int db_specs_import(struct db *db, uint32_t hostid, const struct spec *specs, size_t n_specs,
    int64_t now_ms, struct db_import_counts *ret, struct err *err) ATTR_MUST_CHECK;

/* Every enabled spec of a host, by specid. The list is the caller's (spec_list_free). Rows that
 * nobody can work with are left out: *ret_refused counts them, and err says what is wrong with
 * the first. */
int db_specs_read(struct db *db, uint32_t hostid, struct spec_list *ret, size_t *ret_refused,
    struct err *err) ATTR_MUST_CHECK;

/* Another one means that db_specs_read would give something else. */
struct db_specs_stamp {
	uint64_t n, versions;
	int64_t changed_ms;
};
int db_specs_stamp(struct db *db, uint32_t hostid, struct db_specs_stamp *ret,
    struct err *err) ATTR_MUST_CHECK;

/* Every spec of a node, of every host, by node and name; without those that were removed. */
int db_specs_list(struct db *db, struct spec_list *ret, struct err *err) ATTR_MUST_CHECK;

/* --- slots ---------------------------------------------------------------------- */

struct slot {
	uint64_t scheduleid;
	int64_t due_ms;
};

/* What materialise makes of one spec in one pass: slots to run, and before them slots that
 * nobody can run any more, as ranges (one a UTC day). */
struct slot_range {
	int64_t first_ms, last_ms;
	uint64_t n_slots;
};
struct db_materialise {
	uint32_t specid;
	uint32_t version;	/* of the spec that this was worked out with */
	int64_t old_nextdue_ms; /* another value in the table: this spec is left alone */
	int64_t nextdue_ms;
	const int64_t *due_ms; /* slots for SCHEDULE */
	size_t n_due;
	const struct slot_range *missed;
	size_t n_missed;
};
/* One transaction: moves nextdue, inserts into SCHEDULE, counts in SLOTS, and writes one
 * RUNLOG row a missed range (slots in it that have a RUNLOG row are left out). Repeats
 * change nothing. *ret_made counts the SCHEDULE rows. */
int db_materialise(struct db *db, uint32_t hostid, const struct db_materialise *items,
    size_t n_items, size_t *ret_made, struct err *err) ATTR_MUST_CHECK;

/* Takes up to limit open slots of the host that are due before until_ms, oldest first, under
 * a token that the caller made: UPDATE … LIMIT, then SELECT by token. When the answer was
 * lost, the same token gives the same slots. ret holds limit slots. */
int db_claim(struct db *db, uint32_t hostid, uint64_t token, int64_t until_ms, size_t limit,
    struct slot *ret, size_t *ret_n, struct err *err) ATTR_MUST_CHECK;
/* All that is claimed and not ended: after a restart, and for repeats. Pages by scheduleid:
 * pass the last one seen, 0 at first. */
int db_claimed(struct db *db, uint32_t hostid, uint64_t after_scheduleid, size_t limit,
    struct slot *ret, size_t *ret_n, struct err *err) ATTR_MUST_CHECK;

/* Deletes SCHEDULE rows that RUNLOG has already answered. */
int db_sweep(struct db *db, uint32_t hostid, size_t *ret_n, struct err *err) ATTR_MUST_CHECK;

/* --- results -------------------------------------------------------------------- */

enum outcome {
	OUTCOME_RUN = 1,       /* ended by itself */
	OUTCOME_TIMEOUT = 2,   /* killed at its deadline */
	OUTCOME_CANCELLED = 3, /* never started: refused, disabled, or could not be started */
	OUTCOME_SKIPPED = 4,   /* the run before it was still going */
	OUTCOME_LOST = 5,      /* begun, and its end is not known */
	OUTCOME_MISSED = 6,    /* nobody was there to start it in time */
};
/* "run", "timeout", "cancelled", "skipped", "lost", "missed". */
const char *outcome_text(enum outcome outcome);
/* 1 missed, 2 lost, 3 what was decided, 4 what really ran: a higher rank replaces a lower
 * one in RUNLOG, never the reverse. */
int outcome_rank(enum outcome outcome);

struct db_value {
	const char *label; /* UTF-8, at most 190 bytes */
	double value;
	const char *unit;		     /* "", "s", "%", "B", "c" */
	const char *warn, *crit, *min, *max; /* as printed, "" when absent */
};

/* One slot's outcome, or that of a range of missed or skipped ones. */
struct db_run {
	uint64_t scheduleid; /* of the first slot */
	int64_t due_ms;
	int64_t last_due_ms; /* of the last slot: due_ms for one */
	uint64_t n_slots;    /* 1 but for ranges; ranges are of one UTC day */
	enum outcome outcome;
	int state;     /* 0 to 3 */
	int exit_code; /* -1 when it was killed by a signal or never ran */
	int signo;
	int64_t started_ms; /* 0: never */
	int64_t duration_ms;
	uint64_t rss_kb;     /* peak */
	uint64_t cpu_ms;     /* user and system */
	unsigned attempts;   /* how often it was started */
	bool cut;	     /* output was longer than its limit */
	const char *text;    /* line 1, UTF-8, cleaned */
	const char *details; /* further lines, or "" */
	const struct db_value *values;
	size_t n_values;
};
/*
 * One transaction: RUNLOG rows by rank, RESULT rows of those that really ran, the latest
 * STATUS of each spec, and the SCHEDULE rows deleted. A real outcome of a slot that lies in
 * a missed range is taken out of that range. Repeats change nothing.
 */
int db_load(struct db *db, uint32_t hostid, const struct db_run *runs, size_t n_runs,
    struct err *err) ATTR_MUST_CHECK;
/* A record that cannot be loaded: its reason, for status. */
int db_load_error(struct db *db, uint32_t hostid, const char *file, const char *reason,
    int64_t now_ms, struct err *err) ATTR_MUST_CHECK;

/* --- looking; what is known now is in db_status.h ------------------------------------ */

struct db_accounting {
	uint64_t slots;						 /* made, SLOTS */
	uint64_t run, timeout, cancelled, skipped, lost, missed; /* RUNLOG.slots by outcome */
	uint64_t late;	/* of run and timeout: started more than late_ms after due */
	uint64_t open;	/* SCHEDULE rows without an outcome */
	uint64_t ahead; /* of open: due after now_ms */
	int64_t
	    unaccounted; /* slots - outcomes - open: 0 unless something was silently missed */
	uint64_t load_errors;
	int64_t latency_p50_ms, latency_p95_ms, latency_max_ms; /* of run and timeout */
};
/* hostid 0: all hosts. Slots that materialise has not reached yet are left out. Of every day
 * whose slots are still counted. */
int db_accounting(struct db *db, uint32_t hostid, int64_t now_ms, int64_t late_ms,
    struct db_accounting *ret, struct err *err) ATTR_MUST_CHECK;

enum db_accounting_by { DB_BY_ALL, DB_BY_HOST, DB_BY_SPEC, DB_BY_DAY };
struct db_accounting_ask {
	uint32_t hostid; /* 0: all */
	int64_t
	    from_day; /* slots that were due from this UTC day on; 0: all that are counted */
	int64_t now_ms, late_ms;
	enum db_accounting_by by;
};
struct db_accounting_row {
	uint64_t key;		   /* 0, hostid, specid or day */
	char *name;		   /* "", a host, "NODE/PROBE" or "2026-11-22"; the list's */
	struct db_accounting sums; /* p50 and p95 are not known by spec; load_errors not by day
				    * and spec */
};
struct db_accounting_list {
	struct db_accounting_row *items; /* by key; one of DB_BY_ALL */
	size_t n;
	int64_t from_day; /* the first one that was looked at */
};
/* All of it as it was at one moment, read from the days that are asked for alone. The list is the
 * caller's (db_accounting_list_free). */
int db_accounting_list(struct db *db, const struct db_accounting_ask *ask,
    struct db_accounting_list *ret, struct err *err) ATTR_MUST_CHECK;
void db_accounting_list_free(struct db_accounting_list *list);

#endif
