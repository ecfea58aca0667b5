/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a memcached tells about itself in its text protocol: its version and its counters.
 * Source: memcached's doc/protocol.txt, "General-purpose statistics".
 */
#ifndef HAETAE_CLIENT_MEMCACHED_H
#define HAETAE_CLIENT_MEMCACHED_H

#include "lib/client/dialog.h"

#define MEMCACHED_PORT "11211"

/* "stats" has some 100 lines, of 3 KB together. */
enum { MEMCACHED_LINE_MAX = 1024, MEMCACHED_STATS_MAX = 64 << 10, MEMCACHED_VERSION_SIZE = 64 };

/* A number that is not told is NAN. */
struct memcached_stats {
	double uptime_s;
	double items;
	double memory_used, memory_max; /* bytes */
	double connections, connections_max;
	double n_gets, n_hits, n_misses, n_sets, n_evictions;
};

/* address as stream_open has it. */
int memcached_open(const char *address, enum address_family family, int64_t until_ms,
    struct dialog *ret, struct err *err) ATTR_MUST_CHECK;

/* The answer to "version". -EPROTO when the server tells an error, err being its words; -EBADMSG
 * for what is no answer; failures as dialog_more has them. */
int memcached_version(
    struct dialog *dialog, char ret[MEMCACHED_VERSION_SIZE], struct err *err) ATTR_MUST_CHECK;

/* One line of that answer, without LF. */
int memcached_version_parse(const char *line, size_t size, char ret[MEMCACHED_VERSION_SIZE],
    struct err *err) ATTR_MUST_CHECK;

/* Appends the lines of the answer to "stats" to buf. */
int memcached_stats_read(
    struct dialog *dialog, struct buf *buf, struct err *err) ATTR_MUST_CHECK;

/* -EBADMSG if none of the lines is known. */
int memcached_stats_parse(const char *text, size_t size, struct memcached_stats *ret,
    struct err *err) ATTR_MUST_CHECK;

#endif
