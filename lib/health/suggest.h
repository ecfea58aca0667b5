/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Drafts a profile from what runs on a node now: the programs that look like services, each with the
 * number of its processes, their user, what they listen on and which databases, brokers and the like
 * they are connected to. The draft is a valid profile that the node fulfils at that moment; what of
 * it must hold, only people know, and the draft says so.
 *
 * Left out are kernel threads, shells, what belongs to sessions, and what has just been started.
 */
#ifndef HAETAE_HEALTH_SUGGEST_H
#define HAETAE_HEALTH_SUGGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fsroot.h"
#include "lib/collect/sock.h"
#include "lib/health/profile.h"
#include "lib/health/suggest_name.h"

struct suggest_how {
	const struct fsroot *root;
	const char *
	    asker; /* the program that asks: it and what has it on its command line is left out */
	double age_min_s; /* younger processes are left out, and named */
};

struct suggest_process {
	int32_t pid, ppid;
	uint32_t uid;
	double age_s;
	char *line; /* owned */
	size_t line_size;
	enum suggest_kind kind;
	bool is_zombie, in_session;
	size_t group; /* SUGGEST_NONE for none */
	size_t netns; /* place in the table of namespaces, SUGGEST_NONE if not known */
	struct suggest_name name;
};

#define SUGGEST_NONE SIZE_MAX

enum { SUGGEST_SOCKETS_MAX = 16, SUGGEST_PATH_SIZE = 108, SUGGEST_UNIT_SIZE = 96 };

struct suggest_listener {
	enum sock_proto proto;
	uint16_t port;
	char path[SUGGEST_PATH_SIZE]; /* a shell pattern */
	size_t netns, n_netns;	      /* where it was seen last, and in how many */
};

struct suggest_depend {
	const char *kind; /* static */
	uint16_t port;
};

struct suggest_group {
	struct suggest_name name;
	bool is_monitor;
	size_t n, n_workers, n_zombies, n_netns;
	uint32_t uid;
	bool has_uid; /* all have this one */
	char unit[SUGGEST_UNIT_SIZE];
	struct suggest_listener listeners[SUGGEST_SOCKETS_MAX];
	size_t n_listeners;
	struct suggest_depend depends[SUGGEST_SOCKETS_MAX];
	size_t n_depends;
};

struct suggestion {
	struct suggest_process *processes; /* by pid; owned */
	size_t n_processes, processes_room;
	struct suggest_group *groups; /* by name; owned */
	size_t n_groups;
	size_t n_denied;   /* processes whose descriptors may not be read */
	struct buf young;  /* names of what was left out for its age: "a, b" */
	struct buf passwd; /* the tree's /etc/passwd */
};

int suggest_read(
    const struct suggest_how *how, struct suggestion *ret, struct err *err) ATTR_MUST_CHECK;
void suggest_free(struct suggestion *suggestion);

/* For suggest.c: namespaces and sockets of the groups' processes. */
int suggest_sockets(const struct suggest_how *how, struct proc_dir *dir,
    struct suggestion *suggestion, struct err *err) ATTR_MUST_CHECK;
struct suggest_process *suggest_process_find(const struct suggestion *suggestion, int32_t pid);

/* A profile that fits this node: more than half of what must run by it runs here. */
struct suggest_fit {
	char *name; /* owned */
	size_t n_found, n_wanted;
};
enum { SUGGEST_FITS_MAX = 3 };
/* The best ones of all that are found by path, best first. Broken profiles do not fit. */
int suggest_fits(const struct suggest_how *how, const struct profile_path *path,
    struct suggest_fit ret[SUGGEST_FITS_MAX], size_t *ret_n, struct err *err) ATTR_MUST_CHECK;
void suggest_fits_free(struct suggest_fit *fits, size_t n);

/* Adds the draft. */
int suggest_write(const struct suggestion *suggestion, const char *name,
    const struct suggest_fit *fits, size_t n_fits, struct buf *buf);

#endif
