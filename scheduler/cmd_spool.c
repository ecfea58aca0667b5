/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "lib/check/text.h"
#include "scheduler/command.h"
#include "scheduler/hold.h"
#include "scheduler/level.h"
#include "scheduler/spool.h"
#include "scheduler/table.h"

/* Files of bad/ that are named. */
enum { BAD_NAMED = 20 };

struct spool_options {
	const char *output;
	bool utc;
};
static const struct opt rows[] = {
	{ 0, "output", "FORM", OPT_STRING, offsetof(struct spool_options, output), NULL,
	    "table (the default) or json" },
	{ 0, "utc", NULL, OPT_FLAG, offsetof(struct spool_options, utc), NULL,
	    "times in UTC instead of local time" },
};

/* The folders, in the order in which a result goes through them. */
static const struct {
	enum spool_dir dir;
	const char *name, *what;
	bool waits; /* for the database: results that are nowhere else */
} folders[] = {
	{ SPOOL_CLAIMS, "claims", "slots that are to be run", false },
	{ SPOOL_RUN, "run", "the journal, and what probes print", false },
	{ SPOOL_SEGMENTS, "segments", "results that are being written", true },
	{ SPOOL_READY, "ready", "results for the database", true },
	{ SPOOL_DATA, "data", "results of other programs, for the database", true },
	{ SPOOL_EVENTS, "events", "events for the database", true },
	{ SPOOL_LOADED, "loaded", "loaded, and kept for a while", false },
	{ SPOOL_BAD, "bad", "what could not be loaded", false },
};
enum { FOLDERS = sizeof(folders) / sizeof(folders[0]) };

struct folder {
	uint64_t files, bytes;
	int64_t oldest_ms; /* 0: no file */
};

struct view {
	struct spool spool;
	int64_t now_ms;
	pid_t pid;	   /* of the scheduler; 0: none, -1: not known */
	struct err no_pid; /* why */
	bool held, has_level;
	struct hold hold;
	struct level level;
	struct folder folders[FOLDERS];
	struct spool_names bad;
};

static void view_free(struct view *view)
{
	spool_names_free(&view->bad);
	spool_close(&view->spool);
}

/* As the spool is: looking makes nothing, and root may look into another user's. */
static int open_spool(const char *path, struct spool *ret, struct err *err)
{
	ret->path = path;
	for (int i = 0; i < SPOOL_DIR_COUNT; i++)
		ret->dirs[i] = -1;
	ret->dirs[SPOOL_TOP] = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (ret->dirs[SPOOL_TOP] < 0)
		return err_sys(err, -errno, "cannot open spool %s", path);
	for (size_t i = 0; i < FOLDERS; i++) {
		int fd = openat(ret->dirs[SPOOL_TOP], folders[i].name,
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

		if (fd < 0 && errno != ENOENT)
			return err_sys(err, -errno, "cannot open %s/%s", path, folders[i].name);
		ret->dirs[folders[i].dir] = fd;
	}
	return 0;
}

static int read_folder(
    const struct spool *spool, enum spool_dir dir, struct folder *ret, struct err *err)
{
	CLEANUP(spool_names_free) struct spool_names names = { 0 };
	int r;

	if (spool->dirs[dir] < 0)
		return 0;
	r = spool_list(spool, dir, &names, err);
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		struct stat st;
		int64_t changed_ms;

		/* Loaded meanwhile. */
		if (fstatat(spool->dirs[dir], names.items[i], &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		changed_ms = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
		ret->files++;
		ret->bytes += (uint64_t)st.st_size;
		if (ret->oldest_ms == 0 || changed_ms < ret->oldest_ms)
			ret->oldest_ms = changed_ms;
	}
	return r;
}

static int read_view(const char *path, struct view *view, struct err *err)
{
	int r = open_spool(path, &view->spool, err);

	for (size_t i = 0; r == 0 && i < FOLDERS; i++)
		r = read_folder(&view->spool, folders[i].dir, &view->folders[i], err);
	if (r == 0 && view->spool.dirs[SPOOL_BAD] >= 0)
		r = spool_list(&view->spool, SPOOL_BAD, &view->bad, err);
	if (r < 0)
		return r;
	if (hold_scheduler(path, &view->pid, NULL, &view->no_pid) < 0)
		view->pid = -1;
	r = hold_read(path, &view->hold, err);
	view->held = r == 0;
	if (r < 0 && r != -ENOENT)
		return r;
	view->has_level = level_read(&view->spool, &view->level, NULL) == 0;
	view->now_ms = clock_real_ms();
	return 0;
}

/* --- as text ------------------------------------------------------------------------------ */

static void add_age(int64_t from_ms, int64_t now_ms, char out[CLOCK_TEXT_SIZE])
{
	out[0] = '\0';
	if (from_ms)
		clock_age_text((now_ms - from_ms) / 1000, out);
}

static void add_state(const struct view *view, bool utc, struct buf *text)
{
	char why[800], age[CLOCK_TEXT_SIZE];

	(void)buf_addf(text, "spool: %s\n", view->spool.path);
	if (view->pid > 0)
		(void)buf_addf(text, "scheduler: runs, pid %ld\n", (long)view->pid);
	else if (view->pid == 0)
		(void)buf_addf(text, "scheduler: does not run%s\n",
		    view->held ? "" : " (haetae-scheduler --ensure starts it)");
	else
		(void)buf_addf(text, "scheduler: %s\n", view->no_pid.text);
	if (view->held) {
		hold_text(&view->hold, utc, why, sizeof(why));
		(void)buf_addf(text, "held: %s (haetae release)\n", why);
	}
	if (!view->has_level)
		return;
	add_age(view->level.time_ms, view->now_ms, age);
	(void)buf_addf(text, "room: %u%% of it is taken by what is not loaded (%s ago)",
	    view->level.percent, age);
	if (view->level.refused)
		(void)buf_addf(text, "; %llu slots were not started for want of it",
		    (unsigned long long)view->level.refused);
	(void)buf_addc(text, '\n');
}

static int add_folders(const struct view *view, struct buf *text)
{
	static const struct table_column columns[] = { { "FOLDER", TABLE_LEFT, NULL, 0 },
		{ "FILES", TABLE_RIGHT, NULL, 0 }, { "SIZE", TABLE_RIGHT, NULL, 0 },
		{ "OLDEST", TABLE_RIGHT, NULL, 0 }, { "", TABLE_LEFT, NULL, 0 } };
	CLEANUP(table_free) struct table table = TABLE_INIT(columns);

	for (size_t i = 0; i < FOLDERS; i++) {
		const struct folder *folder = &view->folders[i];
		char size[NUM_TEXT_SIZE], age[CLOCK_TEXT_SIZE];

		num_bytes_text((double)folder->bytes, size);
		add_age(folder->oldest_ms, view->now_ms, age);
		table_add(&table, folders[i].name);
		table_addf(&table, "%llu", (unsigned long long)folder->files);
		table_add(&table, size);
		table_add(&table, age);
		table_add(&table, folders[i].what);
	}
	(void)buf_addc(text, '\n');
	return table_print(&table, table_terminal(), text);
}

/* The reason is in the log, and in a row that haetae status shows. */
static void add_bad(const struct view *view, struct buf *text)
{
	if (view->bad.n == 0)
		return;
	(void)buf_adds(text,
	    "\nin bad/ (the reasons are in the log, and in LOADERR; when the cause is gone a "
	    "file may be moved back into ready/):\n");
	for (size_t i = 0; i < view->bad.n && i < BAD_NAMED; i++) {
		(void)buf_adds(text, "  ");
		text_clean(view->bad.items[i], strlen(view->bad.items[i]), text);
		(void)buf_addc(text, '\n');
	}
	if (view->bad.n > BAD_NAMED)
		(void)buf_addf(text, "  and %zu more\n", view->bad.n - BAD_NAMED);
}

/* --- as JSON ------------------------------------------------------------------------------ */

static void add_json(const struct view *view, struct buf *text)
{
	(void)buf_adds(text, "{\"spool\":");
	text_json(view->spool.path, text);
	if (view->pid >= 0)
		(void)buf_addf(text, ",\"pid\":%ld", (long)view->pid);
	else
		(void)buf_adds(text, ",\"pid\":null");
	(void)buf_addf(text, ",\"held\":%s", view->held ? "true" : "false");
	if (view->held) {
		(void)buf_addf(text,
		    ",\"held_since_ms\":%lld,\"held_by\":", (long long)view->hold.since_ms);
		text_json(view->hold.user, text);
		(void)buf_adds(text, ",\"held_reason\":");
		text_json(view->hold.reason, text);
	}
	if (view->has_level)
		(void)buf_addf(text, ",\"percent\":%u,\"refused\":%llu,\"level_ms\":%lld",
		    view->level.percent, (unsigned long long)view->level.refused,
		    (long long)view->level.time_ms);
	(void)buf_adds(text, ",\"folders\":{");
	for (size_t i = 0; i < FOLDERS; i++) {
		const struct folder *folder = &view->folders[i];

		(void)buf_addf(text,
		    "%s\"%s\":{\"files\":%llu,\"bytes\":%llu,\"oldest_ms\":%lld,\"waits\":%s}",
		    i ? "," : "", folders[i].name, (unsigned long long)folder->files,
		    (unsigned long long)folder->bytes, (long long)folder->oldest_ms,
		    folders[i].waits ? "true" : "false");
	}
	(void)buf_adds(text, "},\"bad\":[");
	for (size_t i = 0; i < view->bad.n; i++) {
		(void)buf_adds(text, i ? "," : "");
		text_json(view->bad.items[i], text);
	}
	(void)buf_adds(text, "]}\n");
}

static int run(struct cli *cli, const void *given)
{
	const struct spool_options *options = given;
	CLEANUP(view_free) struct view view = { .spool.path = "" };
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(TABLE_SIZE_MAX);
	struct err err = ERR_INIT;
	bool json = false;
	int exit_code = cli_wants_json(options->output, &json);

	for (int i = 0; i < SPOOL_DIR_COUNT; i++)
		view.spool.dirs[i] = -1;
	if (exit_code == EXIT_DONE)
		exit_code = cli_settings(cli);
	if (exit_code != EXIT_DONE)
		return exit_code;
	if (read_view(cli->settings.spool, &view, &err) < 0)
		return cli_fail(&err);
	if (json) {
		add_json(&view, &text);
		return cli_print(&text);
	}
	add_state(&view, options->utc, &text);
	(void)add_folders(&view, &text);
	add_bad(&view, &text);
	return cli_print(&text);
}

const struct command cmd_spool = {
	.name = "spool",
	.help =
	    "shows the spool of this host, and whether its scheduler runs; asks no database",
	COMMAND_OPTIONS(rows, struct spool_options),
	.run = run,
};
