/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/check/plugin.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/child.h"
#include "lib/base/deadline.h"
#include "lib/check/common.h"

enum {
	DEADLINE_DEFAULT_MS = 8000,
	/* Nagios Core cuts at MAX_PLUGIN_OUTPUT_LENGTH 8192, its NUL included. */
	OUTPUT_MAX_DEFAULT = 8191,
	STATE_WRITE_WAIT_MS = 500,
	/* As a program's own, which costs what is used of it. */
	WORK_STACK_SIZE = 8 << 20,
};

/* The first descriptor that the child which does the work gives up. */
#ifdef __SANITIZE_ADDRESS__
enum { CHILD_CLOSES_FROM = 3 }; /* a sanitizer's report must be seen */
#else
enum { CHILD_CLOSES_FROM = 0 };
#endif

/* --- output ------------------------------------------------------------------------ */

/* Returns whether everything was written. */
static bool print(const struct buf *text)
{
	size_t done = 0;

	while (done < text->size) {
		ssize_t n = write(STDOUT_FILENO, text->data + done, text->size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

/* The result as it is now, for the line that is kept ready. */
static void keep_ready(struct check *check, const struct common *common, const char *doing)
{
	CLEANUP_BUF struct buf line = BUF_INIT;
	struct result *result =
	    result_new(check->plugin->title, check->plugin->name, &check->thresholds);

	if (!result)
		return;
	result_problem(result, common->deadline_state, "no answer after %g s%s%s",
	    (double)common->deadline_ms / 1000, doing ? " while " : "", doing ? doing : "");
	result_render(result, common->form, DEADLINE_LINE_SIZE - 1, &line);
	deadline_keep(buf_text(&line));
	result_free(result);
}

/* check_doing has the check alone; the common options are found behind it. */
struct run {
	struct check check;
	struct common common;
};

void check_doing(struct check *check, const char *fmt, ...)
{
	struct run *run = (struct run *)check;
	char doing[256];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(doing, sizeof(doing), fmt, ap);
	va_end(ap);
	keep_ready(check, &run->common, doing);
}

/* --- the run -------------------------------------------------------------------------- */

/* A closed descriptor 0, 1 or 2 would be taken by the next file that is opened. */
static bool open_standard_descriptors(void)
{
	bool out_open = true;

	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		if (fd == STDOUT_FILENO)
			out_open = false;
		/* A program that takes over, if there is one, is to see that it was closed. */
		if (open("/dev/null", O_RDWR | O_CLOEXEC) < 0)
			return false;
	}
	return out_open;
}

/* The command line is the key of the state: other options may read other things. */
static void set_sample_key(struct check *check, int argc, char **argv)
{
	CLEANUP_BUF struct buf words = BUF_INIT;

	for (int i = 1; i < argc; i++)
		buf_addf(&words, "%s\n", argv[i]);
	sample_store_key(&check->samples, check->plugin->name, buf_text(&words));
}

static int parse(struct run *run, int argc, char **argv, struct err *err)
{
	const struct plugin *plugin = run->check.plugin;
	const struct opt_set sets[] = {
		{ common_rows, COMMON_ROWS, &run->common },
		{ plugin->options, plugin->n_options, run->check.options },
	};
	int r = opt_parse(sets, 2, argc, argv, err);

	if (r == 0 && !run->common.help && !run->common.version && plugin->validate)
		r = plugin->validate(&run->check, err);
	if (run->common.one_line && run->common.form == RESULT_TEXT)
		run->common.form = RESULT_ONE_LINE;
	return r;
}

/* A state folder may hang as well, and the result must still be printed in time. */
static int64_t state_write_wait_ms(void)
{
	int64_t half = deadline_rest_ms() / 2;

	return half < STATE_WRITE_WAIT_MS ? half : STATE_WRITE_WAIT_MS;
}

/* What the child works with; it shares our memory. */
struct work {
	struct run *run;
	struct err *err;
	int *ret;
};

static int work(struct run *run, struct err *err)
{
	struct check *check = &run->check;
	const char *root = run->common.root, *state = check->samples.dir;
	int r;

	if (root || state)
		check_doing(check, "reading %s%s%s", root ? root : "the node",
		    state ? " or state folder " : "", state ? state : "");
	r = fsroot_open(root, &check->root, err);
	if (r == 0)
		r = check->plugin->run(check, err);
	fsroot_close(&check->root);
	return r;
}

static int work_in_child(void *context)
{
	const struct work *given = context;

	/* Nagios waits for the end of our stdout and stderr, and this child may never end. */
	child_close_from(CHILD_CLOSES_FROM);
	/* What it opens must not be taken for one of the three. */
	(void)open_standard_descriptors();
	given->run->check.pids[1] = getpid();
	*given->ret = work(given->run, given->err);
	return 0;
}

/* A folder, a sensor or a process that is asked may put the asker to sleep where not even
 * SIGALRM wakes it. Then a child asks, and the deadline is kept here. */
static int work_aside(struct run *run, struct err *err)
{
	int result = -EIO, status = 0;
	struct work given = { .run = run, .err = err, .ret = &result };
	struct child child;

	run->check.pids[0] = getpid();
	if (!run->check.plugin->may_sleep && !run->common.root && !run->check.samples.dir)
		return work(run, err);
	/* Where there may be no more processes, the check is needed most. */
	if (child_start(work_in_child, &given, sizeof(given), WORK_STACK_SIZE, &child) < 0)
		return work(run, err);
	if (child_wait(&child, &status) < 0 || status != 0)
		return err_set(err, -EIO, "the check itself failed: %s %d",
		    WIFSIGNALED(status) ? "signal" : "status",
		    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	return result;
}

static void execute(struct run *run, int argc, char **argv)
{
	struct check *check = &run->check;
	struct err err = ERR_INIT;
	int r;

	set_sample_key(check, argc, argv);
	keep_ready(check, &run->common, NULL);
	r = deadline_start(run->common.deadline_ms, (int)run->common.deadline_state, &err);
	if (r == 0)
		r = work_aside(run, &err);
	if (r < 0) {
		result_problem(check->result, STATE_UNKNOWN, "%s", err.text);
		return;
	}
	result_finish(check->result);
	if (sample_store_write(&check->samples, state_write_wait_ms(), &err) < 0)
		result_detail(check->result, STATE_UNKNOWN,
		    "no state kept for the next run: %s", err.text);
}

static void render(struct run *run, struct buf *buf)
{
	const struct plugin *plugin = run->check.plugin;

	if (run->common.help)
		common_help(plugin, buf);
	else if (run->common.version)
		buf_addf(buf, "%s (haetae) %s\n", plugin->name, PACKAGE_VERSION);
	else
		result_render(run->check.result, run->common.form, run->common.max_output, buf);
}

static void run_free(struct run *run)
{
	if (run->check.plugin->release)
		run->check.plugin->release(&run->check);
	free(run->check.options);
	result_free(run->check.result);
	thresholds_free(&run->check.thresholds);
	sample_store_free(&run->check.samples);
}

int plugin_main(const struct plugin *plugin, int argc, char **argv)
{
	struct run run = {
		.check = { .plugin = plugin, .root = FSROOT_LIVE, .argv = argv },
		.common = { .deadline_ms = DEADLINE_DEFAULT_MS,
		    .deadline_state = STATE_UNKNOWN,
		    .form = RESULT_TEXT,
		    .max_output = OUTPUT_MAX_DEFAULT },
	};
	CLEANUP_BUF struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	bool printable = open_standard_descriptors();
	int code;

	/* The locale stays "C": nobody calls setlocale. A reader that went away is no signal. */
	(void)signal(SIGPIPE, SIG_IGN);
	run.common.check = &run.check;
	run.check.options = calloc(1, plugin->options_size ? plugin->options_size : 1);
	run.check.result = result_new(plugin->title, plugin->name, &run.check.thresholds);
	if (!run.check.options || !run.check.result ||
	    thresholds_init(&run.check.thresholds, plugin->metrics, plugin->n_metrics, &err) <
		0) {
		buf_addf(&out, "%s UNKNOWN - cannot start: %s\n", plugin->title,
		    err.text[0] ? err.text : "out of memory");
		(void)print(&out);
		run_free(&run);
		return STATE_UNKNOWN;
	}
	if (parse(&run, argc, argv, &err) < 0) {
		run.common.help = false;
		run.common.version = false;
		result_problem(run.check.result, STATE_UNKNOWN, "%s", err.text);
	} else if (!run.common.help && !run.common.version) {
		result_all_perf(run.check.result, run.check.all_perf);
		execute(&run, argc, argv);
	}
	render(&run, &out);
	code = run.common.help || run.common.version ? STATE_UNKNOWN
						     : (int)result_state(run.check.result);
	deadline_printed(code);
	if (!print(&out) || !printable)
		code = STATE_UNKNOWN;
	run_free(&run);
	return code;
}
