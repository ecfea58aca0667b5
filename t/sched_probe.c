/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A probe for the tests of the scheduler, which does what the first argument says:
 *   print FILE CODE      prints the file, ends with the code
 *   args ARGUMENT...     prints every argument in hexadecimal
 *   surroundings         prints what a probe inherits
 *   limits               prints its soft limits, and whether it has a terminal
 *   run LOG MS [NAME]    notes its begin and end in the log; lives so long
 *   hang PIDS            ignores SIGTERM, and so do its children: one in its group, one in a
 *                        session of its own that floods stdout
 *   slip PIDS            obeys SIGTERM, but its child does not: one in a session of its own, with
 *                        nothing in its environment
 *   flood PIDS           ignores SIGTERM and floods stdout and stderr, as does a child in a session
 *                        of its own; beside it one runs away: a child of a child of a child, each
 *                        in a session of its own, with nothing in its environment
 *   stay PIDS            lives until it is killed
 *   leave PIDS           ends at once, but leaves a child in its group
 *   signal NUMBER        dies of a signal
 *   flaky LOG N CODE     notes its begin; ends with the code until it was begun N times for its
 *                        slot, then with 0
 */
#include "config.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/cleanup.h"
#include "lib/base/num.h"

/* Whatever the scheduler does wrong, nothing of this test outlives it for long. */
enum { LIFE_MAX_S = 300 };

static int number(const char *text)
{
	uint64_t value;

	return num_u64(text, &value, NULL) == 0 && value < 1000000 ? (int)value : 0;
}

/* One write with O_APPEND: lines of many probes do not mix. */
static int note(const char *file, const char *line)
{
	CLEANUP_CLOSE int fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);

	return fd >= 0 && write(fd, line, strlen(line)) == (ssize_t)strlen(line) ? 0 : 3;
}

static int note_pid(const char *file)
{
	char line[32];

	(void)snprintf(line, sizeof(line), "%ld\n", (long)getpid());
	return note(file, line);
}

static int print_file(char **args)
{
	CLEANUP_CLOSE int fd = open(args[0], O_RDONLY | O_CLOEXEC);
	char piece[4096];
	ssize_t n;

	while (fd >= 0 && (n = read(fd, piece, sizeof(piece))) > 0) {
		if (write(STDOUT_FILENO, piece, (size_t)n) != n)
			return 3;
	}
	return number(args[1]);
}

static int print_args(char **args)
{
	(void)printf("ARGS OK -");
	for (; *args; args++) {
		(void)printf(" [");
		for (const char *p = *args; *p; p++)
			(void)printf("%02x", (unsigned char)*p);
		(void)printf("]");
	}
	(void)printf("\n");
	return 0;
}

/* Every descriptor but the one that reads the folder. */
static void print_descriptors(void)
{
	CLEANUP_CLOSEDIR DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;
	char target[256];

	while (dir && (entry = readdir(dir))) {
		ssize_t n;

		if (entry->d_name[0] == '.' || number(entry->d_name) == dirfd(dir))
			continue;
		n = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);
		target[n > 0 ? n : 0] = '\0';
		(void)printf("fd %s %s\n", entry->d_name,
		    entry->d_name[0] == '0' ? target : strrchr(target, '/'));
	}
}

static int print_surroundings(char **args)
{
	CLEANUP_FCLOSE FILE *score = NULL;
	char text[256] = "";
	sigset_t blocked;
	mode_t mask = umask(0);

	(void)args;
	(void)printf("SURROUNDINGS OK - as they are\n");
	for (char **env = environ; *env; env++)
		(void)printf("env %s\n", *env);
	print_descriptors();
	(void)printf("umask %03o\n", (unsigned)mask);
	(void)printf("cwd %s\n", getcwd(text, sizeof(text)));
	(void)printf("leads its group %d\n", getpgrp() == getpid());
	score = fopen("/proc/self/oom_score_adj", "re");
	(void)printf("oom %s", score && fgets(text, sizeof(text), score) ? text : "?\n");
	(void)sigprocmask(SIG_SETMASK, NULL, &blocked);
	for (int signo = 1; signo < 32; signo++) {
		struct sigaction action;

		if (sigaction(signo, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
			(void)printf("ignores %d\n", signo);
		if (sigismember(&blocked, signo))
			(void)printf("blocks %d\n", signo);
	}
	return 0;
}

static int print_limits(char **args)
{
	static const struct {
		const char *name;
		int resource;
	} limits[] = {
		{ "as", RLIMIT_AS },
		{ "core", RLIMIT_CORE },
		{ "cpu", RLIMIT_CPU },
		{ "data", RLIMIT_DATA },
		{ "fsize", RLIMIT_FSIZE },
		{ "memlock", RLIMIT_MEMLOCK },
		{ "msgqueue", RLIMIT_MSGQUEUE },
		{ "nice", RLIMIT_NICE },
		{ "nofile", RLIMIT_NOFILE },
		{ "rss", RLIMIT_RSS },
		{ "rtprio", RLIMIT_RTPRIO },
		{ "stack", RLIMIT_STACK },
	};
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);

	(void)args;
	(void)printf("LIMITS OK - as they are\n");
	(void)printf("terminal %d\n", tty >= 0);
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct rlimit limit = { 0, 0 };

		(void)getrlimit((__rlimit_resource_t)limits[i].resource, &limit);
		if (limit.rlim_cur == RLIM_INFINITY)
			(void)printf("limit %s unlimited\n", limits[i].name);
		else
			(void)printf("limit %s %llu\n", limits[i].name,
			    (unsigned long long)limit.rlim_cur);
	}
	return 0;
}

static int run(char **args)
{
	const char *id = getenv("HAETAE_SCHEDULEID");
	char line[200];

	(void)snprintf(line, sizeof(line), "begin %s %" PRId64 " %.60s\n", id ? id : "-",
	    clock_real_ms(), args[2] ? args[2] : "");
	if (note(args[0], line))
		return 3;
	clock_sleep_ms(number(args[1]));
	(void)snprintf(line, sizeof(line), "end %s %" PRId64 " %.60s\n", id ? id : "-",
	    clock_real_ms(), args[2] ? args[2] : "");
	(void)printf("RUN OK - slot %s\n", id ? id : "-");
	return note(args[0], line);
}

static void flood(void)
{
	static const char line[] = "a line of many\n";

	for (;;) {
		if (write(STDOUT_FILENO, line, sizeof(line) - 1) < 0)
			clock_sleep_ms(10);
	}
}

/* Notes its pid, and goes on until it is killed. */
static int stay(const char *file, bool flooding)
{
	(void)alarm(LIFE_MAX_S);
	if (note_pid(file))
		return 3;
	if (flooding)
		flood();
	for (;;)
		(void)pause();
}

static int hang(char **args)
{
	(void)signal(SIGTERM, SIG_IGN);
	if (fork() == 0)
		return stay(args[0], false);
	if (fork() == 0) {
		(void)setsid();
		return stay(args[0], true);
	}
	return stay(args[0], false);
}

static int just_stay(char **args)
{
	return stay(args[0], false);
}

static int slip(char **args)
{
	static char name[] = "probe", act[] = "stay";
	char *argv[] = { name, act, args[0], NULL };
	char *envp[] = { NULL };

	if (fork() == 0) {
		(void)setsid();
		(void)signal(SIGTERM, SIG_IGN);
		(void)execve("/proc/self/exe", argv, envp);
		return 3;
	}
	return stay(args[0], false);
}

/* Each of them is there for a moment: who looks for it finds one that is gone already. */
static int run_away(const char *file)
{
	int64_t end = clock_mono_ms() + (int64_t)LIFE_MAX_S * 1000;

	while (clock_mono_ms() < end) {
		pid_t pid = fork();

		if (pid < 0)
			return 3;
		if (pid > 0)
			_exit(0);
		(void)setsid();
		(void)note_pid(file);
		clock_sleep_ms(5);
	}
	return 0;
}

static int flood_all(char **args)
{
	static char name[] = "probe", act[] = "runaway";
	char *argv[] = { name, act, args[0], NULL };
	char *envp[] = { NULL };

	(void)signal(SIGTERM, SIG_IGN);
	if (fork() == 0) {
		(void)setsid();
		return stay(args[0], true);
	}
	if (fork() == 0) {
		(void)execve("/proc/self/exe", argv, envp);
		return 3;
	}
	if (fork() == 0) {
		(void)dup2(STDERR_FILENO, STDOUT_FILENO);
		return stay(args[0], true);
	}
	return stay(args[0], true);
}

static int just_run_away(char **args)
{
	return run_away(args[0]);
}

static int leave(char **args)
{
	if (fork() == 0)
		return stay(args[0], false);
	(void)printf("LEAVE OK - one is left\n");
	return 0;
}

static int die(char **args)
{
	(void)raise(number(args[0]));
	return 3;
}

/* How often the line is in the log. */
static int times_noted(const char *file, const char *wanted)
{
	CLEANUP_FCLOSE FILE *log = fopen(file, "re");
	char line[200];
	int n = 0;

	while (log && fgets(line, sizeof(line), log))
		n += strncmp(line, wanted, strlen(wanted)) == 0;
	return n;
}

static int flaky(char **args)
{
	const char *id = getenv("HAETAE_SCHEDULEID");
	char wanted[64], line[100];
	int n;

	(void)snprintf(wanted, sizeof(wanted), "begin %.30s ", id ? id : "-");
	(void)snprintf(line, sizeof(line), "%s%" PRId64 "\n", wanted, clock_real_ms());
	if (note(args[0], line))
		return 3;
	n = times_noted(args[0], wanted);
	(void)printf("FLAKY - attempt %d\n", n);
	return n >= number(args[1]) ? 0 : number(args[2]);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int n_args;
		int (*act)(char **args);
	} acts[] = {
		{ "print", 2, print_file },
		{ "args", 0, print_args },
		{ "surroundings", 0, print_surroundings },
		{ "run", 2, run },
		{ "hang", 1, hang },
		{ "slip", 1, slip },
		{ "flood", 1, flood_all },
		{ "runaway", 1, just_run_away },
		{ "limits", 0, print_limits },
		{ "stay", 1, just_stay },
		{ "leave", 1, leave },
		{ "signal", 1, die },
		{ "flaky", 3, flaky },
	};

	for (size_t i = 0; argc > 1 && i < sizeof(acts) / sizeof(acts[0]); i++) {
		if (strcmp(argv[1], acts[i].name) == 0 && argc - 2 >= acts[i].n_args)
			return acts[i].act(argv + 2);
	}
	return 3;
}
