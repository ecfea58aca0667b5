/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a process is meant by a pattern of the cleanup list. The pattern is sought in what
 * the process is: the path of its program, the name that it was started under, and the script
 * of an interpreter. It is never sought in the other arguments, so that neither an editor with
 * the file gnuplot.conf nor a grep for whois is meant.
 */
#ifndef HAETAE_SCHEDULER_CLEANUP_MATCH_H
#define HAETAE_SCHEDULER_CLEANUP_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A piece of a text, not NUL-terminated; size 0 for nothing. */
struct cleanup_span {
	const char *text;
	size_t size;
};

struct cleanup_names {
	struct cleanup_span exe, argv0, script;
};

/* exe: the path of the program, "" where it may not be read. args: as in /proc/PID/cmdline,
 * each argument with a NUL behind it, perhaps cut. The spans point into both. */
void cleanup_names_set(
    const char *exe, const char *args, size_t args_size, struct cleanup_names *ret);

/* Where the pattern is found first, or NULL; ret_where is "program", "argv[0]" or "script". */
const struct cleanup_span *cleanup_names_find(
    const struct cleanup_names *names, const char *pattern, const char **ret_where);

/* Whether one of them is a program of this name, without folder, with or without an extension
 * (map-updated, map-updated.pl). */
bool cleanup_names_have(const struct cleanup_names *names, const char *program);

/* Whether a process that started so many clock ticks after boot is at least so old. */
bool cleanup_is_old(
    uint64_t start_ticks, long ticks_per_s, int64_t now_boot_ms, unsigned minutes);
/* Its age; 0 if it is younger than now. */
int64_t cleanup_age_ms(uint64_t start_ticks, long ticks_per_s, int64_t now_boot_ms);

#endif
