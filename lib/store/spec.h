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
};

enum testtype {
	TESTTYPE_BACKGROUND = 1,     /* runs beside others */
	TESTTYPE_BACKGROUND_SYN = 2, /* one at a time in its synchgroup */
};

struct spec {
	uint32_t specid;  /* 0: not stored yet */
	uint32_t version; /* grows with each change */
	char *node;	  /* name of the node that it is about */
	char *name;	  /* unique on its node */
	char *probetype;  /* names an entry of the host's configuration: what may be started */
	char *command;	  /* a file name below the type's folder, no '/' */
	char **args;
	size_t n_args;
	enum testtype testtype;
	char *synchgroup; /* "" for the host's own group */
	int64_t interval_ms;
	int64_t phase_ms; /* 0 to interval_ms - 1 */
	int64_t timeout_ms;
	int64_t killgrace_ms; /* between SIGTERM and SIGKILL */
	int64_t maxlate_ms;   /* a slot that cannot start by then is missed */
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
