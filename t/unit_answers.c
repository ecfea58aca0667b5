/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What services say about themselves: redis, memcached, mod_status, MySQL, AMQP. */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "lib/client/amqp_start.h"
#include "lib/client/facts.h"
#include "lib/client/memcached.h"
#include "lib/client/modstatus.h"
#include "lib/client/mysql_greeting.h"
#include "lib/client/redis.h"
#include "t/tap.h"

static void test_redis_replies(void)
{
	static const struct {
		const char *text;
		ssize_t taken; /* or the failure */
		enum redis_type type;
		const char *found;
	} rows[] = {
		{ "+PONG\r\n+more", 7, REDIS_STATUS, "PONG" },
		{ "-ERR no\r\n", 9, REDIS_ERROR, "ERR no" },
		{ "$5\r\nhe\r\no\r\n", 11, REDIS_BULK, "he\r\no" },
		{ "$0\r\n\r\n", 6, REDIS_BULK, "" },
		{ ":-12\r\n", 6, REDIS_INTEGER, NULL },
		{ "*3\r\n:1\r\n", 4, REDIS_ARRAY, NULL },
		{ "$-1\r\n", 5, REDIS_NIL, NULL },
		{ "*-1\r\n", 5, REDIS_NIL, NULL },
		{ "", 0, REDIS_NIL, NULL },
		{ "+PONG\r", 0, REDIS_NIL, NULL },
		{ "$5\r\nhell", 0, REDIS_NIL, NULL },
		{ "$5\r\nhelloXX", -EBADMSG, REDIS_NIL, NULL },
		{ "$-2\r\n", -EBADMSG, REDIS_NIL, NULL },
		{ "$5x\r\n", -EBADMSG, REDIS_NIL, NULL },
		{ "$\r\n", -EBADMSG, REDIS_NIL, NULL },
		{ "$ 5\r\n", -EBADMSG, REDIS_NIL, NULL },
		{ ":--1\r\n", -EBADMSG, REDIS_NIL, NULL },
		{ ":99999999999999999999\r\n", -EBADMSG, REDIS_NIL, NULL },
		{ "+\n", -EBADMSG, REDIS_NIL, NULL },
		{ "HTTP/1.1 400\r\n", -EBADMSG, REDIS_NIL, NULL },
		{ "$99999999\r\n", -EMSGSIZE, REDIS_NIL, NULL },
		{ "*99999\r\n", -EMSGSIZE, REDIS_NIL, NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct redis_reply reply = { .type = REDIS_NIL };
		struct err err = ERR_INIT;
		ssize_t taken = redis_parse(rows[i].text, strlen(rows[i].text), &reply, &err);

		is_num(taken, rows[i].taken, "a reply or none");
		if (taken > 0)
			is_num(reply.type, rows[i].type, "of this type");
		if (rows[i].found)
			ok(redis_is(&reply, rows[i].type, rows[i].found), "with its text");
		ok(taken >= 0 || err.text[0] != '\0', "a failure has words");
	}
}

static void test_redis_line(void)
{
	char much[REDIS_LINE_MAX + 100];
	struct redis_reply reply;
	struct err err = ERR_INIT;

	memset(much, '+', sizeof(much));
	is_num(redis_parse(much, sizeof(much), &reply, &err), -EMSGSIZE, "a line without end");
}

static void test_redis_info(void)
{
	static const char text[] =
	    "# Server\r\nredis_version:7.0.15\r\nrole:slave\r\nused_memory:12\r\n"
	    "maxclients:x\r\nmaster_link_down_since_seconds:-1\r\nunknown:1\r\n";
	struct redis_info info;
	struct err err = ERR_INIT;

	is_num(redis_info_parse(text, strlen(text), &info, &err), 0, "INFO");
	is_str(info.version, "7.0.15", "its version");
	is_str(info.role, "slave", "its role");
	ok(info.memory_used == 12, "a number");
	ok(isnan(info.clients_max), "no number is none");
	ok(isnan(info.uptime_s), "what is not told is none");
	ok(info.link_down_s == -1, "never");
	is_num(redis_info_parse("a:b\r\n", 5, &info, &err), -EBADMSG, "something else");
}

static void test_memcached(void)
{
	static const char text[] =
	    "STAT curr_items 3\r\nSTAT bytes 7\r\nSTATbytes 9\r\nEND\r\n";
	char version[MEMCACHED_VERSION_SIZE] = "";
	struct memcached_stats stats;
	struct err err = ERR_INIT;

	is_num(memcached_version_parse("VERSION 1.6.18\r", 15, version, &err), 0, "a version");
	is_str(version, "1.6.18", "without the line's end");
	is_num(memcached_version_parse("ERROR Too many\r", 15, version, &err), -EPROTO,
	    "an error");
	is_str(err.text, "ERROR Too many", "with the server's words");
	is_num(memcached_version_parse("VERSION ", 8, version, &err), -EBADMSG, "no version");
	is_num(memcached_version_parse("", 0, version, &err), -EBADMSG, "nothing");
	is_num(memcached_stats_parse(text, strlen(text), &stats, &err), 0, "statistics");
	ok(stats.items == 3 && stats.memory_used == 7, "with their numbers");
	is_num(memcached_stats_parse("END\r\n", 5, &stats, &err), -EBADMSG, "none");
}

static void test_modstatus(void)
{
	static const char text[] = "localhost\nServerVersion: Apache/2.4\nBusyWorkers: 2\n"
				   "IdleWorkers: 3\nScoreboard: _W_K_.?\nUptime: 9\n";
	struct modstatus status;
	struct err err = ERR_INIT;

	is_num(modstatus_parse(text, strlen(text), &status, &err), 0, "mod_status");
	ok(status.busy == 2 && status.idle == 3 && status.uptime_s == 9, "its numbers");
	is_num(status.workers[MODSTATUS_WAITING], 3, "waiting on the scoreboard");
	is_num(status.workers[MODSTATUS_OPEN], 1, "open slots");
	ok(isnan(status.accesses), "not told");
	is_num(modstatus_parse("<html>", 6, &status, &err), -EBADMSG, "a page of another kind");
}

static void test_mysql(void)
{
	static const unsigned char head[] = { 7, 0, 0, 0 }, later[] = { 7, 0, 0, 1 };
	static const char good[] = "\x0a"
				   "5.5.5-10.11.6-MariaDB\0\x05\x01\0\0more";
	static const char error[] = "\xff\x10\x04#08004Too many connections";
	struct mysql_greeting greeting;
	struct err err = ERR_INIT;

	is_num(mysql_packet_size(head, 4, &err), 11, "a packet with its head");
	is_num(mysql_packet_size(head, 3, &err), 0, "a head that is not whole");
	is_num(mysql_packet_size(later, 4, &err), -EBADMSG, "not the first of a connection");
	is_num(mysql_packet_size((const unsigned char *)"HTTP", 4, &err), -EBADMSG,
	    "another protocol");
	is_num(mysql_greeting_parse(
		   (const unsigned char *)good, sizeof(good) - 1, &greeting, &err),
	    0, "a greeting");
	is_str(greeting.version, "10.11.6-MariaDB", "its version as the server means it");
	is_num((long long)greeting.connection, 261, "its number of the connection");
	is_num(mysql_greeting_parse((const unsigned char *)good, 26, &greeting, &err), -EBADMSG,
	    "a greeting that is cut off");
	is_num(mysql_greeting_parse(
		   (const unsigned char *)error, sizeof(error) - 1, &greeting, &err),
	    0, "an error");
	is_num(greeting.error, MYSQL_TOO_MANY_CONNECTIONS, "its code");
	is_str(greeting.message, "Too many connections", "its words without the SQL state");
	is_num(mysql_greeting_parse((const unsigned char *)"\x09", 1, &greeting, &err),
	    -EBADMSG, "an old protocol");
}

static void test_amqp(void)
{
	static const char frame[] = "\x01\0\0\0\0\0\x35"
				    "\0\x0a\0\x0a\0\x09\0\0\0\x19"
				    "\x01zt\x01\x07productS\0\0\0\x08RabbitMQ"
				    "\0\0\0\x05PLAIN\0\0\0\x05"
				    "en_US\xce";
	unsigned char bent[sizeof(frame)];
	size_t size = sizeof(frame) - 1;
	struct amqp_start start;
	struct err err = ERR_INIT;

	memcpy(bent, frame, sizeof(frame));
	is_num(amqp_frame_size(bent, size, &err), 61, "a frame");
	is_num(amqp_frame_size(bent, 6, &err), 0, "one that is not whole");
	is_num(amqp_start_parse(bent, size, &start, &err), 0, "Connection.Start");
	is_str(start.product, "RabbitMQ", "its product, behind a flag");
	is_str(start.mechanisms, "PLAIN", "its mechanisms");
	is_num(amqp_start_parse(bent, size - 1, &start, &err), -EBADMSG, "one without its end");
	bent[16] = 0xff;
	is_num(
	    amqp_start_parse(bent, size, &start, &err), -EBADMSG, "a table that is too long");
	is_num(amqp_frame_size((const unsigned char *)"AMQP\0\1\0\0", 8, &err),
	    -EPROTONOSUPPORT, "another version");
	is_str(err.text, "AMQP 1-0-0 (protocol 0) instead of 0-9-1", "is named");
	is_num(amqp_frame_size((const unsigned char *)"HTTP/1.1", 8, &err), -EBADMSG,
	    "another protocol");
}

int main(void)
{
	test_redis_replies();
	test_redis_line();
	test_redis_info();
	test_memcached();
	test_modstatus();
	test_mysql();
	test_amqp();
	return tap_done();
}
