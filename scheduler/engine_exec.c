/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/engine_exec.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/fsroot.h"
#include "lib/base/num.h"
#include "lib/base/trusted.h"
#include "scheduler/journal.h"

/* What a probe may use, whoever started the scheduler: soft limits, as far as the hard ones
 * allow. Those that an administrator has set hard are his word. */
static const struct {
	int resource;
	rlim_t soft;
} limits[] = {
	{ RLIMIT_AS, RLIM_INFINITY },
	{ RLIMIT_CORE, 0 },
	{ RLIMIT_CPU, RLIM_INFINITY },
	{ RLIMIT_DATA, RLIM_INFINITY },
	{ RLIMIT_MEMLOCK, 64 << 10 },
	{ RLIMIT_MSGQUEUE, 819200 },
	{ RLIMIT_NICE, 0 },
	{ RLIMIT_NPROC, RLIM_INFINITY },
	{ RLIMIT_RSS, RLIM_INFINITY },
	{ RLIMIT_RTPRIO, 0 },
	{ RLIMIT_SIGPENDING, RLIM_INFINITY },
	{ RLIMIT_STACK, 8 << 20 },
	/* Ours; two a probe that runs. */
	{ RLIMIT_NOFILE, RLIM_INFINITY },
};
enum { PROBE_FILES = 1024, ROUNDS_MAX = 10, LOOKS_MAX = 200, LOOKS_QUIET = 3 };

/* Returns the limit as it was. */
static struct rlimit set_soft(int resource, rlim_t soft)
{
	struct rlimit was = { RLIM_INFINITY, RLIM_INFINITY }, limit;

	(void)getrlimit((__rlimit_resource_t)resource, &was);
	limit = was;
	limit.rlim_cur = soft < was.rlim_max ? soft : was.rlim_max;
	(void)setrlimit((__rlimit_resource_t)resource, &limit);
	return was;
}

int exec_prepare(struct err *err)
{
	static const char score[] = "500"; /* proc(5): 1000 is "always first" */
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	/* Ours may be a terminal. */
	if (fd < 0 || dup2(fd, STDIN_FILENO) < 0) {
		int code = -errno;

		if (fd >= 0)
			close(fd);
		return err_sys(err, code, "cannot read from /dev/null");
	}
	close(fd);
	(void)umask(022);
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		(void)set_soft(limits[i].resource, limits[i].soft);
	/* Writing past the capture's limit gives EFBIG instead of a death by signal. A probe
	 * inherits that a signal is ignored only if it is left out of the spawn's defaults. */
	(void)signal(SIGXFSZ, SIG_IGN);
	fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (fd >= 0) {
		(void)!write(fd, score, sizeof(score) - 1);
		close(fd);
	}
	if (chdir("/") < 0)
		return err_sys(err, -errno, "cannot change to /");
	return 0;
}

/* --- starting ------------------------------------------------------------------------ */

struct launch {
	struct buf path;
	struct buf env_path, env_id, env_home, env_lang;
	char **argv;
	char *envp[5];
	int capture;
	int errors;
};

static void launch_free(struct launch *launch)
{
	buf_free(&launch->path);
	buf_free(&launch->env_path);
	buf_free(&launch->env_id);
	buf_free(&launch->env_home);
	buf_free(&launch->env_lang);
	free(launch->argv);
	if (launch->capture >= 0)
		close(launch->capture);
	if (launch->errors >= 0)
		close(launch->errors);
}

static int launch_words(struct launch *launch, const struct settings *settings,
    const struct spec *spec, uint64_t scheduleid, struct err *err)
{
	launch->argv = calloc(spec->n_args + 2, sizeof(*launch->argv));
	if (!launch->argv)
		return err_set(err, -ENOMEM, "out of memory");
	launch->argv[0] = launch->path.data;
	for (size_t i = 0; i < spec->n_args; i++)
		launch->argv[i + 1] = spec->args[i];
	buf_addf(&launch->env_path, "PATH=%s",
	    settings->path ? settings->path : "/usr/local/bin:/usr/bin:/bin");
	buf_addf(&launch->env_id, "HAETAE_SCHEDULEID=%" PRIu64, scheduleid);
	/* State that plugins keep between runs goes here when /var/lib/haetae is not theirs. */
	buf_addf(&launch->env_home, "HOME=%s", settings->spool);
	buf_adds(&launch->env_lang, "LANG=C.UTF-8");
	launch->envp[0] = launch->env_path.data;
	launch->envp[1] = launch->env_id.data;
	launch->envp[2] = launch->env_home.data;
	launch->envp[3] = launch->env_lang.data;
	if (launch->env_path.error || launch->env_id.error || launch->env_home.error ||
	    launch->env_lang.error)
		return err_set(err, -ENOMEM, "out of memory");
	return 0;
}

/* A file that has no name. */
static int anonymous(const char *name, int *ret_fd, struct err *err)
{
	*ret_fd = memfd_create(name, MFD_CLOEXEC);
	return *ret_fd < 0 ? err_sys(err, -errno, "cannot make an anonymous file") : 0;
}

static int launch_files(
    struct launch *launch, struct captures *captures, const char *capture, struct err *err)
{
	int r = captures ? captures_take(captures, capture, &launch->capture, err)
			 : anonymous("haetae-stdout", &launch->capture, err);

	if (r == 0 && !captures && fcntl(launch->capture, F_SETFL, O_APPEND) < 0)
		r = err_sys(err, -errno, "cannot append to an anonymous file");
	if (r < 0)
		return r;
	r = anonymous("haetae-stderr", &launch->errors, err);
	if (r < 0 && captures)
		captures_give(captures, capture);
	return r;
}

/* posix_spawn with what the kernel resets and what the child gets. Returns -errno. */
static int launch_spawn(const struct launch *launch, uint64_t capture_max, pid_t *ret_pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	struct rlimit file_size, files_open;
	sigset_t defaults, none;
	int r;

	if (posix_spawn_file_actions_init(&files) != 0)
		return -ENOMEM;
	if (posix_spawnattr_init(&attributes) != 0) {
		(void)posix_spawn_file_actions_destroy(&files);
		return -ENOMEM;
	}
	sigfillset(&defaults);
	sigdelset(&defaults, SIGXFSZ);
	sigemptyset(&none);
	(void)posix_spawnattr_setflags(&attributes,
	    POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	(void)posix_spawnattr_setpgroup(&attributes, 0);
	(void)posix_spawnattr_setsigdefault(&attributes, &defaults);
	(void)posix_spawnattr_setsigmask(&attributes, &none);
	r = posix_spawn_file_actions_adddup2(&files, launch->capture, STDOUT_FILENO);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(&files, launch->errors, STDERR_FILENO);
	/* The child inherits these limits; we lift them again at once for ourselves. */
	if (r == 0) {
		file_size = set_soft(RLIMIT_FSIZE, capture_max);
		files_open = set_soft(RLIMIT_NOFILE, PROBE_FILES);
		r = posix_spawn(ret_pid, buf_text(&launch->path), &files, &attributes,
		    launch->argv, launch->envp);
		(void)setrlimit(RLIMIT_NOFILE, &files_open);
		(void)setrlimit(RLIMIT_FSIZE, &file_size);
	}
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&files);
	return -r;
}

int exec_start(const struct settings *settings, struct captures *captures,
    const struct spec *spec, uint64_t scheduleid, struct exec_child *ret, struct err *err)
{
	CLEANUP(launch_free)
	struct launch launch = { .path = BUF_INIT,
		.env_path = BUF_INIT,
		.env_id = BUF_INIT,
		.env_home = BUF_INIT,
		.env_lang = BUF_INIT,
		.capture = -1,
		.errors = -1 };
	char capture[CAPTURE_NAME_SIZE];
	pid_t pid;
	int r;

	capture_name(scheduleid, spec->probetype, capture);
	r = settings_executable(settings, spec, &launch.path, err);
	if (r == 0)
		r = trusted_program(buf_text(&launch.path), err);
	if (r == 0)
		r = launch_words(&launch, settings, spec, scheduleid, err);
	if (r == 0)
		r = launch_files(&launch, captures, capture, err);
	if (r < 0)
		return r;
	r = launch_spawn(&launch, settings->capture_max, &pid);
	if (r < 0) {
		if (captures)
			captures_give(captures, capture);
		return err_sys(err, r, "cannot start %s", buf_text(&launch.path));
	}
	*ret = (struct exec_child){
		.pid = pid, .stdout_fd = launch.capture, .stderr_fd = launch.errors
	};
	launch.capture = -1;
	launch.errors = -1;
	return 0;
}

void exec_read(int fd, size_t max, struct buf *ret, bool *ret_cut)
{
	struct stat st;
	size_t size;
	ssize_t n;
	char *to;

	if (fstat(fd, &st) < 0 || st.st_size <= 0)
		return;
	size = (size_t)st.st_size;
	*ret_cut |= size > max;
	if (size > max)
		size = max;
	to = buf_reserve(ret, size);
	if (!to)
		return;
	n = pread(fd, to, size, 0);
	if (n > 0)
		ret->size += (size_t)n;
	buf_terminate(ret);
}

/* --- killing --------------------------------------------------------------------------- */

void exec_tree_free(struct exec_tree *tree)
{
	free(tree->items);
	*tree = (struct exec_tree){ 0 };
}

static bool tree_holds(const struct exec_tree *tree, const struct proctree_process *process)
{
	for (size_t i = 0; i < tree->n; i++) {
		if (tree->items[i].pid == process->pid &&
		    tree->items[i].starttime == process->starttime)
			return true;
	}
	return false;
}

/* Without memory it forgets, and what can be found anew is all that is signalled. */
static void tree_set(struct exec_tree *tree, const struct proctree_set *targets)
{
	exec_tree_free(tree);
	tree->items = calloc(targets->n + 1, sizeof(*tree->items));
	for (size_t i = 0; tree->items && i < targets->n; i++)
		tree->items[tree->n++] = *proctree_set_at(targets, i);
}

/* Members of skip_group are left out: they have had the signal as a group. */
static size_t targets_signal(const struct proctree_set *targets, pid_t skip_group, int signo)
{
	size_t n_signalled = 0;

	for (size_t i = 0; i < targets->n; i++) {
		const struct proctree_process *process = proctree_set_at(targets, i);

		if (process->pid != getpid() && process->group != skip_group)
			n_signalled += proctree_signal(process, signo) == 0;
	}
	return n_signalled;
}

static bool has_new(const struct exec_tree *tree, const struct proctree_set *targets)
{
	for (size_t i = 0; i < targets->n; i++) {
		const struct proctree_process *process = proctree_set_at(targets, i);

		if (!process->zombie && !tree_holds(tree, process))
			return true;
	}
	return false;
}

/* Returns whether there were some that had no signal before. */
static bool kill_round(struct exec_tree *tree, pid_t pid, uint64_t scheduleid, int signo)
{
	CLEANUP(proctree_free) struct proctree all = { 0 };
	CLEANUP(proctree_set_free) struct proctree_set targets = { 0 };
	bool found = false;

	/* Found before the first signal: afterwards orphans have another parent. */
	if (proctree_read(&all, NULL) == 0 && proctree_set_init(&targets, &all)) {
		for (size_t i = 0; i < all.n; i++) {
			const struct proctree_process *process = &all.items[i];

			if (process->pid == pid || process->group == pid ||
			    tree_holds(tree, process) ||
			    (process->parent == getpid() &&
				proctree_scheduleid(process->pid, NULL) == scheduleid))
				proctree_set_add(&targets, i);
		}
		proctree_set_add_descendants(&targets);
		found = has_new(tree, &targets);
		tree_set(tree, &targets);
	}
	/* The leader is not reaped yet, so its group's number is still its own. */
	(void)kill(-pid, signo);
	(void)targets_signal(&targets, pid, signo);
	return found;
}

/* Kills the slot's orphans among our children, each as soon as it is seen: between a list of all
 * processes and its signals one that runs away is gone, and its child is there. The list of a
 * kernel without it (proc_tid_children(5)) is empty. */
static bool kill_orphans(pid_t leader, uint64_t scheduleid)
{
	const struct fsroot root = FSROOT_LIVE;
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(1 << 20);
	char path[64], *word, *next;
	bool found = false;

	(void)snprintf(path, sizeof(path), "/proc/self/task/%ld/children", (long)getpid());
	if (fsroot_read(&root, path, &text, NULL) < 0 || text.size == 0)
		return false;
	for (word = text.data; *word; word = next) {
		struct proctree_process process = { 0 };
		size_t size = strcspn(word, " ");
		uint64_t pid;

		next = word + size + (word[size] == ' ');
		word[size] = '\0';
		if (num_u64(word, &pid, NULL) < 0 || (pid_t)pid == leader)
			continue;
		process.pid = (pid_t)pid;
		process.starttime = proctree_starttime(process.pid);
		if (proctree_scheduleid(process.pid, NULL) == scheduleid)
			found |= proctree_signal(&process, SIGKILL) == 0;
	}
	return found;
}

/* Until none has been seen for some looks: a child of one that ends is ours a moment later. */
static bool kill_runaways(pid_t leader, uint64_t scheduleid)
{
	bool found = false;
	int n_quiet = 0;

	for (int i = 0; i < LOOKS_MAX && n_quiet < LOOKS_QUIET; i++) {
		bool one = kill_orphans(leader, scheduleid);

		n_quiet = one ? 0 : n_quiet + 1;
		found |= one;
	}
	return found;
}

void exec_kill_tree(struct exec_tree *tree, pid_t pid, uint64_t scheduleid, int signo)
{
	bool again = true;

	for (int i = 0; again && i < ROUNDS_MAX; i++) {
		again = kill_round(tree, pid, scheduleid, signo);
		if (signo == SIGKILL)
			again |= kill_runaways(pid, scheduleid);
		else
			again = false;
	}
}

/* --- what a killed run stage has left ------------------------------------------------------ */

static int compare_ids(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static bool is_recorded(
    const struct journal_open *opens, size_t n_opens, const struct proctree_process *process)
{
	for (size_t i = 0; i < n_opens; i++) {
		if (opens[i].pid == process->pid && opens[i].starttime == process->starttime)
			return true;
	}
	return false;
}

size_t exec_kill_leftovers(const char *spool, const struct journal_open *opens, size_t n_opens)
{
	CLEANUP(proctree_free) struct proctree all = { 0 };
	CLEANUP(proctree_set_free) struct proctree_set targets = { 0 };
	CLEANUP_FREE uint64_t *ids = calloc(n_opens + 1, sizeof(*ids));

	if (n_opens == 0 || !ids)
		return 0;
	for (size_t i = 0; i < n_opens; i++)
		ids[i] = opens[i].scheduleid;
	qsort(ids, n_opens, sizeof(*ids), compare_ids);
	if (proctree_read(&all, NULL) < 0 || !proctree_set_init(&targets, &all))
		return 0;
	for (size_t i = 0; i < all.n; i++) {
		uint64_t id = proctree_scheduleid(all.items[i].pid, spool);

		if (is_recorded(opens, n_opens, &all.items[i]) ||
		    (id && bsearch(&id, ids, n_opens, sizeof(*ids), compare_ids)))
			proctree_set_add(&targets, i);
	}
	proctree_set_add_descendants(&targets);
	return targets_signal(&targets, 0, SIGKILL);
}
