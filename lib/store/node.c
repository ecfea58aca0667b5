/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/node.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"

/* The sizes are those of the columns. */
static const size_t column_sizes[NODE_COLUMNS] = {
	[NODE_TYPE] = 64,
	[NODE_HOSTNAME] = 253,
	[NODE_ADDRESS] = 190,
	[NODE_NETDEVICE] = 64,
	[NODE_MODEL] = 190,
	[NODE_LOCATION] = 190,
	[NODE_INDATE] = 10,
	[NODE_MEMO] = NODE_VALUE_SIZE_MAX,
};

const char *const node_column_names[NODE_COLUMNS] = {
	[NODE_TYPE] = "type",
	[NODE_HOSTNAME] = "hostname",
	[NODE_ADDRESS] = "address",
	[NODE_NETDEVICE] = "netdevice",
	[NODE_MODEL] = "model",
	[NODE_LOCATION] = "location",
	[NODE_INDATE] = "indate",
	[NODE_MEMO] = "memo",
};

/* What a node has besides: no attribute may be called so. */
static const char *const reserved[] = { "name", "group", "maintenance", "state", "nodeid" };

int node_column_of(const char *name)
{
	for (int i = 0; i < NODE_COLUMNS; i++) {
		if (strcmp(node_column_names[i], name) == 0)
			return i;
	}
	return -1;
}

/* --- what may be ---------------------------------------------------------------------- */

/* Where a text has a control character, of ASCII or of U+0080 to U+009F; NULL: nowhere. */
static const char *control_in(const char *text, const char *allowed)
{
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		if (*p < ' ' && strchr(allowed, *p))
			continue;
		if (*p < ' ' || *p == 0x7f || (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0))
			return (const char *)p;
	}
	return NULL;
}

static int check_text(const char *text, size_t most, const char *allowed, struct err *err)
{
	size_t size = strlen(text);
	const char *control = control_in(text, allowed);

	if (size > most)
		return err_set(
		    err, -EINVAL, "expected at most %zu bytes, found %zu", most, size);
	if (control)
		return err_set(err, -EINVAL,
		    "expected no control characters, found one at byte %zu",
		    (size_t)(control - text) + 1);
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static int check_name(const char *name, size_t size, struct err *err)
{
	char copy[NODE_NAME_SIZE_MAX + 1];

	if (size == 0)
		return err_set(err, -EINVAL, "expected a name, found nothing");
	if (size > NODE_NAME_SIZE_MAX)
		return err_set(err, -EINVAL, "expected a name of at most %d bytes, found %zu",
		    NODE_NAME_SIZE_MAX, size);
	if (is_blank(name[0]) || is_blank(name[size - 1]))
		return err_set(err, -EINVAL,
		    "expected a name without blanks at its ends, found '%.*s'", (int)size,
		    name);
	memcpy(copy, name, size);
	copy[size] = '\0';
	return check_text(copy, NODE_NAME_SIZE_MAX, "", err);
}

int node_name_check(const char *name, struct err *err)
{
	if (strchr(name, '/'))
		return err_set(
		    err, -EINVAL, "expected a name without '/', found '%.100s'", name);
	return check_name(name, strlen(name), err);
}

static bool digits(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
	}
	return true;
}

static bool is_date(const char *text)
{
	static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year, month, day;

	if (strlen(text) != 10 || text[4] != '-' || text[7] != '-' || !digits(text, 4) ||
	    !digits(text + 5, 2) || !digits(text + 8, 2))
		return false;
	year = (text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 +
	       (text[3] - '0');
	month = (text[5] - '0') * 10 + (text[6] - '0');
	day = (text[8] - '0') * 10 + (text[9] - '0');
	if (month < 1 || month > 12 || day < 1 || day > days[month - 1])
		return false;
	return month != 2 || day < 29 || (year % 4 == 0 && (year % 100 || year % 400 == 0));
}

int node_column_check(enum node_column column, const char *value, struct err *err)
{
	if (column == NODE_INDATE && *value && !is_date(value))
		return err_set(
		    err, -EINVAL, "expected a date like 2012-11-04, found '%.40s'", value);
	return check_text(
	    value, column_sizes[column], column == NODE_MEMO ? "\n\t\r" : "", err);
}

int node_attr_check(const char *name, struct err *err)
{
	bool good = name[0] >= 'a' && name[0] <= 'z';

	for (const char *p = name; good && *p; p++)
		good = (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '_';
	if (!good || strlen(name) > NODE_ATTR_SIZE_MAX)
		return err_set(err, -EINVAL,
		    "expected an attribute's name (a to z, 0 to 9 and _, a letter first, at "
		    "most %d), found '%.100s'",
		    NODE_ATTR_SIZE_MAX, name);
	good = node_column_of(name) < 0;
	for (size_t i = 0; good && i < sizeof(reserved) / sizeof(reserved[0]); i++)
		good = strcmp(reserved[i], name) != 0;
	return good ? 0
		    : err_set(err, -EINVAL,
			  "expected an attribute of your own, and '%s' is none: every node has "
			  "it",
			  name);
}

int node_value_check(const char *value, struct err *err)
{
	return check_text(value, NODE_VALUE_SIZE_MAX, "\n\t\r", err);
}

int node_path_parse(const char *text, char **ret, struct err *err)
{
	const char *p = text + (*text == '/');
	size_t size = strlen(p);
	unsigned depth = 0;
	char *path;
	int r = 0;

	if (size > 1 && p[size - 1] == '/')
		size--;
	for (size_t at = 0; r == 0 && at < size;) {
		const char *slash = memchr(p + at, '/', size - at);
		size_t n = slash ? (size_t)(slash - p) - at : size - at;

		r = check_name(p + at, n, err);
		at += n + 1;
		/* A '/' at the very end has nothing behind it. */
		if (r == 0 && slash && at == size)
			r = check_name("", 0, err);
		if (++depth > NODE_DEPTH_MAX && r == 0)
			r = err_set(err, -EINVAL,
			    "expected at most %d groups one below another", NODE_DEPTH_MAX);
	}
	if (r < 0) {
		err_prefix(err, "group '%.200s'", text);
		return r;
	}
	path = strndup(p, size);
	if (!path)
		return err_sys(err, -ENOMEM, "cannot keep a path");
	*ret = path;
	return 0;
}

void node_maintenance_text(
    int64_t maintenance_ms, int64_t now_ms, char out[NODE_MAINTENANCE_TEXT_SIZE])
{
	char until[CLOCK_TEXT_SIZE];

	clock_text(maintenance_ms, 1, until);
	if (maintenance_ms <= now_ms)
		(void)snprintf(out, NODE_MAINTENANCE_TEXT_SIZE, "off");
	else if (maintenance_ms >= NODE_MAINTENANCE_ON)
		(void)snprintf(out, NODE_MAINTENANCE_TEXT_SIZE, "on");
	else
		(void)snprintf(out, NODE_MAINTENANCE_TEXT_SIZE, "until %s", until);
}

/* --- nodes -------------------------------------------------------------------------------- */

const char *node_column_text(const struct node *node, enum node_column column)
{
	return node->columns[column] ? node->columns[column] : "";
}

const char *node_attr_text(const struct node *node, const char *name)
{
	for (size_t i = 0; i < node->n_attrs; i++) {
		if (strcmp(node->attrs[i].name, name) == 0)
			return node->attrs[i].value;
	}
	return "";
}

void node_free(struct node *node)
{
	free(node->name);
	for (int i = 0; i < NODE_COLUMNS; i++)
		free(node->columns[i]);
	for (size_t i = 0; i < node->n_attrs; i++) {
		free(node->attrs[i].name);
		free(node->attrs[i].value);
	}
	free(node->attrs);
	*node = (struct node){ 0 };
}

void node_groups_free(struct node_groups *groups)
{
	for (size_t i = 0; i < groups->n; i++) {
		free(groups->items[i].name);
		free(groups->items[i].path);
	}
	free(groups->items);
	free(groups->by_id);
	*groups = (struct node_groups){ 0 };
}

void node_tree_free(struct node_tree *tree)
{
	node_groups_free(&tree->groups);
	for (size_t i = 0; i < tree->n_nodes; i++)
		node_free(&tree->nodes[i]);
	free(tree->nodes);
	*tree = (struct node_tree){ 0 };
}
