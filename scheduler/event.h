/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events of programs that do not talk to the database: one file each in the spool's folder
 * events/, written by temporary and rename. The load stage stores them as EVENTLOG rows and
 * deletes the files after COMMIT. Not synced: an event may be lost with the machine, never
 * a result for its sake.
 */
#ifndef HAETAE_SCHEDULER_EVENT_H
#define HAETAE_SCHEDULER_EVENT_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"
#include "lib/store/db_event.h"

enum {
	EVENT_FILES_MAX = 10000, /* in the folder: what is more is said in the log alone */
	EVENT_SIZE_MAX = 8192,
};

/* Writes the event into a spool that is there. time_ms 0 is now, eventid 0 makes one, user NULL
 * is the login of this process. Root gives the file to the folder's owner. -ENOSPC when the
 * folder is full. */
int event_write(
    const char *spool, const struct db_event *event, struct err *err) ATTR_MUST_CHECK;
/* The same, and a failure is a line in the log. */
void event_say(const char *spool, const struct db_event *event);

/* Reads a file's text; the event's texts point into it. -EBADMSG for what is none. */
int event_parse(
    const char *text, size_t size, struct db_event *ret, struct err *err) ATTR_MUST_CHECK;

/* The login of the person who runs this: of the effective user, and for root of who became root
 * by sudo or su; or "uid N". size at least 32. */
void event_user(char *out, size_t size);

#endif
