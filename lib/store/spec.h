/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A probe's specification, one row of TOOLSPECS: what runs, where, how often. And the
 * grid of its slots: due = phase + k * interval, k whole, in epoch milliseconds.
 */
#ifndef HAETAE_STORE_SPEC_H
#define HAETAE_STORE_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"

enum {
	SPEC_NAME_SIZE_MAX = 190, /* bytes; utf8mb4 keys of this length fit every row format */
	SPEC_TYPE_SIZE_MAX = 16,
	SPEC_ARGS_MAX = 256,
	SPEC_ARGS_SIZE_MAX = 60000, /* bytes of all arguments */
	SPEC_INTERVAL_LEAST_MS = 1000,
	SPEC_ATTEMPTS_MAX = 10,
	SPEC_CATCHUP_MAX = 1000,
	SPEC_PRIORITY_FIRST = 1,
	SPEC_PRIORITY_DEFAULT = 5,
	SPEC_PRIORITY_LAST = 9,
};

enum testtype {
	TESTTYPE_BACKGROUND = 1,     /* runs beside others */
	TESTTYPE_BACKGROUND_SYN = 2, /* one at a time in its synchgroup */
};

/* A slot is due while the run before it still goes. */
enum overrun {
	OVERRUN_SKIP = 1,    /* the slot is skipped */
	OVERRUN_QUEUE1 = 2,  /* it waits, however long; the newest such slot alone */
	OVERRUN_REPLACE = 3, /* it waits, and the run is killed */
};

/* Slots that are too late (maxlate) when somebody is there again to start them. */
enum catchup {
	CATCHUP_NONE = 1, /* all are missed */
	CATCHUP_LAST = 2, /* the newest runs */
	CATCHUP_ALL = 3,  /* the newest catchup_max run, the oldest of them first */
};

/* Whose state a result has. */
enum judge {
	JUDGE_OWN = 0,	      /* what the probe says */
	JUDGE_WORST = 1,      /* the worst of that and of the thresholds */
	JUDGE_THRESHOLDS = 2, /* the thresholds alone: the probe has no state of its own */
};

/* A spec is about a node; or, nodeid 0 in the table, about a group: then it never runs itself,
 * and every node below the group has one of its own made of it. */
struct spec {
	uint32_t specid;  /* 0: not stored yet */
	uint32_t version; /* grows with each change */
	char *node;	  /* name of the node that it is about, "" for one of a group */
	char *group;	  /* path of the group, "" for the root; NULL for one of a node */
	char *name;	  /* unique on its node */
	char *probetype;  /* names an entry of the host's configuration: what may be started */
	char *command;	  /* a file name below the type's folder, no '/' */
	char **args;
	size_t n_args;
	enum testtype testtype;
	char *synchgroup; /* "" for the host's own group */
	int64_t interval_ms;
	int64_t
	    phase_ms; /* 0 to interval_ms - 1; -1 of a group: each node's own, by its name */
	int64_t timeout_ms;
	int64_t killgrace_ms; /* between SIGTERM and SIGKILL */
	int64_t maxlate_ms;   /* a slot that cannot start by then is missed */
	enum overrun overrun;
	enum catchup catchup;
	uint32_t catchup_max; /* of CATCHUP_ALL: 1 to SPEC_CATCHUP_MAX, else 0 */
	int64_t
	    jitter_ms; /* a start is put off by 0 to so much, the same for a slot each time */
	unsigned priority;  /* SPEC_PRIORITY_FIRST to _LAST: who starts first among those due */
	unsigned attempts;  /* starts of a slot until one is OK: 1 to SPEC_ATTEMPTS_MAX */
	int64_t retry_ms;   /* pause before the next attempt */
	int64_t backoff_ms; /* longest pause between slots of a probe that fails; 0: none */
	bool alive;	    /* its CRITICAL says that the node is OFFLINE */
	enum judge judge;
	bool enabled;
	int64_t nextdue_ms; /* the first slot that materialise has not made */
};

struct spec_list {
	struct spec *items;
	size_t n;
};

void spec_free(struct spec *spec);
void spec_list_free(struct spec_list *list);
/* Room for one more, zeroed, or NULL without memory. */
struct spec *spec_list_add(struct spec_list *list);

/* The part of spec_check that a host relies on before it works with a row that somebody may have
 * written by hand: names and times. What is wrong with the command shows at its start. */
int spec_check_row(const struct spec *spec, struct err *err) ATTR_MUST_CHECK;

/* Sizes, ranges, no blanks at either end of a name, no '/' in the command, interval at
 * least 1 s, phase below the interval. -EINVAL with a text that names the field. */
int spec_check(const struct spec *spec, struct err *err) ATTR_MUST_CHECK;

/* The phase of a spec that sets none: a hash of node and name, so that specs of one interval
 * spread over it and stay where they are. */
int64_t spec_default_phase(const char *node, const char *name, int64_t interval_ms);

/* The first slot of the grid at or after at_ms. */
int64_t spec_slot_at_or_after(int64_t interval_ms, int64_t phase_ms, int64_t at_ms);
/* How many slots lie in [from_ms, until_ms). */
uint64_t spec_slots_between(
    int64_t interval_ms, int64_t phase_ms, int64_t from_ms, int64_t until_ms);

uint64_t spec_scheduleid(uint32_t specid, int64_t due_ms);

/* Arguments as one text and back: one a line, "\\" and "\n" escaped, so that the column
 * can be read. The list is NULL-terminated and owned by the caller (spec_args_free). */
struct buf;
int spec_args_text(char *const *args, size_t n_args, struct buf *ret);
int spec_args_parse(const char *text, size_t size, char ***ret_args, size_t *ret_n,
    struct err *err) ATTR_MUST_CHECK;
void spec_args_free(char **args, size_t n_args);

#endif
