/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * snmp_client [OPTION...] HOST[:PORT] get|walk OID...: lib/client/snmp.h for t/snmp_client.t.
 * Prints "PLACE OID TYPE VALUE" for each value, and "datagrams N", or "error ERRNO: TEXT".
 *
 *   -c COMMUNITY  -u USER  -l LEVEL (0 to 2)  -a PROTOCOL  -A PASSWORD  -x PROTOCOL  -X PASSWORD
 *   -n CONTEXT  -r RETRIES  -t MS (3000)  -m VALUES (10000: at most, of a walk)  -q (no values)
 */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "lib/client/snmp.h"

struct asked {
	struct snmp_peer_settings settings;
	int64_t timeout_ms;
	size_t max_values;
	bool quiet;
	size_t n_taken;
};

static int take(
    void *context, size_t place, const struct snmp_peer_value *value, struct err *err)
{
	static const char *const types[] = { "no-object", "no-instance", "integer", "unsigned",
		"counter", "counter64", "ticks", "text", "other" };
	struct asked *asked = context;

	(void)err;
	asked->n_taken++;
	if (asked->quiet)
		return 0;
	printf("%zu ", place);
	for (size_t i = 0; i < value->n_oid; i++)
		printf("%s%lu", i ? "." : "", value->oid[i]);
	printf(" %s ", types[value->type]);
	if (value->type == SNMP_PEER_TEXT)
		printf("%.*s\n", (int)value->size, value->bytes);
	else
		printf("%lld\n", (long long)value->number);
	return 0;
}

static unsigned long number(const char *text)
{
	uint64_t ret = 0;

	return num_u64(text, &ret, NULL) < 0 ? 0 : (unsigned long)ret;
}

static bool parse(int argc, char **argv, struct asked *ret)
{
	int c;

	while ((c = getopt(argc, argv, "46c:u:l:a:A:x:X:n:r:t:m:q")) >= 0) {
		if (c == '4' || c == '6')
			ret->settings.family = c == '4' ? ADDRESS_IPV4 : ADDRESS_IPV6;
		else if (c == 'c')
			ret->settings.community = optarg;
		else if (c == 'u')
			ret->settings.user = optarg;
		else if (c == 'l')
			ret->settings.level = (enum snmp_peer_level)number(optarg);
		else if (c == 'a')
			ret->settings.auth_protocol = optarg;
		else if (c == 'A')
			ret->settings.auth_password = optarg;
		else if (c == 'x')
			ret->settings.priv_protocol = optarg;
		else if (c == 'X')
			ret->settings.priv_password = optarg;
		else if (c == 'n')
			ret->settings.context = optarg;
		else if (c == 'r')
			ret->settings.retries = (unsigned)number(optarg);
		else if (c == 't')
			ret->timeout_ms = (int64_t)number(optarg);
		else if (c == 'm')
			ret->max_values = number(optarg);
		else if (c == 'q')
			ret->quiet = true;
		else
			return false;
	}
	ret->settings.v3 = ret->settings.user != NULL;
	return argc - optind >= 3;
}

int main(int argc, char **argv)
{
	struct asked asked = { .timeout_ms = 3000, .max_values = 10000 };
	static struct snmp_peer_oid oids[200];
	CLEANUP_SNMP_PEER struct snmp_peer *peer = NULL;
	struct err err = ERR_INIT;
	int64_t start_ms = clock_mono_ms();
	size_t n = 0;
	int r;

	if (!parse(argc, argv, &asked)) {
		(void)fprintf(stderr, "usage: snmp_client [OPTION...] HOST get|walk OID...\n");
		return 2;
	}
	asked.settings.host = argv[optind];
	for (int i = optind + 2; i < argc && n < 200; i++)
		if (snmp_peer_oid_add(&oids[n++], argv[i]) < 0)
			return 2;
	r = snmp_peer_check(&asked.settings, &err);
	if (r == 0)
		r = snmp_peer_open(&asked.settings, start_ms + asked.timeout_ms, &peer, &err);
	if (r == 0)
		r = strcmp(argv[optind + 1], "get") == 0
			? snmp_peer_get(
			      peer, oids, n, start_ms + asked.timeout_ms, take, &asked, &err)
			: snmp_peer_walk(peer, oids, n, asked.max_values,
			      start_ms + asked.timeout_ms, take, &asked, &err);
	if (r < 0)
		printf("error %s: %s\n", strerrorname_np(-r), err.text);
	printf("values %zu\n", asked.n_taken);
	if (peer)
		printf("datagrams %u\n", snmp_peer_datagrams(peer));
	printf("took %lld\n", (long long)(clock_mono_ms() - start_ms));
	return r < 0;
}
