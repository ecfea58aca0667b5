/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Service profiles: what must run on a kind of node, as data. haetae-profiles(5) describes the
 * files. What is not understood is an error with file and line; nothing is guessed.
 *
 * A profile is sought by name in a list of folders, in their order. It may include others; a
 * file that includes its own name gets the one of the next folders, so that a site's file may
 * change a shipped one. Services are merged by name: what comes later replaces single fields.
 */
#ifndef HAETAE_HEALTH_PROFILE_H
#define HAETAE_HEALTH_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/conf.h"
#include "lib/base/err.h"
#include "lib/base/pattern.h"
#include "lib/check/range.h"
#include "lib/collect/proc_match.h"
#include "lib/health/service_fact.h"
#include "lib/health/service_socket.h"

enum {
	PROFILE_SIZE_MAX = 1 << 20, /* bytes of a file */
	PROFILE_FILES_MAX = 64,	    /* of one profile with what it includes */
	PROFILE_DEPTH_MAX = 16,	    /* of includes */
	PROFILE_SERVICES_MAX = 512, /* after merging */
	PROFILE_LIST_MAX = 32,	    /* listeners, dependencies, words of a ping, of a service */
	PROFILE_NAME_MAX = 64,	    /* letters of a name */
	PROFILE_TEXT_MAX = 1024,    /* bytes of any other text */
	PROFILE_DIRS_MAX = 8,
};

/* A threshold; text is as it was written, owned, NULL or "" for none. */
struct service_range {
	char *text;
	bool is_set;
	bool is_asked; /* on the command line: a fact that is absent is then UNKNOWN */
	struct range range;
};

struct service_spec {
	char *name, *component;
	/* Which processes. The patterns are compiled from these texts. */
	char *match, *exe, *kthread, *cgroup, *user, *place_word;
	struct pattern match_pattern, exe_pattern, kthread_pattern, cgroup_pattern;
	enum proc_place place;
	/* What they must be like. */
	char *owner, *healthy, *advice, *unit, *lsb;
	struct pattern healthy_pattern;
	bool optional, unwanted, assumed, unit_state;
	struct service_range crit[SERVICE_FACTS], warn[SERVICE_FACTS];
	struct service_listen *listens;
	size_t n_listens;
	struct service_depend *depends;
	size_t n_depends;
	struct conf_texts ping; /* kind, then options */
	/* Where it stands, "FILE:LINE", last changed first; owned. */
	char **origins;
	size_t n_origins;
};

struct profile {
	char *name, *title; /* owned; of several: "a+b" and "A, B" */
	char *file;	    /* of the first; owned */
	struct service_spec **services;
	size_t n_services;
};

/* The folders where profiles are sought, in order; borrowed. */
struct profile_path {
	const char *dirs[PROFILE_DIRS_MAX];
	size_t n_dirs;
};

/* The installed folders, behind those that were given (a path that is given is full once it has
 * PROFILE_DIRS_MAX). */
void profile_path_default(struct profile_path *path);

/* Reads the profiles "NAME[,NAME...]", merged as if one file included them all. A name with a
 * '/' or the ending ".cfg" is a file. -EBADMSG with "FILE:LINE: ..." for a mistake, -ENOENT for
 * a name that is in no folder (err lists the known ones). */
int profile_read(const struct profile_path *path, const char *names, struct profile *ret,
    struct err *err) ATTR_MUST_CHECK;

/* One profile from a text; file is what messages call it. Includes are sought in path. */
int profile_parse(const char *text, size_t size, const char *file,
    const struct profile_path *path, struct profile *ret, struct err *err) ATTR_MUST_CHECK;

void profile_free(struct profile *profile);

struct service_spec *profile_find(const struct profile *profile, const char *service);
void profile_remove(struct profile *profile, size_t index);

/* What one can ask for: each name once, sorted, from the folder where it is found first. */
struct profile_entry {
	char *name, *file;
};
struct profile_list {
	struct profile_entry *items;
	size_t n;
};
int profile_list_read(
    const struct profile_path *path, struct profile_list *ret, struct err *err) ATTR_MUST_CHECK;
void profile_list_free(struct profile_list *list);

/* The file of a name, searched from folder `from` on; its index goes to *ret_dir. -ENOENT. */
int profile_locate(const struct profile_path *path, size_t from, const char *name,
    char **ret_file, size_t *ret_dir) ATTR_MUST_CHECK;

/* Writes the profile as a file that profile_parse reads again, with a comment a service that
 * says where it stands. */
int profile_write(const struct profile *profile, struct buf *buf);

#endif
