/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/store/spec_field.h"
#include "scheduler/specfile.h"

/* A text of libconfig. */
static void add_text(const char *text, struct buf *ret)
{
	(void)buf_addc(ret, '"');
	for (const char *p = text; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (c == '"' || c == '\\')
			(void)buf_addf(ret, "\\%c", c);
		else if (c == '\n')
			(void)buf_adds(ret, "\\n");
		else if (c < ' ' || c == 0x7f)
			(void)buf_addf(ret, "\\x%02x", c);
		else
			(void)buf_addc(ret, (char)c);
	}
	(void)buf_addc(ret, '"');
}

static void add_args(const struct spec *spec, struct buf *ret)
{
	(void)buf_adds(ret, "(");
	for (size_t i = 0; i < spec->n_args; i++) {
		(void)buf_adds(ret, i ? ", " : " ");
		add_text(spec->args[i], ret);
	}
	(void)buf_adds(ret, " )");
}

static void add_value(const struct spec_field *field, const struct spec *spec, struct buf *ret)
{
	CLEANUP_BUF struct buf text = BUF_INIT;

	switch (field->kind) {
	case SPEC_ARGS:
		add_args(spec, ret);
		break;
	case SPEC_NUMBER:
		spec_field_text(field, spec, ret);
		break;
	case SPEC_BOOL:
		spec_field_text(field, spec, &text);
		(void)buf_adds(ret, strcmp(buf_text(&text), "yes") == 0 ? "true" : "false");
		break;
	case SPEC_TEXT:
	case SPEC_MS:
	case SPEC_WORD:
		spec_field_text(field, spec, &text);
		add_text(buf_text(&text), ret);
		break;
	}
	if (text.error)
		ret->error = text.error;
}

void specfile_write(const struct spec *spec, struct buf *ret)
{
	struct spec defaults = { .node = spec->node,
		.group = spec->group,
		.name = spec->name,
		.interval_ms = spec->interval_ms,
		.catchup = spec->catchup };
	size_t line = ret->size;

	specfile_defaults(&defaults);
	/* What is never left out. */
	defaults.interval_ms = 0;
	defaults.catchup = CATCHUP_NONE;
	(void)buf_adds(ret, spec->group ? "  { group = " : "  { node = ");
	add_text(!spec->group ? spec->node : *spec->group ? spec->group : "/", ret);
	(void)buf_adds(ret, "; name = ");
	add_text(spec->name, ret);
	(void)buf_addc(ret, ';');
	for (size_t i = 0; i < SPEC_FIELDS; i++) {
		const struct spec_field *field = &spec_fields[i];

		if (spec_field_same(field, spec, &defaults))
			continue;
		if (ret->size - line > 70) {
			(void)buf_adds(ret, "\n   ");
			line = ret->size;
		}
		(void)buf_addf(ret, " %s = ", field->key);
		add_value(field, spec, ret);
		(void)buf_addc(ret, ';');
	}
	(void)buf_adds(ret, " }");
}
