/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/rates.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "t/tap.h"

static const char earlier_text[] = "@cpu\ncpu  100 0 100 800 0 0 0 0 0 0\n"
				   "@io\n"
				   " 0 0 sda 10 0 100 5 10 0 100 5 0 1000 10\n"
				   " 0 0 sdb 10 0 100 5 10 0 100 5 0 1000 10\n"
				   "@net\n"
				   " eth0: 1000 10 0 0 0 0 0 0 2000 20 0 0\n"
				   " eth1: 1000 10 0 0 0 0 0 0 2000 20 0 0\n";
static const char later_text[] = "@cpu\ncpu  150 0 120 820 10 0 0 0 0 0\n"
				 "@io\n"
				 " 0 0 sda 10 0 100 5 10 0 100 5 0 1500 10\n"
				 " 0 0 sdb 10 0 100 5 10 0 100 5 0 2500 10\n"
				 " 0 0 sdc 10 0 100 5 10 0 100 5 0 9999 10\n"
				 "@net\n"
				 " eth0: 3000 10 4 0 0 0 0 0 2000 20 0 2\n"
				 " eth1: 2000 10 0 0 0 0 0 0 4000 20 0 0\n"
				 " eth2: 9000 10 0 0 0 0 0 0 4000 20 0 0\n";

/* Rates of two texts 2 s apart; earlier may be NULL. */
static struct rates rates_of(const char *earlier, const char *later)
{
	CLEANUP_BUF struct buf from = BUF_INIT, to = BUF_INIT;
	struct rates rates = { .n_interfaces = 99 };

	buf_adds(&from, earlier ? earlier : "");
	buf_adds(&to, later);
	if (rates_parse(earlier ? &from : NULL, &to, 2, &rates, NULL) < 0)
		rates.n_interfaces = 98;
	return rates;
}

static void test_between(void)
{
	struct rates rates = rates_of(earlier_text, later_text);

	ok(rates.has_cpu && rates.has_io && rates.has_net, "all three have rates");
	is_num(rates.cpu.busy, 70, "70 of 100 ticks at work");
	is_num(rates.cpu.iowait, 10, "10 in iowait");
	is_str(rates.busiest, "sdb", "the busiest disk; a new one has no rate");
	is_num(rates.io.busy, 75, "1.5 of 2 s");
	is_num(rates.net.in, 1500, "the sum of both interfaces, a second");
	is_num(rates.net.out, 1000, "also out");
	is_num(rates.net.in_errors, 2, "errors");
	is_num(rates.net.out_drops, 1, "drops");
	is_num((double)rates.n_interfaces, 3, "interfaces that are there now");

	rates = rates_of(NULL, earlier_text);
	ok(rates.has_cpu && rates.has_io && rates.has_net, "since boot needs no earlier one");
	is_num(rates.cpu.busy, 20, "share since boot");
	is_num(rates.net.in, 1000, "traffic since boot");
}

static void test_partial(void)
{
	struct rates rates = rates_of(earlier_text, "@io\n 0 0 sda 1 0 1 1 1 0 1 1 0 1 1\n");

	ok(!rates.has_cpu && !rates.has_net, "what is not in the later sample has no rate");
	ok(!rates.has_io, "nor has a disk whose counters went back");
	rates = rates_of("@cpu\ncpu  1 1 1 1\n", later_text);
	ok(rates.has_cpu && !rates.has_io && !rates.has_net, "nor what is not in the earlier");
	rates = rates_of("@cpu\n@io\n@net\n", later_text);
	ok(!rates.has_cpu && !rates.has_io && !rates.has_net, "empty sections");
	rates = rates_of("", "");
	ok(!rates.has_cpu && rates.n_interfaces == 0, "empty samples");
	rates = rates_of("@cpu", "@cpu\n@cpu\ncpu 1 2 3 4\n@net");
	ok(!rates.has_cpu && !rates.has_net, "garbage");
}

static void write_file(int dir, const char *path, const char *text)
{
	CLEANUP_CLOSE int fd = openat(dir, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ssize_t size = (ssize_t)strlen(text);

	ok(fd >= 0 && write(fd, text, (size_t)size) == size, "%s", path);
}

static void test_read(void)
{
	char path[] = "/tmp/haetae-unit.XXXXXX";
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct rates_sources sources;
	struct fsroot root;
	int dir;

	if (!mkdtemp(path) || fsroot_open(path, &root, NULL) < 0) {
		ok(false, "cannot make a folder");
		return;
	}
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	(void)mkdirat(dir, "proc", 0700);
	(void)mkdirat(dir, "proc/net", 0700);
	write_file(dir, "proc/stat", "cpu  1 2 x\n");
	write_file(dir, "proc/diskstats",
	    "8 0 sda 1 2 3 4 5 6 7 8 9 10 11\n8 1 sda1 1 2 3 4 5 6 7 8 9 10 11\n"
	    "7 0 loop0 1 2 3 4 5 6 7 8 9 10 11\n");
	ok(rates_read(&root, &text, &sources, NULL) == 0, "one bad source is no failure");
	is_num(sources.code[RATES_CPU], -EBADMSG, "garbage is told");
	ok(sources.err[RATES_CPU].text[0] != '\0', "in words");
	is_num(sources.code[RATES_IO], 0, "the next source is read");
	is_num(sources.code[RATES_NET], -ENOENT, "one that is missing is told apart");
	is_str(buf_text(&text), "@io\n 0 0 sda 1 0 3 4 5 0 7 8 0 10 11\n",
	    "whole disks alone are kept, and no part of what is bad");

	write_file(dir, "proc/stat", "cpu  1 2 3 4\ncpu0 1 2 3 4\nintr 5\n");
	write_file(dir, "proc/net/dev",
	    " lo: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"
	    "eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n");
	buf_reset(&text);
	ok(rates_read(&root, &text, &sources, NULL) == 0, "all of them");
	is_str(buf_text(&text),
	    "@cpu\ncpu  1 2 3 4\n@io\n 0 0 sda 1 0 3 4 5 0 7 8 0 10 11\n@net\n"
	    " eth0: 1 2 3 4 0 0 0 0 9 10 11 12\n",
	    "three sections; lo is none of hardware");

	unlinkat(dir, "proc/net/dev", 0);
	unlinkat(dir, "proc/diskstats", 0);
	unlinkat(dir, "proc/stat", 0);
	unlinkat(dir, "proc/net", AT_REMOVEDIR);
	unlinkat(dir, "proc", AT_REMOVEDIR);
	(void)rmdir(path);
	close(dir);
	fsroot_close(&root);
}

int main(void)
{
	test_between();
	test_partial();
	test_read();
	return tap_done();
}
