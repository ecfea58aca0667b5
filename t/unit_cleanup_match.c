/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/cleanup_match.h"

#include <stdlib.h>

#include "t/tap.h"

/* Arguments with blanks between them, as the kernel keeps them; '_' stands for a blank. */
static size_t arguments(const char *line, char out[1024])
{
	size_t size = strlen(line);

	memcpy(out, line, size + 1);
	for (size_t i = 0; i < size; i++) {
		if (out[i] == ' ')
			out[i] = '\0';
		else if (out[i] == '_')
			out[i] = ' ';
	}
	return size ? size + 1 : 0;
}

/* Where the pattern is found, or "nowhere". */
static const char *where(const char *exe, const char *line, const char *pattern)
{
	char args[1024];
	struct cleanup_names names;
	const char *place = "nowhere";

	cleanup_names_set(exe, args, arguments(line, args), &names);
	return cleanup_names_find(&names, pattern, &place) ? place : "nowhere";
}

static void test_patterns(void)
{
	static const struct {
		const char *exe, *line, *pattern, *want;
	} rows[] = {
		{ "/usr/bin/gnuplot", "gnuplot plot.gp", "gnuplot", "program" },
		{ "/usr/bin/gnuplot-qt", "gnuplot plot.gp", "/bin/gnuplot", "program" },
		{ "/usr/bin/vim", "vi gnuplot.conf", "gnuplot", "nowhere" },
		{ "/usr/bin/grep", "grep whois", "whois", "nowhere" },
		{ "", "/bin/ping -c 3 host", "/bin/ping", "argv[0]" },
		{ "", "ping host", "/bin/ping", "nowhere" },
		{ "/opt/x/bin/multi", "/usr/bin/gnuplot x", "gnuplot", "argv[0]" },
		/* A title: one argument with blanks. */
		{ "/usr/sbin/postgres", "postgres:_gnuplot_db_idle", "gnuplot", "nowhere" },
		{ "/usr/bin/x", "", "abc", "nowhere" },
		{ "", "", "abc", "nowhere" },
		/* Fixed texts, no patterns of a shell or of grep. */
		{ "/usr/bin/gnuplot", "gnuplot", "gnu.lot", "nowhere" },
		{ "/usr/bin/gnuplot", "gnuplot", "gnu*", "nowhere" },
		/* Shells. */
		{ "/usr/bin/dash", "sh /opt/iepm/post-test x", "post-test", "script" },
		{ "/usr/bin/dash", "sh /opt/iepm/other post-test", "post-test", "nowhere" },
		{ "/usr/bin/bash", "/bin/bash -e -o pipefail ./post-test", "post-test",
		    "script" },
		{ "/usr/bin/bash", "/bin/bash -eo post-test x", "post-test", "nowhere" },
		{ "/usr/bin/bash", "bash +e post-test", "post-test", "script" },
		{ "/usr/bin/bash", "bash -c post-test", "post-test", "nowhere" },
		{ "/usr/bin/bash", "bash -ec post-test", "post-test", "nowhere" },
		{ "/usr/bin/bash", "bash -s post-test", "post-test", "nowhere" },
		{ "/usr/bin/bash", "bash -- post-test", "post-test", "script" },
		{ "/usr/bin/bash", "bash - post-test", "post-test", "nowhere" },
		{ "/usr/bin/bash", "bash --norc --rcfile x post-test", "post-test", "script" },
		{ "/usr/bin/bash", "bash --rcfile post-test", "post-test", "nowhere" },
		{ "/usr/bin/bash", "-bash", "bash", "program" },
		{ "", "-bash post-test", "post-test", "script" },
		{ "/bin/busybox", "sh post-test", "post-test", "script" },
		{ "/bin/busybox", "vi post-test", "post-test", "nowhere" },
		/* An argv[0] that claims to be a shell. */
		{ "/usr/bin/vim", "sh gnuplot.conf", "gnuplot", "nowhere" },
		/* perl, with the one argument that the kernel takes from a first line. */
		{ "/usr/bin/perl", "/usr/bin/perl -w /opt/asn.pl", "asn.pl", "script" },
		{ "/usr/bin/perl", "perl -w_-T /opt/asn.pl", "asn.pl", "script" },
		{ "/usr/bin/perl5.36.0", "perl -I lib -Mstrict -l0ni.bak asn.pl", "asn.pl",
		    "script" },
		{ "/usr/bin/perl", "perl -Ilib asn.pl", "asn.pl", "script" },
		{ "/usr/bin/perl", "perl -I asn.pl other", "asn.pl", "nowhere" },
		{ "/usr/bin/perl", "perl -e x asn.pl", "asn.pl", "nowhere" },
		{ "/usr/bin/perl", "perl -lne asn.pl", "asn.pl", "nowhere" },
		{ "/usr/bin/perl", "perl -e", "perl", "program" },
		/* python */
		{ "/usr/bin/python3.11", "python3 -u -W ignore runperiod.py", "runperiod",
		    "script" },
		{ "/usr/bin/python3.11", "python3 -Wignore -X dev runperiod.py", "runperiod",
		    "script" },
		{ "/usr/bin/python3.11", "python3 -m runperiod", "runperiod", "nowhere" },
		{ "/usr/bin/python3.11", "python3 -c runperiod", "runperiod", "nowhere" },
		{ "/usr/bin/python3.11", "python3 x.py runperiod", "runperiod", "nowhere" },
		/* others */
		{ "/usr/bin/ruby3.1", "ruby -r json triganal.rb", "triganal", "script" },
		{ "/usr/bin/php8.2", "php -d a=b -f triganal.php x", "triganal", "script" },
		{ "/usr/bin/php8.2", "php -r triganal", "triganal", "nowhere" },
		{ "/usr/bin/expect", "expect -c x -f triganal", "triganal", "script" },
		{ "/usr/bin/tclsh8.6", "tclsh triganal.tcl", "triganal", "script" },
		{ "/usr/bin/tclsh8.6", "tclsh -encoding utf-8 triganal.tcl", "triganal",
		    "nowhere" },
		{ "/usr/bin/mawk", "awk -v x=y -f triganal.awk data", "triganal", "script" },
		{ "/usr/bin/mawk", "awk triganal data", "triganal", "nowhere" },
		{ "/usr/bin/lua5.4", "lua5.4 -l x triganal.lua", "triganal", "script" },
		{ "/usr/bin/shred", "shred post-test", "post-test", "nowhere" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char name[256];

		(void)snprintf(
		    name, sizeof(name), "'%s' in '%s'", rows[i].pattern, rows[i].line);
		is_str(where(rows[i].exe, rows[i].line, rows[i].pattern), rows[i].want, name);
	}
}

/* Arguments that end in the middle of one. */
static void test_cut(void)
{
	static const char args[] = "perl\0post-test";
	const char *place = "";
	struct cleanup_names names;

	cleanup_names_set("/usr/bin/perl", args, sizeof(args) - 1, &names);
	ok(!cleanup_names_find(&names, "post-test", &place), "a script that is cut is none");
	cleanup_names_set("", args, 3, &names);
	ok(cleanup_names_find(&names, "per", &place), "an argv[0] without its end");
	cleanup_names_set("", "\0\0\0", 3, &names);
	ok(!cleanup_names_find(&names, "abc", &place), "empty arguments");
}

static void test_have(void)
{
	static const struct {
		const char *exe, *line, *program;
		bool want;
	} rows[] = {
		{ "/usr/sbin/mariadbd", "/usr/sbin/mariadbd --x", "mariadbd", true },
		{ "", "mariadbd --x", "mariadbd", true },
		{ "/usr/bin/mariadb", "mariadb", "mariadbd", false },
		{ "/usr/bin/perl", "perl /opt/map-updated.pl", "map-updated", true },
		{ "/usr/bin/dash", "sh map-updated", "map-updated", true },
		{ "/usr/bin/dash", "sh other map-updated", "map-updated", false },
		{ "/x/bw-iperf-server", "x", "bw-iperf-server", true },
		{ "/x/bw-iperf-client", "x", "bw-iperf-server", false },
		{ "/bw-iperf-server/x", "x", "bw-iperf-server", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char args[1024];
		struct cleanup_names names;

		cleanup_names_set(rows[i].exe, args, arguments(rows[i].line, args), &names);
		ok(cleanup_names_have(&names, rows[i].program) == rows[i].want, "'%s' is %s%s",
		    rows[i].line, rows[i].want ? "" : "not ", rows[i].program);
	}
}

static void test_age(void)
{
	ok(!cleanup_is_old(0, 100, 59999, 1), "a millisecond less than a minute");
	ok(cleanup_is_old(0, 100, 60000, 1), "a minute");
	ok(!cleanup_is_old(1, 100, 60009, 1), "from its start");
	ok(cleanup_is_old(1, 100, 60010, 1), "to the tick");
	ok(cleanup_is_old(12345, 1000, 12345 + 180000, 3), "other ticks");
	ok(!cleanup_is_old(100000, 100, 0, 1), "a start that is to come");
	ok(!cleanup_is_old(UINT64_MAX, 100, INT64_MAX, 1), "no start at all");
	ok(!cleanup_is_old(UINT64_MAX / 2, 1, INT64_MAX, 1), "nor one behind the end of time");
	ok(cleanup_is_old(0, 100, INT64_MAX, 527040), "an age of ages");
	is_num((double)cleanup_age_ms(150, 100, 2000), 500, "an age");
	is_num((double)cleanup_age_ms(300, 100, 2000), 0, "none");
}

int main(void)
{
	test_patterns();
	test_cut();
	test_have();
	test_age();
	return tap_done();
}
