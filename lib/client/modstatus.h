/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an Apache httpd tells about its workers on the page /server-status?auto of mod_status.
 */
#ifndef HAETAE_CLIENT_MODSTATUS_H
#define HAETAE_CLIENT_MODSTATUS_H

#include <stddef.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"

/* Each worker is a letter on the scoreboard. */
enum modstatus_worker {
	MODSTATUS_WAITING,   /* _ */
	MODSTATUS_STARTING,  /* S */
	MODSTATUS_READING,   /* R */
	MODSTATUS_SENDING,   /* W */
	MODSTATUS_KEEPALIVE, /* K */
	MODSTATUS_DNS,	     /* D */
	MODSTATUS_CLOSING,   /* C */
	MODSTATUS_LOGGING,   /* L */
	MODSTATUS_FINISHING, /* G */
	MODSTATUS_IDLE_KILL, /* I */
	MODSTATUS_OPEN,	     /* . a free slot */
	MODSTATUS_N_WORKERS
};
/* "sending", for people. */
const char *modstatus_worker_text(enum modstatus_worker worker);

/* A number that is not told is NAN; accesses and bytes need ExtendedStatus, which is the default. */
struct modstatus {
	char version[64];
	double uptime_s;
	double accesses, kbytes; /* since the start */
	double busy, idle;
	unsigned workers[MODSTATUS_N_WORKERS]; /* all 0 without a scoreboard */
};

/* -EBADMSG if it tells no workers: a page of another kind. */
int modstatus_parse(
    const char *text, size_t size, struct modstatus *ret, struct err *err) ATTR_MUST_CHECK;

#endif
