/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/health/profile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cleanup.h"
#include "lib/base/fsroot.h"
#include "lib/health/profile_private.h"

#define ROWS(table) (table), sizeof(table) / sizeof((table)[0])

/* The first keys of a file. */
struct top {
	char *name, *title;
	struct conf_texts include;
	const struct conf_item *services;
};

static const struct conf_key top_keys[] = {
	{ .name = "name", .type = CONF_TEXT, .offset = offsetof(struct top, name) },
	{ .name = "title", .type = CONF_TEXT, .offset = offsetof(struct top, title) },
	{ .name = "include", .type = CONF_TEXTS, .offset = offsetof(struct top, include) },
	{ .name = "services", .type = CONF_ITEM, .offset = offsetof(struct top, services) },
};

static void top_free(struct top *top)
{
	free(top->name);
	free(top->title);
	conf_texts_free(&top->include);
}

/* A file that was read or is being read. */
struct visit {
	char *file;
	bool is_open; /* an include of it now would be a loop */
};

struct reader {
	const struct profile_path *path;
	struct profile profile;
	struct visit visits[PROFILE_FILES_MAX];
	size_t n_visits;
	unsigned depth;
};

static void reader_free(struct reader *reader)
{
	profile_free(&reader->profile);
	for (size_t i = 0; i < reader->n_visits; i++)
		free(reader->visits[i].file);
}

/* Where a file is from: a folder of the path, or none of them. */
struct place {
	const char *file;
	const char *sought; /* the name that it was found by, or NULL */
	size_t next_dir;    /* where its own name is sought when it includes that */
};

void profile_free(struct profile *profile)
{
	free(profile->name);
	free(profile->title);
	free(profile->file);
	for (size_t i = 0; i < profile->n_services; i++) {
		profile_service_free(profile->services[i]);
		free(profile->services[i]);
	}
	free(profile->services);
	*profile = (struct profile){ 0 };
}

struct service_spec *profile_find(const struct profile *profile, const char *service)
{
	for (size_t i = 0; i < profile->n_services; i++) {
		if (strcmp(profile->services[i]->name, service) == 0)
			return profile->services[i];
	}
	return NULL;
}

void profile_remove(struct profile *profile, size_t index)
{
	profile_service_free(profile->services[index]);
	free(profile->services[index]);
	profile->n_services--;
	memmove(&profile->services[index], &profile->services[index + 1],
	    (profile->n_services - index) * sizeof(profile->services[0]));
}

int profile_name_check(const char *name, struct err *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._@+-";

	if (*name && *name != '.' && *name != '-' && strlen(name) <= PROFILE_NAME_MAX &&
	    name[strspn(name, letters)] == '\0')
		return 0;
	return err_set(err, -EBADMSG,
	    "expected a name of at most %d letters, digits and ._@+- that begins with neither "
	    "'.' nor '-', found '%.40s'",
	    PROFILE_NAME_MAX, name);
}

static int no_memory(struct err *err)
{
	return err_sys(err, -ENOMEM, "cannot keep the profile");
}

/* --- services ---------------------------------------------------------------------------- */

static int add_origin(struct service_spec *spec, const struct conf_item *group, struct err *err)
{
	char **origins =
	    reallocarray(spec->origins, spec->n_origins + 1, sizeof(spec->origins[0]));
	char *text;

	if (!origins)
		return no_memory(err);
	spec->origins = origins;
	if (asprintf(&text, "%s:%u", conf_file(group), conf_line(group)) < 0)
		return no_memory(err);
	memmove(&origins[1], &origins[0], spec->n_origins * sizeof(origins[0]));
	origins[0] = text;
	spec->n_origins++;
	return 0;
}

static int add_service(
    struct profile *profile, const char *name, struct service_spec **ret, struct err *err)
{
	struct service_spec **services = profile->services, *spec;
	size_t n = profile->n_services;

	if (n >= PROFILE_SERVICES_MAX)
		return err_set(err, -EBADMSG, "more than %d services", PROFILE_SERVICES_MAX);
	/* The room doubles at each power of two. */
	if ((n & (n - 1)) == 0)
		services = reallocarray(services, n ? 2 * n : 1, sizeof(services[0]));
	if (!services)
		return no_memory(err);
	profile->services = services;
	spec = calloc(1, sizeof(*spec));
	if (!spec)
		return no_memory(err);
	spec->name = strdup(name);
	if (!spec->name) {
		free(spec);
		return no_memory(err);
	}
	services[n] = spec;
	profile->n_services++;
	*ret = spec;
	return 0;
}

static int remove_service(struct profile *profile, const char *name, bool was_there,
    const struct conf_item *group, struct err *err)
{
	for (size_t i = 0; i < profile->n_services; i++) {
		if (strcmp(profile->services[i]->name, name) == 0)
			profile_remove(profile, i);
	}
	if (was_there)
		return 0;
	(void)err_set(err, -EBADMSG, "no included profile has service '%s'", name);
	return conf_error_key(group, "remove", err);
}

static int name_of(const struct conf_item *group, char **ret, struct err *err)
{
	const struct conf_item *member = conf_member(group, "name");
	const char *text = member ? conf_text(member) : NULL;

	if (!text) {
		(void)err_set(err, -EBADMSG,
		    member ? "key 'name': expected a text in quotes"
			   : "expected a service { name = \"…\"; … }");
		return conf_error(member ? member : group, err);
	}
	if (profile_name_check(text, err) < 0)
		return conf_error_key(group, "name", err);
	*ret = strdup(text);
	return *ret ? 0 : no_memory(err);
}

/* The earlier group of the list that has the name, or NULL. */
static const struct conf_item *find_twin(
    const struct conf_item *list, size_t before, const char *name)
{
	for (size_t i = 0; i < before; i++) {
		const struct conf_item *member = conf_member(conf_at(list, i), "name");

		if (member && conf_text(member) && strcmp(conf_text(member), name) == 0)
			return conf_at(list, i);
	}
	return NULL;
}

static int read_service(
    struct profile *profile, const struct conf_item *list, size_t index, struct err *err)
{
	const struct conf_item *group = conf_at(list, index), *twin;
	CLEANUP_FREE char *name = NULL;
	struct service_spec *spec;
	bool remove = false, was_there;
	int r = name_of(group, &name, err);

	if (r < 0)
		return r;
	twin = find_twin(list, index, name);
	if (twin) {
		(void)err_set(err, -EBADMSG, "service '%s' stands on line %u already", name,
		    conf_line(twin));
		return conf_error(group, err);
	}
	spec = profile_find(profile, name);
	was_there = spec != NULL;
	if (!spec)
		r = add_service(profile, name, &spec, err);
	if (r < 0)
		return r == -EBADMSG ? conf_error(group, err) : r;
	r = profile_service_read(group, spec, &remove, err);
	if (r == 0 && remove)
		return remove_service(profile, name, was_there, group, err);
	return r < 0 ? r : add_origin(spec, group, err);
}

static int read_services(
    struct profile *profile, const struct conf_item *services, struct err *err)
{
	int r = 0;

	if (!services)
		return 0;
	if (!conf_is_list(services)) {
		(void)err_set(err, -EBADMSG, "key 'services': expected a list ( { … }, … )");
		return conf_error(services, err);
	}
	for (size_t i = 0; r == 0 && i < conf_count(services); i++)
		r = read_service(profile, services, i, err);
	return r;
}

/* --- files --------------------------------------------------------------------------------- */

static int read_conf(
    struct reader *reader, const struct conf *conf, const struct place *place, struct err *err);

static bool is_file_name(const char *name)
{
	size_t size = strlen(name);

	return strchr(name, '/') || (size > 4 && strcmp(name + size - 4, ".cfg") == 0);
}

static int open_conf(const char *file, struct conf **ret, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(PROFILE_SIZE_MAX);
	const struct fsroot here = FSROOT_LIVE;
	int r = fsroot_read(&here, file, &text, err);

	if (r == -E2BIG)
		return err_set(
		    err, -EBADMSG, "%s: longer than %d bytes", file, PROFILE_SIZE_MAX);
	return r < 0 ? r : conf_parse(buf_text(&text), text.size, file, ret, err);
}

static void cleanup_conf(struct conf **conf)
{
	conf_free(*conf);
}

/* Reads a file unless it was read before. */
static int visit(struct reader *reader, const struct place *place, struct err *err)
{
	CLEANUP(cleanup_conf) struct conf *conf = NULL;
	struct visit *visit;
	int r;

	for (size_t i = 0; i < reader->n_visits; i++) {
		if (strcmp(reader->visits[i].file, place->file) != 0)
			continue;
		return reader->visits[i].is_open
			   ? err_set(err, -ELOOP, "%s includes itself", place->file)
			   : 0;
	}
	if (reader->n_visits >= PROFILE_FILES_MAX)
		return err_set(err, -EBADMSG, "%s: more than %d files in one profile",
		    place->file, PROFILE_FILES_MAX);
	r = open_conf(place->file, &conf, err);
	if (r < 0)
		return r;
	visit = &reader->visits[reader->n_visits];
	visit->file = strdup(place->file);
	if (!visit->file)
		return no_memory(err);
	reader->n_visits++;
	visit->is_open = true;
	r = read_conf(reader, conf, place, err);
	visit->is_open = false;
	return r;
}

/* "no profile 'x' in DIR, DIR" */
static int not_found(const struct profile_path *path, const char *name, struct err *err)
{
	CLEANUP_BUF struct buf known = BUF_INIT;
	struct profile_list list = { 0 };

	for (size_t i = 0; i < path->n_dirs; i++)
		(void)buf_addf(&known, "%s%s", i ? ", " : " in ", path->dirs[i]);
	if (profile_list_read(path, &list, NULL) == 0 && list.n > 0) {
		(void)buf_adds(&known, "; known are ");
		for (size_t i = 0; i < list.n; i++)
			(void)buf_addf(&known, "%s%s", i ? ", " : "", list.items[i].name);
	}
	profile_list_free(&list);
	return err_set(err, -ENOENT, "no profile '%.60s'%s", name, buf_text(&known));
}

static int visit_name(struct reader *reader, const char *name, size_t from_dir, struct err *err)
{
	CLEANUP_FREE char *file = NULL;
	struct place place = { .sought = name };
	size_t dir;

	if (profile_locate(reader->path, from_dir, name, &file, &dir) < 0)
		return not_found(reader->path, name, err);
	place.file = file;
	place.next_dir = dir + 1;
	return visit(reader, &place, err);
}

static int visit_file(struct reader *reader, const char *file, struct err *err)
{
	const struct place place = { .file = file };

	return visit(reader, &place, err);
}

/* A file's name is one from the folder of the file that names it. */
static int include_file(
    struct reader *reader, const char *name, const struct place *place, struct err *err)
{
	const char *slash = strrchr(place->file, '/');
	CLEANUP_FREE char *file = NULL;

	if (*name == '/' || !slash)
		return visit_file(reader, name, err);
	if (asprintf(&file, "%.*s/%s", (int)(slash - place->file), place->file, name) < 0)
		return no_memory(err);
	return visit_file(reader, file, err);
}

static int include(struct reader *reader, const struct top *top, const struct place *place,
    const struct conf_item *root, struct err *err)
{
	int r = 0;

	if (reader->depth >= PROFILE_DEPTH_MAX) {
		(void)err_set(err, -EBADMSG, "profiles are included more than %d deep",
		    PROFILE_DEPTH_MAX);
		return conf_error_key(root, "include", err);
	}
	reader->depth++;
	for (size_t i = 0; r == 0 && i < top->include.n; i++) {
		const char *name = top->include.items[i];

		if (is_file_name(name))
			r = include_file(reader, name, place, err);
		else
			r = visit_name(reader, name,
			    strcmp(name, top->name) == 0 ? place->next_dir : 0, err);
	}
	reader->depth--;
	/* A mistake in the included file has its own place. */
	return r < 0 && r != -EBADMSG ? conf_error_key(root, "include", err) : r;
}

static int check_top(const struct top *top, const struct place *place,
    const struct conf_item *root, struct err *err)
{
	int r;

	if (!top->name) {
		(void)err_set(err, -EBADMSG, "expected name = \"…\"");
		return conf_error_key(root, "name", err);
	}
	r = profile_name_check(top->name, err);
	if (r == 0 && place->sought && strcmp(place->sought, top->name) != 0)
		r = err_set(err, -EBADMSG,
		    "expected '%.60s' as the file is called, found '%.60s'", place->sought,
		    top->name);
	if (r < 0)
		return conf_error_key(root, "name", err);
	if (top->title && strlen(top->title) > PROFILE_TEXT_MAX) {
		(void)err_set(err, -EBADMSG, "longer than %d bytes", PROFILE_TEXT_MAX);
		return conf_error_key(root, "title", err);
	}
	return 0;
}

/* The old text, if there is one, and the new one behind it. */
static int append(char **text, const char *between, const char *more, struct err *err)
{
	char *joined;

	if (asprintf(&joined, "%s%s%s", *text ? *text : "", *text ? between : "", more) < 0)
		return no_memory(err);
	free(*text);
	*text = joined;
	return 0;
}

static int set_names(
    struct profile *profile, const struct top *top, const char *file, struct err *err)
{
	int r = append(&profile->name, "+", top->name, err);

	if (r == 0)
		r = append(&profile->title, ", ", top->title ? top->title : top->name, err);
	if (r == 0 && !profile->file) {
		profile->file = strdup(file);
		r = profile->file ? 0 : no_memory(err);
	}
	return r;
}

static int read_conf(
    struct reader *reader, const struct conf *conf, const struct place *place, struct err *err)
{
	CLEANUP(top_free) struct top top = { 0 };
	const struct conf_item *root = conf_root(conf);
	int r = conf_group_read(root, ROWS(top_keys), &top, err);

	if (r == 0)
		r = check_top(&top, place, root, err);
	if (r == 0 && reader->depth == 0)
		r = set_names(&reader->profile, &top, place->file, err);
	if (r == 0)
		r = include(reader, &top, place, root, err);
	return r < 0 ? r : read_services(&reader->profile, top.services, err);
}

/* --- the whole ------------------------------------------------------------------------------ */

static int complete(struct reader *reader, struct profile *ret, struct err *err)
{
	for (size_t i = 0; i < reader->profile.n_services; i++) {
		int r = profile_service_complete(reader->profile.services[i], err);

		if (r < 0)
			return r;
	}
	*ret = reader->profile;
	reader->profile = (struct profile){ 0 };
	return 0;
}

int profile_parse(const char *text, size_t size, const char *file,
    const struct profile_path *path, struct profile *ret, struct err *err)
{
	CLEANUP(reader_free) struct reader reader = { .path = path };
	CLEANUP(cleanup_conf) struct conf *conf = NULL;
	const struct place place = { .file = file };
	int r;

	if (size > PROFILE_SIZE_MAX)
		return err_set(
		    err, -EBADMSG, "%s: longer than %d bytes", file, PROFILE_SIZE_MAX);
	r = conf_parse(text, size, file, &conf, err);
	if (r == 0)
		r = read_conf(&reader, conf, &place, err);
	return r < 0 ? r : complete(&reader, ret, err);
}

int profile_read(
    const struct profile_path *path, const char *names, struct profile *ret, struct err *err)
{
	CLEANUP(reader_free) struct reader reader = { .path = path };
	const char *name = names;
	int r = 0;

	while (r == 0) {
		size_t size = strcspn(name, ",");
		CLEANUP_FREE char *one = strndup(name, size);

		if (!one)
			return no_memory(err);
		r = is_file_name(one) ? visit_file(&reader, one, err)
				      : visit_name(&reader, one, 0, err);
		if (name[size] == '\0')
			break;
		name += size + 1;
	}
	return r < 0 ? r : complete(&reader, ret, err);
}
