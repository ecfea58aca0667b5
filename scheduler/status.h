/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What haetae status shows, as a model: groups, nodes and probes as they are now, and what an
 * operator must know first. It is read in a handful of statements and worked out in one pass;
 * how it looks is in status_table.c and status_json.c.
 */
#ifndef HAETAE_SCHEDULER_STATUS_H
#define HAETAE_SCHEDULER_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/store/db_status.h"
#include "lib/store/node.h"
#include "scheduler/settings.h"

/* Words of states, and how they look. */
extern const struct status_word {
	const char *word;
	const char *colour; /* SGR numbers, ECMA-48 8.3.117; NULL: none */
	int rank;	    /* 0 needs somebody's hand first */
	bool sick;
} node_words[NODE_STATES];

/* States of a probe, from what needs somebody's hand to what needs nobody's. */
enum probe_standing {
	PROBE_CRITICAL,
	PROBE_WARNING,
	PROBE_UNKNOWN,
	PROBE_NEW,
	PROBE_OK,
	PROBE_DISABLED,
	PROBE_STANDINGS
};
extern const struct status_word probe_words[PROBE_STANDINGS];

/* The columns of CCMT's status row that are plain metrics; their labels are those of
 * check_node, see haetae-metrics(7). */
enum status_metric {
	STATUS_UPTIME,
	STATUS_LOAD,
	STATUS_CPU,
	STATUS_IO,
	STATUS_MEMORY,
	STATUS_IN,
	STATUS_OUT,
	STATUS_DISK,
	STATUS_DISK_USED,
	STATUS_MOUNT,
	STATUS_TEMP,
	STATUS_METRICS
};
extern const char *const status_labels[STATUS_METRICS];

enum { STATUS_PROCESSES = 6, STATUS_NAME_SIZE = 48 };

/* The latest values of a node: of each metric the one that was printed last, by whichever
 * probe. */
struct status_values {
	double values[STATUS_METRICS];
	int64_t ms[STATUS_METRICS];   /* when; 0: not known */
	double disk_size;	      /* bytes, with STATUS_DISK_USED; 0: not known */
	char mount[STATUS_NAME_SIZE]; /* of STATUS_MOUNT; "": not known */
	struct status_process {
		char name[STATUS_NAME_SIZE];
		double count;
		int64_t ms;
	} processes[STATUS_PROCESSES];
	size_t n_processes;
};
/* Takes what it knows out of the perfdata that a probe printed at a time. */
void status_values_add(struct status_values *values, const char *perf, int64_t perf_ms);
/* When the oldest of them was printed; 0: there is none. */
int64_t status_values_oldest(const struct status_values *values);

struct status_probe {
	size_t node; /* its index */
	struct db_status_probe row;
	char *texts; /* owned; the row's texts point into it */
	enum probe_standing standing;
	bool stale;
};

/* What a probe said, as far as a node's state and row need it. */
struct status_said {
	size_t node; /* its index */
	struct node_probe probe;
	int64_t since_ms;
	char *name, *text; /* NULL when it is OK */
};

struct status_node {
	uint32_t nodeid;
	const struct node_group *group; /* NULL: below the root */
	char *name, *hostname, *address;
	enum node_state state;
	int64_t since_ms; /* of the state; 0: not known */
	int64_t until_ms; /* the end of its maintenance */
	size_t n_probes[PROBE_STANDINGS], n_stale;
	const struct status_said *worst; /* what decided, when it is not well; or NULL */
	struct status_values values;
	enum node_state stored_state; /* as the last pass found it */
	int64_t stored_since_ms;
};

/* Sums over all nodes at and below a group. */
struct status_sums {
	size_t n_nodes, n_states[NODE_STATES];
	enum node_state worst;
	double sums[STATUS_METRICS];
	size_t counts[STATUS_METRICS]; /* of the nodes that gave a value */
	double disk_used, disk_size;   /* of those that gave both */
};
struct status_alarm {
	const char *kind; /* a word for programs */
	char *host;	  /* or NULL */
	char *text;
};

struct status {
	int64_t now_ms;
	struct node_groups groups;
	struct status_sums *group_sums; /* of each group, with those below it */
	struct status_sums sums;	/* of all nodes */
	struct status_node *nodes;	/* by nodeid */
	size_t n_nodes;
	struct status_said *said;
	size_t n_said;
	struct status_probe *probes; /* as asked for */
	size_t n_probes;
	size_t n_probe_standing[PROBE_STANDINGS];
	struct status_alarm *alarms;
	size_t n_alarms;
};

struct status_ask {
	const char *node;	    /* one node, or NULL */
	bool probes;		    /* keep them */
	enum db_status_depth depth; /* of what is kept */
	bool problems;		    /* keep the probes alone that are not well */
};
/* -ENOENT when the node is not there. Freed by status_free in any case. */
int status_read(struct db *db, const struct settings *settings, const struct status_ask *ask,
    struct status *ret, struct err *err) ATTR_MUST_CHECK;
void status_free(struct status *status);

/* Alarms, from what is most urgent: a hold in this spool, and what the hosts' rows tell. */
int status_alarms_read(struct status *status, struct db *db, const struct settings *settings,
    struct err *err) ATTR_MUST_CHECK;

/* --- forms -------------------------------------------------------------------------------- */

struct status_form {
	bool utc;
	bool all;      /* rows of healthy nodes too, however many there are */
	bool problems; /* never the healthy ones */
	bool groups;   /* a line a group */
	bool probes;
	bool colour;
	size_t width; /* columns of the terminal; 0: no limit */
};
int status_table(const struct status *status, const struct status_form *form, struct buf *text);
int status_json(const struct status *status, const struct status_form *form, struct buf *text);

#endif
