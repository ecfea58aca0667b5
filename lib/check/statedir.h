/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The folder of the state between runs: the one that was given, else $(localstatedir)/lib/
 * haetae/UID, else haetae in the user's XDG state folder. The latter two only if they are the
 * user's own, so that nobody can plant a file or a link there.
 */
#ifndef HAETAE_CHECK_STATEDIR_H
#define HAETAE_CHECK_STATEDIR_H

#include <stdbool.h>

/* Opens it, given being NULL without --state-dir; `make` creates one of ours that is not
 * there. Returns the descriptor or -errno. */
int statedir_open(const char *given, bool make);

#endif
