/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/node_csv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scheduler/csv.h"
#include "scheduler/node_args.h"

static const char own_prefix[] = "attr.";
enum { OWN_PREFIX_SIZE = sizeof(own_prefix) - 1 };

/* --- writing ----------------------------------------------------------------------------------- */

struct names {
	const char **items;
	size_t n;
};

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The attributes of a site's own that any of the nodes has, each once. */
static int collect_names(const struct node *const *nodes, size_t n, struct names *ret)
{
	size_t sum = 0, kept = 0;

	for (size_t i = 0; i < n; i++)
		sum += nodes[i]->n_attrs;
	ret->items = calloc(sum + 1, sizeof(*ret->items));
	if (!ret->items)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < nodes[i]->n_attrs; k++)
			ret->items[ret->n++] = nodes[i]->attrs[k].name;
	}
	qsort(ret->items, ret->n, sizeof(*ret->items), by_text);
	for (size_t i = 0; i < ret->n; i++) {
		if (kept == 0 || strcmp(ret->items[kept - 1], ret->items[i]) != 0)
			ret->items[kept++] = ret->items[i];
	}
	ret->n = kept;
	return 0;
}

static void write_node(const struct node_groups *groups, const struct node *node,
    const struct names *names, int64_t now_ms, struct buf *text)
{
	char maintenance[NODE_MAINTENANCE_TEXT_SIZE];

	node_maintenance_text(node->maintenance_ms, now_ms, maintenance);
	csv_add(text, node->name);
	(void)buf_addc(text, ',');
	csv_add(text, node_shown_path(node_group_path(groups, node->groupid)));
	for (int i = 0; i < NODE_COLUMNS; i++) {
		(void)buf_addc(text, ',');
		csv_add(text, node_column_text(node, (enum node_column)i));
	}
	(void)buf_addf(text, ",%s", node->maintenance_ms > now_ms ? maintenance : "");
	for (size_t i = 0; i < names->n; i++) {
		(void)buf_addc(text, ',');
		csv_add(text, node_attr_text(node, names->items[i]));
	}
	(void)buf_addc(text, '\n');
}

void node_csv_write(const struct node_groups *groups, const struct node *const *nodes, size_t n,
    int64_t now_ms, struct buf *text)
{
	struct names names = { 0 };

	if (collect_names(nodes, n, &names) < 0) {
		text->error = -ENOMEM;
		return;
	}
	(void)buf_adds(text, "name,group");
	for (int i = 0; i < NODE_COLUMNS; i++)
		(void)buf_addf(text, ",%s", node_column_names[i]);
	(void)buf_adds(text, ",maintenance");
	for (size_t i = 0; i < names.n; i++)
		(void)buf_addf(text, ",%s%s", own_prefix, names.items[i]);
	(void)buf_addc(text, '\n');
	for (size_t i = 0; i < n; i++)
		write_node(groups, nodes[i], &names, now_ms, text);
	free(names.items);
}

/* --- reading ----------------------------------------------------------------------------------- */

struct line_of {
	const char *name;
	size_t line;
};

struct reader {
	const char *file;
	int64_t now_ms;
	char *columns[CSV_FIELDS_MAX]; /* as the first line names them */
	size_t n_columns, name_at;
	struct node_wants *wants;
	size_t *lines; /* of each of them */
	struct buf *mistakes;
	size_t n_mistakes;
};

static void mistake(
    struct reader *reader, size_t line, const char *column, const struct err *err)
{
	if (reader->n_mistakes++ >= NODE_CSV_MISTAKES_MAX)
		return;
	(void)buf_addf(reader->mistakes, "%s:%zu:%s%s %s\n", reader->file, line,
	    column ? column : "", column ? ":" : "", err->text);
}

static void known_columns(struct buf *text)
{
	(void)buf_adds(text, "name, group");
	for (int i = 0; i < NODE_COLUMNS; i++)
		(void)buf_addf(text, ", %s", node_column_names[i]);
	(void)buf_adds(text, ", maintenance, or attr.NAME for one of your own");
}

static int check_column(const char *column, struct err *err)
{
	CLEANUP_BUF struct buf known = BUF_INIT;
	const char *near = node_column_near(column);

	if (strcmp(column, "name") == 0 || strcmp(column, "group") == 0 ||
	    strcmp(column, "maintenance") == 0 || node_column_of(column) >= 0)
		return 0;
	if (strncmp(column, own_prefix, OWN_PREFIX_SIZE) == 0)
		return node_attr_check(column + OWN_PREFIX_SIZE, err);
	known_columns(&known);
	return err_set(err, -EINVAL, "expected one of %s; found '%.60s'%s%s%s",
	    buf_text(&known), column, near ? " (did you mean '" : "", near ? near : "",
	    near ? "'?)" : "");
}

/* The first line. What is wrong with it is told, and no other line is read then. */
static void read_header(struct reader *reader, const struct csv_record *record)
{
	struct err err = ERR_INIT;

	reader->name_at = record->n;
	for (size_t i = 0; i < record->n; i++) {
		const char *column = csv_field(record, i);

		err.text[0] = '\0';
		if (check_column(column, &err) < 0)
			mistake(reader, record->line, NULL, &err);
		for (size_t k = 0; k < i; k++) {
			if (strcmp(reader->columns[k], column) != 0)
				continue;
			(void)err_set(&err, -EINVAL,
			    "expected column '%.60s' once, found it twice", column);
			mistake(reader, record->line, NULL, &err);
		}
		if (strcmp(column, "name") == 0)
			reader->name_at = i;
		reader->columns[i] = strdup(column);
		if (!reader->columns[i]) {
			(void)err_set(&err, -ENOMEM, "out of memory");
			mistake(reader, record->line, NULL, &err);
			return;
		}
		reader->n_columns++;
	}
	if (reader->name_at == record->n) {
		(void)err_set(&err, -EINVAL,
		    "expected the first line to name the columns, with 'name' among them and "
		    "commas between them");
		mistake(reader, record->line, NULL, &err);
	}
}

static int read_value(struct reader *reader, struct node_want *want, const char *column,
    const char *value, struct err *err)
{
	if (strcmp(column, "name") == 0) {
		want->name = strdup(value);
		if (!want->name)
			return err_set(err, -ENOMEM, "out of memory");
		return node_args_name(value, err);
	}
	if (strcmp(column, "maintenance") == 0) {
		want->has_maintenance = true;
		return node_args_maintenance_fixed(
		    value, reader->now_ms, &want->maintenance_ms, err);
	}
	if (strncmp(column, own_prefix, OWN_PREFIX_SIZE) == 0)
		column += OWN_PREFIX_SIZE;
	return node_args_set(want, column, value, reader->now_ms, err);
}

static void read_row(struct reader *reader, const struct csv_record *record)
{
	struct err err = ERR_INIT;
	struct node_want *want;
	size_t n = reader->wants->n, *lines = reader->lines;

	if (record->n != reader->n_columns) {
		(void)err_set(&err, -EINVAL,
		    "expected %zu fields as in the first line, found %zu", reader->n_columns,
		    record->n);
		mistake(reader, record->line, NULL, &err);
		return;
	}
	if ((n & (n - 1)) == 0)
		lines = reallocarray(lines, n ? n * 2 : 1, sizeof(*lines));
	if (lines)
		reader->lines = lines;
	want = lines && n < NODE_CSV_ROWS_MAX ? node_wants_add(reader->wants) : NULL;
	if (!want) {
		(void)err_set(
		    &err, -ENOMEM, "out of memory, or more than %d nodes", NODE_CSV_ROWS_MAX);
		mistake(reader, record->line, NULL, &err);
		return;
	}
	lines[n] = record->fields[reader->name_at].line;
	for (size_t i = 0; i < record->n; i++) {
		if (read_value(reader, want, reader->columns[i], csv_field(record, i), &err) <
		    0)
			mistake(reader, record->fields[i].line, reader->columns[i], &err);
	}
}

static int by_name_and_line(const void *a, const void *b)
{
	const struct line_of *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : (x->line > y->line) - (x->line < y->line);
}

static void check_names(struct reader *reader)
{
	struct node_wants *wants = reader->wants;
	CLEANUP_FREE struct line_of *lines = calloc(wants->n + 1, sizeof(*lines));
	struct err err = ERR_INIT;
	size_t n = 0;

	if (!lines) {
		(void)err_set(&err, -ENOMEM, "out of memory");
		mistake(reader, 1, NULL, &err);
		return;
	}
	for (size_t i = 0; i < wants->n; i++) {
		if (wants->items[i].name)
			lines[n++] = (struct line_of){ wants->items[i].name, reader->lines[i] };
	}
	qsort(lines, n, sizeof(*lines), by_name_and_line);
	for (size_t i = 1; i < n; i++) {
		if (strcmp(lines[i - 1].name, lines[i].name) != 0)
			continue;
		(void)err_set(&err, -EINVAL,
		    "expected a node once, found '%.100s' in line %zu too", lines[i].name,
		    lines[i - 1].line);
		mistake(reader, lines[i].line, "name", &err);
	}
}

static void read_all(struct reader *reader, struct csv *csv)
{
	struct csv_record record = CSV_RECORD_INIT;
	struct err err = ERR_INIT;
	bool header = true;
	int r;

	while ((r = csv_next(csv, &record, &err)) != 0) {
		if (r < 0)
			mistake(reader, record.line, NULL, &err);
		else if (header)
			read_header(reader, &record);
		else
			read_row(reader, &record);
		if (header && reader->n_mistakes)
			break;
		header = false;
	}
	if (header && r == 0) {
		(void)err_set(&err, -EINVAL, "expected a first line that names the columns");
		mistake(reader, 1, NULL, &err);
	}
	csv_record_free(&record);
}

int node_csv_parse(const char *file, const char *text, size_t size, int64_t now_ms,
    struct node_wants *wants, struct buf *mistakes, struct err *err)
{
	struct reader reader = {
		.file = file, .now_ms = now_ms, .wants = wants, .mistakes = mistakes
	};
	struct csv csv;

	csv_init(&csv, text, size);
	read_all(&reader, &csv);
	check_names(&reader);
	for (size_t i = 0; i < reader.n_columns; i++)
		free(reader.columns[i]);
	free(reader.lines);
	if (reader.n_mistakes == 0)
		return 0;
	if (reader.n_mistakes > NODE_CSV_MISTAKES_MAX)
		(void)buf_addf(mistakes, "%s: and %zu more\n", file,
		    reader.n_mistakes - NODE_CSV_MISTAKES_MAX);
	return err_set(err, -EINVAL, "%s has %zu mistake%s: nothing was imported", file,
	    reader.n_mistakes, reader.n_mistakes == 1 ? "" : "s");
}
