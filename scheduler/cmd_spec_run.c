/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One run of a spec, here and now, as the run stage starts it: for the question why a probe fails
 * from the scheduler and not by hand. Nothing of it is stored.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/pidfd.h"
#include "lib/check/state.h"
#include "lib/store/spec_field.h"
#include "scheduler/cmd_spec.h"
#include "scheduler/engine_exec.h"
#include "scheduler/load_parse.h"
#include "scheduler/privileges.h"

/* A process that SIGKILL does not end is in the kernel. */
enum { UNKILLABLE_MS = 5000, STDERR_SIZE_MAX = 4096 };

static const struct opt run_rows[] = {
	{ 0, "node", "NODE", OPT_STRING, offsetof(struct spec_scope, node), NULL,
	    "the argument is a name of this node's" },
};

struct trial {
	struct exec_child child;
	struct exec_tree tree;
	int pidfd;
	int status;
	int signals; /* that were sent at its deadline */
	bool hangs;  /* even SIGKILL has not ended it */
	int64_t started_ms, duration_ms;
	struct rusage usage;
	struct buf output, errors;
	bool cut, cut_errors;
};

static void trial_free(struct trial *trial)
{
	if (trial->child.pid) {
		close(trial->child.stdout_fd);
		close(trial->child.stderr_fd);
	}
	if (trial->pidfd >= 0)
		close(trial->pidfd);
	exec_tree_free(&trial->tree);
	buf_free(&trial->output);
	buf_free(&trial->errors);
}

/* Whether it has ended by then. */
static bool ended_within(const struct trial *trial, int64_t ms)
{
	int64_t until_ms = clock_mono_ms() + ms;

	for (;;) {
		struct pollfd ended = { .fd = trial->pidfd, .events = POLLIN };
		int64_t left_ms = until_ms - clock_mono_ms();
		int n = poll(&ended, 1, left_ms > 0 ? (int)left_ms : 0);

		if (n > 0)
			return true;
		if (n == 0 && left_ms <= 0)
			return false;
		if (n < 0 && errno != EINTR)
			return false;
	}
}

/* SIGTERM at its deadline, SIGKILL when its grace is over: it and its whole tree. */
static void wait_for_end(struct trial *trial, const struct spec *spec, uint64_t scheduleid)
{
	const int64_t waits_ms[] = { spec->timeout_ms, spec->killgrace_ms, UNKILLABLE_MS };

	for (size_t i = 0; i < sizeof(waits_ms) / sizeof(waits_ms[0]); i++) {
		if (ended_within(trial, waits_ms[i])) {
			/* What it has left behind goes, too. */
			if (trial->signals)
				exec_kill_tree(
				    &trial->tree, trial->child.pid, scheduleid, SIGKILL);
			else
				(void)kill(-trial->child.pid, SIGKILL);
			(void)wait4(trial->child.pid, &trial->status, 0, &trial->usage);
			return;
		}
		if (i < 2)
			exec_kill_tree(&trial->tree, trial->child.pid, scheduleid,
			    trial->signals++ ? SIGKILL : SIGTERM);
	}
	trial->hangs = true;
	trial->status = SIGKILL;
}

static int run_trial(const struct settings *settings, const struct spec *spec,
    struct trial *trial, struct err *err)
{
	/* No slot is due in 1970, so nobody takes this for a run of the scheduler. */
	uint64_t scheduleid = (uint64_t)spec->specid << 32;
	int64_t started_ms;
	int r = privileges_drop(settings, err);

	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (r == 0)
		r = exec_prepare(err);
	if (r == 0)
		r = exec_start(settings, NULL, spec, scheduleid, &trial->child, err);
	if (r < 0)
		return r;
	trial->started_ms = clock_real_ms();
	started_ms = clock_mono_ms();
	trial->pidfd = pidfd_of(trial->child.pid);
	if (trial->pidfd < 0) {
		exec_kill_tree(&trial->tree, trial->child.pid, scheduleid, SIGKILL);
		return err_sys(err, trial->pidfd, "cannot wait for the probe");
	}
	wait_for_end(trial, spec, scheduleid);
	trial->duration_ms = clock_mono_ms() - started_ms;
	exec_read(trial->child.stdout_fd, settings->output_max, &trial->output, &trial->cut);
	exec_read(trial->child.stderr_fd, STDERR_SIZE_MAX, &trial->errors, &trial->cut_errors);
	return 0;
}

/* --- what came of it ----------------------------------------------------------------------- */

static void add_line(const char *name, const char *value, struct buf *text)
{
	(void)buf_addf(text, "%-12s ", name);
	cmd_spec_clean(value, strlen(value), text);
	(void)buf_addc(text, '\n');
}

/* Line by line, behind a title. */
static void add_output(const char *title, const struct buf *output, bool cut, struct buf *text)
{
	const char *p = buf_text(output), *end = p + output->size;

	(void)buf_addf(text, "%-12s %zu bytes%s\n", title, output->size,
	    cut ? ", and more that is not kept" : "");
	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		size_t size = (size_t)((newline ? newline : end) - p);

		(void)buf_adds(text, "  ");
		cmd_spec_clean(p, size, text);
		(void)buf_addc(text, '\n');
		p += size + 1;
	}
}

static void add_ending(const struct trial *trial, const struct spec *spec, struct buf *text)
{
	CLEANUP_BUF struct buf line = BUF_INIT;

	if (trial->hangs)
		(void)buf_adds(&line, "even SIGKILL does not end it: it waits in the kernel");
	else if (trial->signals)
		(void)buf_addf(&line, "no end by its timeout of %g s: killed, with its tree",
		    (double)spec->timeout_ms / 1000);
	else if (WIFEXITED(trial->status))
		(void)buf_addf(&line, "exit code %d", WEXITSTATUS(trial->status));
	else
		(void)buf_addf(&line, "killed by signal %d (%s)", WTERMSIG(trial->status),
		    strsignal(WTERMSIG(trial->status)));
	add_line("ended", buf_text(&line), text);
	buf_reset(&line);
	(void)buf_addf(&line, "%lld ms, %ld KiB of memory, %lld ms of CPU",
	    (long long)trial->duration_ms, trial->usage.ru_maxrss,
	    (long long)(trial->usage.ru_utime.tv_sec + trial->usage.ru_stime.tv_sec) * 1000 +
		(trial->usage.ru_utime.tv_usec + trial->usage.ru_stime.tv_usec) / 1000);
	add_line("took", buf_text(&line), text);
}

/* As the load stage reads it; thresholds that were set at run time are left out. */
static int add_verdict(
    const struct trial *trial, const struct spec *spec, struct buf *text, struct err *err)
{
	const struct buf *said = trial->output.size ? &trial->output : &trial->errors;
	char reason[160] = "";
	struct record record = { .scheduleid = spec_scheduleid(spec->specid, trial->started_ms),
		.due_ms = trial->started_ms,
		.last_due_ms = trial->started_ms,
		.n_slots = 1,
		.outcome = trial->signals ? OUTCOME_TIMEOUT : OUTCOME_RUN,
		.exit_code = WIFEXITED(trial->status) ? WEXITSTATUS(trial->status) : -1,
		.signo = WIFSIGNALED(trial->status) ? WTERMSIG(trial->status) : 0,
		.started_ms = trial->started_ms,
		.duration_ms = trial->duration_ms,
		.attempts = 1,
		.cut = trial->cut,
		.output = buf_text(said),
		.output_size = said->size,
		.reason = reason };
	CLEANUP(loadable_free) struct loadable loadable = { 0 };
	int r;

	if (trial->signals)
		(void)snprintf(reason, sizeof(reason), "no end by its timeout: killed");
	else if (WIFSIGNALED(trial->status))
		(void)snprintf(reason, sizeof(reason), "killed by signal %d (%s)",
		    WTERMSIG(trial->status), strsignal(WTERMSIG(trial->status)));
	record.reason_size = strlen(reason);
	r = loadable_init(&loadable, &record, err);
	if (r < 0)
		return r;
	add_line("state", state_text((enum state)loadable.run.state), text);
	if (loadable.run.text)
		add_line("text", loadable.run.text, text);
	(void)buf_addf(text, "%-12s %zu\n", "metrics", loadable.run.n_values);
	for (size_t i = 0; i < loadable.run.n_values; i++) {
		const struct db_value *value = &loadable.run.values[i];

		(void)buf_adds(text, "  ");
		cmd_spec_clean(value->label, strlen(value->label), text);
		(void)buf_addf(text, " = %.15g%s", value->value, value->unit);
		if (*value->warn || *value->crit)
			(void)buf_addf(
			    text, " (warning %s, critical %s)", value->warn, value->crit);
		(void)buf_addc(text, '\n');
	}
	return 0;
}

static void add_command(
    const struct settings *settings, const struct spec *spec, struct buf *text)
{
	CLEANUP_BUF struct buf path = BUF_INIT, command = BUF_INIT;
	struct err err = ERR_INIT;
	struct spec whole = *spec;
	const struct passwd *user = getpwuid(geteuid());

	if (settings_executable(settings, spec, &path, &err) < 0)
		return;
	whole.command = path.data;
	spec_command_text(&whole, &command);
	add_line("command", buf_text(&command), text);
	add_line("user", user ? user->pw_name : "?", text);
	if (settings->user && user && strcmp(user->pw_name, settings->user) != 0)
		add_line("", "the scheduler runs it as another one: scheduler.user", text);
}

static int run_spec(struct cli *cli, const void *scope)
{
	CLEANUP(spec_infos_free) struct spec_infos infos = { 0 };
	CLEANUP(trial_free)
	struct trial trial = { .pidfd = -1, .output = BUF_INIT, .errors = BUF_INIT };
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	const struct spec *spec;
	int r, exit_code = cli_tables(cli);

	if (exit_code != EXIT_DONE)
		return exit_code;
	r = cmd_spec_find_one(cli, scope, &infos, &err);
	if (r == 0 && infos.items[0].spec.group)
		r = err_set(&err, -EINVAL,
		    "a group's spec never runs itself: name a node's, NODE/NAME");
	if (r == 0 && infos.items[0].waits)
		r = err_set(&err, -ENODATA,
		    "its arguments have a hole: haetae spec show says which attribute its "
		    "node lacks");
	if (r < 0)
		return r == -EINVAL ? cli_usage(&err) : cli_fail(&err);
	spec = &infos.items[0].spec;
	r = run_trial(&cli->settings, spec, &trial, &err);
	if (r < 0)
		return cli_fail(&err);
	add_command(&cli->settings, spec, &text);
	add_output("stdout", &trial.output, trial.cut, &text);
	if (trial.errors.size)
		add_output("stderr", &trial.errors, trial.cut_errors, &text);
	add_ending(&trial, spec, &text);
	if (add_verdict(&trial, spec, &text, &err) < 0)
		return cli_fail(&err);
	return cli_print(&text);
}

const struct command cmd_spec_run = {
	.name = "spec run",
	.arguments = "NODE/NAME",
	.help = "runs a spec here and now as the scheduler would; stores nothing",
	COMMAND_OPTIONS(run_rows, struct spec_scope),
	.run = run_spec,
};
