/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/health/service.h"

#include <errno.h>
#include <math.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "lib/base/num.h"
#include "lib/collect/passwd.h"
#include "lib/health/service_process.h"

enum { NOTES_MAX = 2048, WORDS_MAX = 512, PASSWD_MAX = 4 << 20 };

/* --- what is asked ---------------------------------------------------------------------- */

bool service_wants(
    const struct services *services, const struct service_row *row, enum service_fact fact)
{
	return (services->how.facts & (1U << fact)) || row->crit[fact].is_set ||
	       row->warn[fact].is_set;
}

void service_set_range(
    struct service_row *row, enum service_fact fact, bool critical, const struct range *range)
{
	struct service_range *place = critical ? &row->crit[fact] : &row->warn[fact];

	*place = (struct service_range){ .is_set = true, .is_asked = true, .range = *range };
}

bool services_want(const struct services *services, enum service_fact fact)
{
	for (size_t i = 0; i < services->n_rows; i++) {
		if (service_wants(services, &services->rows[i], fact))
			return true;
	}
	return false;
}

/* Any thread may ask. */
static bool ask_name_service(const char *user, uint32_t *ret_uid)
{
	enum { ROOM = 16384 };
	CLEANUP_FREE char *room = malloc(ROOM);
	struct passwd entry, *found = NULL;

	if (!room || getpwnam_r(user, &entry, room, ROOM, &found) != 0 || !found)
		return false;
	*ret_uid = found->pw_uid;
	return true;
}

bool services_user(const struct services *services, const char *user, uint32_t *ret_uid)
{
	uint64_t number;

	if (num_u64(user, &number, NULL) == 0 && number <= UINT32_MAX) {
		*ret_uid = (uint32_t)number;
		return true;
	}
	/* Local users first: the name service may have to ask a network. */
	if (passwd_find_name(buf_text(&services->passwd), services->passwd.size, user, ret_uid))
		return true;
	return services->how.root->live && ask_name_service(user, ret_uid);
}

static void set_users(const struct services *services, struct service_row *row)
{
	const struct service_spec *spec = row->spec;

	if (spec->user && *spec->user) {
		row->group.match.has_uid = true;
		row->group.match.uid = UINT32_MAX;
		row->no_user = !services_user(services, spec->user, &row->group.match.uid);
	}
	if (spec->owner && *spec->owner) {
		row->owner_uid = UINT32_MAX;
		row->no_user = !services_user(services, spec->owner, &row->owner_uid);
	}
	if (row->no_user)
		service_note(row, "no user '%.60s' on this node",
		    spec->user && *spec->user ? spec->user : spec->owner);
}

/* A unit says which processes are meant only where nothing else does: what runs beside its unit
 * is a fact, and a captured tree may have no cgroups. */
static bool is_by_unit(const struct service_spec *spec)
{
	return !spec->match_pattern.text && !spec->exe_pattern.text &&
	       !spec->kthread_pattern.text && !spec->cgroup_pattern.text;
}

static void set_match(const struct services *services, struct service_row *row)
{
	const struct service_spec *spec = row->spec;
	struct proc_match *match = &row->group.match;

	match->line = spec->match_pattern;
	match->exe = spec->exe_pattern;
	match->kthread = spec->kthread_pattern;
	match->cgroup = spec->cgroup_pattern;
	match->place = spec->place;
	match->unit = is_by_unit(spec) ? spec->unit : NULL;
	match->asker = services->how.asker;
	match->self[0] = services->how.self[0];
	match->self[1] = services->how.self[1];
	row->group.wants = PROC_WANT_STAT | PROC_WANT_ZOMBIES;
	if (spec->owner && *spec->owner)
		row->group.wants |= PROC_WANT_USER;
	if (!spec->kthread_pattern.text)
		row->group.wants |= PROC_WANT_FDS;
}

/* A row that nobody has looked at yet. */
static int row_init(struct service_row *row, const struct service_spec *spec)
{
	row->spec = spec;
	row->notes = (struct buf)BUF_INIT_MAX(NOTES_MAX);
	row->sockets = (struct buf)BUF_INIT_MAX(NOTES_MAX);
	row->unseen = row->zombies = row->stale = (struct buf)BUF_INIT_MAX(WORDS_MAX);
	for (size_t k = 0; k < SERVICE_FACTS; k++)
		row->facts[k] = NAN;
	memcpy(row->crit, spec->crit, sizeof(row->crit));
	memcpy(row->warn, spec->warn, sizeof(row->warn));
	row->listeners = calloc(spec->n_listens + 1, sizeof(row->listeners[0]));
	row->links = calloc(spec->n_depends + 1, sizeof(row->links[0]));
	if (!row->listeners || !row->links)
		return -ENOMEM;
	for (size_t i = 0; i < spec->n_listens; i++)
		row->listeners[i].listen = &spec->listens[i];
	for (size_t i = 0; i < spec->n_depends; i++)
		row->links[i].depend = &spec->depends[i];
	return 0;
}

int services_open_rows(struct services *ret, const struct profile *profile, struct err *err)
{
	int r = 0;

	*ret = (struct services){ .profile = profile };
	ret->rows = calloc(profile->n_services + 1, sizeof(ret->rows[0]));
	if (!ret->rows)
		r = -ENOMEM;
	for (size_t i = 0; r == 0 && i < profile->n_services; i++) {
		r = row_init(&ret->rows[i], profile->services[i]);
		ret->n_rows++;
	}
	return r < 0 ? err_sys(err, r, "cannot keep %zu services", profile->n_services) : 0;
}

int services_open(struct services *ret, const struct profile *profile,
    const struct services_how *how, struct err *err)
{
	int r = services_open_rows(ret, profile, err);

	if (r < 0)
		return r;
	ret->how = *how;
	ret->passwd = (struct buf)BUF_INIT_MAX(PASSWD_MAX);
	/* Without it users are numbers. */
	(void)!fsroot_read(how->root, "/etc/passwd", &ret->passwd, NULL);
	for (size_t i = 0; i < ret->n_rows; i++) {
		set_match(ret, &ret->rows[i]);
		set_users(ret, &ret->rows[i]);
	}
	return proc_dir_open(how->root, &ret->dir, err);
}

static void row_free(struct service_row *row)
{
	/* Borrowed of the profile. */
	row->group.match = (struct proc_match){ 0 };
	proc_group_free(&row->group);
	for (size_t i = 0; i < row->n_problems; i++)
		free(row->problems[i].text);
	free(row->problems);
	free(row->listeners);
	free(row->links);
	buf_free(&row->notes);
	buf_free(&row->sockets);
	buf_free(&row->unseen);
	buf_free(&row->zombies);
	buf_free(&row->stale);
}

void services_free(struct services *services)
{
	for (size_t i = 0; i < services->n_rows; i++)
		row_free(&services->rows[i]);
	free(services->rows);
	buf_free(&services->passwd);
	proc_dir_close(&services->dir);
	*services = (struct services){ 0 };
}

/* --- the walk ---------------------------------------------------------------------------- */

static int take(
    struct services *services, struct service_row *row, struct proc *proc, struct err *err)
{
	struct proc_match *match = &row->group.match;
	const struct pattern line = match->line;
	size_t before = row->group.n_rows;
	int r;

	/* Its command line was searched already; a zombie has its name alone. */
	if (proc->line_size > 0)
		match->line.text = NULL;
	r = proc_group_take(&row->group, proc, err);
	match->line = line;
	if (r == 0 && row->group.n_rows > before)
		r = service_process_read(services, row, proc, err);
	return r == -ESRCH || r == -EACCES ? 0 : r;
}

/* What a process can be told from: nearly all of 5,000 have a line that no service has. */
static bool may_fit(const struct service_row *row, const struct proc *proc)
{
	const struct proc_match *match = &row->group.match;

	if (proc->line_size == 0)
		return true;
	if (match->kthread.text)
		return false;
	return !match->line.text || pattern_found(&match->line, proc->line, proc->line_size);
}

static bool is_stranger(const struct services *services, const struct proc *proc)
{
	const struct services_how *how = &services->how;

	return how->is_stranger && proc->line_size > 0 &&
	       how->is_stranger(how->strangers, proc->line, proc->line_size);
}

static int take_all(struct services *services, struct proc *proc, struct err *err)
{
	const struct services_how *how = &services->how;
	int r = proc_line(proc, err);
	bool fits = false;

	if (r == -ESRCH || r == -EACCES || (r == 0 && is_stranger(services, proc)))
		return 0;
	for (size_t i = 0; r == 0 && i < services->n_rows; i++) {
		struct service_row *row = &services->rows[i];

		/* What a service reads of its process may have used the line's room. */
		r = proc_line(proc, err);
		if (r < 0 || !may_fit(row, proc))
			continue;
		fits = true;
		r = take(services, row, proc, err);
	}
	if (r == 0 && !fits && how->add_stranger)
		how->add_stranger(how->strangers, proc->line, proc->line_size);
	return r == -ESRCH || r == -EACCES ? 0 : r;
}

int services_walk(struct services *services, struct err *err)
{
	struct proc proc;

	services->is_hidden = proc_dir_is_hidden(&services->dir);
	while (proc_next(&services->dir, &proc)) {
		int r = take_all(services, &proc, err);

		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < services->n_rows; i++)
		proc_group_finish(&services->rows[i].group);
	return 0;
}

/* --- CPU time ------------------------------------------------------------------------------ */

/* A line "@NAME" a service, and its processes' lines behind it. */
int services_sample(const struct services *services, struct buf *buf)
{
	for (size_t i = 0; i < services->n_rows; i++) {
		const struct service_row *row = &services->rows[i];

		(void)buf_addf(buf, "@%s\n", row->spec->name);
		(void)proc_group_sample(&row->group, buf);
	}
	return buf->error;
}

int services_resample(struct services *services, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < services->n_rows; i++)
		r = proc_group_resample(&services->rows[i].group, &services->dir, err);
	return r;
}

const char *service_section(const char *text, size_t size, const char *name, size_t *ret_size)
{
	size_t name_size = strlen(name);
	const char *end = text + size, *line = text;

	while (line < end) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		const char *next = newline ? newline + 1 : end;

		if (*line == '@' && newline && (size_t)(newline - line) == name_size + 1 &&
		    memcmp(line + 1, name, name_size) == 0) {
			const char *stop = next;

			while (stop < end && *stop != '@') {
				newline = memchr(stop, '\n', (size_t)(end - stop));
				stop = newline ? newline + 1 : end;
			}
			*ret_size = (size_t)(stop - next);
			return next;
		}
		line = next;
	}
	*ret_size = 0;
	return NULL;
}

void services_rates(struct services *services, const char *earlier, size_t size, double seconds)
{
	for (size_t i = 0; i < services->n_rows; i++) {
		struct service_row *row = &services->rows[i];
		size_t section_size;
		const char *section =
		    service_section(earlier, size, row->spec->name, &section_size);

		proc_group_rates(
		    &row->group, &services->dir, section ? section : "", section_size, seconds);
		row->has_cpu = true;
	}
}
