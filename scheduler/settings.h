/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host's own configuration: haetae.conf, then conf.d/NAME.cfg in order, then
 * hosts/HOSTNAME.cfg. A later file replaces single settings. What a probe type may start
 * is decided here alone, so the files must belong to root or to the user who reads them,
 * and nobody else may write to them.
 */
#ifndef HAETAE_SCHEDULER_SETTINGS_H
#define HAETAE_SCHEDULER_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/store/db.h"
#include "lib/store/db_partition.h"
#include "lib/store/db_settings.h"

/* What the specs of one probe type may start: a folder of plugins, or one command. */
struct probetype {
	char *name;	/* at most 16 bytes: part of file names, [a-z0-9_-]+ */
	char *folder;	/* absolute; a spec's command is a file in it, or NULL */
	char *command;	/* absolute; the spec names no command, or NULL */
	char *state;	/* "plugin" (NULL too): the exit code is one; "none": it is not */
	bool stateless; /* of state "none": what it prints is judged by thresholds */
};

struct settings {
	struct db_conf db; /* borrows from database */
	struct db_settings database;
	char *host;  /* this probe host's name; default: gethostname() */
	char *spool; /* folder of this instance */
	char *user;  /* whom root becomes before anything else; NULL: stay */
	struct probetype *probetypes;
	size_t n_probetypes;
	unsigned max_running; /* probes at once (64) */
	int64_t window_ms;    /* how far ahead slots are made and claimed (120,000) */
	int64_t hold_ms;      /* loaded segments are kept so long where COMMIT is not durable */
	int64_t late_ms;      /* a start later than this is counted late (1,000) */
	uint64_t output_max;  /* bytes of a probe's output that are kept (64 KiB) */
	uint64_t capture_max; /* bytes that a probe may write before it is cut (1 MiB) */
	/* The spool: an alarm, and only what is vital, from so many percent of its room (80, 95);
	 * at most so many bytes of what is not loaded (0: as many as there is room for); bytes of
	 * its disk that stay free (32 MiB). */
	unsigned spool_alarm, spool_stop;
	uint64_t spool_max, spool_reserve;
	struct db_retention retention; /* how long rows stay (14, 400, 400, 3650 days) */
	char *path;		       /* PATH of probes */
	bool log_syslog;
	int log_level;
};

/* file NULL: HAETAE_SYSCONFDIR/haetae.conf. Messages name file and line. */
int settings_read(const char *file, struct settings *ret, struct err *err) ATTR_MUST_CHECK;
/* The same for a program that does not connect to the database: the password stays unread. */
int settings_read_local(
    const char *file, struct settings *ret, struct err *err) ATTR_MUST_CHECK;
void settings_free(struct settings *settings);

const struct probetype *settings_probetype(const struct settings *settings, const char *name);

/* The executable of a spec: fills path (folder/command or command). -EACCES with the reason
 * when the host's configuration does not allow it. */
struct buf;
int settings_executable(const struct settings *settings, const struct spec *spec,
    struct buf *ret_path, struct err *err) ATTR_MUST_CHECK;

#endif
