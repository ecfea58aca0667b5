/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two files of haetae-cleanup, in IEPM-BW's formats. The cleanup list says what is killed:
 *
 *   # comment
 *   gnuplot,5 /bin/ping,3        PATTERN,MINUTES, several on a line
 *   traceroute,10,user=iepm      of that user
 *
 * The list of servers says what never is: NAME,FOLDER,PARAMETERS on a line. A file with one
 * mistake is refused whole.
 */
#ifndef HAETAE_SCHEDULER_CLEANUP_LIST_H
#define HAETAE_SCHEDULER_CLEANUP_LIST_H

#include <stddef.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"

enum {
	CLEANUP_FILE_MAX = 256 << 10,
	CLEANUP_ENTRIES_MAX = 4096,
	CLEANUP_PATTERN_MAX = 255,	     /* bytes */
	CLEANUP_PATTERN_MIN = 3,	     /* characters */
	CLEANUP_MINUTES_MAX = 366 * 24 * 60, /* a year */
};

struct cleanup_entry {
	char *pattern; /* owned; a fixed text */
	char *user;    /* owned; NULL: none was given */
	unsigned minutes;
	unsigned line; /* where it stands */
};

struct cleanup_list {
	struct cleanup_entry *items;
	size_t n;
};

/* file is what messages call the text. -EBADMSG with "FILE:LINE: ..." and what was expected. */
int cleanup_list_parse(const char *text, size_t size, const char *file,
    struct cleanup_list *ret, struct err *err) ATTR_MUST_CHECK;
void cleanup_list_free(struct cleanup_list *list);

struct cleanup_servers {
	char **names; /* owned */
	size_t n;
};

int cleanup_servers_parse(const char *text, size_t size, const char *file,
    struct cleanup_servers *ret, struct err *err) ATTR_MUST_CHECK;
void cleanup_servers_free(struct cleanup_servers *servers);

#endif
