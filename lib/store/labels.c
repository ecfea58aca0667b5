/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/labels.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct entry {
	UT_hash_handle hh;
	struct label label;
	uint32_t specid; /* the key goes from here to the end of text */
	char text[];
};

struct labels {
	struct entry *entries; /* uthash keeps them in the order of their adding */
};

/* The specid and the text lie one behind the other in an entry; a key to look up with is put
 * together the same way. */
enum { KEY_SIZE_MAX = sizeof(uint32_t) + 1024 };

static size_t key_size(const char *text)
{
	return offsetof(struct entry, text) - offsetof(struct entry, specid) + strlen(text);
}

int labels_new(struct labels **ret)
{
	struct labels *labels = calloc(1, sizeof(*labels));

	if (!labels)
		return -ENOMEM;
	*ret = labels;
	return 0;
}

static void remove_entry(struct labels *labels, struct entry *entry)
{
	HASH_DEL(labels->entries, entry);
	free(entry);
}

void labels_clear(struct labels *labels)
{
	struct entry *entry, *next;

	HASH_ITER(hh, labels->entries, entry, next)
	remove_entry(labels, entry);
}

void labels_free(struct labels *labels)
{
	if (!labels)
		return;
	labels_clear(labels);
	free(labels);
}

static struct entry *find(const struct labels *labels, uint32_t specid, const char *text)
{
	unsigned char key[KEY_SIZE_MAX];
	size_t size = key_size(text);
	struct entry *entry = NULL;

	if (size > sizeof(key))
		return NULL;
	memcpy(key, &specid, sizeof(specid));
	memcpy(key + sizeof(specid), text, size - sizeof(specid));
	HASH_FIND(hh, labels->entries, key, (unsigned)size, entry);
	return entry;
}

const struct label *labels_get(const struct labels *labels, uint32_t specid, const char *text)
{
	const struct entry *entry = find(labels, specid, text);

	return entry ? &entry->label : NULL;
}

int labels_put(
    struct labels *labels, uint32_t specid, const char *text, const struct label *label)
{
	struct entry *entry = find(labels, specid, text);
	size_t size = strlen(text) + 1;

	if (entry) {
		entry->label = *label;
		return 0;
	}
	if (HASH_COUNT(labels->entries) >= LABELS_MAX)
		remove_entry(labels, labels->entries);
	entry = malloc(offsetof(struct entry, text) + size);
	if (!entry)
		return -ENOMEM;
	entry->label = *label;
	entry->specid = specid;
	memcpy(entry->text, text, size);
	HASH_ADD_KEYPTR(hh, labels->entries, &entry->specid, (unsigned)key_size(text), entry);
	if (!entry->hh.tbl) {
		free(entry);
		return -ENOMEM;
	}
	return 0;
}
