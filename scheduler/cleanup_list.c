/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/cleanup_list.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cleanup.h"
#include "lib/base/num.h"

/* A text with a place in it, for messages. */
struct cursor {
	const char *at, *end;
	const char *file;
	unsigned line;
};

static bool is_blank(char c)
{
	/* A carriage return stands before the newline of a file that came from elsewhere. */
	return c == ' ' || c == '\t' || c == '\r';
}

static const char *line_end(const struct cursor *cursor)
{
	const char *end = memchr(cursor->at, '\n', (size_t)(cursor->end - cursor->at));

	return end ? end : cursor->end;
}

static void next_line(struct cursor *cursor)
{
	cursor->at = line_end(cursor);
	if (cursor->at < cursor->end) {
		cursor->at++;
		cursor->line++;
	}
}

/* The next word, across lines and comments; false at the end. It ends before ret_end. */
static bool next_word(struct cursor *cursor, const char **ret, const char **ret_end)
{
	const char *end;

	while (cursor->at < cursor->end) {
		if (*cursor->at == '\n' || *cursor->at == '#') {
			next_line(cursor);
			continue;
		}
		if (!is_blank(*cursor->at))
			break;
		cursor->at++;
	}
	if (cursor->at == cursor->end)
		return false;
	end = cursor->at;
	while (end < cursor->end && *end != '\n' && !is_blank(*end))
		end++;
	*ret = cursor->at;
	*ret_end = end;
	cursor->at = end;
	return true;
}

/* Puts file and line before what err says. */
static int refuse(const struct cursor *cursor, int code, struct err *err)
{
	err_prefix(err, "%s:%u", cursor->file, cursor->line);
	return code;
}

/* Such a byte in a name is a mistake, and would be one in a log, too. */
static bool has_control(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7F)
			return true;
	}
	return false;
}

/* --- the cleanup list ------------------------------------------------------------------------ */

static size_t count_characters(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xC0) != 0x80;
	return n;
}

/* What is a part of these is a part of nearly every path. */
static bool is_folder(const char *pattern)
{
	static const char *const folders[] = { "/usr/local/bin/", "/usr/local/sbin/",
		"/usr/sbin/", "/usr/lib/", "/usr/lib64/", "/usr/libexec/", "/usr/share/",
		"/opt/", "/home/", "/root/", "/var/", "/tmp/" };

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		if (strstr(folders[i], pattern))
			return true;
	}
	return false;
}

static int check_pattern(const char *pattern, struct err *err)
{
	if (count_characters(pattern) < CLEANUP_PATTERN_MIN)
		return err_set(err, -EBADMSG,
		    "pattern '%s' is too short: expected at least %d characters", pattern,
		    CLEANUP_PATTERN_MIN);
	if (strlen(pattern) > CLEANUP_PATTERN_MAX)
		return err_set(err, -EBADMSG,
		    "pattern '%.40s...' is too long: expected at most %d bytes", pattern,
		    CLEANUP_PATTERN_MAX);
	if (is_folder(pattern))
		return err_set(err, -EBADMSG,
		    "pattern '%s' is in the path of most programs: expected (a part of) a "
		    "program's name, such as /bin/ping",
		    pattern);
	return 0;
}

static int parse_minutes(const char *text, unsigned *ret, struct err *err)
{
	uint64_t minutes;

	if (num_u64(text, &minutes, NULL) < 0 || minutes < 1 || minutes > CLEANUP_MINUTES_MAX)
		return err_set(err, -EBADMSG,
		    "limit '%.40s': expected whole minutes from 1 to %d", text,
		    CLEANUP_MINUTES_MAX);
	*ret = (unsigned)minutes;
	return 0;
}

static void entry_free(struct cleanup_entry *entry)
{
	free(entry->pattern);
	free(entry->user);
}

/* Cuts the word at its commas and fills the entry with copies. word is changed. */
static int parse_entry(char *word, struct cleanup_entry *ret, struct err *err)
{
	static const char key[] = "user=";
	char *minutes = strchr(word, ','), *user;
	int r;

	if (!minutes)
		return err_set(err, -EBADMSG,
		    "'%.100s' has no limit: expected PATTERN,MINUTES without blanks", word);
	*minutes++ = '\0';
	user = strchr(minutes, ',');
	if (user)
		*user++ = '\0';
	r = check_pattern(word, err);
	if (r == 0)
		r = parse_minutes(minutes, &ret->minutes, err);
	if (r < 0)
		return r;
	if (user && (strncmp(user, key, sizeof(key) - 1) != 0 || !user[sizeof(key) - 1] ||
			strchr(user, ',')))
		return err_set(err, -EBADMSG,
		    "'%.100s' behind the limit: expected user=NAME, or nothing", user);
	ret->pattern = strdup(word);
	if (user)
		ret->user = strdup(user + sizeof(key) - 1);
	if (!ret->pattern || (user && !ret->user))
		return err_set(err, -ENOMEM, "out of memory");
	return 0;
}

static int add_entry(
    struct cleanup_list *list, const char *text, size_t size, unsigned line, struct err *err)
{
	CLEANUP(entry_free) struct cleanup_entry entry = { .line = line };
	CLEANUP_FREE char *word = strndup(text, size);
	struct cleanup_entry *items;
	int r;

	if (!word)
		return err_set(err, -ENOMEM, "out of memory");
	if (has_control(text, size))
		return err_set(err, -EBADMSG, "a control character: expected text");
	if (list->n == CLEANUP_ENTRIES_MAX)
		return err_set(err, -EBADMSG, "more than %d entries", CLEANUP_ENTRIES_MAX);
	r = parse_entry(word, &entry, err);
	if (r < 0)
		return r;
	items = reallocarray(list->items, list->n + 1, sizeof(*items));
	if (!items)
		return err_set(err, -ENOMEM, "out of memory");
	list->items = items;
	items[list->n++] = entry;
	entry = (struct cleanup_entry){ 0 };
	return 0;
}

int cleanup_list_parse(
    const char *text, size_t size, const char *file, struct cleanup_list *ret, struct err *err)
{
	CLEANUP(cleanup_list_free) struct cleanup_list list = { 0 };
	struct cursor cursor = { text, text + size, file, 1 };
	const char *word, *end;

	while (next_word(&cursor, &word, &end)) {
		int r = add_entry(&list, word, (size_t)(end - word), cursor.line, err);

		if (r < 0)
			return refuse(&cursor, r, err);
	}
	*ret = list;
	list = (struct cleanup_list){ 0 };
	return 0;
}

void cleanup_list_free(struct cleanup_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		entry_free(&list->items[i]);
	free(list->items);
	*list = (struct cleanup_list){ 0 };
}

/* --- servers ----------------------------------------------------------------------------------- */

static int add_server(
    struct cleanup_servers *servers, const char *text, size_t size, struct err *err)
{
	const char *comma = memchr(text, ',', size);
	size_t name_size = comma ? (size_t)(comma - text) : size;
	char **names;

	if (has_control(text, name_size))
		return err_set(err, -EBADMSG, "a control character: expected text");
	if (!comma || !memchr(comma + 1, ',', size - name_size - 1))
		return err_set(err, -EBADMSG,
		    "'%.*s': expected NAME,FOLDER,PARAMETERS (two commas, the last two may be "
		    "empty)",
		    (int)(size > 100 ? 100 : size), text);
	if (name_size == 0 || name_size > CLEANUP_PATTERN_MAX || memchr(text, '/', name_size))
		return err_set(err, -EBADMSG,
		    "'%.*s': expected a program's name without folder before the first comma",
		    (int)(name_size > 100 ? 100 : name_size), text);
	if (servers->n == CLEANUP_ENTRIES_MAX)
		return err_set(err, -EBADMSG, "more than %d servers", CLEANUP_ENTRIES_MAX);
	names = reallocarray(servers->names, servers->n + 1, sizeof(*names));
	if (!names)
		return err_set(err, -ENOMEM, "out of memory");
	servers->names = names;
	names[servers->n] = strndup(text, name_size);
	if (!names[servers->n])
		return err_set(err, -ENOMEM, "out of memory");
	servers->n++;
	return 0;
}

int cleanup_servers_parse(const char *text, size_t size, const char *file,
    struct cleanup_servers *ret, struct err *err)
{
	CLEANUP(cleanup_servers_free) struct cleanup_servers servers = { 0 };

	for (struct cursor cursor = { text, text + size, file, 1 }; cursor.at < cursor.end;
	     next_line(&cursor)) {
		const char *end = line_end(&cursor);
		int r;

		while (cursor.at < end && is_blank(*cursor.at))
			cursor.at++;
		while (end > cursor.at && is_blank(end[-1]))
			end--;
		if (cursor.at == end || *cursor.at == '#')
			continue;
		r = add_server(&servers, cursor.at, (size_t)(end - cursor.at), err);
		if (r < 0)
			return refuse(&cursor, r, err);
	}
	*ret = servers;
	servers = (struct cleanup_servers){ 0 };
	return 0;
}

void cleanup_servers_free(struct cleanup_servers *servers)
{
	for (size_t i = 0; i < servers->n; i++)
		free(servers->names[i]);
	free(servers->names);
	*servers = (struct cleanup_servers){ 0 };
}
