/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/probetype.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/cleanup.h"

enum { PROBETYPES_MAX = 256 };

#define TYPE_KEY(key, field)                                                                  \
	{                                                                                     \
		.name = (key), .type = CONF_TEXT, .offset = offsetof(struct probetype, field) \
	}
static const struct conf_key probetype_keys[] = {
	TYPE_KEY("name", name),
	TYPE_KEY("folder", folder),
	TYPE_KEY("command", command),
	TYPE_KEY("state", state),
};

void probetype_free(struct probetype *type)
{
	free(type->name);
	free(type->folder);
	free(type->command);
	free(type->state);
	*type = (struct probetype){ 0 };
}

static bool is_type_name(const char *name)
{
	size_t size = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-");

	return size > 0 && size <= SPEC_TYPE_SIZE_MAX && !name[size];
}

static int check_probetype(const struct probetype *type, struct err *err)
{
	const char *path = type->folder ? type->folder : type->command;

	if (!type->name || !is_type_name(type->name))
		return err_set(err, -EBADMSG,
		    "a probe type needs a name of 1 to %d characters a-z, 0-9, '_' and '-'",
		    SPEC_TYPE_SIZE_MAX);
	if (!type->folder == !type->command)
		return err_set(err, -EBADMSG,
		    "probe type '%s' needs either a folder or a command", type->name);
	if (path[0] != '/')
		return err_set(err, -EBADMSG, "probe type '%s': '%.100s' is not absolute",
		    type->name, path);
	if (type->state && strcmp(type->state, "none") != 0 &&
	    strcmp(type->state, "plugin") != 0)
		return err_set(err, -EBADMSG,
		    "probe type '%s': state '%.40s' is neither \"plugin\" nor \"none\"",
		    type->name, type->state);
	return 0;
}

/* Replaces the type of that name, or adds it; takes over what type holds. */
static int put_probetype(struct settings *settings, struct probetype *type, struct err *err)
{
	struct probetype *types;

	for (size_t i = 0; i < settings->n_probetypes; i++) {
		if (strcmp(settings->probetypes[i].name, type->name) == 0) {
			probetype_free(&settings->probetypes[i]);
			settings->probetypes[i] = *type;
			*type = (struct probetype){ 0 };
			return 0;
		}
	}
	if (settings->n_probetypes == PROBETYPES_MAX)
		return err_set(err, -EBADMSG, "more than %d probe types", PROBETYPES_MAX);
	types = realloc(settings->probetypes, (settings->n_probetypes + 1) * sizeof(*types));
	if (!types)
		return err_sys(err, -ENOMEM, "cannot keep the settings");
	settings->probetypes = types;
	types[settings->n_probetypes++] = *type;
	*type = (struct probetype){ 0 };
	return 0;
}

int probetypes_read(const struct conf_item *list, struct settings *settings, struct err *err)
{
	if (!conf_is_list(list)) {
		(void)err_set(err, -EBADMSG, "expected a list ( { name = …; }, … )");
		return conf_error(list, err);
	}
	for (size_t i = 0; i < conf_count(list); i++) {
		CLEANUP(probetype_free) struct probetype type = { 0 };
		const struct conf_item *item = conf_at(list, i);
		int r = conf_group_read(item, probetype_keys,
		    sizeof(probetype_keys) / sizeof(probetype_keys[0]), &type, err);

		if (r < 0)
			return r;
		r = check_probetype(&type, err);
		type.stateless = type.state && strcmp(type.state, "none") == 0;
		if (r == 0)
			r = put_probetype(settings, &type, err);
		if (r < 0)
			return conf_error(item, err);
	}
	return 0;
}

const struct probetype *settings_probetype(const struct settings *settings, const char *name)
{
	for (size_t i = 0; i < settings->n_probetypes; i++) {
		if (strcmp(settings->probetypes[i].name, name) == 0)
			return &settings->probetypes[i];
	}
	return NULL;
}

int settings_executable(const struct settings *settings, const struct spec *spec,
    struct buf *ret_path, struct err *err)
{
	const struct probetype *type = settings_probetype(settings, spec->probetype);
	const char *command = spec->command ? spec->command : "";

	if (!type)
		return err_set(err, -EACCES,
		    "this host's configuration has no probe type '%.40s'", spec->probetype);
	if (type->command && *command)
		return err_set(err, -EACCES,
		    "probe type '%s' has a command of its own, but the spec names '%.60s'",
		    type->name, command);
	if (type->command)
		return buf_adds(ret_path, type->command);
	/* The spec comes from the database, which was not checked by this host. */
	if (!*command || strchr(command, '/') || *command == '.')
		return err_set(err, -EACCES,
		    "'%.60s' is not the name of a file in the folder of probe type '%s'",
		    command, type->name);
	return buf_addf(ret_path, "%s/%s", type->folder, command);
}
