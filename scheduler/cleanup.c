/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * haetae-cleanup: kills processes that hang, by a list of patterns and limits. Started by
 * cron. It needs neither the database nor a scheduler.
 */
#include "config.h"

#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/cleanup.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/pidfd.h"
#include "lib/base/trusted.h"
#include "lib/check/opt.h"
#include "scheduler/cleanup_find.h"
#include "scheduler/cleanup_kill.h"
#include "scheduler/cleanup_list.h"
#include "scheduler/cleanup_proc.h"
#include "scheduler/cleanup_report.h"
#include "scheduler/settings.h"

#define CONFIG_FILE  HAETAE_SYSCONFDIR "/haetae.conf"
#define LIST_FILE    HAETAE_SYSCONFDIR "/cleanup-list"
#define SERVERS_FILE HAETAE_SYSCONFDIR "/servers.alive"

struct options {
	const char *list, *servers, *config;
	double grace_s;
	bool any_user, dry_run, test, help, version;
};

static const struct opt rows[] = {
	{ 0, "list", "FILE", OPT_STRING, offsetof(struct options, list), NULL,
	    "what is killed, instead of " LIST_FILE },
	{ 0, "servers", "FILE", OPT_STRING, offsetof(struct options, servers), NULL,
	    "what is never killed, instead of " SERVERS_FILE },
	{ 0, "config", "FILE", OPT_STRING, offsetof(struct options, config), NULL,
	    "read FILE instead of " CONFIG_FILE },
	{ 0, "grace", "TIME", OPT_SECONDS, offsetof(struct options, grace_s), NULL,
	    "from SIGTERM to SIGKILL, up to 10m (default: 5s)" },
	{ 0, "any-user", NULL, OPT_FLAG, offsetof(struct options, any_user), NULL,
	    "kill other users' processes, too" },
	{ 0, "dry-run", NULL, OPT_FLAG, offsetof(struct options, dry_run), NULL,
	    "print what would be killed and what is spared, and why; kill nothing" },
	{ 'T', "test", NULL, OPT_FLAG, offsetof(struct options, test), NULL,
	    "check the list and the configuration, and end" },
	{ 'V', "version", NULL, OPT_FLAG, offsetof(struct options, version), NULL,
	    "print the version" },
	{ 'h', "help", NULL, OPT_FLAG, offsetof(struct options, help), NULL,
	    "print this help" },
};
enum { N_ROWS = sizeof(rows) / sizeof(rows[0]) };

enum {
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	GRACE_MAX_S = 600,
	/* What reads /proc may sleep there: beside the grace, no run takes longer. */
	WORK_MAX_S = 120,
};

/* All that is read before anything is looked at. */
struct input {
	struct settings settings;
	bool configured;
	struct cleanup_list list;
	const char *list_file;
	uint32_t *users; /* of the list's entries */
	struct cleanup_servers servers;
};

static void input_free(struct input *input)
{
	settings_free(&input->settings);
	cleanup_list_free(&input->list);
	free(input->users);
	cleanup_servers_free(&input->servers);
}

static int usage(void)
{
	CLEANUP_BUF struct buf text = BUF_INIT;

	buf_adds(&text,
	    "haetae-cleanup: kills processes that hang, by a list of patterns and limits.\n\n"
	    "Usage: haetae-cleanup [OPTION]...\n\n");
	opt_help(rows, N_ROWS, &text);
	(void)fputs(buf_text(&text), stdout);
	return 0;
}

/* --- files ---------------------------------------------------------------------------------- */

/* Without a file where one is expected there is no scheduler here: that is fine. */
static int read_config(const struct options *options, struct input *input, struct err *err)
{
	const char *file = options->config ? options->config : CONFIG_FILE;
	int r;

	if (!options->config && access(file, F_OK) < 0 && errno == ENOENT)
		return 0;
	r = settings_read_local(file, &input->settings, err);
	input->configured = r == 0;
	return r;
}

/* The user of an entry that names none is never asked for. */
static int find_users(struct input *input, struct err *err)
{
	const struct cleanup_list *list = &input->list;

	input->users = calloc(list->n + 1, sizeof(*input->users));
	if (!input->users)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < list->n; i++) {
		const char *name = list->items[i].user;
		const struct passwd *user = name ? getpwnam(name) : NULL;

		if (name && !user)
			return err_set(err, -EBADMSG,
			    "%s:%u: user '%.64s' is not known on this host", input->list_file,
			    list->items[i].line, name);
		if (user)
			input->users[i] = user->pw_uid;
	}
	return 0;
}

static int read_list(const struct options *options, struct input *input, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(CLEANUP_FILE_MAX);
	int r;

	input->list_file = options->list ? options->list : LIST_FILE;
	r = trusted_read(input->list_file, &text, err);
	if (r == 0)
		r = cleanup_list_parse(
		    buf_text(&text), text.size, input->list_file, &input->list, err);
	return r < 0 ? r : find_users(input, err);
}

static int read_servers(const struct options *options, struct input *input, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(CLEANUP_FILE_MAX);
	const char *file = options->servers ? options->servers : SERVERS_FILE;
	int r;

	if (!options->servers && access(file, F_OK) < 0 && errno == ENOENT)
		return 0;
	r = trusted_read(file, &text, err);
	return r < 0 ? r
		     : cleanup_servers_parse(
			   buf_text(&text), text.size, file, &input->servers, err);
}

static int read_all(const struct options *options, struct input *input, struct err *err)
{
	int r = read_config(options, input, err);

	if (r == 0 && input->configured)
		log_open("haetae-cleanup", NULL, input->settings.log_syslog,
		    (enum log_level)input->settings.log_level);
	if (r == 0)
		r = read_list(options, input, err);
	return r < 0 ? r : read_servers(options, input, err);
}

/* --- work ------------------------------------------------------------------------------------ */

/* Where a pid is all that there is, it may be another process's when the signal is sent. */
static int need_pidfd(struct err *err)
{
	CLEANUP_CLOSE int fd = pidfd_of(getpid());
	int r = fd < 0 ? fd : pidfd_signal(fd, 0);

	return r < 0 ? err_sys(err, r,
			   "cannot use pidfd, which needs Linux 5.3: nothing is killed "
			   "without it")
		     : 0;
}

static int work(const struct options *options, const struct input *input,
    struct cleanup_rules *rules, struct err *err)
{
	CLEANUP(cleanup_proc_close) struct cleanup_proc proc = { 0 };
	CLEANUP(proctree_free) struct proctree tree = { 0 };
	CLEANUP(cleanup_matches_free) struct cleanup_matches matches = { 0 };
	CLEANUP(cleanup_plan_free) struct cleanup_plan plan = { 0 };
	CLEANUP_BUF struct buf cgroup = BUF_INIT;
	struct cleanup_report report = {
		.list = input->list_file, .matches = &matches, .plan = &plan
	};
	int r = cleanup_proc_open(&proc, err);

	if (r < 0)
		return r;
	if (input->configured) {
		cleanup_proc_scheduler(&proc, input->settings.spool, &cgroup);
		report.spool = input->settings.spool;
		report.host = input->settings.host;
	}
	rules->cgroup = buf_text(&cgroup);
	r = proctree_read(&tree, err);
	if (r == 0)
		r = cleanup_find(rules, &proc, &tree, clock_boot_ms(), &matches, err);
	if (r == 0)
		r = cleanup_plan_make(rules, &proc, &tree, &matches, &plan, err);
	if (r == 0 && options->dry_run)
		cleanup_report_plan(&report);
	if (r < 0 || options->dry_run)
		return r;
	r = cleanup_plan_execute(rules, &proc, (int64_t)(options->grace_s * 1000), &plan, err);
	/* Each has its own line. */
	return cleanup_report_done(&report) ? -EPERM : r;
}

static int run(const struct options *options, const struct input *input)
{
	struct cleanup_rules rules = { .list = &input->list,
		.users = input->users,
		.servers = &input->servers,
		.own = geteuid(),
		.any_user = options->any_user,
		.explain = options->dry_run };
	struct err err = ERR_INIT;
	int r = need_pidfd(&err);

	/* The kernel ends this process even where it sleeps, which a handler could not. */
	(void)signal(SIGALRM, SIG_DFL);
	(void)alarm((unsigned)options->grace_s + WORK_MAX_S);
	if (r == 0 && input->list.n)
		r = work(options, input, &rules, &err);
	if (r < 0 && err.text[0])
		log_error("%s", err.text);
	return r < 0 ? EXIT_FAILED : 0;
}

static int test(const struct options *options, const struct input *input)
{
	for (size_t i = 0; i < input->list.n; i++) {
		if (input->list.items[i].user && input->users[i] != geteuid() &&
		    !options->any_user)
			(void)printf("%s:%u: user=%s needs --any-user\n", input->list_file,
			    input->list.items[i].line, input->list.items[i].user);
	}
	(void)printf("the list is good: %zu entries in %s, %zu servers protected\n",
	    input->list.n, input->list_file, input->servers.n);
	return 0;
}

int main(int argc, char **argv)
{
	struct options options = { .grace_s = 5 };
	const struct opt_set set = { rows, N_ROWS, &options };
	CLEANUP(input_free) struct input input = { 0 };
	struct err err = ERR_INIT;

	log_open("haetae-cleanup", NULL, false, LOG_LEVEL_INFO);
	if (opt_parse(&set, 1, argc, argv, &err) == 0 &&
	    !(options.grace_s >= 0 && options.grace_s <= GRACE_MAX_S))
		(void)err_set(&err, -ERANGE, "option --grace: expected a time up to 10m");
	if (err.text[0]) {
		log_error("%s", err.text);
		return EXIT_USAGE;
	}
	if (options.help)
		return usage();
	if (options.version) {
		(void)printf("haetae-cleanup (haetae) %s\n", PACKAGE_VERSION);
		return 0;
	}
	if (read_all(&options, &input, &err) < 0) {
		log_error("%s", err.text);
		return EXIT_FAILED;
	}
	return options.test ? test(&options, &input) : run(&options, &input);
}
