/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/template.h"

#include <errno.h>
#include <string.h>

static const char prefix[] = "node.";

/* What a text is made of. */
struct piece {
	const char *text; /* in the template, or "$(" */
	size_t size;
	bool is_name;
};

bool template_is(const char *text)
{
	return strstr(text, "$(") != NULL;
}

static int bad_variable(const char *at, const char *why, struct err *err)
{
	return err_set(err, -EINVAL,
	    "'%.40s' %s; variables are $(node.NAME), and $$( is a plain $(", at, why);
}

/* at is behind "$(". */
static int take_name(const char **at, struct piece *ret, struct err *err)
{
	const char *start = *at - 2, *name = *at + strlen(prefix), *end;

	if (strncmp(*at, prefix, strlen(prefix)) != 0)
		return bad_variable(start, "is no variable", err);
	end = strchr(name, ')');
	if (!end)
		return bad_variable(start, "has no end", err);
	if (end == name)
		return bad_variable(start, "has no name", err);
	if (end - name > TEMPLATE_NAME_SIZE_MAX)
		return bad_variable(start, "has a name that is too long", err);
	for (const char *p = name; p < end; p++) {
		if ((unsigned char)*p <= ' ' || *p == 0x7f || *p == '$' || *p == '(')
			return bad_variable(start, "is no variable", err);
	}
	*ret = (struct piece){ name, (size_t)(end - name), true };
	*at = end + 1;
	return 0;
}

/* The piece that begins at *at, which is not the end. */
static int take_piece(const char **at, struct piece *ret, struct err *err)
{
	const char *p = *at;

	if (strncmp(p, "$$(", 3) == 0) {
		*ret = (struct piece){ p + 1, 2, false };
		*at = p + 3;
		return 0;
	}
	if (strncmp(p, "$(", 2) == 0) {
		*at = p + 2;
		return take_name(at, ret, err);
	}
	/* One '$' may stand in front of "$$(". */
	p++;
	p += strcspn(p, "$");
	*ret = (struct piece){ *at, (size_t)(p - *at), false };
	*at = p;
	return 0;
}

static void copy_name(const struct piece *piece, char *ret)
{
	memcpy(ret, piece->text, piece->size);
	ret[piece->size] = '\0';
}

int template_names(const char *text, template_name_fn *each, void *context, struct err *err)
{
	char name[TEMPLATE_NAME_SIZE_MAX + 1];
	int r = 0;

	while (r == 0 && *text) {
		struct piece piece;

		r = take_piece(&text, &piece, err);
		if (r < 0 || !piece.is_name)
			continue;
		copy_name(&piece, name);
		r = each(name, context, err);
	}
	return r;
}

int template_expand(const char *text, template_value_fn *value, void *context, struct buf *ret,
    char *ret_lacks, struct err *err)
{
	while (*text) {
		char name[TEMPLATE_NAME_SIZE_MAX + 1];
		struct piece piece;
		const char *found;
		int r = take_piece(&text, &piece, err);

		if (r < 0)
			return r;
		if (!piece.is_name) {
			(void)buf_add(ret, piece.text, piece.size);
			continue;
		}
		copy_name(&piece, name);
		found = value(name, context);
		if (!found || !*found) {
			if (ret_lacks)
				memcpy(ret_lacks, name, piece.size + 1);
			return err_set(err, -ENODATA, "the node has no %s", name);
		}
		(void)buf_adds(ret, found);
	}
	return ret->error ? err_sys(err, ret->error, "cannot replace variables") : 0;
}

int template_escape(const char *text, struct buf *ret)
{
	for (const char *p = text; *p; p++) {
		if (strncmp(p, "$(", 2) == 0)
			(void)buf_addc(ret, '$');
		(void)buf_addc(ret, *p);
	}
	return ret->error;
}
