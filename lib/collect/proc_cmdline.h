/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc/PID/cmdline as one line of text (proc_pid_cmdline(5)): arguments end with
 * NUL there; a process that wrote its own title (setproctitle) has one string, often
 * with hundreds of NULs behind it.
 */
#ifndef HAETAE_COLLECT_PROC_CMDLINE_H
#define HAETAE_COLLECT_PROC_CMDLINE_H

#include <stdbool.h>
#include <stddef.h>

/* What is read of a command line and searched: the size of the largest single argument
 * (MAX_ARG_STRLEN), while all arguments together may have several MiB. */
enum { PROC_CMDLINE_MAX = 128 << 10 };

/* Cuts blanks and NULs at the end and turns the NULs between arguments into blanks, in
 * place. Returns the new size. */
size_t proc_cmdline_clean(char *text, size_t size);

/* Whether the program `name` is in the line as a whole word, with or without a folder in
 * front: "/bin/sh -c /usr/lib/check_x -w 5" has check_x. */
bool proc_cmdline_has_program(const char *line, size_t size, const char *name);

/* Replaces what looks like a secret by '*', in place: what follows a word that has pass,
 * secret or token in its name, or ends with key ("--password=x", "--api-key x", "PASSWORD=x"), and the
 * password of a URL. For lines that are printed; it cannot know every program's habits. */
void proc_cmdline_mask(char *line, size_t size);

#endif
