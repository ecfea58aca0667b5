/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Configuration files in libconfig's format, read by tables: a row names a key, its type
 * and where its value goes. What no row names is an error, with file and line. The one
 * place with libconfig.h; "@include" is refused, so that what was checked is what is read.
 */
#ifndef HAETAE_BASE_CONF_H
#define HAETAE_BASE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"

/* A file that was read, and a setting in it. Settings live as long as their file. */
struct conf;
struct conf_item;

enum { CONF_SIZE_MAX = 256 << 20 };

/* name is what messages call the text. -EBADMSG with "NAME:LINE: ...". */
int conf_parse(const char *text, size_t size, const char *name, struct conf **ret,
    struct err *err) ATTR_MUST_CHECK;
/* Also -errno of opening and reading. */
int conf_read(const char *file, struct conf **ret, struct err *err) ATTR_MUST_CHECK;
void conf_free(struct conf *conf);

const struct conf_item *conf_root(const struct conf *conf);

enum conf_type {
	CONF_TEXT,     /* char *, owned by the struct: an old one is freed */
	CONF_TEXTS,    /* struct conf_texts: a list or array of texts, likewise */
	CONF_BOOL,     /* bool */
	CONF_NUMBER,   /* int64_t */
	CONF_UNSIGNED, /* unsigned */
	CONF_MS,       /* int64_t: milliseconds, from seconds or "500 ms", "5 m" */
	CONF_BYTES,    /* uint64_t, from a number or "64 KiB" */
	CONF_ITEM,     /* const struct conf_item *: a group or list that the caller reads */
};

struct conf_texts {
	char **items;
	size_t n;
};
void conf_texts_free(struct conf_texts *texts);

struct conf_key {
	const char *name;
	enum conf_type type;
	size_t offset;	     /* of the value in the struct */
	int64_t least, most; /* of numbers (ms and bytes too); both 0: any */
	size_t seen_offset;  /* of a bool that is set when the key is there, or 0 */
};

/* Reads a group into target. Keys that are not there leave their field alone. -EBADMSG with
 * "FILE:LINE: ...", and target may be half filled. */
int conf_group_read(const struct conf_item *group, const struct conf_key *keys, size_t n_keys,
    void *target, struct err *err) ATTR_MUST_CHECK;

/* The groups of a list "( { … }, … )". */
bool conf_is_list(const struct conf_item *item);
size_t conf_count(const struct conf_item *list);
const struct conf_item *conf_at(const struct conf_item *list, size_t index);

/* The member of a group that is called name, or NULL. */
const struct conf_item *conf_member(const struct conf_item *group, const char *name);
/* The text of an item, NULL if it is none; it lives as long as the file. */
const char *conf_text(const struct conf_item *item);

const char *conf_file(const struct conf_item *item);
unsigned conf_line(const struct conf_item *item);
/* Puts "FILE:LINE: " before err's text; returns -EBADMSG. */
int conf_error(const struct conf_item *item, struct err *err);
/* The same for what is wrong with the value of a key: the line is the key's if it is there, else
 * the group's, and err's text gets "key 'NAME': " in front. */
int conf_error_key(const struct conf_item *group, const char *name, struct err *err);

#endif
