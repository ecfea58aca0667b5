/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/memcached.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/client/facts.h"

static bool begins(const char *line, size_t size, const char *start)
{
	return size >= strlen(start) && memcmp(line, start, strlen(start)) == 0;
}

static size_t without_cr(const char *line, size_t size)
{
	return size > 0 && line[size - 1] == '\r' ? size - 1 : size;
}

/* "ERROR Too many open connections", "CLIENT_ERROR unauthenticated", "SERVER_ERROR ..." */
static int check_error(const char *line, size_t size, struct err *err)
{
	static const char *const errors[] = { "ERROR", "CLIENT_ERROR", "SERVER_ERROR" };

	size = without_cr(line, size);
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (begins(line, size, errors[i]))
			return err_set(
			    err, -EPROTO, "%.*s", (int)(size < 200 ? size : 200), line);
	}
	return 0;
}

int memcached_open(const char *address, enum address_family family, int64_t until_ms,
    struct dialog *ret, struct err *err)
{
	return dialog_open(
	    address, MEMCACHED_PORT, family, until_ms, MEMCACHED_STATS_MAX, ret, err);
}

int memcached_version_parse(
    const char *line, size_t size, char ret[MEMCACHED_VERSION_SIZE], struct err *err)
{
	int r = check_error(line, size, err);

	if (r < 0)
		return r;
	size = without_cr(line, size);
	if (!begins(line, size, "VERSION ") || size == strlen("VERSION "))
		return err_set(err, -EBADMSG, "no answer to \"version\"");
	(void)snprintf(ret, MEMCACHED_VERSION_SIZE, "%.*s", (int)(size - strlen("VERSION ")),
	    line + strlen("VERSION "));
	return 0;
}

/* What else is said in a line too long to be one of the protocol's is not waited for. */
static int read_line(struct dialog *dialog, size_t *ret_size, struct err *err)
{
	while (!memchr(buf_text(&dialog->in), '\n', dialog->in.size)) {
		int r;

		if (dialog->in.size > MEMCACHED_LINE_MAX)
			return err_set(
			    err, -EMSGSIZE, "a line of over %d bytes", MEMCACHED_LINE_MAX);
		r = dialog_more(dialog, err);
		if (r < 0)
			return r;
	}
	return dialog_line(dialog, ret_size, err);
}

int memcached_version(struct dialog *dialog, char ret[MEMCACHED_VERSION_SIZE], struct err *err)
{
	static const char question[] = "version\r\n";
	size_t size = 0;
	int r = dialog_send(dialog, question, sizeof(question) - 1, err);

	if (r == 0)
		r = read_line(dialog, &size, err);
	if (r == 0)
		r = memcached_version_parse(buf_text(&dialog->in), size, ret, err);
	if (r == 0)
		dialog_take(dialog, size + 1);
	return r;
}

int memcached_stats_read(struct dialog *dialog, struct buf *buf, struct err *err)
{
	static const char question[] = "stats\r\n";
	size_t start = buf->size;
	int r = dialog_send(dialog, question, sizeof(question) - 1, err);

	while (r == 0 && buf->size - start <= MEMCACHED_STATS_MAX) {
		const char *line;
		size_t size = 0;

		r = read_line(dialog, &size, err);
		if (r < 0)
			return r;
		line = buf_text(&dialog->in);
		r = check_error(line, size, err);
		if (r < 0)
			return r;
		if (without_cr(line, size) == 3 && begins(line, size, "END")) {
			dialog_take(dialog, size + 1);
			return 0;
		}
		r = buf_add(buf, line, size + 1);
		if (r < 0)
			return err_set(err, r, "cannot keep the answer");
		dialog_take(dialog, size + 1);
	}
	return r < 0 ? r : err_set(err, -EMSGSIZE, "an answer without end to \"stats\"");
}

#define NUMBER(name, field)                                        \
	{                                                          \
		(name), offsetof(struct memcached_stats, field), 0 \
	}
static const struct fact stats_facts[] = {
	NUMBER("uptime", uptime_s),
	NUMBER("curr_items", items),
	NUMBER("bytes", memory_used),
	NUMBER("limit_maxbytes", memory_max),
	NUMBER("curr_connections", connections),
	NUMBER("max_connections", connections_max),
	NUMBER("cmd_get", n_gets),
	NUMBER("get_hits", n_hits),
	NUMBER("get_misses", n_misses),
	NUMBER("cmd_set", n_sets),
	NUMBER("evictions", n_evictions),
};
enum { N_STATS_FACTS = sizeof(stats_facts) / sizeof(stats_facts[0]) };

int memcached_stats_parse(
    const char *text, size_t size, struct memcached_stats *ret, struct err *err)
{
	struct memcached_stats stats;

	facts_clear(stats_facts, N_STATS_FACTS, &stats);
	if (facts_parse(text, size, "STAT ", " ", stats_facts, N_STATS_FACTS, &stats) == 0)
		return err_set(err, -EBADMSG, "no statistics in the answer to \"stats\"");
	*ret = stats;
	return 0;
}
