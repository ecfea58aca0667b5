/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/cleanup.h"
#include "lib/base/log.h"
#include "lib/base/num.h"
#include "lib/check/opt.h"
#include "scheduler/hold.h"
#include "scheduler/privileges.h"
#include "scheduler/stage.h"
#include "scheduler/supervise.h"

struct options {
	const char *config; /* as given; absolute once the work begins */
	const char *stage;
	uint64_t supervisor;
	bool once, ensure, test, help, version;
};

static const struct opt rows[] = {
	{ 0, "config", "FILE", OPT_STRING, offsetof(struct options, config), NULL,
	    "read FILE instead of " HAETAE_SYSCONFDIR "/haetae.conf" },
	{ 0, "once", NULL, OPT_FLAG, offsetof(struct options, once), NULL,
	    "one pass: start what is due, wait for it, load it, end" },
	{ 0, "ensure", NULL, OPT_FLAG, offsetof(struct options, ensure), NULL,
	    "start one in the background if none runs: the line for a crontab" },
	{ 'T', "test", NULL, OPT_FLAG, offsetof(struct options, test), NULL,
	    "check the configuration and end" },
	{ 'V', "version", NULL, OPT_FLAG, offsetof(struct options, version), NULL,
	    "print the version" },
	{ 'h', "help", NULL, OPT_FLAG, offsetof(struct options, help), NULL,
	    "print this help" },
};
enum { N_ROWS = sizeof(rows) / sizeof(rows[0]) };

/* How the supervisor starts a stage. */
static const struct opt inner_rows[] = {
	{ 0, "stage", "NAME", OPT_STRING, offsetof(struct options, stage), NULL, "" },
	{ 0, "supervisor", "PID", OPT_UINT, offsetof(struct options, supervisor), NULL, "" },
};

enum { EXIT_FAILED = 1, EXIT_USAGE = 2, LOG_SIZE_MAX = 10 << 20 };

static int usage(void)
{
	CLEANUP_BUF struct buf text = BUF_INIT;

	buf_adds(&text,
	    "haetae-scheduler: starts the probes that are due, and loads their results "
	    "into MySQL.\n\nUsage: haetae-scheduler [OPTION]...\n\n");
	opt_help(rows, N_ROWS, &text);
	(void)fputs(buf_text(&text), stdout);
	return 0;
}

static const struct stage_entry *find_stage(const char *name)
{
	for (int i = 0; i < STAGE_COUNT; i++) {
		if (strcmp(stage_entries[i].name, name) == 0)
			return &stage_entries[i];
	}
	return NULL;
}

/* Descriptors 0 to 2 stand, and none of the caller's others stays: a lock that a crontab's line
 * holds, a pipe whose end somebody waits for. */
static int tidy_descriptors(void)
{
	CLEANUP_CLOSEDIR DIR *dir = NULL;
	const struct dirent *entry;
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
	dir = opendir("/proc/self/fd");
	while (dir && (entry = readdir(dir))) {
		uint64_t number;

		if (num_u64(entry->d_name, &number, NULL) == 0 && number > STDERR_FILENO &&
		    (int)number != dirfd(dir))
			close((int)number);
	}
	return dir ? 0 : -errno;
}

/* --- --ensure ---------------------------------------------------------------------------------- */

/* Nothing of cron's stays open. What would go to stderr goes to a file in the spool. */
static int detach_descriptors(const struct spool *spool)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), log;
	struct stat st;

	if (fstatat(spool->dirs[SPOOL_TOP], "log", &st, 0) == 0 && st.st_size > LOG_SIZE_MAX)
		(void)renameat(spool->dirs[SPOOL_TOP], "log", spool->dirs[SPOOL_TOP], "log.1");
	log = openat(
	    spool->dirs[SPOOL_TOP], "log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (null < 0 || log < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(log, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0)
		return -errno;
	close(null);
	close(log);
	return chdir("/") < 0 ? -errno : 0;
}

/* Forks twice: what goes on has init for a parent and no terminal. In the first process it
 * returns when the scheduler stands, with its exit code. */
static int detach(int *ret_ready_fd)
{
	int ends[2];
	char byte;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return EXIT_FAILED;
	pid = fork();
	if (pid == 0) {
		(void)setsid();
		pid = fork();
		if (pid == 0) {
			close(ends[0]);
			*ret_ready_fd = ends[1];
			return -1;
		}
		_exit(pid < 0 ? EXIT_FAILED : 0);
	}
	close(ends[1]);
	if (pid < 0 || read(ends[0], &byte, 1) != 1) {
		log_error("cannot start in the background: see the log");
		return EXIT_FAILED;
	}
	return 0;
}

/* -1 to go on, else the exit code: what an operator stopped stays stopped. A crontab's line says
 * nothing about it, or cron would mail it every minute. */
static int check_hold(const struct options *options, const struct settings *settings)
{
	struct hold hold;
	struct err err = ERR_INIT;
	char why[800];
	int r = hold_read(settings->spool, &hold, &err);

	if (r == -ENOENT)
		return -1;
	if (r < 0) {
		log_error("%s", err.text);
		return EXIT_FAILED;
	}
	if ((options->ensure || options->once) && isatty(STDERR_FILENO) != 1)
		return 0;
	hold_text(&hold, false, why, sizeof(why));
	log_error("held %s; to end that: haetae release", why);
	return options->ensure || options->once ? 0 : EXIT_FAILED;
}

static int run_supervisor(const struct options *options, const struct settings *settings)
{
	struct supervise supervise = {
		.settings = settings, .config = options->config, .ready_fd = -1
	};
	struct spool spool;
	struct err err = ERR_INIT;
	int lock_fd = -1, r = check_hold(options, settings);

	if (r >= 0)
		return r;
	if (spool_open(settings->spool, &spool, &err) < 0) {
		log_error("%s", err.text);
		return EXIT_FAILED;
	}
	/* Asked before the fork, so that a crontab's line is cheap when one runs. */
	r = spool_lock(&spool, "supervisor", &lock_fd, &err);
	if (r == -EBUSY && options->ensure)
		return 0;
	if (r < 0) {
		log_error(
		    r == -EBUSY ? "another scheduler runs in this spool: %s" : "%s", err.text);
		return EXIT_FAILED;
	}
	if (options->ensure) {
		r = detach(&supervise.ready_fd);
		if (r >= 0)
			return r;
		if (detach_descriptors(&spool) < 0)
			return EXIT_FAILED;
	}
	spool_lock_sign(lock_fd);
	r = options->once ? supervise_once(&supervise) : supervise_run(&supervise);
	spool_close(&spool);
	close(lock_fd);
	return r;
}

static int run_stage(const struct options *options, const struct settings *settings)
{
	const struct stage_entry *entry = find_stage(options->stage);

	if (!entry) {
		log_error("option --stage: unknown stage '%s'", options->stage);
		return EXIT_USAGE;
	}
	return stage_execute(entry, settings, (pid_t)options->supervisor, options->once);
}

int main(int argc, char **argv)
{
	struct options options = { 0 };
	const struct opt_set sets[] = { { rows, N_ROWS, &options },
		{ inner_rows, 2, &options } };
	struct settings settings = { 0 };
	CLEANUP_FREE char *config = NULL;
	struct err err = ERR_INIT;
	int code;

	log_open("haetae-scheduler", NULL, false, LOG_LEVEL_INFO);
	if (tidy_descriptors() < 0) {
		log_error("cannot read /proc/self/fd: %s", strerror(errno));
		return EXIT_FAILED;
	}
	/* Who ignores it has no children to wait for. */
	(void)signal(SIGCHLD, SIG_DFL);
	if (opt_parse(sets, 2, argc, argv, &err) < 0) {
		log_error("%s", err.text);
		return EXIT_USAGE;
	}
	if (options.help)
		return usage();
	if (options.version) {
		(void)printf("haetae-scheduler (haetae) %s\n", PACKAGE_VERSION);
		return 0;
	}
	/* The stages read it again, from another working folder. */
	if (options.config && (config = realpath(options.config, NULL)))
		options.config = config;
	if (settings_read(options.config, &settings, &err) < 0 ||
	    privileges_drop(&settings, &err) < 0) {
		log_error("%s", err.text);
		settings_free(&settings);
		return EXIT_FAILED;
	}
	log_open(
	    "haetae-scheduler", NULL, settings.log_syslog, (enum log_level)settings.log_level);
	if (options.test) {
		(void)printf("the configuration is good: host %s, spool %s\n", settings.host,
		    settings.spool);
		code = 0;
	} else {
		code = options.stage ? run_stage(&options, &settings)
				     : run_supervisor(&options, &settings);
	}
	settings_free(&settings);
	return code;
}
