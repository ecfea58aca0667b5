/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/base/clock.h"
#include "lib/base/pidfd.h"
#include "scheduler/command.h"
#include "scheduler/event.h"
#include "scheduler/hold.h"

/* As long as the supervisor takes at most: supervise.c, and a moment. */
enum { STOP_MS = 50000 };

struct hold_options {
	bool keep_running;
};
static const struct opt hold_rows[] = {
	{ 0, "keep-running", NULL, OPT_FLAG, offsetof(struct hold_options, keep_running), NULL,
	    "leave the scheduler that runs alone: it is only not started again" },
};

struct release_options {
	bool start;
};
static const struct opt release_rows[] = {
	{ 0, "start", NULL, OPT_FLAG, offsetof(struct release_options, start), NULL,
	    "start the scheduler at once, as cron would" },
};

static void say_event(
    const struct settings *settings, const char *user, const char *old, const char *new)
{
	const struct db_event event = { .level = EVENT_WARNING,
		.tag = "hold",
		.user = user,
		.host = settings->host,
		.object = "scheduler",
		.old_value = old,
		.new_value = new };
	struct err err = ERR_INIT;

	/* A spool in which no scheduler has run yet has no folder for it. */
	if (event_write(settings->spool, &event, &err) < 0)
		(void)fprintf(stderr, "haetae: no event is kept: %s\n", err.text);
}

static int stop(const struct settings *settings, pid_t *ret_pid, struct err *err)
{
	CLEANUP_CLOSE int pidfd = -1;
	struct pollfd end = { .events = POLLIN };
	int r = hold_scheduler(settings->spool, ret_pid, &pidfd, err);

	if (r < 0 || *ret_pid == 0)
		return r;
	r = pidfd_signal(pidfd, SIGTERM);
	if (r < 0 && r != -ESRCH)
		return err_sys(err, r, "cannot stop the scheduler, pid %ld", (long)*ret_pid);
	end.fd = pidfd;
	while ((r = poll(&end, 1, STOP_MS)) < 0 && errno == EINTR)
		;
	if (r == 0)
		return err_set(err, -ETIMEDOUT,
		    "the scheduler, pid %ld, does not end; it stays held", (long)*ret_pid);
	return 0;
}

static int run_hold(struct cli *cli, const void *given)
{
	const struct hold_options *options = given;
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct hold hold = { .since_ms = clock_real_ms() };
	struct err err = ERR_INIT;
	pid_t pid = 0;
	int exit_code = cli_settings(cli);

	if (exit_code != EXIT_DONE)
		return exit_code;
	for (size_t i = 0; i < cli->n_arguments; i++)
		(void)buf_addf(&text, "%s%s", i ? " " : "", cli->arguments[i]);
	if (text.size > HOLD_REASON_SIZE_MAX) {
		(void)err_set(
		    &err, -EINVAL, "REASON is longer than %d bytes", HOLD_REASON_SIZE_MAX);
		return cli_usage(&err);
	}
	(void)snprintf(hold.reason, sizeof(hold.reason), "%s", buf_text(&text));
	event_user(hold.user, sizeof(hold.user));
	if (hold_write(cli->settings.spool, &hold, &err) < 0)
		return cli_fail(&err);
	say_event(&cli->settings, hold.user, "", hold.reason);
	if (!options->keep_running && stop(&cli->settings, &pid, &err) < 0)
		return cli_fail(&err);
	buf_reset(&text);
	(void)buf_addf(&text, "held: nothing starts the scheduler of %s until haetae release\n",
	    cli->settings.spool);
	if (pid)
		(void)buf_addf(&text, "the scheduler, pid %ld, has ended\n", (long)pid);
	return cli_print(&text);
}

/* Beside this program, or where it was installed. */
static int start(const char *config, struct err *err)
{
	const char *const words[] = { "haetae-scheduler", "--ensure",
		config ? "--config" : NULL, config, NULL };
	char *argv[5], path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 32);
	char *slash;
	pid_t pid;
	int r, status;

	if (n < 0)
		return err_sys(err, -errno, "cannot read /proc/self/exe");
	path[n] = '\0';
	slash = strrchr(path, '/');
	memcpy(slash + 1, "haetae-scheduler", sizeof("haetae-scheduler"));
	if (access(path, X_OK) < 0)
		(void)snprintf(path, sizeof(path), "%s/haetae-scheduler", HAETAE_SBINDIR);
	/* The words are not written to: execve only lacks the const. */
	memcpy(argv, words, sizeof(words));
	r = posix_spawn(&pid, path, NULL, NULL, argv, environ);
	if (r != 0)
		return err_sys(err, -r, "cannot run %s", path);
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return err_sys(err, -errno, "cannot wait for %s", path);
	}
	return WIFEXITED(status) && WEXITSTATUS(status) == 0
		   ? 0
		   : err_set(err, -ECHILD, "%s --ensure failed", path);
}

static int run_release(struct cli *cli, const void *given)
{
	const struct release_options *options = given;
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct hold hold = { 0 };
	char user[64];
	struct err err = ERR_INIT;
	int exit_code = cli_settings(cli), r;

	if (exit_code != EXIT_DONE)
		return exit_code;
	r = hold_read(cli->settings.spool, &hold, &err);
	if (r == 0)
		r = hold_remove(cli->settings.spool, &err);
	if (r < 0 && r != -ENOENT)
		return cli_fail(&err);
	if (r == 0) {
		event_user(user, sizeof(user));
		say_event(&cli->settings, user, hold.reason, "");
	}
	if (options->start && start(cli->config, &err) < 0)
		return cli_fail(&err);
	if (r == -ENOENT)
		(void)buf_adds(&text, "not held\n");
	else
		(void)buf_adds(&text,
		    options->start ? "released\n"
				   : "released: cron's next minute starts the scheduler, or "
				     "haetae-scheduler --ensure\n");
	return cli_print(&text);
}

const struct command cmd_hold = {
	.name = "hold",
	.arguments = "REASON...",
	.help = "stops the scheduler of this host, and keeps cron from starting it",
	COMMAND_OPTIONS(hold_rows, struct hold_options),
	.run = run_hold,
};

const struct command cmd_release = {
	.name = "release",
	.help = "ends a hold",
	COMMAND_OPTIONS(release_rows, struct release_options),
	.run = run_release,
};
