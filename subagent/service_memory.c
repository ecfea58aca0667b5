/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "subagent/service_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/check/statedir.h"

int service_memory_new(struct service_memory **ret, struct err *err)
{
	struct service_memory *memory = calloc(1, sizeof(*memory));

	if (!memory)
		return err_sys(err, -ENOMEM, "cannot keep services");
	memory->cpu = (struct buf)BUF_INIT_MAX(SERVICE_SAMPLE_MAX);
	memory->restarts = (struct buf)BUF_INIT_MAX(SERVICE_SAMPLE_MAX);
	*ret = memory;
	return 0;
}

void service_memory_free(struct service_memory *memory)
{
	if (!memory)
		return;
	profile_free(&memory->profile);
	free(memory->known);
	buf_free(&memory->cpu);
	buf_free(&memory->restarts);
	strangers_free(&memory->strangers);
	free(memory);
}

/* --- the profiles -------------------------------------------------------------------------------- */

static void make_path(const struct settings *settings, struct profile_path *path)
{
	*path = (struct profile_path){ .n_dirs = 0 };
	for (size_t i = 0; i < settings->profile_dirs.n && path->n_dirs < PROFILE_DIRS_MAX - 2;
	     i++)
		path->dirs[path->n_dirs++] = settings->profile_dirs.items[i];
	profile_path_default(path);
}

/* Services of one name in several profiles are one, merged as check_services merges them; it is
 * said to be of the first. */
static int name_profiles(struct service_memory *memory, const struct profile_path *path,
    const struct conf_texts *names, struct err *err)
{
	for (size_t i = 0; i < names->n; i++) {
		CLEANUP(profile_free) struct profile one = { 0 };
		int r = profile_read(path, names->items[i], &one, err);

		if (r < 0)
			return r;
		for (size_t k = 0; k < memory->profile.n_services; k++) {
			struct service_known *known = &memory->known[k];

			if (!known->profile &&
			    profile_find(&one, memory->profile.services[k]->name))
				known->profile = names->items[i];
		}
	}
	return 0;
}

int service_memory_load(
    struct service_memory *memory, const struct settings *settings, struct err *err)
{
	CLEANUP_BUF struct buf names = BUF_INIT;
	struct profile_path path;
	int r;

	for (size_t i = 0; i < settings->profiles.n; i++)
		(void)buf_addf(&names, "%s%s", i ? "," : "", settings->profiles.items[i]);
	make_path(settings, &path);
	r = profile_read(&path, buf_text(&names), &memory->profile, err);
	if (r < 0)
		return r;
	memory->known = calloc(memory->profile.n_services + 1, sizeof(memory->known[0]));
	if (!memory->known)
		r = err_sys(err, -ENOMEM, "cannot keep services");
	if (r == 0)
		r = name_profiles(memory, &path, &settings->profiles, err);
	if (r < 0) {
		profile_free(&memory->profile);
		free(memory->known);
		memory->known = NULL;
		return r;
	}
	memory->is_loaded = true;
	return 0;
}

/* --- from one start to the next --------------------------------------------------------------------- */

/* The boot that it is of, and what services_restarts_keep gives. */
static const char file_name[] = "agentx-services", file_new[] = "agentx-services.new";

static bool read_boot(const struct fsroot *root, struct buf *boot)
{
	return fsroot_read(root, "/proc/sys/kernel/random/boot_id", boot, NULL) == 0 &&
	       boot->size > 0 && boot->data[boot->size - 1] == '\n';
}

/* Processes of another boot are none that can be replaced. Without the file there are no
 * restarts yet. */
static void read_file(const struct fsroot *root, const char *dir, struct buf *ret)
{
	CLEANUP_BUF struct buf boot = BUF_INIT_MAX(128),
			       text = BUF_INIT_MAX(SERVICE_SAMPLE_MAX);
	CLEANUP_CLOSE int fd = statedir_open(dir, false);

	if (fd < 0 || !read_boot(root, &boot) || fsroot_read_at(fd, file_name, &text) < 0 ||
	    text.size < boot.size || memcmp(text.data, boot.data, boot.size) != 0)
		return;
	(void)buf_add(ret, text.data + boot.size, text.size - boot.size);
}

static bool write_all(int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		data += n;
		size -= (size_t)n;
	}
	return true;
}

/* Where it cannot be written restarts count from this start on: no reason to say more. */
static void write_file(const struct fsroot *root, const char *dir, const struct buf *restarts)
{
	CLEANUP_BUF struct buf boot = BUF_INIT_MAX(128);
	CLEANUP_CLOSE int folder = statedir_open(dir, true);
	CLEANUP_CLOSE int fd = -1;

	if (folder < 0 || !read_boot(root, &boot))
		return;
	fd = openat(
	    folder, file_new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || !write_all(fd, boot.data, boot.size) ||
	    !write_all(fd, buf_text(restarts), restarts->size))
		return;
	(void)renameat(folder, file_new, folder, file_name);
}

/* --- what two rounds tell ---------------------------------------------------------------------------- */

static double sum_cpu(const struct service_row *row)
{
	double percent = 0;

	for (size_t i = 0; i < row->group.n_rows; i++)
		percent += row->group.rows[i].cpu_percent;
	return percent;
}

/* In a captured tree, where time stands still, rates are averages since boot; the first round of
 * a node has none. */
int service_memory_cpu(
    struct service_memory *memory, struct services *services, struct err *err)
{
	CLEANUP_BUF struct buf later = BUF_INIT_MAX(SERVICE_SAMPLE_MAX);
	double at_s = services->dir.uptime_s, seconds = at_s - memory->cpu_at_s;
	int r = services_sample(services, &later);

	if (r < 0)
		return err_sys(err, r, "cannot keep the CPU time of services");
	if (!services->how.root->live) {
		services_rates(services, "", 0, 0);
	} else if (memory->has_cpu && seconds > 0) {
		services_rates(services, buf_text(&memory->cpu), memory->cpu.size, seconds);
		for (size_t i = 0; i < services->n_rows; i++)
			memory->known[i].cpu_ms += sum_cpu(&services->rows[i]) * seconds * 10;
	}
	buf_free(&memory->cpu);
	memory->cpu = later;
	later = (struct buf)BUF_INIT;
	memory->has_cpu = true;
	memory->cpu_at_s = at_s;
	return 0;
}

int service_memory_restarts(struct service_memory *memory, const struct fsroot *root,
    const char *dir, struct services *services)
{
	CLEANUP_BUF struct buf later = BUF_INIT_MAX(SERVICE_SAMPLE_MAX);
	int r;

	if (!memory->has_restarts && root->live)
		read_file(root, dir, &memory->restarts);
	memory->has_restarts = true;
	services_restarts(services, buf_text(&memory->restarts), memory->restarts.size);
	for (size_t i = 0; i < services->n_rows; i++)
		memory->known[i].restarts += services->rows[i].n_new_restarts;
	r = services_restarts_keep(services, &later);
	if (r < 0)
		return r;
	if (root->live &&
	    (later.size != memory->restarts.size ||
		memcmp(buf_text(&later), buf_text(&memory->restarts), later.size) != 0))
		write_file(root, dir, &later);
	buf_free(&memory->restarts);
	memory->restarts = later;
	later = (struct buf)BUF_INIT;
	return 0;
}

static bool has_stale_range(const struct service_row *row)
{
	return row->crit[SERVICE_STALE].is_set || row->warn[SERVICE_STALE].is_set;
}

void service_memory_hush(struct service_memory *memory, struct services *services)
{
	for (size_t i = 0; i < services->n_rows; i++) {
		struct service_row *row = &services->rows[i];

		memory->known[i].is_stale_hidden = false;
		if (row->n_stale_denied == 0 || has_stale_range(row))
			continue;
		memory->known[i].is_stale_hidden = true;
		row->n_stale_denied = 0;
		row->stale_pid = 0;
	}
}

/* What was read in this round is kept, what was not is as it was. A range of the profile has
 * it read in each round. */
void service_memory_stale(
    struct service_memory *memory, struct services *services, bool was_read)
{
	for (size_t i = 0; i < services->n_rows; i++) {
		struct service_row *row = &services->rows[i];
		struct service_known *known = &memory->known[i];

		if (was_read || service_wants(services, row, SERVICE_STALE)) {
			if (known->is_stale_hidden)
				row->facts[SERVICE_STALE] = NAN;
			known->n_stale = row->facts[SERVICE_STALE];
			(void)snprintf(
			    known->stale, sizeof(known->stale), "%s", buf_text(&row->stale));
		} else if (row->n_processes > 0) {
			row->facts[SERVICE_STALE] = known->n_stale;
			(void)buf_adds(&row->stale, known->stale);
		} else if (!isnan(row->facts[SERVICE_COUNT])) {
			row->facts[SERVICE_STALE] = 0;
		}
	}
}
