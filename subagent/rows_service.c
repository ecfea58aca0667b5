/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The services of the configured profiles, by one walk over /proc a round. */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/base/clock.h"
#include "lib/health/service_rows.h"
#include "lib/mib/dependency.h"
#include "lib/mib/finding.h"
#include "lib/mib/listener.h"
#include "subagent/collector.h"
#include "subagent/service_memory.h"

enum {
	/* What reads the memory map of each process is asked so often. */
	SLOW_MS = 600000,
	/* A ping or a bus that hangs takes no more of a round. */
	QUESTIONS_MS = 8000,
};

/* In the order of the tables below. */
enum { SERVICES, LISTENERS, DEPENDENCIES, FINDINGS };

static const struct mib_table *const tables[] = {
	[SERVICES] = &mib_service,
	[LISTENERS] = &mib_listener,
	[DEPENDENCIES] = &mib_dependency,
	[FINDINGS] = &mib_finding,
	NULL,
};

/* --- a round ---------------------------------------------------------------------------------------- */

/* Beside the plugins; in a build's folder the one that was built. */
static const char *ping_program(char *path, size_t size)
{
	static const char here[] = "/subagent/", built[] = "/plugins/check_service_ping";
	ssize_t n = readlink("/proc/self/exe", path, size - sizeof(built));
	char *slash = n > 0 ? memrchr(path, '/', (size_t)n) : NULL;
	size_t before = sizeof(here) - 2;

	if (slash && (size_t)(slash - path) >= before &&
	    memcmp(slash - before, here, before) == 0) {
		memcpy(slash - before, built, sizeof(built));
		if (access(path, X_OK) == 0)
			return path;
	}
	return HAETAE_PLUGINDIR "/check_service_ping";
}

static void cleanup_questions(struct service_questions **questions)
{
	service_questions_free(*questions);
}

static int survey(const struct collect *given, struct service_memory *memory,
    struct services *services, struct err *err)
{
	CLEANUP(cleanup_questions) struct service_questions *questions = NULL;
	int64_t now_ms = clock_mono_ms(), until_ms = now_ms + QUESTIONS_MS;
	char path[PATH_MAX];
	int r = services_walk(services, err);

	if (r < 0)
		return r;
	if (given->until_ms < until_ms)
		until_ms = given->until_ms;
	services_units(services, now_ms + (until_ms - now_ms) / 4);
	r = service_questions_start(services, ping_program(path, sizeof(path)),
	    until_ms - clock_mono_ms(), &questions, err);
	if (r == 0)
		r = services_sockets(services, err);
	if (r == 0)
		r = service_memory_cpu(memory, services, err);
	if (r == 0)
		r = service_memory_restarts(
		    memory, given->root, given->settings->state_dir, services);
	if (r < 0)
		return r;
	service_questions_finish(questions, until_ms);
	service_memory_hush(memory, services);
	services_find(services);
	return 0;
}

/* One row a service, with its index, in no order yet. */
static int add_names(const struct services *services, struct mib_rows *rows)
{
	for (size_t i = 0; i < services->n_rows; i++) {
		const char *name = services->rows[i].spec->name;
		struct mib_service *row = mib_rows_add(rows, name);

		if (!row)
			return -ENOMEM;
		(void)snprintf(row->name, sizeof(row->name), "%s", name);
	}
	return mib_rows_finish(rows);
}

static struct mib_service *find_row(struct mib_rows *rows, const char *name)
{
	struct mib_service *items = rows->items;

	for (size_t i = 0; i < rows->n; i++) {
		if (strcmp(items[i].name, name) == 0)
			return &items[i];
	}
	return NULL;
}

/* Findings are what is there before anything is judged. */
static int show(struct service_memory *memory, struct services *services, struct mib_rows *rows)
{
	int64_t now_ms = clock_mono_ms();
	int r = add_names(services, &rows[SERVICES]);

	for (size_t i = 0; r == 0 && i < services->n_rows; i++) {
		const struct service_row *row = &services->rows[i];

		r = service_findings_put(
		    row, find_row(&rows[SERVICES], row->spec->name)->index[0], &rows[FINDINGS]);
	}
	if (r < 0)
		return r;
	services_judge(services);
	for (size_t i = 0; r == 0 && i < services->n_rows; i++) {
		const struct service_row *row = &services->rows[i];
		struct mib_service *to = find_row(&rows[SERVICES], row->spec->name);
		const struct service_known *known = &memory->known[i];

		service_row_put(row, now_ms, to);
		(void)snprintf(to->profile, sizeof(to->profile), "%s",
		    known->profile ? known->profile : "");
		to->restarts_total = (int64_t)known->restarts;
		to->cpu_time = (int64_t)known->cpu_ms;
		r = service_listeners_put(row, to->index[0], &rows[LISTENERS]);
		if (r == 0)
			r = service_dependencies_put(row, to->index[0], &rows[DEPENDENCIES]);
	}
	return r;
}

static int run_round(const struct collect *given, struct mib_rows *rows, struct err *err)
{
	CLEANUP(services_free) struct services services = { 0 };
	struct service_memory *memory = given->state;
	int64_t now_ms = clock_mono_ms();
	bool is_slow = !memory->has_slow || now_ms - memory->slow_ms >= SLOW_MS;
	const struct services_how how = {
		.root = given->root,
		/* One that looks at the same time carries the patterns in its command line. */
		.asker = "check_services",
		.self = { given->root->live ? getpid() : 0 },
		.facts =
		    is_slow ? SERVICE_ALL_FACTS : SERVICE_ALL_FACTS & ~(1U << SERVICE_STALE),
		.connections = true,
		.is_stranger = strangers_have,
		.add_stranger = strangers_add,
		.strangers = &memory->strangers,
	};
	int r = memory->is_loaded ? 0 : service_memory_load(memory, given->settings, err);

	if (r == 0)
		r = services_open(&services, &memory->profile, &how, err);
	if (r == 0)
		r = survey(given, memory, &services, err);
	if (r < 0)
		return r;
	service_memory_stale(memory, &services, is_slow);
	if (is_slow) {
		memory->has_slow = true;
		memory->slow_ms = now_ms;
	}
	r = show(memory, &services, rows);
	return r < 0 ? err_sys(err, r, "cannot keep the rows of services") : 0;
}

/* What a part passed over (a file that a tree lacks) is no error of the whole. */
static int collect(const struct collect *given, struct mib_rows *rows, struct err *err)
{
	struct err failed = ERR_INIT;
	int r = run_round(given, rows, &failed);

	return r < 0 ? err_set(err, r, "%s", failed.text) : 0;
}

/* --- the collector ------------------------------------------------------------------------------------ */

static bool is_wanted(const struct settings *settings)
{
	return settings->profiles.n > 0;
}

/* A mistake in a profile is told by collect, and seen to be mended by its next round. */
static int open_memory(const struct settings *settings, void **ret, struct err *err)
{
	struct service_memory *memory;
	int r = service_memory_new(&memory, err);

	(void)settings;
	if (r == 0)
		*ret = memory;
	return r;
}

static void close_memory(void *state)
{
	service_memory_free(state);
}

const struct collector collector_services = {
	.name = "services",
	.interval_ms = 60000,
	.tables = tables,
	.is_wanted = is_wanted,
	.open = open_memory,
	.close = close_memory,
	.collect = collect,
};
