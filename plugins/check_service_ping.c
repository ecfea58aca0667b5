/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/deadline.h"
#include "plugins/ping.h"

const struct metric ping_metrics[PING_N_METRICS] = {
	[PING_TIME] = { .name = "time",
	    .unit = UNIT_SECONDS,
	    .help = "from the first step (a name's lookup) to the answer" },
	[PING_CONNECT_TIME] = { .name = "connect_time",
	    .unit = UNIT_SECONDS,
	    .flags = METRIC_QUIET,
	    .help = "until the connection stood" },
	[PING_WRITE_TIME] = { .name = "write_time",
	    .unit = UNIT_SECONDS,
	    .help = "of the write test: a value written and read back" },
	[PING_MEMORY] = { .name = "memory",
	    .unit = UNIT_PERCENT,
	    .help = "redis, memcached: used of what it may use at most" },
	[PING_MEMORY_USED] = { .name = "memory_used",
	    .unit = UNIT_BYTES,
	    .help = "redis, memcached: used by data" },
	[PING_CONNECTIONS] = { .name = "connections",
	    .unit = UNIT_PERCENT,
	    .help = "redis, memcached: clients, of as many as it serves at most" },
	[PING_CONNECTIONS_USED] = { .name = "connections_used",
	    .help = "redis, memcached: clients, this check among them" },
	[PING_CONNECTIONS_BLOCKED] = { .name = "connections_blocked",
	    .help = "redis: clients that wait in a blocking command" },
	[PING_HITS] = { .name = "hits",
	    .unit = UNIT_PERCENT,
	    .help = "redis, memcached: lookups that found their key, since the start" },
	[PING_ITEMS] = { .name = "items", .help = "memcached: keys that are kept" },
	[PING_REPLICAS] = { .name = "replicas", .help = "redis: replicas that are connected" },
	[PING_LINK_DOWN] = { .name = "link_down",
	    .unit = UNIT_SECONDS,
	    .help = "redis: time for which a replica has lost its master, else 0" },
	[PING_MASTER_SILENT] = { .name = "master_silent",
	    .unit = UNIT_SECONDS,
	    .flags = METRIC_QUIET,
	    .help = "redis: time since a replica last heard from its master" },
	[PING_SAVE_AGE] = { .name = "save_age",
	    .unit = UNIT_SECONDS,
	    .flags = METRIC_QUIET,
	    .help = "redis: time since the data was last saved (or the server started)" },
	[PING_SAVE_CHANGES] = { .name = "save_changes",
	    .flags = METRIC_QUIET,
	    .help = "redis: changes since then" },
	[PING_UPTIME] = { .name = "uptime",
	    .unit = UNIT_SECONDS,
	    .help = "redis, memcached, mod_status: since the server started" },
	[PING_REQUESTS_RATE] = { .name = "requests_rate",
	    .help = "redis, memcached, mod_status: requests a second" },
	[PING_EVICTED_RATE] = { .name = "evicted_rate",
	    .help = "redis, memcached: keys a second that were dropped for want of memory" },
	[PING_REJECTED_RATE] = { .name = "rejected_rate",
	    .help = "redis: connections a second that were refused at its maxclients" },
	[PING_BYTES_RATE] = { .name = "bytes_rate",
	    .unit = UNIT_BYTES,
	    .help = "mod_status: bytes sent a second" },
	[PING_WORKERS] = { .name = "workers",
	    .unit = UNIT_PERCENT,
	    .help = "mod_status: workers that are busy, of all that may be started" },
	[PING_WORKERS_BUSY] = { .name = "workers_busy", .help = "mod_status: busy workers" },
	[PING_WORKERS_IDLE] = { .name = "workers_idle", .help = "mod_status: idle workers" },
	[PING_STATUS] = { .name = "status", .help = "http: status of the response" },
	[PING_SIZE] = { .name = "size", .unit = UNIT_BYTES, .help = "http: size of the body" },
	[PING_CERT_DAYS] = { .name = "cert_days",
	    .flags = METRIC_SIGNED,
	    .help = "https: days until the certificate expires, below 0 when it has" },
	[PING_LOOKUP_TIME] = { .name = "lookup_time",
	    .unit = UNIT_SECONDS,
	    .flags = METRIC_QUIET,
	    .help = "http: until the name was looked up" },
	[PING_TLS_TIME] = { .name = "tls_time",
	    .unit = UNIT_SECONDS,
	    .flags = METRIC_QUIET,
	    .help = "https: until TLS was agreed upon" },
	[PING_FIRST_BYTE_TIME] = { .name = "first_byte_time",
	    .unit = UNIT_SECONDS,
	    .flags = METRIC_QUIET,
	    .help = "http: until the first byte of the response came" },
};

static int take_expired(void *target, const char *value, struct err *err)
{
	struct ping_options *given = target;

	given->has_expired = true;
	return state_parse(value, &given->expired, err);
}

#define AT(field) offsetof(struct ping_options, field), NULL
static const struct opt options[] = {
	{ 0, "kind", "KIND", OPT_STRING, AT(kind),
	    "tcp, unix, redis, memcached, http, https, mysql or amqp" },
	{ 'H', "host", "HOST[:PORT]", OPT_STRING, AT(host),
	    "who is asked; the port is the usual one of the KIND, if it has one" },
	{ 0, "socket", "PATH", OPT_STRING, AT(socket),
	    "a unix socket instead; @NAME is an abstract one" },
	{ '4', "ipv4", NULL, OPT_FLAG, AT(ipv4), "look up IPv4 addresses only" },
	{ '6', "ipv6", NULL, OPT_FLAG, AT(ipv6), "look up IPv6 addresses only" },
	{ 0, "config", "FILE", OPT_STRING, AT(config),
	    "read user and password from FILE, which nobody else may read" },
	{ 0, "rates", NULL, OPT_FLAG, AT(rates),
	    "give rates, too; a threshold on one of them does the same" },
	{ 0, "send", "TEXT", OPT_STRING, AT(send),
	    "tcp, unix: send TEXT, with \\r, \\n, \\t, \\0, \\\\ and \\xHH in it" },
	{ 0, "expect", "REGEX", OPT_STRING, AT(expect),
	    "tcp, unix: wait for this in the first 16 KiB of the answer" },
	{ 0, "write-test", "KEY", OPT_STRING, AT(write_test),
	    "redis: write a value to KEY, which must be free, read it back, and delete it" },
	{ 0, "vhost", "NAME", OPT_STRING, AT(vhost), "amqp: log in to this virtual host (/)" },
	{ 0, "url", "PATH", OPT_STRING, AT(url), "http: what is asked for (/)" },
	{ 0, "method", "METHOD", OPT_STRING, AT(method), "http: GET or HEAD (GET)" },
	{ 0, "status", "LIST", OPT_STRING, AT(status),
	    "http: statuses that are right, as 200,301:302 (200:399)" },
	{ 0, "body", "REGEX", OPT_STRING, AT(body), "http: the body must have this in it" },
	{ 0, "header", "'NAME: VALUE'", OPT_LIST, AT(headers),
	    "http: send this header; may be repeated" },
	{ 0, "host-name", "NAME", OPT_STRING, AT(host_name),
	    "http: ask HOST for this name: in the Host header, in TLS and in its certificate" },
	{ 0, "follow", "N", OPT_UINT, AT(follow), "http: follow up to N redirects (0)" },
	{ 0, "insecure", NULL, OPT_FLAG, AT(insecure), "https: take any certificate" },
	{ 0, "ca", "FILE", OPT_STRING, AT(ca),
	    "https: trust the authorities in FILE instead of the system's" },
	{ 0, "expired", "STATE", OPT_CALL, 0, take_expired,
	    "https: STATE of a certificate that has expired (CRITICAL)" },
	{ 0, "mod-status", NULL, OPT_FLAG, AT(mod_status),
	    "http: read the workers of an Apache httpd (from /server-status?auto)" },
};

/* --- kinds ------------------------------------------------------------------------------ */

/*
 * Asking a redis takes this program 1.5 ms and 1.9 MB from start to end, and 24 ms and 8.4 MB
 * when libcurl and librabbitmq, which bring 30 more libraries, are linked to it. So what needs
 * these two is in a program of its own.
 */
#ifdef PING_WITH_LIBS
#define WITH_LIBS(function) (function)
#else
#define WITH_LIBS(function) NULL
#endif

#if defined(HAVE_CURL) && defined(HAVE_RABBITMQ)
enum { FOR_AMQP_LOGIN = PING_FOR_LOGIN | PING_FOR_AMQP };
#else
enum { FOR_AMQP_LOGIN = 0 };
#endif
enum { ANY_PLACE = PING_FOR_HOST | PING_FOR_SOCKET };

static const struct ping_kind kinds[] = {
	{ "tcp", "", ping_stream, ping_stream_validate, PING_FOR_HOST | PING_FOR_STREAM },
	{ "unix", "", ping_stream, ping_stream_validate, PING_FOR_SOCKET | PING_FOR_STREAM },
	{ "redis", "6379", ping_redis, NULL,
	    ANY_PLACE | PING_FOR_REDIS | PING_FOR_RATES | PING_FOR_LOGIN },
	{ "memcached", "11211", ping_memcached, NULL, ANY_PLACE | PING_FOR_RATES },
	{ "mysql", "3306", ping_mysql, NULL, ANY_PLACE },
	{ "amqp", "5672", ping_amqp, NULL, PING_FOR_HOST | FOR_AMQP_LOGIN },
#ifdef HAVE_CURL
	{ "http", "80", WITH_LIBS(ping_http), WITH_LIBS(ping_http_validate),
	    ANY_PLACE | PING_FOR_HTTP | PING_FOR_RATES | PING_FOR_LOGIN },
	{ "https", "443", WITH_LIBS(ping_http), WITH_LIBS(ping_http_validate),
	    ANY_PLACE | PING_FOR_HTTP | PING_FOR_RATES | PING_FOR_LOGIN },
#endif
};

static const struct ping_kind *find_kind(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	}
	return NULL;
}

/* Of amqp the login alone, which needs somebody to log in. */
static bool needs_libs(const struct ping_kind *kind, const struct ping_options *given)
{
#ifdef PING_WITH_LIBS
	(void)given;
	return !kind->run;
#else
	return !kind->run ||
	       ((kind->takes & PING_FOR_AMQP) &&
		   (given->config || given->vhost || getenv("HAETAE_PING_PASSWORD")));
#endif
}

/* Starts the sibling that has the libraries, with the same command line. */
static int exec_libs(char **argv, struct err *err)
{
	static const char sibling[] = "service_ping_libs";
	char path[4096];
	ssize_t size = readlink("/proc/self/exe", path, sizeof(path) - sizeof(sibling) - 1);
	char *slash;

	if (size < 0)
		return err_sys(err, -errno, "option --kind: cannot find %s", sibling);
	path[size] = '\0';
	slash = strrchr(path, '/');
	memcpy(slash ? slash + 1 : path, sibling, sizeof(sibling));
	(void)execv(path, argv);
	return err_sys(err, -errno, "option --kind: cannot start %.400s", path);
}

/* --- options ---------------------------------------------------------------------------- */

/* An option that the kind would pass over in silence is a mistake. */
static int check_fit(
    const struct ping_kind *kind, const struct ping_options *given, struct err *err)
{
	const struct {
		const char *name;
		bool is_given;
		enum ping_for what;
	} rows[] = {
		{ "-H", given->host, PING_FOR_HOST },
		{ "--socket", given->socket, PING_FOR_SOCKET },
		{ "--send", given->send, PING_FOR_STREAM },
		{ "--expect", given->expect, PING_FOR_STREAM },
		{ "--write-test", given->write_test, PING_FOR_REDIS },
		{ "--rates", given->rates, PING_FOR_RATES },
		{ "--config", given->config, PING_FOR_LOGIN },
		{ "--vhost", given->vhost, PING_FOR_AMQP },
		{ "--url", given->url, PING_FOR_HTTP },
		{ "--method", given->method, PING_FOR_HTTP },
		{ "--status", given->status, PING_FOR_HTTP },
		{ "--body", given->body, PING_FOR_HTTP },
		{ "--header", given->headers.n_items > 0, PING_FOR_HTTP },
		{ "--host-name", given->host_name, PING_FOR_HTTP },
		{ "--follow", given->follow > 0, PING_FOR_HTTP },
		{ "--insecure", given->insecure, PING_FOR_HTTP },
		{ "--ca", given->ca, PING_FOR_HTTP },
		{ "--expired", given->has_expired, PING_FOR_HTTP },
		{ "--mod-status", given->mod_status, PING_FOR_HTTP },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].is_given && !(kind->takes & rows[i].what))
			return err_set(err, -EINVAL, "option %s: is not for --kind %s",
			    rows[i].name, kind->name);
	}
	return 0;
}

/* The peer must be told, once. */
static int check_place(
    const struct ping_kind *kind, const struct ping_options *given, struct err *err)
{
	char host[ADDRESS_HOST_SIZE], port[ADDRESS_PORT_SIZE];

	if (given->ipv4 && given->ipv6)
		return err_set(err, -EINVAL, "option -4: excludes -6");
	if (given->host && given->socket)
		return err_set(err, -EINVAL, "option --socket: excludes -H");
	if (!given->host && !given->socket)
		return err_set(err, -EINVAL, "option %s: is needed for --kind %s",
		    kind->takes & PING_FOR_HOST ? "-H" : "--socket", kind->name);
	if (given->socket && *given->socket != '/' && *given->socket != '@')
		return err_set(err, -EINVAL,
		    "option --socket: expected a path from / on, or @NAME, found '%.60s'",
		    given->socket);
	if (!given->host)
		return 0;
	if (*given->host == '/' || *given->host == '@')
		return err_set(err, -EINVAL, "option -H: a socket is given by --socket");
	if (address_split(given->host, kind->port, host, port, err) < 0) {
		err_prefix(err, "option -H");
		return -EINVAL;
	}
	if (port[0] == '\0')
		return err_set(err, -EINVAL, "option -H: '%.60s' has no port", given->host);
	return 0;
}

static int validate(struct check *check, struct err *err)
{
	const struct ping_options *given = check->options;
	const struct ping_kind *kind = given->kind ? find_kind(given->kind) : NULL;
	int r;

	if (!given->kind)
		return err_set(err, -EINVAL, "option --kind: is needed");
	if (!kind && (strcmp(given->kind, "http") == 0 || strcmp(given->kind, "https") == 0))
		return err_set(err, -EINVAL, "option --kind: haetae was built without libcurl");
	if (!kind)
		return err_set(err, -EINVAL,
		    "option --kind: expected tcp, unix, redis, memcached, http, https, mysql "
		    "or amqp, found '%.40s'",
		    given->kind);
	r = check_place(kind, given, err);
	if (r == 0)
		r = check_fit(kind, given, err);
	if (r == 0 && needs_libs(kind, given))
		return exec_libs(check->argv, err);
	if (r == 0 && kind->validate)
		r = kind->validate(given, err);
	return r;
}

/* --- the run ---------------------------------------------------------------------------- */

/* "redis 127.0.0.1:6379", "redis [::1]:6379", "redis /run/redis.sock" */
static void set_who(struct ping *ping)
{
	char host[ADDRESS_HOST_SIZE] = "", port[ADDRESS_PORT_SIZE] = "";
	bool is_ipv6;

	if (ping->given->socket ||
	    address_split(ping->given->host, ping->kind->port, host, port, NULL) < 0) {
		(void)snprintf(
		    ping->who, sizeof(ping->who), "%s %.255s", ping->kind->name, ping->address);
		return;
	}
	is_ipv6 = strchr(host, ':') != NULL;
	(void)snprintf(ping->who, sizeof(ping->who), "%s %s%s%s:%s", ping->kind->name,
	    is_ipv6 ? "[" : "", host, is_ipv6 ? "]" : "", port);
}

static int run(struct check *check, struct err *err)
{
	const struct ping_options *given = check->options;
	struct ping ping = {
		.check = check,
		.given = given,
		.kind = find_kind(given->kind),
		.address = given->socket ? given->socket : given->host,
		.family = given->ipv4	? ADDRESS_IPV4
			  : given->ipv6 ? ADDRESS_IPV6
					: ADDRESS_ANY,
		.secret = SECRET_INIT,
	};
	int r = 0;

	set_who(&ping);
	if (ping.kind->takes & PING_FOR_LOGIN)
		r = secret_read(given->config, "HAETAE_PING", &ping.secret, err);
	if (r == 0) {
		check_doing(check, "asking %s", ping.who);
		ping.start_us = clock_mono_us();
		ping.until_ms = clock_mono_ms() + deadline_left_ms();
		r = ping.kind->run(&ping, err);
	}
	/* Its silence has been told; that it gave no values needs no words. */
	for (int i = 0; r == 0 && !ping.answered && i < PING_N_METRICS; i++)
		thresholds_excuse(&check->thresholds, &ping_metrics[i], NULL);
	secret_free(&ping.secret);
	return r;
}

static void release(struct check *check)
{
	struct ping_options *given = check->options;

	opt_list_free(&given->headers);
}

static const struct plugin ping_plugin = {
	.name = "check_service_ping",
	.title = "PING",
	.summary = "asks a service in its own protocol whether it is there and well",
	.notes = "Without --config, user and password (redis, http, amqp) are those of the\n"
		 "environment: HAETAE_PING_USER and HAETAE_PING_PASSWORD.\n",
	.metrics = ping_metrics,
	.n_metrics = PING_N_METRICS,
	PLUGIN_OPTIONS(options, struct ping_options),
	.validate = validate,
	.run = run,
	.release = release,
};

int main(int argc, char **argv)
{
	return plugin_main(&ping_plugin, argc, argv);
}
