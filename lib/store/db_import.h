/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes of specs by people: files of them, and single ones by hand. Each is one transaction
 * with its EVENTLOG rows, and leaves the members of groups as the specs then say.
 */
#ifndef HAETAE_STORE_DB_IMPORT_H
#define HAETAE_STORE_DB_IMPORT_H

#include "lib/store/db.h"
#include "lib/store/db_expand.h"
#include "lib/store/db_node.h"

enum spec_verb { SPEC_ADDED, SPEC_CHANGED, SPEC_REMOVED };

/* One thing that changes: a spec that comes or goes, or one setting of it. */
struct spec_change {
	enum spec_verb verb;
	const char *object; /* "NODE/NAME", or "GROUP:NAME" */
	const char *node;   /* "" for a group's */
	const char *field;  /* of SPEC_CHANGED: a key of toolspecs files, "host" or "group" */
	const char *old_value, *new_value; /* the command, of what comes or goes */
	bool first;			   /* of the changes of its spec */
};
typedef int spec_change_fn(const struct spec_change *change, void *context, struct err *err);

struct db_import {
	uint32_t hostid;	  /* that will run them */
	const struct spec *specs; /* as they are written: with variables (spec_source.h) */
	size_t n_specs;
	bool prune;			/* what this host has and is not among them goes */
	bool dry_run;			/* works out everything, and stores nothing */
	const struct db_author *author; /* NULL: no events */
	spec_change_fn *each;		/* NULL, or told of every change */
	void *context;
};

struct db_import_result {
	size_t added, changed, unchanged, removed;
	struct db_expand_counts members;
};

/*
 * Stores all specs or none, as db_specs_import. -EBADMSG when one may not be stored: *ret_bad is
 * its index then (n_specs: it is none of them). Nodes that are not there are made, groups are
 * not. Variables are attributes that nodes have by column, or that any node has.
 */
int db_specs_apply(struct db *db, const struct db_import *import, int64_t now_ms,
    struct db_import_result *ret, size_t *ret_bad, struct err *err) ATTR_MUST_CHECK;

/* What may be done with specs that are there. */
enum spec_deed {
	SPEC_ENABLE,  /* a member of a group follows its group again, or is on against it */
	SPEC_DISABLE, /* a member is off whatever its group says */
	SPEC_REMOVE,  /* -EINVAL for a member: it is its group's to remove */
};
/* Does it with all of these, or with none; those that are so already are left alone. *ret_n is
 * how many are not. -EAGAIN when one is changed at the same time. */
int db_specs_do(struct db *db, enum spec_deed deed, const uint32_t *specids, size_t n,
    const struct db_author *author, int64_t now_ms, size_t *ret_n,
    struct err *err) ATTR_MUST_CHECK;

/* A spec as it stands, with what is known about it. */
struct spec_info {
	struct spec spec; /* as it runs; that of a group as it is written */
	char *template;	  /* of a node's own spec with variables (spec_source.h), or NULL */
	char *host;	  /* that runs it */
	char *from;	  /* of a member: "GROUP:NAME", else NULL */
	uint32_t hostid, parentid;
	bool by_hand; /* a member that is enabled or disabled by itself */
	bool waits;   /* for an attribute that its node lacks */
	bool wanted;  /* it will be enabled then */
	int64_t created_ms, changed_ms, removed_ms;
	size_t n_members; /* of a group's */
};
struct spec_infos {
	struct spec_info *items;
	size_t n;
};
void spec_infos_free(struct spec_infos *infos);

struct spec_filter {
	const char *node;  /* of this node, or NULL */
	const char *group; /* of this group, of those below it, and of their nodes; or NULL */
	const char *host;  /* that this host runs, or NULL */
	const char *name;  /* of this name, or NULL */
	bool removed;	   /* those that were removed, and no others */
	bool only_group;   /* with group: its own specs alone */
};
/* Specs of groups by path, then those of nodes by node, each by name. The caller frees it. */
int db_spec_infos(struct db *db, const struct spec_filter *filter, struct spec_infos *ret,
    struct err *err) ATTR_MUST_CHECK;
/* The spec as it is written, in place of the one that runs. */
int spec_info_source(struct spec_info *info, struct err *err) ATTR_MUST_CHECK;

/* What a spec said last. -ENOENT when it never did. */
struct spec_said {
	int64_t due_ms, started_ms, duration_ms, since_ms;
	int state;
	enum outcome outcome;
	char *text;
};
int db_spec_said(
    struct db *db, uint32_t specid, struct spec_said *ret, struct err *err) ATTR_MUST_CHECK;

#endif
