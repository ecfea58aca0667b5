/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/node_args.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "lib/base/utf8.h"

static const char maintenance_forms[] =
    "expected off, on, a time span like 2h, or until YYYY-MM-DD HH:MM";
static const char fixed_forms[] = "expected off, on, or until YYYY-MM-DD HH:MM";

static int check_utf8(const char *text, struct err *err)
{
	const char *end = text + strlen(text);

	for (const char *p = text; p < end;) {
		size_t size = utf8_size(p, end);

		if (size == 0)
			return err_set(err, -EINVAL,
			    "expected UTF-8, found another encoding at byte %zu",
			    (size_t)(p - text) + 1);
		p += size;
	}
	return 0;
}

static int no_memory(struct err *err)
{
	return err_sys(err, -ENOMEM, "cannot keep the nodes");
}

int node_args_name(const char *name, struct err *err)
{
	int r = check_utf8(name, err);

	return r < 0 ? r : node_name_check(name, err);
}

int node_args_path(const char *text, char **ret, struct err *err)
{
	int r = check_utf8(text, err);

	return r < 0 ? r : node_path_parse(text, ret, err);
}

/* --- maintenance ---------------------------------------------------------------------------- */

static int parse_maintenance(
    const char *text, int64_t now_ms, bool spans, int64_t *ret_ms, struct err *err)
{
	const char *forms = spans ? maintenance_forms : fixed_forms;
	const char *time = strncmp(text, "until ", 6) == 0 ? text + 6 : text;
	int64_t until_ms;
	double span_s;

	if (!*text || strcmp(text, "off") == 0) {
		*ret_ms = 0;
		return 0;
	}
	if (strcmp(text, "on") == 0) {
		*ret_ms = NODE_MAINTENANCE_ON;
		return 0;
	}
	if (clock_parse(time, &until_ms, NULL) == 0) {
		*ret_ms = until_ms;
		return 0;
	}
	/* A bare number has no unit to tell minutes from seconds. */
	if (!spans || !strpbrk(text, "smhd") || num_seconds(text, &span_s, NULL) < 0)
		return err_set(err, -EINVAL, "%s, found '%.100s'", forms, text);
	if (span_s <= 0 || span_s > 3650.0 * 86400)
		return err_set(err, -EINVAL,
		    "expected a time span of more than 0s and at most 3650d, found '%.100s'",
		    text);
	*ret_ms = (now_ms + (int64_t)(span_s * 1000)) / 1000 * 1000;
	return 0;
}

int node_args_maintenance(const char *text, int64_t now_ms, int64_t *ret_ms, struct err *err)
{
	return parse_maintenance(text, now_ms, true, ret_ms, err);
}

int node_args_maintenance_fixed(
    const char *text, int64_t now_ms, int64_t *ret_ms, struct err *err)
{
	return parse_maintenance(text, now_ms, false, ret_ms, err);
}

/* --- settings --------------------------------------------------------------------------------- */

static int set_text(char **text, const char *value, struct err *err)
{
	free(*text);
	*text = strdup(value);
	return *text ? 0 : no_memory(err);
}

static int set_group(struct node_want *want, const char *value, struct err *err)
{
	char *path;
	int r = node_path_parse(value, &path, err);

	if (r < 0)
		return r;
	free(want->group);
	want->group = path;
	return 0;
}

int node_args_set(
    struct node_want *want, const char *key, const char *value, int64_t now_ms, struct err *err)
{
	int column = node_column_of(key);
	int r = check_utf8(value, err);

	if (r < 0)
		return r;
	if (strcmp(key, "group") == 0)
		return set_group(want, value, err);
	if (strcmp(key, "maintenance") == 0) {
		want->has_maintenance = true;
		return node_args_maintenance(value, now_ms, &want->maintenance_ms, err);
	}
	if (strcmp(key, "name") == 0)
		return err_set(
		    err, -EINVAL, "expected an attribute; haetae node rename changes the name");
	if (column >= 0) {
		r = node_column_check((enum node_column)column, value, err);
		return r < 0 ? r : set_text(&want->columns[column], value, err);
	}
	r = node_attr_check(key, err);
	if (r == 0)
		r = node_value_check(value, err);
	if (r == 0 && node_want_attr(want, key, value) < 0)
		r = no_memory(err);
	return r;
}

int node_args_setting(
    struct node_want *want, const char *setting, int64_t now_ms, struct err *err)
{
	const char *equals = strchr(setting, '=');
	CLEANUP_FREE char *key = NULL;
	int r;

	if (!equals || equals == setting)
		return err_set(err, -EINVAL, "expected KEY=VALUE, found '%.100s'", setting);
	key = strndup(setting, (size_t)(equals - setting));
	if (!key)
		return no_memory(err);
	r = node_args_set(want, key, equals + 1, now_ms, err);
	if (r < 0)
		err_prefix(err, "%.64s", key);
	return r;
}
