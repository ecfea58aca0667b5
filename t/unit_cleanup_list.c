/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/cleanup_list.h"

#include <errno.h>
#include <stdlib.h>

#include "t/tap.h"

/* "PATTERN MINUTES [USER] LINE" of each entry, or the message. */
static const char *list_text(const char *text, size_t size, char out[2048])
{
	struct cleanup_list list = { 0 };
	struct err err = ERR_INIT;
	size_t used = 0;
	int r = cleanup_list_parse(text, size, "list", &list, &err);

	out[0] = '\0';
	if (r < 0) {
		(void)snprintf(out, 2048, "%d %s", r == -EBADMSG ? 0 : r, err.text);
		return out;
	}
	for (size_t i = 0; i < list.n; i++)
		used += (size_t)snprintf(out + used, 2048 - used, "%s%s %u%s%s %u",
		    i ? "; " : "", list.items[i].pattern, list.items[i].minutes,
		    list.items[i].user ? " " : "", list.items[i].user ? list.items[i].user : "",
		    list.items[i].line);
	cleanup_list_free(&list);
	return out;
}

static void test_good(void)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		/* As it stands in IEPM-BW's description. */
		{ "post-test,120 gnuplot,5 triganal,120 runperiod,120 pathload_rcv,3 "
		  "pathchirp_rcv,3 /bin/ping,3 /bin/owping,3 /bin/tlaytcp,3 /bin/tlaytcp,3 "
		  "/bin/bw-iperf-client,3 whois,3 asn.pl,3",
		    "post-test 120 1; gnuplot 5 1; triganal 120 1; runperiod 120 1; "
		    "pathload_rcv 3 1; pathchirp_rcv 3 1; /bin/ping 3 1; /bin/owping 3 1; "
		    "/bin/tlaytcp 3 1; /bin/tlaytcp 3 1; /bin/bw-iperf-client 3 1; whois 3 1; "
		    "asn.pl 3 1" },
		{ "", "" },
		{ "\n\n  \t \r\n# nothing\n#", "" },
		{ "# first\nabc,1\n", "abc 1 2" },
		{ "abc,1 # the rest, of the line\r\n\tdef,2\r\n", "abc 1 1; def 2 2" },
		{ "abc,1 #def,2\nc#d,3", "abc 1 1; c#d 3 2" },
		{ "abc,1,user=iepm def,2", "abc 1 iepm 1; def 2 1" },
		{ "[.*],527040", "[.*] 527040 1" },
		{ "서울역,7", "서울역 7 1" },
		{ "/bin/sh,1", "/bin/sh 1 1" },
	};
	char out[2048];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		is_str(
		    list_text(rows[i].text, strlen(rows[i].text), out), rows[i].want, "a list");
}

static void test_refused(void)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "ab,5",
		    "0 list:1: pattern 'ab' is too short: expected at least 3 characters" },
		{ "\n\nok-now,1\n,5",
		    "0 list:4: pattern '' is too short: expected at least 3 characters" },
		{ "서울,5",
		    "0 list:1: pattern '서울' is too short: expected at least 3 characters" },
		{ "gnuplot", "0 list:1: 'gnuplot' has no limit: expected PATTERN,MINUTES "
			     "without blanks" },
		{ "gnuplot ,5",
		    "0 list:1: 'gnuplot' has no limit: expected PATTERN,MINUTES without "
		    "blanks" },
		{ "gnuplot,", "0 list:1: limit '': expected whole minutes from 1 to 527040" },
		{ "gnuplot, 5", "0 list:1: limit '': expected whole minutes from 1 to 527040" },
		{ "gnuplot,0", "0 list:1: limit '0': expected whole minutes from 1 to 527040" },
		{ "gnuplot,0.5",
		    "0 list:1: limit '0.5': expected whole minutes from 1 to 527040" },
		{ "gnuplot,-5",
		    "0 list:1: limit '-5': expected whole minutes from 1 to 527040" },
		{ "gnuplot,5m",
		    "0 list:1: limit '5m': expected whole minutes from 1 to 527040" },
		{ "gnuplot,18446744073709551617",
		    "0 list:1: limit '18446744073709551617': expected whole minutes from 1 to "
		    "527040" },
		{ "gnuplot,527041",
		    "0 list:1: limit '527041': expected whole minutes from 1 to 527040" },
		{ "gnuplot,5,iepm",
		    "0 list:1: 'iepm' behind the limit: expected user=NAME, or nothing" },
		{ "gnuplot,5,user=",
		    "0 list:1: 'user=' behind the limit: expected user=NAME, or nothing" },
		{ "gnuplot,5,user=a,b",
		    "0 list:1: 'user=a,b' behind the limit: expected user=NAME, or nothing" },
		{ "gnuplot,5,whois,3",
		    "0 list:1: 'whois,3' behind the limit: expected user=NAME, or nothing" },
		{ "/bin/,3", "0 list:1: pattern '/bin/' is in the path of most programs: "
			     "expected (a part of) a program's name, such as /bin/ping" },
		{ "usr,3", "0 list:1: pattern 'usr' is in the path of most programs: expected "
			   "(a part of) a program's name, such as /bin/ping" },
		{ "gnu\x01plot,3", "0 list:1: a control character: expected text" },
	};
	char out[2048], longest[300];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		is_str(list_text(rows[i].text, strlen(rows[i].text), out), rows[i].want,
		    "a mistake");
	is_str(list_text("abc\0def,3", 9, out), "0 list:1: a control character: expected text",
	    "a NUL");
	memset(longest, 'x', sizeof(longest));
	memcpy(longest + 255, ",1", 3);
	ok(strlen(list_text(longest, 257, out)) == 259, "a pattern of 255 bytes");
	memcpy(longest + 255, "x,1", 4);
	ok(strstr(list_text(longest, 258, out), "too long: expected at most 255"),
	    "one of 256");
}

static void test_many(void)
{
	struct cleanup_list list = { 0 };
	struct err err = ERR_INIT;
	size_t size = (CLEANUP_ENTRIES_MAX + 1) * strlen("abc,1 ");
	char *text = malloc(size);

	if (!text)
		return;
	for (size_t i = 0; i < size; i++)
		text[i] = "abc,1 "[i % 6];
	ok(cleanup_list_parse(text, size - 6, "list", &list, &err) == 0 &&
		list.n == CLEANUP_ENTRIES_MAX,
	    "as many entries as there may be");
	cleanup_list_free(&list);
	ok(cleanup_list_parse(text, size, "list", &list, &err) == -EBADMSG && list.n == 0,
	    "one more is refused");
	free(text);
}

/* The names, or the message. */
static const char *servers_text(const char *text, char out[2048])
{
	struct cleanup_servers servers = { 0 };
	struct err err = ERR_INIT;
	size_t used = 0;
	int r = cleanup_servers_parse(text, strlen(text), "servers", &servers, &err);

	out[0] = '\0';
	if (r < 0) {
		(void)snprintf(out, 2048, "%s", err.text);
		return out;
	}
	for (size_t i = 0; i < servers.n; i++)
		used += (size_t)snprintf(
		    out + used, 2048 - used, "%s%s", i ? " " : "", servers.names[i]);
	cleanup_servers_free(&servers);
	return out;
}

static void test_servers(void)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		/* As they stand in IEPM-BW's description. */
		{ "bw-iperf-server,bin,-s -p 5000 -w 20M\nthrulayd,bin,\npathload_snd,bin, -q "
		  "-i\n"
		  "map-updated,,\npathchirp_snd,bin,\nowampd,bin, -c /afs/slac/package/netmon/"
		  "bandwidth-tests/v3src/config -Z >& /tmp/owampd.log &\n",
		    "bw-iperf-server thrulayd pathload_snd map-updated pathchirp_snd owampd" },
		{ "", "" },
		{ "\n # none\n\r\n", "" },
		{ "  a,,  \r\n#b,,\nc d,x,y,z", "a c d" },
		{ "ok,,\nserver", "servers:2: 'server': expected NAME,FOLDER,PARAMETERS (two "
				  "commas, the last two may be empty)" },
		{ "server,bin", "servers:1: 'server,bin': expected NAME,FOLDER,PARAMETERS (two "
				"commas, the last two may be empty)" },
		{ ",bin,", "servers:1: '': expected a program's name without folder before the "
			   "first comma" },
		{ "bin/x,,", "servers:1: 'bin/x': expected a program's name without folder "
			     "before the first comma" },
	};
	char out[2048];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		is_str(servers_text(rows[i].text, out), rows[i].want, "servers");
}

int main(void)
{
	test_good();
	test_refused();
	test_many();
	test_servers();
	return tap_done();
}
