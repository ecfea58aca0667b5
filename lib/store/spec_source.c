/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/spec_source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *group_of(const struct spec *spec)
{
	return spec->synchgroup ? spec->synchgroup : "";
}

static int names_of(
    const char *key, const char *text, template_name_fn *each, void *context, struct err *err)
{
	int r;

	if (!template_is(text))
		return 0;
	r = template_names(text, each, context, err);
	if (r == -EINVAL)
		err_prefix(err, "key '%s'", key);
	return r;
}

int spec_source_names(
    const struct spec *source, template_name_fn *each, void *context, struct err *err)
{
	int r = names_of("synchgroup", group_of(source), each, context, err);

	for (size_t i = 0; r == 0 && i < source->n_args; i++)
		r = names_of("args", source->args[i], each, context, err);
	return r;
}

static int found(const char *name, void *context, struct err *err)
{
	(void)name;
	(void)context;
	(void)err;
	return 1;
}

bool spec_source_varies(const struct spec *source)
{
	return spec_source_names(source, found, NULL, NULL) == 1;
}

void spec_filled_free(struct spec_filled *filled)
{
	if (filled->owned) {
		free(filled->spec.synchgroup);
		spec_args_free(filled->spec.args, filled->spec.n_args);
	}
	*filled = (struct spec_filled){ 0 };
}

static bool is_plain(const struct spec *spec)
{
	if (template_is(group_of(spec)))
		return false;
	for (size_t i = 0; i < spec->n_args; i++) {
		if (template_is(spec->args[i]))
			return false;
	}
	return true;
}

static int no_memory(struct err *err)
{
	return err_sys(err, -ENOMEM, "cannot keep the specs");
}

static int fill_text(const char *text, template_value_fn *value, void *context, char **ret,
    char *ret_lacks, struct err *err)
{
	CLEANUP_BUF struct buf buf = BUF_INIT_MAX(SPEC_ARGS_SIZE_MAX);
	int r = template_expand(text, value, context, &buf, ret_lacks, err);

	if (r < 0)
		return r == -E2BIG ? -EINVAL : r;
	*ret = strdup(buf_text(&buf));
	return *ret ? 0 : no_memory(err);
}

/* An empty spec that owns room for synchgroup and args. */
static int filled_init(const struct spec *like, struct spec_filled *filled, struct err *err)
{
	*filled = (struct spec_filled){ .spec = *like, .owned = true };
	filled->spec.synchgroup = NULL;
	filled->spec.n_args = 0;
	filled->spec.args = calloc(like->n_args + 1, sizeof(*filled->spec.args));
	return filled->spec.args ? 0 : no_memory(err);
}

int spec_source_fill(const struct spec *source, template_value_fn *value, void *context,
    struct spec_filled *ret, char *ret_lacks, struct err *err)
{
	CLEANUP(spec_filled_free) struct spec_filled filled = { 0 };
	int r;

	if (is_plain(source)) {
		*ret = (struct spec_filled){ .spec = *source };
		return 0;
	}
	r = filled_init(source, &filled, err);
	if (r == 0)
		r = fill_text(
		    group_of(source), value, context, &filled.spec.synchgroup, ret_lacks, err);
	for (size_t i = 0; r == 0 && i < source->n_args; i++) {
		r = fill_text(
		    source->args[i], value, context, &filled.spec.args[i], ret_lacks, err);
		filled.spec.n_args += r == 0;
	}
	if (r == 0)
		r = spec_check(&filled.spec, err);
	if (r < 0)
		return r;
	*ret = filled;
	filled = (struct spec_filled){ 0 };
	return 0;
}

int spec_source_text(const struct spec *source, struct buf *ret)
{
	char *const group[] = { source->synchgroup ? source->synchgroup : (char[]){ "" } };

	(void)spec_args_text(group, 1, ret);
	return spec_args_text(source->args, source->n_args, ret);
}

int spec_source_parse(const char *text, struct spec *spec, struct err *err)
{
	char **args;
	size_t n;
	int r = spec_args_parse(text, strlen(text), &args, &n, err);

	if (r < 0)
		return r;
	if (n == 0) {
		spec_args_free(args, n);
		return err_set(err, -EBADMSG, "cannot parse a template: it is empty");
	}
	spec->synchgroup = args[0];
	memmove(args, args + 1, n * sizeof(*args));
	spec->args = args;
	spec->n_args = n - 1;
	return 0;
}

static int escape_text(char **text, struct err *err)
{
	CLEANUP_BUF struct buf escaped = BUF_INIT;
	char *copy;

	if (!*text || !template_is(*text))
		return 0;
	if (template_escape(*text, &escaped) < 0)
		return no_memory(err);
	copy = strdup(buf_text(&escaped));
	if (!copy)
		return no_memory(err);
	free(*text);
	*text = copy;
	return 0;
}

int spec_source_escape(struct spec *spec, struct err *err)
{
	int r = escape_text(&spec->synchgroup, err);

	for (size_t i = 0; r == 0 && i < spec->n_args; i++)
		r = escape_text(&spec->args[i], err);
	return r;
}
