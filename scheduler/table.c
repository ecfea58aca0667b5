/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/table.h"

#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

/* A cell of the last column is never cut below this. */
enum { LAST_WIDTH_LEAST = 10, LAST_WIDTH_WANTED = 30 };

void table_free(struct table *table)
{
	buf_free(&table->cells);
}

/* The next character: its bytes, and how many columns it takes. What is none, or steers the
 * terminal, counts as one byte that is shown as '?'. */
static size_t next_character(
    const char *text, mbstate_t *state, size_t *ret_width, bool *ret_plain)
{
	wchar_t c;
	size_t size = mbrtowc(&c, text, strnlen(text, MB_LEN_MAX), state);
	int width;

	if (size == (size_t)-1 || size == (size_t)-2) {
		*state = (mbstate_t){ 0 };
		size = 1;
		width = -1;
	} else {
		width = wcwidth(c);
	}
	*ret_plain = width >= 0;
	*ret_width = width >= 0 ? (size_t)width : 1;
	return size ? size : 1;
}

/* Appends as much of a cell as fits; returns the columns that it takes. buf may be NULL. */
static size_t put_cell(const char *cell, size_t width_max, struct buf *buf)
{
	mbstate_t state = { 0 };
	size_t width = 0;

	for (const char *p = cell; *p;) {
		size_t columns, size;
		bool plain;

		size = next_character(p, &state, &columns, &plain);
		if (columns > width_max - width)
			break;
		if (buf && plain)
			(void)buf_add(buf, p, size);
		else if (buf)
			(void)buf_addc(buf, '?');
		width += columns;
		p += size;
	}
	return width;
}

size_t table_width(const char *text)
{
	return put_cell(text, SIZE_MAX, NULL);
}

void table_add(struct table *table, const char *cell)
{
	size_t column = table->n_cells++ % table->n_columns;
	size_t width = table_width(cell);

	if (width > table->widths[column])
		table->widths[column] = width;
	(void)buf_add(&table->cells, cell, strlen(cell) + 1);
}

void table_addf(struct table *table, const char *fmt, ...)
{
	CLEANUP_BUF struct buf cell = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	(void)buf_vaddf(&cell, fmt, ap);
	va_end(ap);
	table_add(table, buf_text(&cell));
}

struct table_terminal table_terminal(void)
{
	struct table_terminal terminal = { .is_terminal = isatty(STDOUT_FILENO) == 1 };
	struct winsize size;
	const char *no_color;

	if (!terminal.is_terminal)
		return terminal;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
		terminal.width = size.ws_col;
		terminal.height = size.ws_row;
	}
	/* no-color.org: set, and not empty. */
	no_color = getenv("NO_COLOR");
	terminal.coloured = !no_color || !*no_color;
	return terminal;
}

static void put_blanks(size_t n, struct buf *buf)
{
	while (n-- > 0)
		(void)buf_addc(buf, ' ');
}

struct layout {
	size_t widths[TABLE_COLUMNS_MAX];
	bool hidden[TABLE_COLUMNS_MAX];
	size_t last_max; /* the most columns of the last cell */
	bool coloured;
};

/* What all columns but the last take, with the two blanks behind each. */
static size_t last_begins(const struct layout *layout, size_t n_columns)
{
	size_t sum = 0;

	for (size_t i = 0; i + 1 < n_columns; i++)
		sum += layout->hidden[i] ? 0 : layout->widths[i] + 2;
	return sum;
}

/* The next column to leave out, or -1. */
static int find_least(const struct table *table, const struct layout *layout)
{
	int found = -1, least = 0;

	for (size_t i = 0; i + 1 < table->n_columns; i++) {
		if (!layout->hidden[i] && table->columns[i].lesser > least) {
			least = table->columns[i].lesser;
			found = (int)i;
		}
	}
	return found;
}

/* Leaves columns out until the last one has room. */
static void fit(const struct table *table, size_t width, struct layout *layout)
{
	size_t last = table->widths[table->n_columns - 1], begin;
	size_t want = last < LAST_WIDTH_WANTED ? last : LAST_WIDTH_WANTED;
	int least;

	while ((begin = last_begins(layout, table->n_columns)) + want > width &&
	       (least = find_least(table, layout)) >= 0)
		layout->hidden[least] = true;
	layout->last_max = width > begin + LAST_WIDTH_LEAST ? width - begin : LAST_WIDTH_LEAST;
}

static void print_cell(const struct table *table, const struct layout *layout, size_t column,
    const char *cell, bool is_title, struct buf *text)
{
	const struct table_column *of = &table->columns[column];
	bool is_last = column + 1 == table->n_columns;
	size_t most = is_last ? layout->last_max : SIZE_MAX;
	size_t width = put_cell(cell, most, NULL);
	size_t blanks = layout->widths[column] > width ? layout->widths[column] - width : 0;
	const char *colour =
	    layout->coloured && !is_title && of->colour ? of->colour(cell) : NULL;

	if (layout->hidden[column])
		return;
	if (of->align == TABLE_RIGHT)
		put_blanks(blanks, text);
	if (colour)
		(void)buf_addf(text, "\033[%sm", colour);
	(void)put_cell(cell, most, text);
	if (colour)
		(void)buf_adds(text, "\033[0m");
	if (is_last) {
		/* An empty cell leaves no blanks at the end of its line. */
		while (width == 0 && text->size && text->data[text->size - 1] == ' ')
			buf_cut(text, text->size - 1);
		(void)buf_addc(text, '\n');
		return;
	}
	put_blanks(of->align == TABLE_LEFT ? blanks + 2 : 2, text);
}

int table_print(const struct table *table, struct table_terminal terminal, struct buf *text)
{
	struct layout layout = { .last_max = SIZE_MAX, .coloured = terminal.coloured };
	const char *cell = buf_text(&table->cells);

	if (table->cells.error) {
		text->error = table->cells.error;
		return text->error;
	}
	for (size_t i = 0; i < table->n_columns; i++) {
		size_t width = table_width(table->columns[i].title);

		layout.widths[i] = width > table->widths[i] ? width : table->widths[i];
		layout.hidden[i] = table->columns[i].lesser && table->widths[i] == 0;
	}
	if (terminal.width)
		fit(table, terminal.width, &layout);
	for (size_t i = 0; i < table->n_columns; i++)
		print_cell(table, &layout, i, table->columns[i].title, true, text);
	for (size_t i = 0; i < table->n_cells; i++) {
		print_cell(table, &layout, i % table->n_columns, cell, false, text);
		cell += strlen(cell) + 1;
	}
	return text->error;
}
