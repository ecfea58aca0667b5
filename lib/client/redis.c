/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/redis.h"

#include <errno.h>
#include <string.h>

#include "lib/base/num.h"
#include "lib/client/facts.h"

/* --- replies ---------------------------------------------------------------------------- */

static int parse_number(const char *text, size_t size, int64_t *ret)
{
	const char *p = text, *end = text + size;
	bool negative = size > 0 && *p == '-';
	uint64_t number;

	p += negative;
	if (p == end || *p < '0' || *p > '9' || num_scan_u64(&p, end, &number) < 0 ||
	    p != end || number > INT64_MAX)
		return -EBADMSG;
	*ret = negative ? -(int64_t)number : (int64_t)number;
	return 0;
}

/* A reply of a length: "$5\r\nhello\r\n"; line_size is that of its head. */
static ssize_t parse_bulk(const char *data, size_t size, size_t line_size, int64_t length,
    struct redis_reply *ret, struct err *err)
{
	size_t text_size = (size_t)length, whole;

	if (length == -1) {
		*ret = (struct redis_reply){ .type = REDIS_NIL };
		return (ssize_t)line_size;
	}
	if (length < 0)
		return err_set(err, -EBADMSG, "a length of %lld", (long long)length);
	if (length > REDIS_BULK_MAX)
		return err_set(err, -EMSGSIZE, "a reply of %lld bytes", (long long)length);
	whole = line_size + text_size + 2;
	if (size < whole)
		return 0;
	if (memcmp(data + whole - 2, "\r\n", 2) != 0)
		return err_set(err, -EBADMSG, "a text that does not end where it should");
	*ret = (struct redis_reply){
		.type = REDIS_BULK,
		.text = data + line_size,
		.size = text_size,
	};
	return (ssize_t)whole;
}

static ssize_t parse_array(
    size_t line_size, int64_t length, struct redis_reply *ret, struct err *err)
{
	if (length == -1) {
		*ret = (struct redis_reply){ .type = REDIS_NIL };
		return (ssize_t)line_size;
	}
	if (length < 0 || length > REDIS_ARRAY_MAX)
		return err_set(err, -EMSGSIZE, "a list of %lld", (long long)length);
	*ret = (struct redis_reply){ .type = REDIS_ARRAY, .number = length };
	return (ssize_t)line_size;
}

ssize_t redis_parse(const char *data, size_t size, struct redis_reply *ret, struct err *err)
{
	const char *end;
	size_t line_size;
	int64_t number = 0;

	if (size == 0)
		return 0;
	if (!strchr("+-:$*", *data) || *data == '\0')
		return err_set(err, -EBADMSG, "no reply of the protocol");
	end = memchr(data, '\n', size);
	if (!end && size > REDIS_LINE_MAX)
		return err_set(err, -EMSGSIZE, "a line of over %d bytes", REDIS_LINE_MAX);
	if (!end)
		return 0;
	line_size = (size_t)(end - data) + 1;
	if (line_size < 3 || end[-1] != '\r' || line_size > REDIS_LINE_MAX)
		return err_set(err, -EBADMSG, "a line that is none of the protocol's");
	if (*data == '+' || *data == '-') {
		*ret = (struct redis_reply){
			.type = *data == '+' ? REDIS_STATUS : REDIS_ERROR,
			.text = data + 1,
			.size = line_size - 3,
		};
		return (ssize_t)line_size;
	}
	if (parse_number(data + 1, line_size - 3, &number) < 0)
		return err_set(err, -EBADMSG, "a number that is none");
	if (*data == '$')
		return parse_bulk(data, size, line_size, number, ret, err);
	if (*data == '*')
		return parse_array(line_size, number, ret, err);
	*ret = (struct redis_reply){ .type = REDIS_INTEGER, .number = number };
	return (ssize_t)line_size;
}

bool redis_is(const struct redis_reply *reply, enum redis_type type, const char *text)
{
	return reply->type == type && reply->size == strlen(text) &&
	       memcmp(reply->text, text, reply->size) == 0;
}

bool redis_is_error(const struct redis_reply *reply, const char *word)
{
	size_t size = strlen(word);

	return reply->type == REDIS_ERROR && reply->size >= size &&
	       memcmp(reply->text, word, size) == 0 &&
	       (reply->size == size || reply->text[size] == ' ');
}

/* --- the connection ------------------------------------------------------------------------ */

int redis_open(const char *address, enum address_family family, int64_t until_ms,
    struct redis *ret, struct err *err)
{
	return dialog_open(address, REDIS_PORT, family, until_ms,
	    REDIS_BULK_MAX + 2 * REDIS_LINE_MAX, &ret->dialog, err);
}

void redis_close(struct redis *redis)
{
	dialog_close(&redis->dialog);
}

int redis_next(struct redis *redis, struct redis_reply *ret, struct err *err)
{
	struct dialog *dialog = &redis->dialog;
	ssize_t size = 0;

	dialog_take(dialog, redis->taken);
	redis->taken = 0;
	for (;;) {
		int r;

		size = redis_parse(buf_text(&dialog->in), dialog->in.size, ret, err);
		if (size != 0)
			break;
		r = dialog_more(dialog, err);
		if (r < 0)
			return r;
	}
	if (size < 0)
		return (int)size;
	redis->taken = (size_t)size;
	return 0;
}

int redis_ask(struct redis *redis, const char *const *words, size_t n_words,
    struct redis_reply *ret, struct err *err)
{
	CLEANUP_BUF struct buf out = BUF_INIT;
	int r;

	dialog_take(&redis->dialog, redis->taken);
	redis->taken = 0;
	buf_addf(&out, "*%zu\r\n", n_words);
	for (size_t i = 0; i < n_words; i++)
		buf_addf(&out, "$%zu\r\n%s\r\n", strlen(words[i]), words[i]);
	if (out.error)
		return err_set(err, out.error, "cannot write the question: out of memory");
	r = dialog_send(&redis->dialog, buf_text(&out), out.size, err);
	/* A password may be among the words. */
	explicit_bzero(out.data, out.size);
	return r < 0 ? r : redis_next(redis, ret, err);
}

/* --- facts ------------------------------------------------------------------------------ */

#define NUMBER(name, field)                                   \
	{                                                     \
		(name), offsetof(struct redis_info, field), 0 \
	}
#define TEXT(name, field)                                   \
	{                                                   \
		(name), offsetof(struct redis_info, field), \
		    sizeof(((struct redis_info *)0)->field) \
	}
static const struct fact info_facts[] = {
	TEXT("redis_version", version),
	TEXT("role", role),
	TEXT("master_host", master_host),
	TEXT("master_port", master_port),
	TEXT("master_link_status", master_link),
	TEXT("maxmemory_policy", policy),
	TEXT("rdb_last_bgsave_status", bgsave),
	TEXT("aof_last_write_status", aof_write),
	NUMBER("uptime_in_seconds", uptime_s),
	NUMBER("connected_clients", clients),
	NUMBER("maxclients", clients_max),
	NUMBER("blocked_clients", clients_blocked),
	NUMBER("used_memory", memory_used),
	NUMBER("maxmemory", memory_max),
	NUMBER("loading", loading),
	NUMBER("loading_loaded_perc", loading_pct),
	NUMBER("loading_eta_seconds", loading_eta_s),
	NUMBER("rdb_last_save_time", save_time_s),
	NUMBER("rdb_changes_since_last_save", changes),
	NUMBER("total_commands_processed", n_commands),
	NUMBER("rejected_connections", n_rejected),
	NUMBER("evicted_keys", n_evicted),
	NUMBER("expired_keys", n_expired),
	NUMBER("keyspace_hits", n_hits),
	NUMBER("keyspace_misses", n_misses),
	NUMBER("connected_slaves", replicas),
	NUMBER("master_link_down_since_seconds", link_down_s),
	NUMBER("master_last_io_seconds_ago", master_silent_s),
	NUMBER("master_sync_in_progress", syncing),
};
enum { N_INFO_FACTS = sizeof(info_facts) / sizeof(info_facts[0]) };

int redis_info_parse(const char *text, size_t size, struct redis_info *ret, struct err *err)
{
	struct redis_info info;

	facts_clear(info_facts, N_INFO_FACTS, &info);
	(void)facts_parse(text, size, "", ":", info_facts, N_INFO_FACTS, &info);
	if (info.version[0] == '\0')
		return err_set(err, -EBADMSG, "the answer to INFO has no redis_version");
	*ret = info;
	return 0;
}
