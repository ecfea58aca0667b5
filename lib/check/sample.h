/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two samples of the same counters, for rates. The earlier one is what the last run
 * left in the state folder, as raw text, so that one parser reads both. When there is
 * none, it is older than 15 minutes, or from another boot, two samples are taken 0.5 s
 * apart. In a tree where time stands still (a capture), the earlier sample is empty and
 * rates are averages since boot.
 */
#ifndef HAETAE_CHECK_SAMPLE_H
#define HAETAE_CHECK_SAMPLE_H

#include <stdbool.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fsroot.h"

enum { SAMPLE_AGE_MAX_S = 900, SAMPLE_APART_MS = 500, SAMPLE_SIZE_MAX = 4 << 20 };

/*
 * The store of one check: a file with up to two texts, each with the uptime at which it was
 * taken. Two, so that a run right after another still has one that is 0.5 s old.
 */
struct sample_store {
	const char *dir;    /* --state-dir, or NULL for the default */
	char key[80];	    /* file name: plugin and a hash of its options */
	struct buf pending; /* what sample_store_write will write; empty: nothing */
};

/* Reads one sample as text into buf. */
typedef int sample_read_fn(
    const struct fsroot *root, struct buf *buf, void *context, struct err *err);

struct sample_pair {
	struct buf earlier; /* empty when since_boot */
	struct buf later;
	double seconds; /* between them, above 0; since boot when since_boot */
	bool since_boot;
	bool had_earlier; /* the earlier one is from the last run */
};
#define SAMPLE_PAIR_INIT                                  \
	{                                                 \
		.earlier = BUF_INIT_MAX(SAMPLE_SIZE_MAX), \
		.later = BUF_INIT_MAX(SAMPLE_SIZE_MAX)    \
	}
void sample_pair_free(struct sample_pair *pair);

/* Takes the pair, and keeps the later one to be written when the check has printed. */
int sample_pair_take(struct sample_store *store, const struct fsroot *root,
    sample_read_fn *read, void *context, struct sample_pair *ret,
    struct err *err) ATTR_MUST_CHECK;

/* The newest text that a run has left: 0; -ENOENT if there is none; -ESTALE when it is from
 * another boot, -ETIME when it is too old: the text is given all the same. *ret_age_s is how
 * long ago it was taken (0 for another boot). */
int sample_store_read(
    struct sample_store *store, const struct fsroot *root, struct buf *ret, double *ret_age_s);
/* Keeps text for the next run; sample_store_write does the work. */
int sample_store_keep(
    struct sample_store *store, const struct fsroot *root, const char *text, size_t size);

/* Writes what was kept, by rename, in a child that may hang on a stuck file system: it holds
 * none of our descriptors, and is waited for at most wait_ms. 0, or -errno with err when the
 * folder cannot be written. */
int sample_store_write(struct sample_store *store, int64_t wait_ms, struct err *err);

/* Key from the plugin's name and the options that select what is read. */
void sample_store_key(struct sample_store *store, const char *plugin, const char *selection);
/* A store beside another one, for state of another kind (at most 11 letters) of the same
 * command. */
void sample_store_beside(
    const struct sample_store *store, const char *kind, struct sample_store *ret);
void sample_store_free(struct sample_store *store);

#endif
