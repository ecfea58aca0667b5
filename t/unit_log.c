/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/log.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "t/tap.h"

static int64_t now = 1000;
static int capture = -1;

static int64_t clock_of_test(void)
{
	return now;
}

/* What was written to stderr since the last time. */
static const char *said(void)
{
	static char text[65536];
	ssize_t size = pread(capture, text, sizeof(text) - 1, 0);

	text[size > 0 ? size : 0] = '\0';
	if (ftruncate(capture, 0) < 0 || lseek(capture, 0, SEEK_SET) < 0)
		return "cannot go on";
	return text;
}

static void test_lines(void)
{
	char long_text[3000];

	log_open("haetae-scheduler", "run", false, LOG_LEVEL_INFO);
	log_error("cannot %s", "x");
	log_warning("hm");
	log_info("so");
	log_debug("details");
	is_str(said(),
	    "haetae-scheduler[run]: error: cannot x\nhaetae-scheduler[run]: warning: hm\n"
	    "haetae-scheduler[run]: so\n",
	    "program, stage and level; no details unless asked for");
	log_info("a\nb\033[31m\x7f");
	is_str(said(), "haetae-scheduler[run]: a?b?[31m?\n", "one line, whatever is in it");
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	log_info("%s", long_text);
	ok(strlen(said()) < 1100, "a long one is cut");
	log_flush();
	log_open("haetae-scheduler", NULL, false, LOG_LEVEL_DEBUG);
	log_debug("details");
	is_str(said(), "haetae-scheduler: debug: details\n", "without a stage, with details");
	log_flush();
}

static void test_repeats(void)
{
	for (int i = 0; i < 13; i++) {
		log_warning("cannot reach it");
		now += 1000;
	}
	is_str(said(), "haetae-scheduler: warning: cannot reach it\n", "a repeat is not said");
	log_info("else");
	is_str(said(), "haetae-scheduler: else\n", "another line is");
	log_info("cannot reach it");
	is_str(said(), "haetae-scheduler: cannot reach it\n", "and one of another level");
	now += LOG_REPEAT_MS;
	log_info("later");
	is_str(said(),
	    "haetae-scheduler: warning: cannot reach it; 12 times more within a minute\n"
	    "haetae-scheduler: later\n",
	    "after a minute they are counted up");
	log_warning("cannot reach it");
	is_str(said(), "haetae-scheduler: warning: cannot reach it\n", "then it is said again");
	log_warning("cannot reach it");
	log_flush();
	is_str(said(),
	    "haetae-scheduler: warning: cannot reach it; 1 time more within a minute\n",
	    "at the end what waits is said");
	log_flush();
	is_str(said(), "", "once");
}

static void test_turns(void)
{
	for (int i = 0; i < 5; i++) {
		log_info("one");
		log_info("two");
		log_info("three");
	}
	is_str(said(),
	    "haetae-scheduler: one\nhaetae-scheduler: two\nhaetae-scheduler: three\n",
	    "lines that take turns are repeats, too");
	for (int i = 0; i < 20; i++)
		log_info("number %d", i);
	ok(strstr(said(), "haetae-scheduler: two; 4 times more within a minute\n"),
	    "what is pushed out by others is counted up first");
	log_flush();
	(void)said();
}

int main(void)
{
	capture = memfd_create("log", MFD_CLOEXEC);
	if (capture < 0 || dup2(capture, STDERR_FILENO) < 0)
		return 1;
	log_use_clock(clock_of_test);
	test_lines();
	test_repeats();
	test_turns();
	return tap_done();
}
