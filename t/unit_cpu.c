/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/cpu.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "t/tap.h"

/* Parses exactly size bytes, so that a sanitizer sees one byte too many. */
static int parse(const char *text, struct cpu *ret, struct err *err)
{
	size_t size = strlen(text);
	char *exact = malloc(size ? size : 1);
	int r;

	memcpy(exact, text, size);
	r = cpu_parse(exact, size, ret, err);
	free(exact);
	return r;
}

static void test_parse(void)
{
	struct cpu cpu;
	struct err err = ERR_INIT;
	int r = parse("cpu  145096 4273 88035 257501 2810 0 2213 147 12 3\n"
		      "cpu0 70129 2082 42049 134082 802 0 684 64 0 0\n"
		      "cpu3 74966 2190 45986 123418 2008 0 1528 83 0 0\n"
		      "intr 6991484 0 0\nctxt 24455370\n",
	    &cpu, &err);

	is_num(r, 0, "a captured /proc/stat");
	is_num(cpu.all.ticks[CPU_USER], 145096, "the first column is user");
	is_num(cpu.all.ticks[CPU_STEAL], 147, "the eighth is steal");
	is_num(cpu.all.ticks[CPU_GUEST_NICE], 3, "the last is guest_nice");
	is_num(cpu.n_each, 2, "two CPUs");
	ok(cpu_find(&cpu, 3) && cpu_find(&cpu, 3)->times.ticks[CPU_IDLE] == 123418,
	    "a CPU behind a gap is found");
	ok(!cpu_find(&cpu, 1) && !cpu_find(&cpu, 4), "an offline CPU is not");
	cpu_free(&cpu);

	is_num(parse("cpu 1 2 3 4\n", &cpu, &err), 0, "the columns up to idle are enough");
	is_num(cpu.all.ticks[CPU_IOWAIT], 0, "a column that is missing is 0");
	cpu_free(&cpu);
	is_num(parse("cpu 1 2 3 4 5 6 7 8 9 10 11 12", &cpu, &err), 0, "columns of the future");
	cpu_free(&cpu);
}

static void test_parse_errors(void)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{ "", "cannot parse /proc/stat: no line 'cpu'" },
		{ "intr 5\n", "cannot parse /proc/stat: no line 'cpu'" },
		{ "cpu", "cannot parse /proc/stat: no line 'cpu'" },
		{ "cpu \n", "cannot parse /proc/stat: expected 4 numbers, found 0" },
		{ "cpu 1 2 3\n4\n", "cannot parse /proc/stat: expected 4 numbers, found 3" },
		{ "cpu 1 2 -3 4\n", "cannot parse /proc/stat: expected 4 numbers, found 2" },
		{ "cpu 1 2 99999999999999999999 4\n",
		    "cannot parse /proc/stat: column 3 is too large" },
		{ "cpu 1 2 3 4\ncpu1 1 2 3 4\ncpu1 1 2 3 4\n",
		    "cannot parse /proc/stat: cpu1 is out of order" },
		{ "cpu 1 2 3 4\ncpu65536 1 2 3 4\n",
		    "cannot parse /proc/stat: CPU number is not below 65536" },
		{ "cpu0 1 2 3 4\n", "cannot parse /proc/stat: no line 'cpu'" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cpu cpu;
		struct err err = ERR_INIT;

		ok(parse(rows[i].text, &cpu, &err) == -EBADMSG, "refused: row %zu", i);
		is_str(err.text, rows[i].message, "and says why");
	}
}

static double sum(const struct cpu_usage *use)
{
	return use->user + use->nice + use->system + use->iowait + use->irq + use->softirq +
	       use->steal + use->guest + use->idle;
}

static void test_usage(void)
{
	struct cpu_times a = { { 1000, 0, 500, 8000, 100, 0, 0, 0, 400, 0 } };
	struct cpu_times b = { { 1030, 0, 510, 8040, 110, 0, 5, 5, 410, 0 } };
	struct cpu_usage use;

	is_num(cpu_usage(&a, &b, &use), 0, "a hundred ticks");
	is_num(use.user, 20, "user is without guests");
	is_num(use.guest, 10, "guest");
	is_num(use.system, 10, "system");
	is_num(use.iowait, 10, "iowait");
	is_num(use.softirq, 5, "softirq");
	is_num(use.steal, 5, "steal");
	is_num(use.idle, 40, "idle");
	is_num(use.busy, 50, "busy is all but idle and iowait");
	is_num(sum(&use), 100, "they add up");

	b = a;
	b.ticks[CPU_USER] += 50;
	b.ticks[CPU_IDLE] += 50;
	b.ticks[CPU_IOWAIT] -= 20;
	is_num(cpu_usage(&a, &b, &use), 0, "iowait went back");
	is_num(use.iowait, 0, "and counts as 0");
	is_num(use.busy, 50, "the others are not disturbed");

	b = (struct cpu_times){ { 30, 0, 0, 70, 0, 0, 0, 0, 0, 0 } };
	is_num(cpu_usage(&a, &b, &use), 0, "all counters began anew");
	is_num(use.busy, 30, "the share since then");
	is_num(cpu_usage(NULL, &b, &use), 0, "since boot");
	is_num(use.idle, 70, "the share since boot");

	is_num(cpu_usage(&b, &b, &use), -ENODATA, "no tick passed");
	b = (struct cpu_times){ { 10, 0, 0, 90, 0, 0, 0, 0, 50, 0 } };
	is_num(cpu_usage(NULL, &b, &use), 0, "more guest than user");
	ok(use.user >= 0 && use.busy <= 100 && sum(&use) > 99.999 && sum(&use) < 100.001,
	    "stays within 0 to 100");
	for (int i = 0; i < CPU_MODES; i++)
		b.ticks[i] = UINT64_MAX;
	is_num(cpu_usage(NULL, &b, &use), 0, "counters at their end");
	ok(use.busy >= 0 && use.busy <= 100, "stay within 0 to 100");
}

/* A tree with n CPUs, of which every seventh is offline. */
static void write_tree(const char *dir, unsigned n)
{
	CLEANUP_BUF struct buf path = BUF_INIT;
	FILE *file;

	buf_addf(&path, "%s/proc", dir);
	mkdir(path.data, 0700);
	buf_adds(&path, "/stat");
	file = fopen(path.data, "we");
	fprintf(file, "cpu  99999999 1 2 99999999 5 6 7 8 9 10\n");
	for (unsigned i = 0; i < n; i++) {
		if (i % 7 != 6)
			fprintf(file, "cpu%u %u 0 0 18446744073709551615 0 0 0 0 0 0\n", i, i);
	}
	fprintf(file, "intr 1");
	for (int i = 0; i < 100000; i++)
		fprintf(file, " 0");
	fprintf(file, "\nctxt 5\n");
	fclose(file);
}

static void test_read_many(void)
{
	char dir[] = "/tmp/haetae-unit-cpu.XXXXXX";
	CLEANUP_BUF struct buf text = BUF_INIT, path = BUF_INIT;
	struct fsroot root;
	struct err err = ERR_INIT;
	struct cpu cpu;

	if (!mkdtemp(dir))
		return;
	write_tree(dir, 4096);
	is_num(fsroot_open(dir, &root, &err), 0, "a tree of 4,096 CPUs");

	is_num(cpu_read_text(&root, false, &text, &err), 0, "the sum is read");
	is_str(
	    buf_text(&text), "cpu  99999999 1 2 99999999 5 6 7 8 9 10\n", "and nothing else");

	buf_reset(&text);
	is_num(cpu_read_text(&root, true, &text, &err), 0, "every CPU is read");
	ok(!strstr(buf_text(&text), "intr"), "and no interrupts");
	is_num(cpu_parse(buf_text(&text), text.size, &cpu, &err), 0, "the text is parsed");
	is_num(cpu.n_each, 4096 - 585, "all online CPUs");
	ok(cpu_find(&cpu, 4095) && cpu_find(&cpu, 4095)->times.ticks[CPU_USER] == 4095,
	    "the last one");
	cpu_free(&cpu);

	fsroot_close(&root);
	buf_addf(&path, "%s/proc/stat", dir);
	unlink(path.data);
	buf_cut(&path, path.size - strlen("/stat"));
	rmdir(path.data);
	rmdir(dir);
}

static void test_read_live(void)
{
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct fsroot root = FSROOT_LIVE;
	struct err err = ERR_INIT;
	struct cpu cpu;
	struct cpu_usage use;

	is_num(cpu_read_text(&root, true, &text, &err), 0, "the live /proc/stat is read");
	is_num(cpu_parse(buf_text(&text), text.size, &cpu, &err), 0, "and parsed");
	ok(cpu.n_each > 0, "it has CPUs");
	is_num(cpu_usage(NULL, &cpu.all, &use), 0, "and was busy since boot");
	cpu_free(&cpu);
}

int main(void)
{
	test_parse();
	test_parse_errors();
	test_usage();
	test_read_many();
	test_read_live();
	return tap_done();
}
