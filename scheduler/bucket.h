/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A token bucket: something may happen so often a second, and at most a second's worth at once.
 */
#ifndef HAETAE_SCHEDULER_BUCKET_H
#define HAETAE_SCHEDULER_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

struct bucket {
	double tokens;
	int64_t mono_ms; /* when they were counted last; 0: never, then it is full */
};

static inline void bucket_fill(struct bucket *bucket, double rate, int64_t mono_ms)
{
	bucket->tokens +=
	    bucket->mono_ms ? rate * (double)(mono_ms - bucket->mono_ms) / 1000.0 : rate;
	if (bucket->tokens > rate)
		bucket->tokens = rate;
	bucket->mono_ms = mono_ms;
}

static inline bool bucket_is_empty(const struct bucket *bucket)
{
	return bucket->tokens < 1;
}

#endif
