/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/mounts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/num.h"
#include "lib/collect/mountview.h"

/* Replaces the octal escapes of a field (\040 blank, \011 tab, \012 newline, \134
 * backslash, \043 number sign) where it stands. */
static void unescape(char *field)
{
	const char *from = strchr(field, '\\');
	char *to = field + (from ? from - field : 0);

	if (!from)
		return;
	while (*from) {
		if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] >= '0' &&
		    from[2] <= '7' && from[3] >= '0' && from[3] <= '7') {
			*to++ = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 +
				       (from[3] - '0'));
			from += 4;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
}

/* Cuts the next blank-separated field off the line, or returns NULL. */
static char *next_field(char **line)
{
	char *field = *line + strspn(*line, " ");
	char *end = field + strcspn(field, " ");

	if (!*field)
		return NULL;
	*line = *end ? end + 1 : end;
	*end = '\0';
	return field;
}

/* Whether a list "rw,relatime,..." has the word. */
static bool has_option(const char *list, const char *word)
{
	size_t size = strlen(word);

	while (*list) {
		size_t n = strcspn(list, ",");

		if (n == size && memcmp(list, word, size) == 0)
			return true;
		list += n + (list[n] == ',');
	}
	return false;
}

static bool parse_device(const char *field, struct mount *mount)
{
	const char *p = field, *end = field + strlen(field);
	uint64_t major, minor;

	if (num_scan_u64(&p, end, &major) < 0 || p == end || *p++ != ':' ||
	    num_scan_u64(&p, end, &minor) < 0 || p != end || major > UINT32_MAX ||
	    minor > UINT32_MAX)
		return false;
	mount->major = (uint32_t)major;
	mount->minor = (uint32_t)minor;
	return true;
}

/* The options of the file system itself. ext4 says emergency_ro and f2fs, ntfs3 and others
 * shutdown when an error made them stop. */
static void parse_super_options(const char *options, struct mount *mount)
{
	mount->super_read_only = has_option(options, "ro");
	mount->broken = has_option(options, "emergency_ro") || has_option(options, "shutdown");
}

/* "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue": any
 * number of optional fields before the dash. */
static bool parse_info_line(char *line, struct mount *mount)
{
	char *id, *parent, *device, *root, *point, *options, *field, *type, *source, *super;

	id = next_field(&line);
	parent = next_field(&line);
	device = next_field(&line);
	root = next_field(&line);
	point = next_field(&line);
	options = next_field(&line);
	if (!options || num_u64(id, &mount->id, NULL) < 0 ||
	    num_u64(parent, &mount->parent, NULL) < 0 || !parse_device(device, mount))
		return false;
	do
		field = next_field(&line);
	while (field && strcmp(field, "-") != 0);
	type = next_field(&line);
	/* An empty source leaves two blanks in a row: then the options are the last field. */
	source = next_field(&line);
	super = next_field(&line);
	if (!source || point[0] != '/')
		return false;
	mount->root = root;
	mount->point = point;
	mount->type = type;
	mount->source = super ? source : "";
	mount->read_only = has_option(options, "ro");
	parse_super_options(super ? super : source, mount);
	unescape(root);
	unescape(point);
	unescape(type);
	unescape(source);
	return true;
}

/* "/dev/sda1 / ext4 rw,relatime 0 0". One list of options stands for mount and file system,
 * so "ro" tells only that somebody wanted it so. */
static bool parse_table_line(char *line, struct mount *mount)
{
	char *source = next_field(&line), *point = next_field(&line);
	char *type = next_field(&line), *options = next_field(&line);

	/* A table line with an empty source begins with a blank and fails here too. */
	if (!options || point[0] != '/')
		return false;
	parse_super_options(options, mount);
	mount->read_only = mount->super_read_only;
	mount->root = "";
	mount->point = point;
	mount->type = type;
	mount->source = source;
	unescape(source);
	unescape(point);
	unescape(type);
	return true;
}

static int parse_lines(struct mounts *mounts, bool table, struct err *err)
{
	size_t room = 0;
	char *line = mounts->text;

	while (*line) {
		size_t size = strcspn(line, "\n");
		char *next = line + size + (line[size] == '\n');
		struct mount mount = { .major = 0 };

		line[size] = '\0';
		if ((table ? parse_table_line : parse_info_line)(line, &mount)) {
			if (mounts->n_items == MOUNTS_MAX)
				return err_set(err, -E2BIG, "cannot read mounts: more than %d",
				    MOUNTS_MAX);
			if (mounts->n_items == room) {
				struct mount *items;

				room = room ? room * 2 : 64;
				items = realloc(mounts->items, room * sizeof(*items));
				if (!items)
					return err_sys(err, -ENOMEM, "cannot read mounts");
				mounts->items = items;
			}
			mount.kind = fstype_kind(mount.type, mount.source);
			mounts->items[mounts->n_items++] = mount;
		}
		line = next;
	}
	return 0;
}

bool mounts_is_below(const char *path, const char *folder)
{
	size_t size = strlen(folder);

	while (size > 0 && folder[size - 1] == '/')
		size--;
	return strncmp(path, folder, size) == 0 && (path[size] == '/' || path[size] == '\0');
}

int mounts_parse(const char *text, size_t size, bool table, struct mounts *ret, struct err *err)
{
	CLEANUP_MOUNTS struct mounts mounts = MOUNTS_INIT;
	int r;

	mounts.text = malloc(size + 1);
	if (!mounts.text)
		return err_sys(err, -ENOMEM, "cannot read mounts");
	if (size)
		memcpy(mounts.text, text, size);
	mounts.text[size] = '\0';
	r = parse_lines(&mounts, table, err);
	if (r < 0)
		return r;
	r = mountview_mark(&mounts, table);
	if (r < 0)
		return err_sys(err, r, "cannot read mounts");
	*ret = mounts;
	mounts = (struct mounts)MOUNTS_INIT;
	return 0;
}

int mounts_read(const struct fsroot *root, struct mounts *ret, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	const char *path = root->live ? "/proc/self/mountinfo" : "/proc/1/mountinfo";
	bool table = false;
	int r;

	if (!root->live && !fsroot_exists(root, path)) {
		path = "/proc/mounts";
		table = true;
	}
	r = fsroot_read(root, path, &text, err);
	return r < 0 ? r : mounts_parse(buf_text(&text), text.size, table, ret, err);
}

int mounts_read_init(const struct fsroot *root, struct mounts *ret, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT;

	if (fsroot_read(root, "/proc/1/mountinfo", &text, NULL) < 0)
		return mounts_read(root, ret, err);
	return mounts_parse(buf_text(&text), text.size, false, ret, err);
}

void mounts_free(struct mounts *mounts)
{
	free(mounts->items);
	free(mounts->text);
	*mounts = (struct mounts)MOUNTS_INIT;
}

bool mounts_by_default(const struct mount *mount)
{
	return !mount->hidden && !mount->duplicate &&
	       (mount->kind == FSTYPE_LOCAL || mount->kind == FSTYPE_FUSE);
}

const struct mount *mounts_at(const struct mounts *mounts, const char *point)
{
	size_t size = strlen(point);

	while (size > 1 && point[size - 1] == '/')
		size--;
	for (size_t i = mounts->n_items; i-- > 0;) {
		const struct mount *mount = &mounts->items[i];

		if (!mount->hidden && strncmp(mount->point, point, size) == 0 &&
		    mount->point[size] == '\0')
			return mount;
	}
	return NULL;
}

const struct mount *mounts_holding(const struct mounts *mounts, const char *path)
{
	const struct mount *best = NULL;

	for (size_t i = 0; i < mounts->n_items; i++) {
		const struct mount *mount = &mounts->items[i];

		if (!mount->hidden && mounts_is_below(path, mount->point) &&
		    (!best || strlen(mount->point) > strlen(best->point)))
			best = mount;
	}
	return best;
}
